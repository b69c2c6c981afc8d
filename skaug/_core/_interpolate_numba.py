"""Interpolation in one compiled loop; imported only where Numba is loaded."""

from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug._core.compiled import kernel
from skaug._core.writers import n_writers, write_rows

__all__ = ["interpolate_compiled"]


def interpolate_compiled(
    X: Floats, seed: Indices, partner: Indices, step: Floats, out: Floats
) -> None:
    """Write what `skaug._core.batch.interpolate` writes, to the last bit."""
    last = len(X) - 1
    seed = np.clip(seed, 0, last).astype(np.intp, copy=False)
    partner = np.clip(partner, 0, last).astype(np.intp, copy=False)
    step = step.astype(X.dtype, copy=False)

    def work(part: slice) -> None:
        _interpolate(X, seed[part], partner[part], step[part], out[part])

    write_rows(work, len(out), n_writers())


@kernel()
def _interpolate(X: Any, seed: Any, partner: Any, step: Any, out: Any) -> None:
    for i in range(len(seed)):
        a, b, share = seed[i], partner[i], step[i]
        for j in range(out.shape[1]):
            moved = (X[b, j] - X[a, j]) * share
            out[i, j] = X[a, j] + (moved if moved == moved else np.float32(0))  # NaN: the seed's
