"""ContinuousTarget: a y of numbers, with the groups of similar values that samplers work in."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.frame_table import cells_of, series_like
from skaug._core.table import gathered_rows, round_into

__all__ = ["ContinuousTarget"]


class ContinuousTarget:
    """Numbers to predict, one a row, in any container.

    Parameters
    ----------
    native : array-like or series
        What the user passed as y.

    owner : str
        The sampler's name, for the messages.

    Attributes
    ----------
    values : ndarray of shape (n,)
        The numbers.

    codes : ndarray of shape (n,)
        The group of each row; one group until `group` is called.

    classes : ndarray of shape (n_groups,)
        The groups, which stand where class labels do.
    """

    def __init__(self, native: Any, *, owner: str) -> None:
        self.native = native
        wrapped = nw.from_native(native, pass_through=True, allow_series=True)
        if isinstance(wrapped, nw.Series):
            values = cells_of(wrapped, f"{owner} cannot read y")
        else:
            is_frame = isinstance(wrapped, nw.DataFrame)
            values = wrapped.to_numpy() if is_frame else np.asarray(native)
        if values.ndim > 2 or (values.ndim == 2 and values.shape[1] != 1):
            raise ValueError(f"{owner} needs one number a row in y; y has shape {values.shape}.")
        try:
            self.values = values.reshape(len(values)).astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(
                f"{owner} needs numbers in y, of a regression problem; got {values.flat[0]!r}. For "
                "class labels use SMOTE."
            ) from None
        if not np.isfinite(self.values).all():
            row = int(np.argmin(np.isfinite(self.values)))
            raise ValueError(
                f"y has missing or infinite values (contains NaN): row {row} has "
                f"{self.values[row]}. {owner} needs a number for every row; drop those rows."
            )
        self.group(np.zeros(len(values), dtype=np.intp))

    def __len__(self) -> int:
        return len(self.values)

    def group(self, codes: Indices) -> None:
        """Put the rows into groups, numbered from 0."""
        self.codes: NDArray[Any] = codes
        self.classes = np.arange(int(codes.max()) + 1)

    def members(self, code: int) -> Indices:
        """Return the rows of one group."""
        rows = np.flatnonzero(self.codes == code)
        return rows.astype(np.int32) if len(self) < 2**31 else rows

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the targets (those `kept`) followed by those of `batches`, in y's container."""
        rows = np.arange(len(self)) if kept is None else kept
        made = [self.values[batch.labels_from] if batch.y is None else batch.y for batch in batches]
        values: Floats = np.concatenate([np.empty(0), *made])
        if isinstance(self.native, list):
            whole = all(isinstance(value, int) for value in self.native)
            own = [self.native[row] for row in rows]
            return own + [round(value) if whole else value for value in values.tolist()]
        own = gathered_rows(self.native, rows)
        wrapped = nw.from_native(own, pass_through=True, allow_series=True)
        if isinstance(wrapped, nw.DataFrame):
            column = _followed_by(wrapped[:, 0], values)
            return column.to_frame().to_native()
        if isinstance(wrapped, nw.Series):
            return _followed_by(wrapped, values).to_native()
        if not isinstance(own, np.ndarray):  # a plain pyarrow array
            import pyarrow as pa

            array = pa.chunked_array([own])
            series = nw.from_native(array, series_only=True)
            return _followed_by(series, values).to_native().combine_chunks()
        out = np.empty((len(own) + len(values), *own.shape[1:]), dtype=own.dtype)
        out[: len(own)] = own
        round_into(values.reshape(-1, *own.shape[1:]), out[len(own) :])
        return out


def _followed_by(own: nw.Series[Any], values: Floats) -> nw.Series[Any]:
    made = series_like(values, null=np.zeros(len(values), dtype=bool), like=own)
    frames = [series.rename("y").to_frame() for series in (own, made)]
    return nw.maybe_reset_index(nw.concat(frames))["y"].rename(own.name)
