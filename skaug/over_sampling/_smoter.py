"""SMOTER: SMOTE for regression."""

import warnings
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.rng import RandomState, class_rng, random_indices
from skaug.base import BaseSampler, Table
from skaug.over_sampling._interpolation import interpolated_batch
from skaug.over_sampling._relevance_bins import bin_sizes, relevance_bins, relevance_values

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

    k_neighbors : int, default=5
        Neighbours to choose from; 5 is the paper's.

    under_sampling : bool, default=True
        Whether large bins lose rows. False keeps every row and only adds.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

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
    WERCS : Draw and drop rows by their relevance, without bins.
    skaug.metrics.sera_score : The squared error where it matters.

    Notes
    -----
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
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSampler._parameter_constraints,
        "relevance": [sk.StrOptions({"extremes"}), "array-like", callable],
        "relevance_threshold": [sk.Interval(Real, 0, 1, closed="right")],
        "sampling_strategy": [sk.StrOptions({"balance", "extreme"})],
        "k_neighbors": [sk.Interval(Integral, 1, None, closed="left")],
        "under_sampling": ["boolean"],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        *,
        relevance: Any = "extremes",
        relevance_threshold: float = 0.5,
        sampling_strategy: Literal["balance", "extreme"] = "balance",
        k_neighbors: int = 5,
        under_sampling: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.relevance = relevance
        self.relevance_threshold = relevance_threshold
        self.sampling_strategy = sampling_strategy
        self.k_neighbors = k_neighbors
        self.under_sampling = under_sampling
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _select(self, X: Table, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        self.relevance_ = relevance_values(self.relevance, y.values, "SMOTER")
        self.bins_ = relevance_bins(y.values, self.relevance_, self.relevance_threshold)
        self.bin_sizes_ = bin_sizes(np.bincount(self.bins_), self.sampling_strategy)
        y.group(self.bins_)
        if not self.under_sampling:
            return None
        kept = []
        for code, size in enumerate(self.bin_sizes_.tolist()):
            members, rng = y.members(code), class_rng(seed, f"kept of bin {code}")
            kept.append(members if len(members) <= size else rng.permutation(members)[:size])
        return np.sort(np.concatenate(kept))

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        return [
            self._sample_bin(X, y, code, size - len(y.members(code)), class_rng(seed, code))
            for code, size in enumerate(self.bin_sizes_.tolist())
            if size > len(y.members(code))
        ]

    def _sample_bin(
        self, X: Table, y: Any, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        low, high = y.values[members].min(), y.values[members].max()
        where = f"the bin of targets from {low:g} to {high:g}"
        seed = random_indices(rng, len(members), n_samples)
        k = min(self.k_neighbors, len(members) - 1)
        if k < self.k_neighbors:
            instead = "all are neighbours" if k else "it is copied"
            warnings.warn(
                f"SMOTER looks for k_neighbors = {self.k_neighbors} neighbours, but {where} has "
                f"{len(members)} row(s): {instead}.",
                UserWarning,
                stacklevel=2,
            )
        if k == 0:
            return Batch(seed=members[seed])
        batch = interpolated_batch(
            X, y, members, seed, rng, k_neighbors=k, n_jobs=self.n_jobs, owner="SMOTER", where=where
        )
        return with_interpolated_target(batch, y, rng)


def with_interpolated_target(batch: Batch, y: Any, rng: np.random.Generator) -> Batch:
    """Give the rows targets between those of their parents, as far along as the rows are."""
    if batch.partner is None:
        return batch
    step = rng.random(len(batch)) if batch.step is None else batch.step
    own = y.values[batch.seed]
    return replace(batch, y=own + step * (y.values[batch.partner] - own))
