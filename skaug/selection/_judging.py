"""Judging candidates: asking a scorer about them, and choosing by what it says."""

from inspect import Parameter, signature
from typing import Any

import numpy as np
from sklearn.base import clone

from skaug._core.batch import Floats, Indices
from skaug._core.metadata import described
from skaug._core.table import gathered_rows
from skaug.selection._candidates import Candidates

__all__ = ["best", "class_scores", "first_good", "require_scorer", "seeded", "shares"]


def require_scorer(scorer: Any, owner: str) -> None:
    """Raise if `scorer` cannot be asked about candidates."""
    if isinstance(scorer, type):
        name = scorer.__name__
        raise TypeError(f"{owner} needs a scorer that is an instance: write {name}(), not {name}.")
    parameters = signature(scorer.score).parameters
    takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    if "parents" not in parameters and not takes_any:
        raise TypeError(
            f"{described(f'scorer of {owner}', scorer)} must have score(P, U, N=None, *, "
            f"parents=None), which judges candidates; its score takes ({', '.join(parameters)}). "
            "To judge by a classifier, give it to ConfidenceScorer or PUBaggingScorer as estimator."
        )


def seeded(scorer: Any, rng: np.random.Generator) -> Any:
    """Return a clone with a seed wherever none is set, but not for what has one around it.

    A scorer that has a seed draws new ones for each fit of its estimator; were the estimator's
    fixed, every fit would draw the same.
    """
    copy = clone(scorer, safe=False)
    params = copy.get_params(deep=True) if hasattr(copy, "get_params") else {}
    seeds = sorted(name for name in params if name.split("__")[-1] == "random_state")
    for name in seeds:
        around = [name.startswith(other.removesuffix("random_state")) for other in seeds]
        value = int(rng.integers(2**31))
        if params[name] is None and sum(around) == 1:  # its own only
            copy.set_params(**{name: value})
    return copy


def class_scores(
    scorer: Any, made: Candidates, rows: Indices, label: Any, *, owner: str, as_weights: bool
) -> Floats:
    """Have the rows that were made for a class judged, and check what the scorer returns."""
    is_member = made.y.codes == made.code(label)
    members, others = np.flatnonzero(is_member), np.flatnonzero(~is_member)
    P, U, N = (gathered_rows(made.X, part) for part in (members, rows, others))
    judge = scorer.weights if as_weights and hasattr(scorer, "weights") else scorer.score
    scores = np.asarray(judge(P, U, N, parents=made.parents(rows, members)))
    role = described(f"scorer of {owner}", scorer)
    if scores.shape != (len(rows),) or scores.dtype.kind not in "biuf":
        raise ValueError(
            f"{role} must return one number for each of {len(rows)} candidates; it returned "
            f"{scores.dtype} of shape {scores.shape}."
        )
    if np.isnan(scores).any():
        raise ValueError(
            f"{role} must return a number for each candidate; {int(np.isnan(scores).sum())} of "
            f"{len(rows)} for class {label!r} are NaN, the first that of candidate "
            f"{int(np.argmax(np.isnan(scores)))}."
        )
    return scores.astype(np.float64)


def best(scores: Floats, n: int) -> Indices:
    """Return the n highest scores, as positions in order; of equal ones the first."""
    return np.sort(np.argsort(-scores, kind="stable")[:n])


def first_good(scores: Floats, n: int, threshold: float) -> Indices:
    """Return the first n scores from `threshold` on, and the best others where they are fewer."""
    good = np.flatnonzero(scores >= threshold)[:n]
    others = np.flatnonzero(scores < threshold)
    return np.sort(np.concatenate([good, others[best(scores[others], n - len(good))]]))


def shares(scores: Floats) -> Floats:
    """Return the share of each score in their sum; equal shares if all are 0."""
    total = scores.sum()
    return scores / total if total > 0 else np.full(len(scores), 1 / len(scores))
