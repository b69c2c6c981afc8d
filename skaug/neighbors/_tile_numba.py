"""Compiled: the few products of a tile that matter, and the lists they change."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel
from skaug.neighbors._rank_numba import insert_row, nth_smallest, squared_distance

__all__ = ["insert", "serve"]

_LINE = 8  # products of a row that are looked at together before any of them is
_WORD = 8  # marks that are looked at together: the bytes of a number of 64 bits
_ROUNDING = 2.0**-22  # four times what it costs to store a limit in float32
_FAST = {"nnan", "nsz"}


@kernel()
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
        Of n queries with m others, m being a multiple of 8.

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
        ``(index, squared, limit, error, scale, is_tight)`` of the queries, see `Shortlist`.

    theirs : tuple
        ``(limit, squared)`` of the others: the largest product that matters, -inf where
        nothing is wanted, and the distance of the last row that is known; the latter is empty
        where nothing is wanted at all.

    found : tuple
        Room for what is near to columns: ``(row, column, squared)``.

    Returns
    -------
    int
        How much was found; where that is more than there is room for, the rest is lost.
    """
    index, _, limits, error, _, is_tight = lists
    n_lines, n_nearest = products.shape[1] // _LINE, index.shape[1] + 1
    minima = np.empty((1, n_lines), dtype=products.dtype)  # of two dimensions as the products are
    coarse = np.empty(n_lines // _LINE, dtype=products.dtype)  # of minima, but for a rest
    if len(coarse) < 2 * n_nearest:
        coarse = minima[0]
    kept = np.empty(n_nearest, dtype=products.dtype)
    words = np.zeros(-(-n_lines // _WORD), dtype=np.uint64)
    marks = words.view(np.uint8)[:n_lines]
    nothing = np.full(len(slots), -np.inf, dtype=products.dtype), theirs[1]
    tile = products, queries, sources, first, slots, among, vectors
    n_found = 0
    for i in range(len(products)):
        slot = first + i
        if queries[slot] < 0:
            continue
        limit = limits[slot]
        is_new = limit == np.inf and n_lines >= n_nearest
        if is_new:
            # k + 1, since the query itself may be one of them; so many minima, and be they of
            # some lines only, bound the k-th smallest product
            _find_minima(products, i, minima[0])
            if len(coarse) < n_lines:
                _find_minima(minima, 0, coarse)
            least = nth_smallest(coarse, n_nearest, kept)
            limit = products.dtype.type((least + 2 * error[slot]) * (1 + _ROUNDING))
            if not is_tight:  # what is near by the products is a good beginning, but no more
                _mark_lines(minima[0], limit, marks)
                _take(tile, i, limit, lists, nothing, found, 0, words)
                limit = limits[slot]
        if is_new and not len(theirs[1]):
            _mark_lines(minima[0], limit, marks)
        else:
            _mark(products, i, limit, theirs[0], marks)
        n_found = _take(tile, i, limit, lists, theirs, found, n_found, words)
    return n_found


@kernel(allocates=False)
def _take(
    tile: Any, i: int, limit: Any, lists: Any, theirs: Any, found: Any, n_found: int, words: Any
) -> int:
    """Do what `serve` does for row i and the lines that are marked, eight in a word."""
    products, queries, sources, first, slots, among, vectors = tile
    index, squared, limits, error, scale, _ = lists
    column_limit, last_squared = theirs
    slot, n_lines, n_columns = first + i, products.shape[1] // _LINE, products.shape[1]
    query, marks = queries[slot], words.view(np.uint8)
    for word in range(len(words)):
        if not words[word]:
            continue
        for line in range(word * _WORD, min((word + 1) * _WORD, n_lines)):
            if not marks[line]:
                continue
            for j in range(line, n_columns, n_lines):
                for_column = products[i, j] <= column_limit[j]
                if not (products[i, j] <= limit or for_column):
                    continue
                other = among[slots[j]]
                if other < 0 or other == query:
                    continue
                distance = squared_distance(sources, slot, vectors, slots[j])
                if insert_row(index[slot], squared[slot], other, distance):
                    _set_limit(limits, slot, squared[slot, -1], error, scale)
                    limit = min(limit, limits[slot])
                # ties too: which of them is nearer is settled where they are inserted
                if for_column and distance <= last_squared[j]:
                    if n_found < len(found[0]):
                        found[0][n_found], found[1][n_found] = i, j
                        found[2][n_found] = distance
                    n_found += 1
    return n_found


@kernel(fastmath=_FAST, allocates=False)
def _mark_lines(minima: Any, limit: Any, marks: Any) -> None:
    """Mark the lines whose least product is up to a limit."""
    for j in range(np.uint64(len(marks))):
        marks[j] = minima[j] <= limit


@kernel(fastmath=_FAST, allocates=False)
def _mark(products: Any, i: int, limit: Any, limits: Any, marks: Any) -> None:
    """Mark the lines of eight products, ``len(marks)`` apart, of which one is up to a limit."""
    n = np.uint64(len(marks))  # numbers without sign: so the loop is vectorised
    for j in range(n):
        a, b = max(limit, limits[j]), max(limit, limits[j + n])
        c, d = max(limit, limits[j + 2 * n]), max(limit, limits[j + 3 * n])
        e, f = max(limit, limits[j + 4 * n]), max(limit, limits[j + 5 * n])
        g, h = max(limit, limits[j + 6 * n]), max(limit, limits[j + 7 * n])
        near = (products[i, j] <= a) | (products[i, j + n] <= b)
        near |= (products[i, j + 2 * n] <= c) | (products[i, j + 3 * n] <= d)
        near |= (products[i, j + 4 * n] <= e) | (products[i, j + 5 * n] <= f)
        near |= (products[i, j + 6 * n] <= g) | (products[i, j + 7 * n] <= h)
        marks[j] = near


@kernel(fastmath=_FAST, allocates=False)
def _find_minima(products: Any, i: int, minima: Any) -> None:
    """Find the least product of each line."""
    n = np.uint64(len(minima))
    for j in range(n):
        a = min(products[i, j], products[i, j + n])
        b = min(products[i, j + 2 * n], products[i, j + 3 * n])
        c = min(products[i, j + 4 * n], products[i, j + 5 * n])
        d = min(products[i, j + 6 * n], products[i, j + 7 * n])
        minima[j] = min(min(a, b), min(c, d))


@kernel(allocates=False)
def insert(slots: Any, candidates: Any, distances: Any, lists: Any) -> None:
    """Take candidates into the lists of some slots."""
    index, squared, limits, error, scale, _ = lists
    for i in range(len(slots)):
        slot = slots[i]
        if insert_row(index[slot], squared[slot], candidates[i], distances[i]):
            _set_limit(limits, slot, squared[slot, -1], error, scale)


@kernel(allocates=False)
def _set_limit(limits: Any, slot: int, squared: float, error: Any, scale: float) -> None:
    """Keep the largest product, rounded up, of a row that may be as near as `squared`."""
    limits[slot] = (squared * scale + error[slot]) * (1 + _ROUNDING)
