"""Large arrays are written and read by two threads: one cannot keep the memory busy."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

__all__ = ["copy_rows", "n_writers", "total_of", "write_rows"]

_THREADS = 2  # writing to memory is no faster with more
_MANY_BYTES = 1 << 25  # below, fresh threads fetch fresh memory dearer than they write


def n_writers(n_bytes: int = _MANY_BYTES) -> int:
    """Return how many threads should write so much; by default, at most."""
    return min(_THREADS, cpu_count()) if n_bytes >= _MANY_BYTES else 1


def write_rows(write: Callable[[slice], None], n_rows: int, n_threads: int) -> None:
    """Call `write` with slices that make up all rows, each in a thread of its own.

    What a row is must not depend on where the slices begin.
    """
    size = -(-n_rows // n_threads)
    parts = [slice(begin, min(begin + size, n_rows)) for begin in range(0, n_rows, max(size, 1))]
    if len(parts) < 2:
        for part in parts:
            write(part)
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(write, parts))


def copy_rows(X: NDArray[Any], rows: NDArray[np.integer[Any]] | None, out: NDArray[Any]) -> None:
    """Write the given rows of an array into another, or all of them."""

    def write(part: slice) -> None:
        if rows is None:
            out[part] = X[part]
        else:
            np.take(X, rows[part], axis=0, out=out[part], mode="clip")

    write_rows(write, len(out), n_writers(out.nbytes))


def total_of(values: NDArray[np.floating[Any]]) -> float:
    """Return the sum of all values: no number where one is missing, or infinite."""
    totals = []

    def add(part: slice) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            totals.append(values[part].sum(dtype=np.float64))

    write_rows(add, len(values), n_writers(values.nbytes))
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sum(totals))
