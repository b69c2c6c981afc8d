"""The products of one block of rows with some others, and the few that matter."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._blocks import MULTIPLE, Blocks
from skaug.neighbors._multiply import pairwise
from skaug.neighbors._rows import Rows
from skaug.neighbors._shortlist import Shortlist, shortest

__all__ = ["Found", "Tile", "fewest"]

Found: TypeAlias = tuple[Indices, Indices, Floats]  # slots, candidates, squared distances

_MANY_A_LIST = 4  # times what a list holds: beyond, many ties would fill the memory
_GROUP = 8  # products of a row whose minimum is looked at before they are; of a column: MULTIPLE


class Tile:
    """Room for the products of a block with others; a thread fills it again and again.

    Fresh pages would cost more than the arithmetic done in them.

    Parameters
    ----------
    rows : Rows
        The table, which tells true distances.

    best : Shortlist
        The nearest rows known so far to each query.

    among : Blocks
        The rows that may be near.

    n_others : int
        Blocks of a tile at most.
    """

    def __init__(self, rows: Rows, best: Shortlist, among: Blocks, n_others: int) -> None:
        self.rows, self.best, self.among = rows, best, among
        dtype, n_products = among.vectors.right.dtype, best.blocks.size * among.size * n_others
        # one for each group of a row's products, or for each product of a short row
        n_minima = min(n_products, best.blocks.size * self._short_row())
        n_minima = max(n_minima, n_products // _GROUP)
        self.space = np.empty(n_products, dtype=dtype)
        self.row_minima = np.empty(n_minima, dtype=dtype)
        self.column_minima = np.empty(n_products // MULTIPLE, dtype=dtype)
        self.mask = np.empty(n_minima, dtype=bool)

    def multiply(self, block: int, others: Indices) -> None:
        """Fill the tile with the products of a block of queries with other blocks.

        These ascend: only the last of all may be partly filled.
        """
        queries, among = self.best.blocks, self.among
        self.slots, self.others = queries.slots(block), others
        left, right = queries.vectors.left[self.slots], among.vectors.right
        step = len(right) // among.n_blocks  # of a block, in rows or panels
        self.products = _shaped(self.space, len(left), len(others) * among.size)
        for i, other in enumerate(others):
            columns = slice(i * among.size, (i + 1) * among.size)
            pairwise(left, right[other * step : (other + 1) * step], self.products[:, columns])
        # what fills up the last blocks is farther than any row
        farthest = np.finfo(self.products.dtype).max
        self.products[queries.n_filled(block) :] = farthest
        last = (len(others) - 1) * among.size + among.n_filled(int(others[-1]))
        self.products[:, last:] = farthest

    def serve(self, wanted: NDArray[np.bool_] | None) -> list[Found]:
        """Take what is near into the lists of the block's rows.

        Returned is what is near to the rows of the other blocks, those that are wanted.
        """
        self.find_minima(wanted is not None)
        self.serve_rows()
        if wanted is None:
            return []
        return [fewest(self.for_columns(wanted), self.best.k, self.products.shape[1])]

    def find_minima(self, of_columns: bool) -> None:
        """Find the smallest product of each group, of rows and perhaps of columns too."""
        n_rows, n_columns = self.products.shape
        group = _GROUP if n_columns >= self._short_row() else 1
        self.of_rows = _shaped(self.row_minima, n_rows, n_columns // group)
        np.min(self.products.reshape(n_rows, group, -1), axis=1, out=self.of_rows)
        if of_columns:
            self.of_columns = _shaped(self.column_minima, n_rows // MULTIPLE, n_columns)
            grouped = self.products.reshape(-1, MULTIPLE, n_columns)
            np.min(grouped, axis=1, out=self.of_columns)

    def serve_rows(self) -> None:
        """Take what is near enough into the lists of the block's rows."""
        k, minima = self.best.k, self.of_rows
        limit = self.best.limit[self.slots]
        if np.isinf(limit.max()) and minima.shape[1] > k:
            # k + 1, since the query itself may be one of them
            vectors = self.best.blocks.vectors
            enough = np.partition(minima, k, axis=1)[:, k]
            enough += 2 * vectors.error[self.slots]
            self._serve_rows(minima, np.minimum(limit, enough))
            if vectors.is_tight:
                return
            limit = self.best.limit[self.slots]
        self._serve_rows(minima, limit)

    def _serve_rows(self, minima: Floats, limit: Floats) -> None:
        best, n_columns, n_groups = self.best, self.products.shape[1], minima.shape[1]
        row, group = np.divmod(self._where(minima, limit[:, None]), n_groups)
        at = (row * n_columns + group)[:, None] + np.arange(0, n_columns, n_groups)
        fits = np.flatnonzero(self.products.ravel().take(at) <= limit[row][:, None])
        at, row = at.ravel()[fits], row[fits // at.shape[1]]
        candidate = self._row_of(at - row * n_columns)
        slot = self.slots.start + row
        query = best.blocks.rows[slot]
        is_new = (best.index[slot] != candidate[:, None]).all(axis=1)
        is_new &= (candidate != query) & (candidate >= 0)
        slot, query, candidate = slot[is_new], query[is_new], candidate[is_new]
        best.add(slot, candidate, self.rows.squared(query, candidate))

    def for_columns(self, wanted: NDArray[np.bool_]) -> Found:
        """Return what is near enough to the rows of the other blocks that want it."""
        size, n_columns = self.among.size, self.products.shape[1]
        limit = self.best.limit.reshape(-1, size)[self.others]
        limit[~wanted] = -np.inf
        limit = limit.ravel()
        group, column = np.divmod(self._where(self.of_columns, limit), n_columns)
        at = (group * MULTIPLE * n_columns + column)[:, None] + np.arange(MULTIPLE) * n_columns
        fits = np.flatnonzero(self.products.ravel().take(at) <= limit[column][:, None])
        row, column = np.divmod(at.ravel()[fits], n_columns)
        candidate = self.best.blocks.rows[self.slots.start + row]
        is_row = candidate >= 0
        candidate, column = candidate[is_row], column[is_row]
        slot = self.others[column // size] * size + column % size
        return slot, candidate, self.rows.squared(self._row_of(column), candidate)

    def _short_row(self) -> int:
        """Return how many products make a row in which grouping them pays."""
        return 2 * (self.best.k + 1) * _GROUP

    def _where(self, values: Floats, limit: Floats) -> Indices:
        """Return the flat positions of values up to a limit."""
        mask = self.mask[: values.size].reshape(values.shape)
        return np.flatnonzero(np.less_equal(values, limit, out=mask))

    def _row_of(self, column: Indices) -> Indices:
        size = self.among.size
        return self.among.rows[self.others[column // size] * size + column % size]


def _shaped(space: Floats, *shape: int) -> Floats:
    return space[: shape[0] * shape[1]].reshape(shape)


def fewest(found: Found, k: int, n_slots: int) -> Found:
    """Return the k best of each slot, if many more than that were found."""
    slot, candidate, squared = found
    if len(slot) <= _MANY_A_LIST * k * n_slots:
        return found
    order = np.argsort(slot, kind="stable")
    slot, candidate, squared = slot[order], candidate[order], squared[order]
    least, nearest, slots = shortest(slot, candidate, squared, k)
    return np.repeat(slots, k), nearest.ravel(), least.ravel()
