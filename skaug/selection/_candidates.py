"""Candidates: the rows that a sampler makes when it is asked for more than are wanted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.composed import run_nested
from skaug._core.provenance import Provenance
from skaug._core.rng import child_rng, seed_sequence
from skaug._core.strategy import counts_to_make
from skaug._core.table import gathered_rows, is_frame, is_sparse
from skaug._core.target import Target
from skaug.base import ClassSampler

__all__ = ["Candidates", "for_round", "wanted_counts", "with_more"]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The rows of a table and, after them, those that a sampler made of them.

    Parameters
    ----------
    y : Target
        The labels of the table's own rows.

    X : container
        The rows.

    codes : ndarray of shape (n_rows,)
        The class of each row.

    scores : ndarray of shape (n_rows,)
        How good each row is; NaN where there is no score.

    weight : ndarray of shape (n_rows,) or None
        Their weights.

    provenance : Provenance
        Where they are from.
    """

    y: Target
    X: Any
    codes: NDArray[Any]
    scores: Floats
    weight: Floats | None
    provenance: Provenance

    @classmethod
    def made_by(cls, sampler: Any, owner: Any, X: Any, y: Target, weight: Any) -> Self:
        """Run the sampler, which must return the rows of X first and then others."""
        X_res, y_res, w_res, provenance = run_nested(sampler, "sampler", owner, X, y.native, weight)
        name, owner_name = type(sampler).__name__, type(owner).__name__
        _require_given_first(provenance, len(y), name, owner_name)
        target = Target(y_res, owner=f"{owner_name}, given the labels of {name},")
        codes = np.searchsorted(y.classes, target.classes)[target.codes]
        return cls(
            y=y,
            X=X_res,
            codes=codes,
            scores=np.full(len(codes), np.nan),
            weight=None if w_res is None else np.asarray(w_res),
            provenance=provenance,
        )

    def code(self, label: Any) -> int:
        """Return the position of a label among the classes."""
        return self.y.classes.tolist().index(label)

    def of_class(self, label: Any) -> Indices:
        """Return which rows were made for a class."""
        made = np.flatnonzero(self.codes == self.code(label))
        return made[made >= len(self.y)]

    def parents(self, rows: Indices, members: Indices) -> Indices | None:
        """Return the positions of the rows' two parents among `members`; -1 if not there."""
        position = np.full(len(self.y) + 1, -1)  # the last is that of the unknown parent, -1
        position[members] = np.arange(len(members))
        known = self.provenance.at(rows)
        parents = position[np.column_stack([known.source, known.partner])]
        return parents if (parents >= 0).any() else None

    def followed_by(self, other: Self) -> Self:
        """Return these and the rows that were made in another round."""
        made = np.arange(len(self.y), len(other.codes))
        first, then = self.provenance, other.provenance.at(made)
        weight = None
        if self.weight is not None and other.weight is not None:
            weight = np.concatenate([self.weight, other.weight[made]])
        return type(self)(
            y=self.y,
            X=_stacked(self.X, gathered_rows(other.X, made)),
            codes=np.concatenate([self.codes, other.codes[made]]),
            scores=np.concatenate([self.scores, other.scores[made]]),
            weight=weight,
            provenance=Provenance(
                np.concatenate([first.source, then.source]),
                np.concatenate([first.partner, then.partner]),
                np.concatenate([first.synthetic, then.synthetic]),
            ),
        )


def wanted_counts(sampler: Any, y: Target, owner: str) -> dict[Any, int]:
    """Return how many rows of each class the sampler would make by its own strategy."""
    name, parameter = type(sampler).__name__, _strategy_parameter(sampler, owner)
    strategy = sampler.get_params(deep=True)[parameter]
    constraints = ClassSampler._parameter_constraints["sampling_strategy"]
    sk.validate_parameter_constraints({parameter: constraints}, {parameter: strategy}, name)
    return counts_to_make(strategy, y, f"{name}, the sampler of {owner},")


def with_more(
    sampler: Any, y: Target, wanted: Mapping[Any, int], oversample: float, owner: str
) -> Any:
    """Return the sampler, told to make `oversample` times the wanted rows."""
    asked = {label: y.counts[label] + math.ceil(oversample * n) for label, n in wanted.items()}
    return sampler.set_params(**{_strategy_parameter(sampler, owner): asked})


def for_round(sampler: Any, number: int) -> Any:
    """Return a clone with the seeds of a round: its own in the first, others drawn from them."""
    copy = clone(sampler)
    if number == 0:
        return copy
    seeds = {
        name: int(child_rng(seed_sequence(value), number).integers(2**31))
        for name, value in sorted(copy.get_params(deep=True).items())
        if name.split("__")[-1] == "random_state"
    }
    return copy.set_params(**seeds)


def _strategy_parameter(sampler: Any, owner: str) -> str:
    """Return the name of the parameter that says how many rows to make."""
    name = type(sampler).__name__
    if isinstance(sampler, (sk.ImblearnUnderSampler, sk.ImblearnCleaningSampler)):
        raise TypeError(
            f"{owner} needs a sampler that adds rows; {name} removes some. Put it before or "
            f"after {owner}, in a SamplerChain or a pipeline."
        )
    params = sampler.get_params(deep=True) if hasattr(sampler, "get_params") else {}
    found = sorted(key for key in params if key.split("__")[-1] == "sampling_strategy")
    if "sampling_strategy" in found:
        return "sampling_strategy"
    if len(found) != 1:
        raise TypeError(
            f"{owner} needs a sampler with one sampling_strategy, by which it asks for more rows "
            f"of a class than are wanted; {name} has {' and '.join(found) or 'none'}. Put {owner} "
            "round the one sampler whose rows are to be selected, and that into a composition."
        )
    return found[0]


def _require_given_first(provenance: Provenance, n_given: int, name: str, owner: str) -> None:
    first = provenance.at(np.arange(min(n_given, len(provenance.source))))
    if np.array_equal(first.source, np.arange(n_given)) and not first.synthetic.any():
        return
    raise ValueError(
        f"{owner} needs a sampler that returns the {n_given} rows it is given first and unchanged, "
        f"and then those it makes; {name} does not. To clean what has been selected, put the "
        f"cleaning after {owner} in a SamplerChain or a pipeline."
    )


def _stacked(first: Any, then: Any) -> Any:
    """Return the rows of two tables of one kind as one table."""
    if is_frame(first):
        return nw.concat([nw.from_native(first), nw.from_native(then)]).to_native()
    if is_sparse(first):
        return sparse.vstack([first, then], format=first.format)
    return np.concatenate([first, then])
