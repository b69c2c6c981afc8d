"""Poisson numbers out of normal ones: by the inverse of the distribution, for any rates."""

import numpy as np
from scipy import special

from skaug._core.batch import Floats

__all__ = ["poisson_counts"]

_LEAST = 1e-17
_FEW = 10.0  # rates below are counted up


def poisson_counts(rates: Floats, normals: Floats) -> Floats:
    r"""Return the counts whose distribution functions reach :math:`\Phi` of normal numbers.

    .. math:: \min \{k : P(X \le k) \ge \Phi(w)\}, \quad X \sim Poisson(\lambda)

    So they are Poisson if w is normal, each a function of its own rate and number, and larger for
    larger rates. A generator's own draws take up a number of random numbers that depends on what
    they come to; then no row would know where its numbers begin.

    Parameters
    ----------
    rates : ndarray
        The means, from 0 on.

    normals : ndarray of the same shape
        Standard normal numbers.
    """
    normals = normals.astype(float, copy=False)
    counts = np.where(rates > 0, _expanded(np.maximum(rates, _FEW), normals), 0)
    few = (rates > 0) & (rates < _FEW)
    counts[few] = _counted_up(rates[few], special.ndtr(normals[few]))
    return counts


def _counted_up(rates: Floats, shares: Floats) -> Floats:
    """Add up probabilities from 0 on, until they reach the shares."""
    counts = np.zeros(len(rates))
    where = np.arange(len(rates))
    chance = np.exp(-rates)
    left = shares - chance
    count = 0
    while (is_more := left > 0).any():
        counts[where] += is_more
        if is_more.mean() < 0.7:  # to drop those that are done takes time too
            where, rates = where[is_more], rates[is_more]
            chance, left = chance[is_more], left[is_more]
        count += 1
        chance *= rates / count
        left -= np.maximum(chance, _LEAST)  # so that it ends where nothing adds up any more
    return counts


def _expanded(rates: Floats, normals: Floats) -> Floats:
    r"""Invert by Cornish and Fisher's expansion, and look where it comes near a whole number.

    The expansion [1]_ is a smooth function whose whole part is the count, but for an error of less
    than :math:`(0.01 + 0.0005 w^6) / \lambda`, if that is below a half. Where a whole number is no
    farther away, the distribution function decides.

    References
    ----------
    .. [1] M. B. Giles, "Algorithm 955: Approximation of the inverse Poisson cumulative
       distribution function", ACM Transactions on Mathematical Software 42, 2016.
       :doi:`10.1145/2699466`
    """
    square = normals**2
    found = rates + np.sqrt(rates) * normals + (2 + square) / 6
    found -= normals * (2 + square) / (72 * np.sqrt(rates))
    found += (-16 + 7 * square + 3 * square**2) / (810 * rates)
    counts = np.floor(found)
    nearest = np.rint(found)
    near = np.abs(found - nearest) <= (0.01 + 0.0005 * square * square * square) / rates
    below, share = special.pdtr(nearest[near] - 1, rates[near]), special.ndtr(normals[near])
    counts[near] = np.where(below < share, nearest[near], nearest[near] - 1)
    return np.maximum(counts, 0)
