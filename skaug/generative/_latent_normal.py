"""A joint normal distribution behind columns of any kind: the mathematics of `GaussianCopula`."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn.covariance import ledoit_wolf_shrinkage

from skaug._core.batch import Floats, Indices
from skaug._core.codec import Quantiles

__all__ = [
    "LatentNormal",
    "hermite_coefficients",
    "latent_correlation",
    "ordered_levels",
    "shrinkage_of",
    "shrunk_factor",
]

_N_TERMS = 100  # of the series in the correlation
_PAIRS_AT_A_TIME = 1 << 14  # of columns
_N_HALVINGS = 24  # of the interval that holds it


@dataclass(frozen=True, eq=False)
class LatentNormal:
    """Columns that are steps of the coordinates of one normal vector.

    Parameters
    ----------
    columns : list of Quantiles
        How the shares of the coordinates become values.

    factor : ndarray of shape (d, r)
        F; the correlations are F F'.

    shrinkage : float
        How far they were shrunk, from 0 to 1.
    """

    columns: list[Quantiles]
    factor: Floats
    shrinkage: float

    @classmethod
    def fit(cls, A: Floats, *, smooth: bool) -> Self:
        """Fit columns of numbers, NaN where missing."""
        columns = [Quantiles(column, smooth=smooth) for column in A.T]
        S, present = np.zeros(A.shape), ~np.isnan(A)
        coefficients = np.zeros((_N_TERMS, len(columns)))
        for j, column in enumerate(columns):
            if len(column.values) > 1:
                score = cell_scores(column.edges)
                S[:, j] = np.where(present[:, j], score[column.position(A[:, j])], 0)
                coefficients[:, j] = hermite_coefficients(column.edges, score)
        both = np.maximum(present.T.astype(np.float64) @ present, 1)
        R = latent_correlation(S.T @ S / both, coefficients)
        shrinkage = shrinkage_of(S)
        return cls(columns, shrunk_factor(R, shrinkage), shrinkage)

    def draw(self, n_rows: int, rng: np.random.Generator) -> Floats:
        """Draw rows of all columns; none of them misses anything."""
        z = rng.standard_normal((n_rows, self.factor.shape[1])) @ self.factor.T
        return self._values(z)

    def draw_given_last(self, last: Floats, rng: np.random.Generator) -> Floats:
        """Draw rows of all columns but the last, given the values of that one."""
        loading = self.factor @ self.factor[-1]
        factor = self.factor - np.outer(loading, self.factor[-1])  # what the last leaves open
        z = rng.standard_normal((len(last), factor.shape[1])) @ factor[:-1].T
        z += np.outer(ndtri(_random_share(self.columns[-1], last, rng)), loading[:-1])
        return self._values(z)

    def _values(self, z: Floats) -> Floats:
        for j in range(z.shape[1]):
            z[:, j] = self.columns[j].value(ndtr(z[:, j]))
        return z


def _random_share(column: Quantiles, values: Floats, rng: np.random.Generator) -> Floats:
    """Draw a share among those of each value; values that the column lacks have but one."""
    shares = column.share(values)
    cell = column.position(values)
    found = column.values[cell] == values
    low, high = column.edges[cell], column.edges[cell + 1]
    return np.where(found, low + (high - low) * rng.uniform(1e-9, 1 - 1e-9, len(values)), shares)


def cell_scores(edges: Floats) -> Floats:
    """Return the mean of a standard normal variable within each cell between shares."""
    density = _density(ndtri(edges))
    scores: Floats = (density[:-1] - density[1:]) / np.diff(edges)
    return scores


def hermite_coefficients(edges: Floats, scores: Floats) -> Floats:
    r"""Expand the step function with the given values between shares in Hermite polynomials.

    With :math:`h_k` the normalised polynomials of the standard normal density :math:`\varphi`,
    the integral of :math:`h_k \varphi` is :math:`-h_{k-1} \varphi / \sqrt k`.
    """
    z = ndtri(edges)
    density = _density(z)
    z[[0, -1]] = 0  # where the density is 0, too
    before, current = np.zeros_like(z), np.ones_like(z)
    coefficients = np.empty(_N_TERMS)
    # scores @ -np.diff(v), with the differences taken of the few scores and not of each v
    weights = density * np.diff(scores, prepend=0, append=0)
    roots = np.sqrt(np.arange(_N_TERMS + 1.0)).tolist()
    for k in range(1, _N_TERMS + 1):
        coefficients[k - 1] = weights @ current / roots[k]
        before, current = current, (z * current - roots[k - 1] * before) / roots[k]
    return coefficients


def latent_correlation(S: Floats, coefficients: Floats) -> Floats:
    r"""Return the correlations of normal variables whose scores have the covariances `S`.

    The covariance of :math:`\sum_k a_k h_k(Z_1)` and :math:`\sum_k b_k h_k(Z_2)` is
    :math:`\sum_k a_k b_k \rho^k`. Where one of them is all but linear, its first term tells
    :math:`\rho`; else halving does, for the covariance grows with it.
    """
    first = coefficients[0]
    scale = np.outer(first, first)
    R = np.divide(S, scale, out=np.zeros_like(S), where=scale > 0)
    rest = (coefficients[1:] ** 2).sum(axis=0)
    is_stepped = np.flatnonzero(rest > 1e-3 * first**2)
    first_of, second_of = (is_stepped[pair] for pair in np.triu_indices(len(is_stepped), 1))
    for begin in range(0, len(first_of), _PAIRS_AT_A_TIME):
        i, j = (pair[begin : begin + _PAIRS_AT_A_TIME] for pair in (first_of, second_of))
        R[i, j] = R[j, i] = _root(coefficients[:, i] * coefficients[:, j], S[i, j])
    np.clip(R, -1, 1, out=R)
    np.fill_diagonal(R, 1)
    return R


def _root(terms: Floats, wanted: Floats) -> Floats:
    """Return the arguments from -1 to 1 where power series, which grow, have the values wanted."""
    low, high = np.full(len(wanted), -1.0), np.ones(len(wanted))
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        value = np.zeros(len(wanted))
        for term in terms[::-1]:
            value += term
            value *= middle
        is_below = value < wanted
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return (low + high) / 2


def shrunk_factor(R: Floats, shrinkage: float) -> Floats:
    """Return F with F F' the correlations R, shrunk and made positive; its diagonal is 1."""
    R = (1 - shrinkage) * R
    np.fill_diagonal(R, 1)
    values, vectors = np.linalg.eigh(R)
    keep = values > 1e-10 * values.max(initial=0)
    factor: Floats = vectors[:, keep] * np.sqrt(values[keep])
    return factor / np.linalg.norm(factor, axis=1, keepdims=True)


