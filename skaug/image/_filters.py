"""Filters: what becomes of the value of a pixel together with those around it.

Loops run over whole images: a neighbour c cells away is the same array, shifted by c.
"""

import numpy as np

from skaug._core.batch import Floats

__all__ = ["blur_radius", "blurred", "sharpened"]


def sharpened(images: Floats, factor: Floats) -> Floats:
    """Multiply the distance of values from their mean with neighbours; borders stay.

    The mean is that of PIL's ``SMOOTH``: of the 3 x 3 square with weight 5 in the middle.

    Parameters
    ----------
    images : ndarray of shape (m, h, w, c)
        Floats.

    factor : ndarray of shape (m, 1)
        For each image: 0 smooths, 1 is the image itself, 2 sharpens.
    """
    n_images, height, width, n_channels = images.shape
    out = images.copy()
    if height < 3 or width < 3:
        return out
    flat = images.reshape(n_images, -1)
    rows = _three(flat, n_channels)  # of the cells from the second column on
    smooth = _three(rows, width * n_channels)
    begin = (width + 1) * n_channels
    middle = flat[:, begin:-begin]
    smooth += 4 * middle
    smooth /= 13
    np.subtract(middle, smooth, out=smooth)
    smooth *= factor - 1
    smooth += middle
    lines = np.empty((n_images, (height - 2) * width * n_channels), dtype=images.dtype)
    lines[:, n_channels:-n_channels] = smooth  # first and last columns hold what nobody reads
    inner = lines.reshape(n_images, height - 2, width, n_channels)[:, :, 1:-1]
    out[:, 1:-1, 1:-1] = inner
    return out


def blurred(images: Floats, sigma: Floats, radius: int) -> Floats:
    """Return images blurred by a Gaussian, with the pixels beyond the border mirrored.

    The pixel at the border is not repeated: ``c b a b c``. Sigma 0 is the image itself.

    Parameters
    ----------
    images : ndarray of shape (m, h, w, c)
        Floats.

    sigma : ndarray of shape (m, 1)
        Standard deviation in pixels, for each image.

    radius : int
        How many pixels to each side count.
    """
    down = _blurred_along(images, 1, sigma, min(radius, images.shape[1] - 1))
    return _blurred_along(down, 2, sigma, min(radius, images.shape[2] - 1))


def blur_radius(sigma: float) -> int:
    """Return how many pixels to each side hold all but 1/400 of a Gaussian."""
    return int(np.ceil(3 * sigma))


def gaussian_weights(sigma: Floats, radius: int) -> Floats:
    """Return the weights of the pixels 0, 1, ..., `radius` away, of shape (m, radius + 1)."""
    distance = np.arange(radius + 1)
    exponent = -0.5 * (distance / np.maximum(sigma, 1e-3)) ** 2
    weights = np.exp(np.maximum(exponent, -700))
    return weights / (2 * weights.sum(axis=1, keepdims=True) - 1)


def _blurred_along(images: Floats, axis: int, sigma: Floats, radius: int) -> Floats:
    """Blur in one direction; the mirrored pixels are added first, and what they get cut off."""
    if radius == 0:
        return images.copy()
    padded = _mirrored(images, axis, radius)
    step = int(np.prod(padded.shape[axis + 1 :]))
    flat = padded.reshape(len(images), -1)
    begin, length = radius * step, flat.shape[1] - 2 * radius * step
    weights = gaussian_weights(sigma, radius).astype(images.dtype)
    total = flat[:, begin : begin + length] * weights[:, :1]
    pair = np.empty_like(total)
    for distance in range(1, radius + 1):
        left, right = begin - distance * step, begin + distance * step
        np.add(flat[:, left : left + length], flat[:, right : right + length], out=pair)
        pair *= weights[:, distance : distance + 1]
        total += pair
    if axis == 1:
        return total.reshape(images.shape)
    made = np.empty_like(flat)
    made[:, begin : begin + length] = total
    return made.reshape(padded.shape)[:, :, radius:-radius]


def _mirrored(images: Floats, axis: int, radius: int) -> Floats:
    """Return images with as many pixels more at both ends, in mirror order."""
    size = images.shape[axis]
    period = 2 * (size - 1)
    places = np.abs((np.arange(-radius, size + radius) + size - 1) % period - size + 1)
    return images.take(places, axis=axis)


def _three(flat: Floats, step: int) -> Floats:
    """Return sums of cells with those `step` before and after them, where there are both."""
    total = flat[:, : -2 * step] + flat[:, step:-step]
    total += flat[:, 2 * step :]
    return total
