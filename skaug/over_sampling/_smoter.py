"""SMOTER: SMOTE for regression."""

from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core.batch import Batch, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.rng import RandomState, random_indices
from skaug.base import BaseSampler, Table
from skaug.over_sampling._relevance_bins import (
    BIN_CONSTRAINTS,
    grown_bins,
    interpolated_bin,
    thinned_bins,
)

__all__ = ["SMOTER"]


class SMOTER(BaseSampler):
    r"""Resample a regression table: interpolate where targets are rare, thin out where not.

    The sorted targets are cut into bins where the relevance :math:`\phi(y)` crosses a threshold.
    Small bins get new rows between neighbours of the same bin, targets included,

    .. math:: (x, y)_{new} = (x, y)_i + u \, ((x, y)_j - (x, y)_i), \quad u \sim U(0, 1)

    and large bins lose rows at random. **Rows of large bins are left out**: the rows kept come
    first, unchanged and in their order, then the new ones, bin by bin. Categories, missing
    values and integers are treated as in `SMOTE`.

    Cost: a search for neighbours within each bin that grows. It helps a metric that weighs
    extremes, such as `skaug.metrics.sera_score`; the plain squared error gets worse.

    Parameters
    ----------
    relevance : 'extremes', array-like of shape (n_points, 2) or callable, default='extremes'
        What matters: values beyond the whiskers of the box plot; points (y, relevance) for a
        monotone cubic; or any function of y.

    relevance_threshold : float, default=0.5
        Relevance from which a target is rare; 0.5 is that of smogn.

    sampling_strategy : {'balance', 'extreme'}, default='balance'
        Whether all bins get the same size, or sizes that turn their frequencies over; the total
        stays about the number of rows.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from; 5 is the paper's. An object is cloned and works on numeric
        tables only; the row itself is one of its ``n_neighbors``.

    under_sampling : bool, default=True
        Whether large bins lose rows. False keeps every row and only adds.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours are searched. 'approximate' is for very large bins of numbers; it needs the
        extra ``approximate`` and, below 50,000 seeds, is exact all the same.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    relevance_ : ndarray of shape (n,)
        The relevance of each row's target.

    bins_ : ndarray of shape (n,)
        The bin of each row, from the smallest targets up.

    bin_sizes_ : ndarray of shape (n_bins,)
        The number of rows each bin is to have.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, its seed.

    partner_indices_ : ndarray of shape (n_res,)
        The neighbour each synthetic row was interpolated with; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If no target is extreme, or y is not one number a row.

    See Also
    --------
    SMOGN : Interpolate only where neighbours are near, and add noise elsewhere.
    WERCS : Draw and drop rows by their relevance, without bins.
    skaug.metrics.sera_score : The squared error where it matters.

    Notes
    -----
    The paper weighs the targets of the parents by their distances to the new row. On a segment
    these are as u to 1 - u in any norm, so that the same step for the target is the same rule;
    only, here categories, which come of a vote, have no say in it.

    A bin is not of the user's making, so one with fewer than ``k_neighbors + 1`` rows is no
    error: all of its rows are neighbours then, or its only row is copied, with a warning.

    References
    ----------
    .. [1] L. Torgo, R. P. Ribeiro, B. Pfahringer, P. Branco, "SMOTE for regression", Progress in
       Artificial Intelligence (EPIA), 2013. :doi:`10.1007/978-3-642-40669-0_33`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SMOTER
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(200, 3)), np.exp(rng.normal(size=200))
    >>> X_res, y_res = SMOTER(random_state=0).fit_resample(X, y)
    >>> bool((y_res > 5).mean() > (y > 5).mean())
    True
    """

    _target_type = ContinuousTarget
    _parameter_constraints: ClassVar[dict[str, Any]] = BIN_CONSTRAINTS

    def __init__(
        self,
        *,
        relevance: Any = "extremes",
        relevance_threshold: float = 0.5,
        sampling_strategy: Literal["balance", "extreme"] = "balance",
        k_neighbors: Any = 5,
        under_sampling: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        neighbors: Literal["exact", "approximate"] = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.relevance = relevance
        self.relevance_threshold = relevance_threshold
        self.sampling_strategy = sampling_strategy
        self.k_neighbors = k_neighbors
        self.under_sampling = under_sampling
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _select(self, X: Table, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        return thinned_bins(self, y, seed)

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        return grown_bins(self, X, y, seed, self._sample_bin)

    def _sample_bin(
        self, X: Table, y: Any, members: Indices, n_samples: int, rng: np.random.Generator
    ) -> list[Batch]:
        position = random_indices(rng, len(members), n_samples)
        return [interpolated_bin(self, X, y, members, position, rng, alone="it is copied")]
