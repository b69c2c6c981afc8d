"""The nearest rows of one set to each row of another."""

from collections.abc import Callable
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray
from scipy.spatial import KDTree
from sklearn.neighbors import NearestNeighbors

from skaug._core.batch import Floats, Indices
from skaug._core.table import is_sparse
from skaug.neighbors._kneighbors import TREE_COLUMNS, scaled
from skaug.neighbors._metric import CategoryMetric
from skaug.neighbors._tree import LEAF_ROWS

__all__ = ["nearest_among"]

_BLOCK_BYTES = 1 << 22
_SPARE = 3  # candidates beyond k that products of matrices may have put in the wrong order


def nearest_among(
    numeric: Any,
    k: int,
    *,
    queries: Indices,
    among: Indices,
    codes: Indices | None = None,
    metric: CategoryMetric | None = None,
    n_jobs: int | None = None,
) -> Indices:
    """Return the k nearest of the rows `among` for each of other rows, nearest first.

    The distance is that of `kneighbors`, and the cost O(n_queries x n_among) beyond a few
    complete numeric columns.

    Parameters
    ----------
    numeric : ndarray or csr_array of shape (n, n_numeric)
        Numeric columns, NaN where missing.

    k : int
        Number of neighbours, at most ``len(among)``.

    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted; none of them is in `among`.

    among : ndarray of shape (n_among,)
        The rows that may be neighbours.

    codes : ndarray of shape (n, n_categorical), default=None
        Categorical columns as codes, -1 where missing.

    metric : CategoryMetric, default=None
        Distances between categories; needed with `codes`.

    n_jobs : int, default=None
        Threads; None for all cores. The result does not depend on it.

    Returns
    -------
    ndarray of shape (n_queries, k)
        Positions of the neighbours in `among`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import nearest_among
    >>> X = np.array([[0.0], [1.0], [3.0], [7.0]])
    >>> nearest_among(X, 1, queries=np.array([1]), among=np.array([2, 3])).tolist()
    [[0]]
    """
    if k > len(among):
        raise ValueError(f"nearest_among needs k <= n rows; got k = {k} and n = {len(among)}.")
    threads = effective_n_jobs(-1 if n_jobs is None else n_jobs)
    if is_sparse(numeric):
        search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(numeric[among])
        return search.kneighbors(numeric[queries], return_distance=False)
    has_codes = codes is not None and codes.shape[1] > 0
    has_missing = bool(np.isnan(numeric).any())
    rows, factor = scaled(numeric)
    if has_codes or has_missing:
        if not has_codes or codes is None or metric is None:
            codes, metric = np.empty((len(rows), 0), dtype=np.int32), CategoryMetric()
        distances = _Distances(rows, codes, metric.scaled(factor), among, has_missing)
        return _in_blocks(lambda block: distances.nearest(block, k), queries, among, threads)
    if rows.shape[1] > TREE_COLUMNS:
        return _by_products(rows, queries, among, k)
    tree = KDTree(rows[among], leafsize=LEAF_ROWS)
    return np.asarray(tree.query(rows[queries], [*range(1, k + 1)], workers=threads)[1])


def _in_blocks(
    nearest: Callable[[Indices], Indices], queries: Indices, among: Indices, threads: int
) -> Indices:
    size = max(1, _BLOCK_BYTES // (8 * len(among)))
    blocks = [queries[begin : begin + size] for begin in range(0, len(queries), size)]
    found = Parallel(n_jobs=threads, backend="threading")(delayed(nearest)(b) for b in blocks)
    return np.concatenate(list(found))


def _by_products(numeric: Floats, queries: Indices, among: Indices, k: int) -> Indices:
    """Search by scikit-learn's products of matrices and rank what it finds by differences."""
    target = numeric[among].astype(np.float64)
    center = target.mean(axis=0)  # little is lost where |a|^2 - 2ab + |b|^2 cancels
    n_candidates = min(k + _SPARE, len(among))
    search = NearestNeighbors(n_neighbors=n_candidates, algorithm="brute").fit(target - center)
    size = max(1, _BLOCK_BYTES // (8 * n_candidates * numeric.shape[1]))
    found = np.empty((len(queries), k), dtype=np.intp)
    for begin in range(0, len(queries), size):
        block = numeric[queries[begin : begin + size]].astype(np.float64)
        candidates = np.sort(search.kneighbors(block - center, return_distance=False), axis=1)
        difference = target[candidates] - block[:, None, :]
        squared = np.einsum("ijk,ijk->ij", difference, difference)
        order = np.argsort(squared, axis=1, kind="stable")[:, :k]
        found[begin : begin + size] = np.take_along_axis(candidates, order, axis=1)
    return found


class _Distances:
    """Squared distances, column by column, of mixed or incomplete rows to a set of rows."""

    def __init__(
        self,
        numeric: Floats,
        codes: Indices,
        metric: CategoryMetric,
        among: Indices,
        has_missing: bool,
    ) -> None:
        self.numeric, self.codes, self.metric = numeric, codes, metric
        self.target = np.asfortranarray(numeric[among], dtype=np.float64)
        self.target_codes = np.asfortranarray(codes[among])
        self.has_missing = has_missing

    def nearest(self, rows: Indices, k: int) -> Indices:
        """Return the k nearest of each of `rows`, nearest first, ties by index."""
        squared = self._of_numbers(rows) + self._of_categories(rows)
        if k == 1:
            return squared.argmin(axis=1)[:, None]
        return np.argsort(squared, axis=1, kind="stable")[:, :k]

    def _of_numbers(self, rows: Indices) -> Floats:
        squared = np.zeros((len(rows), len(self.target)))
        n_shared = np.zeros(squared.shape, dtype=np.int32)
        for j in range(self.target.shape[1]):
            difference = self.numeric[rows, j, None] - self.target[:, j]
            if self.has_missing:
                shared = ~np.isnan(difference)
                n_shared += shared
                difference[~shared] = 0
            difference *= difference
            squared += difference
        if self.has_missing:
            with np.errstate(divide="ignore", invalid="ignore"):
                squared *= self.target.shape[1] / n_shared
            squared[n_shared == 0] = np.inf
        return squared

    def _of_categories(self, rows: Indices) -> NDArray[Any] | float:
        if self.metric.mismatch is not None and self.codes.shape[1]:
            n_differ = np.zeros((len(rows), len(self.target)), dtype=np.int32)
            for j in range(self.codes.shape[1]):
                n_differ += self.codes[rows, j, None] != self.target_codes[:, j]
            return self.metric.mismatch * n_differ
        total: NDArray[Any] | float = 0.0
        for j, table in enumerate(self.metric.tables):
            total = total + table[self.codes[rows, j]][:, self.target_codes[:, j]]
        return total
