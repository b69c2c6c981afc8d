"""Interpolation in one compiled loop; imported only where Numba is loaded."""

from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug._core.compiled import kernel
from skaug._core.writers import n_writers, write_rows

__all__ = ["interpolate_compiled"]


def interpolate_compiled(
    X: Floats,
    seed: Indices,
    partner: Indices,
    step: Floats,
    out: Floats,
    position: Indices | None = None,
) -> None:
    """Write what `skaug._core.batch.interpolate` writes, to the last bit."""
    if position is None:
        position = np.empty(0, dtype=np.intp)  # for None would be compiled anew
    place = position.astype(np.intp, copy=False)

    def work(part: slice) -> None:
        parents = (rows[part].astype(np.intp, copy=False) for rows in (seed, partner))
        _interpolate(X, place, *parents, step[part].astype(X.dtype, copy=False), out[part])

    write_rows(work, len(out), n_writers(out.nbytes))


@kernel()
def _interpolate(X: Any, position: Any, seed: Any, partner: Any, step: Any, out: Any) -> None:
    for i in range(len(seed)):
        a, b, share = seed[i], partner[i], step[i]
        if len(position):
            a, b = position[_within(a, position)], position[_within(b, position)]
        a, b = _within(a, X), _within(b, X)
        for j in range(out.shape[1]):
            moved = (X[b, j] - X[a, j]) * share
            out[i, j] = X[a, j] + (moved if moved == moved else np.float32(0))  # NaN: the seed's


@kernel(allocates=False)
def _within(row: int, rows: Any) -> int:
    """Return a row that is there: no bounds are checked in a kernel, and -1 stands for none."""
    return min(max(row, 0), len(rows) - 1)
