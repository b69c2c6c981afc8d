"""The base of samplers that replace cells of a row by cells of donors."""

from abc import abstractmethod
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.chosen_columns import chosen_columns
from skaug._core.row_rng import RowRng
from skaug._core.table import Table
from skaug.base import BaseSampler, Target
from skaug.perturbation._base import PerturbationSampler
from skaug.perturbation._cells import CellBatch, CellTable, Replacement, check_alike

__all__ = ["CellSampler"]


class CellSampler(PerturbationSampler):
    """Abstract base of samplers that replace each cell with probability ``p`` by that of a donor.

    A subclass implements `_donors_of` and `_donor_rows`. Which cells of row i in copy c are
    replaced depends on the seed, c and i only; one number of each cell tells whether it is, and by
    which donor.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PerturbationSampler._parameter_constraints,
        "p": [sk.Interval(Real, 0, 1, closed="both")],
    }

    p: float

    @abstractmethod
    def _donors_of(self, table: Table, y: Target | None) -> Any:
        """Return the rows that cells are copied from, an array or frame with the table's columns.

        `y` holds the labels; None where `_label_reader` is.
        """

    @abstractmethod
    def _donor_rows(self, share: Floats, classes: Indices | None) -> NDArray[np.intp]:
        """Return the donors of cells, given a number from [0, 1) for each.

        `classes` are those of the rows that the cells are in; None where `_label_reader` is.
        """

    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        return X  # numbers stay as they are, but where they are replaced

    def _read(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._refuse_sparse(X)
        table, target = BaseSampler._read(self, X, y)  # without reading numbers
        self._is_changed = chosen_columns(self.features, table, "features")
        self._is_categorical = np.zeros_like(self._is_changed)
        if hasattr(self, "categorical_features"):
            self._is_categorical = table.is_categorical
        self._donors = self._donors_of(table, self._labels_of(target))
        return CellTable(table, self._donors), target

    def _read_again(self, X: Any) -> Any:
        table = super()._read_again(X)
        check_alike(table, self._donors)
        return CellTable(table, self._donors)

    def _batch(self, X: Any, rows: Indices, classes: Indices | None, rng: RowRng) -> CellBatch:
        own = None if classes is None else classes[rows]
        columns = np.flatnonzero(self._is_changed)

        def replaced(part: slice) -> Replacement:
            drawn = rng.at(part).uniforms(len(columns)).ravel()
            cell = np.flatnonzero(drawn < self.p)
            of_cells = None if own is None else own[part][cell // len(columns)]
            return cell, self._donor_rows(drawn[cell] / self.p, of_cells)

        return CellBatch(seed=rows, columns=columns, replaced=replaced)
