r"""Tones: what becomes of the value of a pixel, whatever the pixels around it.

A curve maps values to values. It is computed once for every pixel of images of floats, and for
the 256 values of a byte only, where it becomes a table to look up. Parameters are arrays that
broadcast with the values: each image, and each channel, may have its own.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.image._blocks import by_blocks

__all__ = [
    "LEVELS",
    "Curve",
    "adjusted",
    "bounded",
    "brightness_curve",
    "chained_tables",
    "channel_extremes",
    "contrast_curve",
    "curve_tables",
    "equalized",
    "equalized_shares",
    "equalizing_bytes",
    "gamma_curve",
    "inverted_curve",
    "level_counts",
    "levels_of",
    "looked_up",
    "posterized_curve",
    "solarized_curve",
    "stretched_curve",
    "working_dtype",
]

LEVELS = 256
_SLACK = 1e-5  # where curves jump, values that are equal but for rounding go the same way
_TINY = 1e-30  # in place of 0, of which there is no logarithm

Curve = Callable[..., Floats]  # (values, *parameters, low, high) -> values


def brightness_curve(values: Floats, factor: Floats, *, low: float, high: float) -> Floats:
    """Multiply the distance from black."""
    return values + (factor - 1) * (values - low)


def contrast_curve(
    values: Floats, factor: Floats, mean: Floats, *, low: float, high: float
) -> Floats:
    """Multiply the distance from the mean, or from another value."""
    return values + (factor - 1) * (values - mean)


def gamma_curve(values: Floats, gamma: Floats, *, low: float, high: float) -> Floats:
    """Raise to a power, as a share of the range."""
    share = (values - low) / (high - low)
    np.maximum(share, _TINY, out=share)
    power = np.exp(gamma * np.log(share))  # a tenth of the time of `share**gamma`
    return np.where(gamma == 1, values, low + (high - low) * power)


def inverted_curve(values: Floats, *, low: float, high: float) -> Floats:
    """Turn light to dark."""
    return (high + low) - values


def solarized_curve(values: Floats, threshold: Floats, *, low: float, high: float) -> Floats:
    """Invert what is as light as the threshold, a share of the range, or lighter; 1 is never."""
    is_light = (values - low >= (threshold - _SLACK) * (high - low)) & (threshold < 1)
    return np.where(is_light, (high + low) - values, values)


def posterized_curve(values: Floats, bits: Floats, *, low: float, high: float) -> Floats:
    """Keep the highest bits of what the values are in 8."""
    width = 2 ** (8 - bits)
    level = _whole((values - low) * ((LEVELS - 1) / (high - low)))
    kept = low + np.floor(level / width) * width * ((high - low) / (LEVELS - 1))
    return np.where(bits == 8, values, kept)


def stretched_curve(
    values: Floats, darkest: Floats, lightest: Floats, *, low: float, high: float
) -> Floats:
    """Move the darkest value to the bottom of the range and the lightest to its top.

    It is `values` exactly where they are there already, or where they are the same.
    """
    span = lightest - darkest
    is_flat = span <= (high - low) * np.finfo(span.dtype).eps
    gain = (high - low) / np.where(is_flat, 1, span) - 1
    return np.where(is_flat, values, values + gain * (values - darkest) + (low - darkest))


def channel_extremes(images: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the least and the largest value of each channel, of shape (m, c)."""
    n_channels = images.shape[3]
    flat = images.reshape(len(images), -1)
    parts = [flat[:, channel::n_channels] for channel in range(n_channels)]  # an axis of 3 is slow
    return (
        np.stack([part.min(axis=1) for part in parts], axis=1),
        np.stack([part.max(axis=1) for part in parts], axis=1),
    )


