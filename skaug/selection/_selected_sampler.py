"""SelectedSampler: make more rows than are wanted, and keep the best of them."""

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.composed import ComposedSampler
from skaug._core.metadata import require_sampler, restrict_tags
from skaug._core.provenance import Provenance
from skaug._core.reading import read_table, restored_weight
from skaug._core.rng import RandomState, child_rng, class_rng, seed_sequence, set_seeds
from skaug._core.table import appended_rows, gathered_rows, is_sparse
from skaug._core.target import Target
from skaug.over_sampling import SMOTE
from skaug.selection._candidates import Candidates, for_round, wanted_counts, with_more
from skaug.selection._density import DensityScorer
from skaug.selection._judging import best, class_scores, first_good, require_scorer, seeded, shares

__all__ = ["SelectedSampler"]

_OWNER = "SelectedSampler"


class SelectedSampler(ComposedSampler):
    """Over-sample by another sampler, and keep only the best of the rows it makes.

    Where `sampler` would make n rows of a class, it is asked for ``oversample`` times as many.
    A scorer compares these candidates with the real rows of the class and of the other classes,
    and n of them are kept: the counts are those that the sampler's own ``sampling_strategy``
    asks for, to the row.

    Cost: `oversample` times that of the sampler, and that of the scorer, which for the scorers
    that fit classifiers is by far the larger part. It cannot bring in what the sampler does not
    know: where the sampler already puts its rows well there is nothing to gain, and keeping the
    rows most like the class makes it look tighter than it is. Prefer a threshold.

    Parameters
    ----------
    sampler : sampler, default=None
        What makes the rows: a sampler of skaug, imbalanced-learn or your own that has
        ``sampling_strategy`` and returns the rows it is given first and unchanged. None:
        `skaug.over_sampling.SMOTE`. It is cloned.

    scorer : object with score, default=None
        What tells good rows from bad: ``score(P, U, N, parents=parents)`` returns a number for
        each candidate in U, higher is better. P are the real rows of the class, N those of the
        other classes, ``parents[i]`` the positions in P of the rows that candidate i was made
        of, -1 where there is none. None: `DensityScorer`, which takes no sparse tables. It is
        cloned for each class.

    oversample : float > 1, default=3
        Candidates made for each row that is wanted.

    keep : 'count' or float, default='count'
        'count' keeps the candidates with the highest scores: of three the one that is most like
        the class, even where all are good. A number is a threshold, and drops
        only what is bad: the first candidates that score at least so much are kept, whatever the
        others score, and further rounds of candidates are made until enough pass. Where after
        `max_rounds` too few have passed the best of the others fill up, with a warning.

    as_weights : bool, default=False
        Keep all candidates, and return weights, whether or not any were given: inherited from
        the parents, times shares of n that go with the scores, which must not be negative. So a
        class weighs what it would with n rows. Of a scorer that has ``weights``, as
        `ElkanNotoScorer`, these stand for the scores.

    max_rounds : int, default=5
        How often candidates are made for a class, at most.

    random_state : int, RandomState, Generator or None, default=None
        Seed of whatever has no `random_state` of its own in sampler and scorer.

    Attributes
    ----------
    sampler_ : sampler
        The sampler that made the first round of candidates; its `fit_resample` makes them again.

    sampling_strategy_ : dict
        The number of rows that are wanted, for each class that is targeted.

    selection_scores_ : ndarray of shape (n_res,)
        The score of each returned row, or what stands for it; NaN for the original ones.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row; -1 where the sampler does not tell.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none, or it is not known.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If `sampler` has no single ``sampling_strategy`` or removes rows, or if `scorer` has no
        ``score`` with a parameter ``parents``.

    ValueError
        If the sampler changes the rows it is given, or makes too few; if a score is missing, or
        negative where it should be a weight.

    Warns
    -----
    UserWarning
        If too few candidates reach the threshold, or if the scores of a class are all 0 and
        should be weights.

    See Also
    --------
    skaug.combine.SMOTETomek : Remove rows, original ones too, that other classes contradict.

    Notes
    -----
    The rows that are kept stand class by class, in the order in which they were made. Each
    round is scored on its own. Of an `imblearn` sampler that does not tell where its rows are
    from, the scorer is given no parents to hold out, and weights cannot go through it.

    References
    ----------
    .. [1] C. Elkan, K. Noto, "Learning classifiers from only positive and unlabeled data",
       KDD 2008. :doi:`10.1145/1401890.1401920`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import SMOTE
    >>> from skaug.selection import DensityScorer, SelectedSampler
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> sampler = SelectedSampler(SMOTE(), DensityScorer(), oversample=4, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, (y_res == "rare").sum().item()
    ((160, 4), 80)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sampler": [sk.HasMethods(["fit_resample"]), None],
        "scorer": [sk.HasMethods(["score"]), None],
        "oversample": [sk.Interval(Real, 1, None, closed="neither")],
        "keep": [sk.StrOptions({"count"}), sk.Interval(Real, None, None, closed="neither")],
        "as_weights": ["boolean"],
        "max_rounds": [sk.Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state", np.random.Generator],
    }

    def __init__(
        self,
        sampler: Any = None,
        scorer: Any = None,
        *,
        oversample: float = 3,
        keep: Literal["count"] | float = "count",
        as_weights: bool = False,
        max_rounds: int = 5,
        random_state: RandomState = None,
    ) -> None:
        self.sampler = sampler
        self.scorer = scorer
        self.oversample = oversample
        self.keep = keep
        self.as_weights = as_weights
        self.max_rounds = max_rounds
        self.random_state = random_state

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any) -> Self:
        """Check X, y and the parameters; `fit_resample` does that and makes the rows.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels.

        Returns
        -------
        self : object
            The sampler itself.
        """
        for name in ("sample_indices_", "partner_indices_", "is_synthetic_", "selection_scores_"):
            self.__dict__.pop(name, None)  # of an earlier fit_resample, maybe on other rows
        X, target = self._read(X, y)
        self._checked_scorer()
        sampler = self._checked_sampler(target, seed_sequence(self.random_state))
        self.sampler_ = sampler.fit(X, target.native)
        return self

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        rows, target = self._read(X, y)
        made = self._candidates(rows, target, weight, seed_sequence(self.random_state))
        chosen = {
            label: self._chosen(made, label, n)
            for label, n in self.sampling_strategy_.items()
            if n > 0
        }
        kept = np.concatenate([np.arange(len(target)), *chosen.values()])
        self.selection_scores_ = made.scores[kept]
        w_res = self._weights(made, chosen) if self.as_weights else made.weight
        if w_res is not None:
            w_res = restored_weight(w_res[kept], weight)
        X_res = gathered_rows(made.X, kept)
        if isinstance(X, list):
            X_res = X_res.tolist()
        one_of_class = np.unique(target.codes, return_index=True)[1]
        y_res = appended_rows(target.native, one_of_class[made.codes[kept[len(target) :]]])
        return X_res, y_res, w_res, made.provenance.at(kept)

    def _candidates(
        self, X: Any, y: Target, weight: Any, seed: np.random.SeedSequence
    ) -> Candidates:
        """Make and score rows, in rounds, until there are enough good ones of each class."""
        scorer, sampler = self._checked_scorer(), self._checked_sampler(y, seed)
        lacking, pool = self.sampling_strategy_, None
        for number in range(self.max_rounds):
            asked = with_more(for_round(sampler, number), y, lacking, self.oversample, _OWNER)
            made = self._scored(Candidates.made_by(asked, self, X, y, weight), scorer, seed)
            pool = made if pool is None else pool.followed_by(made)
            self.sampler_ = asked if number == 0 else self.sampler_
            lacking = {label: n for label, n in lacking.items() if self._n_good(pool, label) < n}
            if not lacking:
                break
        assert pool is not None  # there is at least one round
        return pool

    def _scored(self, made: Candidates, scorer: Any, seed: np.random.SeedSequence) -> Candidates:
        """Return the candidates with the scores of those of each class that is targeted."""
        for label in self.sampling_strategy_:
            rows = made.of_class(label)
            if len(rows):
                own = seeded(scorer, class_rng(seed, label))
                made.scores[rows] = class_scores(
                    own, made, rows, label, owner=_OWNER, as_weights=self.as_weights
                )
        return made

    def _n_good(self, pool: Candidates, label: Any) -> int:
        scores = pool.scores[pool.of_class(label)]
        return len(scores) if self.keep == "count" else int((scores >= self.keep).sum())

    def _chosen(self, pool: Candidates, label: Any, n: int) -> Indices:
        """Return the rows of a class to keep, in the order in which they were made."""
        rows = pool.of_class(label)
        if len(rows) < n:
            raise ValueError(
                f"SelectedSampler needs {n} candidates or more for class {label!r}, but "
                f"{type(self.sampler_).__name__} made only {len(rows)} in {self.max_rounds} "
                "rounds. Increase oversample or max_rounds."
            )
        if self.as_weights:
            return rows
        scores = pool.scores[rows]
        if self.keep == "count":
            return rows[best(scores, n)]
        n_good = self._n_good(pool, label)
        if n_good < n:
            warnings.warn(
                f"SelectedSampler keeps {n - n_good} of {n} rows for class {label!r} though they "
                f"score below keep={self.keep}: of {len(rows)} candidates, made in "
                f"{self.max_rounds} rounds, {n_good} reached it. The best of the others were "
                "taken. Lower keep, or use keep='count'.",
                UserWarning,
                stacklevel=2,
            )
        return rows[first_good(scores, n, self.keep)]

    def _weights(self, made: Candidates, chosen: dict[Any, Indices]) -> Floats:
        """Return the weights of all rows, the candidates' by their scores."""
        weight = np.ones(len(made.codes)) if made.weight is None else made.weight.copy()
        for label, rows in chosen.items():
            scores = made.scores[rows]
            if not (np.isfinite(scores) & (scores >= 0)).all():
                raise ValueError(
                    "SelectedSampler with as_weights=True needs scores that can be weights, finite "
                    f"and not below 0; for class {label!r} they go from {scores.min():.3g} to "
                    f"{scores.max():.3g}. Use as_weights=False, or another scorer."
                )
            if not scores.any():
                warnings.warn(
                    "SelectedSampler gives all candidates the same weight for class "
                    f"{label!r}, as the scores of all {len(rows)} are 0.",
                    UserWarning,
                    stacklevel=2,
                )
            weight[rows] *= self.sampling_strategy_[label] * shares(scores)
        return weight

    def _read(self, X: Any, y: Any) -> tuple[Any, Target]:
        """Check what is given, and make an array of a list."""
        if self.as_weights and self.keep != "count":
            raise ValueError(
                "SelectedSampler keeps all candidates with as_weights=True, and keep must then be "
                f"'count'; got {self.keep!r}. Leave one of the two at its default."
            )
        if self.scorer is None and is_sparse(X):
            raise TypeError(
                "SelectedSampler takes no sparse X with its default scorer, DensityScorer. Give it "
                "another, such as scorer=NeighborhoodScorer(), or pass X.toarray()."
            )
        table = read_table(self, X, y, categorical_features=None)
        return table.native if isinstance(X, list) else X, Target(y, owner=_OWNER)

    def _checked_sampler(self, y: Target, seed: np.random.SeedSequence) -> Any:
        """Return the sampler with seeds, and note how many rows it would make."""
        sampler = SMOTE() if self.sampler is None else self.sampler
        require_sampler(sampler, _OWNER)
        self.sampling_strategy_ = wanted_counts(sampler, y, _OWNER)
        sampler = clone(sampler)
        set_seeds(sampler, child_rng(seed, 0), only_unset=True)
        return sampler

    def _checked_scorer(self) -> Any:
        scorer = DensityScorer() if self.scorer is None else self.scorer
        require_scorer(scorer, _OWNER)
        return scorer

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [] if self.sampler is None else [self.sampler])
        if self.scorer is None:
            tags.input_tags.sparse = False
        return tags
