"""The k nearest rows of each row, by the fastest exact way that fits the data."""

from time import perf_counter
from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug._core.table import is_sparse
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._direct import direct_kneighbors
from skaug.neighbors._loops import count_plain, has_loops, pays_to_compile
from skaug.neighbors._metric import CategoryMetric
from skaug.neighbors._products import product_kneighbors
from skaug.neighbors._rows import Rows
from skaug.neighbors._scan import scan_kneighbors
from skaug.neighbors._sparse import sparse_kneighbors
from skaug.neighbors._sweep_cost import share_that_pays
from skaug.neighbors._tree import tree_kneighbors
from skaug.neighbors._workers import workers

__all__ = ["kneighbors", "nearest"]

_DIRECT_PAIRS = 1 << 25  # up to which blocks of near rows cost more than they save
_DIRECT_FULL_PAIRS = 3 << 27  # the same without compiled loops, few rows, few axes to be spared
_DIRECT_ROWS = 1 << 15
_SCAN_PAIRS = 1 << 31  # up to which blocks cost more where a product serves but one row
_SPARED_AXES = 64
_AXES_COLUMNS = 1024  # above, finding the axes costs what they save
_TREE_COLUMNS = 10  # above, a k-d tree is not even thought of
_TREE_PAIRS = 1 << 22  # and up to so many, neither
_TREE_SHARE = 200  # one row in so many has to look for it to be worth building


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
    return nearest(numeric, codes, metric, queries, np.arange(n_rows), k, n_jobs)


def nearest(
    numeric: Any,
    codes: Indices | None,
    metric: CategoryMetric | None,
    queries: Indices,
    among: Indices,
    k: int,
    n_jobs: int | None,
) -> Indices:
    """Return the k nearest of the rows `among`, which ascend, by the engine that is fastest.

    All engines return the same rows in the same order.
    """
    if is_sparse(numeric):
        return sparse_kneighbors(numeric, queries, among, k, n_jobs)
    rows = _as_rows(numeric, codes, metric)
    if not rows.is_numeric:
        return product_kneighbors(rows, queries, among, k, n_jobs)
    compiled = pays_to_compile(rows, queries, among, k)
    if compiled and _sweep_fits(rows.numeric):
        swept = _swept(rows.numeric, queries, among, k, n_jobs)
        if swept is not None:
            return swept
    begin = perf_counter()
    found = _unswept(rows, queries, among, k, n_jobs, compiled)
    if not compiled and has_loops(rows, queries, among, k):
        count_plain(perf_counter() - begin)
    return found


def _unswept(
    rows: Rows, queries: Indices, among: Indices, k: int, n_jobs: int | None, compiled: bool
) -> Indices:
    """Return the neighbours by an engine that looks at all products, or goes down a tree."""
    X = rows.numeric
    if _tree_pays(X, len(queries), len(among)):
        return tree_kneighbors(rows, queries, among, k, n_jobs)
    if _direct_pays(X, len(queries), len(among), compiled):
        return direct_kneighbors(rows, queries, among, k, n_jobs)
    if _scan_pays(X, len(queries), len(among)):
        return scan_kneighbors(rows, queries, among, k, n_jobs)
    return product_kneighbors(rows, queries, among, k, n_jobs)


def _as_rows(numeric: Floats, codes: Indices | None, metric: CategoryMetric | None) -> Rows:
    """Scale the numbers so that their squares stay finite, and the metric with them."""
    if codes is None or metric is None or not codes.shape[1]:
        codes, metric = np.empty((len(numeric), 0), dtype=np.int32), CategoryMetric()
    largest = max(numeric.max(initial=0), -numeric.min(initial=0))
    has_missing = bool(np.isnan(largest))
    if has_missing:
        largest = float(np.fmax.reduce(np.abs(numeric), axis=None, initial=0))
    # small numbers stay small beside a mismatch of categories
    small = codes.shape[1] > 0 and largest < 1
    values, factor = (numeric, 1.0) if small else _scaled(numeric, largest)
    values = np.ascontiguousarray(values, dtype=np.float64)
    return Rows(values, codes, metric.scaled(factor), has_missing)


def _swept(
    X: Floats, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices | None:
    """Return the neighbours by a compiled sweep, or None where products cost less."""
    from skaug.neighbors._sweep import Sweep

    with workers(len(queries) * len(among), n_jobs) as each:
        axes = principal_axes(X, among)
        at_most = share_that_pays(axes, len(queries), len(among))
        if not at_most:
            return None
        members = among if len(among) == len(X) else np.union1d(among, queries)
        if len(members) < len(X):
            X = X[members]
            among, queries = (np.searchsorted(members, rows) for rows in (among, queries))
        found = Sweep(X, among, axes, each)(queries, k, at_most)
    return None if found is None else members[found]


def _sweep_fits(X: Floats) -> bool:
    """Whether there are columns to sort by, and not so many that axes are dear."""
    return 0 < X.shape[1] <= _AXES_COLUMNS


def _tree_pays(X: Floats, n_queries: int, n_among: int) -> bool:
    """Whether a k-d tree finds its way: for one more axis it needs 2.5 times the rows."""
    n_columns = X.shape[1]
    is_small = n_queries * n_among <= _TREE_PAIRS or _TREE_SHARE * n_queries < n_among
    if is_small or not 0 < n_columns <= _TREE_COLUMNS:
        return False
    n_axes = 0.75 * np.log2(n_among) - 4
    return bool(n_axes >= 1 and (n_columns <= n_axes or principal_axes(X).leading() <= n_axes))


def _direct_pays(X: Floats, n_queries: int, n_among: int, compiled: bool) -> bool:
    """Whether blocks of near rows, and leaving out axes of little variance, would not pay."""
    n_pairs = n_queries * n_among
    if n_pairs <= _DIRECT_PAIRS or compiled:
        return n_pairs <= _DIRECT_PAIRS
    return n_pairs <= _DIRECT_FULL_PAIRS and n_among <= _DIRECT_ROWS and not _axes_pay(X)


def _scan_pays(X: Floats, n_queries: int, n_among: int) -> bool:
    """Whether no product could serve both of its rows, and few would be spared by blocks."""
    return 2 * n_queries < n_among and n_queries * n_among <= _SCAN_PAIRS and not _axes_pay(X)


def _axes_pay(X: Floats) -> bool:
    """Whether so many axes hold hardly any variance that it pays to leave them out."""
    n_columns = X.shape[1]
    if not _SPARED_AXES < n_columns <= _AXES_COLUMNS:
        return False
    return n_columns - principal_axes(X).leading() > _SPARED_AXES


def _scaled(numeric: Floats, largest: float) -> tuple[Floats, float]:
    """Multiply by a power of two, returned too, where squares would overflow or vanish."""
    limits = np.finfo(numeric.dtype)
    if largest == 0 or limits.tiny**0.25 < largest < limits.max**0.25:
        return numeric, 1.0
    factor = 2.0 ** -max(-1000, min(1000, int(np.log2(largest))))
    return numeric.astype(np.float64) * factor, factor  # float32 may not hold the factor
