"""Compiled: an order of rows in which every few of them are a cell of a k-d tree."""

from typing import Any

import numpy as np

from skaug._core.compiled import kernel

__all__ = ["sort_rows"]

_WIDTH_SAMPLE = 512  # rows that say along which axis a part is widest


@kernel()
def sort_rows(coordinates: Any, order: Any, n_axes: int, size: int) -> None:
    """Order the rows so that every `size` of them are a cell, as are 2, 4, 8... such cells."""
    n_rows = len(order)
    values = np.empty(n_rows, dtype=np.float32)
    stack = [(0, (n_rows + size - 1) // size)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        half = 1
        while 2 * half < last - first:
            half *= 2  # so that cells make larger ones
        begin, end = first * size, min(last * size, n_rows)
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
        _select(values, order, begin, end - 1, (first + half) * size)
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
