"""Compiled: queries that are near each other go through the cells together, four at a time."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel
from skaug.neighbors._rank_numba import insert_row, nth_smallest, squared_distance
from skaug.neighbors._sweep_cost import CHUNK

__all__ = ["CELL", "NOBODY", "sweep"]

CELL = 256  # rows; with 32 columns they fill a level-1 cache
NOBODY = np.iinfo(np.int64).max
_FOUR = 4  # columns, and queries, of one step
_LINES = CELL // 8  # of eight products each, of which only the smallest is looked at first
_COORDINATE_ERROR = 2.0**-22  # four times what rounding to float32 costs
_SUM_ERROR = 2.0**-23  # of each operation: twice what it costs
_TINY = np.float32(1e-36)  # what underflow may cost
_FAST = {"contract", "nnan", "nsz", "reassoc"}


@kernel()
def sweep(cells: Any, asked: Any, scale: float, found: Any) -> int:
    r"""Fill in the nearest rows of some queries; return how often a query went through a cell.

    Half a squared distance less half of :math:`|q|^2` is :math:`|x|^2 / 2 - q \cdot x`: for a
    cell and a query a product of a matrix with a vector. In float32, over the leading axes, it
    is a lower bound; what may be near by it is measured.

    Parameters
    ----------
    cells : tuple
        ``(columns, halves, reach, low, high, rows, order)``: coordinates in float32, shape
        (n_cells, m, CELL); half their squared norms, infinite where there is no row; the largest
        norm in each cell; its box, (n_axes, n_cells); the rows themselves; their indices.

    asked : tuple
        ``(coordinates, rows, index)`` of the queries.

    scale : float
        What coordinates were multiplied by.

    found : ndarray of int64, shape (n_queries, k)
        To be filled in.
    """
    low, high = cells[3], cells[4]
    coordinates = asked[0]
    m, n_axes, n_cells, k = coordinates.shape[1], len(low), low.shape[1], found.shape[1]
    turned = np.empty((n_axes, CHUNK), dtype=np.float32)
    norm = np.empty(CHUNK)
    limit = np.empty(CHUNK, dtype=np.float32)
    squared = np.empty((CHUNK, k))
    chunk = turned, norm, limit, squared
    gap = np.empty(n_cells, dtype=np.float32)
    between = np.empty(n_cells, dtype=np.float32)
    room = (
        np.empty(CHUNK, dtype=np.float32),
        np.empty(CHUNK + _FOUR, dtype=np.int64),
        np.empty((_FOUR, m), dtype=np.float32),
        (
            np.empty((_FOUR, CELL), dtype=np.float32),
            np.empty((_FOUR, _LINES), dtype=np.float32),
            np.empty(_FOUR, dtype=np.float32),
            np.empty(_FOUR, dtype=np.bool_),
            np.empty(k + 1, dtype=np.float32),
        ),
    )
    n_visits = 0
    for begin in range(0, len(coordinates), CHUNK):
        n = min(CHUNK, len(coordinates) - begin)
        for b in range(CHUNK):
            query = coordinates[begin + min(b, n - 1)]  # what is left over repeats the last one
            turned[:, b] = query[:n_axes]
            norm[b] = _norm(query)
        limit[:] = np.inf
        squared[:] = np.inf
        found[begin : begin + n] = NOBODY
        _to_cells(low, high, turned, gap, between)
        nearest = np.argmin(between)
        first = np.full(1, nearest)
        n_visits += _visit(first, cells, asked, scale, begin, n, chunk, room, found)
        near = np.flatnonzero(gap <= limit[:n].max())
        near = near[near != nearest]
        near = near[np.argsort(between[near])]
        n_visits += _visit(near, cells, asked, scale, begin, n, chunk, room, found)
    return n_visits


@kernel(allocates=False)
def _visit(
    chosen: Any,
    cells: Any,
    asked: Any,
    scale: float,
    begin: int,
    n: int,
    chunk: Any,
    room: Any,
    found: Any,
) -> int:
    """Take what is near in some cells into the lists of a chunk; return how often one looked."""
    columns, halves, reach, low, high, _, _ = cells
    coordinates = asked[0]
    turned, norm, limit, squared = chunk
    bound, active, four, seen = room
    thresholds, near = seen[2:4]
    m, last, n_visits = four.shape[1], found.shape[1] - 1, 0
    half_error = (m + 8) * _SUM_ERROR / 2
    for cell in chosen:
        _to_queries(low, high, cell, turned, bound)
        n_active = 0
        for b in range(n):
            active[n_active] = b  # without a branch, which could not be foreseen
            n_active += bound[b] <= limit[b]
        n_visits += n_active
        active[n_active : n_active + _FOUR] = active[max(n_active - 1, 0)]
        for first in range(0, n_active, _FOUR):
            for e in range(_FOUR):
                b = active[first + e]
                for j in range(m):
                    four[e, j] = -coordinates[begin + b, j]
                slack = half_error * (reach[cell] + norm[b]) ** 2
                thresholds[e] = _threshold(squared[b, last], scale, norm[b], slack)
            _multiply(columns, halves, cell, four, seen)
            for e in range(min(_FOUR, n_active - first)):
                if not near[e]:
                    continue
                b = active[first + e]
                margins = scale, norm[b], half_error * (reach[cell] + norm[b]) ** 2
                query = begin + b
                _take(seen, e, cell, cells, query, asked, margins, found[query], squared[b])
                kth = np.sqrt(squared[b, last]) * scale
                kth += _COORDINATE_ERROR * (2 * norm[b] + kth)
                limit[b] = np.float32(kth * kth * (1 + (len(turned) + 8) * _SUM_ERROR)) + _TINY
    return n_visits


@kernel(allocates=False)
def _take(
    seen: Any,
    e: int,
    cell: int,
    cells: Any,
    query: int,
    asked: Any,
    margins: Any,
    found: Any,
    squared: Any,
) -> None:
    """Take the rows of a cell that are near enough into the list of a query."""
    minima, kept = seen[1], seen[4]
    if squared[-1] == np.inf and len(kept) < _LINES:
        # what is near by its products is a good beginning; k + 1, since one may be the query
        near = nth_smallest(minima[e], len(kept), kept)
        _take_up_to(near, seen, e, cell, cells, query, asked, margins, found, squared)
    scale, norm, slack = margins
    threshold = _threshold(squared[-1], scale, norm, slack)
    _take_up_to(threshold, seen, e, cell, cells, query, asked, margins, found, squared)


@kernel(allocates=False)
def _take_up_to(
    threshold: Any,
    seen: Any,
    e: int,
    cell: int,
    cells: Any,
    query: int,
    asked: Any,
    margins: Any,
    found: Any,
    squared: Any,
) -> None:
    """Take the rows whose products are up to a threshold, which falls with the last distance."""
    rows, order = cells[5], cells[6]
    numbers, index = asked[1], asked[2]
    products, minima = seen[:2]
    scale, norm, slack = margins
    first, n_rows = cell * CELL, len(order) - cell * CELL
    for line in range(_LINES):
        if minima[e, line] > threshold:
            continue
        for r in range(line, min(CELL, n_rows), _LINES):
            if products[e, r] <= threshold and order[first + r] != index[query]:
                distance = squared_distance(numbers, query, rows, first + r)
                if insert_row(found, squared, order[first + r], distance):
                    threshold = min(threshold, _threshold(squared[-1], scale, norm, slack))


@kernel(allocates=False)
def _threshold(squared: float, scale: float, norm: float, slack: float) -> Any:
    """Return the largest product, rounded up, of a row that may be as near as `squared`."""
    product = (squared * scale * scale * (1 + _COORDINATE_ERROR) - norm * norm) / 2 + slack
    return np.float32(product + abs(product) * _COORDINATE_ERROR) + _TINY


@kernel(allocates=False)
def _norm(query: Any) -> float:
    squared = 0.0
    for value in query:
        squared += np.float64(value) ** 2
    return float(np.sqrt(squared))


@kernel(fastmath=_FAST)
def _to_cells(low: Any, high: Any, turned: Any, gap: Any, between: Any) -> None:
    """Find how far all cells are from the box of the queries, and their centres from its own."""
    gap[:] = 0
    between[:] = 0
    for j in range(len(low)):
        lowest, highest = turned[j].min(), turned[j].max()
        for c in range(len(gap)):
            outside = max(max(low[j, c] - highest, lowest - high[j, c]), np.float32(0))
            apart = (low[j, c] + high[j, c]) - (lowest + highest)
            gap[c] += outside * outside
            between[c] += apart * apart


@kernel(fastmath=_FAST, allocates=False)
def _to_queries(low: Any, high: Any, cell: int, turned: Any, bound: Any) -> None:
    """Find how far each query is from the box of a cell."""
    bound[:] = 0
    for j in range(len(low)):
        lowest, highest = low[j, cell], high[j, cell]
        for b in range(CHUNK):
            outside = max(max(lowest - turned[j, b], turned[j, b] - highest), np.float32(0))
            bound[b] += outside * outside


@kernel(allocates=False)
def _multiply(columns: Any, halves: Any, cell: int, four: Any, seen: Any) -> None:
    """Multiply the rows of a cell with four queries, and see which of them it may be near."""
    products, minima, thresholds, near, _ = seen
    _begin(columns, halves, cell, four, products)
    for j in range(_FOUR, columns.shape[1], _FOUR):
        _add(columns, cell, j, four, products)
    _find_minima(products, minima, thresholds, near)


@kernel(fastmath=_FAST, allocates=False)
def _begin(columns: Any, halves: Any, cell: int, four: Any, products: Any) -> None:
    """Set products to the part of the first four columns: see `_add`."""
    pa, pb, pc, pd = four[0, 0], four[0, 1], four[0, 2], four[0, 3]
    qa, qb, qc, qd = four[1, 0], four[1, 1], four[1, 2], four[1, 3]
    ra, rb, rc, rd = four[2, 0], four[2, 1], four[2, 2], four[2, 3]
    sa, sb, sc, sd = four[3, 0], four[3, 1], four[3, 2], four[3, 3]
    for i in range(CELL):
        w, x = columns[cell, 0, i], columns[cell, 1, i]
        y, z = columns[cell, 2, i], columns[cell, 3, i]
        products[0, i] = halves[cell, i] + w * pa + x * pb + y * pc + z * pd
        products[1, i] = halves[cell, i] + w * qa + x * qb + y * qc + z * qd
        products[2, i] = halves[cell, i] + w * ra + x * rb + y * rc + z * rd
        products[3, i] = halves[cell, i] + w * sa + x * sb + y * sc + z * sd


@kernel(fastmath=_FAST, allocates=False)
def _add(columns: Any, cell: int, j: int, four: Any, products: Any) -> None:
    """Add the part of four columns: 16 constants stay in registers, each number is read once."""
    pa, pb, pc, pd = four[0, j], four[0, j + 1], four[0, j + 2], four[0, j + 3]
    qa, qb, qc, qd = four[1, j], four[1, j + 1], four[1, j + 2], four[1, j + 3]
    ra, rb, rc, rd = four[2, j], four[2, j + 1], four[2, j + 2], four[2, j + 3]
    sa, sb, sc, sd = four[3, j], four[3, j + 1], four[3, j + 2], four[3, j + 3]
    for i in range(CELL):
        w, x = columns[cell, j, i], columns[cell, j + 1, i]
        y, z = columns[cell, j + 2, i], columns[cell, j + 3, i]
        products[0, i] += w * pa + x * pb + y * pc + z * pd
        products[1, i] += w * qa + x * qb + y * qc + z * qd
        products[2, i] += w * ra + x * rb + y * rc + z * rd
        products[3, i] += w * sa + x * sb + y * sc + z * sd


@kernel(fastmath=_FAST, allocates=False)
def _find_minima(products: Any, minima: Any, thresholds: Any, near: Any) -> None:
    """Find the least of each eight products, `_LINES` apart: most cells show nothing near."""
    for e in range(_FOUR):
        for i in range(_LINES):
            a = min(products[e, i], products[e, _LINES + i])
            b = min(products[e, 2 * _LINES + i], products[e, 3 * _LINES + i])
            c = min(products[e, 4 * _LINES + i], products[e, 5 * _LINES + i])
            d = min(products[e, 6 * _LINES + i], products[e, 7 * _LINES + i])
            minima[e, i] = min(min(a, b), min(c, d))
        n_near = 0
        for i in range(_LINES):
            n_near += minima[e, i] <= thresholds[e]
        near[e] = n_near > 0
