"""Rows put together of cells of others: every cell is copied in its own dtype, never computed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Batch, Indices
from skaug._core.frame_table import FrameTable
from skaug._core.sparse_table import SparseTable
from skaug._core.table import Table
from skaug.mixing._gates import Mask, rows_by_block

__all__ = ["CellBatch", "CellTable"]

_GROUP_CELLS = 1 << 23  # of a group of columns of a frame, whose sources are held


@dataclass(frozen=True, kw_only=True)
class CellBatch(Batch):
    """The recipe of rows that are their seeds but for some cells.

    Parameters
    ----------
    mask : callable
        ``mask(rows)`` marks the cells, of shape (n, n_columns), that are not the seed's.

    donors : callable, default=None
        ``donors(rows)`` returns for each cell the row it comes from, where marked; None: it comes
        from the partner of the row.
    """

    mask: Mask
    donors: Callable[[slice], Indices] | None = None

    def sources(self, rows: slice) -> Indices:
        """Return for each cell of some of the rows the row of the table that it comes from."""
        assert self.partner is not None
        other = self.partner[rows, None] if self.donors is None else self.donors(rows)
        return np.where(self.mask(rows), other, self.seed[rows, None])


class CellTable:
    """A table that writes batches of cells, and is otherwise not read.

    Parameters
    ----------
    table : Table
        The table in its container.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.table.shape

    def extended(self, batches: Sequence[CellBatch], kept: Indices | None = None) -> Any:
        """Return the rows (those `kept`) followed by those of `batches`, in the same container."""
        native = self.table.native
        if isinstance(self.table, FrameTable):
            return _extended_frame(native, batches, kept)
        if isinstance(self.table, SparseTable):
            return _extended_sparse(native, batches, kept)
        return _extended_array(native, batches, kept)


# Arrays ------------------------------------------------------------------------------------


def _extended_array(
    X: NDArray[Any], batches: Sequence[CellBatch], kept: Indices | None
) -> NDArray[Any]:
    begin = len(X) if kept is None else len(kept)
    out = np.empty((begin + sum(map(len, batches)), X.shape[1]), dtype=X.dtype)
    out[:begin] = X if kept is None else X[kept]
    for batch in batches:
        for rows in rows_by_block(*batch.mask.shape):
            _write_cells(X, batch, rows, out[begin + rows.start : begin + rows.stop])
        begin += len(batch)
    return out


def _write_cells(X: NDArray[Any], batch: CellBatch, rows: slice, out: NDArray[Any]) -> None:
    if batch.donors is not None:
        out[...] = X[batch.sources(rows), np.arange(X.shape[1])]
        return
    assert batch.partner is not None
    np.take(X, batch.seed[rows], axis=0, out=out, mode="clip")
    np.copyto(out, X[batch.partner[rows]], where=batch.mask(rows))


# Frames ------------------------------------------------------------------------------------


def _extended_frame(
    frame: nw.DataFrame[Any], batches: Sequence[CellBatch], kept: Indices | None
) -> Any:
    own = frame if kept is None else frame[kept]
    if not batches:
        return nw.maybe_reset_index(own.clone()).to_native()
    rows = nw.maybe_reset_index(frame[np.concatenate([batch.seed for batch in batches])])
    made = [
        nw.maybe_reset_index(frame[:, position][source])
        for position, source in _sources_by_column(batches, frame.shape[1])
    ]
    return nw.maybe_reset_index(nw.concat([own, rows.with_columns(*made)])).to_native()


def _sources_by_column(
    batches: Sequence[CellBatch], n_columns: int
) -> Iterator[tuple[int, Indices]]:
    """Return for each column the rows its new cells come from, a group of columns at a time."""
    n_rows = sum(map(len, batches))
    width = max(1, _GROUP_CELLS // n_rows)
    for first in range(0, n_columns, width):
        group = slice(first, min(first + width, n_columns))
        sources = np.empty((n_rows, group.stop - first), dtype=batches[0].seed.dtype, order="F")
        begin = 0
        for batch in batches:
            for rows in rows_by_block(len(batch), n_columns):
                part = batch.sources(rows)[:, group]
                sources[begin + rows.start : begin + rows.stop] = part
            begin += len(batch)
        yield from zip(range(first, group.stop), sources.T, strict=True)


# Sparse matrices ---------------------------------------------------------------------------


def _extended_sparse(X: Any, batches: Sequence[CellBatch], kept: Indices | None) -> Any:
    rows = sparse.csr_array(X, copy=True)
    rows.sum_duplicates()
    own = X if kept is None else X.tocsr()[kept]
    made = [
        _partner_cells(rows, batch) if batch.donors is None else _marginal_cells(rows, batch)
        for batch in batches
    ]
    stacked = sparse.vstack([own, *made], format=X.format, dtype=X.dtype)
    if isinstance(X, sparse.sparray):
        return stacked
    return sparse.csr_matrix(stacked).asformat(X.format)


def _partner_cells(X: sparse.csr_array, batch: CellBatch) -> sparse.csr_array:
    assert batch.partner is not None
    first, second = X[batch.seed], X[batch.partner]
    for rows in rows_by_block(*batch.mask.shape):
        mask = batch.mask(rows)
        _clear(first, mask, rows)
        _clear(second, ~mask, rows)
    first.eliminate_zeros()
    second.eliminate_zeros()
    return first + second  # no cell is in both


def _clear(X: sparse.csr_array, mask: NDArray[np.bool_], rows: slice) -> None:
    """Set stored cells of some rows to zero where the mask is true."""
    bounds = X.indptr[rows.start : rows.stop + 1]
    stored = slice(bounds[0], bounds[-1])
    row = np.repeat(np.arange(len(mask)), np.diff(bounds))
    X.data[stored][mask[row, X.indices[stored]]] = 0


def _marginal_cells(X: sparse.csr_array, batch: CellBatch) -> sparse.csr_array:
    blocks, cells_of = [], sparse.csr_matrix(X)
    for rows in rows_by_block(*batch.mask.shape):
        source = batch.sources(rows)
        cells = cells_of[source.ravel(), np.tile(np.arange(X.shape[1]), len(source))]
        blocks.append(sparse.csr_array(np.asarray(cells).reshape(source.shape)))
    return sparse.vstack(blocks, format="csr")