def level_counts(levels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return how often each level occurs in each channel of images, of shape (m, c, 256)."""
    n_images, _, _, n_channels = levels.shape
    counts = np.empty((n_images, n_channels, LEVELS), dtype=np.intp)
    for channel in range(n_channels):
        cells = levels[..., channel] + _starts(n_images)
        found = np.bincount(cells.ravel(), minlength=n_images * LEVELS)
        counts[:, channel] = found.reshape(n_images, LEVELS)
    return counts


def equalized_shares(counts: NDArray[np.intp]) -> Floats:
    r"""Return the share of the range that each level goes to when levels are equalised.

    .. math:: T(l) = \frac{\sum_{k < l} n_k}{N - n_{\max}}

    for :math:`n_k` pixels of level k, :math:`n_{\max}` of the highest that occurs: it goes to 1,
    and the lowest to 0. NaN where all pixels have one level.
    """
    below = np.cumsum(counts, axis=-1) - counts
    highest = LEVELS - 1 - np.argmax(counts[..., ::-1] > 0, axis=-1)
    most = np.take_along_axis(below, highest[..., None], axis=-1)
    return np.minimum(below / np.where(most == 0, np.nan, most), 1)


def equalized(images: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Return the images with their levels equalised; a channel of one level stays as it is."""
    levels = levels_of(images, low, high)
    if images.dtype == np.uint8:
        return looked_up(levels, equalizing_bytes(levels, low, high))
    tables = low + (high - low) * equalized_shares(level_counts(levels))
    made = looked_up(levels, tables.astype(working_dtype(images)))
    flat = np.isnan(made)
    made[flat] = images[flat]
    return bounded(made, images.dtype, low, high)


def equalizing_bytes(images: NDArray[np.uint8], low: float, high: float) -> NDArray[np.uint8]:
    """Return what becomes of each byte, of shape (m, c, 256)."""
    tables = low + (high - low) * equalized_shares(level_counts(images))
    tables = np.where(np.isnan(tables), np.arange(LEVELS), tables)
    return bounded(np.floor(tables + 0.5), np.dtype(np.uint8), low, high)  # halves up: PIL


def levels_of(images: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return which of 256 levels the values are nearest to; bytes are what they are."""
    if images.dtype == np.uint8:
        return images
    scaled = (images - low) * ((LEVELS - 1) / (high - low))
    return bounded(_whole(scaled), np.dtype(np.uint8), 0, LEVELS - 1)


def looked_up(images: NDArray[np.uint8], tables: NDArray[Any]) -> NDArray[Any]:
    """Return ``tables[image, value]`` or ``tables[image, channel, value]`` for every pixel.

    The tables have shape (m, 256) or (m, c, 256), and the result their dtype.
    """
    if tables.ndim == 2:
        return _looked_up(images.reshape(len(images), -1, 1), tables).reshape(images.shape)
    out = np.empty(images.shape, dtype=tables.dtype)
    for channel in range(images.shape[3]):
        out[..., channel] = _looked_up(images[..., channel], tables[:, channel])
    return out


def curve_tables(
    curve: Curve, parameters: list[Floats], n_images: int, low: float, high: float
) -> NDArray[np.uint8]:
    """Return a curve of bytes as tables, (m, 256) or (m, c, 256); parameters are (m, 1 or c)."""
    values = np.arange(LEVELS, dtype=np.float32)
    own = [parameter[:, :, None].astype(np.float32) for parameter in parameters]
    found = curve(values, *own, low=low, high=high)
    tables = bounded(found, np.dtype(np.uint8), low, high)
    if tables.ndim == 3 and tables.shape[1] > 1:
        return tables
    return np.broadcast_to(tables.reshape(-1, LEVELS), (n_images, LEVELS))


def chained_tables(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the tables that do what the first and then the second ones do."""
    if first.ndim != second.ndim:  # one for all channels, the other for each
        first, second = (t if t.ndim == 3 else t[:, None] for t in (first, second))
    shape = np.broadcast_shapes(first.shape, second.shape)
    return np.take_along_axis(np.broadcast_to(second, shape), np.broadcast_to(first, shape), -1)


def adjusted(
    images: Floats, curve: Curve, parameters: list[Floats], low: float, high: float
) -> Floats:
    """Return the curve of every value of images of floats; parameters are (m, 1 or c)."""
    n_images, height, width, n_channels = images.shape
    lines = images.reshape(n_images, height, width * n_channels)  # a loop over 3 would be slow
    own = [
        np.tile(parameter, (1, width) if parameter.shape[1] > 1 else 1)[:, None].astype(lines.dtype)
        for parameter in parameters
    ]

    def curved(lines: Floats, *own: Floats) -> Floats:
        return bounded(curve(lines, *own, low=low, high=high), images.dtype, low, high)

    return by_blocks(curved, lines, *own).reshape(images.shape)


def bounded(values: Floats, dtype: np.dtype[Any], low: float, high: float) -> NDArray[Any]:
    """Return the values within the range, rounded where they become bytes; may overwrite them."""
    if dtype == np.uint8:
        np.rint(values, out=values)
        low, high = math.ceil(low), math.floor(high)
    np.clip(values, low, high, out=values)
    return values.astype(dtype, copy=False)


def working_dtype(images: NDArray[Any]) -> np.dtype[Any]:
    """Return the floats to compute in: of double precision only where images are."""
    return np.dtype(np.float64 if images.dtype == np.float64 else np.float32)


def _whole(levels: Floats) -> Floats:
    """Return the nearest whole numbers, and of two as near the higher one."""
    return np.floor(levels + (0.5 + _SLACK * (LEVELS - 1)))


def _looked_up(cells: NDArray[np.uint8], tables: NDArray[Any]) -> NDArray[Any]:
    """Return ``tables[image, value]`` for cells (m, a, b)."""
    return tables.ravel().take(cells + _starts(len(cells)), mode="clip")


def _starts(n_images: int) -> NDArray[np.intp]:
    """Return where the table of each image starts among all."""
    return (np.arange(n_images) * LEVELS)[:, None, None]
