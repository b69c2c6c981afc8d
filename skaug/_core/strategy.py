"""sampling_strategy: how many rows to make for each class, to the row."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, TypeAlias

from skaug._core.target import Target

__all__ = ["SamplingStrategy", "classes_by_name", "counts_to_make"]

_NAMES = ("all", "auto", "minority", "not majority", "not minority")

SamplingStrategy: TypeAlias = float | str | Mapping[Any, int] | Callable[[Any], Mapping[Any, int]]


def counts_to_make(strategy: SamplingStrategy, y: Target, owner: str) -> dict[Any, int]:
    """Return the number of rows to make for each targeted class, in the order of the classes.

    The meaning is imbalanced-learn's, but for this: a float is rounded to the nearest row and
    not truncated, and a float that asks for what is there already makes nothing.
    """
    if len(y.classes) < 2:
        raise ValueError(
            f"{owner} needs at least 2 classes; y has 1 class: {y.classes.tolist()[0]!r}."
        )
    asked = _answer(strategy, y, owner) if callable(strategy) else strategy
    if isinstance(asked, str):
        named = "not majority" if asked == "auto" else asked
        wanted = dict.fromkeys(classes_by_name(named, y.counts), max(y.counts.values()))
    elif isinstance(asked, Mapping):
        wanted = _by_mapping(asked, y.counts, owner)
    else:
        wanted = _by_ratio(float(asked), y.counts, owner)
    return {label: wanted[label] - n for label, n in y.counts.items() if label in wanted}


def _answer(strategy: Callable[[Any], Any], y: Target, owner: str) -> Any:
    """Return what the user's function answers, checked as the parameter itself would be."""
    answer = strategy(y.classes[y.codes])
    if isinstance(answer, str):
        is_valid = answer in _NAMES
    elif isinstance(answer, Real):
        is_valid = 0 < float(answer) <= 1
    else:
        is_valid = isinstance(answer, Mapping)
    if not is_valid:
        raise ValueError(
            f"The callable given to {owner} as sampling_strategy must return a mapping from "
            "class to number of rows, a ratio above 0 and up to 1, or one of "
            f"{', '.join(repr(name) for name in _NAMES)}; it returned {answer!r}."
        )
    return answer


def classes_by_name(name: str, counts: dict[Any, int]) -> list[Any]:
    """Return the classes that 'minority', 'majority', either with 'not', or 'all' stands for.

    `counts` are the rows of each class; of classes of the same size the first is meant.
    """
    majority = max(counts, key=lambda label: counts[label])
    minority = min(counts, key=lambda label: counts[label])
    classes = {
        "majority": [majority],
        "minority": [minority],
        "not minority": [label for label in counts if label != minority],
        "not majority": [label for label in counts if label != majority],
        "all": list(counts),
    }
    return classes[name]


def _by_mapping(wanted: Mapping[Any, int], counts: dict[Any, int], owner: str) -> dict[Any, int]:
    for label, n in wanted.items():
        if label not in counts:
            raise ValueError(
                f"The class {label!r} in sampling_strategy of {owner} is not present in y, "
                f"whose classes are {list(counts)}."
            )
        if not isinstance(n, Integral):
            raise ValueError(
                f"sampling_strategy of {owner} must give whole numbers of rows; class {label!r} "
                f"has {n!r}."
            )
        if n < counts[label]:
            raise ValueError(
                f"{owner} only adds rows: sampling_strategy must ask for at least the "
                f"{counts[label]} rows that class {label!r} has, got {n}. To remove rows use an "
                "under-sampler."
            )
    return {label: int(n) for label, n in wanted.items()}


def _by_ratio(ratio: float, counts: dict[Any, int], owner: str) -> dict[Any, int]:
    if len(counts) != 2:
        raise ValueError(
            f"sampling_strategy of {owner} can be a float only for 2 classes; y has "
            f"{len(counts)}. Give a dict of rows by class."
        )
    largest = max(counts.values())
    majority = next(label for label, n in counts.items() if n == largest)
    minority = next(label for label in counts if label != majority)
    wanted = round(ratio * largest)
    if wanted < counts[minority]:
        raise ValueError(
            f"{owner} only adds rows: sampling_strategy={ratio} asks for {wanted} rows of class "
            f"{minority!r}, which has {counts[minority]} (a ratio of "
            f"{counts[minority] / largest:.3g}). Give a larger ratio."
        )
    return {minority: wanted}
