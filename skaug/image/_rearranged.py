"""Images whose pixels change places as they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["rearranged"]


def rearranged(images: NDArray[Any], move: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
    """Return new images, channel by channel: along an axis of 3 pixels are copied one by one.

    Parameters
    ----------
    images : ndarray of shape (m, height, width, n_channels)
        The images.

    move : callable
        Returns arrays (m, height, width) of the same shape, as views.
    """
    out = np.empty_like(images)
    for channel in range(images.shape[3]):
        out[..., channel] = move(images[..., channel])
    return out
