"""Images whose pixels come from other places: by a matrix for each image, or by a field."""

from collections.abc import Iterator
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.extras import require
from skaug.image._ranges import Range
from skaug.image._tone import bounded, working_dtype

__all__ = ["WARP_CONSTRAINTS", "Backend", "Interpolation", "displaced", "warped"]

Interpolation = Literal["bilinear", "nearest"]
Backend = Literal["numpy", "cv2"]
WARP_CONSTRAINTS: dict[str, Any] = {
    "interpolation": [sk.StrOptions({"bilinear", "nearest"})],
    "fill": [sk.Interval(Real, 0, 1, closed="both")],
    "backend": [sk.StrOptions({"cv2", "numpy"})],
}

_BLOCK_PIXELS = 1 << 15  # at a time: a dozen arrays of as many numbers stay in cache
_CV2_CHANNELS = 4  # for so many OpenCV has a colour to fill with


def warped(
    images: NDArray[Any],
    matrices: Floats,
    *,
    value_range: Range,
    interpolation: Interpolation = "bilinear",
    fill: float = 0.0,
    backend: Backend = "numpy",
) -> NDArray[Any]:
    """Return the images seen through matrices, which map pixels of the result to theirs.

    Parameters
    ----------
    images : ndarray of shape (m, height, width, n_channels)
        uint8, float32 or float64.

    matrices : ndarray of shape (m, 3, 3)
        The pixel (x, y) of a result is what is at (a / c, b / c) in the image, with
        ``(a, b, c) = matrix @ (x, y, 1)``. Pixels are counted from 0, x from left to right.

    value_range : (lowest, highest)
        Of the values of pixels.

    interpolation : {'bilinear', 'nearest'}, default='bilinear'
        Between the four pixels around a place, or the nearest of them.

    fill : float, default=0.0
        What is outside, as a share of the range. Within a pixel of the border it blends in.

    backend : {'numpy', 'cv2'}, default='numpy'
        What computes it. Both give the same to a thousandth of the range, or a level of bytes.
    """
    outside = value_range[0] + fill * (value_range[1] - value_range[0])
    out = np.empty_like(images)
    if backend == "cv2":
        _warp_by_cv2(images, matrices, interpolation, outside, out)
        return out
    dtype = working_dtype(images)
    for part in _parts(images):
        x, y = _seen_through(matrices[part], images.shape[1], images.shape[2], dtype)
        made = _values_at(images[part], x, y, interpolation, outside)
        out[part] = bounded(made, images.dtype, *value_range)
    return out


def displaced(
    images: NDArray[Any],
    dx: Floats,
    dy: Floats,
    *,
    value_range: Range,
    interpolation: Interpolation = "bilinear",
    fill: float = 0.0,
) -> NDArray[Any]:
    """Return the images seen through fields: a pixel is what is (dx, dy) away from it.

    Parameters
    ----------
    images : ndarray of shape (m, height, width, n_channels)
        uint8, float32 or float64.

    dx, dy : ndarray of shape (m, height, width)
        How far to the right and down to look, in pixels.

    value_range, interpolation, fill
        As for `warped`.
    """
    outside = value_range[0] + fill * (value_range[1] - value_range[0])
    out, dtype = np.empty_like(images), working_dtype(images)
    for part in _parts(images):
        x = dx[part].astype(dtype) + np.arange(images.shape[2], dtype=dtype)
        y = dy[part].astype(dtype) + np.arange(images.shape[1], dtype=dtype)[:, None]
        made = _values_at(images[part], x, y, interpolation, outside)
        out[part] = bounded(made, images.dtype, *value_range)
    return out


