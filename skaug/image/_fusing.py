"""Several steps as one: warps by the product of their matrices, tones by a table of tables."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.row_rng import RowRng
from skaug.image._invert import Invert
from skaug.image._posterize import Posterize
from skaug.image._random_gamma import RandomGamma
from skaug.image._ranges import Range
from skaug.image._solarize import Solarize
from skaug.image._tone import LEVELS, chained_tables, looked_up
from skaug.image._warp import warped

__all__ = ["Step", "apply_fused"]

Step = tuple[Any, RowRng]  # an image sampler, with the random numbers of the images it is given

_OF_THE_VALUE_ALONE = (Invert, Posterize, RandomGamma, Solarize)  # their tables need no image
_WARP_SETTINGS = ("backend", "fill", "interpolation")


def apply_fused(steps: Iterable[Step], images: NDArray[Any], value_range: Range) -> NDArray[Any]:
    """Return the images after the steps, in a new array; what can be made at once is.

    A step changes the images that its ``p`` picks, by the random numbers with which it changes
    them alone.
    """
    made = images
    for run in _runs(steps, images):
        if len(run) > 1 and _has_tables(run[0]):
            made = _looked_up(run, made, value_range)
        elif len(run) > 1 and any(hasattr(sampler, "interpolation") for sampler, _ in run):
            made = _warped(run, made, value_range)
        else:  # flips and the like move whole pixels, which is quicker by themselves
            for sampler, rng in run:
                made = sampler._apply(made, rng, value_range)
    return images.copy() if made is images else made


def _runs(steps: Iterable[Step], images: NDArray[Any]) -> list[list[Step]]:
    """Cut the steps into runs that can be made at once."""
    has_small_tables = images.dtype == np.uint8 and images[0].size >= LEVELS
    runs: list[list[Step]] = []
    for step in steps:
        if runs and (
            _is_same_warp(runs[-1], step)
            or (has_small_tables and _has_tables(runs[-1][0]) and _has_tables(step))
        ):
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _has_tables(step: Step) -> bool:
    return hasattr(step[0], "_tables")


def _is_same_warp(run: list[Step], step: Step) -> bool:
    """Tell whether all have matrices, and no two want their pixels made in different ways."""
    samplers = [sampler for sampler, _ in [*run, step]]
    return all(hasattr(sampler, "_matrices") for sampler in samplers) and all(
        len({getattr(s, name) for s in samplers if hasattr(s, name)}) <= 1
        for name in _WARP_SETTINGS
    )


def _warped(run: Sequence[Step], images: NDArray[Any], value_range: Range) -> NDArray[Any]:
    """Move pixels once, by the product of the steps' matrices, the first one leftmost.

    A matrix maps pixels of a result to pixels of what it was made from.
    """
    height, width = images.shape[1:3]
    product = np.tile(np.eye(3), (len(images), 1, 1))
    is_moved = np.zeros(len(images), dtype=bool)
    for step in run:
        rows, rng = step[0]._picked(step[1])
        product[rows] = product[rows] @ step[0]._matrices(rng, height, width)
        is_moved[rows] = True
    settings = {
        name: getattr(sampler, name)
        for sampler, _ in run
        for name in _WARP_SETTINGS
        if hasattr(sampler, name)
    }
    if is_moved.all():
        return warped(images, product, value_range=value_range, **settings)
    out, rows = images.copy(), np.flatnonzero(is_moved)
    if len(rows):
        out[rows] = warped(images[rows], product[rows], value_range=value_range, **settings)
    return out


def _looked_up(run: Sequence[Step], images: NDArray[Any], value_range: Range) -> NDArray[Any]:
    """Look every value up once, in a table for each image or each of its channels."""
    tables = _no_change(images)
    for position, step in enumerate(run):
        rows, rng = step[0]._picked(step[1])
        if not len(rows):
            continue
        if position and not isinstance(step[0], _OF_THE_VALUE_ALONE):
            images, tables = looked_up(images, tables), _no_change(images)
        made = step[0]._tables(images[rows], rng, value_range)
        if made.ndim > tables.ndim:  # one for each channel
            tables = np.repeat(tables[:, None], made.shape[1], axis=1)
        tables[rows] = chained_tables(tables[rows], made)
    return looked_up(images, tables)


def _no_change(images: NDArray[Any]) -> NDArray[np.uint8]:
    return np.tile(np.arange(LEVELS, dtype=np.uint8), (len(images), 1))
