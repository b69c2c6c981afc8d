"""Images taken some at a time, as many as stay in cache with what a kernel makes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_blocks"]

_BLOCK_CELLS = 1 << 15


def by_blocks(
    kernel: Callable[..., NDArray[Any]], images: NDArray[Any], *own: NDArray[Any]
) -> NDArray[Any]:
    """Return ``kernel(images, *own)`` of a kernel that changes each image by itself.

    Parameters
    ----------
    kernel : callable
        Returns as many images as it gets.

    images : ndarray of shape (m, ...)
        The images.

    *own : ndarray of shape (m, ...)
        What it is given with them, of each image.
    """
    size = max(1, _BLOCK_CELLS // max(1, images[:1].size))
    if len(images) <= size:
        return kernel(images, *own)
    parts = [slice(begin, begin + size) for begin in range(0, len(images), size)]
    return np.concatenate([kernel(images[part], *(each[part] for each in own)) for part in parts])
