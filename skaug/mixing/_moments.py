"""Moments of groups of columns within each row, and their exchange between rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["Groups", "exchange_moments", "image_groups"]

_BLOCK_CELLS = 1 << 15


@dataclass(frozen=True)
class Groups:
    """Groups of columns: those of group g are ``columns[starts[g]:starts[g + 1]]``."""

    columns: Indices
    starts: Indices

    @classmethod
    def of(cls, labels: NDArray[Any]) -> "Groups":
        """Group columns by their labels, numbers from 0; those below 0 are in no group."""
        order = np.argsort(labels, kind="stable")
        order = order[np.count_nonzero(labels < 0) :]
        starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
        return cls(order, starts)

    @property
    def sizes(self) -> Indices:
        """The number of columns of each group."""
        return np.diff(self.starts, append=len(self.columns))


def image_groups(norm: str, shape: tuple[int, int, int], *, channels: str) -> Groups:
    """Return the groups of the columns of images, flattened row by row, for a norm.

    Parameters
    ----------
    norm : {'instance', 'positional', 'layer'}
        A group for each channel, for each position, or one for all.

    shape : (int, int, int)
        Height, width and number of channels.

    channels : {'last', 'first'}
        Which way the images were flattened.
    """
    height, width, n_channels = shape
    position, channel = np.divmod(np.arange(height * width * n_channels), n_channels)
    if channels == "first":
        channel, position = np.divmod(np.arange(height * width * n_channels), height * width)
    label = {"instance": channel, "positional": position, "layer": np.zeros_like(channel)}
    return Groups.of(label[norm])


def exchange_moments(
    X: Floats, seed: Indices, partner: Indices, groups: Groups, eps: float, out: Floats
) -> None:
    r"""Write the seeds with the means and deviations of their partners into `out`, block by block.

    In each group of columns :math:`\tilde x = \sigma_j (x_i - \mu_i) / \sigma_i + \mu_j`, with
    :math:`\sigma_i^2 = v_i + eps \, \bar v`, :math:`v_i` the variance of the group in row i and
    :math:`\bar v` the mean of these over all rows. So a row that hardly varies becomes the mean of
    its partner, whatever the units: what it varies is stretched :math:`\sigma_j / \sqrt{eps \,
    \bar v}`-fold at most, and never to more than :math:`\sigma_j`.

    Moments are over the values that are there; a group of which partner or seed has none stays.
    """
    columns = groups.columns
    mean, variance = _moments(X, groups)
    sigma = np.sqrt(variance + eps * _mean_over_rows(variance))
    of_column = np.repeat(np.arange(len(groups.starts)), groups.sizes)
    size = max(1, _BLOCK_CELLS // max(1, out.shape[1]))
    for begin in range(0, len(out), size):
        rows = slice(begin, begin + size)
        i, j = seed[rows], partner[rows]
        has_moments = ~(np.isnan(mean[i]) | np.isnan(mean[j]))
        scale = np.ones(has_moments.shape)
        np.divide(sigma[j], sigma[i], out=scale, where=has_moments & (sigma[i] > 0))
        from_mean = np.where(has_moments, mean[i], 0)
        to_mean = np.where(has_moments, mean[j], 0)
        block = X[i]
        moved = (block[:, columns] - from_mean[:, of_column]) * scale[:, of_column]
        block[:, columns] = moved + to_mean[:, of_column]
        out[rows] = block


def _moments(X: Floats, groups: Groups) -> tuple[Floats, Floats]:
    """Return mean and variance of each group in each row, (n, n_groups); NaN where all miss."""
    mean = np.empty((len(X), len(groups.starts)))
    variance = np.empty_like(mean)
    of_column = np.repeat(np.arange(len(groups.starts)), groups.sizes)
    size = max(1, _BLOCK_CELLS // max(1, len(groups.columns)))
    for begin in range(0, len(X), size):
        rows = slice(begin, begin + size)
        Z = X[rows][:, groups.columns].astype(np.float64)
        present = ~np.isnan(Z)
        origin = np.fmin.reduceat(Z, groups.starts, axis=1)  # what is constant varies exactly 0
        Z = np.where(present, Z - origin[:, of_column], 0)
        counted = np.add.reduceat(present, groups.starts, axis=1, dtype=np.float64)
        counted[counted == 0] = np.nan
        shift = np.add.reduceat(Z, groups.starts, axis=1) / counted
        deviation = np.where(present, Z - shift[:, of_column], 0)
        variance[rows] = np.add.reduceat(deviation**2, groups.starts, axis=1) / counted
        mean[rows] = origin + shift
    return mean, variance


def _mean_over_rows(variance: Floats) -> Floats:
    counted = np.maximum(np.count_nonzero(~np.isnan(variance), axis=0), 1)
    total: Floats = np.nansum(variance, axis=0)
    return total / counted