def shrinkage_of(S: Floats) -> float:
    """Return the intensity of Ledoit and Wolf for the correlations of centred columns."""
    spread = np.sqrt((S**2).mean(axis=0))
    varies = spread > 0
    if np.count_nonzero(varies) < 2:
        return 0.0
    return float(ledoit_wolf_shrinkage(S[:, varies] / spread[varies], assume_centered=True))


def _density(z: Floats) -> Floats:
    density: Floats = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return density


def ordered_levels(positions: Indices, others: Floats) -> Indices:
    """Order the levels of a category along the axis on which they differ most in other columns.

    It is the first axis of a correspondence analysis: steps of a normal variable can only tell
    of levels in an order, and this one keeps most of what the levels tell of the other columns.

    Parameters
    ----------
    positions : ndarray of shape (n,)
        The level of each row, from 0.

    others : ndarray of shape (n, d)
        The other columns, standardised.

    Returns
    -------
    rank : ndarray of shape (n_levels,)
        The place of each level.
    """
    share = np.bincount(positions) / len(positions)
    means = np.zeros((len(share), others.shape[1]))
    np.add.at(means, positions, others / len(positions))
    axis = np.linalg.svd(means / np.sqrt(share)[:, None], full_matrices=False)[0]
    score = (axis[:, 0] if axis.shape[1] else np.zeros(len(share))) / np.sqrt(share)
    score *= 1 if score[np.argmax(np.abs(score))] >= 0 else -1  # the sign of an axis is no one's
    rank = np.empty(len(share), dtype=np.intp)
    rank[np.argsort(score, kind="stable")] = np.arange(len(share))
    return rank
