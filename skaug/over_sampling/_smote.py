"""SMOTE: interpolation between neighbours of the same class."""

from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import NEIGHBORS, SEARCH
from skaug.base import ClassSampler, Table, Target

__all__ = ["SMOTE"]


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
        rows of a class and asked for its ``n_neighbors``, of which the row itself may be one, so
        that 6 of them are ``k_neighbors=5``. It works on numeric tables without missing values.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype (category, enum,
        string, boolean; in an array of objects, whatever is not numbers). None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours given by their number are searched. 'approximate' may miss some and pays
        for very large classes only: for below 50,000 seeds the search is exact. It needs
        the extra ``approximate`` and numeric columns without missing values.

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
        "k_neighbors": SEARCH,
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "neighbors": NEIGHBORS,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

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
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="SMOTE",
        )
