"""Compiled: the few products of a tile that matter, and the lists they change."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel
from skaug.neighbors._rank_numba import insert_row, squared_distance

__all__ = ["insert", "serve"]

_CHUNK = 64  # products that are looked at together before any of them is
_ROUNDING = 2.0**-22  # four times what it costs to store a limit in float32


@kernel(allocates=False)
def serve(
    products: Any,
    queries: Any,
    sources: Any,
    first: int,
    slots: Any,
    among: Any,
    vectors: Any,
    lists: Any,
    theirs: Any,
    found: Any,
) -> int:
    """Take near rows into the lists of a tile's rows; note what is near to its columns.

    Parameters
    ----------
    products : ndarray of shape (n, m)
        Of n queries with m others.

    queries, sources : ndarray of shape (n_sources,) and float64 (n_sources, d)
        The row in each slot of the queries, -1 for none, and its numbers, filled up with zeros
        to a multiple of 8.

    first : int
        Slot of the first of the n queries.

    slots : ndarray of shape (m,)
        Slots of the others.

    among, vectors : ndarray of shape (n_among,) and float64 (n_among, d)
        The same as `queries` and `sources` for the others.

    lists : tuple
        ``(index, squared, limit, error, scale)`` of the queries, see `Shortlist`.

    theirs : tuple
        ``(limit, squared, index)`` of the others: the largest product that matters, -inf where
        nothing is wanted, and the last of the rows that are known.

    found : tuple
        Room for what is near to columns: ``(row, column, squared)``.

    Returns
    -------
    int
        How much was found; where that is more than there is room for, the rest is lost.
    """
    column_limit, last_squared, last_index = theirs
    index, squared, limits, error, scale = lists
    n_found, room, n_columns = 0, len(found[0]), products.shape[1]
    for i in range(len(products)):
        slot = first + i
        query, limit = queries[slot], limits[slot]
        if query < 0:
            continue
        for begin in range(0, n_columns, _CHUNK):
            end = min(begin + _CHUNK, n_columns)
            if end - begin == _CHUNK and not _any_within(products, i, begin, limit, column_limit):
                continue
            for j in range(begin, end):
                for_column = products[i, j] <= column_limit[j]
                if not (products[i, j] <= limit or for_column):
                    continue
                other = among[slots[j]]
                if other < 0 or other == query:
                    continue
                distance = squared_distance(sources, slot, vectors, slots[j])
                if insert_row(index[slot], squared[slot], other, distance):
                    _set_limit(limits, slot, squared[slot, -1], error, scale)
                    limit = limits[slot]
                if for_column and (
                    distance < last_squared[j]
                    or (distance == last_squared[j] and query < last_index[j])
                ):
                    if n_found < room:
                        found[0][n_found], found[1][n_found] = i, j
                        found[2][n_found] = distance
                    n_found += 1
    return n_found


@kernel(allocates=False)
def _any_within(products: Any, i: int, begin: int, limit: Any, limits: Any) -> bool:
    """Whether any product of a chunk is at most `limit`, or at most its own of the limits."""
    near = np.uint8(0)
    first = np.uint64(begin)  # numbers without sign: so the loop is vectorised
    for j in range(first, first + np.uint64(_CHUNK)):
        near |= np.uint8((products[i, j] <= limit) | (products[i, j] <= limits[j]))
    return bool(near)


@kernel(allocates=False)
def insert(slots: Any, candidates: Any, distances: Any, lists: Any) -> None:
    """Take candidates into the lists of some slots."""
    index, squared, limits, error, scale = lists
    for i in range(len(slots)):
        slot = slots[i]
        if insert_row(index[slot], squared[slot], candidates[i], distances[i]):
            _set_limit(limits, slot, squared[slot, -1], error, scale)


@kernel(allocates=False)
def _set_limit(limits: Any, slot: int, squared: float, error: Any, scale: float) -> None:
    """Keep the largest product, rounded up, of a row that may be as near as `squared`."""
    limits[slot] = (squared * scale + error[slot]) * (1 + _ROUNDING)
