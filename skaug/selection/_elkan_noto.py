"""ElkanNotoScorer: the probability of belonging to the class, from positive and unlabelled rows."""

from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug.selection._classifier_scorer import ClassifierScorer
from skaug.selection._held_out import Split, fitted_clone, mean_of, probability
from skaug.selection._rows import Rows

__all__ = ["ElkanNotoScorer"]


class ElkanNotoScorer(ClassifierScorer):
    r"""Score candidates by the probability that they are rows of the class, after Elkan and Noto.

    Positive-unlabelled learning: a classifier learns to tell the real rows of the class from the
    candidates; g is the probability it gives to "real", and c the mean of g over real rows that
    it has not seen. Were the real rows a random sample of all good ones,

    .. math:: p(\text{good} \mid u) = \min(1, g(u) / c)

    All g are of models that saw neither the candidate nor its parents. `weights` gives each
    candidate the weight :math:`\frac{1 - c}{c} \frac{g}{1 - g}`, to train with all of them.

    Candidates made of real rows are no independent sample, so take the scores as an order
    rather than as probabilities. Cost: ``cv`` forests; with two parents known, cv (cv - 1) / 2.

    Parameters
    ----------
    estimator : classifier, default=None
        What tells real from made, cloned for each split; see `PUBaggingScorer`. None:
        `sklearn.ensemble.ExtraTreesClassifier` with ``min_samples_leaf=3``. Calibrated
        probabilities are worth their cost here.

    cv : int, default=5
        Folds of the class, from which the parents' are left out.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the folds and the classifiers.

    n_jobs : int, default=None
        Processes; None for one. Does not change the result.

    Raises
    ------
    ValueError
        If the class has fewer rows than one more than a candidate has parents.

    See Also
    --------
    PUBaggingScorer : Many small classifiers, each on a draw of the candidates.

    References
    ----------
    .. [1] C. Elkan, K. Noto, "Learning classifiers from only positive and unlabeled data",
       KDD 2008. :doi:`10.1145/1401890.1401920`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import ElkanNotoScorer
    >>> rng = np.random.default_rng(0)
    >>> P = rng.normal(size=(40, 2))
    >>> U = np.vstack([rng.normal(size=(20, 2)), rng.normal(size=(20, 2)) + 3])
    >>> weights = ElkanNotoScorer(random_state=0).weights(P, U)
    >>> bool(weights[:20].mean() > weights[20:].mean() + 0.3)
    True
    """

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
        g, c = self._real(rows)
        return np.minimum(1.0, g / c)

    @sk.fit_context(prefer_skip_nested_validation=True)
    def weights(self, P: Any, U: Any, N: Any = None, *, parents: Any = None) -> Floats:
        """Return a weight for each candidate: how far it counts as a row of the class.

        Parameters
        ----------
        P : {array-like, sparse matrix, data frame} of shape (n_class, n_features)
            The real rows of the class.

        U : same container as P, of shape (n_candidates, n_features)
            The candidates.

        N : same container as P, of shape (n_others, n_features), default=None
            Not used.

        parents : array-like of int of shape (n_candidates, n_parents), default=None
            The rows of P that each candidate was made from, -1 for none.

        Returns
        -------
        weights : ndarray of shape (n_candidates,)
            In [0, 1].
        """
        rows = self._read(P, U, N, parents)
        if not rows.n_candidates:
            return np.empty(0)
        g, c = self._real(rows)
        with np.errstate(divide="ignore", over="ignore"):  # g may be 1, or too near to it
            odds = g / (1 - g)
        return np.clip((1 - c) / c * odds, 0, 1) if c < 1 else np.ones_like(g)

    def _real(self, rows: Rows) -> tuple[Floats, float]:
        """Return g of the candidates, and c."""
        found, values = self._over_splits(rows, probability_of_real, self._seed())
        g = mean_of(rows, found, [of_scored for of_scored, _ in values])
        c = float(np.concatenate([of_held_out for _, of_held_out in values]).mean())
        return g, max(c, np.finfo(float).tiny)


def probability_of_real(
    estimator: Any, E: Any, split: Split, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the probability of being real of scored candidates, and of held-out real rows."""
    model = fitted_clone(estimator, E, split.own, split.candidates, rng)
    return probability(model, E[split.scored]), probability(model, E[split.held_out])
