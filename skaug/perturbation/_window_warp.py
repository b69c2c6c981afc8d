"""WindowWarp: series of which a part runs faster or slower."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._series_layout import Channels
from skaug.perturbation._warps import resampled

__all__ = ["WindowWarp"]


class WindowWarp(SeriesSampler):
    r"""Append copies of series of which one part, drawn at random, runs faster or slower.

    .. math:: \tilde x(t) = x(\tau(t)), \quad \tau' = \begin{cases}
       v / s & \text{in the window} \\ v & \text{elsewhere} \end{cases}

    The window is a share `ratio` of the series and begins anywhere, uniformly. It is made s times
    as long, with s drawn from `scales`, and all of it is brought back to the length it had by the
    speed v. All channels have the same times, and the first and the last time stay where they are.
    Values between two times are interpolated, once.

    When to use it, and when not, is as for `TimeWarp`, whose speed changes smoothly.

    Parameters
    ----------
    ratio : float in (0, 1], default=0.1
        Length of the window as a share of that of the series. Of all of it, nothing changes.

    scales : array-like of float, default=(0.5, 2.0)
        How long the window may become, each as likely as the others. A number is the only one.

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
    TimeWarp : At a speed that changes smoothly.

    References
    ----------
    .. [1] A. Le Guennec, S. Malinowski, R. Tavenard, "Data augmentation for time series
       classification using convolutional neural networks", ECML/PKDD Workshop on Advanced
       Analytics and Learning on Temporal Data, 2016.

    .. [2] B. K. Iwana, S. Uchida, "An empirical survey of data augmentation for time series
       classification with neural networks", PLOS ONE 16, 2021.
       :doi:`10.1371/journal.pone.0254841`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import WindowWarp
    >>> X, y = np.random.default_rng(0).normal(size=(20, 50, 3)).cumsum(axis=1), np.arange(20) % 2
    >>> X_res, y_res = WindowWarp(ratio=0.2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (40, 50, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SeriesSampler._parameter_constraints,
        "ratio": [sk.Interval(Real, 0, 1, closed="right")],
        "scales": ["array-like", Real],
    }

    def __init__(
        self,
        *,
        ratio: float = 0.1,
        scales: Any = (0.5, 2.0),
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
        self.ratio = ratio
        self.scales = scales

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        self._checked_scales()

    def _checked_scales(self) -> Floats:
        try:
            scales = np.atleast_1d(np.asarray(self.scales, dtype=np.float64))
            is_valid = scales.ndim == 1 and len(scales) > 0 and np.isfinite(scales).all()
        except (TypeError, ValueError):
            is_valid = False
        if not is_valid or (scales <= 0).any():
            raise ValueError(
                f"scales of WindowWarp must be numbers above 0, got {self.scales!r}. 2 makes the "
                "window twice as long, 0.5 half as long."
            )
        return scales

    def _change(self, series: Floats, rng: RowRng) -> Floats:
        begin, choice = rng.uniforms(2).T
        scales = self._checked_scales()
        scale = scales[(choice * len(scales)).astype(np.intp)]
        return resampled(series, window_times(series.shape[1], self.ratio, begin, scale))


def window_times(n_times: int, ratio: float, begin: Floats, scale: Floats) -> Floats:
    """Return times with a window that is `scale` times as long, (m, n_times, 1).

    Parameters
    ----------
    n_times : int
        Number of times.

    ratio : float
        Length of the window as a share of all times.

    begin : ndarray of shape (m,)
        Where the window begins, as a share of where it can.

    scale : ndarray of shape (m,)
        How long the window becomes, of one that is 1.
    """
    end = n_times - 1
    length = ratio * end
    start = (begin * (end - length))[:, None]
    longer = ((scale - 1) * length)[:, None]
    warped = np.arange(n_times) * (1 + longer / max(end, 1))  # as if the series were that longer
    inside = np.clip(warped - start, 0, length + longer)
    times = np.clip(warped - inside * (1 - 1 / scale[:, None]), 0, end)
    times[:, -1] = end
    return times[:, :, None]
