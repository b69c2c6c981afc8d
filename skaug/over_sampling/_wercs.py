"""WERCS: resampling for regression by relevance, without bins."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.rng import RandomState, class_rng
from skaug.base import BaseSampler, Table
from skaug.over_sampling._gaussian_noise import noisy_batch, refuse_noise_on_sparse
from skaug.over_sampling._relevance_bins import RELEVANCE_CONSTRAINT, relevance_values

__all__ = ["WERCS"]


class WERCS(BaseSampler):
    r"""Resample a regression table: repeat rows by their relevance, drop rows by its complement.

    A share ``over`` of the rows is drawn with replacement, row i with a probability in
    proportion to :math:`\phi(y_i)`; a share ``under`` is dropped, in proportion to
    :math:`1 - \phi(y_i)`, without replacement. **Dropped rows are left out**: the rows kept
    come first, in their order, then the repeated ones. There is no threshold and no bin, and X
    may hold anything. Cost: O(n) draws.

    With a `perturbation` p, the repeated rows get Gaussian noise (WERCS-GN), targets included,

    .. math:: (x, y)_{new} = (x, y)_i + p \, s \odot \varepsilon, \quad \varepsilon \sim N(0, I)

    with the standard deviations s of the table. Numeric columns are moved, categories are
    copied, missing values stay missing; a target never leaves the range of y, where noise that
    would is cut off. Noise fills zeros, so X must then not be sparse.

    Parameters
    ----------
    relevance : 'extremes', array-like of shape (n_points, 2) or callable, default='extremes'
        What matters: values beyond the whiskers of the box plot; points (y, relevance) for a
        monotone cubic; or any function of y.

    over : float, default=0.5
        Rows to add, as a share of the rows.

    under : float, default=0.5
        Rows to drop, as a share of the rows. Rows of relevance 1 are never dropped; if there
        are fewer others than that, an error says so.

    perturbation : float, default=None
        Standard deviation of the noise on repeated rows, as a share of that of the column. None
        repeats rows as they are.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The columns to copy and not to move: a mask, indices, names, or by their dtype. Only of
        use with `perturbation`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    relevance_ : ndarray of shape (n,)
        The relevance of each row's target.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was repeated, with noise or without.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    SMOTER : Interpolate between rare rows instead of repeating them.
    SMOGN : Interpolate between near ones, and add noise to others.

    References
    ----------
    .. [1] P. Branco, L. Torgo, R. P. Ribeiro, "Pre-processing approaches for imbalanced
       distributions in regression", Neurocomputing 343, 2019.
       :doi:`10.1016/j.neucom.2018.11.100`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import WERCS
    >>> X, y = np.arange(20.0).reshape(-1, 1), np.arange(20.0)
    >>> sampler = WERCS(relevance=[[10, 0], [19, 1]], random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> len(y_res), bool(y_res.mean() > y.mean())
    (20, True)
    """

    _target_type = ContinuousTarget
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSampler._parameter_constraints,
        "relevance": RELEVANCE_CONSTRAINT,
        "over": [sk.Interval(Real, 0, None, closed="left")],
        "under": [sk.Interval(Real, 0, 1, closed="left")],
        "perturbation": [sk.Interval(Real, 0, None, closed="left"), None],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }

    def __init__(
        self,
        *,
        relevance: Any = "extremes",
        over: float = 0.5,
        under: float = 0.5,
        perturbation: float | None = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.relevance = relevance
        self.over = over
        self.under = under
        self.perturbation = perturbation
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _select(self, X: Table, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        self.relevance_ = relevance_values(self.relevance, y.values, "WERCS")
        n_dropped = round(self.under * len(y))
        if not n_dropped:
            return None
        weight = 1 - self.relevance_
        n_droppable = int(np.count_nonzero(weight))
        if n_dropped > n_droppable:
            raise ValueError(
                f"under = {self.under} of WERCS asks to drop {n_dropped} of {len(y)} rows, but "
                f"only {n_droppable} have a relevance below 1. Set under to "
                f"{n_droppable / len(y):.2g} or less."
            )
        rng = class_rng(seed, "dropped")
        dropped = rng.choice(len(y), size=n_dropped, replace=False, p=weight / weight.sum())
        return np.delete(np.arange(len(y)), dropped)

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        n_added, total = round(self.over * len(y)), self.relevance_.sum()
        if not n_added:
            return []
        if total == 0:
            raise ValueError("WERCS has no row to repeat: the relevance of every target is 0.")
        rng = class_rng(seed, "repeated")
        repeated = rng.choice(len(y), size=n_added, p=self.relevance_ / total)
        if self.perturbation is None:
            return [Batch(seed=repeated)]
        rows = np.arange(len(y))
        factor = np.full(n_added, float(self.perturbation))
        return [noisy_batch(X, y, repeated, factor, rng, like=rows, within=rows)]

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        if self.perturbation is not None:
            refuse_noise_on_sparse(X, "WERCS with a perturbation")
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.perturbation is None
        return tags
