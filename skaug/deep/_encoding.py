"""Encodings: rows of a table, or images, as the matrix a network learns, and back."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.codec import Quantiles, TableCodec
from skaug._core.continuous import ContinuousTarget
from skaug._core.image_layout import ImageLayout
from skaug._core.table import Table
from skaug._core.target import Target

__all__ = ["Block", "Condition", "Encoding", "PixelEncoding", "TableEncoding"]

Kind: TypeAlias = Literal["normal", "unit", "levels"]


@dataclass(frozen=True)
class Block:
    """Columns of one kind: 'normal' scores, 'unit' ones from 0 to 1, or the 'levels' of one."""

    kind: Kind
    columns: slice


class Encoding(ABC):
    """A matrix of float32 that stands for rows.

    Attributes
    ----------
    blocks : list of Block
        What its columns are, from the first to the last.

    width : int
        Its number of columns.
    """

    blocks: list[Block]
    width: int

    @abstractmethod
    def encode(self, numeric: Floats, codes: Indices) -> NDArray[np.float32]:
        """Return the matrix of rows of the table."""

    @abstractmethod
    def decode(self, Z: NDArray[Any]) -> tuple[Floats, Indices]:
        """Return the numeric columns and the codes of any matrix."""


class TableEncoding(Encoding):
    """Rows of a table by `TableCodec`: scores, marks of what is missing, and levels."""

    def __init__(self, X: Table) -> None:
        numeric = np.asarray(X.numeric, dtype=np.float64)
        self.codec = TableCodec(numeric, X.codes)
        parts = [Block("normal", self.codec.scores), Block("unit", self.codec.marks)]
        parts += [Block("levels", columns) for columns in self.codec.levels]
        self.blocks = [part for part in parts if part.columns.stop > part.columns.start]
        self.width = self.codec.width

    def encode(self, numeric: Floats, codes: Indices) -> NDArray[np.float32]:
        return self.codec.encode(np.asarray(numeric, dtype=np.float64), codes).astype(np.float32)

    def decode(self, Z: NDArray[Any]) -> tuple[Floats, Indices]:
        return self.codec.decode(Z.astype(np.float64))


class PixelEncoding(Encoding):
    """Images with channels last, and their range of values as that from 0 to 1."""

    def __init__(self, X: Table, layout: ImageLayout) -> None:
        self.layout = layout
        self.low, self.high = float(X.numeric.min()), float(X.numeric.max())
        self.width = X.shape[1]
        self.blocks = [Block("unit", slice(0, self.width))]

    @property
    def _span(self) -> float:
        return self.high - self.low or 1.0  # images of one value are all at its lower end

    def encode(self, numeric: Floats, codes: Indices) -> NDArray[np.float32]:
        images = self.layout.images(np.ascontiguousarray(numeric, dtype=np.float64))
        return ((images.reshape(len(images), -1) - self.low) / self._span).astype(np.float32)

    def decode(self, Z: NDArray[Any]) -> tuple[Floats, Indices]:
        unit = np.clip(Z.astype(np.float64), 0, 1).reshape(-1, *self.layout.shape)
        cells = self.layout.cells(self.low + self._span * unit)
        return np.clip(cells, self.low, self.high), np.empty((len(Z), 0), dtype=np.int32)


class Condition:
    """What a network is told of y: the class as one-hot, or where the number ranks, -1 to 1."""

    def __init__(self, y: Target | ContinuousTarget) -> None:
        self._column = None if isinstance(y, Target) else Quantiles(y.values)
        self.width = 1 if not isinstance(y, Target) else len(y.classes)

    def __call__(self, y: NDArray[Any]) -> NDArray[np.float32]:
        """Return what stands for codes of classes, or for numbers."""
        if self._column is None:
            return np.eye(self.width, dtype=np.float32)[y]
        return (2 * self._column.share(y)[:, None] - 1).astype(np.float32)
