"""The nearest rows of one set to each row of another."""

from typing import Any

import numpy as np

from skaug._core.batch import Indices
from skaug.neighbors._kneighbors import nearest
from skaug.neighbors._metric import CategoryMetric

__all__ = ["nearest_among"]


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

    The distance is that of `kneighbors`, ties going to the row that stands first in the table;
    the cost is O(n_queries x n_among) beyond a few complete numeric columns.

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
    order = np.argsort(among)  # ties go to the row that stands first in the table
    position = np.empty(numeric.shape[0], dtype=np.intp)
    position[among] = np.arange(len(among))
    found = nearest(numeric, codes, metric, queries, among[order], k, n_jobs)
    return position[found]
