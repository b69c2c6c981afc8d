"""Compiled: the order of the rows in the k-d tree, its leaves and boxes."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel

__all__ = ["FAN", "LEAF", "boxes_above", "leaves_of", "sort_rows"]

LEAF = 32  # rows of a leaf: two vectors of 16 floats
FAN = 16  # boxes of a group
_WIDTH_SAMPLE = 512  # rows that say along which axis a part is widest


@kernel()
def sort_rows(coordinates: Any, order: Any, n_axes: int) -> None:
    """Order the rows so that every full leaf is a cell of a k-d tree."""
    n_rows = len(order)
    values = np.empty(n_rows, dtype=np.float32)
    stack = [(0, (n_rows + LEAF - 1) // LEAF)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        half = 1
        while 2 * half < last - first:
            half *= 2  # so that groups of leaves are cells as well
        begin, end = first * LEAF, min(last * LEAF, n_rows)
        step = max(1, (end - begin) // _WIDTH_SAMPLE)
        axis, widest = 0, np.float32(-1.0)
        for j in range(n_axes):
            low = high = coordinates[order[begin], j]
            for i in range(begin, end, step):
                value = coordinates[order[i], j]
                low, high = min(low, value), max(high, value)
            if high - low > widest:
                axis, widest = j, high - low
        for i in range(begin, end):
            values[i] = coordinates[order[i], axis]
        _select(values, order, begin, end - 1, (first + half) * LEAF)
        stack.append((first, first + half))
        stack.append((first + half, last))


@kernel()
def _select(values: Any, order: Any, left: int, right: int, nth: int) -> None:
    """Hoare's selection: no value before the nth is larger, none after it is smaller."""
    while left < right:
        pivot = _median(values[left], values[(left + right) // 2], values[right])
        i, j = left, right
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if nth <= j:
            right = j
        elif nth >= i:
            left = i
        else:
            return


@kernel()
def _median(a: float, b: float, c: float) -> float:
    return max(min(a, b), min(max(a, b), c))


@kernel()
def leaves_of(coordinates: Any, order: Any, n_axes: int) -> Any:
    """Return the leaves, columns before rows, and their boxes; filled up with infinity."""
    n_rows, n_columns = coordinates.shape
    n_leaves = (n_rows + LEAF - 1) // LEAF
    leaves = np.full((n_leaves, n_columns, LEAF), np.float32(np.inf))
    low = np.full((n_leaves, n_axes), np.float32(np.inf))
    high = np.full((n_leaves, n_axes), np.float32(-np.inf))
    for i in range(n_rows):
        leaf = i // LEAF
        for j in range(n_columns):
            value = coordinates[order[i], j]
            leaves[leaf, j, i % LEAF] = value
            if j < n_axes:
                low[leaf, j] = min(low[leaf, j], value)
                high[leaf, j] = max(high[leaf, j], value)
    return leaves, low, high


@kernel()
def boxes_above(low: Any, high: Any) -> Any:
    """Gather boxes into groups; return these, and the box around each."""
    n_boxes, n_axes = low.shape
    n_groups = (n_boxes + FAN - 1) // FAN
    groups = np.full((n_groups, 2, n_axes, FAN), np.float32(np.inf))
    groups[:, 1] = -np.inf
    low_above = np.full((n_groups, n_axes), np.float32(np.inf))
    high_above = np.full((n_groups, n_axes), np.float32(-np.inf))
    for i in range(n_boxes):
        for j in range(n_axes):
            groups[i // FAN, 0, j, i % FAN] = low[i, j]
            groups[i // FAN, 1, j, i % FAN] = high[i, j]
            low_above[i // FAN, j] = min(low_above[i // FAN, j], low[i, j])
            high_above[i // FAN, j] = max(high_above[i // FAN, j], high[i, j])
    return groups, low_above, high_above
