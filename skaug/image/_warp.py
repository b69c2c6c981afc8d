"""Images whose pixels come from other places: by a matrix for each image, or by a field."""

from collections.abc import Iterator
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.extras import MissingExtraError, require
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
# OpenCV rounds shares of a pixel to 1/32 before this version, and for other numbers of channels
_CV2_VERSION = 5
_CV2_CHANNELS = (1, 3, 4)


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
    if backend == "cv2":
        return _warped_by_cv2(images, matrices, interpolation, outside)
    out = np.empty_like(images)
    dtype = _dtype_of_places(images, interpolation)
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
    out, dtype = np.empty_like(images), _dtype_of_places(images, interpolation)
    columns, rows = _grid(images.shape[1], images.shape[2], dtype)
    for part in _parts(images):
        x = dx[part].reshape(-1, len(columns)).astype(dtype) + columns
        y = dy[part].reshape(-1, len(rows)).astype(dtype) + rows
        made = _values_at(images[part], x, y, interpolation, outside)
        out[part] = bounded(made, images.dtype, *value_range)
    return out


def _parts(images: NDArray[Any]) -> Iterator[slice]:
    size = max(1, _BLOCK_PIXELS // (images.shape[1] * images.shape[2]))
    return (slice(begin, begin + size) for begin in range(0, len(images), size))


def _dtype_of_places(images: NDArray[Any], interpolation: Interpolation) -> np.dtype[Any]:
    """Return float64 where rounding would decide which pixel is the nearest."""
    return np.dtype(np.float64) if interpolation == "nearest" else working_dtype(images)


def _grid(height: int, width: int, dtype: np.dtype[Any]) -> tuple[Floats, Floats]:
    """Return the columns and the rows of all pixels: long lines are what NumPy is quick at."""
    rows, columns = np.divmod(np.arange(height * width), width)
    return columns.astype(dtype), rows.astype(dtype)


def _seen_through(
    matrices: Floats, height: int, width: int, dtype: np.dtype[Any]
) -> tuple[Floats, Floats]:
    """Return where the pixels of the results come from, two arrays (m, height * width)."""
    columns, rows = _grid(height, width, dtype)

    def mapped(k: int) -> Floats:
        of_x, of_y, shift = matrices[:, k, :, None].swapaxes(0, 1).astype(dtype)
        place: Floats = of_y * rows
        place += shift
        place += of_x * columns
        return place

    across, down = mapped(0), mapped(1)
    if (matrices[:, 2] == (0, 0, 1)).all():
        return across, down
    depth = mapped(2)
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

    The images get a frame of what is outside, to which places beyond it are moved: of one pixel,
    and of a second one to the right and below, the neighbour of the first.
    """
    m, height, width, n_channels = images.shape
    framed = np.full((m, height + 3, width + 3), outside, dtype=working_dtype(images))
    pixels, line = framed.ravel(), width + 3
    offset = 1.5 if interpolation == "nearest" else 1.0
    column, row = _cell(x, width, offset), _cell(y, height, offset)  # x, y: shares of a cell
    row *= line
    row += column
    row += (np.arange(m, dtype=np.int32) * ((height + 3) * line))[:, None]
    place = row.astype(np.intp)  # once, and not each time that it is used
    out = np.empty((m, height * width, n_channels), dtype=framed.dtype)
    for channel in range(n_channels):  # an axis of 3 within would be slow
        framed[:, 1 : height + 1, 1 : width + 1] = images[..., channel]
        if interpolation == "nearest":
            out[..., channel] = pixels.take(place, mode="clip")
            continue
        above = _between(pixels, place, x)
        below = _between(pixels[line:], place, x)
        below -= above
        below *= y
        np.add(above, below, out=out[..., channel])
    return out.reshape(images.shape)


def _between(pixels: Floats, place: Indices, share: Floats) -> Floats:
    """Return values on the way from pixels to the next one of their line."""
    left = pixels.take(place, mode="clip")  # the default checks bounds, which takes as long again
    right = pixels[1:].take(place, mode="clip")
    right -= left
    right *= share
    left += right
    return left


def _cell(place: Floats, size: int, offset: float) -> NDArray[np.int32]:
    """Return the pixel, of a framed image, before each place, which becomes the rest."""
    place += offset
    np.clip(place, 0, size + 1, out=place)
    cell = np.floor(place)
    place -= cell
    return cell.astype(np.int32)


def _warped_by_cv2(
    images: NDArray[Any], matrices: Floats, interpolation: Interpolation, outside: float
) -> NDArray[Any]:
    m, height, width, n_channels = images.shape
    if images.dtype == np.float64:  # for which it rounds shares of a pixel, too
        single = images.astype(np.float32)
        return _warped_by_cv2(single, matrices, interpolation, outside).astype(np.float64)
    if n_channels not in _CV2_CHANNELS:
        planes = [images[..., channel, None] for channel in range(n_channels)]
        made = [_warped_by_cv2(plane, matrices, interpolation, outside) for plane in planes]
        return np.concatenate(made, axis=3)
    cv2 = _opencv()
    how = cv2.INTER_LINEAR if interpolation == "bilinear" else cv2.INTER_NEAREST
    border = {"borderMode": cv2.BORDER_CONSTANT, "borderValue": (outside,) * max(_CV2_CHANNELS)}
    is_affine = (matrices[:, 2] == (0, 0, 1)).all(axis=1)
    images, out = np.ascontiguousarray(images), np.empty(images.shape, dtype=images.dtype)
    for i in range(m):
        if is_affine[i]:
            size, inverse = (width, height), how | cv2.WARP_INVERSE_MAP
            cv2.warpAffine(images[i], matrices[i, :2], size, dst=out[i], flags=inverse, **border)
        else:  # OpenCV's own projection shows what is behind the viewer, too
            places = _seen_through(matrices[i, None], height, width, np.dtype(np.float32))
            x, y = (place.reshape(height, width) for place in places)
            cv2.remap(images[i], x, y, how, dst=out[i], **border)
    return out


def _opencv() -> Any:
    """Return OpenCV's module, if it is one whose warps are exact."""
    cv2 = require("cv2", "cv2", "backend='cv2'")
    if int(cv2.__version__.split(".")[0]) < _CV2_VERSION:
        raise MissingExtraError(
            f"backend='cv2' needs OpenCV {_CV2_VERSION} or later; this is {cv2.__version__}, whose "
            'warps are off by up to 0.03 of the range. Install it with `pip install "skaug[cv2]"`.'
        )
    return cv2
