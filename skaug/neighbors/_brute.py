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
        found = [_nearest(distances(block), block, k) for block in blocks]
    else:
        found = Parallel(n_jobs=threads, backend="threading")(
            delayed(lambda block: _nearest(distances(block), block, k))(block) for block in blocks
        )
    return np.concatenate(found) if found else np.empty((0, k), dtype=np.intp)


class _Distances:
    """Squared distances of some rows to all rows; what all blocks share is computed once."""

    def __init__(self, numeric: Floats, codes: Indices, metric: CategoryMetric) -> None:
        present = ~np.isnan(numeric)
        center = np.sum(numeric, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
        # centred, so that little is lost where |a|^2 - 2ab + |b|^2 cancels
        self.X = np.where(present, numeric - center, 0).astype(np.float64)
        self.squares = self.X**2
        self.present = None if present.all() else present.astype(np.float64)
        self.norms = self.squares.sum(axis=1)
        self.metric = metric
        narrow = all(len(table) < 127 for table in metric.tables) and codes.max(initial=0) < 127
        self.codes = np.asfortranarray(codes.astype(np.int8 if narrow else codes.dtype))

    def __call__(self, rows: Indices) -> Floats:
        squared = self._numeric(rows)
        n_columns = self.codes.shape[1]
        if self.metric.mismatch is not None and n_columns:
            squared += self.metric.mismatch * self._mismatches(rows)
        for j, table in enumerate(self.metric.tables):
            column = self.codes[:, j]
            squared += table[column[rows]][:, column]
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


def _nearest(squared: Floats, rows: Indices, k: int) -> Indices:
    squared[np.arange(len(rows)), rows] = np.nan  # sorts after infinity: never its own neighbour
    nearest = np.argpartition(squared, k - 1, axis=1)[:, :k]
    nearest.sort(axis=1)
    order = np.argsort(np.take_along_axis(squared, nearest, axis=1), axis=1, kind="stable")
    return np.take_along_axis(nearest, order, axis=1)
