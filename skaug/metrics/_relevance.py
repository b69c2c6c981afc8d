"""Relevance: how much each value of a continuous target matters, from 0 to 1."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from skaug._core.batch import Floats

__all__ = ["Relevance", "relevance_of_extremes", "relevance_of_points"]


@dataclass(frozen=True)
class Relevance:
    r"""A relevance function :math:`\phi(y)`, evaluated by calling it.

    Parameters
    ----------
    points : tuple of float
        The values of y at the control points, ascending.

    values : tuple of float
        The relevance at each of them, from 0 to 1; constant beyond the first and last.

    smooth : bool
        Between two points: True for the smoothstep :math:`3s^2 - 2s^3`, which is level at both;
        False for a monotone cubic (Pchip) through all.

    Examples
    --------
    >>> from skaug.metrics import Relevance
    >>> phi = Relevance(points=(0.0, 10.0), values=(0.0, 1.0), smooth=True)
    >>> phi([-5, 0, 5, 10]).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """

    points: tuple[float, ...]
    values: tuple[float, ...]
    smooth: bool = False

    def __call__(self, y: ArrayLike) -> Floats:
        """Return the relevance of each value of y."""
        y = np.clip(np.asarray(y, dtype=np.float64), self.points[0], self.points[-1])
        if not self.smooth:
            return np.clip(PchipInterpolator(self.points, self.values)(y), 0, 1)
        points, values = np.array(self.points), np.array(self.values)
        right = np.clip(np.searchsorted(points, y), 1, len(points) - 1)
        share = (y - points[right - 1]) / (points[right] - points[right - 1])
        rise = share * share * (3 - 2 * share)
        return values[right - 1] + rise * (values[right] - values[right - 1])


def relevance_of_extremes(y: ArrayLike, *, coef: float = 1.5) -> Relevance:
    r"""Return the relevance that is 0 at the median and 1 from the box plot's whiskers outwards.

    A whisker ends at the last value within ``coef`` interquartile ranges of the box. A side
    without a value beyond its whisker has no extremes and is 0 throughout. In between,
    :math:`\phi = 3s^2 - 2s^3` with s the share of the way from the median to the whisker.

    Parameters
    ----------
    y : array-like of shape (n,)
        The target, of the training data.

    coef : float, default=1.5
        Tukey's factor, and that of UBL and IRon in R.

    Returns
    -------
    relevance : Relevance
        The function.

    Raises
    ------
    ValueError
        If neither side has an extreme.

    References
    ----------
    .. [1] R. P. Ribeiro, N. Moniz, "Imbalanced regression and extreme value prediction", Machine
       Learning 109, 2020. :doi:`10.1007/s10994-020-05900-9`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.metrics import relevance_of_extremes
    >>> y = np.append(np.arange(20.0), 60.0)
    >>> relevance_of_extremes(y)([10, 15, 60]).round(2).tolist()
    [0.0, 0.58, 1.0]
    """
    y = np.asarray(y, dtype=np.float64)
    low_box, median, high_box = np.quantile(y, [0.25, 0.5, 0.75])
    reach = coef * (high_box - low_box)
    inside = y[(y >= low_box - reach) & (y <= high_box + reach)]
    low, high = float(inside.min()), float(inside.max())
    has_low, has_high = bool(y.min() < low), bool(y.max() > high)
    if not has_low and not has_high:
        raise ValueError(
            f"y has no extremes: all its values lie within coef = {coef} interquartile ranges of "
            f"the box, from {low_box - reach:g} to {high_box + reach:g}. Use a smaller coef, or "
            "say which values matter with relevance_of_points."
        )
    points, values = [float(median)], [0.0]
    if has_low:  # where the whisker is the median, everything beyond it is extreme
        points.insert(0, min(low, float(np.nextafter(median, -np.inf))))
        values.insert(0, 1.0)
    if has_high:
        points.append(max(high, float(np.nextafter(median, np.inf))))
        values.append(1.0)
    return Relevance(tuple(points), tuple(values), smooth=True)


def relevance_of_points(points: Any) -> Relevance:
    """Return the relevance through given points: a monotone cubic, constant beyond them.

    Parameters
    ----------
    points : array-like of shape (n_points, 2)
        Values of y and their relevance, from 0 to 1; at least two.

    Returns
    -------
    relevance : Relevance
        The function.

    Examples
    --------
    >>> from skaug.metrics import relevance_of_points
    >>> relevance_of_points([[0, 0], [1, 0], [2, 1]])([0.5, 2, 9]).tolist()
    [0.0, 1.0, 1.0]
    """
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != 2 or len(table) < 2:
        raise ValueError(
            "points must be of shape (n_points, 2), values of y and their relevance, with at "
            f"least 2 points; got shape {table.shape}."
        )
    table = table[np.argsort(table[:, 0], kind="stable")]
    if (np.diff(table[:, 0]) == 0).any():
        raise ValueError("points must have different values of y; two are equal.")
    if (table[:, 1] < 0).any() or (table[:, 1] > 1).any():
        raise ValueError(
            f"The relevance of points must be from 0 to 1; got {table[:, 1].tolist()}."
        )
    return Relevance(tuple(table[:, 0].tolist()), tuple(table[:, 1].tolist()))
