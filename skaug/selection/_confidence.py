"""ConfidenceScorer: what a classifier of the real rows thinks of the candidates."""

from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug.selection._classifier_scorer import ClassifierScorer
from skaug.selection._held_out import Split, fitted_clone, mean_of, probability
from skaug.selection._rows import Rows

__all__ = ["ConfidenceScorer"]


class ConfidenceScorer(ClassifierScorer):
    r"""Score candidates by the probability that a classifier of the real rows gives their class.

    The classifier learns the class against all others, and the score is

    .. math:: s(u) = p(\text{class} \mid u)

    averaged over models that saw no parent of the candidate. It finds candidates that look like
    another class. Candidates that look like none, as where the relations between columns are
    broken, it cannot see: use `DensityScorer`, or both by `MinRankScorer`. Keeping only what
    a classifier is sure of also takes away the border, where new rows would teach most.

    Cost: ``cv`` forests of the real rows; with two parents known, cv (cv - 1) / 2.

    Parameters
    ----------
    estimator : classifier, default=None
        What tells the class from the others, cloned for each split; see `PUBaggingScorer`.
        None: `sklearn.ensemble.ExtraTreesClassifier` with ``min_samples_leaf=3``.

    cv : int, default=5
        Folds of the real rows, from which the parents' are left out.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the folds and the classifiers.

    n_jobs : int, default=None
        Processes; None for one. Does not change the result.

    Raises
    ------
    ValueError
        If there are no rows of other classes, or if the class has fewer rows than one more than
        a candidate has parents.

    See Also
    --------
    NeighborhoodScorer : The same question, answered by the nearest real rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import ConfidenceScorer
    >>> rng = np.random.default_rng(0)
    >>> P, N = rng.normal(size=(40, 2)), rng.normal(size=(80, 2)) + 3
    >>> U = np.array([[0.0, 0.0], [3.0, 3.0]])
    >>> ConfidenceScorer(random_state=0).score(P, U, N).round().tolist()
    [1.0, 0.0]
    """

    _needs_others = True
    _learns_candidates = False

    def __init__(
        self,
        estimator: Any = None,
        *,
        cv: int = 5,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.cv = cv
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _default_estimator(self) -> Any:
        return ExtraTreesClassifier(min_samples_leaf=3)

    def _score(self, rows: Rows) -> Floats:
        found, values = self._over_splits(rows, probability_of_class, self._seed())
        return mean_of(rows, found, values)


def probability_of_class(estimator: Any, E: Any, split: Split, rng: np.random.Generator) -> Floats:
    """Return the probability of the class, against the others, of scored candidates."""
    model = fitted_clone(estimator, E, split.own, split.others, rng)
    return probability(model, E[split.scored])
