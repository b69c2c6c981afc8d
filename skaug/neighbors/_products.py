"""Exact neighbours by products of blocks: candidates in float32, settled in float64."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._blocks import MULTIPLE, Blocks, block_distances
from skaug.neighbors._far import near_and_far
from skaug.neighbors._loops import pays_to_compile
from skaug.neighbors._multiply import TOGETHER, are_thin, in_panels
from skaug.neighbors._points import Centred, centred, points
from skaug.neighbors._rows import Rows
from skaug.neighbors._shortlist import Shortlist
from skaug.neighbors._tile import Found, Tile
from skaug.neighbors._workers import Each, Loans, workers

__all__ = ["product_kneighbors"]

_TILE_COLUMNS = 2_048  # multiplied by a block at a time
_PANELS_FROM = 8_192  # queries: with fewer, larger steps in size leave more to multiply in vain
_FIRST_COLUMNS = 2_048  # multiplied by each block before distances between blocks count
_GROWTH = 4  # of the number of blocks, from one round to the next


def product_kneighbors(
    rows: Rows, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices:
    """Return the k nearest of the rows `among` to each query, by (distance, index).

    The rows are put into blocks of near ones. A product of two blocks gives all distances between
    their rows in float32; where one may be smaller than the k-th smallest known so far,
    rounding included, it is computed in float64. So the result does not depend on the products.
    Blocks are visited by rising distance, and not at all if they are too far; where all rows
    are queries each product serves both of its blocks.

    Parameters
    ----------
    rows : Rows
        The table.

    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted; a row is never its own neighbour.

    among : ndarray of shape (n_among,)
        The rows that may be neighbours, ascending.

    k : int
        Number of neighbours: fewer than ``len(among)``, or as many if no query is among them.

    n_jobs : int or None
        Threads; None for all cores. The result does not depend on it.
    """
    with workers(len(queries) * len(among), n_jobs) as each:
        about = centred(rows)

        def search(queries: Indices, among: Indices, dtype: Any) -> tuple[Indices, Floats]:
            return _Search(rows, about, queries, among, k, dtype, each)()

        return near_and_far(search, rows, about, queries, among, k)


class _Search:
    """One search of all queries in one precision, in rounds that go farther and farther."""

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
        is_among = np.zeros(len(rows), dtype=bool)
        is_among[among] = True
        self.queries, self.each = queries, each
        self.mutual = 2 * len(queries) >= len(among) and bool(is_among[queries].all())
        # in the order of the blocks from the start, since vectors may be large
        depth = about.numeric.shape[1] + 2
        thin = len(queries) >= _PANELS_FROM and rows.is_numeric and are_thin(depth)
        multiple = TOGETHER if thin else MULTIPLE
        self.among = Blocks(among, about, multiple)
        if self.mutual:
            self.sources = self.among
            self.among.vectors = points(rows, about, self.among.members, dtype, each)
        else:
            self.sources = Blocks(queries, about, multiple)
            members = [self.sources.members, self.among.members]
            vectors = points(rows, about, np.concatenate(members), dtype, each)
            asked = vectors[: len(members[0])]
            self.sources.vectors = replace(asked, right=asked.right[:0].copy())  # keeps no others
            self.among.vectors = vectors[len(members[0]) :]
        if thin:
            of = self.among.vectors
            self.among.vectors = replace(of, right=in_panels(of.right))
        least, between = block_distances(self.sources, self.among)
        if self.mutual:
            np.fill_diagonal(between, -1)  # a block is nearest to itself
        self.least = least * ((1 - 1e-9) * self.among.vectors.unit)
        self.nearest_first = np.argsort(between, axis=1)
        compiled = pays_to_compile(rows, queries, among, k)
        self.tile_blocks = min(max(1, _TILE_COLUMNS // self.among.size), self.among.n_blocks)
        self.best, tile = _lists_and_tile(compiled, rows, self.sources, self.among, k, each)
        self.new_tile = partial(tile, rows, self.best, self.among, self.tile_blocks)

    def __call__(self) -> tuple[Indices, Floats]:
        """Return the neighbours of the queries, and the squared distance of the last."""
        n_sources, n_among = self.least.shape
        tiles = Loans(self.new_tile, min(self.each.n_threads, n_sources))
        rank = np.empty_like(self.nearest_first)
        np.put_along_axis(rank, self.nearest_first, np.arange(n_among)[None, :], axis=1)
        done = np.zeros(self.least.shape, dtype=bool)
        width = -(-max(_FIRST_COLUMNS, 2 * (self.best.k + 1)) // self.among.size)
        while True:
            reach = self.best.limit.reshape(n_sources, -1).max(axis=1)
            needed = ~done & (self.least <= reach[:, None])
            chosen = needed & (rank < width)
            both = np.zeros_like(chosen)
            if self.mutual and done.any():
                both = chosen & needed.T
                both |= both.T
                chosen = (chosen | both) & ~(both & _one_of_two(n_among))
                both &= chosen
                done |= both.T
            done |= chosen
            found = self.each(partial(self._visit, tiles, chosen, both), range(n_sources))
            self._add([part for parts in found for part in parts])
            if width >= n_among:
                break
            width *= _GROWTH
        slots = self.sources.slot_of(self.queries)
        return self.best.index[slots], self.best.squared[slots, -1]

    def _visit(
        self, tiles: Loans[Tile], chosen: NDArray[np.bool_], both: NDArray[np.bool_], block: int
    ) -> list[Found]:
        """Compare a block with others, nearest first; return what was found for their rows."""
        others = self.nearest_first[block]
        others, both = others[chosen[block, others]], both[block]
        slots, found = self.sources.slots(block), []
        with tiles() as tile:
            for begin in range(0, len(others), self.tile_blocks):
                part = np.sort(others[begin : begin + self.tile_blocks])
                part = part[(self.least[block, part] <= self.best.limit[slots].max()) | both[part]]
                if len(part):
                    tile.multiply(block, part)
                    found += tile.serve(both[part] if both[part].any() else None)
        return found

    def _add(self, found: list[Found]) -> None:
        """Take what was found for the columns of tiles into their lists, block by block."""
        if not found:
            return
        slot, candidate, squared = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(slot, kind="stable")
        slot, candidate, squared = slot[order], candidate[order], squared[order]
        ends = np.searchsorted(slot, np.arange(self.sources.n_blocks + 1) * self.sources.size)
        parts: Iterable[slice] = map(slice, ends[:-1], ends[1:])
        self.each(lambda part: self.best.add(slot[part], candidate[part], squared[part]), parts)


def _lists_and_tile(
    compiled: bool, rows: Rows, sources: Blocks, among: Blocks, k: int, each: Each
) -> tuple[Shortlist, type[Tile]]:
    """Return the empty lists of a search, and the kind of tile that fills them."""
    if not compiled:
        return Shortlist(sources, k, rows), Tile
    from skaug.neighbors._compiled_tile import CompiledShortlist, CompiledTile

    return CompiledShortlist(sources, k, rows, among, each), CompiledTile


def _one_of_two(n: int) -> NDArray[np.bool_]:
    """Return which of (i, j) and (j, i) to leave out, so that each i keeps about half."""
    i, j = np.arange(n)[:, None], np.arange(n)
    return ((i + j) % 2 == 0) ^ (i < j)
