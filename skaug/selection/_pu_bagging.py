"""PUBaggingScorer: positive-unlabelled learning by many small classifiers."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.tree import ExtraTreeClassifier

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug.selection._classifier_scorer import ClassifierScorer
from skaug.selection._held_out import Split, fitted_clone, mean_of, probability
from skaug.selection._rows import Rows

__all__ = ["PUBaggingScorer"]


class PUBaggingScorer(ClassifierScorer):
    r"""Score candidates by classifiers that tell the class from random draws of the candidates.

    Positive-unlabelled learning by bagging: the real rows of the class are positive, the
    candidates unlabelled, some good and some bad. Each of T classifiers learns the positive rows
    against as many unlabelled ones, drawn with replacement, and scores candidates that it has not
    seen, of parents that it has not seen:

    .. math:: s(u) = \frac{1}{T} \sum_t p_t(\text{real} \mid u)

    What many draws of the candidates are easily told from the class by is a fault of theirs,
    whether they look like another class or like none at all. A class's own neighbours cannot
    tell the latter, so it sees more than `ConfidenceScorer`; it needs no other classes.

    Cost: at least ``n_estimators`` x ``cv`` small trees; with two parents known,
    ``n_estimators`` x cv (cv - 1) / 2. Scores are to be compared within one call only: they
    depend on the other candidates. Where all candidates are good there is nothing to find, and
    the scores are noise around 1/2.

    Parameters
    ----------
    estimator : classifier, default=None
        What tells real from drawn, cloned for each draw. It is given the table as numbers:
        numeric columns as they are, NaN where missing; a column of 0 and 1 for each category.
        None: `sklearn.tree.ExtraTreeClassifier` of all columns, with ``min_samples_leaf=3``.

    n_estimators : int, default=100
        T: classifiers that score a candidate, at least.

    max_samples : int, float or None, default=None
        Unlabelled rows that each classifier learns: a number, or a share of them. None: as many
        as positive rows, or all if there are fewer.

    cv : int, default=5
        Folds of the class, from which the parents' are left out.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the folds, the draws and the classifiers.

    n_jobs : int, default=None
        Processes; None for one. Does not change the result.

    Raises
    ------
    ValueError
        If the class has fewer rows than one more than a candidate has parents.

    See Also
    --------
    ElkanNotoScorer : One classifier, with weights that estimate how many candidates are good.
    DensityScorer : Cheaper, and at least as good on numeric columns.

    References
    ----------
    .. [1] F. Mordelet, J.-P. Vert, "A bagging SVM to learn from positive and unlabeled examples",
       Pattern Recognition Letters 37, 2014. :doi:`10.1016/j.patrec.2013.06.010`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import PUBaggingScorer
    >>> rng = np.random.default_rng(0)
    >>> P = rng.normal(size=(40, 2))
    >>> U = np.vstack([rng.normal(size=(20, 2)), rng.normal(size=(20, 2)) + 3])
    >>> scores = PUBaggingScorer(n_estimators=20, random_state=0).score(P, U)
    >>> bool(scores[:20].mean() > scores[20:].mean() + 0.3)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassifierScorer._parameter_constraints,
        "n_estimators": [sk.Interval(Integral, 1, None, closed="left")],
        "max_samples": [
            sk.Interval(Integral, 1, None, closed="left"),
            sk.Interval(Real, 0, 1, closed="right"),
            None,
        ],
    }

    def __init__(
        self,
        estimator: Any = None,
        *,
        n_estimators: int = 100,
        max_samples: float | None = None,
        cv: int = 5,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.cv = cv
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _default_estimator(self) -> Any:
        return ExtraTreeClassifier(min_samples_leaf=3, max_features=None)

    def _score(self, rows: Rows) -> Floats:
        found, values = self._over_splits(
            rows,
            bagged_probability,
            self._seed(),
            n_estimators=self.n_estimators,
            max_samples=self.max_samples,
        )
        return mean_of(rows, found, values)


def bagged_probability(
    estimator: Any,
    E: Any,
    split: Split,
    rng: np.random.Generator,
    *,
    n_estimators: int,
    max_samples: float | None,
) -> Floats:
    """Return the mean probability that scored candidates are real, over draws of the others.

    Parameters
    ----------
    estimator : classifier
        Cloned for each draw.

    E : ndarray or csr_array of shape (n, n_features)
        All rows.

    split : Split
        What to train with and what to score.

    rng : Generator
        Draws.

    n_estimators : int
        Number of draws.

    max_samples : int, float or None
        Their size; see `PUBaggingScorer`.
    """
    n_drawn = _n_drawn(max_samples, len(split.own), len(split.candidates))
    asked = E[split.scored]
    total = np.zeros(len(split.scored))
    for _ in range(n_estimators):
        drawn = rng.choice(split.candidates, n_drawn)
        total += probability(fitted_clone(estimator, E, split.own, drawn, rng), asked)
    return total / n_estimators


def _n_drawn(max_samples: float | None, n_own: int, n_candidates: int) -> int:
    if max_samples is None:
        return min(n_own, n_candidates)
    if isinstance(max_samples, Integral):
        return int(max_samples)
    return max(1, round(max_samples * n_candidates))
