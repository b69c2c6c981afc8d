"""One arm on one fold: resample the training part, fit, tune the threshold, score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.class_weight import compute_sample_weight

from skaug._core.batch import Floats, Indices
from skaug._core.table import gathered_rows
from skaug.augmented import AugmentedClassifier
from skaug.model_selection._metrics import METRICS, Predictions
from skaug.model_selection._statistics import tune_threshold

__all__ = ["BalancedWeights", "Fold", "Problem", "run_arm"]


class BalancedWeights(BaseEstimator):
    """Give all classes the same total weight: the arm of class weights, as a sampler."""

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any, Floats]:
        """Return X and y as they are, and a weight for each row."""
        return X, y, compute_sample_weight("balanced", y)


@dataclass(frozen=True, kw_only=True)
class Fold:
    """The rows of one fold, and the seeds that all arms share on it."""

    train: Indices
    test: Indices
    seeds: Sequence[int]  # of the inner split, the estimator and the sampler


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What every arm and fold has in common.

    `classes` are the labels in the order of the probability columns, the positive one last;
    `codes` are the positions of the labels in it.
    """

    estimator: Any
    X: Any
    y: NDArray[Any]
    classes: NDArray[Any]
    codes: Indices
    scoring: Sequence[str]
    n_inner: int | None  # folds of the inner cross-validation; None: no tuning

    def rows(self, indices: Indices) -> tuple[Any, NDArray[Any]]:
        """Return these rows of X and y."""
        return gathered_rows(self.X, indices), self.y[indices]


def run_arm(problem: Problem, sampler: Any, fold: Fold) -> tuple[dict[str, float], Any]:
    """Return the scores of an arm on the test rows of a fold, and its tuned threshold."""
    cut = _tune(problem, sampler, fold)
    probability = _fit_predict(problem, sampler, fold.train, fold.test, fold.seeds)
    outcome = Predictions(
        y=problem.codes[fold.test], probability=probability, called=_call(probability, cut)
    )
    return {name: METRICS[name].score(outcome) for name in problem.scoring}, cut


def _tune(problem: Problem, sampler: Any, fold: Fold) -> Any:
    """Choose the threshold on training rows only: resample the inner training parts, not the rest.

    Every row of the training part is predicted once, by a model that has not seen it. Of two
    classes the threshold on the positive one is tuned for balanced accuracy; of several, each
    probability will be divided by its mean here, which undoes a shift of the class shares.
    """
    n_classes = len(problem.classes)
    if problem.n_inner is None:
        return 0.5 if n_classes == 2 else np.ones(n_classes)
    splitter = StratifiedKFold(problem.n_inner, shuffle=True, random_state=fold.seeds[0])
    codes = problem.codes[fold.train]
    probability = np.empty((codes.size, n_classes))
    for train, test in splitter.split(codes, codes):
        probability[test] = _fit_predict(
            problem, sampler, fold.train[train], fold.train[test], fold.seeds
        )
    if n_classes == 2:
        return tune_threshold(codes == 1, probability[:, 1])
    return np.maximum(probability.mean(axis=0), np.finfo(np.float64).tiny)


def _call(probability: Floats, cut: Any) -> Indices:
    """Name the class of each row: by the threshold, or by the largest rescaled probability."""
    if probability.shape[1] == 2:
        return (probability[:, 1] >= cut).astype(np.intp)
    return (probability / cut).argmax(axis=1)


def _fit_predict(
    problem: Problem, sampler: Any, train: Indices, test: Indices, seeds: Sequence[int]
) -> Floats:
    """Fit on the resampled training rows and return the probabilities of the test rows."""
    model = _fit(problem, sampler, train, seeds)
    columns = np.searchsorted(model.classes_, problem.classes)
    probability = np.asarray(model.predict_proba(problem.rows(test)[0]), dtype=np.float64)
    probability = probability[:, columns]
    return probability / probability.sum(axis=1, keepdims=True)


def _fit(problem: Problem, sampler: Any, train: Indices, seeds: Sequence[int]) -> Any:
    """Fit on the resampled training rows; of an error say on which rows it was."""
    X, y = problem.rows(train)
    counts = {label: int(np.sum(y == label)) for label in problem.classes.tolist()}
    missing = [label for label, count in counts.items() if count == 0]
    if missing:
        raise ValueError(
            f"A training part of compare_samplers has no row of class {missing[0]!r}. "
            "Use a stratified cv, or fewer folds."
        )
    estimator = _seeded(problem.estimator, seeds[1])
    sampler = None if sampler is None else _seeded(sampler, seeds[2])
    try:
        model = AugmentedClassifier(estimator, sampler).fit(X, y)
    except ValueError as error:
        error.add_note(f"In a training part of compare_samplers, with rows by class: {counts}")
        raise
    if len(model.classes_) != len(counts):
        raise ValueError(
            f"{type(sampler).__name__} does not keep the classes {list(counts)} of a training part "
            f"of compare_samplers; it returns {model.classes_.tolist()}. Use another sampler."
        )
    return model


def _seeded(estimator: Any, seed: int) -> Any:
    """Return a clone in which every `random_state` that is None is set."""
    estimator = clone(estimator)
    parameters = {
        name: seed
        for name, value in estimator.get_params().items()
        if value is None and name.split("__")[-1] == "random_state"
    }
    return estimator.set_params(**parameters)
