"""Cross-fitting with parents held out: no candidate is scored by a model that saw its parents.

The class's rows are dealt into folds. A candidate with m parents touches up to m folds, so every
model leaves out m folds at a time, and scores the candidates that touch no others. These
candidates are not in its unlabelled rows either. All candidates are scored by models
trained on as many rows: what they say can be compared.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import clone
from sklearn.utils import get_tags

from skaug._core.batch import Floats, Indices
from skaug._core.rng import set_seeds
from skaug._core.table import is_sparse
from skaug.selection._rows import Rows

__all__ = [
    "Split",
    "check_missing",
    "fitted_clone",
    "mean_of",
    "probability",
    "splits",
    "with_unlabelled",
]


@dataclass(frozen=True)
class Split:
    """One way to leave rows out; all positions are in the table of `Rows`.

    Attributes
    ----------
    own, candidates, others : ndarray
        The rows to train with: of the class, candidates, of other classes.

    held_out : ndarray
        The rows of the class that are left out.

    scored : ndarray
        The candidates to score.
    """

    own: Indices
    candidates: Indices
    others: Indices
    held_out: Indices
    scored: Indices


def splits(rows: Rows, n_folds: int, rng: np.random.Generator) -> list[Split]:
    """Return the ways to leave out folds, which together score every candidate.

    Parameters
    ----------
    rows : Rows
        The class, the candidates, the others.

    n_folds : int
        Into how many folds the class is dealt: at least m + 1, and no more than it has rows.

    rng : Generator
        Deals the rows, and draws a fold for each parent that is not known.
    """
    n_left_out = max(1, rows.parents.shape[1])
    if rows.n_class < n_left_out + 1:
        raise ValueError(
            f"{rows.owner} needs at least {n_left_out + 1} rows of the class, to learn from one "
            f"that is held out for no candidate; got {rows.n_class}. Leave such a class out of "
            "sampling_strategy, or use all that is made of it."
        )
    n_folds = min(max(n_folds, n_left_out + 1), rows.n_class)
    own_fold = _dealt(rows.n_class, n_folds, rng)
    other_fold = _dealt(rows.n_others, n_folds, rng)
    touched = _folds_of_candidates(rows, own_fold, n_folds, n_left_out, rng)
    return list(_splits(rows, own_fold, other_fold, touched, n_folds, n_left_out))


def _dealt(n: int, n_folds: int, rng: np.random.Generator) -> Indices:
    return rng.permutation(np.arange(n) % n_folds)


def _folds_of_candidates(
    rows: Rows, own_fold: Indices, n_folds: int, n_left_out: int, rng: np.random.Generator
) -> Indices:
    """Return the folds each candidate touches; those of parents that are not known are drawn."""
    touched = rng.integers(n_folds, size=(rows.n_candidates, n_left_out))
    if rows.parents.shape[1]:
        touched = np.where(rows.parents >= 0, own_fold[rows.parents], touched)
    return touched


def _splits(
    rows: Rows,
    own_fold: Indices,
    other_fold: Indices,
    touched: Indices,
    n_folds: int,
    n_left_out: int,
) -> Iterator[Split]:
    for left_out in combinations(range(n_folds), n_left_out):
        scored = np.isin(touched, left_out).all(axis=1)
        if not scored.any():
            continue
        held_out = np.isin(own_fold, left_out)
        yield Split(
            own=rows.own[~held_out],
            candidates=rows.candidates[~scored],
            others=rows.others[~np.isin(other_fold, left_out)],
            held_out=rows.own[held_out],
            scored=rows.candidates[scored],
        )


def with_unlabelled(found: list[Split], rows: Rows) -> list[Split]:
    """Return the splits, each with candidates to train on: those to score, where none are left.

    That is so for a single candidate, and where all candidates have one parent.
    """
    if all(len(split.candidates) for split in found):
        return found
    warnings.warn(
        f"{rows.owner} has too few candidates, {rows.n_candidates} of the same parents, to score "
        "each by models that were trained on others: what is scored is trained on too.",
        UserWarning,
        stacklevel=2,
    )
    return [
        split if len(split.candidates) else replace(split, candidates=split.scored)
        for split in found
    ]


def mean_of(rows: Rows, found: list[Split], values: list[Floats]) -> Floats:
    """Return the mean, for each candidate, of what the splits that scored it say."""
    total, count = np.zeros(rows.n_candidates), np.zeros(rows.n_candidates)
    for split, value in zip(found, values, strict=True):
        position = split.scored - rows.n_class
        total[position] += value
        count[position] += 1
    return total / count


def fitted_clone(
    estimator: Any, E: Any, positive: Indices, negative: Indices, rng: np.random.Generator
) -> Any:
    """Return a clone that has learnt some rows as 1 and others as 0, seeded where it is not."""
    model = clone(estimator)
    set_seeds(model, rng, only_unset=True)
    labels = np.repeat([1, 0], [len(positive), len(negative)])
    return model.fit(E[np.concatenate([positive, negative])], labels)


def probability(model: Any, E: Any) -> Floats:
    """Return what a fitted model says for the class 1, in [0, 1].

    Without ``predict_proba`` it is the logistic function of its decision.
    """
    if not E.shape[0]:
        return np.empty(0)
    if hasattr(model, "predict_proba"):
        chances: NDArray[Any] = np.asarray(model.predict_proba(E))
        return chances[:, list(model.classes_).index(1)].astype(np.float64)
    return expit(np.asarray(model.decision_function(E), dtype=np.float64))


def check_missing(estimator: Any, E: Any, owner: str) -> None:
    """Refuse missing numbers where the classifier takes none; a pipeline may fill them."""
    if hasattr(estimator, "steps") or is_sparse(E) or not np.isnan(E).any():
        return
    if get_tags(estimator).input_tags.allow_nan:
        return
    name = type(estimator).__name__
    raise ValueError(
        f"{owner} has missing values among the numbers, which {name}, its estimator, does not "
        f"take. Use make_pipeline(SimpleImputer(), {name}()), or a classifier that takes them."
    )
