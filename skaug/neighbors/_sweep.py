"""Cells of a k-d tree, gone through by many queries at once; imported where that pays."""

from functools import partial
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._axes import PrincipalAxes
from skaug.neighbors._cells_numba import sort_rows
from skaug.neighbors._rank import LANES
from skaug.neighbors._sweep_cost import CHUNK, TRIED, n_multiplied
from skaug.neighbors._sweep_numba import CELL, sweep
from skaug.neighbors._workers import Each

__all__ = ["Sweep"]

_BOX_SHARE = 0.9  # and those that boxes are kept for
_BOX_AXES = 16
_CLIPPED = 1e15  # squares stay within float32
_SAMPLE = 1000  # rows that the scale is taken from
_ROWS = 4096  # that are turned together
_CELLS = 16  # that are filled together


class _Cells(NamedTuple):
    """What the kernel reads: see `sweep`."""

    columns: NDArray[np.float32]
    halves: NDArray[np.float32]
    reach: Floats
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    rows: Floats
    order: Indices

    @classmethod
    def empty(cls, order: Indices, n_columns: int, n_axes: int, n_numbers: int) -> Self:
        """Return room for the rows in this order."""
        n_cells = -(-len(order) // CELL)
        return cls(
            np.empty((n_cells, n_columns, CELL), dtype=np.float32),
            np.empty((n_cells, CELL), dtype=np.float32),
            np.empty(n_cells),
            np.empty((n_axes, n_cells), dtype=np.float32),
            np.empty((n_axes, n_cells), dtype=np.float32),
            np.empty((len(order), n_numbers)),
            order,
        )


class Sweep:
    r"""A search for the k nearest of some rows.

    The rows, turned to their principal axes, are halved into cells of 256 along the axis on which a
    part is widest. Queries that are near each other go through the cells together, nearest
    first, each leaving out those beyond its k-th distance. Within a cell, products in float32
    rule rows out. Rotation and rounding cost accuracy, so there is a margin: with
    :math:`u = 2^{-24}` a distance D is off by at most :math:`2u (2 |q| + D)` for the rounded
    coordinates, and a product over m axes by :math:`(m + 4) u (|q| + |x|)^2 / 2`. What is left is
    measured in float64 on the rows themselves.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The rows; squares of differences neither overflow nor vanish.

    among : ndarray of shape (n_among,)
        The rows that may be neighbours, ascending.

    axes : PrincipalAxes
        Theirs, or others: the nearer they are, the more is left out.

    each : callable
        Applies a function to each of some items, perhaps in threads.
    """

    def __init__(self, X: Floats, among: Indices, axes: PrincipalAxes, each: Each) -> None:
        self.axes, self.each = axes, each
        self.n_axes = min(axes.leading(_BOX_SHARE), _BOX_AXES)
        n_columns = n_multiplied(axes)
        self.n_leading = min(n_columns, X.shape[1])
        # of the middling rows, so that one far outlier does not flatten the rest to 0 in float32;
        # to clip such rows only brings them nearer, and what is nearer is not ruled out
        norms = np.linalg.norm(X[among[:: max(1, len(among) // _SAMPLE)]] - axes.center, axis=1)
        self.scale = float(2.0 ** -np.round(np.log2(np.median(norms) or norms.max() or 1.0)))
        self.coordinates = np.zeros((len(X), n_columns), dtype=np.float32)
        each(partial(self._turn, X), _slices(len(X), _ROWS))
        self.numbers = _padded(X)
        order = among[self._spatial_order(among, CELL)].astype(np.int64, copy=False)
        self.cells = _Cells.empty(order, n_columns, self.n_axes, self.numbers.shape[1])
        each(self._fill, _slices(len(self.cells.reach), _CELLS))

    def _turn(self, X: Floats, rows: slice) -> None:
        """Set the coordinates of some rows, so few that they stay in cache."""
        about = X[rows] - self.axes.center
        turned = about @ (self.axes.vectors[:, : self.n_leading] * self.scale)
        self.coordinates[rows, : self.n_leading] = np.clip(turned, -_CLIPPED, _CLIPPED, out=turned)

    def _fill(self, which: slice) -> None:
        """Fill some cells."""
        cells = self.cells
        rows = slice(which.start * CELL, which.stop * CELL)
        order = cells.order[rows]
        cells.rows[rows] = self.numbers[order]
        filled = np.append(order, np.full(-len(order) % CELL, order[-1]))
        coordinates = self.coordinates[filled].reshape(-1, CELL, self.coordinates.shape[1])
        boxed = coordinates[:, :, : self.n_axes]
        cells.low[:, which], cells.high[:, which] = boxed.min(axis=1).T, boxed.max(axis=1).T
        squares = np.einsum("crj,crj->cr", coordinates, coordinates, dtype=np.float64)
        cells.halves[which] = squares / 2
        cells.halves[which].ravel()[len(order) :] = np.inf
        cells.reach[which] = np.sqrt(squares.max(axis=1))
        cells.columns[which] = coordinates.transpose(0, 2, 1)

    def _spatial_order(self, rows: Indices, size: int) -> Indices:
        order = np.arange(len(rows))
        sort_rows(self.coordinates[rows, : self.n_axes], order, self.n_axes, size)
        return order

    def __call__(self, queries: Indices, k: int, at_most: float = 1.0) -> Indices | None:
        """Return the k nearest rows of each query, nearest first, ties by index.

        A query is never its own neighbour. Where some queries go through more than `at_most` of
        the cells, on average, the rest is not searched and None is returned.
        """
        order = self._spatial_order(queries, CHUNK)
        parts = [order[part] for part in _slices(len(order), CHUNK)]
        found = np.empty((len(queries), k), dtype=np.int64)

        def work(part: Indices) -> int:
            found[part], n_visits = self._search(queries[part], k)
            return n_visits

        if at_most < 1:
            step = -(-len(parts) // TRIED)
            tried = slice(step // 2, None, step)  # amid the queries, not at their edge
            most = at_most * len(self.cells.reach) * sum(map(len, parts[tried]))
            if sum(self.each(work, parts[tried])) > most:
                return None
            del parts[tried]
        self.each(work, parts)
        return found

    def _search(self, queries: Indices, k: int) -> tuple[Indices, int]:
        found = np.empty((len(queries), k), dtype=np.int64)
        asked = self.coordinates[queries], self.numbers[queries], queries.astype(np.int64)
        n_visits = sweep(self.cells, asked, self.scale, found)
        return found, n_visits


def _slices(n: int, size: int) -> list[slice]:
    return [slice(begin, min(begin + size, n)) for begin in range(0, n, size)]


def _padded(X: Floats) -> Floats:
    n_columns = -(-X.shape[1] // LANES) * LANES
    if n_columns == X.shape[1]:
        return X
    padded = np.zeros((len(X), n_columns))
    padded[:, : X.shape[1]] = X
    return padded
