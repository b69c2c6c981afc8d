"""Which other image each row is given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.row_rng import RowRng

__all__ = ["LAWS", "Curves", "ImageBank", "Paint", "PairedRows"]

LAWS = ("same_class", "other_class", "any")

Paint = Callable[[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], Floats | None]]
Curves = dict[int, tuple[int, Floats]]  # by the first row of a chunk: images, and sum of curves

_COMPARED = 1024  # images at once


@dataclass(frozen=True)
class ImageBank:
    """Images to give to others, and the law by which they are drawn.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width, n_channels)
        The images.

    law : {'same_class', 'other_class', 'any'}
        Which of them a row may get, by their labels.

    labels : ndarray of shape (n_images,), default=None
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
        """Return the position of an image for each row, -1 where the law leaves none.

        Parameters
        ----------
        uniforms : ndarray of shape (m,)
            Numbers from [0, 1).

        own : ndarray of shape (m,)
            The position of the row itself among the images, -1 where it is not; no row is given
            to itself.

        labels : ndarray of shape (m,) or None
            The labels of the rows; not needed with 'any'.
        """
        if self.law == "any":
            n_left = len(self) - (own >= 0)
            place = _below(n_left, uniforms)
            return np.where(n_left > 0, place + ((own >= 0) & (place >= own)), -1)
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


@dataclass(frozen=True, kw_only=True)
class PairedRows(RowRng):
    """The random numbers of rows that know their other image.

    Parameters
    ----------
    partners : ndarray of shape (n,)
        The position of each row's other image in `bank`; -1 for none.

    bank : ImageBank
        The images.

    paint : callable
        ``paint(images, others)`` returns what is made of both, values from 0 to 1, and loss
        curves or None.

    curves : dict or None
        Where the sums of the loss curves of a chunk are kept.
    """

    partners: Indices
    bank: ImageBank
    paint: Paint
    curves: Curves | None = None

    @classmethod
    def of(
        cls,
        rng: RowRng,
        partners: Indices,
        bank: ImageBank,
        paint: Paint,
        curves: Curves | None = None,
    ) -> Self:
        """Return the random numbers of `rng` for rows with these partners."""
        return cls(
            seed=rng.seed,
            copy=rng.copy,
            rows=rng.rows,
            recent=rng.recent,
            partners=partners,
            bank=bank,
            paint=paint,
            curves=curves,
        )

    def at(self, positions: Any) -> Self:
        """Return the same for some of the rows."""
        return replace(self, rows=self.rows[positions], partners=self.partners[positions])


def _below(limits: Indices, uniforms: Floats) -> Indices:
    """Return a whole number from 0 up to each limit, which it does not reach."""
    return np.maximum(np.minimum((uniforms * limits).astype(np.int64), limits - 1), 0)
