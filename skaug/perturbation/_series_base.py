"""The base of samplers that append changed copies of series."""

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import Table, is_frame, is_sparse
from skaug.base import Target
from skaug.perturbation._base import PerturbationSampler
from skaug.perturbation._series_layout import Channels, SeriesLayout, flat_rows

__all__ = ["SeriesSampler"]


class SeriesSampler(PerturbationSampler):
    """Abstract base of samplers that append changed copies of series, of one or more channels.

    A subclass implements `_change`, and `_learn_series` if it needs to know the table first. X may
    hold the series flat in its rows, or be of shape (n, n_times, n_channels); both give the same.

    What is made of row i in copy c is a function of (``random_state``, c, i) and of the series, if
    `_change` draws from nothing but the `RowRng` it is given.

    A subclass has the parameters ``series_shape``, ``channels``, ``p``, ``copies``,
    ``keep_original``, ``sampling_strategy`` and ``random_state``, with the meaning that they have
    in `Jitter`. y may hold anything: labels, sets of labels or numbers.

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

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import SeriesSampler
    >>> class Reverse(SeriesSampler):
    ...     def _change(self, series, rng):
    ...         return series[:, ::-1]
    >>> X = np.arange(12.0).reshape(2, 6)
    >>> Reverse().fit_resample(X, [0, 1])[0][2:]
    array([[ 5.,  4.,  3.,  2.,  1.,  0.],
           [11., 10.,  9.,  8.,  7.,  6.]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PerturbationSampler._parameter_constraints,
        "series_shape": ["array-like", Integral, None],
        "channels": [sk.StrOptions({"first", "last"})],
        "p": [sk.Interval(Real, 0, 1, closed="both")],
    }
    del _parameter_constraints["features"], _parameter_constraints["categorical_features"]

    features = None  # a row is numbers of one series, which change together
    categorical_features = None

    def __init__(
        self,
        *,
        series_shape: Any = None,
        channels: Channels = "last",
        p: float = 1.0,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.series_shape = series_shape
        self.channels = channels
        self.p = p
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state

    @abstractmethod
    def _change(self, series: Floats, rng: RowRng) -> Floats:
        """Return changed series, of the same shape.

        Parameters
        ----------
        series : ndarray of shape (m, n_times, n_channels)
            Some series: float32 or float64, not to be modified; missing values are NaN.

        rng : RowRng
            Their random numbers, to draw from in any order, by streams.
        """

    def _learn_series(self, series: Floats) -> None:
        """Set what `_change` has to know of all series."""

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Any, y: Any, sample_weight: Any = None) -> tuple[Any, ...]:
        """Return the series of X, unchanged and in order, followed by changed copies of them.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, n_times * n_channels), or array-like of shape \
                (n, n_times, n_channels)
            The series.

        y : array-like of shape (n,) or (n, n_outputs)
            Their targets, of any kind.

        sample_weight : array-like of shape (n,), default=None
            Weights of the series; copies inherit them.

        Returns
        -------
        X_res : same container as X, of shape (n_res, ...)
            The series, in the shape and dtype of X.

        y_res : same container as y
            Their targets.

        sample_weight_res : same container as sample_weight, of shape (n_res,)
            Their weights; only returned when weights were given.
        """
        X_res, *others = super().fit_resample(X, y, sample_weight)
        return (_shaped_like(X, X_res), *others)

    def augment(self, X: Any, *, copy: int = 0, rows: Any = None) -> Any:
        """Return X with every series changed, as `fit_resample` changes it in one of its copies.

        For use by hand and for test-time augmentation: nothing is learned from X. With an int as
        ``random_state``, row i of copy c is that of ``fit_resample`` for the rows it was given;
        with another one every call draws anew.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, n_times * n_channels), or array-like of shape \
                (n, n_times, n_channels)
            Series of the shape that `fit` has seen.

        copy : int, default=0
            Which copy to make: other numbers give other changes.

        rows : int or array-like of shape (n,), default=None
            The numbers of the rows, where X is a part of a table; None: 0, 1, and so on. An int
            gives every series the same change.

        Returns
        -------
        X_new : same container as X, of the same shape
            The changed series; a frame gets a fresh index.
        """
        return _shaped_like(X, super().augment(X, copy=copy, rows=rows))

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        self._refuse_sparse(X)
        rows, row_shape = flat_rows(X, type(self).__name__)
        self._layout = self._layout_of(row_shape)
        read = super()._read(rows, y)
        self.series_shape_ = self._layout.shape
        return read

    def _read_again(self, X: Any) -> Table:
        self._refuse_sparse(X)
        rows, row_shape = flat_rows(X, type(self).__name__)
        if len(row_shape) > 1 and self._layout_of(row_shape) != self._layout:
            raise ValueError(
                f"{type(self).__name__} was fitted to series of shape {self.series_shape_} "
                f"(times, channels); X has rows of shape {row_shape}."
            )
        return super()._read_again(rows)

    def _layout_of(self, row_shape: tuple[int, ...]) -> SeriesLayout:
        return SeriesLayout.of(row_shape, self.series_shape, self.channels, type(self).__name__)

    def _refuse_sparse(self, X: Any) -> None:
        if is_sparse(X):
            name = type(self).__name__
            raise ValueError(
                f"{name} does not work on sparse data: a series has a number at every time. Pass "
                "X.toarray()."
            )

    def _learn(self, X: Floats, y: Target | None) -> None:
        self._learn_series(self._layout.series(X))

    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        """Change the series that ``p`` picks; what is made of one does not depend on ``p``."""
        if self.p == 1:
            return self._layout.rows(self._change(self._layout.series(X), rng.child(1)))
        picked = np.flatnonzero(rng.child(2).uniforms(1)[:, 0] < self.p)
        if len(picked):
            series = self._layout.series(X[picked])
            X[picked] = self._layout.rows(self._change(series, rng.child(1).at(picked)))
        return X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = False
        tags.input_tags.string = False
        tags.input_tags.three_d_array = True
        return tags


def _shaped_like(X: Any, rows: Any) -> Any:
    """Return rows as series of the shape that those of X have, and as lists where X is one."""
    if is_frame(X) or len(shape := np.shape(X)) < 3:
        return rows
    series = np.reshape(rows, (len(rows), *shape[1:]))
    return series.tolist() if isinstance(X, list) else series
