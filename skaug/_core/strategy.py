"""sampling_strategy: how many rows to make for each class, to the row."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, TypeAlias

from skaug._core.target import Target

__all__ = ["SamplingStrategy", "counts_to_make"]

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
    if callable(strategy):
        strategy = strategy(y.classes[y.codes])
    if isinstance(strategy, str):
        wanted = _by_name(strategy, y.counts)
    elif isinstance(strategy, Mapping):
        wanted = _by_mapping(strategy, y.counts, owner)
    elif isinstance(strategy, Real):
        wanted = _by_ratio(float(strategy), y.counts, owner)
    else:
        raise ValueError(
            f"The callable given to {owner} as sampling_strategy must return a mapping from "
            f"class to number of rows, got {strategy!r}."
        )
    return {label: wanted[label] - n for label, n in y.counts.items() if label in wanted}


def _by_name(name: str, counts: dict[Any, int]) -> dict[Any, int]:
    largest, smallest = max(counts.values()), min(counts.values())
    majority = next(label for label, n in counts.items() if n == largest)
    minority = next(label for label, n in counts.items() if n == smallest)
    targeted = {
        "minority": [minority],
        "not minority": [label for label in counts if label != minority],
        "not majority": [label for label in counts if label != majority],
        "auto": [label for label in counts if label != majority],
        "all": list(counts),
    }
    return dict.fromkeys(targeted[name], largest)


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
