"""The density of a forest whose columns are independent within leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from skaug._core.batch import Floats, Indices
from skaug.generative._tree_cells import CellTree

__all__ = ["LeafDensity", "log_density"]

_BLOCK = 2048  # rows scored at a time: one that misses much may be in many leaves
_LOG_ROOT = 0.5 * np.log(2 * np.pi)


def log_density(
    trees: Sequence[CellTree],
    leaves: Indices,
    V: Floats,
    is_category: NDArray[np.bool_],
    Q: Floats,
) -> Floats:
    """Return the log of the density of rows, averaged over trees.

    Parameters
    ----------
    trees : sequence of CellTree
        The trees.

    leaves : ndarray of shape (n, n_trees)
        The leaf of each row they hold.

    V : ndarray of shape (n, d)
        Those rows: numbers, NaN where missing, and ranks of levels.

    is_category : ndarray of bool of shape (d,)
        The columns of ranks.

    Q : ndarray of shape (m, d)
        The rows to score. NaN is any value: the density is that of the other columns.
    """
    total = np.full(len(Q), -np.inf)
    for tree, own in zip(trees, leaves.T, strict=True):
        density = LeafDensity.of(tree, own, V, is_category)
        for begin in range(0, len(Q), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            total[block] = np.logaddexp(total[block], density.log(Q[block]))
    return total - np.log(len(trees))


@dataclass(frozen=True, eq=False)
class LeafDensity:
    """A mixture over the leaves of one tree of products over columns.

    Each leaf has, besides its rows, one that is spread as the table is: so no leaf is impossible
    and no spread zero. Arrays by leaf are long as the tree has nodes.

    Parameters
    ----------
    tree : CellTree
        The tree.

    weight : ndarray of shape (n_nodes,)
        The log of the share of the rows in each leaf.

    columns : list of ColumnDensity
        The distributions of each column.
    """

    tree: CellTree
    weight: Floats
    columns: list["NumberDensity | LevelDensity"]

    @classmethod
    def of(cls, tree: CellTree, leaves: Indices, V: Floats, is_category: NDArray[np.bool_]) -> Self:
        """Fit the rows V that are in `leaves`."""
        n_rows = np.bincount(leaves, minlength=len(tree))
        share = (n_rows + 1 / np.count_nonzero(tree.left < 0)) / (len(V) + 1)
        low, high = tree.boxes(V.shape[1])
        columns = [
            (LevelDensity if is_level else NumberDensity).of(
                V[:, j], leaves, n_rows, low[:, j], high[:, j]
            )
            for j, is_level in enumerate(is_category)
        ]
        return cls(tree, np.log(share), columns)

    def log(self, Q: Floats) -> Floats:
        """Return the log of the density of each row."""
        rows, leaves = self.tree.leaves(Q)
        log_p = self.weight[leaves]
        for j, column in enumerate(self.columns):
            known = np.flatnonzero(~np.isnan(Q[rows, j]))
            log_p[known] += column.log(Q[rows[known], j], leaves[known])
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        summed: Floats = np.logaddexp.reduceat(log_p, firsts)
        return summed


@dataclass(frozen=True, eq=False)
class NumberDensity:
    """A normal distribution in each leaf, cut off at its limits, and the share not missing."""

    mean: Floats
    spread: Floats
    constant: Floats

    @classmethod
    def of(
        cls, column: Floats, leaves: Indices, n_rows: Indices, low: Floats, high: Floats
    ) -> Self:
        """Fit the mean of each leaf, and its spread with one more row of the mean variance."""
        present = ~np.isnan(column)
        column, leaves = column[present], leaves[present]
        if not len(column) or column.min() == column.max():  # no density: it is left out
            nothing = np.zeros(len(n_rows))
            return cls(nothing, nothing + np.inf, nothing)
        count = np.bincount(leaves, minlength=len(n_rows))
        sums = np.bincount(leaves, weights=column - column.mean(), minlength=len(n_rows))
        mean = np.clip(column.mean() + sums / np.maximum(count, 1), low, high)
        squares = np.bincount(leaves, weights=(column - mean[leaves]) ** 2, minlength=len(n_rows))
        variance = (squares + squares.sum() / len(column)) / (count + 1)
        spread = np.maximum(np.sqrt(variance), 1e-3 * column.std())
        inside = ndtr((high - mean) / spread) - ndtr((low - mean) / spread)
        shown = (count + len(column) / len(present)) / (n_rows + 1)
        constant = np.log(shown) - np.log(np.maximum(inside, 1e-16)) - np.log(spread) - _LOG_ROOT
        return cls(mean, spread, constant)

    def log(self, values: Floats, leaves: Indices) -> Floats:
        """Return the log of the density of values in their leaves."""
        if not len(values):
            return np.empty(0)
        z = (values - self.mean[leaves]) / self.spread[leaves]
        log_p: Floats = self.constant[leaves] - z**2 / 2
        return log_p


@dataclass(frozen=True, eq=False)
class LevelDensity:
    """The shares of levels in each leaf, with one more row spread over those it can hold."""

    counts: Floats
    total: Floats

    @classmethod
    def of(
        cls, column: Floats, leaves: Indices, n_rows: Indices, low: Floats, high: Floats
    ) -> Self:
        """Count the levels in each leaf; all ranks from 0 on occur."""
        ranks = column.astype(np.intp)
        share = np.bincount(ranks) / len(ranks)
        pairs = leaves.astype(np.intp) * len(share) + ranks
        counts = np.bincount(pairs, minlength=len(n_rows) * len(share)).reshape(len(n_rows), -1)
        up_to = np.concatenate([[0], np.cumsum(share)])  # share of the ranks below each
        first, last = (np.clip(np.floor(x) + 1, 0, len(share)).astype(np.intp) for x in (low, high))
        return cls(counts + share, n_rows + up_to[last] - up_to[first])

    def log(self, ranks: Floats, leaves: Indices) -> Floats:
        """Return the log of the share of ranks in their leaves."""
        log_p: Floats = np.log(self.counts[leaves, ranks.astype(np.intp)] / self.total[leaves])
        return log_p
