"""The two trials of a candidate on a fold: by density, without fitting it, and by refitting."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import FitFailedWarning
from sklearn.utils.parallel import Parallel, delayed

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.delegating import take
from skaug._core.rng import child_rng, child_sequence
from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.model_selection._search_space import Candidate
from skaug.model_selection._stand_ins import replaced_rows

__all__ = ["Outcome", "Trials", "augmented"]


def augmented(estimator: Any, sampler: Any) -> Any:
    """Return the estimator that is fitted to what the sampler makes of the rows."""
    kind = AugmentedClassifier if is_classifier(estimator) else AugmentedRegressor
    return kind(estimator, sampler)


@dataclass(frozen=True)
class Outcome:
    """A score, and what went wrong if that is an error score."""

    score: float
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trials:
    """What all trials have in common.

    `fit_params` has the parameters of each entry's fit, by its name; `error_score` is a number
    or 'raise'.
    """

    estimator: Any
    X: Any
    y: Any
    scorer: Callable[..., Any]
    fit_params: Mapping[str, Mapping[str, Any]]
    score_params: Mapping[str, Any]
    n_draws: int
    error_score: Any
    owner: str

    def fit(self, candidate: Candidate, rows: Indices | None = None) -> Any:
        """Fit the estimator with the candidate's sampler, to some rows or to all."""
        X, y, params = self.X, self.y, self.fit_params[candidate.entry]
        if rows is not None:
            params = sk.check_method_params(X, params, indices=rows)
            X, y = take(X, rows), take(y, rows)
        return augmented(self.estimator, candidate.sampler).fit(X, y, **params)

    def match_all(
        self,
        parallel: Parallel,
        candidates: Sequence[Candidate],
        splits: Sequence[tuple[Indices, Indices]],
        seed: np.random.SeedSequence,
    ) -> Floats:
        """Return the density scores, of shape (n_candidates, n_splits)."""
        jobs = (
            delayed(self.match)(candidates, train, test, child_sequence(seed, number))
            for number, (train, test) in enumerate(splits)
        )
        outcomes = list(zip(*parallel(jobs), strict=True))
        return _scores(outcomes, candidates, len(splits), self.owner, "to augment held-out rows")

    def refit_all(
        self,
        parallel: Parallel,
        candidates: Sequence[Candidate],
        splits: Sequence[tuple[Indices, Indices]],
    ) -> Floats:
        """Return the test scores, of shape (n_candidates, n_splits)."""
        jobs = (
            delayed(self.refit)(candidate, train, test)
            for candidate in candidates
            for train, test in splits
        )
        flat, n_splits = parallel(jobs), len(splits)
        outcomes = [flat[i * n_splits : (i + 1) * n_splits] for i in range(len(candidates))]
        return _scores(outcomes, candidates, n_splits, self.owner, "to fit")

    def match(
        self,
        candidates: Sequence[Candidate],
        train: Indices,
        test: Indices,
        seed: np.random.SeedSequence,
    ) -> list[Outcome]:
        """Fit once, without a sampler, and score that on the rows that the others make of `test`.

        The first candidate has no sampler: its score is that of the rows as they are.
        """
        model = self.fit(candidates[0], train)
        outcomes = [Outcome(self._score(model, *self._held_out(test), test))]
        for number, candidate in enumerate(candidates[1:]):
            own = child_sequence(seed, number)
            outcomes.append(self._attempt(self._mean_match, model, candidate, test, own))
        return outcomes

    def refit(self, candidate: Candidate, train: Indices, test: Indices) -> Outcome:
        """Fit with the candidate's sampler to `train`, and score `test` as it is."""
        return self._attempt(self._refit, candidate, train, test)

    def _mean_match(
        self, model: Any, candidate: Candidate, test: Indices, seed: np.random.SeedSequence
    ) -> float:
        X, y = self._held_out(test)
        scores = []
        for draw in range(self.n_draws):
            rng = child_rng(seed, draw)
            made, labels = replaced_rows(
                candidate.sampler,
                X,
                y,
                rng,
                owner=self.owner,
                by_label=is_classifier(self.estimator),
            )
            scores.append(self._score(model, made, labels, test))
        return float(np.mean(scores))

    def _refit(self, candidate: Candidate, train: Indices, test: Indices) -> float:
        return self._score(self.fit(candidate, train), *self._held_out(test), test)

    def _held_out(self, test: Indices) -> tuple[Any, Any]:
        return take(self.X, test), take(self.y, test)

    def _score(self, model: Any, X: Any, y: Any, rows: Indices) -> float:
        """Score X, which stands for `rows`, with what is known of those."""
        params = sk.check_method_params(self.X, self.score_params, indices=rows)
        score = self.scorer(model.estimator_, X, y, **params)
        if not isinstance(score, Real):
            raise TypeError(f"scoring of {self.owner} must return one number; got {score!r}.")
        return float(score)

    def _attempt(self, trial: Callable[..., float], *args: Any) -> Outcome:
        try:
            return Outcome(trial(*args))
        except Exception as error:
            if self.error_score == "raise":
                raise
            return Outcome(float(self.error_score), f"{type(error).__name__}: {error}")


def _scores(
    outcomes: Sequence[Sequence[Outcome]],
    candidates: Sequence[Candidate],
    n_splits: int,
    owner: str,
    trial: str,
) -> Floats:
    """Return the scores, and warn once of all candidates that failed."""
    failed = []
    for candidate, row in zip(candidates, outcomes, strict=True):
        errors = [outcome.error for outcome in row if outcome.error is not None]
        if errors:
            failed.append(f"{candidate.label}, on {len(errors)} of {len(row)} folds: {errors[0]}")
    if failed:
        warnings.warn(
            f"Candidates of {owner} failed {trial}, and count as error_score there; with "
            "error_score='raise' the first error is raised.\n" + "\n".join(failed),
            FitFailedWarning,
            stacklevel=2,
        )
    scores = [outcome.score for row in outcomes for outcome in row]
    return np.array(scores, dtype=np.float64).reshape(len(candidates), n_splits)
