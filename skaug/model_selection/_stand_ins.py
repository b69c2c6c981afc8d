"""Augmented held-out rows: each row replaced by one that was made of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.metadata import described, resample
from skaug._core.provenance import Provenance
from skaug._core.rng import set_seeds
from skaug._core.stacking import stacked
from skaug._core.table import gathered_rows

__all__ = ["chosen_stand_ins", "replaced_rows"]


def replaced_rows(
    sampler: Any, X: Any, y: Any, rng: np.random.Generator, *, owner: str, by_label: bool
) -> tuple[Any, NDArray[Any]]:
    """Return held-out rows with stand-ins made of them, in their order, and the targets.

    As many rows come back as go in, with every class in the share it has, so that what any score
    says of them can be compared with what it says of the rows as they are.

    Parameters
    ----------
    by_label : bool
        Whether y is class labels, and a row may only stand for one with its label.
    """
    sampler = clone(sampler)
    set_seeds(sampler, rng)
    label = described(f"sampler of {owner}", sampler)
    X_res, y_res, weight = resample(sampler, X, y, label=label)
    provenance = Provenance.of(sampler, X, X_res)
    truth = np.asarray(y)
    labels = _hard(np.asarray(y_res), truth, sampler, rng)
    share = np.ones(len(labels)) if weight is None else np.asarray(weight, dtype=float)
    alike = truth, labels  # a row stands for one with its label; of other targets, for any
    if not by_label or truth.ndim != 1:
        alike = np.zeros(len(truth)), np.zeros(len(labels))
    positions = chosen_stand_ins(provenance, *alike, share, rng)
    stay, go = np.flatnonzero(positions < 0), np.flatnonzero(positions >= 0)
    made = positions[go]
    parts = [gathered_rows(X, stay), gathered_rows(X_res, made)]
    table = stacked([part for part in parts if sk.num_samples(part)])
    in_order = np.argsort(np.concatenate([stay, go]))
    return gathered_rows(table, in_order), np.concatenate([truth[stay], labels[made]])[in_order]


def chosen_stand_ins(
    provenance: Provenance,
    truth: NDArray[Any],
    labels: NDArray[Any],
    weight: Floats,
    rng: np.random.Generator,
) -> Indices:
    """Return for each row which returned row stands for it, -1 for none.

    It is one of those made of the row, drawn with chances in proportion to their weights: of a
    mixture that comes twice, with both labels, either one by its share. Rows that a model drew
    stand for rows with their label that none was made of.
    """
    chosen = np.full(len(truth), -1)
    made = np.flatnonzero(provenance.synthetic & (weight > 0))
    # the largest of u^(1/w) is w's with a chance in proportion to w (Efraimidis and Spirakis)
    order = np.argsort(np.log(1 - rng.random(len(made))) / weight[made], kind="stable")
    made = made[order]
    known = provenance.source[made] >= 0
    chosen[provenance.source[made[known]]] = made[known]  # of several, the last one written
    free, drawn = np.flatnonzero(chosen < 0), made[~known]
    for label in np.unique(labels[drawn]):
        rows = rng.permutation(free[truth[free] == label])
        given = drawn[labels[drawn] == label][: len(rows)]
        chosen[rows[: len(given)]] = given
    return chosen


def _hard(
    y_res: NDArray[Any], truth: NDArray[Any], sampler: Any, rng: np.random.Generator
) -> NDArray[Any]:
    """Return the targets, of shares of the classes a label drawn by the shares."""
    classes = getattr(sampler, "classes_", None)
    if y_res.ndim == truth.ndim or classes is None or y_res.ndim != 2:
        return y_res
    beyond = np.cumsum(y_res, axis=1) > rng.random(len(y_res))[:, None] * y_res.sum(axis=1)[:, None]
    return np.asarray(classes)[beyond.argmax(axis=1)]
