"""Values of images between their pixels, by NumPy: many images at once.

Images get a frame of the fill, so that no pixel needs to be asked whether it lies outside: places
are limited to the frame, and there the fill blends with the border as any two pixels do.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from skaug._core.batch import Floats, Indices
from skaug.image._tone import working_dtype

__all__ = ["places_of", "sampled"]


def places_of(
    matrices: Floats, height: int, width: int, dtype: DTypeLike
) -> tuple[Floats, Floats]:
    """Return where in the image the pixels of the result are taken from: columns x and rows y.

    Parameters
    ----------
    matrices : ndarray of shape (m, 3, 3)
        Maps of (x, y, 1), from pixels of the result to those of the image. What a projective one
        puts behind the viewer lies outside the image, at x = -1.

    height, width : int
        Of the images.

    dtype : {float32, float64}
        Of the places.

    Returns
    -------
    x, y : ndarray of shape (m, height, width)
        The places.
    """
    column, row = np.arange(width, dtype=dtype), np.arange(height, dtype=dtype)[:, None]

    def linear(k: int) -> Floats:
        a, b, c = matrices[:, k, :, None, None].astype(dtype).swapaxes(0, 1)
        places: Floats = a * column + (b * row + c)
        return places

    x, y = linear(0), linear(1)
    if (matrices[:, 2] != (0, 0, 1)).any():
        depth = linear(2)
        is_behind = depth <= np.finfo(depth.dtype).eps
        depth[is_behind] = 1
        x /= depth
        y /= depth
        x[is_behind] = -1
    return x, y


def sampled(images: NDArray[Any], x: Floats, y: Floats, *, fill: float, nearest: bool) -> Floats:
    """Return the values of images at places, interpolated; beyond the border lies the fill.

    Parameters
    ----------
    images : ndarray of shape (m, height, width, n_channels)
        The images.

    x, y : ndarray of shape (m, height, width)
        The places, which are overwritten.

    fill : float
        The value outside; it is reached one pixel beyond the border.

    nearest : bool
        Whether to take the nearest pixel, and not to interpolate linearly.

    Returns
    -------
    values : ndarray of the shape of the images
        Floats: float64 where the images are.
    """
    n_images, height, width, n_channels = images.shape
    framed = np.full((n_images, height + 3, width + 3), fill, dtype=working_dtype(images))
    flat, line = framed.ravel(), width + 3
    cells = _cells(x, y, height, width, nearest)
    right, down = x, y  # the shares of the neighbours, which `_cells` leaves
    out = np.empty(images.shape, dtype=framed.dtype)
    for channel in range(n_channels):  # an axis of 3 within would be slow
        framed[:, 1 : height + 1, 1 : width + 1] = images[..., channel]
        if nearest:
            out[..., channel] = flat.take(cells, mode="clip")
            continue
        upper = _between(flat, cells, right)
        lower = _between(flat[line:], cells, right)
        lower -= upper
        lower *= down
        np.add(upper, lower, out=out[..., channel])
    return out


def _cells(x: Floats, y: Floats, height: int, width: int, nearest: bool) -> Indices:
    """Return the cells of framed images that places are in, and leave in x, y how far within."""
    for places, size in ((x, width), (y, height)):
        places += 1.5 if nearest else 1
        np.clip(places, 0, size + 1, out=places)  # the frame begins at 0
    column, row = x.astype(np.int32), y.astype(np.int32)  # rounds down: none is negative
    x -= column
    y -= row
    row *= width + 3
    row += column
    first: Indices = np.arange(len(x)) * ((height + 3) * (width + 3))
    return row + first[:, None, None]


def _between(flat: Floats, cells: Indices, share: Floats) -> Floats:
    """Return what lies between cells and those that follow them; exactly so where they agree."""
    # mode="clip": the default checks the bounds, which takes as long again
    left, right = flat.take(cells, mode="clip"), flat[1:].take(cells, mode="clip")
    right -= left
    right *= share
    right += left
    return right
