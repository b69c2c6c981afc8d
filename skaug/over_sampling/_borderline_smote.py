"""Borderline-SMOTE: SMOTE from the rows that are nearly outnumbered by other classes."""

from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import SEARCH
from skaug.base import ClassSampler, Table, Target
from skaug.over_sampling._neighborhood import (
    checked_against_table,
    foreign_share,
    warn_of_fall_back,
)
from skaug.over_sampling._smote import SMOTE

__all__ = ["BorderlineSMOTE"]


class BorderlineSMOTE(ClassSampler):
    r"""Over-sample by interpolating from the rows in danger: most neighbours foreign, not all.

    A row of the class is in danger when at least half of its ``m_neighbors`` nearest rows of
    the whole table are of other classes, but not all (it would be noise). Seeds are drawn from
    the rows in danger only, and new rows are made as in `SMOTE`,

    .. math:: x_{new} = x_i + u \, (x_j - x_i)

    With ``kind='borderline-1'`` the partner :math:`x_j` is one of the ``k_neighbors`` nearest
    rows of the class and :math:`u \sim U(0, 1)`. With ``'borderline-2'`` it is one of the
    nearest rows of the whole table, and :math:`u \sim U(0, 1/2)` if it is of another class, so
    that the new row stays nearer to its own; rows of the class alone vote on categories.

    Cost: the search of `SMOTE` and one for the rows of the class in the whole table. Where
    classes overlap widely nearly all rows are in danger and it is SMOTE; where the labels are
    noisy it multiplies the noise.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    kind : {'borderline-1', 'borderline-2'}, default='borderline-1'
        Where partners come from.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from, as in `SMOTE`.

    m_neighbors : int or object with fit and kneighbors, default=10
        Neighbours in the whole table that tell whether a row is in danger.

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

    in_danger_indices_ : dict
        The rows of X in danger, for each class that was over-sampled.

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
        If X has fewer than ``m_neighbors + 1`` rows; or a class to over-sample fewer than
        ``k_neighbors + 1`` (for kind 2 X, unless no row of the class is in danger).

    Warns
    -----
    UserWarning
        If no row of a class is in danger: its new rows are then made by plain SMOTE.

    See Also
    --------
    SVMSMOTE : Take the support vectors of a classifier for the border.
    ADASYN : Draw every row in proportion to its foreign neighbours.

    Notes
    -----
    imbalanced-learn shortens the step to a foreign partner twice, and makes no row of a class
    that has none in danger.

    References
    ----------
    .. [1] H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE: a new over-sampling method in
       imbalanced data sets learning", Advances in Intelligent Computing, 2005.
       :doi:`10.1007/11538059_91`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import BorderlineSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = BorderlineSMOTE(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SMOTE._parameter_constraints,
        "kind": [sk.StrOptions({"borderline-1", "borderline-2"})],
        "m_neighbors": SEARCH,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        m_neighbors: Any = 10,
        kind: str = "borderline-1",
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.kind = kind
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        self.in_danger_indices_: dict[Any, Indices] = {}
        return super()._synthesize(X, y, seed)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        danger = self._in_danger(X, y, members)
        label = y.classes.tolist()[code]
        self.in_danger_indices_[label] = members[danger]
        if not len(danger):
            seed = random_indices(rng, len(members), n_samples)
            batch = self._interpolated(X, y, members, seed, rng)
            warn_of_fall_back(
                "BorderlineSMOTE", label, n_samples, "no row in danger in", "made by plain SMOTE"
            )
            return batch
        seed = danger[random_indices(rng, len(danger), n_samples)]
        if self.kind == "borderline-1":
            return self._interpolated(X, y, members, seed, rng)

        def step(partner: Indices, rng: np.random.Generator) -> Floats:
            return rng.random(len(partner)) * np.where(y.codes[partner] == code, 1, 0.5)

        checked_against_table(
            self.k_neighbors, len(y), owner="BorderlineSMOTE", parameter="k_neighbors"
        )
        # own rows first: one that equals a foreign row then counts as one of the class
        everything = np.concatenate([members, np.flatnonzero(y.codes != code)])
        return self._interpolated(X, y, everything, seed, rng, step=step, where="X")

    def _in_danger(self, X: Table, y: Target, members: Indices) -> Indices:
        """Return the positions in `members` of the rows in danger."""
        share = foreign_share(
            X,
            y,
            members,
            n_neighbors=self.m_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="BorderlineSMOTE",
            parameter="m_neighbors",
        )
        return np.flatnonzero((share >= 0.5) & (share < 1))

    def _interpolated(
        self,
        X: Table,
        y: Target,
        pool: Indices,
        seed: Indices,
        rng: np.random.Generator,
        **options: Any,
    ) -> Batch:
        return interpolated_batch(
            X,
            y,
            pool,
            seed,
            rng,
            k_neighbors=self.k_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="BorderlineSMOTE",
            **options,
        )
