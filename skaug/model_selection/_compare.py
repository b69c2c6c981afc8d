"""compare_samplers: the same classifier on the same folds, with and without resampling."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.model_selection import RepeatedStratifiedKFold, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed

from skaug._core.metadata import described, require_sampler, weight_keyword
from skaug._core.rng import RandomState, seed_sequence
from skaug._core.target import Target
from skaug.model_selection._arms import BalancedWeights, Fold, Problem, run_arm
from skaug.model_selection._comparison import SamplerComparison
from skaug.model_selection._metrics import METRICS

__all__ = ["compare_samplers"]

_OWNER = "compare_samplers"
_N_INNER = 3


def compare_samplers(
    estimator: Any,
    X: Any,
    y: Any,
    samplers: Mapping[str, Any],
    *,
    scoring: Sequence[str] = tuple(METRICS),
    cv: Any = 5,
    n_repeats: int = 2,
    threshold: str | None = "balanced_accuracy",
    class_weight: bool = True,
    pos_label: Any = None,
    confidence: float = 0.95,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    progress: Callable[[int, int], Any] | None = None,
) -> SamplerComparison:
    """Cross-validate a classifier with several samplers, and compare each with doing nothing.

    All arms share the classifier, the folds and the seeds. Only the training part of a fold is
    resampled, never its test part. Every arm gets the same tuning of its threshold, inside the
    training part: no resampling with a tuned threshold is what a sampler has to beat.

    Parameters
    ----------
    estimator : classifier
        A classifier with `predict_proba`, or a pipeline that ends in one. It must cope with X.

    X : {array-like, sparse matrix, data frame} of shape (n, n_features)
        The table.

    y : array-like of shape (n,)
        The labels, of any dtype.

    samplers : mapping of str to sampler
        The arms by name. None stands for no resampling, which is always there and is the
        baseline; the string ``"class_weight"`` for weights that give all classes the same
        total. Anything else needs `fit_resample`, such as `skaug.over_sampling.SMOTE`.

    scoring : sequence of str, default=all
        Names of metrics: "average_precision", "roc_auc", "balanced_accuracy" (at the tuned
        threshold), "log_loss" and "brier_score". With several classes the first two are those
        of each class against the rest, averaged.

    cv : int, splitter or iterable, default=5
        Number of folds of a repeated stratified cross-validation, or any splitter or list of
        (train, test) indices.

    n_repeats : int, default=2
        How often the folds are drawn anew; only of use when `cv` is a number.

    threshold : {"balanced_accuracy"} or None, default="balanced_accuracy"
        What the threshold is tuned for, by an inner 3-fold cross-validation of the training
        part whose own training parts are resampled too. With several classes, each probability
        is divided by its mean in the inner cross-validation before the largest is taken. None
        takes 0.5, or the largest probability.

    class_weight : bool, default=True
        Whether to add the arm "class weights".

    pos_label : label, default=None
        The positive one of two classes. None: the rarer one.

    confidence : float, default=0.95
        The level of the intervals.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the folds, and of every `random_state` in the classifier and samplers that is
        None.

    n_jobs : int or None, default=None
        Number of processes. The result does not depend on it.

    progress : callable, default=None
        Called with (done, all) after each fit of an arm on a fold.

    Returns
    -------
    comparison : SamplerComparison
        The scores of every fold, with a table, `frame()` and `plot()`.

    Notes
    -----
    The intervals are those of Nadeau and Bengio, each on its own: of twenty, about one misses
    0 by chance. Over-sampling moves predicted probabilities, so a loss in log-loss and Brier
    score is what to expect of it.

    References
    ----------
    .. [1] Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine
       Learning 52, 239-281. :doi:`10.1023/A:1024068626366`

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skaug.model_selection import compare_samplers
    >>> from skaug.over_sampling import RandomOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> arms = {"random": RandomOverSampler()}
    >>> compare_samplers(LogisticRegression(), X, y, arms, cv=4, random_state=0).conclusion()
    'No evidence of gain on any metric.'
    """
    X, y = indexable(X, y)
    target = Target(y, owner=_OWNER)
    labels = target.classes[target.codes]
    classes = _ordered_classes(target, pos_label)
    _check(estimator, scoring, threshold, confidence)
    arms = _named_arms(samplers, class_weight, estimator)
    folds = _folds(cv, n_repeats, X, labels, random_state, tuned=threshold is not None)
    problem = Problem(
        estimator=estimator,
        X=X,
        y=labels,
        classes=classes,
        codes=np.argsort(classes)[target.codes],
        scoring=list(scoring),
        n_inner=None if threshold is None else _N_INNER,
    )
    jobs = [(name, fold) for fold in folds for name in arms]
    run = Parallel(n_jobs=n_jobs, return_as="generator")
    results = run(delayed(run_arm)(problem, arms[name], fold) for name, fold in jobs)
    outcomes: dict[str, list[Any]] = {name: [] for name in arms}
    for done, ((name, _), outcome) in enumerate(zip(jobs, results, strict=True), start=1):
        outcomes[name].append(outcome)
        if progress is not None:
            progress(done, len(jobs))
    return _comparison(outcomes, problem, folds, confidence)


def _comparison(
    outcomes: Mapping[str, list[Any]],
    problem: Problem,
    folds: Sequence[Fold],
    confidence: float,
) -> SamplerComparison:
    """Collect what the arms returned, fold by fold."""
    scores = {
        name: {metric: np.array([s[metric] for s, _ in found]) for metric in problem.scoring}
        for name, found in outcomes.items()
    }
    classifier = problem.estimator
    while isinstance(classifier, Pipeline):
        classifier = classifier.steps[-1][1]
    setting = f"{type(classifier).__name__}, {len(folds)} folds"
    if len(problem.classes) == 2:
        positive = problem.classes.tolist()[-1]
        n_positive = int(np.sum(problem.codes == 1))
        setting += f", positive class {positive!r} ({n_positive} of {len(problem.codes)} rows)"
    return SamplerComparison(
        scores=scores,
        thresholds={name: np.array([cut for _, cut in found]) for name, found in outcomes.items()},
        baseline=next(iter(scores)),
        test_share=float(np.mean([len(fold.test) / len(fold.train) for fold in folds])),
        confidence=confidence,
        setting=setting,
    )


def _ordered_classes(target: Target, pos_label: Any) -> NDArray[Any]:
    """Return the classes, of two the positive one last."""
    names = target.classes.tolist()
    if len(names) < 2:
        raise ValueError(f"{_OWNER} needs at least 2 classes; y has 1 class: {names[0]!r}.")
    if pos_label is not None and pos_label not in names:
        raise ValueError(f"pos_label={pos_label!r} is not a class of y: {names}.")
    if len(names) > 2:
        return target.classes
    positive = min(target.counts, key=lambda name: (target.counts[name], name == names[0]))
    if pos_label is not None:
        positive = pos_label
    return target.classes[::-1] if positive == names[0] else target.classes


def _check(estimator: Any, scoring: Iterable[str], threshold: Any, confidence: float) -> None:
    """Check what needs no look at the data."""
    unknown = [name for name in scoring if name not in METRICS]
    if isinstance(scoring, str) or unknown or not list(scoring):
        raise ValueError(
            f"scoring of {_OWNER} must be a sequence of names among {sorted(METRICS)}; "
            f"got {scoring!r}."
        )
    if threshold not in (None, "balanced_accuracy"):
        raise ValueError(
            f"threshold of {_OWNER} must be 'balanced_accuracy' or None; got {threshold!r}."
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence of {_OWNER} must be between 0 and 1; got {confidence}.")
    if not is_classifier(estimator) or not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"{_OWNER} needs a classifier with predict_proba; {type(estimator).__name__} is "
            "none. Wrap a classifier without it in sklearn.calibration.CalibratedClassifierCV."
        )


def _named_arms(samplers: Mapping[str, Any], class_weight: bool, estimator: Any) -> dict[str, Any]:
    """Return all arms, the baseline first and class weights second."""
    if not isinstance(samplers, Mapping):
        raise TypeError(
            f"samplers of {_OWNER} must be a mapping of names to samplers, such as "
            f"{{'SMOTE': SMOTE()}}; got {type(samplers).__name__}."
        )
    plain = {name: arm for name, arm in samplers.items() if arm is None}
    weighted = {name: arm for name, arm in samplers.items() if isinstance(arm, str)}
    if class_weight and not weighted:
        weighted = {"class weights": "class_weight"}
    arms: dict[str, Any] = {**(plain or {"no resampling": None}), **weighted, **samplers}
    if len(arms) < 2:
        raise ValueError(
            f"{_OWNER} needs an arm to compare with no resampling; got none. Give a sampler, or "
            "class_weight=True."
        )
    for name, arm in arms.items():
        if isinstance(arm, str) and arm == "class_weight":
            arms[name] = BalancedWeights()
            _check_takes_weight(estimator)
        elif arm is not None:
            require_sampler(arm, f"the arm {name!r} of {_OWNER}")
    return arms


def _check_takes_weight(estimator: Any) -> None:
    try:
        weight_keyword(estimator, described("estimator", estimator))
    except ValueError as error:
        raise ValueError(
            f"{_OWNER} has an arm of class weights, but {error} Or pass class_weight=False to "
            "leave this arm out."
        ) from error


def _folds(
    cv: Any, n_repeats: int, X: Any, labels: NDArray[Any], random_state: RandomState, tuned: bool
) -> list[Fold]:
    """Split the rows once, for all arms, and give each fold its seeds."""
    root = seed_sequence(random_state)
    if isinstance(cv, Integral):
        _check_counts(int(cv), labels, tuned)
        seed = int(root.generate_state(1)[0])
        cv = RepeatedStratifiedKFold(n_splits=int(cv), n_repeats=n_repeats, random_state=seed)
    splits = list(check_cv(cv, labels, classifier=True).split(X, labels))
    if len(splits) < 2:
        raise ValueError(f"cv of {_OWNER} must make at least 2 folds; it makes {len(splits)}.")
    return [
        Fold(train=train, test=test, seeds=child.generate_state(3).tolist())
        for (train, test), child in zip(splits, root.spawn(len(splits)), strict=True)
    ]


def _check_counts(n_splits: int, labels: NDArray[Any], tuned: bool) -> None:
    """Check that each part of each fold will have a row of each class."""
    if n_splits < 2:
        raise ValueError(f"cv of {_OWNER} must be at least 2 folds; got {n_splits}.")
    names, counts = np.unique(labels, return_counts=True)
    needed = max(n_splits, 4) if tuned else n_splits
    if counts.min() < needed:
        rarest = names.tolist()[int(counts.argmin())]
        raise ValueError(
            f"{_OWNER} with {n_splits} folds needs at least {needed} rows in each class; class "
            f"{rarest!r} has {counts.min()}. Use fewer folds, or merge or drop that class."
        )
