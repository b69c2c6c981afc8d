"""Which cells of a row come from elsewhere: columns at random, and rows of their own for them.

Nothing of the size of the table is kept: what a block of rows draws is drawn again from its
place in the stream whenever it is asked for, and so does not depend on the size of blocks.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["ColumnGates", "Flipped", "MarginalRows", "Mask", "rows_by_block", "share_kept"]

_BLOCK_CELLS = 1 << 18  # with its row numbers a block stays in a core's second-level cache
_LEVELS = 1 << 16


class Mask(Protocol):
    """The cells of new rows that do not come from their seeds."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def __call__(self, rows: slice) -> NDArray[np.bool_]:
        """Return the mask of some of the rows."""


@dataclass(frozen=True)
class ColumnGates:
    """Replaces each cell with a chance of one minus the share that its row is to keep.

    Parameters
    ----------
    key : int
        Seed of the draws.

    share : ndarray of shape (n,)
        How much of each row to keep, on average; read in steps of 2**-16, never 0 nor 1.

    n_columns : int
        The number of columns.
    """

    key: int
    share: Floats
    n_columns: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.share), self.n_columns

    def __call__(self, rows: slice) -> NDArray[np.bool_]:
        level = np.clip(np.rint(self.share[rows] * _LEVELS), 1, _LEVELS - 1).astype(np.uint16)
        n_words = -(-self.n_columns // 4)  # of 64 bits, for four cells each
        stream = np.random.PCG64(self.key).advance(rows.start * n_words)
        drawn = stream.random_raw((len(level), n_words)).view(np.uint16)[:, : self.n_columns]
        replaced: NDArray[np.bool_] = drawn >= level[:, None]
        return replaced


@dataclass(frozen=True)
class Flipped:
    """A mask of which some rows are turned over: what was replaced is kept, and so on."""

    mask: Mask
    is_flipped: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        return self.mask.shape

    def __call__(self, rows: slice) -> NDArray[np.bool_]:
        return self.mask(rows) ^ self.is_flipped[rows, None]


@dataclass(frozen=True)
class MarginalRows:
    """A row drawn anew for each cell, so that columns are drawn from their marginals."""

    key: int
    n_rows: int
    n_columns: int

    def __call__(self, rows: slice) -> Indices:
        stream = np.random.PCG64(self.key).advance(rows.start * self.n_columns)
        size = rows.stop - rows.start, self.n_columns
        drawn = np.random.Generator(stream).random(size)
        drawn *= self.n_rows
        return drawn.astype(np.int32 if self.n_rows < 2**31 else np.int64)


def rows_by_block(n_rows: int, n_columns: int) -> list[slice]:
    """Cut rows into blocks of a bounded number of cells."""
    size = max(1, _BLOCK_CELLS // max(1, n_columns))
    return [slice(begin, min(begin + size, n_rows)) for begin in range(0, n_rows, size)]


def share_kept(mask: Mask) -> Floats:
    """Return the share of each row's cells that come from its seed."""
    n_rows, n_columns = mask.shape
    n_replaced = np.empty(n_rows)
    for rows in rows_by_block(n_rows, n_columns):
        n_replaced[rows] = np.count_nonzero(mask(rows), axis=1)
    share: Floats = 1 - n_replaced / n_columns
    return share
