"""Tables held in SciPy's sparse matrices and arrays."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.array_table import ArrayTable, beyond_floats
from skaug._core.batch import Batch, Indices
from skaug._core.table import Table

__all__ = ["SparseTable"]


class SparseTable(Table):
    """A sparse matrix or array; work is done in CSR, the result has the format that came.

    With categorical columns the rows are made dense: a level drawn for a cell has no reason
    to be zero.
    """

    @property
    def shape(self) -> tuple[int, int]:
        n_rows, n_columns = self.native.shape
        return n_rows, n_columns

    @property
    def categorical_by_dtype(self) -> NDArray[np.bool_]:
        return np.zeros(self.shape[1], dtype=bool)

    @cached_property
    def numeric(self) -> Any:
        if self.is_categorical.any():
            return self._dense.numeric
        rows = sparse.csr_array(self.native)
        if rows.dtype not in (np.float32, np.float64):
            rows = rows.astype(np.float64)
        if not np.isfinite(rows.data).all():
            bad = rows.data[~np.isfinite(rows.data)][0]
            raise ValueError(
                f"{self.owner} needs finite values in a sparse X, found {bad}. Distances between "
                "sparse rows with missing values are not defined: impute them, or pass X dense."
            )
        return rows

    @cached_property
    def _dense(self) -> ArrayTable:
        return ArrayTable(
            self.native.toarray(),
            categorical_features=self._categorical_features,
            owner=self.owner,
        )

    @property
    def codes(self) -> Indices:
        if self.is_categorical.any():
            return self._dense.codes
        return np.empty((self.shape[0], 0), dtype=np.int32)

    @property
    def donors(self) -> list[Indices]:
        return self._dense.donors if self.is_categorical.any() else []

    @cached_property
    def _loses_digits(self) -> bool:
        """Whether floats do not hold all integers of the table."""
        return self.native.dtype.kind in "iu" and bool(beyond_floats(self.numeric.data))

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        own = self.native if kept is None else self.native.tocsr()[kept]
        if all(batch.is_copy for batch in batches):
            rows = self.native.tocsr()
            parts = [own, *(rows[batch.seed] for batch in batches)]
        elif self.is_categorical.any():
            nothing = np.empty(0, dtype=np.int32)
            parts = [own, sparse.csr_array(self._dense.extended(batches, kept=nothing))]
        else:
            parts = [own, *(self._rows(batch) for batch in batches)]
        stacked = sparse.vstack(parts, format=self.native.format, dtype=self.native.dtype)
        is_array = isinstance(self.native, sparse.sparray)
        return stacked if is_array else sparse.csr_matrix(stacked).asformat(self.native.format)

    def _rows(self, batch: Batch) -> sparse.csr_array:
        made = batch.sparse_rows(self.numeric)
        if self._loses_digits:  # then only the change is taken from the floats
            made = made - self.numeric[batch.seed]
            made.data = np.rint(made.data)
            own = sparse.csr_array(self.native)[batch.seed]
            return own + made.astype(np.int64).astype(self.native.dtype)
        if self.native.dtype.kind in "iub":
            made.data = np.rint(made.data)
            made.eliminate_zeros()
        return made.astype(self.native.dtype)
