"""SVM-SMOTE: SMOTE from support vectors, towards the class or away from the border."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.svm import SVC

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import SEARCH
from skaug.base import ClassSampler, Table, Target
from skaug.over_sampling._embedding import centred, embedded, seeded_clone
from skaug.over_sampling._neighborhood import foreign_share, warn_of_fall_back
from skaug.over_sampling._smote import SMOTE

__all__ = ["SVMSMOTE"]

_MOST_ROWS = 20_000  # of the default SVC, whose time grows with the square of them or faster


class SVMSMOTE(ClassSampler):
    r"""Over-sample by inter- and extrapolating from the support vectors of the class.

    A support vector machine is fitted once, to all classes. Of the class's support vectors
    those whose ``m_neighbors`` nearest rows are all of other classes are noise and left out;
    those with at least half of them are in danger, the others safe. With a neighbour
    :math:`x_j` of the same class and :math:`u \sim U(0, 1)`,

    .. math:: x_{new} = x_i + u \, (x_j - x_i) \quad \text{in danger}, \qquad
       x_{new} = x_i - out\_step \cdot u \, (x_j - x_i) \quad \text{safe}

    so that the border is filled, and pushed out where the class is at home. The share of rows
    made in danger is drawn from Beta(10, 10); where one of the two sets is empty the other gets
    all. Categories are voted by the neighbours and missing values follow the seed, as in
    `SMOTE`.

    Cost: the support vector machine, quadratic in its rows or worse, and the search of `SMOTE`.
    Among the SMOTE family it did best with boosted trees in [2]_, by little; scale the columns
    first.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from, as in `SMOTE`.

    m_neighbors : int or object with fit and kneighbors, default=10
        Neighbours in the whole table that tell noise, danger and safety.

    svm_estimator : estimator with ``support_`` once fitted, default=None
        The classifier that finds the border, cloned and fitted to all rows. None: an
        `~sklearn.svm.SVC` with its defaults (gamma as if the columns were centred), fitted to
        at most 20,000 rows, because its time grows with their square or faster; of more rows,
        as many are drawn of each class that is too large.

    out_step : float, default=0.5
        Longest step of the extrapolation.

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

    svm_estimator_ : estimator
        The fitted classifier.

    support_indices_ : ndarray
        The rows of X, of all classes, that are its support vectors.

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
        If a class to over-sample has fewer than ``k_neighbors + 1`` rows, or X fewer than
        ``m_neighbors + 1``.

    Warns
    -----
    UserWarning
        If all support vectors of a class are noise, or it has none: its new rows are then made
        by plain SMOTE.

    See Also
    --------
    BorderlineSMOTE : Find the border by neighbours alone.

    Notes
    -----
    For the classifier missing numbers are replaced by their column's mean, and categories by
    indicators scaled to SMOTE-NC's distance.

    References
    ----------
    .. [1] H. M. Nguyen, E. W. Cooper, K. Kamei, "Borderline over-sampling for imbalanced data
       classification", International Journal of Knowledge Engineering and Soft Data Paradigms
       3(1), 2011. :doi:`10.1504/IJKESDP.2011.039875`

    .. [2] Y. Elor, H. Averbuch-Elor, "To SMOTE, or not to SMOTE?", 2022.
       :doi:`10.48550/arXiv.2201.08528`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SVMSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = SVMSMOTE(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SMOTE._parameter_constraints,
        "m_neighbors": SEARCH,
        "svm_estimator": [sk.HasMethods(["fit", "predict"]), None],
        "out_step": [sk.Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        m_neighbors: Any = 10,
        svm_estimator: Any = None,
        out_step: float = 0.5,
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.svm_estimator = svm_estimator
        self.out_step = out_step
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        self._find_support(X, y, seed)
        return super()._synthesize(X, y, seed)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        danger, safe = self._danger_and_safe(X, y, members)
        n_danger = int(rng.beta(10, 10) * (n_samples + 1))
        if not len(danger) or not len(safe):
            n_danger = n_samples if len(danger) or not len(safe) else 0
        is_plain = not len(danger) and not len(safe)
        if is_plain:
            danger = np.arange(len(members))
        inner = random_indices(rng, max(1, len(danger)), n_danger)
        outer = random_indices(rng, max(1, len(safe)), n_samples - n_danger)

        def step(partner: Indices, rng: np.random.Generator) -> Floats:
            u = rng.random(n_samples)
            u[n_danger:] *= -self.out_step
            return u

        batch = interpolated_batch(
            X,
            y,
            members,
            np.concatenate([danger[inner], safe[outer]]),
            rng,
            k_neighbors=self.k_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="SVMSMOTE",
            step=step,
        )
        if is_plain:
            found = "no support vector that is not noise in"
            label = y.classes.tolist()[code]
            warn_of_fall_back("SVMSMOTE", label, n_samples, found, "made by plain SMOTE")
        return batch

    def _find_support(self, X: Table, y: Target, seed: np.random.SeedSequence) -> None:
        """Fit the classifier and set `svm_estimator_` and `support_indices_`."""
        rows, space = np.arange(len(y)), embedded(X)
        if self.svm_estimator is None:
            rows = _capped(y, _MOST_ROWS, np.random.default_rng(seed))
            space = centred(space if len(rows) == len(y) else space[rows])
            spread = float(np.sum(column_std(space) ** 2))
            # "scale", whatever the origin; 1 for columns without any to speak of
            gamma = 1 / spread if spread > np.finfo(np.float64).tiny else 1.0
            self.svm_estimator_ = seeded_clone(SVC(gamma=gamma), seed).fit(space, y.codes[rows])
        else:  # labels and not codes: a class_weight names labels
            estimator = seeded_clone(self.svm_estimator, seed)
            self.svm_estimator_ = estimator.fit(space, y.classes[y.codes])
        if not hasattr(self.svm_estimator_, "support_"):
            raise ValueError(
                "svm_estimator of SVMSMOTE must have the attribute support_ once fitted, as SVC "
                f"has; {type(self.svm_estimator).__name__} has not. Use SVC or leave it None."
            )
        self.support_indices_ = rows[np.sort(self.svm_estimator_.support_)]

    def _danger_and_safe(self, X: Table, y: Target, members: Indices) -> tuple[Indices, Indices]:
        """Return the positions in `members` of the support vectors in danger and safe ones."""
        support = np.flatnonzero(np.isin(members, self.support_indices_))
        share = foreign_share(
            X,
            y,
            members[support],
            n_neighbors=self.m_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="SVMSMOTE",
            parameter="m_neighbors",
        )
        return support[(share >= 0.5) & (share < 1)], support[share < 0.5]


def _capped(y: Target, most: int, rng: np.random.Generator) -> Indices:
    """Return rows, `most` at most: all of the small classes, equally many of the large ones."""
    left, room = len(y.classes), most
    kept = []
    for code in np.argsort(np.bincount(y.codes), kind="stable"):
        rows = y.members(int(code))
        n_kept = min(len(rows), room // left)
        kept.append(rng.choice(rows, n_kept, replace=False) if n_kept < len(rows) else rows)
        left, room = left - 1, room - n_kept
    return np.sort(np.concatenate(kept))
