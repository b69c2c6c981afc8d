"""GaussianNoise: rows with noise in proportion to the deviations of their columns."""

import warnings
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug.base import Target
from skaug.perturbation._base import PerturbationSampler

__all__ = ["GaussianNoise"]


class GaussianNoise(PerturbationSampler):
    r"""Append copies of rows with Gaussian noise in proportion to the deviation of each column.

    .. math:: \tilde x_j = x_j + scale \; s_j \, \varepsilon_j, \quad
       \varepsilon_j \sim N(0, 1), \quad \tilde y = y

    with :math:`s_j` the standard deviation of column j, of all rows or of those of the row's
    class. Training with a little noise is to first order a penalty on how steep the model is; it
    helps models that are large for the data, and does little for trees, which see ranks alone.

    Categories and constant columns stay as they are; what a row misses, its copies miss; integers
    are rounded, so that small ones may not move at all. y may be anything, numbers too. Cost:
    O(rows made x columns), most of it the drawing.

    Noise ignores how columns go together: it leaves a curved class to all sides, the more the
    larger ``scale`` is. In a space of features that are less tied to each other it stays closer
    (`skaug.feature_space.FeatureSpaceSampler`).

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation of the noise as a share of that of the column. With ``by_class=True``
        0.5 is usual.

    by_class : bool, default=False
        Take the deviations of the row's class, so that a narrow class gets little noise. y then
        has to hold one class label a row, and `augment` is not available.

    copies : int, default=1
        Noisy rows for each original one, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all rows. Otherwise rows are made class by class, to the counts
        that it asks for as in `skaug.over_sampling.SMOTE`, of rows of the class drawn with
        replacement.

    features : str, array-like or None, default=None
        The columns that get noise: a mask, indices or names; None for all numeric ones.

    clip : {'range'} or None, default=None
        'range' keeps every column within the values that it has in the table; None lets the noise
        leave them.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    std_ : ndarray of shape (n_changed,) or (n_classes, n_changed)
        Standard deviation of each column that gets noise, or of each in each class.

    range_ : ndarray of shape (2, n_changed)
        Smallest and largest value of each column that gets noise. Only with ``clip='range'``.

    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: noise fills the zeros.

    Warns
    -----
    UserWarning
        If no numeric column varies, or with ``by_class=True`` none in a class: its rows are copied.

    See Also
    --------
    skaug.over_sampling.RandomOverSampler : With `shrinkage`, noise by the bandwidth of a density.
    skaug.feature_space.Extrapolate : Move rows away from others of their class.

    Notes
    -----
    The rows made are copy 0 of all rows in their order, then copy 1, and so on. The noise of row i
    in copy c is a function of (random_state, c, i): it stays the same whatever rows are added after
    it and however many copies are made. With `sampling_strategy` the same holds for the number of
    the draw within its class.

    References
    ----------
    .. [1] C. M. Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural
       Computation 7, 1995. :doi:`10.1162/neco.1995.7.1.108`

    .. [2] T. DeVries, G. W. Taylor, "Dataset augmentation in feature space", 2017.
       :doi:`10.48550/arXiv.1702.05538`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import GaussianNoise
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat([0, 1], 50)
    >>> noise = GaussianNoise(copies=2, random_state=0)
    >>> X_res, y_res = noise.fit_resample(X, y)
    >>> X_res.shape, y_res.shape
    ((300, 4), (300,))
    >>> bool((noise.augment(X, copy=1) == X_res[200:]).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PerturbationSampler._parameter_constraints,
        "scale": [sk.Interval(Real, 0, None, closed="left")],
        "by_class": ["boolean"],
        "clip": [sk.StrOptions({"range"}), None],
    }

    def __init__(
        self,
        *,
        scale: float = 0.1,
        by_class: bool = False,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        features: Any = None,
        clip: Literal["range"] | None = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.scale = scale
        self.by_class = by_class
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.features = features
        self.clip = clip
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, X: Floats, y: Target | None) -> None:
        if y is None:
            self.std_ = column_std(X)
            self._warn_of_copies(self.std_, "X")
        else:
            codes = range(len(y.classes))
            self.std_ = np.stack([column_std(X[y.members(code)]) for code in codes])
            for std, label in zip(self.std_, y.classes.tolist(), strict=True):
                self._warn_of_copies(std, f"class {label!r}")
        self.__dict__.pop("range_", None)  # of an earlier call
        if self.clip == "range":
            self.range_ = np.stack([np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)])

    def _warn_of_copies(self, std: Floats, where: str) -> None:
        if not std.any():
            warnings.warn(
                f"GaussianNoise finds no numeric column that varies in {where}, of those it may "
                "change: its rows are copied.",
                UserWarning,
                stacklevel=2,
            )

    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        noise = rng.normals(X.shape[1])  # of float32 X too, which gets the same noise
        noise *= self.std_ if classes is None else self.std_[classes]
        noise *= self.scale
        noise += X
        if self.clip == "range":
            np.clip(noise, *self.range_, out=noise)
        return noise

    @property
    def _label_reader(self) -> str | None:
        return "by_class" if self.by_class else None