def _parts(images: NDArray[Any]) -> Iterator[slice]:
    size = max(1, _BLOCK_PIXELS // (images.shape[1] * images.shape[2]))
    return (slice(begin, begin + size) for begin in range(0, len(images), size))


def _seen_through(matrices: Floats, height: int, width: int, dtype: Any) -> tuple[Floats, Floats]:
    """Return where the pixels of the results come from, two arrays (m, height, width)."""
    x, y = np.arange(width), np.arange(height)[:, None]

    def mapped(row: Floats) -> Floats:
        of_x, of_y = row[:, 0, None, None] * x, row[:, 1, None, None] * y + row[:, 2, None, None]
        return of_x.astype(dtype) + of_y.astype(dtype)  # few numbers each; their sum has many

    across, down = mapped(matrices[:, 0]), mapped(matrices[:, 1])
    if (matrices[:, 2] == (0, 0, 1)).all():
        return across, down
    depth = mapped(matrices[:, 2])
    behind = depth <= np.finfo(dtype).eps
    depth[behind] = 1
    across /= depth
    down /= depth
    across[behind] = down[behind] = -1  # outside
    return across, down


def _values_at(
    images: NDArray[Any], x: Floats, y: Floats, interpolation: Interpolation, outside: float
) -> Floats:
    """Return what is at the places x, y of the images; overwrites x and y.

    The images get a border of one pixel, to which places outside are moved.
    """
    m, height, width, n_channels = images.shape
    bordered = np.full((n_channels, m, height + 2, width + 2), outside, dtype=x.dtype)
    bordered[:, :, 1:-1, 1:-1] = np.moveaxis(images, 3, 0)
    planes = bordered.reshape(n_channels, -1)
    out = np.empty((m, height, width, n_channels), dtype=x.dtype)
    line, start = width + 2, np.arange(m)[:, None, None] * ((height + 2) * (width + 2))
    if interpolation == "nearest":
        column, row = _nearest(x, width), _nearest(y, height)
        place = start + (row * line + column)
        for channel, plane in enumerate(planes):
            out[..., channel] = plane.take(place, mode="clip")
        return out
    column, row = _cell(x, width), _cell(y, height)  # x and y become shares of a cell
    place = start + (row * line + column)
    for channel, plane in enumerate(planes):
        above = _between(plane, place, x)
        below = _between(plane[line:], place, x)
        below -= above
        below *= y
        below += above
        out[..., channel] = below
    return out


def _between(plane: Floats, place: Indices, share: Floats) -> Floats:
    """Return values on the way from pixels to the next one of their line."""
    left = plane.take(place, mode="clip")
    right = plane[1:].take(place, mode="clip")
    right -= left
    right *= share
    left += right
    return left


def _cell(place: Floats, size: int) -> Indices:
    """Return the pixel, in an image with a border, before each place, which becomes the rest."""
    place += 1
    np.clip(place, 0, size + 1, out=place)
    cell = np.minimum(place.astype(np.int32), size)
    place -= cell
    return cell


def _nearest(place: Floats, size: int) -> Indices:
    place += 1.5
    np.clip(place, 0, size + 1, out=place)
    return place.astype(np.int32)


def _warp_by_cv2(
    images: NDArray[Any],
    matrices: Floats,
    interpolation: Interpolation,
    outside: float,
    out: NDArray[Any],
) -> None:
    cv2 = require("cv2", "cv2", "backend='cv2'")
    height, width, n_channels = images.shape[1:]
    is_affine = (matrices[:, 2] == (0, 0, 1)).all()
    warp = cv2.warpAffine if is_affine else cv2.warpPerspective
    flags = cv2.INTER_LINEAR if interpolation == "bilinear" else cv2.INTER_NEAREST
    settings = {
        "dsize": (width, height),
        "flags": flags | cv2.WARP_INVERSE_MAP,
        "borderMode": cv2.BORDER_CONSTANT,
        "borderValue": (outside,) * _CV2_CHANNELS,
    }
    groups = [slice(c, c + _CV2_CHANNELS) for c in range(0, n_channels, _CV2_CHANNELS)]
    if images.dtype == np.float64:  # for which OpenCV rounds shares of a pixel to 1/32
        images = images.astype(np.float32)
    for image, matrix, made in zip(images, matrices[:, : 2 if is_affine else 3], out, strict=True):
        for group in groups:
            part = np.ascontiguousarray(image[..., group])
            made[..., group] = warp(part, matrix, **settings).reshape(part.shape)
