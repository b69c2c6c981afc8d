"""SMOTE: interpolation between neighbours of the same class."""

import warnings
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.columns import MISSING
from skaug._core.rng import RandomState, random_indices
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import is_sparse
from skaug.base import ClassSampler, Table, Target
from skaug.neighbors import (
    CategoryMetric,
    distinct_rows,
    kneighbors,
    mismatch_metric,
    value_difference_metric,
)

__all__ = ["SMOTE", "smote_batch", "vote"]


class SMOTE(ClassSampler):
    r"""Over-sample by interpolating between neighbours of the same class.

    A new row lies on the segment from a row :math:`x_i` of the class to one of its
    ``k_neighbors`` nearest rows of that class:

    .. math:: x_{new} = x_i + u \, (x_j - x_i), \quad u \sim U(0, 1)

    Categories are voted by the neighbours (SMOTE-NC); a table of categories only is searched
    by the value difference metric (SMOTE-N). Missing values are data: a new row misses what its
    seed :math:`x_i` misses, so that being missing does not tell the classes apart. Integer
    columns are rounded to the nearest integer.

    Cost: a search for the neighbours within each class, O(n_c log n_c) in up to 12 numeric
    columns and O(n_c^2) otherwise, and O(rows made x columns). It rarely helps gradient boosting or
    a well tuned classifier, and it spoils predicted probabilities: tune the decision threshold
    first, and see `skaug.model_selection.compare_samplers`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards. A float is the ratio of the minority to the
        majority (2 classes only); 'auto' is 'not majority'; 'minority', 'not minority' and
        'all' name the classes brought to the size of the largest; a dict gives final counts by
        class; a callable takes y and returns such a dict.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from; 5 is the paper's. An object is cloned, fitted on the distinct
        rows of a class and asked for its neighbours, of which the row itself may be one; it
        works on numeric tables only.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype (category, enum,
        string, boolean; in an array of objects, whatever is not numbers). None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

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
        If a class to over-sample has fewer than ``k_neighbors + 1`` rows.

    See Also
    --------
    SMOTENC : The same with imbalanced-learn's interface for mixed tables.
    SMOTEN : The same for tables of categories only.
    RandomOverSampler : Draw rows with replacement.

    Notes
    -----
    Neighbours are searched among the distinct rows of the class and drawn with their
    multiplicities: a row repeated many times would otherwise be its own neighbour and only be
    copied. Where a class has fewer distinct rows than ``k_neighbors + 1`` all of them are
    neighbours, with a warning; where all its rows are equal it is copied, with a warning.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
       over-sampling technique", Journal of Artificial Intelligence Research 16, 2002.
       :doi:`10.1613/jair.953`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> y = np.repeat(["common", "rare"], [90, 10])
    >>> X_res, y_res = SMOTE(random_state=0).fit_resample(X, y)
    >>> X_res.shape, (y_res == "rare").sum().item()
    ((180, 4), 90)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "k_neighbors": [
            sk.Interval(Integral, 1, None, closed="left"),
            sk.HasMethods(["fit", "kneighbors"]),
        ],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        return smote_batch(self, X, y, code, n_samples, rng)


def smote_batch(
    sampler: Any, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
) -> Batch:
    """Plan SMOTE's rows for one class; `sampler` gives k_neighbors, n_jobs and its name."""
    members = y.members(code)
    numeric, codes = X.numeric[members], X.codes[members]
    first, group = distinct_rows(numeric, codes)
    k = _effective_k(sampler, len(members), len(first), y.classes.tolist()[code])
    seed = random_indices(rng, len(members), n_samples)
    if k == 0:
        return Batch(seed=members[seed])

    is_seed = np.zeros(len(first), dtype=bool)
    is_seed[group[seed]] = True
    wanted = np.flatnonzero(is_seed)  # only seeds need neighbours
    row = (np.cumsum(is_seed) - 1)[group[seed]]
    neighbors = _neighbors_of(
        sampler, numeric[first], codes[first], k, wanted, _category_metric(X, y, members)
    )
    multiplicity = np.bincount(group)
    choice = _draw_weighted(multiplicity[neighbors], row, rng)
    partner = first[neighbors[row, choice]]
    batch = {"seed": members[seed], "partner": members[partner], "pool": members}
    if X.n_numeric:
        batch["step"] = rng.random(n_samples)
    if codes.shape[1]:
        weight = multiplicity[neighbors]
        batch["codes"] = _voted_codes(codes, seed, first[neighbors], weight, row, rng)
    return Batch(**batch)


