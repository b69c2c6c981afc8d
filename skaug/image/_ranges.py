"""Parameters that are a number or a range to draw from, as the samplers of images take them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.row_rng import RowRng

__all__ = ["Range", "drawn", "factor_range", "plain_range", "shares_of_sides", "signed_range"]

Range = tuple[float, float]


def plain_range(
    value: Any, name: str, owner: str, *, low: float = 0.0, high: float = np.inf
) -> Range:
    """Return (a, a) for a number a, and a pair as it is; both within low and high."""
    pair = _pair(value)
    if pair is None or not low <= pair[0] <= pair[1] <= high:
        bounds = f"from {low:g} on" if np.isinf(high) else f"from {low:g} to {high:g}"
        raise ValueError(
            f"{name} of {owner} must be a number {bounds}, or a pair (lowest, highest) of such "
            f"numbers to draw from; got {value!r}."
        )
    return pair


def shares_of_sides(value: Any, name: str, owner: str, *, high: float = np.inf) -> Range:
    """Return (a, a) for a number a, and a pair (of the width, of the height) as it is."""
    pair = _pair(value)
    if pair is None or not (min(pair) >= 0 and max(pair) <= high):
        bounds = "from 0 on" if np.isinf(high) else f"from 0 to {high:g}"
        raise ValueError(
            f"{name} of {owner} must be a number {bounds}, or a pair of such numbers (of the "
            f"width, of the height); got {value!r}."
        )
    return pair


def factor_range(value: Any, name: str, owner: str) -> Range:
    """Return (max(0, 1 - a), 1 + a) for a number a, (1, 1) for None, and a pair as it is."""
    if value is None:
        return 1.0, 1.0
    low, high = plain_range(value, name, owner)
    return (max(0.0, 1.0 - low), 1.0 + high) if np.ndim(value) == 0 else (low, high)


def signed_range(value: Any, name: str, owner: str, *, high: float = np.inf) -> Range:
    """Return (-a, a) for a number a, (0, 0) for None, and a pair as it is; all at most `high`."""
    if value is None:
        return 0.0, 0.0
    if np.ndim(value) == 0:
        bound = plain_range(value, name, owner, high=high)[1]
        return -bound, bound
    return plain_range(value, name, owner, low=-high, high=high)


def drawn(rng: RowRng, ranges: Sequence[Range], *, stream: int = 0) -> list[Floats]:
    """Return for each range a number for each image, uniform between its ends."""
    if all(low == high for low, high in ranges):  # a generator costs more than many a change
        return [np.full(len(rng), low) for low, _ in ranges]
    uniforms = rng.uniforms(len(ranges), stream=stream).T
    return [low + (high - low) * u for (low, high), u in zip(ranges, uniforms, strict=True)]


def _pair(value: Any) -> Range | None:
    """Return a number twice, or two numbers; None if it is neither."""
    try:
        numbers: NDArray[Any] = np.asarray(value, dtype=float).ravel()
    except (TypeError, ValueError):
        return None
    if np.ndim(value) > 1 or len(numbers) not in (1, 2) or (np.ndim(value) and len(numbers) == 1):
        return None
    if not np.isfinite(numbers).all() or isinstance(value, str):
        return None
    return float(numbers[0]), float(numbers[-1])
