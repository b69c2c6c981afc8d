"""SMOTE-NC: SMOTE on tables with both numeric and categorical columns."""

import warnings
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug.base import ClassSampler, Table, Target
from skaug.over_sampling._smote import SMOTE

__all__ = ["SMOTENC", "warn_of_encoder"]


class SMOTENC(ClassSampler):
    r"""Over-sample a table with numeric and categorical columns (SMOTE-NC).

    Numeric columns are interpolated as by SMOTE, categories take the value that most of the
    seed's neighbours have. Neighbours are the nearest by

    .. math:: d(x, z)^2 = \sum_{numeric} (x_j - z_j)^2
       + m^2 \, \#\{categorical \; j : x_j \ne z_j\}

    where m is the median of the standard deviations of the class's numeric columns. `SMOTE`
    does just this by itself when it sees categorical columns; this class is for those who move
    over from imbalanced-learn. Cost: O(n_c^2) distances for each class, in blocks.

    Parameters
    ----------
    categorical_features : {'auto', 'from_dtype'} or array-like, default='auto'
        The categorical columns: a mask, indices, names, or by their dtype.

    categorical_encoder : None
        imbalanced-learn's encoder. It has no effect: categories of any dtype are coded inside
        without being made into columns. Anything but None gets a warning that says so.

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    k_neighbors : int, default=5
        Neighbours to choose from and that vote.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    categorical_features_ : ndarray of int
        The categorical columns.

    continuous_features_ : ndarray of int
        The numeric columns.

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

    See Also
    --------
    SMOTE : The same, and for any other table.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
       over-sampling technique", Journal of Artificial Intelligence Research 16, 2002.
       :doi:`10.1613/jair.953`

    Examples
    --------
    >>> from skaug.datasets import load_german
    >>> from skaug.over_sampling import SMOTENC
    >>> X, y = load_german(return_X_y=True)
    >>> X_res, y_res = SMOTENC(random_state=0).fit_resample(X, y)
    >>> len(X), len(X_res), X_res["housing"].dtype == X["housing"].dtype
    (1000, 1400, True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{
            name: constraint
            for name, constraint in SMOTE._parameter_constraints.items()
            if name != "neighbors"
        },
        "categorical_features": [sk.StrOptions({"auto", "from_dtype"}), "array-like"],
        "categorical_encoder": [sk.HasMethods(["fit_transform"]), None],
    }

    def __init__(
        self,
        categorical_features: Any = "auto",
        *,
        categorical_encoder: Any = None,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        n_jobs: int | None = None,
    ) -> None:
        self.categorical_features = categorical_features
        self.categorical_encoder = categorical_encoder
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.n_jobs = n_jobs

    @property
    def categorical_features_(self) -> Indices:
        """The categorical columns."""
        return np.flatnonzero(self._is_categorical)

    @property
    def continuous_features_(self) -> Indices:
        """The numeric columns."""
        return np.flatnonzero(~self._is_categorical)

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        table, target = super()._read(X, y)
        self._is_categorical = table.is_categorical
        if not table.is_categorical.any():
            raise ValueError(
                "SMOTENC needs at least 1 categorical column; categorical_features="
                f"{self.categorical_features!r} found none among the {table.shape[1]} columns of "
                "X. Name them in categorical_features, or use SMOTE."
            )
        warn_of_encoder(self)
        return table, target

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
            owner="SMOTENC",
        )


def warn_of_encoder(sampler: Any) -> None:
    """Say that imbalanced-learn's parameter `categorical_encoder` is not needed here."""
    if sampler.categorical_encoder is not None:
        warnings.warn(
            f"categorical_encoder of {type(sampler).__name__} has no effect: categories of any "
            "dtype are coded inside. Leave it None.",
            UserWarning,
            stacklevel=4,
        )
