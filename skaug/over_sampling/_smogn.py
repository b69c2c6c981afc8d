"""SMOGN: SMOTER where neighbours are near, Gaussian noise where they are not."""

from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.rng import RandomState, random_indices
from skaug._planning.table_search import category_metric
from skaug.base import BaseSampler, Table
from skaug.neighbors import CategoryMetric
from skaug.over_sampling._gaussian_noise import (
    drawn_categories,
    noisy_batch,
    refuse_noise_on_sparse,
)
from skaug.over_sampling._relevance_bins import (
    BIN_CONSTRAINTS,
    grown_bins,
    interpolated_bin,
    thinned_bins,
)

__all__ = ["SMOGN", "distances", "half_median_distances"]

_REFERENCES = 1000  # rows of a bin that its median distances are taken to
_BLOCK_CELLS = 1 << 18


class SMOGN(BaseSampler):
    r"""Resample a regression table: interpolate near neighbours, add noise to lonely rows.

    Bins, their sizes and what large ones lose are those of `SMOTER`. A new row of a small bin
    starts at a row i and one of its neighbours j. If j is near, the new row is between them as
    in `SMOTER`; if not, what lies between is unknown, and row and target get a little noise:

    .. math:: r_i = \tfrac12 \operatorname{median}_l d(x_i, x_l), \qquad
       (x, y)_{new} = \begin{cases}
       (x, y)_i + u \, ((x, y)_j - (x, y)_i) & d(x_i, x_j) < r_i \\
       (x, y)_i + \min(r_i, p) \, s \odot \varepsilon & \text{otherwise} \end{cases}

    with :math:`u \sim U(0, 1)`, :math:`\varepsilon \sim N(0, I)`, the `perturbation` p, and
    medians and standard deviations s within the bin. Categories of noisy rows are drawn by
    their frequencies in the bin; missing values of a row stay missing, and integers are rounded.
    **Rows of large bins are left out**: the rows kept come first, unchanged and in their
    order, then the new ones, bin by bin.

    A target never leaves the range of its bin: noise that would is cut off there.

    Cost: that of `SMOTER`, and O(seeds x rows of the bin), at most 1,000 rows, for the medians.
    Noise fills zeros, so X must not be sparse. It helps a metric that weighs extremes, such as
    `skaug.metrics.sera_score`; the plain squared error gets worse.

    Parameters
    ----------
    relevance : 'extremes', array-like of shape (n_points, 2) or callable, default='extremes'
        What matters: values beyond the whiskers of the box plot; points (y, relevance) for a
        monotone cubic; or any function of y.

    relevance_threshold : float, default=0.5
        Relevance from which a target is rare; 0.5 is that of UBL and smogn.

    sampling_strategy : {'balance', 'extreme'}, default='balance'
        Whether all bins get the same size, or sizes that turn their frequencies over; the total
        stays about the number of rows.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from; 5 is the paper's. An object is cloned and works on numeric
        tables only; the row itself is one of its ``n_neighbors``.

    perturbation : float, default=0.02
        Standard deviation of the noise, as a share of that of the column within the bin; UBL
        and smogn call it ``pert``.

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
        The neighbour a synthetic row was interpolated with; -1 for one with noise and for
        original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If no target is extreme, y is not one number a row, or X is sparse.

    See Also
    --------
    SMOTER : Interpolate however far the neighbour is.
    WERCS : Draw and drop rows by their relevance, without bins.
    skaug.metrics.sera_score : The squared error where it matters.

    Notes
    -----
    Distances are those of the search for neighbours, in the units of the columns: scale them
    first. As in the paper, :math:`r_i` bounds the noise too, so that rows closer together than
    ``perturbation`` get less.

    In many columns all distances are much alike, and next to none is below half the median: of
    12 independent normal columns a tenth of the new rows is interpolated, of 24 none, and what
    is left is noise. `SMOTER` does not depend on that.

    A bin is not of the user's making, so one with fewer than ``k_neighbors + 1`` rows is no
    error: all of its rows are neighbours then. A row alone in its bin has no deviations to take
    the noise from; it gets those of the whole table, with a warning, and keeps its target.

    References
    ----------
    .. [1] P. Branco, L. Torgo, R. P. Ribeiro, "SMOGN: a pre-processing approach for imbalanced
       regression", Proceedings of Machine Learning Research 74, 2017, pages 36-50.
       https://proceedings.mlr.press/v74/branco17a.html

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SMOGN
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(200, 3)), np.exp(rng.normal(size=200))
    >>> X_res, y_res = SMOGN(random_state=0).fit_resample(X, y)
    >>> bool((y_res > 5).mean() > (y > 5).mean())
    True
    """

    _target_type = ContinuousTarget
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BIN_CONSTRAINTS,
        "perturbation": [sk.Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        relevance: Any = "extremes",
        relevance_threshold: float = 0.5,
        sampling_strategy: Literal["balance", "extreme"] = "balance",
        k_neighbors: Any = 5,
        perturbation: float = 0.02,
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
        self.perturbation = perturbation
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
        planned = interpolated_bin(self, X, y, members, position, rng, alone="it only gets noise")
        is_near, radius = _neighborhoods(X, y, members, planned, rng)
        far = ~is_near
        seed, alone = planned.seed[far], len(members) == 1
        noisy = noisy_batch(
            X,
            y,
            seed,
            np.minimum(radius[far], self.perturbation),
            rng,
            like=np.arange(len(y)) if alone else members,
            within=members,
            codes=drawn_categories(X.codes[members], X.codes[seed], rng),
        )
        return [_part(planned, is_near), noisy]

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        refuse_noise_on_sparse(X, "SMOGN")
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _neighborhoods(
    X: Table, y: Any, members: Indices, planned: Batch, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], Floats]:
    """Return whether each planned row has a near partner, and up to where rows are near."""
    if len(members) == 1:
        return np.zeros(len(planned), dtype=bool), np.full(len(planned), np.inf)
    metric = category_metric(X, y, members) or CategoryMetric()
    first, row = np.unique(planned.seed, return_inverse=True)
    references = members
    if len(members) > _REFERENCES:
        references = rng.choice(members, size=_REFERENCES, replace=False)
    radius = half_median_distances(X, metric, first, references)[row]
    if planned.partner is None:  # all rows of the bin are equal
        return np.zeros(len(planned), dtype=bool), radius
    distance: Floats = np.empty(len(planned))
    size = max(1, _BLOCK_CELLS // X.shape[1])
    for begin in range(0, len(planned), size):
        rows = slice(begin, begin + size)
        distance[rows] = distances(X, metric, planned.seed[rows], planned.partner[rows])
    return distance < radius, radius


def half_median_distances(
    X: Table, metric: CategoryMetric, rows: Indices, others: Indices
) -> Floats:
    """Return half the median distance of each row to the others, itself left out."""
    half: Floats = np.empty(len(rows))
    n = len(others)
    size = max(1, _BLOCK_CELLS // (n * X.shape[1]))
    for begin in range(0, len(rows), size):
        block = rows[begin : begin + size]
        found = distances(X, metric, block[:, None], others)
        is_itself = block[:, None] == others
        found[is_itself] = np.inf  # sorts last
        found.partition(sorted({(n - 2) // 2, (n - 1) // 2, n // 2}), axis=1)
        m, row = n - is_itself.sum(axis=1), np.arange(len(block))
        half[begin : begin + size] = (found[row, (m - 1) // 2] + found[row, m // 2]) / 4
    return half


def distances(X: Table, metric: CategoryMetric, a: Indices, b: Indices) -> Floats:
    """Return the distances between rows a and rows b, which are broadcast; see `kneighbors`."""
    difference = X.numeric[a].astype(np.float64, copy=False) - X.numeric[b]
    is_shared = ~np.isnan(difference)
    n_shared = is_shared.sum(axis=-1)
    squared = np.sum(difference**2, axis=-1, where=is_shared)
    squared *= difference.shape[-1] / np.maximum(n_shared, 1)
    if difference.shape[-1]:
        squared[n_shared == 0] = np.inf
    levels_a, levels_b = X.codes[a], X.codes[b]
    if metric.mismatch is not None:
        squared += metric.mismatch * (levels_a != levels_b).sum(axis=-1)
    for j, table in enumerate(metric.tables):
        squared += table[levels_a[..., j], levels_b[..., j]]
    return np.sqrt(squared)


def _part(batch: Batch, rows: NDArray[np.bool_]) -> Batch:
    """Return some rows of an interpolated plan."""
    if batch.partner is None:
        return replace(batch, seed=batch.seed[rows])
    return replace(
        batch,
        seed=batch.seed[rows],
        partner=batch.partner[rows],
        step=None if batch.step is None else batch.step[rows],
        codes=None if batch.codes is None else batch.codes[rows],
        y=None if batch.y is None else batch.y[rows],
    )
