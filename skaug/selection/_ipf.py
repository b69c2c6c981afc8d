"""IPFScorer: trees of parts of the table vote on the candidates until no more fall."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState, child_rng, seed_sequence
from skaug.selection._classifier_scorer import ESTIMATOR
from skaug.selection._held_out import check_missing, fitted_clone, probability
from skaug.selection._rows import Rows
from skaug.selection._scorer import Scorer, votes_first

__all__ = ["IPFScorer"]


class IPFScorer(Scorer):
    r"""Score candidates by the votes of trees, each of a part of the table, until few fall.

    The iterative-partitioning filter of SMOTE-IPF: real rows and candidates, these labelled as
    the class, are dealt into `n_parts` parts, and a tree learns each part. Candidates that more
    than half of the trees take for another class fall out; the rest is dealt anew, until in
    `n_calm` rounds running fewer than a share `min_removed` of the rows fell. Only candidates fall.
    A tree has no vote on what it has learnt or on children of that. All trees of all rounds vote
    on all candidates, those that fell too: with v of V votes for the class, and p the mean
    probability, which orders candidates of as many votes,

    .. math:: s(u) = \frac{v + p}{V + 1}

    The class has the majority above about 1/2. It finds candidates in the midst of
    other classes; for those that look like no class use `DensityScorer`.

    Cost: `n_parts` trees of a part each, in every round.

    Parameters
    ----------
    estimator : classifier, default=None
        What votes, cloned for each part; see `PUBaggingScorer`. None:
        `sklearn.tree.DecisionTreeClassifier` with ``min_samples_leaf=3``.

    n_parts : int, default=9
        Parts; fewer where the class or the others have fewer rows.

    min_removed : float, default=0.01
        The share of all rows below which a round is calm.

    n_calm : int, default=3
        Calm rounds running after which to stop.

    max_rounds : int, default=20
        Rounds after which to stop anyway.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the parts and the trees.

    Raises
    ------
    ValueError
        If there are fewer parts than two more than a candidate has parents, as where
        other classes have few rows.

    See Also
    --------
    NeighborhoodScorer : Votes of the nearest real rows.

    Notes
    -----
    smote_variants 1.0.1 trains each tree on all parts but one and takes class codes for 0 and 1.

    References
    ----------
    .. [1] J. A. Sáez, J. Luengo, J. Stefanowski, F. Herrera, "SMOTE-IPF: addressing the noisy and
       borderline examples problem in imbalanced classification by a re-sampling method with
       filtering", Information Sciences 291, 2015. :doi:`10.1016/j.ins.2014.08.051`

    .. [2] T. M. Khoshgoftaar, P. Rebours, "Improving software quality prediction by noise
       filtering techniques", Journal of Computer Science and Technology 22(3), 2007.
       :doi:`10.1007/s11390-007-9054-2`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import IPFScorer
    >>> rng = np.random.default_rng(0)
    >>> P, N = rng.normal(size=(60, 2)), rng.normal(size=(200, 2)) + 4
    >>> U = np.array([[0.0, 0.0], [4.0, 4.0]])
    >>> (IPFScorer(random_state=0).score(P, U, N) > 0.5).tolist()
    [True, False]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Scorer._parameter_constraints,
        "estimator": ESTIMATOR,
        "n_parts": [sk.Interval(Integral, 2, None, closed="left")],
        "min_removed": [sk.Interval(Real, 0, 1, closed="both")],
        "n_calm": [sk.Interval(Integral, 1, None, closed="left")],
        "max_rounds": [sk.Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state", np.random.Generator],
    }
    _needs_others = True

    def __init__(
        self,
        estimator: Any = None,
        *,
        n_parts: int = 9,
        min_removed: float = 0.01,
        n_calm: int = 3,
        max_rounds: int = 20,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.n_parts = n_parts
        self.min_removed = min_removed
        self.n_calm = n_calm
        self.max_rounds = max_rounds
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _score(self, rows: Rows) -> Floats:
        estimator = self.estimator
        if estimator is None:
            estimator = DecisionTreeClassifier(min_samples_leaf=3)
        check_missing(estimator, rows.encoded, rows.owner)
        seed = seed_sequence(self.random_state)
        left = np.ones(rows.n_candidates, dtype=bool)
        votes, voters, chances = np.zeros((3, rows.n_candidates))
        n_calm = 0
        for number in range(self.max_rounds):
            n_rows = rows.n_class + int(left.sum()) + rows.n_others
            n_parts = min(self.n_parts, n_rows - rows.n_others, rows.n_others)
            if number and n_parts < rows.parents.shape[1] + 2:
                break  # so many fell that too few are left to vote
            parts = _deal(rows, left, self._checked_parts(n_parts, rows), child_rng(seed, number))
            ballot = _vote(estimator, rows, parts)
            votes += ballot.votes
            voters += ballot.n_voters
            chances += ballot.chances
            fallen = left & (ballot.votes < ballot.n_voters / 2)
            n_calm = n_calm + 1 if np.count_nonzero(fallen) < self.min_removed * n_rows else 0
            left &= ~fallen
            if n_calm >= self.n_calm or not left.any():
                break
        return votes_first(votes, voters, chances / voters)

    def _checked_parts(self, n_parts: int, rows: Rows) -> int:
        needed = rows.parents.shape[1] + 2
        if n_parts >= needed:
            return n_parts
        raise ValueError(
            f"IPFScorer needs {needed} parts, so that one has no vote on each candidate and its "
            f"{needed - 2} parents, and one has; it has {n_parts}: n_parts is {self.n_parts}, the "
            f"class has {rows.n_class + rows.n_candidates} rows and candidates, the others have "
            f"{rows.n_others}. Set n_parts higher, or use DensityScorer."
        )


@dataclass(frozen=True)
class _Parts:
    """Which part each row is in, -1 for those that fell, and the generator of the round."""

    n: int
    own: Indices
    candidates: Indices
    others: Indices
    rng: np.random.Generator


@dataclass(frozen=True)
class _Ballot:
    """For each candidate: votes for the class, of how many, and the sum of probabilities."""

    votes: Floats
    n_voters: Floats
    chances: Floats


def _deal(rows: Rows, left: NDArray[np.bool_], n_parts: int, rng: np.random.Generator) -> _Parts:
    """Deal the class, the candidates that are left and the others, each part some of both."""
    of_class = np.arange(rows.n_class + np.count_nonzero(left)) % n_parts
    candidates = np.full(rows.n_candidates, -1)
    candidates[left] = rng.permutation(of_class[rows.n_class :])
    return _Parts(
        n_parts,
        own=rng.permutation(of_class[: rows.n_class]),
        candidates=candidates,
        others=rng.permutation(np.arange(rows.n_others) % n_parts),
        rng=rng,
    )


def _vote(estimator: Any, rows: Rows, parts: _Parts) -> _Ballot:
    """Let the tree of each part vote on the candidates of which it learnt neither parent."""
    votes, chances, n_voters = np.zeros((3, rows.n_candidates))
    touched = np.where(rows.parents >= 0, parts.own[rows.parents], -1)
    for part in range(parts.n):
        learnt = [rows.own[parts.own == part], rows.candidates[parts.candidates == part]]
        others = rows.others[parts.others == part]
        model = fitted_clone(estimator, rows.encoded, np.concatenate(learnt), others, parts.rng)
        may_vote = (parts.candidates != part) & (touched != part).all(axis=1)
        chance = probability(model, rows.encoded[rows.candidates[may_vote]])
        votes[may_vote] += chance > 0.5
        chances[may_vote] += chance
        n_voters[may_vote] += 1
    return _Ballot(votes, n_voters, chances)
