"""ColumnTree: one column of a table given those before it, by a tree whose leaves hold donors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skaug._core.batch import Floats, Indices
from skaug.generative._tree_columns import Column, level_ranks, number_ranks, stands_alone

__all__ = ["ColumnTree", "LeafDonors"]


@dataclass(frozen=True, eq=False)
class LeafDonors:
    """The rows in each leaf of a tree.

    Parameters
    ----------
    rows : ndarray of shape (n,)
        All rows; those of one leaf stand together.

    starts, sizes : ndarray of shape (n_nodes,)
        Where those of each leaf begin, and how many they are.
    """

    rows: Indices
    starts: Indices
    sizes: Indices

    @classmethod
    def of(cls, leaves: Indices, n_nodes: int, within: NDArray[Any]) -> Self:
        """Sort rows by their leaves, and those of one leaf by `within`."""
        sizes = np.bincount(leaves, minlength=n_nodes)
        return cls(np.lexsort((within, leaves)), np.cumsum(sizes) - sizes, sizes)

    def places(self, leaves: Indices, uniform: Floats) -> Floats:
        """Return for each leaf a place in `rows`, which a uniform number below 1 chooses."""
        places: Floats = self.starts[leaves] + uniform * self.sizes[leaves]
        # rounding may carry the last of them into the next leaf
        return np.minimum(places, np.nextafter(self.starts[leaves] + self.sizes[leaves], 0))


class ColumnTree:
    """A tree that tells which rows lend a column its cells, given the columns before it.

    Parameters
    ----------
    before : sequence of Column
        The columns that are known.

    column : Column
        The one to learn.

    weight : ndarray of shape (n,)
        What each row counts for in the size of a leaf.

    min_leaf : float
        The least size of a leaf.

    smooth : bool
        Whether to interpolate between neighbouring numbers of a leaf; see `draw`.

    random_state : int
        Seed of the choice between splits that are equally good.
    """

    def __init__(
        self,
        before: Sequence[Column],
        column: Column,
        *,
        weight: Floats,
        min_leaf: float,
        smooth: bool,
        random_state: int,
    ) -> None:
        self.scales = [_scale(known, column) for known in before]
        known_cells = [known.positions if known.is_category else known.cells for known in before]
        A = self._ranked(known_cells)
        make = DecisionTreeClassifier if column.is_category else DecisionTreeRegressor
        # a little less, for sums of weights that rounding makes too small
        share = (1 - 1e-9) * min_leaf / weight.sum()
        tree = make(
            min_weight_fraction_leaf=min(0.5, share),
            min_samples_split=2 if share <= 0.5 else len(A) + 1,  # too few rows for two leaves
            random_state=random_state,
        )
        tree.fit(A, column.positions if column.is_category else column.response, weight)
        self.tree = tree.tree_
        cells = column.positions if column.is_category else column.cells
        self.donors = LeafDonors.of(self.tree.apply(A), self.tree.node_count, within=cells)
        self.cells = cells[self.donors.rows]
        self.is_smooth = np.zeros(len(cells), dtype=bool)
        if smooth and not column.is_category:
            self.is_smooth = stands_alone(column.cells)[self.donors.rows]

    def _ranked(self, known: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        A = np.empty((len(known[0]), len(known)), dtype=np.float32)
        for k, (cells, scale) in enumerate(zip(known, self.scales, strict=True)):
            A[:, k] = scale[cells] if cells.dtype.kind in "iu" else number_ranks(cells, scale)
        return A

    def draw(self, known: Sequence[NDArray[Any]], rng: np.random.Generator) -> NDArray[Any]:
        """Draw a cell for each row, whose columns before are known.

        A smooth number lies between one of the leaf and the next larger there: at a random place
        of the leaf's cumulative distribution, with straight lines between its steps.
        """
        leaves = self.tree.apply(self._ranked(known))
        places = self.donors.places(leaves, rng.random(len(leaves)))
        donors = places.astype(np.intp)
        cells = self.cells[donors]
        if cells.dtype.kind != "f":
            return cells
        between = np.flatnonzero(self.is_smooth[donors])
        last = (self.donors.starts + self.donors.sizes)[leaves[between]] - 1
        step = self.cells[np.minimum(donors[between] + 1, last)] - cells[between]
        step[np.isnan(step)] = 0
        cells[between] += (places - donors)[between] * step
        return cells


def _scale(known: Column, column: Column) -> NDArray[Any]:
    """Return what ranks a known column: the ranks of its levels, or its values in order."""
    if not known.is_category:
        return known.quantiles.values
    n_levels = len(known.levels)
    means = column.means_by(known.positions, n_levels)
    return level_ranks(means, np.bincount(known.positions, minlength=n_levels))
