"""TimeWarp: series that run faster and slower."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._series_layout import Channels
from skaug.perturbation._warps import resampled, smooth_curves

__all__ = ["TimeWarp"]


class TimeWarp(SeriesSampler):
    r"""Append copies of series that run now faster, now slower than they did.

    .. math:: \tilde x(t) = x(\tau(t)), \quad \tau' \propto \exp(g(t))

    with g the cubic spline through knots at equal distances from the first time to the last, where
    it is drawn from :math:`N(0, sigma^2)`. The speed is never negative, so time does not run back
    (in other implementations it may); the first and the last time stay where they are. Values
    between two times are interpolated.

    It stands for people, machines or hearts that do the same at another pace. It misleads where
    frequencies or moments tell the classes apart, or where columns are no times at all, such as the
    wavelengths of a spectrum. Cost: O(values made x knots).

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the logarithm of the speed at the knots: 0.2 is about a fifth of
        the speed.

    knots : int, default=4
        Knots of the curve beside its two ends: with more of them it changes faster.

    per_channel : bool, default=False
        Whether each channel has times of its own, as in the references. That moves apart what
        happened at once.

    series_shape : int, (n_times,) or (n_times, n_channels), default=None
        What series a flat row of X is, in this order for both values of ``channels``. One number
        may be -1, for what is left. None: rows have one channel, and X of shape (n, n_times,
        n_channels) says it itself.

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X. 'first' is for series one after the other, in flat rows or
        in X of shape (n, n_channels, n_times).

    p : float in [0, 1], default=1.0
        Probability that a copy is changed; otherwise it is an exact copy.

    copies : int, default=1
        Changed copies of each series, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the series themselves come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all series. Otherwise changed series are made class by class, to
        the counts that it asks for as in `skaug.over_sampling.SMOTE`, of series of the class drawn
        with replacement.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    series_shape_ : tuple of int
        Times and channels of a series.

    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: series have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Numbers that a series has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    WindowWarp : One part faster or slower, and the rest at one pace.
    MagnitudeWarp : Changes the values instead of the times.

    References
    ----------
    .. [1] T. T. Um et al., "Data augmentation of wearable sensor data for Parkinson's disease
       monitoring using convolutional neural networks", ICMI 2017. :doi:`10.1145/3136755.3136817`

    .. [2] B. K. Iwana, S. Uchida, "An empirical survey of data augmentation for time series
       classification with neural networks", PLOS ONE 16, 2021.
       :doi:`10.1371/journal.pone.0254841`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import TimeWarp
    >>> X, y = np.random.default_rng(0).normal(size=(20, 50, 3)).cumsum(axis=1), np.arange(20) % 2
    >>> X_res, y_res = TimeWarp(sigma=0.3, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (40, 50, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SeriesSampler._parameter_constraints,
        "sigma": [sk.Interval(Real, 0, None, closed="left")],
        "knots": [sk.Interval(Integral, 0, None, closed="left")],
        "per_channel": ["boolean"],
    }

    def __init__(
        self,
        *,
        sigma: float = 0.2,
        knots: int = 4,
        per_channel: bool = False,
        series_shape: Any = None,
        channels: Channels = "last",
        p: float = 1.0,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(
            series_shape=series_shape,
            channels=channels,
            p=p,
            copies=copies,
            keep_original=keep_original,
            sampling_strategy=sampling_strategy,
            random_state=random_state,
        )
        self.sigma = sigma
        self.knots = knots
        self.per_channel = per_channel

    def _change(self, series: Floats, rng: RowRng) -> Floats:
        _, n_times, n_channels = series.shape
        n_knots, n_curves = self.knots + 2, n_channels if self.per_channel else 1
        heights = self.sigma * rng.normals(n_knots * n_curves).reshape(-1, n_knots, n_curves)
        return resampled(series, warped_times(smooth_curves(heights, n_times)))


def warped_times(log_speed: Floats) -> Floats:
    """Return times at the given speeds, from the first to the last, both of which they meet.

    Between two times the speed is the mean of theirs.
    """
    log_speed = log_speed - log_speed.max(axis=1, keepdims=True)  # only ratios count
    speed = np.exp(log_speed)
    times = np.zeros_like(speed)
    np.cumsum((speed[:, 1:] + speed[:, :-1]) / 2, axis=1, out=times[:, 1:])
    end = speed.shape[1] - 1
    if end:
        times *= end / times[:, -1:]
        times[:, -1] = end
    return np.minimum(times, end)
