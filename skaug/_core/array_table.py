"""Tables held in NumPy arrays (and lists, read as arrays)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import factorize, holds_numbers, is_missing
from skaug._core.table import Table, round_into
from skaug._core.writers import copy_rows

__all__ = ["ArrayTable", "as_objects", "beyond_floats", "equals_seed"]


class ArrayTable(Table):
    """A two-dimensional ndarray of any dtype; integer and bool columns are rounded back."""

    native: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int]:
        n_rows, n_columns = self.native.shape
        return n_rows, n_columns

    @cached_property
    def categorical_by_dtype(self) -> NDArray[np.bool_]:
        if self.native.dtype.kind == "O":
            return np.array([not holds_numbers(column) for column in self.native.T], dtype=bool)
        return np.full(self.shape[1], self.native.dtype.kind in "US")

    @property
    def _is_plain(self) -> bool:
        """Whether the array itself serves as the numeric columns."""
        return self.native.dtype in (np.float32, np.float64) and not self.is_categorical.any()

    @cached_property
    def numeric(self) -> Floats:
        positions = np.flatnonzero(~self.is_categorical)
        columns = self.native if len(positions) == self.shape[1] else self.native[:, positions]
        if self.native.dtype in (np.float32, np.float64):
            values = columns
        elif self.native.dtype.kind in "OUS":
            values = self._parsed(columns, positions)
        elif self.native.dtype.kind not in "fiub" and columns.size:
            raise self.cannot_read(int(positions[0]), columns[0, 0])
        else:
            values = columns.astype(np.float64)
        self.check_finite(values, positions)
        return values

    def _parsed(self, columns: NDArray[Any], positions: NDArray[Any]) -> Floats:
        values = np.empty(columns.shape)
        for j, position in enumerate(positions):
            cells = columns[:, j]
            if not holds_numbers(cells):
                raise self.cannot_read(int(position), next(c for c in cells if not _number(c)))
            missing = is_missing(cells)
            values[~missing, j] = cells[~missing].astype(np.float64)
            values[missing, j] = np.nan
        return values

    @cached_property
    def _copies_equal_cells(self) -> NDArray[np.bool_]:
        """Mask of the numeric columns of which a float may not tell all that a cell holds."""
        dtype = self.native.dtype
        if dtype.kind in "iu" and dtype.itemsize == 8:
            return beyond_floats(self.numeric)
        return np.full(self.n_numeric, dtype.kind == "O")

    @cached_property
    def _factorized(self) -> list[tuple[Indices, Indices]]:
        found = []
        for position in np.flatnonzero(self.is_categorical):
            cells = self.native[:, position]
            missing = np.isnan(cells) if cells.dtype.kind == "f" else is_missing(cells.tolist())
            found.append(factorize(cells, missing, position))
        return found

    @cached_property
    def codes(self) -> Indices:
        if not self._factorized:
            return np.empty((self.shape[0], 0), dtype=np.int32)
        return np.column_stack([codes for codes, _ in self._factorized])

    @property
    def donors(self) -> list[Indices]:
        return [donors for _, donors in self._factorized]

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> NDArray[Any]:
        X = self.native
        begin = len(X) if kept is None else len(kept)
        out = np.empty((begin + sum(map(len, batches)), X.shape[1]), dtype=X.dtype)
        copy_rows(X, kept, out[:begin])
        for batch in batches:
            rows = out[begin : begin + len(batch)]
            begin += len(batch)
            if batch.is_copy:
                copy_rows(X, batch.seed, rows)
            elif self._is_plain:
                batch.write(self.numeric, rows)
            else:
                self._write_mixed(batch, rows)
        return out

    def _write_mixed(self, batch: Batch, rows: NDArray[Any]) -> None:
        values = np.empty((len(batch), self.n_numeric), dtype=self.numeric.dtype)
        batch.write(self.numeric, values)
        for j, position in enumerate(np.flatnonzero(~self.is_categorical)):
            cells = self.native[:, position]
            if cells.dtype.kind == "O":
                rows[:, position] = as_objects(values[:, j], like=cells)
            else:
                round_into(values[:, j], rows[:, position])
            if self._copies_equal_cells[j]:
                equal = equals_seed(values[:, j], self.numeric[:, j], batch.seed)
                rows[equal, position] = cells[batch.seed[equal]]
        for j, position in enumerate(np.flatnonzero(self.is_categorical)):
            donor = batch.seed if batch.codes is None else self.donors[j][batch.codes[:, j]]
            rows[:, position] = self.native[donor, position]


def _number(value: Any) -> bool:
    return holds_numbers([value])


def as_objects(values: Floats, like: NDArray[Any]) -> NDArray[Any]:
    """Return floats as the kind of numbers a column of objects holds: all int, or float.

    What is missing is what stands for it in the column: None, NaN or pandas' NA.
    """
    is_absent = is_missing(like)
    made = values.astype(object)
    found = ~np.isnan(values)
    if all(isinstance(value, (int, np.integer)) for value in like[~is_absent]):
        made[found] = [round(value) for value in values[found].tolist()]
    if is_absent.any():
        made[~found] = like[np.argmax(is_absent)]
    return made


def beyond_floats(X: Floats) -> NDArray[np.bool_]:
    """Mark the columns with numbers beyond 2**53, where integers read as floats lose digits."""
    largest, smallest = (f.reduce(X, axis=0, initial=0) for f in (np.fmax, np.fmin))
    return (largest >= 2.0**53) | (smallest <= -(2.0**53))


def equals_seed(values: Floats, column: Floats, seed: Indices) -> NDArray[np.bool_]:
    """Mark the values made that are still those of their seeds in a column, missing or not."""
    own = column[np.maximum(seed, 0)]
    return (seed >= 0) & ((values == own) | (np.isnan(values) & np.isnan(own)))
