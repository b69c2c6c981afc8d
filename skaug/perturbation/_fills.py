"""The row of what masked cells become: one number, category or missing value a column."""

from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.array_table import as_objects
from skaug._core.batch import Floats
from skaug._core.frame_table import FrameTable, series_like
from skaug._core.table import Table, round_into

__all__ = ["fill_row", "fills_of_numbers", "missing_cells"]


def fills_of_numbers(X: Floats, value: Any) -> Floats:
    """Return what cells of each column become: a number, or NaN where that is missing."""
    if not isinstance(value, str):
        return np.full(X.shape[1], float(value))
    fills = np.full(X.shape[1], np.nan)
    if value == "missing":
        return fills
    seen = ~np.isnan(X).all(axis=0)
    summary = np.nanmean if value == "mean" else np.nanmedian
    fills[seen] = summary(X[:, seen].astype(np.float64, copy=False), axis=0)
    return fills


def fill_row(table: Table, fills: Floats, is_changed: NDArray[np.bool_], value: Any) -> Any:
    """Return a row of the container of the table; in columns that stay it is the first one."""
    donors = [_fill_donor(table, j, value) for j in range(table.codes.shape[1])]
    of_numbers, of_categories = iter(fills.tolist()), iter(donors)
    cells = []
    for position, is_category in enumerate(table.is_categorical.tolist()):
        fill = next(of_categories) if is_category else next(of_numbers)
        if not is_changed[position]:
            cells.append(_cell(table, position, 0))
        elif is_category and fill >= 0:
            cells.append(_cell(table, position, fill))
        elif is_category or np.isnan(fill):
            cells.append(_missing(table, position))
        else:
            cells.append(_number(table, position, fill))
    if isinstance(table, FrameTable):
        columns = [nw.maybe_reset_index(cell) for cell in cells]
        return nw.maybe_reset_index(table.native[[0]]).with_columns(*columns)
    row = np.empty((1, len(cells)), dtype=table.native.dtype)
    for position, cell in enumerate(cells):
        row[0, position] = cell
    return row


def missing_cells(table: Table) -> NDArray[np.bool_]:
    """Mark the cells that are missing, (n, n_columns)."""
    missing = np.empty(table.shape, dtype=bool)
    missing[:, ~table.is_categorical] = np.isnan(table.numeric)
    missing[:, table.is_categorical] = table.codes < 0
    return missing


def _fill_donor(table: Table, j: int, value: Any) -> int:
    """Return a row with the most frequent level of a category; -1 where the fill is missing."""
    codes = table.codes[:, j]
    present = codes[codes >= 0]
    if (isinstance(value, str) and value == "missing") or not len(present):
        return -1
    return int(table.donors[j][np.bincount(present).argmax()])


def _cell(table: Table, position: int, row: int) -> Any:
    if isinstance(table, FrameTable):
        return table.native[:, position][[row]]
    return table.native[row, position]


def _number(table: Table, position: int, fill: float) -> Any:
    values = np.array([fill])
    if isinstance(table, FrameTable):
        like = table.native[:, position]
        return series_like(values, null=np.zeros(1, dtype=bool), like=like)
    if table.native.dtype.kind == "O":
        return as_objects(values, like=table.native[:, position])[0]
    cell = np.empty(1, dtype=table.native.dtype)
    round_into(values, cell)
    return cell[0]


def _missing(table: Table, position: int) -> Any:
    """Return a missing value as the column has it, or could have it."""
    if not isinstance(table, FrameTable):
        return _missing_of_array(table, position)
    series = table.native[:, position]
    is_null = series.is_null().to_numpy()
    if is_null.any():
        return series[[int(np.argmax(is_null))]]
    native = series.to_native()
    made: Any
    if series.implementation.is_polars():
        import polars as pl

        made = pl.Series(series.name, [None], dtype=native.dtype)
    elif series.implementation.is_pyarrow():
        import pyarrow as pa

        made = pa.chunked_array([pa.nulls(1, native.type)])
    else:
        made = _missing_of_pandas(table, position, native)
    return nw.from_native(made, series_only=True).alias(series.name)


def _missing_of_pandas(table: Table, position: int, native: Any) -> Any:
    import pandas as pd

    dtype = native.dtype
    plain = dtype.subtype if isinstance(dtype, pd.SparseDtype) else dtype
    if isinstance(plain, np.dtype) and plain.kind in "iub":
        raise _holds_no_missing(table, position, dtype)
    return pd.Series([None], dtype=dtype, name=native.name)


def _missing_of_array(table: Table, position: int) -> Any:
    X = table.native
    if X.dtype.kind == "f":
        return np.nan
    if X.dtype.kind != "O":
        raise _holds_no_missing(table, position, X.dtype)
    is_category = bool(table.is_categorical[position])
    return None if is_category else np.nan


def _holds_no_missing(table: Table, position: int, dtype: Any) -> ValueError:
    return ValueError(
        f"value='missing' of {table.owner} needs columns that can hold a missing value; "
        f"{table.column(position)} is {dtype}. Convert it to floats or a nullable dtype, leave it "
        "out of features, or set another value."
    )
