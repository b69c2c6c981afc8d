"""The columns of a table as trees see them: numbers by rank, levels in an order."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.codec import Quantiles
from skaug._core.table import Table

__all__ = [
    "Column",
    "level_ranks",
    "number_ranks",
    "ranks_among",
    "stands_alone",
    "table_cells",
    "table_columns",
    "told_by",
]


class Column:
    """One column of a table, as trees see it.

    Parameters
    ----------
    cells : ndarray of shape (n,)
        Numbers, NaN where missing; or codes of categories, of which -1, missing, is one more.

    is_category : bool
        Which of the two.
    """

    def __init__(self, cells: NDArray[Any], *, is_category: bool) -> None:
        self.is_category = is_category
        self.cells = cells
        if is_category:
            self.levels, self.positions = np.unique(cells, return_inverse=True)
        else:
            self.quantiles = Quantiles(cells)

    @cached_property
    def ranks(self) -> NDArray[np.float32]:
        """The numbers as ranks, which is all that a tree asks of them."""
        return number_ranks(self.cells, self.quantiles.values)

    @cached_property
    def response(self) -> Floats:
        """The numbers as a tree learns them: their share of the rows, and whether they miss.

        Of shares no few large values choose the splits. Both have a variance of 1.
        """
        share, missing = self.quantiles.share(self.cells), np.isnan(self.cells)
        if not missing.any():
            return _standardised(share[:, None])
        share[missing] = 0.5
        return _standardised(np.column_stack([share, missing]))

    def means_by(self, groups: Indices, n_groups: int) -> Floats:
        """Return the mean response of groups of rows; of a category, the share of each level."""
        counts = np.maximum(np.bincount(groups, minlength=n_groups), 1)[:, None]
        if self.is_category:
            n_levels = len(self.levels)
            pairs = groups.astype(np.intp) * n_levels + self.positions
            both = np.bincount(pairs, minlength=n_groups * n_levels)
            return both.reshape(n_groups, n_levels) / counts
        sums = [np.bincount(groups, weights=r, minlength=n_groups) for r in self.response.T]
        return np.column_stack(sums) / counts


def number_ranks(numbers: Floats, values: Floats) -> NDArray[np.float32]:
    """Return the place of numbers among sorted values, NaN where missing.

    Trees of scikit-learn compare in single precision, which merges numbers and holds all ranks.
    """
    ranks = np.searchsorted(values, numbers).astype(np.float32)
    ranks[np.isnan(numbers)] = np.nan
    return ranks


def level_ranks(means: Floats, counts: Indices) -> NDArray[np.float32]:
    """Order levels by their means, if there are several along the first principal axis of them.

    A tree splits a category by ranks of its levels. For one response the order by means has the
    best of all splits in two; for several, the first axis comes near it.
    """
    centred = means - counts @ means / counts.sum()
    axis = np.linalg.svd(centred * np.sqrt(counts)[:, None], full_matrices=False)[2][0]
    ranks = np.empty(len(means), dtype=np.float32)
    ranks[np.argsort(centred @ axis, kind="stable")] = np.arange(len(means))
    return ranks


def ranks_among(columns: Sequence[Column], j: int) -> NDArray[np.float32]:
    """Return the ranks of the levels of category j, by what they tell of the other columns."""
    groups, n_groups = columns[j].positions, len(columns[j].levels)
    means = [c.means_by(groups, n_groups) for k, c in enumerate(columns) if k != j]
    return level_ranks(np.column_stack(means), np.bincount(groups, minlength=n_groups))


def stands_alone(numbers: Floats) -> NDArray[np.bool_]:
    """Mark the numbers that occur once; none where all are whole: those are never smoothed."""
    present = ~np.isnan(numbers)
    if (numbers[present] == np.rint(numbers[present])).all():
        return np.zeros(len(numbers), dtype=bool)
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    alone: NDArray[np.bool_] = present & (counts[inverse] == 1)
    return alone


def table_columns(X: Table) -> list[Column]:
    """Return the columns of a table, in its order."""
    numbers, codes = iter(X.numeric.T.astype(np.float64)), iter(X.codes.T)
    return [
        Column(next(codes) if is_category else next(numbers), is_category=bool(is_category))
        for is_category in X.is_categorical
    ]


def table_cells(
    drawn: Sequence[NDArray[Any]], levels: Sequence[Indices | None]
) -> tuple[Floats, Indices]:
    """Return the numbers and the codes of columns; of categories `drawn` holds the positions.

    `levels` are the codes of each category, None for columns of numbers.
    """
    pairs = list(zip(drawn, levels, strict=True))
    numeric = np.empty((len(drawn[0]), sum(own is None for own in levels)))
    codes = np.empty((len(drawn[0]), len(levels) - numeric.shape[1]), dtype=np.int32)
    for j, cells in enumerate(cells for cells, own in pairs if own is None):
        numeric[:, j] = cells
    for j, found in enumerate(
        own[cells.astype(np.intp)] for cells, own in pairs if own is not None
    ):
        codes[:, j] = found
    return numeric, codes


def told_by(column: Column, given: Column) -> float:
    """Return the share of the variance of a column that is between groups of another.

    The groups are the levels of a category, or tenths of numbers.
    """
    if given.is_category:
        groups = given.positions
    else:
        groups = np.minimum((given.quantiles.share(given.cells) * 10).astype(np.intp), 9)
    n_groups = int(groups.max()) + 1
    means = column.means_by(groups, n_groups)
    share = np.bincount(groups, minlength=n_groups) / len(groups)
    overall = share @ means
    between = float((share @ (means - overall) ** 2).sum())
    own = 1 - float((overall**2).sum()) if column.is_category else means.shape[1]
    return between / max(own, 1e-12)


def _standardised(A: Floats) -> Floats:
    centred: Floats = A - A.mean(axis=0)
    spread = centred.std(axis=0)
    return centred / np.where(spread > 0, spread, 1)
