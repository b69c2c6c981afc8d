"""Masks: pixels that are replaced, and by what."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.row_rng import RowRng
from skaug.image._ranges import Range
from skaug.image._tone import bounded, working_dtype

__all__ = [
    "FILLS",
    "Mask",
    "box_masks",
    "checked_fill",
    "cut_length",
    "fill_values",
    "filled",
    "grid_masks",
    "rectangle_sides",
]

Mask = NDArray[np.bool_]
FILLS: list[Any] = [
    sk.Interval(Real, 0, 1, closed="both"),
    sk.StrOptions({"color", "mean", "random"}),
    "array-like",
]


def box_masks(
    tops: Indices, lefts: Indices, heights: Indices, widths: Indices, size: tuple[int, int]
) -> Mask:
    """Return the pixels of a rectangle in each image, (m, h, w); what lies outside is left out."""
    rows, columns = np.arange(size[0]), np.arange(size[1])
    in_rows = (rows >= tops[:, None]) & (rows < (tops + heights)[:, None])
    in_columns = (columns >= lefts[:, None]) & (columns < (lefts + widths)[:, None])
    return in_rows[:, :, None] & in_columns[:, None, :]


def rectangle_sides(
    area: Floats, aspect: Floats, ratio: Range, size: tuple[int, int]
) -> tuple[Indices, Indices]:
    r"""Return heights and widths of rectangles of given areas that fit into the image.

    A rectangle of a share s of an image (H, W) fits if its height over its width r is within
    :math:`s H / W \le r \le H / (s W)`. So r is drawn log-uniformly from what `ratio` shares with
    that; if they share nothing, it is the r that fits which is nearest to `ratio`.

    Parameters
    ----------
    area : ndarray of shape (m,)
        Shares of the image, in (0, 1].

    aspect : ndarray of shape (m,)
        Uniform in [0, 1): where r is between its least and its largest.

    ratio : pair of float
        The range of r asked for.

    size : pair of int
        H and W.
    """
    height, width = size
    fits = area * height / width, height / (area * width)
    least, largest = np.clip(ratio[0], *fits), np.clip(ratio[1], *fits)
    r = least * (largest / least) ** aspect
    pixels = area * height * width
    heights = np.clip(np.rint(np.sqrt(pixels * r)), 1, height)
    widths = np.clip(np.rint(pixels / heights), 1, width)  # of the rounded height: the area counts
    return heights.astype(np.intp), widths.astype(np.intp)


def cut_length(length: float, size: tuple[int, int]) -> int:
    """Return the side of a square, given as a share of the shorter side of the image."""
    return max(1, round(length * min(size)))


def grid_masks(
    unit: Floats, offsets: Floats, angle: Floats, ratio: float, size: tuple[int, int]
) -> Mask:
    """Return the pixels of the squares of a grid in each image, (m, h, w).

    Parameters
    ----------
    unit : ndarray of shape (m,)
        Pixels from one square to the next, whole numbers.

    offsets : ndarray of shape (m, 2)
        Where the grid begins, from 0 to 1, in units.

    angle : ndarray of shape (m,)
        By which the grid is turned about the middle of the image, in radians.

    ratio : float
        The share of the unit between squares.

    size : pair of int
        Height and width of the images.
    """
    height, width = size
    y = np.broadcast_to(np.arange(height)[:, None] - (height - 1) / 2, (len(unit), height, 1))
    x = np.broadcast_to(np.arange(width) - (width - 1) / 2, (len(unit), 1, width))
    if angle.any():
        cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
        y, x = cos * y - sin * x, sin * y + cos * x
    unit = unit[:, None, None]
    start_y, start_x = np.floor(offsets.T[:, :, None, None] * unit)
    side = np.clip(np.rint((1 - ratio) * unit), 1, unit - 1)
    in_rows = _modulo(y + height / 2 + start_y, unit) < side  # pixel k goes from k to k + 1
    in_columns = _modulo(x + width / 2 + start_x, unit) < side
    return in_rows & in_columns


def checked_fill(value: Any, name: str, owner: str) -> None:
    """Refuse shares of the range outside 0 to 1."""
    if isinstance(value, str):
        return
    shares = np.asarray(value, dtype=float)
    if shares.ndim > 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(
            f"{name} of {owner} must be a share of the range from 0 to 1, one of them for each "
            f"channel, or 'color', 'mean' or 'random'; got {value!r}."
        )


def fill_values(
    images: NDArray[Any], value: Any, rng: RowRng, value_range: Range, owner: str
) -> NDArray[Any]:
    """Return what holes are filled with, in the dtype of the images, to broadcast with them.

    Parameters
    ----------
    images : ndarray of shape (m, h, w, c)
        The images.

    value : float, array-like of shape (c,), 'mean', 'color' or 'random'
        Shares of the range; or the mean of each channel of the image; or a value drawn for each
        channel; or one drawn for each cell.

    rng : RowRng
        Of which streams 10 and 11 are drawn from.

    value_range : pair of float
        Lowest and highest value.

    owner : str
        The name of the sampler, for the message.
    """
    n_images, height, width, n_channels = images.shape
    low, high = value_range
    if isinstance(value, str) and value == "mean":
        mean = images.reshape(n_images, -1, n_channels).mean(axis=1, dtype=np.float64)
        return bounded(mean[:, None, None], images.dtype, low, high)
    if isinstance(value, str) and value == "color":
        shares = rng.uniforms(n_channels, stream=10)[:, None, None]
    elif isinstance(value, str):
        shares = rng.uniforms(height * width * n_channels, stream=11, dtype=np.float32)
        shares = shares.reshape(images.shape).astype(working_dtype(images), copy=False)
    else:
        shares = np.asarray(value, dtype=float)
        if shares.ndim and len(shares) not in (1, n_channels):
            raise ValueError(
                f"value of {owner} must have one number for each channel, and images have "
                f"{n_channels}; got {value!r}."
            )
        shares = np.broadcast_to(shares, (1, 1, 1, n_channels))
    return bounded(low + (high - low) * shares, images.dtype, low, high)


def filled(images: NDArray[Any], masks: Mask, values: NDArray[Any]) -> NDArray[Any]:
    """Return images with the values where the masks (m, h, w) are, or (m, h, w, c)."""
    out = images.copy()
    values = np.broadcast_to(values, images.shape)
    for channel in range(images.shape[3]):  # a loop over 3 within would be slow
        where = masks if masks.ndim == 3 else masks[..., channel]
        np.copyto(out[..., channel], values[..., channel], where=where)
    return out


def _modulo(numbers: Floats, unit: Floats) -> Floats:
    """Return what is left, five times as fast as `numpy.mod`."""
    return numbers - unit * np.floor(numbers / unit)
