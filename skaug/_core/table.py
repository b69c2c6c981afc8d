"""Table: X as the samplers see it, numeric columns as floats and categories as codes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import categorical_mask
from skaug._core.writers import copy_rows, total_of

__all__ = ["Table", "appended_rows", "gathered_rows", "is_frame", "is_sparse", "round_into"]


class Table(ABC):
    """A container of rows, read lazily: what a sampler does not use is never converted.

    Parameters
    ----------
    native : container
        What the user passed, checked but not copied.

    categorical_features : object
        The sampler's parameter.

    owner : str
        The sampler's name, for the messages.
    """

    def __init__(self, native: Any, *, categorical_features: Any, owner: str) -> None:
        self.native = native
        self.owner = owner
        self._categorical_features = categorical_features

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def names(self) -> Sequence[Any] | None:
        """The column names, None where the container has none."""
        return None

    @property
    @abstractmethod
    def categorical_by_dtype(self) -> NDArray[np.bool_]:
        """The columns that are categories by their dtype."""

    @property
    @abstractmethod
    def numeric(self) -> Any:
        """The numeric columns, (n, n_numeric): floats, dense or CSR; missing values are NaN."""

    @property
    @abstractmethod
    def codes(self) -> Indices:
        """The categorical columns, (n, n_categorical): codes, -1 where missing."""

    @property
    @abstractmethod
    def donors(self) -> list[Indices]:
        """For each categorical column a row that holds each level; the last for missing."""

    @abstractmethod
    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the rows, unchanged, followed by those of `batches`, in the same container.

        `kept` are the rows to return of the table's own; None for all.
        """

    @cached_property
    def is_categorical(self) -> NDArray[np.bool_]:
        """Mask of the categorical columns."""
        return categorical_mask(
            self._categorical_features,
            by_dtype=self.categorical_by_dtype,
            names=self.names,
            owner=self.owner,
        )

    @cached_property
    def n_levels(self) -> list[int]:
        """Number of levels of each categorical column, without the missing one."""
        return [len(donors) - 1 for donors in self.donors]

    @property
    def n_numeric(self) -> int:
        """Number of numeric columns."""
        return int(np.count_nonzero(~self.is_categorical))

    def column(self, position: int) -> str:
        """Say which column it is, for a message."""
        if self.names is None:
            return f"column {position}"
        return f"column {self.names[position]!r}"

    def check_finite(self, values: Floats, positions: NDArray[Any]) -> None:
        """Refuse infinite values, naming the first one's column and row."""
        if np.isfinite(total_of(values)) or not np.isinf(values).any():
            return
        row, column = np.argwhere(np.isinf(values))[0]
        raise ValueError(
            f"{self.owner} cannot use infinity in X: {self.column(int(positions[column]))} has "
            f"{values[row, column]} in row {row}. Replace it by a number or by NaN (missing)."
        )

    def cannot_read(self, position: int, value: Any) -> ValueError:
        """Return the error for a column that is neither numbers nor declared as categories."""
        return ValueError(
            f"{self.owner} cannot read {self.column(position)} of X as numbers: it holds "
            f"{str(value)!r}. Name the column in categorical_features, convert it, or drop it."
        )


def is_frame(X: Any) -> bool:
    """Whether `X` is a data frame (not a series) that narwhals knows, eager or lazy."""
    if isinstance(X, np.ndarray):
        return False  # which to find out takes narwhals half a millisecond
    try:
        return isinstance(nw.from_native(X, pass_through=True), (nw.DataFrame, nw.LazyFrame))
    except nw.exceptions.DuplicateError:
        names = [name for name in X.columns if list(X.columns).count(name) > 1]
        raise ValueError(
            f"X must have unique column names, but has {names[0]!r} {names.count(names[0])} "
            "times. Rename the columns."
        ) from None


def is_sparse(X: Any) -> bool:
    """Whether `X` is one of SciPy's sparse matrices or arrays."""
    return sparse.issparse(X)


def appended_rows(native: Any, rows: Indices, kept: Indices | None = None) -> Any:
    """Return any container (or its rows `kept`) followed by copies of `rows`, indexed afresh."""
    if isinstance(native, np.ndarray):
        n_kept = len(native) if kept is None else len(kept)
        out = np.empty((n_kept + len(rows), *native.shape[1:]), dtype=native.dtype)
        copy_rows(native, kept, out[:n_kept])
        copy_rows(native, rows, out[n_kept:])
        return out
    if kept is None:
        kept = np.arange(native.shape[0] if hasattr(native, "shape") else len(native))
    return gathered_rows(native, np.concatenate([kept, rows]))


def gathered_rows(native: Any, rows: Indices) -> Any:
    """Return the given rows of any container; what has an index gets a fresh one."""
    if isinstance(native, list):
        return [native[row] for row in rows]
    wrapped = nw.from_native(native, pass_through=True, allow_series=True)
    if isinstance(wrapped, (nw.DataFrame, nw.Series)):
        return nw.maybe_reset_index(wrapped[rows]).to_native()
    if type(native).__module__.startswith("pyarrow"):
        return native.take(rows)
    if is_sparse(native):
        return native.tocsr()[rows].asformat(native.format)
    return np.asarray(native)[rows]


def round_into(values: Floats, out: NDArray[Any]) -> None:
    """Write `values` into `out`, to the nearest integer that its dtype holds if it is one."""
    if out.dtype.kind in "iu":
        limits = np.iinfo(out.dtype)
        # float(limits.max) may round up to a number the dtype does not hold
        low, high = float(limits.min), float(limits.max)
        high = high if high <= limits.max else float(np.nextafter(high, 0))
        values = np.rint(values)
        np.clip(values, low, high, out=values)
    elif out.dtype.kind == "b":
        values = np.rint(values)
    out[...] = values
