"""What `sample` is asked for: labels or numbers of the rows to draw, by count or one by one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.target import Target

__all__ = ["KnownLabels", "KnownNumbers", "KnownTarget"]


class KnownTarget(ABC):
    """The y of the rows that were learnt, from which those of new rows are chosen."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many rows were learnt."""

    @abstractmethod
    def of_rows(self, n_samples: int, rng: np.random.Generator) -> NDArray[Any]:
        """Return entries of y for `n_samples` rows, in the shares they have in y."""

    @abstractmethod
    def given(self, y: Any, owner: str) -> NDArray[Any]:
        """Return the entries of y that the user gave."""

    def wanted(
        self, n_samples: int | None, y: Any, rng: np.random.Generator, owner: str
    ) -> NDArray[Any]:
        """Return the code of the class, or the number, of each row to draw."""
        if y is None:
            n = len(self) if n_samples is None else _whole(n_samples, f"n_samples of {owner}")
            rows = self.of_rows(n, rng)
        elif n_samples is None:
            rows = self.given(y, owner)
        else:
            raise ValueError(f"{owner} takes n_samples or y, not both: y says how many rows.")
        if not len(rows):
            raise ValueError(f"{owner} needs at least 1 row to draw, but was asked for 0.")
        return rows


class KnownLabels(KnownTarget):
    """Class labels, by their codes.

    Parameters
    ----------
    y : Target
        The labels of the rows that were learnt.
    """

    def __init__(self, y: Target) -> None:
        self.counts = np.bincount(y.codes)
        self.codes = {label: code for code, label in enumerate(y.classes.tolist())}

    def __len__(self) -> int:
        return int(self.counts.sum())

    def of_rows(self, n_samples: int, rng: np.random.Generator) -> Indices:
        return np.repeat(np.arange(len(self.counts)), divided(n_samples, self.counts))

    def given(self, y: Any, owner: str) -> Indices:
        if isinstance(y, Mapping):
            sizes = [
                _whole(n, f"the number of rows of class {k!r} in {owner}") for k, n in y.items()
            ]
            return np.repeat(np.array([self._code(k, owner) for k in y], dtype=np.intp), sizes)
        labels = Target(y, owner=owner)
        codes = np.array([self._code(label, owner) for label in labels.classes.tolist()])
        return codes[labels.codes]

    def _code(self, label: Any, owner: str) -> int:
        if label not in self.codes:
            raise ValueError(
                f"{owner} can draw rows of the classes that fit has seen, {list(self.codes)}; "
                f"y asks for {label!r}."
            )
        return self.codes[label]


class KnownNumbers(KnownTarget):
    """Numbers to predict.

    Parameters
    ----------
    y : ContinuousTarget
        The numbers of the rows that were learnt.
    """

    def __init__(self, y: ContinuousTarget) -> None:
        self.values = y.values

    def __len__(self) -> int:
        return len(self.values)

    def of_rows(self, n_samples: int, rng: np.random.Generator) -> Floats:
        whole, rest = divmod(n_samples, len(self))
        rows = np.repeat(np.arange(len(self)), whole)
        rows = np.concatenate([rows, rng.permutation(len(self))[:rest]])
        return self.values[rng.permutation(rows)]

    def given(self, y: Any, owner: str) -> Floats:
        if isinstance(y, Mapping):
            raise ValueError(
                f"{owner} needs y as an array of numbers; a dict of rows by class is for models "
                "that were fitted to classes."
            )
        return ContinuousTarget(y, owner=owner).values


def divided(n: int, counts: Indices) -> Indices:
    """Divide `n` in proportion to `counts`, to whole numbers by largest remainder."""
    quota, remainder = np.divmod(n * counts.astype(np.int64), counts.sum())
    quota[np.argsort(-remainder, kind="stable")[: n - quota.sum()]] += 1
    return quota


def _whole(n: Any, what: str) -> int:
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 0:
        raise ValueError(f"{what} must be a whole number of at least 0; got {n!r}.")
    return int(n)
