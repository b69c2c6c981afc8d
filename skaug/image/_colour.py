"""Colour: what becomes of the channels of a pixel together.

Images are planes (m, c, pixels) here: one channel after the other, in floats, so that every loop
is long. Factors are (m, 1), one for each image.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.image._blocks import by_blocks
from skaug.image._ranges import Range
from skaug.image._tone import bounded, brightness_curve, contrast_curve, working_dtype

__all__ = ["brightened", "contrasted", "from_planes", "hue_turned", "saturated", "to_planes"]

_GREY = (0.299, 0.587, 0.114)  # of red, green and blue in luma, ITU-R BT.601: as PIL


def to_planes(images: NDArray[Any]) -> Floats:
    """Return images (m, h, w, c) as planes (m, c, h * w) of floats, in an array of their own."""
    planes = np.empty((len(images), images.shape[3], *images.shape[1:3]), working_dtype(images))
    for channel in range(images.shape[3]):
        planes[:, channel] = images[..., channel]
    return planes.reshape(*planes.shape[:2], -1)


def from_planes(planes: Floats, images: NDArray[Any], value_range: Range) -> NDArray[Any]:
    """Return planes as images of the shape and dtype of `images`; overwrites them."""
    out = np.empty_like(images)
    made = bounded(planes, images.dtype, *value_range)
    for channel in range(images.shape[3]):
        out[..., channel] = made[:, channel].reshape(images.shape[:3])
    return out


def brightened(planes: Floats, factor: Floats, value_range: Range) -> Floats:
    """Multiply the distance of values from black."""
    low, high = value_range
    made = brightness_curve(planes, factor[:, :, None], low=low, high=high)
    return bounded(made, planes.dtype, low, high)


def contrasted(planes: Floats, factor: Floats, value_range: Range) -> Floats:
    """Multiply the distance of values from the mean grey of their image."""
    low, high = value_range
    mean = _grey(planes.mean(axis=2, keepdims=True))
    made = contrast_curve(planes, factor[:, :, None], mean, low=low, high=high)
    return bounded(made, planes.dtype, low, high)


def saturated(planes: Floats, factor: Floats, value_range: Range) -> Floats:
    """Multiply the distance of values from the grey of their pixel."""
    low, high = value_range
    made = contrast_curve(planes, factor[:, :, None], _grey(planes), low=low, high=high)
    return bounded(made, planes.dtype, low, high)


def hue_turned(planes: Floats, turn: Floats, value_range: Range) -> Floats:
    r"""Turn the hue by a share of the circle; lightest and darkest channel keep their values.

    It is what going to HSV and back does, without the other two: with chroma C, lightest value V
    and hue h in sixths of the circle, a channel is
    :math:`V - C \min(1, \max(0, \min(k, 4 - k)))` for k = h + 5, 3, 1 (red, green, blue) modulo 6.
    """
    return by_blocks(_hue_turned, planes, turn)


def _hue_turned(planes: Floats, turn: Floats) -> Floats:
    red, green, blue = planes.transpose(1, 0, 2)
    lightest = planes.max(axis=1)
    chroma = lightest - planes.min(axis=1)
    unit = np.where(chroma == 0, 1, chroma)
    from_green, from_blue = 2 + (blue - red) / unit, 4 + (red - green) / unit
    hue = np.where(lightest == green, from_green, from_blue)
    hue = np.where(lightest == red, (green - blue) / unit, hue)
    hue += 6 * turn
    out = np.empty_like(planes)
    for channel, start in enumerate((5, 3, 1)):
        k = hue + start
        k -= 6 * np.floor(k / 6)
        share = np.clip(np.minimum(k, 4 - k), 0, 1)
        out[:, channel] = lightest - chroma * share
    return np.where(turn[:, :, None] == 0, planes, out)


def _grey(planes: Floats) -> Floats:
    """Return the grey of each pixel, of shape (m, 1, pixels)."""
    n_channels = planes.shape[1]
    weights = _GREY if n_channels == 3 else (1 / n_channels,) * n_channels
    grey = planes[:, :1] * weights[0]
    for channel in range(1, n_channels):
        grey += planes[:, channel : channel + 1] * weights[channel]
    return grey
