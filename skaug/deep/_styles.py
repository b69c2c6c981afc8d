"""The parameters of style transfer, read; and its loss curves, put together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.image_layout import ImageLayout
from skaug.deep._image_pairs import Curves

__all__ = ["given_styles", "mean_curve", "strength_range"]


def strength_range(strength: Any, owner: str) -> tuple[float, float]:
    """Return (a, a) for a number a, and a pair as it is."""
    try:
        low, high = np.broadcast_to(np.asarray(strength, dtype=float), 2).tolist()
        is_valid = np.shape(strength) in ((), (2,)) and 0 <= low <= high <= 1
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ValueError(
            f"strength of {owner} must be a number from 0 to 1, or a pair (lowest, highest) of "
            f"such numbers to draw from; got {strength!r}."
        )
    return low, high


def given_styles(
    styles: Any, layout: ImageLayout, value_range: tuple[float, float], owner: str
) -> NDArray[Any]:
    """Return the style images that a user gives, (n, height, width, n_channels), checked."""
    try:
        array = np.asarray(styles)
    except ValueError:
        raise ValueError(f"styles of {owner} needs images of one shape, and has several.") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"styles of {owner} needs numbers, and has dtype {array.dtype}.")
    height, width, n_channels = layout.shape
    first = layout.channels == "first"
    shape = (n_channels, height, width) if first else layout.shape
    accepted = [shape, (height * width * n_channels,), *([(height, width)] * (n_channels == 1))]
    if array.shape[1:] not in accepted or len(array) == 0:
        raise ValueError(
            f"styles of {owner} must have shape (n_styles, {', '.join(map(str, shape))}), 1 or "
            f"more images of the shape of those in X; got {array.shape}. Resize them"
            + (", and put a single one into a list." if array.ndim < 4 else ".")
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"styles of {owner} contains NaN or infinity. Fill or drop such images.")
    low, high = float(array.min()), float(array.max())
    if low < value_range[0] or high > value_range[1]:
        raise ValueError(
            f"styles of {owner} must have values within the range of X, {value_range[0]:g} to "
            f"{value_range[1]:g}; they go from {low:g} to {high:g}. Scale them as X is, or set "
            "value_range so that it holds both."
        )
    return layout.images(array.reshape(len(array), -1))


def mean_curve(curves: list[Curves], shape: tuple[int, int]) -> Floats:
    """Return the mean loss of all images, summed in an order that threads do not change."""
    n_images, total = 0, np.zeros(shape)
    for chunks in curves:
        for begin in sorted(chunks):
            n_images += chunks[begin][0]
            total += chunks[begin][1]
    return total / n_images if n_images else total[:0]
