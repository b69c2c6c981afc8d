"""Compiled: the search of the k-d tree, and the distance that decides."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel
from skaug.neighbors._tree_build_numba import FAN, LEAF

__all__ = ["search", "squared_distance"]

_FEW = 4  # rows of a leaf that are measured without looking at more columns first
_COORDINATE_ERROR = 2.0**-22  # four times what rounding to float32 costs
_SUM_ERROR = 2.0**-23  # of each operation: twice what it costs
_TINY = 1e-36  # what underflow may cost


@kernel()
def search(
    leaves: Any,
    boxes: Any,
    first_of_level: Any,
    rows: Any,
    order: Any,
    norms: Any,
    scale: float,
    places: Any,
    found: Any,
) -> None:
    """Fill in the neighbours of the rows that stand at some places of the tree."""
    n_levels, n_columns, k = len(first_of_level), leaves.shape[1], found.shape[1]
    query = np.empty(n_columns, dtype=np.float32)
    sums = np.empty(LEAF, dtype=np.float32)
    distance = np.empty(FAN, dtype=np.float32)
    nearest = np.empty(k)
    kept = np.empty(k, dtype=np.int64)
    bounds = np.empty((n_levels + 1) * FAN, dtype=np.float32)
    nodes = np.empty((n_levels + 1) * FAN, dtype=np.int64)
    levels = np.empty((n_levels + 1) * FAN, dtype=np.int64)
    for i in range(len(places)):
        place = places[i]
        own = place // LEAF
        query[:] = leaves[own, :, place % LEAF]
        nearest[:] = np.inf
        kept[:] = len(order)
        limit = _scan(
            leaves,
            own,
            query,
            sums,
            place,
            rows,
            order,
            norms[i],
            scale,
            np.float32(np.inf),
            nearest,
            kept,
        )
        bounds[0], nodes[0], levels[0], size = 0.0, 0, n_levels - 1, 1
        while size:
            size -= 1
            level, node = levels[size], nodes[size]
            if bounds[size] > limit:
                continue
            if level >= 0:
                group = first_of_level[level] + node
                size = _open(
                    boxes, group, query, distance, level, node, limit, bounds, nodes, levels, size
                )
            elif node != own:
                limit = _scan(
                    leaves,
                    node,
                    query,
                    sums,
                    place,
                    rows,
                    order,
                    norms[i],
                    scale,
                    limit,
                    nearest,
                    kept,
                )
        found[i] = kept


@kernel(fastmath={"contract", "nnan", "nsz", "reassoc"})
def _open(
    boxes: Any,
    group: int,
    query: Any,
    distance: Any,
    level: int,
    node: int,
    limit: Any,
    bounds: Any,
    nodes: Any,
    levels: Any,
    size: int,
) -> int:
    """Put the boxes of a group that are near enough on the stack, the nearest on top."""
    distance[:] = 0
    for j in range(boxes.shape[2]):
        value = query[j]
        for c in range(len(distance)):
            below, above = boxes[group, 0, j, c] - value, value - boxes[group, 1, j, c]
            outside = below if below > above else above
            outside = outside if outside > 0 else np.float32(0)
            distance[c] += outside * outside
    bottom = size
    for c in range(FAN):
        if distance[c] <= limit:
            if distance[c] == np.inf:
                continue
            at = size
            while at > bottom and bounds[at - 1] < distance[c]:
                bounds[at] = bounds[at - 1]
                nodes[at] = nodes[at - 1]
                levels[at] = levels[at - 1]
                at -= 1
            bounds[at], nodes[at], levels[at] = distance[c], node * FAN + c, level - 1
            size += 1
    return size


@kernel(fastmath={"contract", "nnan", "nsz", "reassoc"})
def _partial(leaves: Any, leaf: int, query: Any, sums: Any, limit: Any) -> bool:
    """Sum up squared distances in a leaf until few are within the limit; return if any is."""
    n_columns = len(query)
    sums[:] = 0
    for begin in range(0, n_columns, 8):
        for j in range(begin, min(begin + 8, n_columns)):
            value = query[j]
            for r in range(len(sums)):  # a number that is not constant: so it is vectorised
                difference = leaves[leaf, j, r] - value
                sums[r] += difference * difference
        n_near = 0
        for r in range(len(sums)):
            n_near += sums[r] <= limit
        if n_near <= _FEW:
            return n_near > 0
    return True


@kernel()
def _scan(
    leaves: Any,
    leaf: int,
    query: Any,
    sums: Any,
    place: int,
    rows: Any,
    order: Any,
    norm: float,
    scale: float,
    limit: Any,
    nearest: Any,
    found: Any,
) -> float:
    """Take the rows of a leaf that are near enough into the list; return the new limit."""
    if not _partial(leaves, leaf, query, sums, limit):
        return limit
    k = len(found)
    for r in range(min(LEAF, len(order) - leaf * LEAF)):
        other = leaf * LEAF + r
        if sums[r] > limit or other == place:
            continue
        squared = squared_distance(rows, place, rows, other)
        index = order[other]
        if squared > nearest[k - 1] or (squared == nearest[k - 1] and index > found[k - 1]):
            continue
        at = k - 1
        while at > 0 and (
            nearest[at - 1] > squared or (nearest[at - 1] == squared and found[at - 1] > index)
        ):
            nearest[at], found[at] = nearest[at - 1], found[at - 1]
            at -= 1
        nearest[at], found[at] = squared, index
        kth = np.sqrt(nearest[k - 1]) * scale
        reach = kth + _COORDINATE_ERROR * (2 * norm + kth)
        limit = np.float32(reach * reach * (1 + (len(query) + 8) * _SUM_ERROR) + _TINY)
    return limit


@kernel()
def squared_distance(rows: Any, a: int, others: Any, b: int) -> float:
    """See `skaug.neighbors._rank.squared_distances`: the same operations in the same order."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for j in range(0, rows.shape[1], 8):
        s0 += (others[b, j] - rows[a, j]) ** 2
        s1 += (others[b, j + 1] - rows[a, j + 1]) ** 2
        s2 += (others[b, j + 2] - rows[a, j + 2]) ** 2
        s3 += (others[b, j + 3] - rows[a, j + 3]) ** 2
        s4 += (others[b, j + 4] - rows[a, j + 4]) ** 2
        s5 += (others[b, j + 5] - rows[a, j + 5]) ** 2
        s6 += (others[b, j + 6] - rows[a, j + 6]) ** 2
        s7 += (others[b, j + 7] - rows[a, j + 7]) ** 2
    return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7
