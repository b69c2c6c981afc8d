"""SMOTE-N: SMOTE on tables of categories only."""

from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug.base import ClassSampler, Table, Target
from skaug.over_sampling._smote import SMOTE
from skaug.over_sampling._smotenc import warn_of_encoder

__all__ = ["SMOTEN"]


class SMOTEN(ClassSampler):
    r"""Over-sample a table of categories only (SMOTE-N).

    A new row takes in each column the value that most of its seed's neighbours have, ties at
    random. Neighbours are the nearest by the value difference metric, for which two values of
    a column are alike if they go with the same classes:

    .. math:: d(x, z)^2 = \sum_j \Big(\sum_c |P(c \mid x_j) - P(c \mid z_j)|\Big)^2

    Every column of X is taken for a category, numbers too. Cost: O(m^2) distances for the m
    distinct rows of each class, in blocks.

    Parameters
    ----------
    categorical_encoder : None
        imbalanced-learn's encoder. It has no effect: categories of any dtype are coded inside.
        Anything but None gets a warning that says so.

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    k_neighbors : int, default=5
        Neighbours that vote.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, its seed.

    partner_indices_ : ndarray of shape (n_res,)
        One of the neighbours that voted; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    SMOTE : The same on its own when all columns are categorical, and for any other table.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
       over-sampling technique", Journal of Artificial Intelligence Research 16, 2002.
       :doi:`10.1613/jair.953`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SMOTEN
    >>> X = np.array([["red"], ["blue"], ["green"]], dtype=object)[np.arange(40) % 3]
    >>> X_res, y_res = SMOTEN(k_neighbors=1, random_state=0).fit_resample(X, [0] * 30 + [1] * 10)
    >>> X_res.shape, set(X_res[40:, 0]) <= {"red", "blue", "green"}
    ((60, 1), True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        name: constraint
        for name, constraint in SMOTE._parameter_constraints.items()
        if name not in ("categorical_features", "neighbors")
    } | {"categorical_encoder": [sk.HasMethods(["fit_transform"]), None]}

    def __init__(
        self,
        categorical_encoder: Any = None,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        n_jobs: int | None = None,
    ) -> None:
        self.categorical_encoder = categorical_encoder
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.n_jobs = n_jobs

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        warn_of_encoder(self)
        return super()._read(X, y)

    def _which_categorical(self) -> Any:
        return "all"

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        seed = random_indices(rng, len(members), n_samples)
        return interpolated_batch(
            X,
            y,
            members,
            seed,
            rng,
            k_neighbors=self.k_neighbors,
            n_jobs=self.n_jobs,
            owner="SMOTEN",
        )
