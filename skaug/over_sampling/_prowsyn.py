"""ProWSyn: interpolation within levels of nearness to the other classes."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug._planning.table_search import NEIGHBORS, SEARCH, among_of, category_metric, checked_k
from skaug.base import ClassSampler, Table, Target
from skaug.neighbors import distinct_rows, kneighbors
from skaug.over_sampling._neighborhood import apportioned
from skaug.over_sampling._parents import donated_codes, warn_of_copies

__all__ = ["ProWSyn", "level_weights", "pairs_within"]


class ProWSyn(ClassSampler):
    r"""Over-sample between rows equally near the other classes, more where they are nearer.

    The rows of a class are peeled into ``n_levels`` levels: the first holds every row that is
    among the ``n_neighbors`` nearest of the class to a row of another class, the second those
    that are once the first is taken away, and so on; the last holds the rest. Level l gets

    .. math:: \frac{e^{-\theta (l - 1)}}{\sum_{l'} e^{-\theta (l' - 1)}}

    of the new rows, exact by largest remainder. Each is :math:`x_i + u \, (x_j - x_i)`,
    :math:`u \sim U(0, 1)`, between two random different rows of one level. Its categories are, as
    a whole row, those of the parent it is nearer to; it misses what its seed :math:`x_i` misses.

    Cost: ``n_levels - 1`` searches from all other rows in the class, O(n n_c) each beyond ten
    numeric columns and with categories, missing values or sparse data. The two parents need
    not be near each other: do not use it for a class of several clusters, between which it
    puts rows.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    n_neighbors : int or object with fit and kneighbors, default=5
        Nearest rows of the class that each row of another class puts in a level; 5 is the value
        of the package smote-variants.

    n_levels : int, default=5
        Number of levels, also that package's. A class has fewer when its rows are used up.

    theta : float, default=1.0
        How fast the weight falls from level to level; 0 for levels of equal weight.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours given by their number are searched, as in `SMOTE`.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, its seed.

    partner_indices_ : ndarray of shape (n_res,)
        The row of the same level each synthetic row was interpolated with; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Warns
    -----
    UserWarning
        If all rows of a class are equal: they are then copied.

    See Also
    --------
    BorderlineSMOTE : Draw seeds from the rows in danger only.

    Notes
    -----
    A level with a single distinct row pairs it with the nearest other row of the class. The
    weight is the level's and not its rows': a small first level gets its share all the same.

    References
    ----------
    .. [1] S. Barua, M. M. Islam, K. Murase, "ProWSyn: proximity weighted synthetic oversampling
       technique for imbalanced data set learning", Advances in Knowledge Discovery and Data
       Mining (PAKDD), 2013. :doi:`10.1007/978-3-642-37456-2_27`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import ProWSyn
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = ProWSyn(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "n_neighbors": SEARCH,
        "n_levels": [sk.Interval(Integral, 1, None, closed="left")],
        "theta": [sk.Interval(Real, 0, None, closed="left")],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "neighbors": NEIGHBORS,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        n_neighbors: Any = 5,
        n_levels: int = 5,
        theta: float = 1.0,
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.n_neighbors = n_neighbors
        self.n_levels = n_levels
        self.theta = theta
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        first, group = distinct_rows(X.numeric[members], X.codes[members])
        if len(first) == 1:
            warn_of_copies("ProWSyn", y.classes.tolist()[code], "whose rows are all equal")
            return Batch(seed=rng.choice(members, n_samples))
        level = self._levels(X, y, members[first], np.flatnonzero(y.codes != code))
        weight = level_weights(int(level.max()) + 1, self.theta)
        seeds, partners = [], []
        for i, n in enumerate(apportioned(n_samples, weight, rng)):
            rows = np.flatnonzero(level[group] == i)
            if np.ptp(group[rows]):
                a, b = pairs_within(group[rows], n, rng)
                a, b = rows[a], rows[b]
            else:
                a = rng.choice(rows, n)
                b = np.full(n, first[self._nearest(X, y, members, first, group[rows[0]])])
            seeds.append(a)
            partners.append(b)
        return _between(X, members, np.concatenate(seeds), np.concatenate(partners), rng)

    def _levels(self, X: Table, y: Target, rows: Indices, foreign: Indices) -> Indices:
        """Return the level of each of `rows`, the distinct ones of a class; 0 is the nearest."""
        level = np.full(len(rows), -1)
        metric = category_metric(X, y, rows)
        k = checked_k(self.n_neighbors, "ProWSyn", "n_neighbors")
        for i in range(self.n_levels - 1):
            left = np.flatnonzero(level < 0)
            if len(left) <= k:
                break
            found = among_of(
                foreign,
                rows[left],
                X.numeric,
                X.codes,
                metric,
                k=k,
                k_neighbors=self.n_neighbors,
                owner="ProWSyn",
                parameter="n_neighbors",
                neighbors=self.neighbors,
                n_jobs=self.n_jobs,
            )
            level[left[np.unique(found)]] = i
        level[level < 0] = level.max() + 1
        return level

    def _nearest(
        self, X: Table, y: Target, members: Indices, first: Indices, query: int
    ) -> np.intp:
        """Return the nearest distinct row of a class to the distinct row `query`."""
        rows = members[first]
        found = kneighbors(
            X.numeric[rows],
            1,
            codes=X.codes[rows],
            metric=category_metric(X, y, rows),
            queries=np.array([query]),
            n_jobs=self.n_jobs,
        )
        return found[0, 0]


def level_weights(n_levels: int, theta: float) -> Floats:
    """Return the share of the new rows of each level, the nearest first."""
    weight = np.exp(-theta * np.arange(n_levels))
    return weight / weight.sum()


def pairs_within(group: Indices, n: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Draw n pairs of positions in `group` that hold different values, all equally likely for a."""
    order = np.argsort(group, kind="stable")
    _, begin, place, count = np.unique(
        group[order], return_index=True, return_inverse=True, return_counts=True
    )
    a = rng.integers(len(group), size=n)
    own = place[a]
    others = len(group) - count[own]
    b = (rng.random(n) * others).astype(np.intp)
    b += np.where(b >= begin[own], count[own], 0)  # steps over the rows equal to a
    return order[a], order[b]


def _between(X: Table, members: Indices, a: Indices, b: Indices, rng: np.random.Generator) -> Batch:
    step = rng.random(len(a))
    codes = donated_codes(X.codes[members], a, np.where(step < 0.5, a, b))
    return Batch(
        seed=members[a],
        partner=members[b],
        pool=members,
        step=step if X.n_numeric else None,
        codes=codes,
    )
