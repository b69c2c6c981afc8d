"""Extrapolate: rows moved away from a neighbour of their class."""

from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import is_sparse
from skaug.base import Table, Target
from skaug.feature_space._segments import SEGMENT_CONSTRAINTS, SegmentSampler

__all__ = ["Extrapolate"]


class Extrapolate(SegmentSampler):
    r"""Append rows moved away from a neighbour of their class.

    .. math:: \tilde x = x_j + \lambda \, (x_j - x_k)

    with :math:`x_k` one of the ``k_neighbors`` nearest rows of the class of :math:`x_j`. Labels are
    those of the class; categories are voted by the neighbours, missing values are those of
    :math:`x_j`, integers are rounded and sparse X stays sparse.

    Rows beyond others widen a class, where `Interpolate` shrinks it, and thus show a model what
    lies just outside the rows it has. The paper finds it the best of its three; it also was for
    networks on 400 digits, while with wrong labels it did harm, since it moves rows past the
    border of their class. On standardised breast cancer data the deviations of the columns within
    a class rose to 1.26 of what they were, and 2.8 % of the cells left the range of their column:
    ``clip='range'`` brings these back. It was proposed for a space of learned features; where the
    way back from the space is limited to the range, as with quantiles, none leaves it:
    `skaug.feature_space.FeatureSpaceSampler`.

    Cost: that of `skaug.over_sampling.SMOTE`.

    Parameters
    ----------
    lam : float, default=0.5
        How far to go, as a share of the distance to the neighbour; above 0.

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

    clip : {'range'} or None, default=None
        'range' keeps every numeric column within the values that it has in the whole table, of all
        classes; None lets rows leave them. It is for dense X.

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
        The neighbour it was moved away from; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If a class of which rows are made has fewer than ``k_neighbors + 1`` rows,
        or ``clip='range'`` is given a sparse X.

    See Also
    --------
    Interpolate : Move towards the neighbour.
    skaug.over_sampling.GeometricSMOTE : Draw from balls around rows.

    References
    ----------
    .. [1] T. DeVries, G. W. Taylor, "Dataset augmentation in feature space", 2017.
       :doi:`10.48550/arXiv.1702.05538`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.feature_space import Extrapolate
    >>> X, y = np.random.default_rng(0).normal(size=(60, 4)), np.repeat(["a", "b"], [40, 20])
    >>> X_res, y_res = Extrapolate(copies=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (180, 4)
    >>> bool(X_res[60:].std() > X.std())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SEGMENT_CONSTRAINTS,
        "clip": [sk.StrOptions({"range"}), None],
    }

    def __init__(
        self,
        *,
        lam: float = 0.5,
        k_neighbors: Any = 10,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        clip: Literal["range"] | None = None,
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
        self.clip = clip
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    @property
    def _step(self) -> float:
        return -float(self.lam)

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        if self.clip is not None and is_sparse(X):
            raise ValueError(
                "clip='range' of Extrapolate does not work on sparse data. Set clip=None, or pass "
                "X.toarray()."
            )
        return super()._read(X, y)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        batch = super()._sample_class(X, y, code, n_samples, rng)
        if self.clip is None or batch.step is None:
            return batch

        def write(numeric: Floats, out: Floats) -> None:
            batch.write(numeric, out)
            low, high = (f.reduce(numeric, axis=0) for f in (np.fmin, np.fmax))
            np.clip(out, low, high, out=out)

        return replace(batch, writer=write)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.clip is None
        return tags
