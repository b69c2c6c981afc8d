"""Trees as cells of the space of rows: their limits, and which rows share them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from skaug._core.batch import Floats, Indices

__all__ = ["CellTree", "Cells"]


@dataclass(frozen=True, eq=False)
class CellTree:
    """The splits of a tree, by node; nodes are numbered as they are met, the left child first.

    Parameters
    ----------
    left, right : ndarray of shape (n_nodes,)
        The children; -1 in leaves.

    feature : ndarray of shape (n_nodes,)
        The column of the split.

    threshold : ndarray of shape (n_nodes,)
        Rows whose value is at most this go left.
    """

    left: Indices
    right: Indices
    feature: Indices
    threshold: Floats

    @classmethod
    def of(cls, tree: Any, values: Sequence[Floats | None] = ()) -> Self:
        """Read a tree that was grown on ranks.

        `values` are those of each column in order, for the thresholds to be in the column's own
        unit; None where the ranks are what the column holds.
        """
        threshold = tree.threshold.copy()
        for j, ordered in enumerate(values):
            splits = np.flatnonzero((tree.feature == j) & (tree.children_left >= 0))
            if ordered is not None and len(splits):
                place = threshold[splits]
                threshold[splits] = np.interp(place, np.arange(len(ordered)), ordered)
        left, right = (c.astype(np.int32) for c in (tree.children_left, tree.children_right))
        return cls(left, right, tree.feature.astype(np.int32), threshold)

    def __len__(self) -> int:
        return len(self.left)

    @property
    def parents(self) -> Indices:
        """The parent of each node; the root's is the root."""
        parents = np.zeros(len(self), dtype=np.intp)
        splits = np.flatnonzero(self.left >= 0)
        parents[self.left[splits]] = parents[self.right[splits]] = splits
        return parents

    @property
    def ends(self) -> Indices:
        """The node after the last one under each node: those under it have numbers in between."""
        last = np.arange(len(self))
        while (inner := np.flatnonzero(self.right[last] >= 0)).size:
            last[inner] = self.right[last[inner]]
        return last + 1

    def boxes(self, n_columns: int) -> tuple[Floats, Floats]:
        """Return the limits of each node in each column, of shape (n_nodes, n_columns)."""
        low = np.full((len(self), n_columns), -np.inf)
        high = np.full((len(self), n_columns), np.inf)
        level = np.zeros(1, dtype=np.intp)
        while (level := level[self.left[level] >= 0]).size:
            left, right, column = self.left[level], self.right[level], self.feature[level]
            for child in (left, right):
                low[child], high[child] = low[level], high[level]
            high[left, column] = low[right, column] = self.threshold[level]
            level = np.concatenate([left, right])
        return low, high

    def leaves(self, A: Floats) -> tuple[Indices, Indices]:
        """Return the leaves that rows may be in, as pairs of rows and leaves, by rows.

        A row has one; where it misses what a node asks for, it may be on either side.
        """
        rows, nodes = np.arange(len(A)), np.zeros(len(A), dtype=np.intp)
        found_rows, found_leaves = [], []
        while len(rows):
            is_leaf = self.left[nodes] < 0
            found_rows.append(rows[is_leaf])
            found_leaves.append(nodes[is_leaf])
            rows, nodes = rows[~is_leaf], nodes[~is_leaf]
            asked = A[rows, self.feature[nodes]]
            to_left = ~(asked > self.threshold[nodes])  # NaN goes to both
            to_right = ~(asked <= self.threshold[nodes])
            rows = np.concatenate([rows[to_left], rows[to_right]])
            nodes = np.concatenate([self.left[nodes[to_left]], self.right[nodes[to_right]]])
        rows, nodes = np.concatenate(found_rows), np.concatenate(found_leaves)
        by_row = np.argsort(rows, kind="stable")
        return rows[by_row], nodes[by_row]


@dataclass(frozen=True, eq=False)
class Cells:
    """For each row, in each tree, the rows of its group that share a node with it.

    Parameters
    ----------
    donors : ndarray of shape (n_trees, n)
        All rows, in an order that has those of each cell together.

    starts, sizes : ndarray of shape (n_trees, n)
        Where the cell of each row begins in `donors`, and how many rows it has.

    nodes : ndarray of shape (n_trees, n)
        The node whose rows they are.
    """

    donors: Indices
    starts: Indices
    sizes: Indices
    nodes: Indices

    @classmethod
    def of(cls, trees: Sequence[CellTree], leaves: Indices, groups: Indices, min_size: int) -> Self:
        """Find for each row the lowest node that has `min_size` rows of its group.

        It is the leaf of the row, one of `leaves` of shape (n, n_trees), or a node above; the
        root, if the group has fewer rows.
        """
        found = [
            _cells(tree, own, groups.astype(np.int64), min_size)
            for tree, own in zip(trees, leaves.T, strict=True)
        ]
        return cls(*(np.stack(parts).astype(np.int32) for parts in zip(*found, strict=True)))

    def drawn(self, trees: Indices, rows: Indices, uniform: Floats) -> Indices:
        """Return rows of the cells of `rows` in `trees`: uniform numbers (m, d) choose (m, d)."""
        sizes = self.sizes[trees, rows][:, None]
        places = np.minimum((uniform * sizes).astype(np.int32), sizes - 1)
        drawn: Indices = self.donors[trees[:, None], self.starts[trees, rows][:, None] + places]
        return drawn


def _cells(
    tree: CellTree, leaves: Indices, groups: Indices, min_size: int
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return donors, starts, sizes and nodes of the cells in one tree."""
    # once a group is sorted by leaves, its rows under any node stand together
    donors = np.argsort(groups * len(tree) + leaves, kind="stable")
    keys, offset = (groups * len(tree) + leaves)[donors], groups * len(tree)
    nodes, ends, parents = leaves.astype(np.intp), tree.ends, tree.parents
    while True:
        starts = np.searchsorted(keys, offset + nodes)
        sizes = np.searchsorted(keys, offset + ends[nodes]) - starts
        is_small = (sizes < min_size) & (nodes > 0)
        if not is_small.any():
            return donors, starts, sizes, nodes
        nodes = np.where(is_small, parents[nodes], nodes)
