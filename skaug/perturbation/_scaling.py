"""Scaling: channels multiplied by a number."""

from numbers import Real
from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._series_layout import Channels

__all__ = ["Scaling"]


class Scaling(SeriesSampler):
    r"""Append copies of series with each channel multiplied by a random number near 1.

    .. math:: \tilde x_{tc} = f_c \, x_{tc}, \quad f_c \sim N(1, sigma^2)

    It stands for a sensor that is set or worn differently. It changes nothing that a model sees
    which standardises each series by itself, and misleads where the level is what tells the classes
    apart. The factor multiplies the values as they are: where 0 means nothing, as in degrees
    Celsius, take the mean off first.

    Parameters
    ----------
    sigma : float, default=0.1
        Standard deviation of the factors.

    per_channel : bool, default=True
        Whether each channel has a factor of its own, or a series one for all of them.

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
    MagnitudeWarp : With a factor that changes over time.

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
    >>> from skaug.perturbation import Scaling
    >>> X, y = np.random.default_rng(0).normal(size=(20, 50, 3)).cumsum(axis=1), np.arange(20) % 2
    >>> X_res, y_res = Scaling(sigma=0.2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (40, 50, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SeriesSampler._parameter_constraints,
        "sigma": [sk.Interval(Real, 0, None, closed="left")],
        "per_channel": ["boolean"],
    }

    def __init__(
        self,
        *,
        sigma: float = 0.1,
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
        self.per_channel = per_channel

    def _change(self, series: Floats, rng: RowRng) -> Floats:
        n_factors = series.shape[2] if self.per_channel else 1
        factors = 1 + self.sigma * rng.normals(n_factors)
        return series * factors[:, None]
