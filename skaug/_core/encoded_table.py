"""A table whose numbers are seen in another space: what a sampler makes there is decoded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.table import Table

__all__ = ["EncodedTable"]

_BLOCK_CELLS = 1 << 20  # decoded at a time


class EncodedTable(Table):
    """The rows of a table with other numbers in place of its numeric columns.

    Any sampler can be given one as X. It returns the table itself, in its own container, followed
    by its rows decoded. Categories, missing ones too, are those of the table.

    Parameters
    ----------
    table : Table
        The rows as they came.

    encoded : ndarray of shape (n, n_encoded)
        Their numbers in the other space.

    decode : callable
        ``decode(encoded, seed)`` returns the numeric columns, (m, n_numeric), of some made rows;
        `seed` are the rows they were made of, -1 where there is none.
    """

    def __init__(
        self, table: Table, encoded: Floats, decode: Callable[[Floats, Indices], Floats]
    ) -> None:
        super().__init__(table.native, categorical_features=None, owner=table.owner)
        self.table, self.encoded, self.decode = table, encoded, decode

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.encoded), len(self.is_categorical)

    @cached_property
    def categorical_by_dtype(self) -> NDArray[np.bool_]:
        return np.repeat([False, True], [self.encoded.shape[1], self.table.codes.shape[1]])

    @cached_property
    def is_categorical(self) -> NDArray[np.bool_]:
        """Mask of the categorical columns, which stand last."""
        return self.categorical_by_dtype

    @property
    def numeric(self) -> Floats:
        return self.encoded

    @property
    def codes(self) -> Indices:
        return self.table.codes

    @property
    def donors(self) -> list[Indices]:
        return self.table.donors

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        return self.table.extended([self._decoded(batch) for batch in batches], kept)

    def _decoded(self, batch: Batch) -> Batch:
        if batch.is_copy:
            return batch

        def write(_: Floats, out: Floats) -> None:
            made = np.empty((len(batch), self.encoded.shape[1]), dtype=self.encoded.dtype)
            batch.write(self.encoded, made)
            size = max(1, _BLOCK_CELLS // max(1, made.shape[1], out.shape[1]))
            for begin in range(0, len(made), size):
                rows = slice(begin, begin + size)
                out[rows] = self.decode(made[rows], batch.seed[rows])

        return replace(batch, values=None, writer=write, pool=None)
