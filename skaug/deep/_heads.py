"""Heads: what a network is to predict, as numbers to train on, and its outputs as predictions."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from skaug._core.batch import Floats, Indices

__all__ = ["ClassHead", "Head", "NumberHead"]


@dataclass(frozen=True)
class ClassHead:
    """Labels as one-hot rows, by cross-entropy."""

    classes: NDArray[Any]

    @classmethod
    def read(cls, y: Any, owner: str) -> tuple[Self, NDArray[np.float32], Indices]:
        """Return the head for labels, the rows that stand for them, and the class codes."""
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"{owner} needs at least 2 classes in y; all {len(labels)} rows are of class "
                f"{classes[0]!r}."
            )
        return cls(classes), np.eye(len(classes), dtype=np.float32)[codes], codes.astype(np.intp)

    @property
    def width(self) -> int:
        """Outputs of the network."""
        return len(self.classes)

    @staticmethod
    def losses(outputs: Any, target: Any) -> Any:
        """Return the cross-entropy of each row; its target may be shares of several classes."""
        return -(target * outputs.log_softmax(dim=1)).sum(dim=1)

    def predicted(self, outputs: Floats) -> NDArray[Any]:
        """Return the likeliest label of each row."""
        labels: NDArray[Any] = self.classes[outputs.argmax(axis=1)]
        return labels

    @staticmethod
    def probabilities(outputs: Floats) -> Floats:
        """Return the probability of each class."""
        share: Floats = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return share / share.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class NumberHead:
    """Numbers less their mean over their deviation, by half the squared error."""

    centre: Floats
    scale: Floats
    is_flat: bool

    @classmethod
    def read(cls, y: Any, owner: str) -> tuple[Self, NDArray[np.float32], Indices]:
        """Return the head for numbers, the rows that stand for them, and one group for all."""
        values = np.asarray(y, dtype=np.float64)
        columns = values.reshape(len(values), -1)
        centre, scale = columns.mean(axis=0), columns.std(axis=0)
        scale = np.where(scale > 1e-12 * np.abs(centre), scale, 1.0)
        target = ((columns - centre) / scale).astype(np.float32)
        return cls(centre, scale, values.ndim == 1), target, np.zeros(len(values), dtype=np.intp)

    @property
    def width(self) -> int:
        """Outputs of the network."""
        return len(self.centre)

    @staticmethod
    def losses(outputs: Any, target: Any) -> Any:
        """Return half the squared error of each row, the mean over its outputs."""
        return ((outputs - target) ** 2).mean(dim=1) / 2

    def predicted(self, outputs: Floats) -> Floats:
        """Return the numbers that outputs stand for."""
        values: Floats = self.centre + self.scale * outputs
        return values[:, 0] if self.is_flat else values


Head = ClassHead | NumberHead
