"""Drawing how much of each of its two rows a mixture holds."""

import numpy as np

from skaug._core.batch import Floats

__all__ = ["beta", "stretched"]


def beta(rng: np.random.Generator, a: float, b: float, size: int) -> Floats:
    """Draw from Beta(a, b), by the inverse of its distribution function where that is simple.

    The general draw takes as long as mixing a row of twenty columns; those here a fraction of it.
    """
    if b == 1:
        drawn = rng.random(size)
        if a == 2:
            np.sqrt(drawn, out=drawn)
        elif a != 1:
            np.power(drawn, 1 / a, out=drawn)
        return drawn
    if a == b == 0.5:
        drawn = rng.random(size)
        drawn *= np.pi / 2
        np.sin(drawn, out=drawn)
        drawn *= drawn
        return drawn
    if (a, b) == (1.5, 0.5):  # Beta(1/2, 1/2) weighted by itself: a draw is kept or turned over
        first = beta(rng, 0.5, 0.5, size)
        return np.where(rng.random(size) < first, first, 1 - first)
    return rng.beta(a, b, size)


def stretched(share: Floats, alpha: float) -> Floats:
    r"""Spread shares from Beta(alpha, alpha) about 1/2 so that mixtures vary as much as rows do.

    The variance of a mixture of two independent rows is :math:`E[\lambda^2 + (1 - \lambda)^2]`
    that of one, here (alpha + 1) / (2 alpha + 1). Of
    :math:`1/2 + \sqrt{2 \alpha + 1} (\lambda - 1/2)` it is 1, at the price of shares beyond 0 and
    1. The same holds for Beta(alpha + 1, alpha), which has the same share of either row.
    """
    spread: Floats = 0.5 + np.sqrt(2 * alpha + 1) * (share - 0.5)
    return spread
