"""The neighbours of rows of a table, as samplers ask for them: by a number or by an object."""

from numbers import Integral
from typing import Any

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.extras import require
from skaug._core.stats import column_std
from skaug._core.table import Table, is_sparse
from skaug._core.target import Target
from skaug._planning.by_object import answers_of, first_valid, refuse_what_objects_cannot_search
from skaug.neighbors import (
    ApproximateNeighbors,
    CategoryMetric,
    kneighbors,
    mismatch_metric,
    nearest_among,
    value_difference_metric,
)

__all__ = [
    "NEIGHBORS",
    "SEARCH",
    "among_of",
    "category_metric",
    "checked_k",
    "neighbors_of",
    "requested_k",
]

_FEWEST_QUERIES = 50_000  # below, an exact search is as fast as an approximate one

# what a number of neighbours and the parameter `neighbors` may be
SEARCH: list[Any] = [
    sk.Interval(Integral, 1, None, closed="left"),
    sk.HasMethods(["fit", "kneighbors"]),
]
NEIGHBORS: list[Any] = [sk.StrOptions({"exact", "approximate"})]


def category_metric(X: Table, y: Target, rows: Indices) -> CategoryMetric | None:
    """Return how far apart categories are: by SMOTE-NC's rule, or SMOTE-N's if there is no number.

    `rows` are those whose deviations set the scale.
    """
    if not X.codes.shape[1]:
        return None
    if X.n_numeric:
        return mismatch_metric(column_std(X.numeric[rows]))
    return value_difference_metric(X.codes, X.n_levels, y.codes, len(y.classes))


def requested_k(k_neighbors: Any) -> int:
    """Return the number of neighbours asked for, by an int or by an object.

    An object counts the row itself as one of its ``n_neighbors``; without any it is asked for 6.
    """
    if isinstance(k_neighbors, Integral):
        return int(k_neighbors)
    n_neighbors = getattr(k_neighbors, "n_neighbors", None)
    return int(n_neighbors) - 1 if isinstance(n_neighbors, Integral) else 5


def checked_k(k_neighbors: Any, owner: str, parameter: str) -> int:
    """Return the number of neighbours asked for, at least 1."""
    k = requested_k(k_neighbors)
    if k < 1:
        raise ValueError(
            f"{parameter} of {owner} is an object with n_neighbors = {k + 1}, of which a row "
            "itself is one; it needs at least 2."
        )
    return k


def neighbors_of(
    queries: Indices,
    numeric: Any,
    codes: Indices,
    metric: CategoryMetric | None,
    *,
    k: int,
    k_neighbors: Any,
    n_jobs: int | None,
    owner: str,
    parameter: str,
    neighbors: str = "exact",
) -> Indices:
    """Return the k neighbours of the queries, which are not their own.

    A number is searched by skaug, exactly or not, an object by itself. Rows for which that finds
    fewer than k are searched exactly.

    Parameters
    ----------
    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted.

    numeric, codes, metric
        The table, as for `kneighbors`.

    k : int
        Number of neighbours.

    k_neighbors : int or object with fit and kneighbors
        What the user gave.

    n_jobs : int or None
        Threads of the search.

    owner, parameter : str
        The sampler and its name for `k_neighbors`, for the messages.

    neighbors : {'exact', 'approximate'}, default='exact'
        How a number is searched.
    """
    search = _searching(
        k_neighbors, neighbors, numeric, codes, len(queries), n_jobs, owner, parameter
    )
    if search is None:
        return kneighbors(numeric, k, codes=codes, metric=metric, queries=queries, n_jobs=n_jobs)
    user = f"{parameter} of {owner}"
    answers = answers_of(search, numeric, numeric[queries], k + 1, user)
    found, is_full = first_valid(answers, k, queries)
    if not is_full.all():
        found[~is_full] = kneighbors(numeric, k, queries=queries[~is_full], n_jobs=n_jobs)
    return found


def among_of(
    queries: Indices,
    among: Indices,
    numeric: Any,
    codes: Indices,
    metric: CategoryMetric | None,
    *,
    k: int,
    k_neighbors: Any,
    n_jobs: int | None,
    owner: str,
    parameter: str,
    neighbors: str = "exact",
) -> Indices:
    """Return the positions in `among` of the k nearest of those rows; none is a query.

    The parameters are those of `neighbors_of`.
    """
    search = _searching(
        k_neighbors, neighbors, numeric, codes, len(queries), n_jobs, owner, parameter
    )
    table: dict[str, Any] = {"among": among, "n_jobs": n_jobs}
    if search is None:
        return nearest_among(numeric, k, queries=queries, codes=codes, metric=metric, **table)
    user = f"{parameter} of {owner}"
    answers = answers_of(search, numeric[among], numeric[queries], k, user)
    found, is_full = first_valid(answers, k)
    if not is_full.all():
        found[~is_full] = nearest_among(numeric, k, queries=queries[~is_full], **table)
    return found


def _searching(
    k_neighbors: Any,
    neighbors: str,
    numeric: Any,
    codes: Indices,
    n_queries: int,
    n_jobs: int | None,
    owner: str,
    parameter: str,
) -> Any:
    """Return the object that searches, None for skaug's exact search."""
    if not isinstance(k_neighbors, Integral):
        user = f"{parameter} of {owner} is an object"
        refuse_what_objects_cannot_search(numeric, codes, user, "Give an int")
        return k_neighbors
    if neighbors == "exact":
        return None
    user, remedy = f"neighbors of {owner} is 'approximate'", "Use neighbors='exact'"
    if is_sparse(numeric):
        raise ValueError(f"{user}; it cannot search sparse data. {remedy}, or pass X.toarray().")
    refuse_what_objects_cannot_search(numeric, codes, user, remedy)
    require("faiss", "approximate", f"{owner}(neighbors='approximate')")
    return ApproximateNeighbors(n_jobs=n_jobs) if n_queries >= _FEWEST_QUERIES else None
