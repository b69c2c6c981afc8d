"""Cells of a k-d tree, gone through by many queries at once; imported where that pays."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._cells_numba import sort_rows
from skaug.neighbors._rank import LANES
from skaug.neighbors._sweep_numba import CELL, CHUNK, sweep

__all__ = ["Sweep"]

_BOX_SHARE = 0.9  # and those that boxes are kept for
_BOX_AXES = 16
_MULTIPLE = 4  # of columns, in a step of the kernel
_CLIPPED = 1e15  # squares stay within float32
_TASK = 256  # queries of one task
_TRIED = 4  # chunks of queries by which the cost is judged


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
    """

    def __init__(self, X: Floats, among: Indices) -> None:
        axes = principal_axes(X[among] if len(among) < len(X) else X)
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

    def cost(self, queries: Indices, k: int) -> float:
        """Return how many numbers a query multiplies for each row: found by trying some."""
        order = self._spatial_order(queries, CHUNK)
        n_chunks = -(-len(queries) // CHUNK)
        chunks = np.arange(n_chunks)[:: -(-n_chunks // _TRIED)]
        tried = queries[
            order[(chunks[:, None] * CHUNK + np.arange(CHUNK)).clip(max=len(order) - 1)]
        ]
        n_visits = sum(self._search(chunk, k)[1] for chunk in tried)
        n_cells = len(self.cells[0])
        return float(n_visits / tried.size / n_cells * self.coordinates.shape[1])

    def __call__(self, queries: Indices, k: int, threads: int) -> Indices:
        """Return the k nearest rows of each query, nearest first, ties by index.

        A query is never its own neighbour. The result does not depend on `threads`.
        """
        order = self._spatial_order(queries, CHUNK)
        parts = [order[begin : begin + _TASK] for begin in range(0, len(order), _TASK)]
        found = np.empty((len(queries), k), dtype=np.intp)

        def work(part: Indices) -> None:
            found[part] = self._search(queries[part], k)[0]

        if threads == 1 or len(parts) == 1:
            for part in parts:
                work(part)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, parts))
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
