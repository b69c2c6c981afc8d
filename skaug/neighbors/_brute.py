"""Blocked brute-force search: the metric of mixed and incomplete tables, never n x n."""

from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._metric import CategoryMetric

__all__ = ["brute_kneighbors"]

_BLOCK_BYTES = 1 << 24


def brute_kneighbors(
    numeric: Floats,
    codes: Indices,
    metric: CategoryMetric,
    queries: Indices,
    k: int,
    threads: int,
) -> Indices:
    """Return the k nearest other rows of each query, nearest first, ties by index."""
    size = max(1, _BLOCK_BYTES // (8 * len(numeric)))
    blocks = [queries[begin : begin + size] for begin in range(0, len(queries), size)]
    distances = _Distances(numeric, codes, metric)
    if threads == 1 or len(blocks) == 1:
        found = [distances.nearest(block, k) for block in blocks]
    else:
        found = Parallel(n_jobs=threads, backend="threading")(
            delayed(distances.nearest)(block, k) for block in blocks
        )
    return np.concatenate(found) if found else np.empty((0, k), dtype=np.intp)


class _Distances:
    """Squared distances of some rows to all rows; what all blocks share is computed once.

    Products of matrices round differently in blocks of different size. So they only say which
    rows may be among the nearest; these are ranked by their differences.
    """

    def __init__(self, numeric: Floats, codes: Indices, metric: CategoryMetric) -> None:
        self.numeric = numeric.astype(np.float64, copy=False)
        present = ~np.isnan(numeric)
        center = np.sum(numeric, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
        # centred, so that little is lost where |a|^2 - 2ab + |b|^2 cancels
        self.X = np.where(present, numeric - center, 0).astype(np.float64)
        self.squares = self.X**2
        self.present = None if present.all() else present.astype(np.float64)
        self.norms = self.squares.sum(axis=1)
        n_columns = numeric.shape[1]
        scaled_up = 1 if self.present is None else n_columns
        unit = scaled_up * (n_columns + 8) * np.finfo(np.float64).eps
        self.error = unit * (np.sqrt(self.norms) + np.sqrt(self.norms.max(initial=0))) ** 2
        self.metric = metric
        narrow = all(len(table) < 127 for table in metric.tables) and codes.max(initial=0) < 127
        self.codes = np.asfortranarray(codes.astype(np.int8 if narrow else codes.dtype))

    def nearest(self, rows: Indices, k: int) -> Indices:
        """Return the k nearest other rows of each of `rows`, nearest first, ties by index."""
        squared = self._numeric(rows)
        n_columns = self.codes.shape[1]
        if self.metric.mismatch is not None and n_columns:
            squared += self.metric.mismatch * self._mismatches(rows)
        for j, table in enumerate(self.metric.tables):
            column = self.codes[:, j]
            squared += table[column[rows]][:, column]
        squared[np.arange(len(rows)), rows] = np.nan  # sorts after infinity
        kth = np.partition(squared, k - 1, axis=1)[:, k - 1]
        may_be_nearest = squared <= (kth + 2 * self.error[rows])[:, None]
        found = np.empty((len(rows), k), dtype=np.intp)
        for i, row in enumerate(rows):
            candidates = np.flatnonzero(may_be_nearest[i])
            order = np.argsort(self._by_differences(row, candidates), kind="stable")
            found[i] = candidates[order[:k]]
        return found

    def _by_differences(self, row: int, others: Indices) -> Floats:
        """Return the squared distances of one row to others, whatever block they are in."""
        difference = self.numeric[others] - self.numeric[row]
        shared = ~np.isnan(difference)
        squared = np.sum(difference**2, axis=1, where=shared)
        if self.present is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                squared *= difference.shape[1] / shared.sum(axis=1)
            squared[~shared.any(axis=1)] = np.inf
        if self.metric.mismatch is not None and self.codes.shape[1]:
            differs = self.codes[others] != self.codes[row]
            squared += self.metric.mismatch * differs.sum(axis=1)
        for j, table in enumerate(self.metric.tables):
            squared += table[self.codes[row, j], self.codes[others, j]]
        return squared

    def _numeric(self, rows: Indices) -> Floats:
        cross = self.X[rows] @ self.X.T
        if self.present is None:
            squared = self.norms[rows, None] - 2 * cross + self.norms
            return np.maximum(squared, 0, out=squared)
        shared = self.present[rows] @ self.present.T
        squared = self.squares[rows] @ self.present.T + self.present[rows] @ self.squares.T
        squared -= 2 * cross
        np.maximum(squared, 0, out=squared)
        with np.errstate(divide="ignore", invalid="ignore"):
            squared *= self.X.shape[1] / shared
        squared[shared == 0] = np.inf
        return squared

    def _mismatches(self, rows: Indices) -> NDArray[Any]:
        count = np.zeros((len(rows), len(self.codes)), dtype=np.int16)
        differs = np.empty(count.shape, dtype=bool)
        for j in range(self.codes.shape[1]):
            column = self.codes[:, j]
            np.not_equal(column[rows, None], column, out=differs)
            count += differs
        return count
