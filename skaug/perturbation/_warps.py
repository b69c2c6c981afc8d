"""Smooth random curves over time, and series read at other times."""

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from skaug._core.batch import Floats

__all__ = ["resampled", "smooth_curves"]


def smooth_curves(heights: Floats, n_times: int) -> Floats:
    """Return the cubic splines through knots at equal distances, the first and last at the ends.

    Parameters
    ----------
    heights : ndarray of shape (m, n_knots, n_channels)
        What the curves are at the knots.

    n_times : int
        How many values to return of each.

    Returns
    -------
    curves : ndarray of shape (m, n_times, n_channels)
        The curves. Each is a fixed combination of the heights, added up one after the other: a
        matrix product may add in another order where m is another.
    """
    weights = _spline_weights(n_times, heights.shape[1])
    curves = np.zeros((len(heights), n_times, heights.shape[2]))
    for height, weight in zip(heights.swapaxes(0, 1), weights.T, strict=True):
        curves += height[:, None] * weight[:, None]
    return curves


@lru_cache(maxsize=32)
def _spline_weights(n_times: int, n_knots: int) -> Floats:
    """Return how much each knot counts at each time, (n_times, n_knots)."""
    knots, times = np.linspace(0, 1, n_knots), np.linspace(0, 1, n_times)
    weights: Floats = CubicSpline(knots, np.eye(n_knots))(times)
    weights.flags.writeable = False  # as it is kept
    return weights


def resampled(series: Floats, times: Floats) -> Floats:
    """Return series at other times, interpolated between the two that are nearest.

    Where the earlier of the two is missing so is the result; where only the later is, it is the
    earlier one.

    Parameters
    ----------
    series : ndarray of shape (m, n_times, n_channels)
        Series.

    times : ndarray of shape (m, n_new, 1) or (m, n_new, n_channels)
        Times from 0 to n_times - 1, of each series or each of its channels.
    """
    n_times, n_channels = series.shape[1:]
    if times.shape[2] > 1:  # as many series of one channel
        by_channel = [np.ascontiguousarray(part.swapaxes(1, 2)) for part in (series, times)]
        made = resampled(*(part.reshape(-1, part.shape[2], 1) for part in by_channel))
        return made.reshape(-1, n_channels, times.shape[1]).swapaxes(1, 2)
    rows = np.ascontiguousarray(series).reshape(-1, n_channels)
    before = times[..., 0].astype(np.intp)
    share = times - before[..., None]  # 0 at the last time, which has none after it
    first = np.arange(len(series))[:, None] * n_times
    made = rows.take(first + before, axis=0)
    step = rows.take(first + np.minimum(before + 1, n_times - 1), axis=0)
    step -= made
    step *= share.astype(step.dtype, copy=False)
    step[np.isnan(step)] = 0
    made += step
    return made
