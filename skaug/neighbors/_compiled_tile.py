"""A tile whose products are looked at once, by compiled loops; imported where that pays."""

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.neighbors._blocks import Blocks
from skaug.neighbors._rank import LANES
from skaug.neighbors._rows import Rows
from skaug.neighbors._shortlist import Shortlist
from skaug.neighbors._tile import Found, Tile, fewest
from skaug.neighbors._tile_numba import insert, serve
from skaug.neighbors._workers import Each

__all__ = ["CompiledShortlist", "CompiledTile"]


class CompiledShortlist(Shortlist):
    """Lists that compiled loops read and change, and the numbers that these compare.

    Attributes
    ----------
    queries, others : ndarray of float64, shape (n_slots, d)
        The numbers in each slot, filled up with zeros to a multiple of 8 columns.
    """

    def __init__(self, blocks: Blocks, k: int, rows: Rows, among: Blocks, each: Each) -> None:
        super().__init__(blocks, k, rows)
        self.queries = _in_slots(rows, blocks, each)
        self.others = self.queries if among is blocks else _in_slots(rows, among, each)
        of = blocks.vectors
        error = of.error.astype(np.float64)
        scale = self.rounding * of.unit
        self.lists = self.index, self.squared, self.limit, error, scale, of.is_tight

    def add(self, slot: NDArray[np.intp], candidate: NDArray[np.intp], squared: Floats) -> None:
        """Take candidates into the lists of some slots."""
        insert(slot, candidate, squared, self.lists)


class CompiledTile(Tile):
    """Room for the products of a block with others, and for what is found in them."""

    best: CompiledShortlist

    def serve(self, wanted: NDArray[np.bool_] | None) -> list[Found]:
        """Take what is near into the lists of the block's rows; return what is to the others'."""
        best, size, n_columns = self.best, self.among.size, self.products.shape[1]
        slots = (self.others[:, None] * size + np.arange(size)).ravel()
        if wanted is None:
            theirs = np.full(n_columns, -np.inf, best.limit.dtype), np.empty(0)
        else:
            limit = np.where(np.repeat(wanted, size), best.limit[slots], -np.inf)
            limit = limit.astype(best.limit.dtype)
            theirs = limit, best.squared[slots, -1]
        room = 0 if wanted is None else best.k * n_columns
        while True:
            row, column, squared = np.empty(room, np.intp), np.empty(room, np.intp), np.empty(room)
            n_found = serve(
                self.products,
                best.blocks.rows,
                best.queries,
                self.slots.start,
                slots,
                self.among.rows,
                best.others,
                best.lists,
                theirs,
                (row, column, squared),
            )
            if n_found <= room:
                break
            room = n_found
        if not n_found:
            return []
        candidate = best.blocks.rows[self.slots.start + row[:n_found]]
        found = slots[column[:n_found]], candidate, squared[:n_found]
        return [fewest(found, best.k, n_columns)]


def _in_slots(rows: Rows, blocks: Blocks, each: Each) -> Floats:
    n_columns = rows.numeric.shape[1]
    filled = np.empty((len(blocks.members), -(-n_columns // LANES) * LANES))

    def fill(block: int) -> None:
        slots = blocks.slots(block)
        filled[slots, :n_columns] = rows.numeric[blocks.members[slots]]
        filled[slots, n_columns:] = 0

    each(fill, range(blocks.n_blocks))
    return filled
