"""How the numbers of a row make a series, whatever the array that holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.table import is_frame

__all__ = ["Channels", "SeriesLayout", "flat_rows"]

Channels = Literal["first", "last"]


@dataclass(frozen=True)
class SeriesLayout:
    """The times and channels of the series in the rows of a table."""

    n_times: int
    n_channels: int
    channels: Channels

    @property
    def shape(self) -> tuple[int, int]:
        """Times and channels."""
        return self.n_times, self.n_channels

    def series(self, rows: Floats) -> Floats:
        """Return rows (n, n_times * n_channels) as a view of shape (n, n_times, n_channels)."""
        if self.channels == "last":
            return rows.reshape(-1, *self.shape)
        return rows.reshape(-1, self.n_channels, self.n_times).swapaxes(1, 2)

    def rows(self, series: Floats) -> Floats:
        """Return series (n, n_times, n_channels) as rows (n, n_times * n_channels)."""
        ordered = series if self.channels == "last" else series.swapaxes(1, 2)
        return ordered.reshape(len(series), -1)

    @classmethod
    def of(
        cls, row_shape: Sequence[int], series_shape: Any, channels: Channels, owner: str
    ) -> Self:
        """Read the layout off the shape of a row and the parameter, and check one by the other."""
        asked = None if series_shape is None else _checked_shape(series_shape, owner)
        if len(row_shape) == 1:
            sizes = [row_shape[0], 1] if asked is None else _inferred(asked, row_shape[0], owner)
            return cls(sizes[0], sizes[1], channels)
        found = list(row_shape) if channels == "last" else list(row_shape)[::-1]
        if asked is not None and any(a not in (-1, b) for a, b in zip(asked, found, strict=True)):
            raise ValueError(
                f"series_shape={series_shape} of {owner} is not the shape of the series in X, "
                f"{tuple(found)} (times, channels) with channels={channels!r}. Leave it at None "
                "to read it from X."
            )
        return cls(found[0], found[1], channels)


def flat_rows(X: Any, owner: str) -> tuple[Any, tuple[int, ...]]:
    """Return X with a flat row for each series, and the shape that its rows have."""
    if is_frame(X):
        return X, (len(X.columns),)
    try:
        array = np.asarray(X)
    except ValueError:
        raise ValueError(
            f"{owner} needs series of one length in X, and has several. Cut or pad them."
        ) from None
    if array.ndim < 2 or (array.ndim == 2 and array.size == 0):
        return X, (1,)  # to be refused by who checks tables
    if array.ndim > 3 or 0 in array.shape:
        raise ValueError(
            f"{owner} takes X of shape (n, times * channels) or (n, times, channels), neither of "
            f"which is 0; X has shape {array.shape}."
        )
    if array.dtype.kind in "OUS":
        _check_numbers(array, owner)
    rows = X if array.ndim == 2 else array.reshape(len(array), -1)
    return rows, array.shape[1:]


def _check_numbers(array: NDArray[Any], owner: str) -> None:
    try:
        array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{owner} needs numbers in X: {error}.") from None


def _checked_shape(series_shape: Any, owner: str) -> list[int]:
    """Return times and channels; one of them may be -1, for what is left."""
    try:
        sizes = np.asarray(series_shape)
        is_valid = sizes.dtype.kind in "iu" and sizes.ndim <= 1 and sizes.size in (1, 2)
    except ValueError:  # of different lengths
        is_valid = False
    if not is_valid or (sizes == 0).any() or (sizes < -1).any() or (sizes == -1).sum() > 1:
        raise ValueError(
            f"series_shape of {owner} must be (times,) or (times, channels), whole numbers from 1 "
            f"on, of which one may be -1 (what is left of the row); got {series_shape!r}."
        )
    return [*sizes.ravel().tolist(), 1][:2]


def _inferred(sizes: list[int], n_cells: int, owner: str) -> list[int]:
    known = int(np.prod([size for size in sizes if size != -1]))
    if n_cells % known or (-1 not in sizes and known != n_cells):
        raise ValueError(
            f"series_shape={tuple(sizes)} of {owner} (times, channels) does not fit: rows of X "
            f"have {n_cells} numbers, and not {'a multiple of ' * (-1 in sizes)}{known}."
        )
    return [n_cells // known if size == -1 else size for size in sizes]
