"""The rows of a table, and the distance between them that every engine's answer rests on."""

from dataclasses import dataclass

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._metric import CategoryMetric
from skaug.neighbors._rank import squared_distances

__all__ = ["Rows"]

_BLOCK_CELLS = 1 << 22  # at a time: where many rows tie there may be millions of pairs


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of numbers and categories.

    Parameters
    ----------
    numeric : ndarray of float64, shape (n, n_numeric)
        Numeric columns, NaN where missing; squares of differences neither overflow nor vanish.

    codes : ndarray of shape (n, n_categorical)
        Categorical columns as codes, -1 where missing.

    metric : CategoryMetric
        Distances between categories.

    has_missing : bool
        Whether any number is missing.
    """

    numeric: Floats
    codes: Indices
    metric: CategoryMetric
    has_missing: bool

    def __len__(self) -> int:
        return len(self.numeric)

    @property
    def is_numeric(self) -> bool:
        """Whether there are only numbers, and all of them."""
        return not self.has_missing and not self.codes.shape[1]

    def squared(self, a: Indices, b: Indices) -> Floats:
        """Return the squared distances of the rows `a` to the rows `b`, pair by pair."""
        size = max(1, _BLOCK_CELLS // max(1, self.numeric.shape[1] + self.codes.shape[1]))
        parts = [slice(begin, begin + size) for begin in range(0, len(a), size)]
        return np.concatenate([np.empty(0), *(self._squared(a[part], b[part]) for part in parts)])

    def _squared(self, a: Indices, b: Indices) -> Floats:
        if self.has_missing:
            squared = self._over_shared_columns(a, b)
        else:
            squared = squared_distances(self.numeric, a, b)
        mismatch, tables = self.metric.mismatch, self.metric.tables
        if mismatch is not None and self.codes.shape[1]:
            squared += mismatch * (self.codes[a] != self.codes[b]).sum(axis=1)
        for j, table in enumerate(tables):
            squared += table[self.codes[a, j], self.codes[b, j]]
        return squared

    def _over_shared_columns(self, a: Indices, b: Indices) -> Floats:
        """Return the nan-Euclidean distances: infinite between rows that share no column."""
        difference = self.numeric[a] - self.numeric[b]
        shared = ~np.isnan(difference)
        squared: Floats = np.sum(difference**2, axis=1, where=shared)
        n_shared = shared.sum(axis=1)
        squared *= difference.shape[1] / np.maximum(n_shared, 1)
        squared[n_shared == 0] = np.inf
        return squared
