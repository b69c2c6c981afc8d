"""Compiled: the distance that decides, and lists kept by it."""

from typing import Any

from skaug._core.compiled import kernel

__all__ = ["insert_row", "nth_smallest", "squared_distance"]


@kernel(allocates=False)
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


@kernel(allocates=False)
def insert_row(index: Any, squared: Any, candidate: int, distance: float) -> bool:
    """Put a row into a list, which is by (distance, index), unless it stands there already."""
    at = len(index) - 1
    if distance > squared[at] or (distance == squared[at] and candidate >= index[at]):
        return False
    for i in range(at):
        if index[i] == candidate:
            return False
    while at > 0 and (
        squared[at - 1] > distance or (squared[at - 1] == distance and index[at - 1] > candidate)
    ):
        squared[at], index[at] = squared[at - 1], index[at - 1]
        at -= 1
    squared[at], index[at] = distance, candidate
    return True


@kernel(allocates=False)
def nth_smallest(values: Any, nth: int, kept: Any) -> Any:
    """Return the nth of the smallest values; `kept` has room for so many, and is overwritten."""
    n_kept, largest = 0, values[0]
    for value in values:
        if n_kept == nth and value >= largest:
            continue
        n_kept = min(n_kept + 1, nth)
        at = n_kept - 1
        while at > 0 and kept[at - 1] > value:
            kept[at] = kept[at - 1]
            at -= 1
        kept[at] = value
        largest = kept[n_kept - 1]
    return largest
