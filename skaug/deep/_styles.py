"""Which image lends each row its style."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.image_layout import ImageLayout
from skaug._core.row_rng import RowRng

__all__ = [
    "LAWS",
    "Curves",
    "Paint",
    "StyleBank",
    "StyledRows",
    "given_styles",
    "mean_curve",
    "strength_range",
]

LAWS = ("same_class", "other_class", "any")

Paint = Callable[[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], Floats | None]]
Curves = dict[int, tuple[int, Floats]]  # by the first row of a chunk: images, and sum of curves

_COMPARED = 1024  # images at once


@dataclass(frozen=True)
class StyleBank:
    """Images to take styles from, and the law by which they are drawn.

    Parameters
    ----------
    images : ndarray of shape (n_styles, height, width, n_channels)
        The images.

    law : {'same_class', 'other_class', 'any'}
        Which of them a row may get, by their labels.

    labels : ndarray of shape (n_styles,), default=None
        The labels of the images; not needed with 'any'.
    """

    images: NDArray[Any]
    law: str = "any"
    labels: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def classes(self) -> list[Any]:
        """The labels, each once."""
        assert self.labels is not None
        classes: list[Any] = np.unique(self.labels).tolist()
        return classes

    @cached_property
    def _by_class(self) -> tuple[Indices, Indices, Indices, Indices]:
        """Return the images class by class, where each begins, its size, and ranks in it."""
        assert self.labels is not None
        codes = np.unique(self.labels, return_inverse=True)[1]
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes)
        start = np.cumsum(counts) - counts
        rank = np.empty(len(codes), dtype=np.int64)
        rank[order] = np.arange(len(codes)) - np.repeat(start, counts)
        return order, start, counts, rank

    def found(self, images: Any, rows: Indices, numbers: Indices) -> Indices:
        """Return the position of rows that are images of the bank, of the same number; else -1."""
        own: Indices = np.where(numbers < len(self), numbers, -1)
        for begin in range(0, len(rows), _COMPARED):
            part = slice(begin, begin + _COMPARED)
            same = (images.images(rows[part]) == self.images[own[part]]).all(axis=(1, 2, 3))
            own[part] = np.where(same, own[part], -1)
        return own

    def drawn(self, uniforms: Floats, own: Indices, labels: NDArray[Any] | None) -> Indices:
        """Return the position of a style for each row, -1 where the law leaves none.

        Parameters
        ----------
        uniforms : ndarray of shape (m,)
            Numbers from [0, 1).

        own : ndarray of shape (m,)
            The position of the row itself among the images, -1 where it is not; no row lends
            itself its style.

        labels : ndarray of shape (m,) or None
            The labels of the rows; not needed with 'any'.
        """
        if self.law == "any":
            n_left = len(self) - (own >= 0)
            style = _below(n_left, uniforms)
            return np.where(n_left > 0, style + ((own >= 0) & (style >= own)), -1)
        assert labels is not None
        known = {label: code for code, label in enumerate(self.classes)}
        order, start, counts, rank = self._by_class
        code = np.array([known.get(label, -1) for label in labels.tolist()], dtype=np.int64)
        size = np.where(code >= 0, counts[code], 0)
        if self.law == "other_class":
            n_left = len(self) - size
            place = _below(n_left, uniforms)
            place += np.where((code >= 0) & (place >= start[code]), size, 0)
        else:
            is_among = own >= 0
            n_left = size - is_among
            place = _below(n_left, uniforms)
            place += is_among & (place >= rank[own])
            place += start[code]
        return np.where(n_left > 0, order[np.minimum(place, len(self) - 1)], -1)


def strength_range(strength: Any, owner: str) -> tuple[float, float]:
    """Return (a, a) for a number a, and a pair as it is."""
    try:
        low, high = np.broadcast_to(np.asarray(strength, dtype=float), 2).tolist()
        is_valid = np.shape(strength) in ((), (2,)) and 0 <= low <= high <= 1
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ValueError(
            f"strength of {owner} must be a number from 0 to 1, or a pair (lowest, highest) of "
            f"such numbers to draw from; got {strength!r}."
        )
    return low, high


def given_styles(
    styles: Any, layout: ImageLayout, value_range: tuple[float, float], owner: str
) -> NDArray[Any]:
    """Return the style images that a user gives, (n, height, width, n_channels), checked."""
    try:
        array = np.asarray(styles)
    except ValueError:
        raise ValueError(f"styles of {owner} needs images of one shape, and has several.") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"styles of {owner} needs numbers, and has dtype {array.dtype}.")
    height, width, n_channels = layout.shape
    first = layout.channels == "first"
    shape = (n_channels, height, width) if first else layout.shape
    accepted = [shape, (height * width * n_channels,), *([(height, width)] * (n_channels == 1))]
    if array.shape[1:] not in accepted or len(array) == 0:
        raise ValueError(
            f"styles of {owner} must have shape (n_styles, {', '.join(map(str, shape))}), 1 or "
            f"more images of the shape of those in X; got {array.shape}. Resize them"
            + (", and put a single one into a list." if array.ndim < 4 else ".")
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"styles of {owner} contains NaN or infinity. Fill or drop such images.")
    low, high = float(array.min()), float(array.max())
    if low < value_range[0] or high > value_range[1]:
        raise ValueError(
            f"styles of {owner} must have values within the range of X, {value_range[0]:g} to "
            f"{value_range[1]:g}; they go from {low:g} to {high:g}. Scale them as X is, or set "
            "value_range so that it holds both."
        )
    return layout.images(array.reshape(len(array), -1))


def mean_curve(curves: list[Curves], shape: tuple[int, int]) -> Floats:
    """Return the mean loss of all images, summed in an order that threads do not change."""
    n_images, total = 0, np.zeros(shape)
    for chunks in curves:
        for begin in sorted(chunks):
            n_images += chunks[begin][0]
            total += chunks[begin][1]
    return total / n_images if n_images else total[:0]


def _below(limits: Indices, uniforms: Floats) -> Indices:
    """Return a whole number from 0 up to each limit, which it does not reach."""
    return np.maximum(np.minimum((uniforms * limits).astype(np.int64), limits - 1), 0)


@dataclass(frozen=True, kw_only=True)
class StyledRows(RowRng):
    """The random numbers of rows that know their style.

    Parameters
    ----------
    styles : ndarray of shape (n,)
        The position of each row's style in `bank`; -1 for none.

    bank : StyleBank
        The styles.

    paint : callable
        ``paint(contents, styles)`` returns the images in their new style, and loss curves or
        None.

    curves : dict or None
        Where the sums of the loss curves of a chunk are kept.
    """

    styles: Indices
    bank: StyleBank
    paint: Paint
    curves: Curves | None = None

    @classmethod
    def of(
        cls,
        rng: RowRng,
        styles: Indices,
        bank: StyleBank,
        paint: Paint,
        curves: Curves | None = None,
    ) -> Self:
        """Return the random numbers of `rng` for rows of these styles."""
        return cls(
            seed=rng.seed,
            copy=rng.copy,
            rows=rng.rows,
            recent=rng.recent,
            styles=styles,
            bank=bank,
            paint=paint,
            curves=curves,
        )

    def at(self, positions: Any) -> Self:
        """Return the same for some of the rows."""
        return replace(self, rows=self.rows[positions], styles=self.styles[positions])
