"""Neighbours of some rows among many more: groups of products are looked at by their minima."""

from functools import partial
from typing import Any

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._direct import bounds, filled_up, near_groups
from skaug.neighbors._far import near_and_far
from skaug.neighbors._multiply import TOGETHER, n_together
from skaug.neighbors._points import Centred, centred, points
from skaug.neighbors._rows import Rows
from skaug.neighbors._shortlist import shortest
from skaug.neighbors._workers import Each, Loans, workers

__all__ = ["scan_kneighbors"]

_LINES = 192  # queries that are multiplied together
_PIECE = 1024  # by so many rows at a time: the products stay in a core's level-2 cache
_GROUP = 8  # products of which only the minimum is kept
_PAIRS = 1 << 20  # that are measured at a time: where many rows tie there may be more


def scan_kneighbors(
    rows: Rows, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices:
    """Return the k nearest of the rows `among` to each query, by (distance, index).

    Of the products of each query with 8 rows only the smallest is kept, while they are in
    cache. It is within a margin of the distance to the nearest of the 8. So the k-th smallest and
    two margins bound what has to be measured. Parameters as for `product_kneighbors`; the rows
    are complete and have no categories.
    """
    with workers(len(queries) * len(among), n_jobs) as each:
        about = centred(rows, turned=False)

        def search(queries: Indices, among: Indices, dtype: Any) -> tuple[Indices, Floats]:
            return _Scan(rows, about, queries, among, k, dtype, each)()

        return near_and_far(search, rows, about, queries, among, k)


class _Scan:
    """One search of all queries in one precision; threads take turns at `_LINES` of them."""

    def __init__(
        self,
        rows: Rows,
        about: Centred,
        queries: Indices,
        among: Indices,
        k: int,
        dtype: Any,
        each: Each,
    ) -> None:
        self.rows, self.queries, self.among, self.k, self.each = rows, queries, among, k, each
        vectors = points(rows, about, np.concatenate([queries, among]), dtype, each)
        self.left, others = vectors.left[: len(queries)], vectors[len(queries) :]
        self.margin = bounds(vectors)[: len(queries)]
        group = _GROUP if len(among) >= 2 * (k + 1) * _GROUP else 1
        n_pieces = -(-len(among) // _PIECE)
        n_groups = -(-len(among) // (n_pieces * TOGETHER)) * TOGETHER // group  # of a piece
        shape = n_pieces, group, n_groups
        self.right = filled_up(others, int(np.prod(shape))).reshape(*shape, -1)
        self.found = np.empty((len(queries), k), dtype=np.intp)
        self.squared = np.empty(len(queries))

    def __call__(self) -> tuple[Indices, Floats]:
        """Return the neighbours of the queries, and the squared distance of the last."""
        parts = range(0, len(self.queries), _LINES)
        room = Loans(self._room, min(self.each.n_threads, len(parts)))
        self.each(partial(self._search, room), parts)
        return self.found, self.squared

    def _room(self) -> tuple[Floats, Floats]:
        """Return room for the products of a piece, and for the smallest of all pieces."""
        n_pieces, group, n_groups, _ = self.right.shape
        size, dtype = min(_LINES, len(self.queries)), self.right.dtype
        products = np.empty(group * n_groups * size, dtype=dtype)
        return products, np.empty(n_pieces * n_groups * size, dtype=dtype)

    def _search(self, room: Loans[tuple[Floats, Floats]], begin: int) -> None:
        """Find the neighbours of the queries from `begin` on."""
        queries = self.queries[begin : begin + _LINES]
        with room() as (products, minima):
            part = slice(begin, begin + len(queries))
            self._find(begin, queries, self._minima(part, products, minima))

    def _find(self, begin: int, queries: Indices, minima: Floats) -> None:
        """Measure the rows of groups whose minimum is near enough, and keep the nearest."""
        margin = self.margin[begin : begin + len(queries)]
        # k + 1, since the query itself may be one of them
        group, line, _ = near_groups(minima, self.k + 1, margin)
        n_parts = min(-(-len(line) * self.right.shape[1] // _PAIRS), len(queries))
        for lines in np.array_split(np.arange(len(queries)), n_parts):
            part = slice(*np.searchsorted(line, [lines[0], lines[-1] + 1]))
            near = self._members(group[part])
            slot, near = np.repeat(line[part], near.shape[1]), near.ravel()
            fits = (near >= 0) & (near != queries[slot])
            slot, near = slot[fits], near[fits]
            squared = self.rows.squared(queries[slot], near)
            least, nearest, _ = shortest(slot, near, squared, self.k)
            self.found[begin + lines], self.squared[begin + lines] = nearest, least[:, -1]

    def _minima(self, part: slice, products: Floats, minima: Floats) -> Floats:
        """Return the smallest product of each group, a line for each, with some queries."""
        left = np.ascontiguousarray(self.left[part].T)
        n_pieces, group, n_groups, _ = self.right.shape
        shape = group, n_groups, left.shape[1]
        products = products[: np.prod(shape)].reshape(shape)
        minima = minima[: n_pieces * products[0].size].reshape(n_pieces, *shape[1:])
        # what `multiply` does, but for all pieces at once: between two products the interpreter
        # is another thread's
        together = n_together(group * n_groups, len(left), shape[2])
        pieces = self.right.reshape(n_pieces, -1, together, len(left))
        out = products.reshape(-1, together, shape[2])
        for right, smallest in zip(pieces, minima, strict=True):
            np.matmul(right, left, out=out)
            np.minimum.reduce(products, axis=0, out=smallest)
        return minima.reshape(-1, shape[2])

    def _members(self, groups: Indices) -> Indices:
        """Return the rows of some groups, -1 where there is none."""
        _, group, n_groups, _ = self.right.shape
        piece, at = np.divmod(groups, n_groups)
        position = (piece * group * n_groups + at)[:, None] + np.arange(group) * n_groups
        return np.where(position < len(self.among), self.among.take(position, mode="clip"), -1)
