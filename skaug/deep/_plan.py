"""TrainingPlan: the parameters by which every network here is trained."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Indices

__all__ = ["TRAINING_CONSTRAINTS", "TrainingPlan", "checked_hidden"]

TRAINING_CONSTRAINTS: dict[str, Any] = {
    "max_iter": [sk.Interval(Integral, 1, None, closed="left")],
    "batch_size": [sk.Interval(Integral, 1, None, closed="left")],
    "learning_rate": [sk.Interval(Real, 0, None, closed="neither")],
    "weight_decay": [sk.Interval(Real, 0, None, closed="left")],
    "early_stopping": ["boolean", sk.StrOptions({"auto"})],
    "validation_fraction": [sk.Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [sk.Interval(Integral, 1, None, closed="left")],
    "device": [sk.StrOptions({"cpu", "cuda", "auto"})],
    "verbose": ["verbose"],
}


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """How to train a network: the parameters of that name, and who has them."""

    owner: str
    max_iter: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    early_stopping: bool | Literal["auto"]
    validation_fraction: float
    n_iter_no_change: int
    verbose: int

    enough_rows: ClassVar[int] = 1000  # from which on 'auto' holds some out
    n_checks: ClassVar[int] = 50

    @classmethod
    def of(cls, estimator: Any) -> Self:
        """Read the plan off an estimator that has the parameters."""
        params = {name: getattr(estimator, name) for name in TRAINING_CONSTRAINTS}
        del params["device"]
        return cls(owner=type(estimator).__name__, **params)

    @property
    def check_every(self) -> int:
        """Steps between two looks at the loss."""
        return max(1, self.max_iter // self.n_checks)

    def split(self, groups: Indices, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Return the rows to train on and those held out, of each group (class) its share.

        The rows held out are rounded down: a group of few rows is trained on wholly. None are
        held out without early stopping.
        """
        stops = self.early_stopping
        if stops == "auto":
            stops = len(groups) >= self.enough_rows
        order = rng.permutation(len(groups))
        if not stops:
            return np.sort(order), order[:0]
        order = order[np.argsort(groups[order], kind="stable")]
        sizes = np.unique(groups, return_counts=True)[1]
        rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        is_out = rank < np.repeat((self.validation_fraction * sizes).astype(np.intp), sizes)
        return np.sort(order[~is_out]), np.sort(order[is_out])


def checked_hidden(hidden: Any, owner: str) -> tuple[int, ...]:
    """Return the widths of the layers, or say what is wrong with them."""
    widths = tuple(hidden)
    if not all(isinstance(width, Integral) and int(width) >= 1 for width in widths):
        raise ValueError(
            f"hidden of {owner} must hold the widths of the layers, whole numbers from 1 on; got "
            f"{hidden!r}."
        )
    return tuple(int(width) for width in widths)
