"""How the numbers of a row make an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Channels", "ImageLayout"]

Channels = Literal["first", "last"]


@dataclass(frozen=True)
class ImageLayout:
    """How the numbers of a row make an image."""

    height: int
    width: int
    n_channels: int
    channels: Channels

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.n_channels

    def images(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Return rows (n, n_cells) as a view of shape (n, height, width, n_channels)."""
        if self.channels == "last":
            return cells.reshape(-1, *self.shape)
        return np.moveaxis(cells.reshape(-1, self.n_channels, self.height, self.width), 1, 3)

    def cells(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return images (n, height, width, n_channels) as rows (n, n_cells)."""
        ordered = images if self.channels == "last" else np.moveaxis(images, 3, 1)
        return ordered.reshape(len(images), -1)

    @classmethod
    def of(cls, X_shape: Sequence[int], image_shape: Any, channels: Channels, owner: str) -> Self:
        """Read the layout off the shape of X and the parameter, and check one by the other."""
        asked = None if image_shape is None else _checked_shape(image_shape, owner)
        if len(X_shape) == 2:
            if asked is None:
                raise ValueError(
                    f"{owner} needs to know how many pixels an image is high and wide: X has rows "
                    f"of {X_shape[1]} numbers. Set image_shape=(height, width), or (height, "
                    "width, channels) for colour, or pass X of shape (n, height, width[, "
                    "channels])."
                )
            sizes = _inferred(asked, X_shape[1], f"{image_shape} of {owner}")
            return cls(sizes[0], sizes[1], sizes[2], channels)
        found = list(X_shape[1:])
        if len(found) == 2:
            found.append(1)
        elif channels == "first":
            found = [found[1], found[2], found[0]]
        if asked is not None and any(a not in (-1, b) for a, b in zip(asked, found, strict=True)):
            raise ValueError(
                f"image_shape={image_shape} of {owner} is not the shape of the images in X, "
                f"{tuple(found)} (height, width, channels) with channels={channels!r}. Leave it "
                "at None to read it from X."
            )
        return cls(found[0], found[1], found[2], channels)


def _checked_shape(image_shape: Any, owner: str) -> list[int]:
    """Return height, width and channels; one of them may be -1, for what is left."""
    try:
        sizes = np.asarray(image_shape)
        is_valid = sizes.dtype.kind in "iu" and sizes.ndim == 1 and len(sizes) in (2, 3)
    except ValueError:  # of different lengths
        is_valid = False
    if not is_valid or (sizes == 0).any() or (sizes < -1).any() or (sizes == -1).sum() > 1:
        raise ValueError(
            f"image_shape of {owner} must be (height, width) or (height, width, channels), whole "
            "numbers from 1 on, of which one may be -1 (what is left of the row); got "
            f"{image_shape!r}."
        )
    return [*sizes.tolist(), 1][:3]


def _inferred(sizes: list[int], n_cells: int, given: str) -> list[int]:
    known = int(np.prod([size for size in sizes if size != -1]))
    if n_cells % known or (-1 not in sizes and known != n_cells):
        product = " * ".join(str(size) for size in sizes if size != -1)
        raise ValueError(
            f"image_shape={given} does not fit: {product} = {known} numbers an image, and rows of "
            f"X have {n_cells}."
        )
    return [n_cells // known if size == -1 else size for size in sizes]
