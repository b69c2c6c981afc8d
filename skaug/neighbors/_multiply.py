"""Products of thin matrices, a third faster than at once where small ones are not copied first."""

from functools import cache

import numpy as np

from skaug._core.batch import Floats
from skaug._core.threads import blas_architectures

__all__ = ["TOGETHER", "are_thin", "in_panels", "multiply", "n_together", "pairwise"]

TOGETHER = 128  # rows that are multiplied at a time: a multiple of what loops take together
_SMALL = 1_000_000  # multiplications: so few OpenBLAS does in place, if it can, without packing
_IN_PLACE = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # kernels that can, and were measured


def multiply(rows: Floats, columns: Floats, out: Floats) -> None:
    """Write ``rows @ columns`` into `out`; all are C-contiguous."""
    together = n_together(len(rows), *columns.shape)
    n_whole = len(rows) // together * together
    parts = rows[:n_whole].reshape(-1, together, rows.shape[1])
    np.matmul(parts, columns, out=out[:n_whole].reshape(-1, together, out.shape[1]))
    if n_whole < len(rows):
        np.matmul(rows[n_whole:], columns, out=out[n_whole:])


def n_together(n_rows: int, depth: int, n_columns: int) -> int:
    """Return how many rows to multiply at a time: `TOGETHER`, or all."""
    is_small = TOGETHER * depth * n_columns <= _SMALL and _multiplies_in_place()
    return TOGETHER if is_small and n_rows >= TOGETHER else n_rows


def are_thin(depth: int) -> bool:
    """Whether vectors of so many numbers are better multiplied in panels."""
    return TOGETHER * TOGETHER * depth <= _SMALL and _multiplies_in_place()


def in_panels(vectors: Floats) -> Floats:
    """Return each `TOGETHER` vectors as the columns of a panel."""
    panels = vectors.reshape(-1, TOGETHER, vectors.shape[1])
    return np.ascontiguousarray(panels.transpose(0, 2, 1))


def pairwise(left: Floats, right: Floats, out: Floats) -> None:
    """Write the product of each vector of `left` with each of `right`, which may be panels."""
    if right.ndim == 2:
        np.matmul(left, right.T, out=out)
        return
    parts = left.reshape(-1, 1, TOGETHER, left.shape[1])
    places = out.reshape(len(parts), TOGETHER, len(right), TOGETHER).transpose(0, 2, 1, 3)
    np.matmul(parts, right, out=places)


@cache
def _multiplies_in_place() -> bool:
    return not _IN_PLACE.isdisjoint(blas_architectures())
