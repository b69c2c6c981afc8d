"""What a search may choose: samplers by name, each as it is or with settings to try."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid, ParameterSampler

from skaug._core import sklearn as sk
from skaug._core.metadata import require_sampler

__all__ = [
    "NONE",
    "UNION",
    "Candidate",
    "Entry",
    "candidates_of",
    "check_entries",
    "entries_of",
    "replaced",
]

NONE = "none"  # the candidate without a sampler, always the first
UNION = "union"  # the best samplers together, the last candidate if there is one


@dataclass(frozen=True)
class Entry:
    """One sampler of the list, and its settings to try: a grid, distributions, or None."""

    name: str
    sampler: Any
    settings: Any = None


@dataclass(frozen=True)
class Candidate:
    """One sampler with one setting; `label` tells it from all others."""

    label: str
    entry: str
    params: dict[str, Any]
    sampler: Any


# The list as it is given -------------------------------------------------------------------


def entries_of(samplers: Any) -> list[Entry]:
    """Read a list or mapping of samplers, with or without names and settings.

    Raises
    ------
    TypeError
        If an entry has another form.
    """
    if isinstance(samplers, Mapping):
        return [_entry((name, *_parts(value))) for name, value in samplers.items()]
    parts = [_parts(value) for value in samplers]
    unnamed = [part[0] for part in parts if not isinstance(part[0], str)]
    names = (name for name, _ in sk.name_estimators(unnamed))
    return [_entry(part if isinstance(part[0], str) else (next(names), *part)) for part in parts]


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) and value else (value,)


def _entry(parts: tuple[Any, ...]) -> Entry:
    name, *rest = parts
    well_formed = isinstance(name, str) and len(rest) in (1, 2) and not isinstance(rest[0], tuple)
    if not well_formed or not (len(rest) == 1 or _are_settings(rest[1])):
        raise TypeError(
            "samplers of AugmentationSearchCV must be a list of samplers, (sampler, settings), "
            "(name, sampler) or (name, sampler, settings), or a mapping of names to samplers or "
            "(sampler, settings), with a dict or a list of dicts as settings; it has the entry "
            f"{parts!r}."
        )
    return Entry(name, *rest)


def _are_settings(given: Any) -> bool:
    grids = given if isinstance(given, (list, tuple)) else [given]
    return bool(grids) and all(isinstance(grid, Mapping) for grid in grids)


def replaced(samplers: Any, new: Mapping[str, Any]) -> Any:
    """Return the list or mapping with other samplers under some names, settings kept."""
    entries = [
        Entry(entry.name, new.get(entry.name, entry.sampler), entry.settings)
        for entry in entries_of(samplers)
    ]
    tails = [
        (entry.sampler,) if entry.settings is None else (entry.sampler, entry.settings)
        for entry in entries
    ]
    if isinstance(samplers, Mapping):
        return {
            entry.name: tail if len(tail) == 2 else tail[0]
            for entry, tail in zip(entries, tails, strict=True)
        }
    return [(entry.name, *tail) for entry, tail in zip(entries, tails, strict=True)]


def check_entries(entries: list[Entry], reserved: Iterable[str]) -> None:
    """Refuse what cannot be searched, and names that clash."""
    owner = "AugmentationSearchCV"
    names, reserved = [entry.name for entry in entries], {*reserved, NONE, UNION}
    bad = [name for name in names if "__" in name or name in reserved or names.count(name) > 1]
    if not entries or bad:
        raise ValueError(
            f"samplers of {owner} must be at least one, with different names, without '__' and "
            f"none of {sorted(reserved)}; got {bad or 'none'}."
        )
    for entry in entries:
        require_sampler(entry.sampler, owner)


# Candidates --------------------------------------------------------------------------------


def candidates_of(
    entries: list[Entry], n_iter: int | None, rng: np.random.Generator
) -> list[Candidate]:
    """Return no sampler, and each sampler with each of its settings, or with `n_iter` drawn."""
    found = [Candidate(NONE, NONE, {}, None)]
    for entry in entries:
        for params in _settings(entry, n_iter, rng):
            sampler = clone(entry.sampler).set_params(**clone(params, safe=False))
            found.append(Candidate(_label(entry.name, params), entry.name, params, sampler))
    return found


def _settings(
    entry: Entry, n_iter: int | None, rng: np.random.Generator
) -> Iterable[dict[str, Any]]:
    if entry.settings is None:
        return [{}]
    grids = [entry.settings] if isinstance(entry.settings, Mapping) else list(entry.settings)
    if any(hasattr(values, "rvs") for grid in grids for values in grid.values()):
        if n_iter is None:
            raise ValueError(
                f"samplers of AugmentationSearchCV give {entry.name!r} distributions to draw "
                "settings from. Set n_iter to how many to draw."
            )
        return ParameterSampler(grids, n_iter, random_state=_seed(rng))
    whole = ParameterGrid(grids)
    if n_iter is None or n_iter >= len(whole):
        return whole
    return ParameterSampler(grids, n_iter, random_state=_seed(rng))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def _label(name: str, params: Mapping[str, Any]) -> str:
    if not params:
        return name
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in params.items())})"
