"""ADASYN: SMOTE that draws its seeds where the class has the most foreign neighbours."""

from typing import Any, ClassVar

import numpy as np

from skaug._core.batch import Batch
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import SEARCH
from skaug.base import ClassSampler, Table, Target
from skaug.over_sampling._neighborhood import apportioned, foreign_share, warn_of_fall_back
from skaug.over_sampling._smote import SMOTE

__all__ = ["ADASYN"]


class ADASYN(ClassSampler):
    r"""Over-sample by SMOTE with more rows from seeds that have more foreign neighbours.

    With :math:`r_i` the share of other classes among the ``n_neighbors`` nearest rows of row i
    in the whole table, row i is the seed of

    .. math:: g_i = m \, r_i / \sum_j r_j

    of the m new rows, to whole rows by largest remainder with ties drawn at random. Each lies
    between its seed and one of its ``n_neighbors`` nearest rows of the same class, as in
    `SMOTE`, as do categories and missing values.

    Cost: the search of `SMOTE` and one for the rows of the class in the whole table. It turns
    to the rows that are hardest to learn, outliers and wrong labels among them: with noisy
    labels prefer `SMOTE` or `BorderlineSMOTE`, which leaves out rows with foreign neighbours
    only.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    n_neighbors : int or object with fit and kneighbors, default=5
        Neighbours, both those in the whole table and those of the class to choose from.

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
        If a class to over-sample has fewer than ``n_neighbors + 1`` rows.

    Warns
    -----
    UserWarning
        If no row of a class has a foreign neighbour: all of them then get equal shares.

    See Also
    --------
    BorderlineSMOTE : Draw seeds from the rows in danger only.

    Notes
    -----
    The counts are exact, where imbalanced-learn rounds each :math:`g_i` on its own.

    References
    ----------
    .. [1] H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN: adaptive synthetic sampling approach for
       imbalanced learning", IEEE International Joint Conference on Neural Networks, 2008.
       :doi:`10.1109/IJCNN.2008.4633969`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import ADASYN
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = ADASYN(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        name: constraint
        for name, constraint in SMOTE._parameter_constraints.items()
        if name != "k_neighbors"
    } | {"n_neighbors": SEARCH}

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        n_neighbors: Any = 5,
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.n_neighbors = n_neighbors
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        share = foreign_share(
            X,
            y,
            members,
            n_neighbors=self.n_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="ADASYN",
            parameter="n_neighbors",
        )
        is_uniform = not share.any()
        weight = np.ones(len(members)) if is_uniform else share
        seed = np.repeat(np.arange(len(members)), apportioned(n_samples, weight, rng))
        batch = interpolated_batch(
            X,
            y,
            members,
            seed,
            rng,
            k_neighbors=self.n_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="ADASYN",
            parameter="n_neighbors",
        )
        if is_uniform:
            label = y.classes.tolist()[code]
            found, instead = "no foreign neighbour in", "shared equally among its rows"
            warn_of_fall_back("ADASYN", label, n_samples, found, instead)
        return batch
