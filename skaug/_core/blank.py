"""Blanks: the few rows of a table and a target that show how to write rows a model draws."""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from skaug._core.array_table import ArrayTable
from skaug._core.batch import Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.frame_table import FrameTable
from skaug._core.table import Table, gathered_rows
from skaug._core.target import Target

__all__ = ["NO_ROWS", "blank_table", "blank_target"]

NO_ROWS = np.empty(0, dtype=np.int32)


def blank_table(table: Table) -> Table:
    """Return the rows of a dense table that `Table.extended` needs for rows drawn by a model.

    Those are one with each level of each category, which keeps its code, and in each numeric
    column one with each kind of cell. So a fitted model carries a few rows and not the table.
    """
    rows = [donors[donors >= 0] for donors in table.donors]
    rows += [_kinds(table, int(position)) for position in np.flatnonzero(~table.is_categorical)]
    # ascending: levels are numbered by first appearance, and a donor is the first of its level
    native = table.native[np.unique(np.concatenate(rows))]
    return type(table)(native, categorical_features=table.is_categorical, owner=table.owner)


def _kinds(table: Table, position: int) -> Indices:
    """Return the first rows of a column that hold something, nothing, and each type of object."""
    if isinstance(table, FrameTable):
        series = table.native[:, position]
        is_null, cells = series.is_null().to_numpy(), series.to_numpy()
    else:
        assert isinstance(table, ArrayTable)
        cells = table.native[:, position]
        is_null = np.zeros(len(cells), dtype=bool)
    if cells.dtype.kind == "O":
        return _first_of_each(zip(is_null.tolist(), map(type, cells), strict=True))
    first: NDArray[np.signedinteger] = np.unique(is_null, return_index=True)[1]
    return first


def blank_target(target: Target | ContinuousTarget, owner: str) -> Target | ContinuousTarget:
    """Return a target of few rows, read as `target` is: row i has the label of code i.

    Of numbers it has one row, or as many as there are types of numbers in a list.
    """
    if isinstance(target, Target):
        rows = np.unique(target.codes, return_index=True)[1]
    elif isinstance(target.native, list):
        rows = _first_of_each(map(type, target.native))
    else:
        rows = np.zeros(1, dtype=np.intp)
    return type(target)(gathered_rows(target.native, rows), owner=owner)


def _first_of_each(kinds: Iterable[Hashable]) -> Indices:
    first: dict[Hashable, int] = {}
    for row, kind in enumerate(kinds):
        first.setdefault(kind, row)
    return np.array(list(first.values()), dtype=np.intp)
