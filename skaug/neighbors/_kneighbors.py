"""The k nearest rows of each row, by the fastest exact way that fits the data."""

from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.neighbors import NearestNeighbors

from skaug._core.batch import Floats, Indices
from skaug._core.compiled import has_numba, is_loaded
from skaug._core.table import is_sparse
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._brute import brute_kneighbors
from skaug.neighbors._gemm import gemm_kneighbors
from skaug.neighbors._metric import CategoryMetric
from skaug.neighbors._tree import tree_kneighbors

__all__ = ["TREE_COLUMNS", "kneighbors", "scaled"]

TREE_COLUMNS = 10  # above, a k-d tree visits most leaves of isotropic data
_AXES_COLUMNS = 1024  # above, finding the axes costs what they save
_DIMENSION_PER_DIGIT = 2.2  # dimension below which the compiled tree wins, per log10(rows)
_COMPILED_K = 64  # its lists are kept sorted by insertion
_COMPILED_QUERIES = 5_000
_IMPORT_QUERIES = 20_000  # from which even importing Numba pays


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

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import kneighbors
    >>> kneighbors(np.array([[0.0], [1.0], [3.0], [7.0]]), k=2).tolist()
    [[1, 2], [0, 2], [1, 0], [2, 1]]
    """
    n_rows = numeric.shape[0]
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
        rows, factor = (numeric, 1.0) if has_codes and _is_small(numeric) else scaled(numeric)
        return brute_kneighbors(rows, codes, metric.scaled(factor), queries, k, threads)
    else:
        X = np.ascontiguousarray(scaled(numeric)[0], dtype=np.float64)
        return _among_numbers(X, queries, k, threads)
    return _without_self(found, queries)


def _among_numbers(X: Floats, queries: Indices, k: int, threads: int) -> Indices:
    """Search complete numeric rows: the same answer from each engine, the fastest chosen.

    Seconds for all neighbours, k = 5, two threads of a busy machine; the effective dimension
    is that of the principal axes, and decides for the compiled tree. SciPy's, over the 12
    leading axes where there are more than 10 columns, was not reliably faster than products:

    ======== ======= ========= ======== ============ ==========
    rows     columns dimension products SciPy's tree compiled
    ======== ======= ========= ======== ============ ==========
    10,000   8       8.0       0.17     0.31         0.13
    10,000   32      7.8       0.37     0.48         0.23
    10,000   32      31.8      0.31                  1.45
    30,000   16      15.9      1.5                   4.8
    30,000   32      7.3       2.8      2.5          1.0
    30,000   32      9.8       2.4      7.0          3.2
    30,000   128     9.4       6.8      3.6          2.4
    ======== ======= ========= ======== ============ ==========
    """
    n_rows, n_columns = X.shape
    compiled = (
        has_numba()
        and len(queries) >= (_COMPILED_QUERIES if is_loaded() else _IMPORT_QUERIES)
        and k <= _COMPILED_K
    )
    if compiled and n_columns <= _AXES_COLUMNS:
        axes = principal_axes(X)
        if axes.dimension <= _DIMENSION_PER_DIGIT * np.log10(n_rows):
            from skaug.neighbors._tree_numba import compiled_tree_kneighbors

            return compiled_tree_kneighbors(X, axes, queries, k, threads)
    if n_columns <= TREE_COLUMNS:
        return tree_kneighbors(X, queries, k, threads)
    return gemm_kneighbors(X, queries, k, threads)


def _by_scikit_learn(numeric: Any, queries: Indices, k: int) -> Indices:
    search = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(numeric)
    return search.kneighbors(numeric[queries], return_distance=False)


def _largest(numeric: Floats) -> float:
    return float(np.fmax.reduce(np.abs(numeric), axis=None, initial=0))


def _is_small(numeric: Floats) -> bool:
    return _largest(numeric) < 1


def scaled(numeric: Floats) -> tuple[Floats, float]:
    """Multiply by a power of two, returned too, where squares would overflow or vanish."""
    largest, limits = _largest(numeric), np.finfo(numeric.dtype)
    if largest == 0 or limits.tiny**0.25 < largest < limits.max**0.25:
        return numeric, 1.0
    factor = 2.0 ** -max(-1000, min(1000, int(np.log2(largest))))
    return numeric.astype(np.float64) * factor, factor  # float32 may not hold the factor


def _without_self(found: Indices, queries: Indices) -> Indices:
    """Drop each row from its own list, wherever it stands; or the last if it is not there."""
    keep = found != queries[:, None]
    keep[keep.all(axis=1), -1] = False
    return found[keep].reshape(len(found), found.shape[1] - 1)
