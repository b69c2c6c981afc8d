"""Rows of which cells are replaced by those of other rows: copied as they are, never computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Indices
from skaug._core.frame_table import FrameTable
from skaug._core.row_rng import rows_per_block
from skaug._core.table import Table

__all__ = ["CellBatch", "CellTable", "Replacement", "check_alike"]

# for some of the rows: which of the cells that may change do, flat, and the row of each one's donor
Replacement = tuple[NDArray[np.intp], Indices]


@dataclass(frozen=True, kw_only=True)
class CellBatch(Batch):
    """The recipe of rows as a `Batch` makes them, of which cells are then replaced.

    Parameters
    ----------
    columns : ndarray of shape (n_changed,)
        The columns of which cells may be replaced.

    replaced : callable
        ``replaced(rows)`` returns, for a slice of the rows, what is replaced and by which donors.
    """

    columns: Indices
    replaced: Callable[[slice], Replacement]


class CellTable:
    """A table, and one of donors with the same columns, that cells are copied from.

    Parameters
    ----------
    table : Table
        The table of the seeds.

    donors : ndarray or narwhals' DataFrame
        The rows that cells are taken from.
    """

    def __init__(self, table: Table, donors: Any) -> None:
        self.table = table
        self.donors = donors

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.table.shape

    def extended(self, batches: Sequence[CellBatch], kept: Indices | None = None) -> Any:
        """Return the rows (those `kept`) followed by those of `batches`, in the same container."""
        rows = self.table.extended(batches, kept)
        begin = self.shape[0] if kept is None else len(kept)
        if not batches:
            return rows
        if isinstance(self.table, FrameTable):
            return _replaced_in_frame(nw.from_native(rows), begin, batches, self.donors)
        if rows.dtype.kind in "US":  # the donors may hold longer text
            rows = rows.astype(np.result_type(rows, self.donors), copy=False)
        for batch in batches:
            _replace_in_array(rows[begin : begin + len(batch)], batch, self.donors)
            begin += len(batch)
        return rows


def check_alike(table: Table, donors: Any) -> None:
    """Refuse a table that cannot hold the cells of the donors as they are."""
    if isinstance(table, FrameTable):
        if not isinstance(donors, nw.DataFrame):
            raise _not_alike(table.owner, "X is a data frame", "an array")
        if table.native.implementation != donors.implementation:
            raise _not_alike(
                table.owner,
                f"X is a frame of {table.native.implementation}",
                f"one of {donors.implementation}",
            )
        for name in donors.columns:
            now, then = _dtype(table.native[name]), _dtype(donors[name])
            if now != then:
                raise _not_alike(table.owner, f"column {name!r} of X is {now}", then)
    elif isinstance(donors, nw.DataFrame):
        raise _not_alike(table.owner, "X is an array", "a data frame")
    elif not _holds(table.native.dtype, donors.dtype):
        raise _not_alike(table.owner, f"X is {table.native.dtype}", donors.dtype)


def _not_alike(owner: str, now: str, then: Any) -> ValueError:
    return ValueError(
        f"augment of {owner} copies cells of the rows it was fitted to, and {now}; it was fitted "
        f"to {then}. Convert X."
    )


def _holds(dtype: np.dtype[Any], other: np.dtype[Any]) -> bool:
    both_text = dtype.kind == other.kind and dtype.kind in "US"
    return both_text or dtype.kind == "O" or np.can_cast(other, dtype, "same_kind")


def _dtype(series: nw.Series[Any]) -> Any:
    native = series.to_native()
    return native.type if hasattr(native, "type") else native.dtype


def _replace_in_array(rows: NDArray[Any], batch: CellBatch, donors: NDArray[Any]) -> None:
    width = len(batch.columns)
    for part in _parts(batch):
        cell, donor = batch.replaced(part)
        row = cell // width
        column = batch.columns[cell - row * width]
        rows[part.start + row, column] = donors[donor, column]


def _replaced_in_frame(
    rows: nw.DataFrame[Any], begin: int, batches: Sequence[CellBatch], donors: nw.DataFrame[Any]
) -> Any:
    columns = batches[0].columns
    sources = np.empty((len(rows), len(columns)), dtype=np.int64, order="F")
    sources[...] = np.arange(len(donors), len(donors) + len(rows))[:, None]
    for batch in batches:
        for part in _parts(batch):
            cell, donor = batch.replaced(part)
            row = cell // len(columns)
            sources[begin + part.start + row, cell - row * len(columns)] = donor
        begin += len(batch)
    both = nw.concat([nw.maybe_reset_index(donors), rows])
    made = [
        nw.maybe_reset_index(both[:, int(column)][source])
        for column, source in zip(columns, sources.T, strict=True)
    ]
    return rows.with_columns(*made).to_native()


def _parts(batch: CellBatch) -> list[slice]:
    size = rows_per_block(len(batch.columns))  # that of the random numbers
    return [slice(b, min(b + size, len(batch))) for b in range(0, len(batch), size)]
