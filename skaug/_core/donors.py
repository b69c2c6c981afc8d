"""Donors: rows that a new one with a given number to predict may come from."""

import numpy as np

from skaug._core.batch import Floats, Indices

__all__ = ["donors_near"]

_BLOCK_CELLS = 1 << 20


def donors_near(y: Floats, known: Floats, spread: float, rng: np.random.Generator) -> Indices:
    """Draw for each number a row with one like it, by a normal kernel; block by block."""
    donor = np.empty(len(y), dtype=np.intp)
    size = max(1, _BLOCK_CELLS // len(known))
    for begin in range(0, len(y), size):
        wanted = y[begin : begin + size]
        square = (wanted[:, None] - known) ** 2
        square -= square.min(axis=1, keepdims=True)  # so that one row at least has a weight
        with np.errstate(over="ignore"):
            up_to = np.cumsum(np.exp(-square / (2 * max(spread, 1e-150) ** 2)), axis=1)
        draw = rng.random(len(wanted)) * up_to[:, -1]
        donor[begin : begin + size] = (up_to <= draw[:, None]).sum(axis=1)
    return donor
