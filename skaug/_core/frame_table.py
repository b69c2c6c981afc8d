"""Tables held in data frames: pandas, polars, pyarrow, through narwhals."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.array_table import as_objects, beyond_floats, equals_seed
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import factorize, holds_numbers, is_missing
from skaug._core.table import Table, round_into

__all__ = ["FrameTable", "cells_of", "series_like"]

_TEXT = (nw.Categorical, nw.Enum, nw.String, nw.Boolean)


class FrameTable(Table):
    """A data frame; columns of categories, text and booleans are categorical by dtype.

    Booleans are numbers to scikit-learn, but the mean of true and false is no boolean: here
    they are voted on like any other category.
    """

    native: nw.DataFrame[Any]

    @property
    def shape(self) -> tuple[int, int]:
        return self.native.shape

    @property
    def names(self) -> Sequence[Any]:
        return self.native.columns

    @cached_property
    def categorical_by_dtype(self) -> NDArray[np.bool_]:
        return np.array([_is_text(column) for column in self.native.iter_columns()], dtype=bool)

    @cached_property
    def numeric(self) -> Floats:
        positions = np.flatnonzero(~self.is_categorical)
        columns = [self._numbers(int(position)) for position in positions]
        narrow = bool(columns) and all(column.dtype == np.float32 for column in columns)
        values = np.empty((self.shape[0], len(columns)), dtype=np.float32 if narrow else np.float64)
        for j, column in enumerate(columns):
            values[:, j] = column
        self.check_finite(values, positions)
        return values

    def _numbers(self, position: int) -> Floats:
        series = self.native[:, position]
        cells = cells_of(series, f"{self.owner} cannot read {self.column(position)} of X")
        if isinstance(series.dtype, (nw.Categorical, nw.Enum)):  # of integers, in pandas
            raise self.cannot_read(position, cells[0])
        if cells.dtype.kind in "fiub":
            return cells.astype(np.float64 if cells.dtype != np.float32 else np.float32)
        if cells.dtype.kind == "O" and holds_numbers(cells):
            missing = is_missing(cells)
            values = np.full(len(cells), np.nan)
            values[~missing] = cells[~missing].astype(np.float64)
            return values
        bad = next((cell for cell in cells if not holds_numbers([cell])), cells[0])
        raise self.cannot_read(position, bad)

    @cached_property
    def _copies_equal_cells(self) -> NDArray[np.bool_]:
        """Mask of the numeric columns of which a float may not tell all that a cell holds."""
        dtypes = [self.native[:, int(j)].dtype for j in np.flatnonzero(~self.is_categorical)]
        may_lose = np.array([not dtype.is_float() for dtype in dtypes], dtype=bool)
        if not may_lose.any():
            return may_lose
        is_object = np.array([dtype == nw.Object for dtype in dtypes], dtype=bool)
        return is_object | (may_lose & beyond_floats(self.numeric))

    @cached_property
    def _factorized(self) -> list[tuple[Indices, Indices]]:
        found = []
        for position in np.flatnonzero(self.is_categorical):
            series = self.native[:, int(position)]
            cells = cells_of(series, f"{self.owner} cannot read {self.column(int(position))} of X")
            missing = series.is_null().to_numpy()
            if cells.dtype.kind == "f":
                missing = missing | np.isnan(cells)
            found.append(factorize(cells, missing, series.name))
        return found

    @cached_property
    def codes(self) -> Indices:
        if not self._factorized:
            return np.empty((self.shape[0], 0), dtype=np.int32)
        return np.column_stack([codes for codes, _ in self._factorized])

    @property
    def donors(self) -> list[Indices]:
        return [donors for _, donors in self._factorized]

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        if not batches and kept is None:
            return self.native.clone().to_native()
        own = self.native if kept is None else self.native[kept]
        if not batches:
            return nw.maybe_reset_index(own).to_native()
        # every cell starts as its seed's, in the native dtype; then what was made replaces it
        rows = self.native[np.concatenate([np.maximum(batch.seed, 0) for batch in batches])]
        if not all(batch.is_copy for batch in batches):
            rows = nw.maybe_reset_index(rows).with_columns(*self._made(batches))
        return nw.maybe_reset_index(nw.concat([own, rows])).to_native()

    def _made(self, batches: Sequence[Batch]) -> list[nw.Series[Any]]:
        values = np.empty((sum(map(len, batches)), self.n_numeric), dtype=self.numeric.dtype)
        begin = 0
        for batch in batches:
            batch.write(self.numeric, values[begin : begin + len(batch)])
            begin += len(batch)
        seed = np.concatenate([batch.seed for batch in batches])
        made = []
        for j, position in enumerate(np.flatnonzero(~self.is_categorical)):
            like = self.native[:, int(position)]
            is_null = like.is_null().to_numpy()
            if is_null.all():  # it may have no dtype that holds anything
                made.append(nw.maybe_reset_index(like[np.zeros(len(seed), dtype=int)]))
                continue
            has_null = np.where(seed < 0, is_null.any(), is_null[np.maximum(seed, 0)])
            absent = np.isnan(values[:, j]) & has_null
            column = series_like(values[:, j], null=absent, like=like)
            if self._copies_equal_cells[j]:
                equal = equals_seed(values[:, j], self.numeric[:, j], seed)
                column = _copied_where(equal, like[np.maximum(seed, 0)], column)
            made.append(column)
        for j, position in enumerate(np.flatnonzero(self.is_categorical)):
            donor = np.concatenate(
                [
                    batch.seed if batch.codes is None else self.donors[j][batch.codes[:, j]]
                    for batch in batches
                ]
            )
            made.append(nw.maybe_reset_index(self.native[:, int(position)][donor]))
        return made


def _copied_where(
    mask: NDArray[np.bool_], cells: nw.Series[Any], others: nw.Series[Any]
) -> nw.Series[Any]:
    """Return the cells where the mask is true, and the others elsewhere."""
    marked = nw.new_series("mask", mask, backend=cells.implementation)
    return nw.maybe_reset_index(cells).zip_with(marked, others)


def _is_text(series: nw.Series[Any]) -> bool:
    dtype = series.dtype
    if dtype.is_numeric():
        return False
    if isinstance(dtype, _TEXT):
        return True
    if dtype == nw.Object:
        return not holds_numbers(series.to_numpy())
    return False


def cells_of(series: nw.Series[Any], cannot: str) -> NDArray[Any]:
    """Return the cells of a series as an array; `cannot` begins the message if there is none."""
    if series.dtype in (nw.Int128, nw.UInt128):
        raise ValueError(
            f"{cannot}: NumPy has no integers of 128 bits, as its dtype {series.dtype} has. Cast "
            "it to Int64 or Float64."
        )
    return series.to_numpy()


def series_like(values: Floats, *, null: NDArray[np.bool_], like: nw.Series[Any]) -> nw.Series[Any]:
    """Make a column of `like`'s very dtype: integers rounded, `null` null, other NaN kept."""
    cells: NDArray[Any] = np.where(null, 0, values)
    if like.dtype.is_integer():
        whole = np.empty(len(values), dtype=str(like.dtype).lower())
        round_into(cells, whole)
        cells = whole
    elif like.dtype == nw.Boolean:
        cells = np.rint(cells).astype(bool)
    name, native = like.name, like.to_native()
    if like.implementation.is_polars():
        import polars as pl

        column = pl.Series(name, cells).set(pl.Series(null), None)
        return nw.from_native(column.cast(native.dtype), series_only=True)
    if like.implementation.is_pyarrow():
        import pyarrow as pa

        column = pa.chunked_array([pa.array(cells, mask=null).cast(native.type)])
        return nw.from_native(column, series_only=True).alias(name)
    return nw.from_native(_pandas_series(cells, null, native), series_only=True)


def _pandas_series(cells: NDArray[Any], null: NDArray[np.bool_], like: Any) -> Any:
    import pandas as pd

    dtype = like.dtype
    column: Any
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        column = as_objects(np.where(null, np.nan, cells), like=like.to_numpy())
    elif isinstance(dtype, pd.SparseDtype):
        plain = np.empty(len(cells), dtype=dtype.subtype)
        round_into(np.where(null, np.nan, cells) if plain.dtype.kind == "f" else cells, plain)
        column = pd.arrays.SparseArray(plain, dtype=dtype)
    elif isinstance(dtype, np.dtype):
        column = np.where(null, np.nan, cells).astype(dtype) if dtype.kind == "f" else cells
    else:
        column = pd.array(cells, dtype=dtype)
        column[null] = pd.NA
    return pd.Series(column, name=like.name)
