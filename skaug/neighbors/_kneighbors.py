"""The k nearest rows of each row, by the fastest exact way that fits the data."""

from typing import Any

import numpy as np
from joblib import effective_n_jobs
from scipy.spatial import KDTree
from sklearn.neighbors import NearestNeighbors

from skaug._core.batch import Floats, Indices
from skaug._core.table import is_sparse
from skaug.neighbors._brute import brute_kneighbors
from skaug.neighbors._gemm import gemm_kneighbors
from skaug.neighbors._metric import CategoryMetric

__all__ = ["kneighbors"]

_TREE_COLUMNS = 10  # above, a k-d tree visits most leaves of isotropic data
_LEAF_ROWS = 32


def kneighbors(
    numeric: Any,
    k: int,
    *,
    codes: Indices | None = None,
    metric: CategoryMetric | None = None,
    queries: Indices | None = None,
    n_jobs: int | None = None,
) -> Indices:
    r"""Return the k nearest other rows of rows of a table, nearest first.

    The squared distance is Euclidean over the numeric columns plus, for each categorical
    column, what `metric` says. With missing values the numeric part is the nan-Euclidean
    distance: over the columns both rows have, scaled up by the share of those. A row is never
    its own neighbour; equal rows are neighbours like any other.

    Parameters
    ----------
    numeric : ndarray or csr_array of shape (n, n_numeric)
        Numeric columns, NaN where missing.

    k : int
        Number of neighbours, at most n - 1.

    codes : ndarray of shape (n, n_categorical), default=None
        Categorical columns as codes, -1 where missing.

    metric : CategoryMetric, default=None
        Distances between categories; needed with `codes`.

    queries : ndarray of shape (n_queries,), default=None
        The rows whose neighbours are wanted; None for all.

    n_jobs : int, default=None
        Threads; None for all cores. The result does not depend on it.

    Returns
    -------
    ndarray of shape (n_queries, k)
        Indices of the neighbours.
    """
    n_rows, n_columns = numeric.shape
    if k >= n_rows:
        raise ValueError(f"kneighbors needs k < n rows; got k = {k} and n = {n_rows}.")
    if queries is None:
        queries = np.arange(n_rows)
    threads = effective_n_jobs(-1 if n_jobs is None else n_jobs)
    has_codes = codes is not None and codes.shape[1] > 0
    if is_sparse(numeric):
        found = _by_scikit_learn(numeric, queries, k)
    elif has_codes or np.isnan(numeric).any():
        if metric is None or codes is None or not has_codes:
            codes, metric = np.empty((n_rows, 0), dtype=np.int32), CategoryMetric()
        # small numbers stay small beside a mismatch of categories
        rows, factor = (numeric, 1.0) if has_codes and _is_small(numeric) else _scaled(numeric)
        return brute_kneighbors(rows, codes, metric.scaled(factor), queries, k, threads)
    elif n_columns > _TREE_COLUMNS:
        return gemm_kneighbors(_scaled(numeric)[0], queries, k, threads)
    else:
        rows, _ = _scaled(numeric)
        tree = KDTree(rows, leafsize=_LEAF_ROWS)
        found = np.asarray(tree.query(rows[queries], k + 1, workers=threads)[1])
    return _without_self(found, queries)


def _by_scikit_learn(numeric: Any, queries: Indices, k: int) -> Indices:
    search = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(numeric)
    return search.kneighbors(numeric[queries], return_distance=False)


def _largest(numeric: Floats) -> float:
    return float(np.fmax.reduce(np.abs(numeric), axis=None, initial=0))


def _is_small(numeric: Floats) -> bool:
    return _largest(numeric) < 1


def _scaled(numeric: Floats) -> tuple[Floats, float]:
    """Multiply by a power of two, returned too, where squares would overflow or vanish."""
    largest, limits = _largest(numeric), np.finfo(numeric.dtype)
    if largest == 0 or limits.tiny**0.25 < largest < limits.max**0.25:
        return numeric, 1.0
    factor = 2.0 ** -max(-1000, min(1000, int(np.log2(largest))))
    return numeric * numeric.dtype.type(factor), factor


def _without_self(found: Indices, queries: Indices) -> Indices:
    """Drop each row from its own list, wherever it stands; or the last if it is not there."""
    keep = found != queries[:, None]
    keep[keep.all(axis=1), -1] = False
    return found[keep].reshape(len(found), found.shape[1] - 1)
