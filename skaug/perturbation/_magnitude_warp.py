"""MagnitudeWarp: series multiplied by a smooth curve."""

from numbers import Integral, Real
from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._series_layout import Channels
from skaug.perturbation._warps import smooth_curves

__all__ = ["MagnitudeWarp"]


class MagnitudeWarp(SeriesSampler):
    r"""Append copies of series multiplied by a smooth random curve near 1.

    .. math:: \tilde x_{tc} = f_c(t) \, x_{tc}

    with :math:`f_c` the cubic spline through knots at equal distances from the first time to the
    last, where it is drawn from :math:`N(1, sigma^2)`.

    It stands for a signal whose strength drifts. As with `Scaling`, 0 is what stays: take the mean
    off first where it means nothing; and what tells the classes apart must not be how high one part
    is above another. Cost: O(values made x knots).

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the curve at its knots.

    knots : int, default=4
        Knots of the curve beside its two ends: with more of them it changes faster.

    per_channel : bool, default=True
        Whether each channel has a curve of its own, or a series one for all of them.

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
    Scaling : With a factor that does not change over time.
    TimeWarp : Changes the times instead of the values.

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
    >>> from skaug.perturbation import MagnitudeWarp
    >>> X, y = np.random.default_rng(0).normal(size=(20, 50, 3)).cumsum(axis=1), np.arange(20) % 2
    >>> X_res, y_res = MagnitudeWarp(sigma=0.3, random_state=0).fit_resample(X, y)
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
        per_channel: bool = True,
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
        heights = rng.normals(n_knots * n_curves).reshape(-1, n_knots, n_curves)
        return series * (1 + self.sigma * smooth_curves(heights, n_times))
