"""Randomness: `random_state` is read once a call, and every class gets a stream of its own."""

import zlib
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RandomState",
    "child_rng",
    "child_sequence",
    "class_rng",
    "random_indices",
    "seed_sequence",
    "set_seeds",
]

RandomState: TypeAlias = int | np.random.RandomState | np.random.Generator | None


def seed_sequence(random_state: RandomState) -> np.random.SeedSequence:
    """Read `random_state` once and return the root of all streams of one call.

    ``None`` takes fresh entropy from the system; the global NumPy state is neither read nor
    advanced. A ``RandomState`` or ``Generator`` is advanced by one draw, so that two calls
    with the same object differ.
    """
    if random_state is None:
        return np.random.SeedSequence()
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(random_state.integers(2**32, size=4).tolist())
    if isinstance(random_state, np.random.RandomState):
        words = random_state.randint(2**32, size=4, dtype=np.uint64)
        return np.random.SeedSequence(words.tolist())
    return np.random.SeedSequence(int(random_state))


def class_rng(root: np.random.SeedSequence, label: Any) -> np.random.Generator:
    """Return the stream of one class: a child of `root` named by the label itself.

    A child counted by position would move every later class when one is added.
    """
    key = zlib.crc32(_canonical(label).encode())
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, key)))
    )


def _canonical(label: Any) -> str:
    """Write labels that compare equal alike: 1, 1.0, True and np.int8(1) are one class."""
    if isinstance(label, (Integral, np.bool_)):
        return f"number {int(label)}"
    if isinstance(label, (float, np.floating)):
        return f"number {int(label) if float(label).is_integer() else float(label)!r}"
    return f"{type(label).__name__.removesuffix('_')} {label}"


def random_indices(rng: np.random.Generator, n: int, size: int) -> NDArray[np.signedinteger[Any]]:
    """Draw `size` indices below `n`, in the smallest dtype that also indexes quickly."""
    return rng.integers(n, size=size, dtype=np.int32 if n < 2**31 else np.int64)


def child_sequence(root: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """Return the root of the streams of step `number`, which no other step moves."""
    return np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, number))


def child_rng(root: np.random.SeedSequence, number: int) -> np.random.Generator:
    """Return the stream of step `number`, which no other step moves."""
    return np.random.default_rng(child_sequence(root, number))


def set_seeds(part: Any, rng: np.random.Generator, *, only_unset: bool = False) -> None:
    """Give `part`, and what is nested in it, seeds; only where there is none if `only_unset`."""
    params = part.get_params(deep=True) if hasattr(part, "get_params") else {}
    seeds = {
        name: int(rng.integers(2**31))
        for name, value in sorted(params.items())
        if name.split("__")[-1] == "random_state" and not (only_unset and value is not None)
    }
    if seeds:
        part.set_params(**seeds)
