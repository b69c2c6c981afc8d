"""Rows far from the others: their squares would drown those of the others in float32."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._points import Centred
from skaug.neighbors._rows import Rows

__all__ = ["near_and_far"]

_FAR = 32.0  # in median distances from the centre


def near_and_far(
    search: Callable[[Indices, Indices, Any], tuple[Indices, Floats]],
    rows: Rows,
    about: Centred,
    queries: Indices,
    among: Indices,
    k: int,
) -> Indices:
    """Return the k nearest of the rows `among` to each query, found in float32 where that will do.

    Queries that are not far look among the rows that are not far. Where a row that is may be as
    near as the k-th of these, and for far queries, all are searched again in float64.

    Parameters
    ----------
    search : callable
        Takes queries, the rows among which they look, and a dtype; returns neighbours
        and the squared distance of the last, or a little more.

    rows, about : Rows and Centred
        The table, and its numbers about their centre.

    queries, among : ndarray of shape (n_queries,) and (n_among,)
        The rows asked for, and those that may be near.

    k : int
        Number of neighbours.
    """
    found = np.empty((len(queries), k), dtype=np.intp)
    is_open = np.ones(len(queries), dtype=bool)
    is_near = about.norms <= _FAR * np.median(about.norms[among])
    if rows.has_missing and not is_near.all():
        is_near[:] = False  # far rows may be near in the columns that both have
    near, of_near = among[is_near[among]], np.flatnonzero(is_near[queries])
    if len(near) > k and len(of_near):
        found[of_near], squared = search(queries[of_near], near, np.float32)
        nearest_far = about.norms[among[~is_near[among]]].min(initial=np.inf)
        to_far = (nearest_far - about.norms[queries[of_near]]) * (1 - 1e-9)
        is_open[of_near] = squared >= np.maximum(to_far, 0) ** 2
    if is_open.any():
        found[is_open], _ = search(queries[is_open], among, np.float64)
    return found
