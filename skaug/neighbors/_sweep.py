"""Cells of a k-d tree, gone through by many queries at once; imported where that pays."""

from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._axes import PrincipalAxes
from skaug.neighbors._cells_numba import sort_rows
from skaug.neighbors._products import Each
from skaug.neighbors._rank import LANES
from skaug.neighbors._sweep_numba import CELL, CHUNK, sweep

__all__ = ["TASK", "TRIED", "Sweep"]

_BOX_SHARE = 0.9  # and those that boxes are kept for
_BOX_AXES = 16
_MULTIPLE = 4  # of columns, in a step of the kernel
_CLIPPED = 1e15  # squares stay within float32
TASK = 256  # queries of one task
TRIED = 2  # tasks by which the cost is judged


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
    """

    def __init__(self, X: Floats, among: Indices, axes: PrincipalAxes) -> None:
        self.n_axes = min(axes.leading(_BOX_SHARE), _BOX_AXES)
        self.n_leading = min(-(-axes.leading() // _MULTIPLE) * _MULTIPLE, X.shape[1])
        about = X - axes.center
        norms = np.sqrt(np.einsum("ij,ij->i", about, about))[among]
        # of the middling rows, so that one far outlier does not flatten the rest to 0 in float32;
        # to clip such rows only brings them nearer, and what is nearer is not ruled out
        self.scale = float(2.0 ** -np.round(np.log2(np.median(norms) or norms.max() or 1.0)))
        turned = about @ (axes.vectors[:, : self.n_leading] * self.scale)
        n_columns = -(-self.n_leading // _MULTIPLE) * _MULTIPLE
        self.coordinates = np.zeros((len(X), n_columns), dtype=np.float32)
        np.clip(turned, -_CLIPPED, _CLIPPED, out=turned)
        self.coordinates[:, : self.n_leading] = turned
        self.numbers = _padded(X)
        self.cells = self._cells(among)

    def _cells(self, among: Indices) -> tuple[Any, ...]:
        n_cells = -(-len(among) // CELL)
        order = among[self._spatial_order(among, CELL)]
        filled = np.append(order, np.full(n_cells * CELL - len(order), order[-1]))
        coordinates = self.coordinates[filled].reshape(n_cells, CELL, -1)
        low, high = (part[:, : self.n_axes].T for part in (coordinates.min(1), coordinates.max(1)))
        squares = np.einsum("crj,crj->cr", coordinates, coordinates, dtype=np.float64)
        halves = (squares / 2).astype(np.float32)
        halves.ravel()[len(order) :] = np.inf
        return (
            np.ascontiguousarray(coordinates.transpose(0, 2, 1)),
            halves,
            np.sqrt(squares.max(axis=1)),
            np.ascontiguousarray(low),
            np.ascontiguousarray(high),
            self.numbers[order],
            order,
        )

    def _spatial_order(self, rows: Indices, size: int) -> Indices:
        order = np.arange(len(rows))
        sort_rows(self.coordinates[rows, : self.n_axes], order, self.n_axes, size)
        return order

    def __call__(
        self, queries: Indices, k: int, each: Each, dear: float = np.inf
    ) -> Indices | None:
        """Return the k nearest rows of each query, nearest first, ties by index.

        A query is never its own neighbour. Where some queries multiply more than `dear` numbers
        for each row, on average, the rest is not searched and None is returned.
        """
        order = self._spatial_order(queries, CHUNK)
        parts = [order[begin : begin + TASK] for begin in range(0, len(order), TASK)]
        found = np.empty((len(queries), k), dtype=np.int64)

        def work(part: Indices) -> int:
            found[part], n_visits = self._search(queries[part], k)
            return n_visits

        step = -(-len(parts) // TRIED)
        tried = slice(step // 2, None, step)  # amid the queries, not at their edge
        n_tried = sum(map(len, parts[tried]))
        n_cells, m, _ = self.cells[0].shape
        if sum(each(work, parts[tried])) * m > dear * n_tried * n_cells:
            return None
        del parts[tried]
        each(work, parts)
        return found

    def _search(self, queries: Indices, k: int) -> tuple[Indices, int]:
        found = np.empty((len(queries), k), dtype=np.int64)
        asked = self.coordinates[queries], self.numbers[queries], queries.astype(np.int64)
        n_visits = sweep(self.cells, asked, self.scale, found)
        return found, n_visits


def _padded(X: Floats) -> Floats:
    n_columns = -(-X.shape[1] // LANES) * LANES
    if n_columns == X.shape[1]:
        return X
    padded = np.zeros((len(X), n_columns))
    padded[:, : X.shape[1]] = X
    return padded
