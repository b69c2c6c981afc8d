"""Apply to each image operations of its own, grouped by what they do to the pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.image._colour import contrasted, from_planes, saturated, to_planes
from skaug.image._filters import sharpened
from skaug.image._matrices import affine_matrices
from skaug.image._operations import Codes, Op
from skaug.image._ranges import Range
from skaug.image._tone import (
    Curve,
    adjusted,
    bounded,
    channel_extremes,
    equalized,
    posterized_curve,
    solarized_curve,
    working_dtype,
)

__all__ = ["Warp", "apply_operations", "operation_matrices"]

Warp = Callable[[NDArray[Any], Floats], NDArray[Any]]  # (images, matrices) -> images
Kernel = Callable[[NDArray[Any], Codes, Floats, Range], NDArray[Any]]

_GEOMETRIC = np.isin(
    np.arange(len(Op)), [Op.SHEAR_X, Op.SHEAR_Y, Op.TRANSLATE_X, Op.TRANSLATE_Y, Op.ROTATE]
)


def apply_operations(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range, warp: Warp
) -> NDArray[Any]:
    """Return the images, each changed by its operations one after the other.

    Consecutive geometric operations of an image make one warp.

    Parameters
    ----------
    images : ndarray of shape (m, height, width, n_channels)
        The images.

    codes : ndarray of shape (m, depth)
        The operations of each image, in order.

    strengths : ndarray of shape (m, depth)
        How strong they are, in the units of `strengths_of`.

    value_range : (lowest, highest)
        Of the values of pixels.

    warp : callable
        ``warp(images, matrices)`` moves pixels.
    """
    out, (height, width, n_channels) = images.copy(), images.shape[1:]
    if n_channels != 3:  # nothing else has colour
        codes = np.where(codes == Op.COLOR, Op.IDENTITY, codes)
    moves = np.tile(np.eye(3), (len(images), 1, 1))  # those that are still to be made
    is_moved = np.zeros(len(images), dtype=bool)
    for which, strength in zip(codes.T, strengths.T, strict=True):
        is_geometric = _GEOMETRIC[which]
        _make_moves(out, moves, is_moved, is_moved & ~is_geometric & (which != Op.IDENTITY), warp)
        rows = np.flatnonzero(is_geometric)
        moves[rows] = moves[rows] @ operation_matrices(which[rows], strength[rows], height, width)
        is_moved |= is_geometric
        kernel_of = _KERNEL_OF[which]
        for number, (_, kernel) in enumerate(_KERNELS):
            rows = np.flatnonzero(kernel_of == number)
            if len(rows):
                out[rows] = kernel(out[rows], which[rows], strength[rows], value_range)
    _make_moves(out, moves, is_moved, is_moved, warp)
    return out


def operation_matrices(codes: Codes, strengths: Floats, height: int, width: int) -> Floats:
    """Return the maps from pixels of the result to those of the image, about its centre."""

    def of(op: Op) -> Floats:
        return np.where(codes == op, strengths, 0.0)

    return affine_matrices(
        height,
        width,
        angle=np.deg2rad(of(Op.ROTATE)),
        translate=np.stack([of(Op.TRANSLATE_X) * width, of(Op.TRANSLATE_Y) * height], axis=1),
        scale=np.ones(len(codes)),
        shear=np.arctan(np.stack([of(Op.SHEAR_X), of(Op.SHEAR_Y)], axis=1)),
    )


def _make_moves(
    images: NDArray[Any],
    moves: Floats,
    is_moved: NDArray[np.bool_],
    where: NDArray[np.bool_],
    warp: Warp,
) -> None:
    """Make the moves of some images, in place, and note that they are made."""
    rows = np.flatnonzero(where)
    if len(rows):
        images[rows] = warp(images[rows], moves[rows])
        moves[rows] = np.eye(3)
        is_moved[rows] = False


def _stretched(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    """Change brightness, or spread values over the range: what is linear in them."""
    low, high = value_range
    shape = len(images), images.shape[3]
    gain, pivot, shift = np.empty(shape), np.full(shape, low), np.zeros(shape)
    gain[:] = strengths[:, None]
    rows = np.flatnonzero(codes == Op.AUTO_CONTRAST)
    if len(rows):
        darkest, lightest = (v.astype(float) for v in channel_extremes(images[rows]))
        span = lightest - darkest
        is_flat = span <= (high - low) * np.finfo(working_dtype(images)).eps
        gain[rows] = np.where(is_flat, 0, (high - low) / np.where(is_flat, 1, span) - 1)
        pivot[rows] = darkest
        shift[rows] = np.where(is_flat, 0, low - darkest)
    return _curved(images, _moved_curve, [gain, pivot, shift], value_range)


def _posterized(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    return _curved(images, posterized_curve, [8 - np.rint(strengths)[:, None]], value_range)


def _solarized(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    return _curved(images, solarized_curve, [1 - strengths[:, None]], value_range)


def _equalized(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    return equalized(images, *value_range)


def _coloured(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    """Change contrast or colour: what takes the channels of a pixel together."""
    planes = to_planes(images)
    factor = (1 + strengths)[:, None].astype(planes.dtype)
    for op, change in ((Op.CONTRAST, contrasted), (Op.COLOR, saturated)):
        rows = np.flatnonzero(codes == op)
        if len(rows):
            planes[rows] = change(planes[rows], factor[rows], value_range)
    return from_planes(planes, images, value_range)


def _sharpened(
    images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
) -> NDArray[Any]:
    dtype = working_dtype(images)
    factor = (1 + strengths)[:, None].astype(dtype)
    return bounded(sharpened(images.astype(dtype), factor), images.dtype, *value_range)


_KERNELS: list[tuple[list[Op], Kernel]] = [
    ([Op.BRIGHTNESS, Op.AUTO_CONTRAST], _stretched),
    ([Op.CONTRAST, Op.COLOR], _coloured),
    ([Op.SHARPNESS], _sharpened),
    ([Op.POSTERIZE], _posterized),
    ([Op.SOLARIZE], _solarized),
    ([Op.EQUALIZE], _equalized),
]
_KERNEL_OF = np.full(len(Op), -1)
for _number, (_ops, _) in enumerate(_KERNELS):
    _KERNEL_OF[_ops] = _number


def _moved_curve(
    values: Floats, gain: Floats, pivot: Floats, shift: Floats, *, low: float, high: float
) -> Floats:
    """Multiply the distance from the pivot by 1 + gain, and shift."""
    made = values - pivot
    made *= gain
    made += values
    made += shift
    return made


def _curved(
    images: NDArray[Any], curve: Curve, parameters: list[Floats], value_range: Range
) -> NDArray[Any]:
    """Return the curve of every value, without tables: they cost more than small images do."""
    wide = images.astype(working_dtype(images), copy=False)
    made = adjusted(wide, curve, parameters, *value_range)
    return bounded(made, images.dtype, *value_range)
