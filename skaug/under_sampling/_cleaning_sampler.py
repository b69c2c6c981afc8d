"""What cleaning samplers share: which classes are cleaned, and that none is emptied."""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.strategy import classes_by_name
from skaug.base import BaseSampler, Table, Target

__all__ = ["CleaningSampler", "CleaningStrategy", "classes_to_clean"]

CleaningStrategy: TypeAlias = str | list[Any] | Callable[[Any], Iterable[Any]]


class CleaningSampler(BaseSampler):
    """Abstract base of samplers that leave out rows by their neighbours, and make none.

    Rows that are kept stay in their order. A class of which every row would go is kept whole,
    with a warning: a classifier could not learn it from nothing. A subclass implements
    `_to_remove`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The classes that are cleaned, with the number of rows each has in X.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sampling_strategy": [
            sk.StrOptions({"all", "auto", "majority", "not majority", "not minority"}),
            list,
            callable,
        ],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "n_jobs": sk.N_JOBS,
    }

    sampling_strategy: CleaningStrategy
    random_state = None  # nothing is drawn, and it is no parameter

    @abstractmethod
    def _to_remove(self, X: Table, y: Target, rows: Indices) -> Indices:
        """Return those of `rows` to leave out."""

    def _prepare(self, y: Target) -> None:
        owner = type(self).__name__
        targeted = classes_to_clean(self.sampling_strategy, y, owner)
        self.sampling_strategy_ = {label: n for label, n in y.counts.items() if label in targeted}

    def _select(self, X: Table, y: Target, seed: np.random.SeedSequence) -> Indices:
        is_targeted = np.array([label in self.sampling_strategy_ for label in y.classes.tolist()])
        is_kept = np.ones(len(y), dtype=bool)
        is_kept[self._to_remove(X, y, np.flatnonzero(is_targeted[y.codes]))] = False
        for code in np.setdiff1d(np.arange(len(y.classes)), y.codes[is_kept]):
            is_kept[y.members(code)] = True
            self._warn_of_emptied(y, code)
        return np.flatnonzero(is_kept)

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        return []

    def _warn_of_emptied(self, y: Target, code: int) -> None:
        label = y.classes.tolist()[code]
        warnings.warn(
            f"{type(self).__name__} would remove every row of class {label!r}, "
            f"{y.counts[label]} in all: the class is kept whole. Leave it out of "
            "sampling_strategy, or clean less.",
            UserWarning,
            stacklevel=2,
        )


# imbalanced-learn's own checks test what is removed by its subclasses only
sk.ImblearnCleaningSampler.register(CleaningSampler)


def classes_to_clean(strategy: CleaningStrategy, y: Target, owner: str) -> set[Any]:
    """Return the labels of the classes from which rows may be removed.

    The meaning is imbalanced-learn's, where 'auto' is 'not minority'. A callable takes y and
    returns the classes, or a mapping whose keys they are.
    """
    if len(y.classes) < 2:
        raise ValueError(
            f"{owner} needs at least 2 classes; y has 1 class: {y.classes.tolist()[0]!r}."
        )
    if isinstance(strategy, str):
        return set(classes_by_name("not minority" if strategy == "auto" else strategy, y.counts))
    named = strategy(y.classes[y.codes]) if callable(strategy) else strategy
    if isinstance(named, str) or not isinstance(named, Iterable):
        raise ValueError(
            f"The callable given to {owner} as sampling_strategy must return the classes to "
            f"clean, as a list or as the keys of a mapping; got {named!r}."
        )
    known: NDArray[Any] | list[Any] = y.classes.tolist()
    labels = list(named.keys() if isinstance(named, Mapping) else named)
    absent = [label for label in labels if label not in known]
    if absent:
        raise ValueError(
            f"The class {absent[0]!r} in sampling_strategy of {owner} is not present in y, whose "
            f"classes are {known}."
        )
    return set(labels)
