"""Jitter: a normal number added at each time."""

import warnings
from numbers import Real
from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._series_layout import Channels

__all__ = ["Jitter"]


class Jitter(SeriesSampler):
    r"""Append copies of series with normal noise added at each time.

    .. math:: \tilde x_{tc} = x_{tc} + sigma \; s_c \, \varepsilon_{tc}, \quad
       \varepsilon_{tc} \sim N(0, 1)

    with :math:`s_c` the standard deviation of channel c, over all series and times. In the
    references sigma is absolute, for series that were standardised; here they need not be.

    It stands for the noise of a sensor, and helps where that varies. It drowns what is small and
    quick, such as the peaks of a spectrum. `GaussianNoise` takes each time for a column of its own,
    with a deviation of its own.

    Parameters
    ----------
    sigma : float, default=0.03
        Standard deviation of the noise as a share of that of the channel.

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

    std_ : ndarray of shape (n_channels,)
        Standard deviation of each channel.

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
    Scaling : Makes channels larger or smaller.
    GaussianNoise : The same for tables, by column.

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
    >>> from skaug.perturbation import Jitter
    >>> X, y = np.random.default_rng(0).normal(size=(20, 50, 3)).cumsum(axis=1), np.arange(20) % 2
    >>> X_res, y_res = Jitter(sigma=0.1, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (40, 50, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SeriesSampler._parameter_constraints,
        "sigma": [sk.Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        sigma: float = 0.03,
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

    def _learn_series(self, series: Floats) -> None:
        self.std_ = column_std(series.reshape(-1, series.shape[2]))
        if not self.std_.any():
            warnings.warn(
                "Jitter finds no channel that varies in X: its series are copied.",
                UserWarning,
                stacklevel=2,
            )

    def _change(self, series: Floats, rng: RowRng) -> Floats:
        m, n_times, n_channels = series.shape
        noise = rng.normals(n_times * n_channels).reshape(m, n_times, n_channels)
        noise *= self.sigma * self.std_
        noise += series
        return noise
