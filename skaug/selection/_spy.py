"""SpyScorer: real rows hidden among the candidates say how low a real row may score."""

import math
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState, child_rng
from skaug.selection._classifier_scorer import ClassifierScorer
from skaug.selection._held_out import Split, fitted_clone, mean_of, probability
from skaug.selection._rows import Rows
from skaug.selection._scorer import votes_first

__all__ = ["SpyScorer"]

_FEWEST_ROWS = 20


class SpyScorer(ClassifierScorer):
    r"""Score candidates by how often they pass a bar that most hidden real rows pass.

    Some real rows of the class, the spies S, are hidden among the candidates, and a classifier
    learns to tell the other real rows from this mixture. With g the probability it gives to
    "real", the bar is the quantile of the spies at `noise`: a candidate below it is reliably bad.
    Over R rounds, with other spies in each,

    .. math:: s(u) = \frac{1}{R + 1} \Big(\bar g(u) + \sum_r 1[g_r(u) \geq q_{noise}(g_r(S_r))]\Big)

    where the mean :math:`\bar g` only orders candidates of as many votes. Spies and candidates
    are treated alike: what scores them has seen neither them nor their parents. Scores near 1 are
    good, as for most of a class that was left out; those below about 1/2 are bad more often than
    not.

    Cost: `n_rounds` x ``cv`` small forests; with two parents known, n_rounds x cv (cv - 1) / 2.

    Parameters
    ----------
    estimator : classifier, default=None
        What tells real from made, cloned for each split; see `PUBaggingScorer`. None:
        `sklearn.ensemble.ExtraTreesClassifier` of 20 trees with ``min_samples_leaf=3``.

    spy_fraction : float, default=0.15
        The share of the class that is hidden in each round.

    noise : float, default=0.15
        The share of the spies that may fall below the bar.

    n_rounds : int, default=10
        R.

    cv : int, default=5
        Folds of the class, from which the parents' are left out.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the spies, the folds and the classifiers.

    n_jobs : int, default=None
        Processes; None for one. Does not change the result.

    Raises
    ------
    ValueError
        If the class has fewer than 20 rows: the bar would be the score of one or two of them.

    See Also
    --------
    ElkanNotoScorer : A scale set by the mean of real rows rather than a quantile.

    References
    ----------
    .. [1] B. Liu, W. S. Lee, P. S. Yu, X. Li, "Partially supervised classification of text
       documents", ICML 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import SpyScorer
    >>> rng = np.random.default_rng(0)
    >>> P = rng.normal(size=(40, 2))
    >>> U = np.vstack([rng.normal(size=(20, 2)), rng.normal(size=(20, 2)) + 3])
    >>> scores = SpyScorer(n_rounds=3, random_state=0).score(P, U)
    >>> bool(scores[:20].mean() > scores[20:].mean() + 0.3)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassifierScorer._parameter_constraints,
        "spy_fraction": [sk.Interval(Real, 0, 1, closed="neither")],
        "noise": [sk.Interval(Real, 0, 1, closed="left")],
        "n_rounds": [sk.Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        estimator: Any = None,
        *,
        spy_fraction: float = 0.15,
        noise: float = 0.15,
        n_rounds: int = 10,
        cv: int = 5,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.spy_fraction = spy_fraction
        self.noise = noise
        self.n_rounds = n_rounds
        self.cv = cv
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _default_estimator(self) -> Any:
        return ExtraTreesClassifier(n_estimators=20, min_samples_leaf=3)

    def _score(self, rows: Rows) -> Floats:
        if rows.n_class < _FEWEST_ROWS:
            raise ValueError(
                f"SpyScorer needs at least {_FEWEST_ROWS} rows of the class, to hide some of them; "
                f"got {rows.n_class}. Use DensityScorer."
            )
        seed = self._seed()
        votes, total = np.zeros(rows.n_candidates), np.zeros(rows.n_candidates)
        for number in range(self.n_rounds):
            rng = child_rng(seed, number)
            spies = rng.choice(rows.n_class, _n_spies(self.spy_fraction, rows), replace=False)
            # the stream of the round is the root of those of its splits
            inner = np.random.SeedSequence(rng.integers(2**32, size=4).tolist())
            g, bar = self._round(rows, spies, inner)
            votes += g >= bar
            total += g
        return votes_first(votes, self.n_rounds, total / self.n_rounds)

    def _round(
        self, rows: Rows, spies: Indices, seed: np.random.SeedSequence
    ) -> tuple[Floats, float]:
        """Return what the candidates score, and the bar that the spies set."""
        is_spy = np.zeros(rows.n_class, dtype=bool)
        is_spy[spies] = True
        found, values = self._over_splits(rows, probability_with_spies, seed, is_spy=is_spy)
        g = mean_of(rows, found, [of_scored for of_scored, _ in values])
        of_spies, count = np.zeros(rows.n_class), np.zeros(rows.n_class)
        for split, (_, hidden) in zip(found, values, strict=True):
            scored = split.held_out[is_spy[split.held_out]]
            of_spies[scored] += hidden
            count[scored] += 1
        seen = count > 0
        if not seen.any():  # few candidates: no model left a spy out
            return g, 0.0
        return g, float(np.quantile(of_spies[seen] / count[seen], self.noise))


def _n_spies(fraction: float, rows: Rows) -> int:
    """Return how many rows to hide: at least one, and leaving enough to learn from."""
    return min(max(1, math.ceil(fraction * rows.n_class)), rows.n_class // 2)


def probability_with_spies(
    estimator: Any, E: Any, split: Split, rng: np.random.Generator, *, is_spy: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the probability of being real of scored candidates, and of held-out spies.

    Spies that are not held out are trained on as if they were candidates.
    """
    hidden = is_spy[split.own]
    if hidden.all():  # of few rows: something real has to be left to learn
        hidden[0] = False
    unlabelled = np.concatenate([split.candidates, split.own[hidden]])
    model = fitted_clone(estimator, E, split.own[~hidden], unlabelled, rng)
    spies = split.held_out[is_spy[split.held_out]]
    return probability(model, E[split.scored]), probability(model, E[spies])
