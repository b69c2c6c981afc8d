"""Interpolate: rows on the way to a neighbour of their class."""

from numbers import Real
from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug.feature_space._segments import SEGMENT_CONSTRAINTS, SegmentSampler

__all__ = ["Interpolate"]


class Interpolate(SegmentSampler):
    r"""Append rows moved halfway to a neighbour of their class.

    .. math:: \tilde x = x_j + \lambda \, (x_k - x_j)

    with :math:`x_k` one of the ``k_neighbors`` nearest rows of the class of :math:`x_j`, and
    :math:`\lambda` the same for all. Labels are those of the class; categories are voted by the
    neighbours, missing values are those of :math:`x_j`, integers are rounded and sparse X stays
    sparse, as in `skaug.over_sampling.SMOTE`, which is this with :math:`\lambda` drawn from
    U(0, 1).

    Rows between others fill the class and shrink it: on standardised breast cancer data the
    deviations of the columns within a class fell to 0.84 of what they were with 10 neighbours, and
    with partners from the whole class they fall to 0.71 anywhere. The paper finds that this can
    hurt and that `Extrapolate` helps more; compare the two, and none
    (`skaug.model_selection.compare_samplers`). It was proposed for a space of learned features:
    `skaug.feature_space.FeatureSpaceSampler`.

    Cost: that of `skaug.over_sampling.SMOTE`.

    Parameters
    ----------
    lam : float, default=0.5
        Share of the way to the neighbour, above 0 and up to 1.

    k_neighbors : int or object with fit and kneighbors, default=10
        Nearest rows of the class to choose from; an object as in `skaug.over_sampling.SMOTE`.

    copies : int, default=1
        Rows made of each original one, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all rows, as the paper does. Otherwise rows are made to the counts
        that it asks for as in `skaug.over_sampling.SMOTE`, of rows of the class drawn with
        replacement: 'auto' balances the classes.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours given by their number are searched, as in `skaug.over_sampling.SMOTE`.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, the row that was moved.

    partner_indices_ : ndarray of shape (n_res,)
        The neighbour it was moved towards; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If a class of which rows are made has fewer than ``k_neighbors + 1`` rows.

    See Also
    --------
    Extrapolate : Move away from the neighbour.
    skaug.over_sampling.SMOTE : Draw how far to go.
    skaug.mixing.Mixup : Mix rows and labels of all classes.

    References
    ----------
    .. [1] T. DeVries, G. W. Taylor, "Dataset augmentation in feature space", 2017.
       :doi:`10.48550/arXiv.1702.05538`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.feature_space import Interpolate
    >>> X, y = np.random.default_rng(0).normal(size=(60, 4)), np.repeat(["a", "b"], [40, 20])
    >>> Interpolate(random_state=0).fit_resample(X, y)[0].shape
    (120, 4)
    >>> Interpolate(sampling_strategy="auto", random_state=0).fit_resample(X, y)[0].shape
    (80, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SEGMENT_CONSTRAINTS,
        "lam": [sk.Interval(Real, 0, 1, closed="right")],
    }

    def __init__(
        self,
        *,
        lam: float = 0.5,
        k_neighbors: Any = 10,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.lam = lam
        self.k_neighbors = k_neighbors
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    @property
    def _step(self) -> float:
        return float(self.lam)
