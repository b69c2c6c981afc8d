"""Boxes of pixels on flat images, as CutMix cuts them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["Boxes", "checked_shape", "drawn_boxes"]


@dataclass(frozen=True)
class Boxes:
    """One box for each row, the same in all channels.

    Parameters
    ----------
    image_shape : (int, int, int)
        Height, width and channels of the images, which lie flat in rows, channels last.

    top, bottom, left, right : ndarray of shape (n,)
        The pixels of the box, without `bottom` and `right`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing._boxes import Boxes
    >>> corners = (np.array([corner]) for corner in (0, 2, 1, 3))
    >>> Boxes((2, 3, 1), *corners)(slice(0, 1)).reshape(2, 3).astype(int)
    array([[0, 1, 1],
           [0, 1, 1]])
    """

    image_shape: tuple[int, int, int]
    top: Indices
    bottom: Indices
    left: Indices
    right: Indices

    @property
    def shape(self) -> tuple[int, int]:
        height, width, channels = self.image_shape
        return len(self.top), height * width * channels

    @property
    def share_outside(self) -> Floats:
        """Share of the pixels of each image that are not in its box."""
        height, width, _ = self.image_shape
        inside = (self.bottom - self.top) * (self.right - self.left)
        share: Floats = 1 - inside / (height * width)
        return share

    def __call__(self, rows: slice) -> NDArray[np.bool_]:
        """Mark the cells of some rows that are in their boxes."""
        height, width, channels = self.image_shape
        line = _between(height, self.top[rows], self.bottom[rows])
        column = _between(width, self.left[rows], self.right[rows])
        pixels = line[:, :, None] & column[:, None, :]
        inside: NDArray[np.bool_] = np.repeat(pixels.reshape(len(line), -1), channels, axis=1)
        return inside


def drawn_boxes(
    image_shape: tuple[int, int, int], share: Floats, rng: np.random.Generator
) -> Boxes:
    """Draw boxes about uniform centres, of sides sqrt(1 - share) times the image's, and clip them.

    So the share that is left outside is about `share` or, where a box is clipped, more.
    """
    height, width, _ = image_shape
    side = np.sqrt(1 - share)
    top, bottom = _interval(height, side, rng)
    left, right = _interval(width, side, rng)
    return Boxes(image_shape, top, bottom, left, right)


def checked_shape(image_shape: Sequence[int], n_features: int, owner: str) -> tuple[int, int, int]:
    """Return height, width and channels, if they are those of rows of `n_features` cells."""
    given = tuple(image_shape)
    is_whole = all(isinstance(side, (int, np.integer)) and side > 0 for side in given)
    if len(given) not in (2, 3) or not is_whole:
        raise ValueError(
            f"image_shape of {owner} must be (height, width) or (height, width, channels), whole "
            f"numbers of at least 1; got {image_shape!r}."
        )
    cells = int(np.prod(given, dtype=np.int64))
    if cells != n_features:
        product = " * ".join(str(side) for side in given)
        raise ValueError(
            f"image_shape of {owner} must multiply to the number of columns: {product} = {cells}, "
            f"but X has n_features = {n_features}. Images lie flat in rows, channels last; "
            "image_shape=None mixes columns."
        )
    height, width, channels = (*given, 1)[:3]
    return int(height), int(width), int(channels)


def _interval(length: int, side: Floats, rng: np.random.Generator) -> tuple[Indices, Indices]:
    size = np.rint(length * side).astype(np.int64)
    begin = rng.integers(length, size=len(side)) - size // 2
    return np.maximum(begin, 0), np.minimum(begin + size, length)


def _between(length: int, begin: Indices, end: Indices) -> NDArray[np.bool_]:
    position = np.arange(length)
    inside: NDArray[np.bool_] = (position >= begin[:, None]) & (position < end[:, None])
    return inside