def _effective_k(sampler: Any, n_rows: int, n_distinct: int, label: Any) -> int:
    """Check k_neighbors against the rows of the class and fit it to its distinct rows."""
    name = type(sampler).__name__
    if isinstance(sampler.k_neighbors, Integral):
        k = int(sampler.k_neighbors)
    else:
        k = int(getattr(sampler.k_neighbors, "n_neighbors", 6)) - 1
    if n_rows < k + 1:
        smaller = f"Set k_neighbors to {n_rows - 1} or less, or use" if n_rows > 1 else "Use"
        raise ValueError(
            f"{name} needs at least k_neighbors + 1 = {k + 1} rows in each class it "
            f"over-samples; class {label!r} has {n_rows}. {smaller} RandomOverSampler."
        )
    if n_distinct < k + 1:
        instead = "its rows are copied" if n_distinct == 1 else "all of them are neighbours"
        warnings.warn(
            f"{name} looks for k_neighbors = {k} neighbours, but the {n_rows} rows of class "
            f"{label!r} are {n_distinct} distinct ones: {instead}.",
            UserWarning,
            stacklevel=2,
        )
    return min(k, n_distinct - 1)


def _category_metric(X: Table, y: Target, members: Indices) -> CategoryMetric | None:
    if not X.codes.shape[1]:
        return None
    if X.n_numeric:
        return mismatch_metric(column_std(X.numeric[members]))
    return value_difference_metric(X.codes, X.n_levels, y.codes, len(y.classes))


def _neighbors_of(
    sampler: Any,
    numeric: Any,
    codes: Indices,
    k: int,
    queries: Indices,
    metric: CategoryMetric | None,
) -> Indices:
    if isinstance(sampler.k_neighbors, Integral):
        return kneighbors(
            numeric, k, codes=codes, metric=metric, queries=queries, n_jobs=sampler.n_jobs
        )
    missing = not is_sparse(numeric) and np.isnan(numeric).any()
    if codes.shape[1] or missing:
        raise ValueError(
            f"k_neighbors of {type(sampler).__name__} is an object; it can only search numeric "
            "columns without missing values. Give an int, which searches any table."
        )
    search = clone(sampler.k_neighbors).fit(numeric)
    found = np.asarray(search.kneighbors(numeric[queries], k + 1, return_distance=False))
    itself = found == queries[:, None]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(len(found), -1)


def _draw_weighted(weight: Indices, row: Indices, rng: np.random.Generator) -> Indices:
    """For each entry of `row` draw a column of that row of `weight`, in proportion to it."""
    if (weight == 1).all():
        return random_indices(rng, weight.shape[1], len(row))
    cumulated = np.cumsum(weight, axis=1)
    drawn = rng.random(len(row)) * cumulated[row, -1]
    return (cumulated[row] <= drawn[:, None]).sum(axis=1)


def _voted_codes(
    codes: Indices,
    seed: Indices,
    neighbors: Indices,
    weight: Indices,
    row: Indices,
    rng: np.random.Generator,
) -> Indices:
    """Let the neighbours of each seed vote on its categories; what the seed misses stays so."""
    voted = np.empty((len(seed), codes.shape[1]), dtype=codes.dtype)
    for j in range(codes.shape[1]):
        winner = vote(codes[neighbors, j], weight, row, rng)
        own = codes[seed, j]
        voted[:, j] = np.where((own == MISSING) | (winner == MISSING), own, winner)
    return voted


def vote(ballots: Indices, weight: Indices, row: Indices, rng: np.random.Generator) -> Indices:
    """Return for each entry of `row` the heaviest code on that row's ballots, ties at random.

    Parameters
    ----------
    ballots : ndarray of shape (n_ballots, k)
        Codes; -1 abstains, and wins only where all do.

    weight : ndarray of shape (n_ballots, k)
        Weight of each vote.

    row : ndarray of shape (n,)
        The row of `ballots` to draw from.

    rng : Generator
        Draws among ties.
    """
    total = np.zeros(ballots.shape, dtype=np.int64)
    repeated = np.zeros(ballots.shape, dtype=bool)
    for i in range(ballots.shape[1]):
        same = ballots == ballots[:, [i]]
        total[:, i] = (same * weight).sum(axis=1)
        repeated[:, i + 1 :] |= same[:, i + 1 :]
    total[ballots == MISSING] = 0
    total[repeated] = -1  # a tie is between values, however many ballots name each
    order = np.argsort(-total, axis=1, kind="stable")
    ranked = np.take_along_axis(ballots, order, axis=1)
    n_tied = (total == total.max(axis=1, keepdims=True)).sum(axis=1)
    return ranked[row, (rng.random(len(row)) * n_tied[row]).astype(np.intp)]
