"""Categories of a table in the codes of one that was learnt."""

from typing import Any

import numpy as np

from skaug._core.batch import Indices
from skaug._core.frame_table import FrameTable
from skaug.base import Table

__all__ = ["codes_as_in", "levels_of"]


def codes_as_in(known: Table, table: Table) -> Indices:
    """Return the codes of a table by the levels of another; -1 for those it does not have."""
    codes = table.codes.copy()
    for j, (old, new) in enumerate(zip(levels_of(known), levels_of(table), strict=True)):
        code_of = {level: code for code, level in enumerate(old)}
        codes[:, j] = np.array([*(code_of.get(level, -1) for level in new), -1])[codes[:, j]]
    return codes


def levels_of(table: Table) -> list[list[Any]]:
    """Return the levels of each category, by code."""
    found: list[list[Any]] = []
    for position, donors in zip(np.flatnonzero(table.is_categorical), table.donors, strict=True):
        if isinstance(table, FrameTable):
            found.append(table.native[:, int(position)][donors[:-1]].to_list())
        else:
            found.append(table.native[donors[:-1], position].tolist())
    return found
