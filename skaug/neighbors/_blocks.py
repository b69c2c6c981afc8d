"""Blocks of rows that are near each other, and how far blocks are apart."""

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._points import Centred, Points

__all__ = ["MULTIPLE", "Blocks", "block_distances"]

MULTIPLE = 16  # the size of a block is a multiple of it: loops take 8 or 16 rows together
_BLOCK = 1_024  # rows of a block; half of that where there are few
_MOST_BLOCKS = 2_000  # beyond, blocks grow


class Blocks:
    """Rows in spatial order, in blocks of one size; the last one is filled up.

    Attributes
    ----------
    rows : ndarray of shape (n_slots,)
        The row in each slot, -1 where there is none.

    members : ndarray of shape (n_slots,)
        The same, the slots that are left filled with any row.

    vectors : Points
        The vectors of the members, which are set later.

    boxed : ndarray of shape (n_rows, n_axes)
        Coordinates of the rows, in this order.
    """

    vectors: Points

    def __init__(self, rows: Indices, about: Centred, multiple: int = MULTIPLE) -> None:
        # equally full, so that little is multiplied in vain
        size = min(_BLOCK, max(-(-_BLOCK // 2), len(rows) // 4))
        n_blocks = -(-len(rows) // max(size, len(rows) // _MOST_BLOCKS))
        self.size = -(-len(rows) // (n_blocks * multiple)) * multiple
        self.n_rows, self.n_blocks = len(rows), -(-len(rows) // self.size)
        order = _spatial_order(about.boxed[rows], self.size)
        n_left = self.n_blocks * self.size - len(rows)
        self.rows = np.append(rows[order], np.full(n_left, -1))
        self.members = np.append(rows[order], np.full(n_left, rows[0]))
        self.boxed = about.boxed[rows[order]]

    def slots(self, block: int) -> slice:
        """Return where the rows of a block stand."""
        return slice(block * self.size, (block + 1) * self.size)

    def n_filled(self, block: int) -> int:
        """Return how many of these slots hold rows."""
        return min(self.size, self.n_rows - block * self.size)

    def slot_of(self, rows: Indices) -> Indices:
        """Return where given rows stand."""
        slot = np.empty(self.rows.max() + 1, dtype=np.intp)
        slot[self.rows[: self.n_rows]] = np.arange(self.n_rows)
        return slot[rows]


def _spatial_order(boxed: Floats, size: int) -> Indices:
    """Return an order in which every `size` consecutive rows are near each other.

    The rows are halved along the axis on which they are spread widest, and the halves again.
    """
    order = np.arange(len(boxed))
    parts = [order] if boxed.shape[1] else []
    while parts:
        part = parts.pop()
        if len(part) <= size:
            continue
        inside = boxed[part]
        axis = int(np.argmax(inside.max(axis=0) - inside.min(axis=0)))
        half = (-(-len(part) // size) + 1) // 2 * size
        part[:] = part[np.argpartition(inside[:, axis], half - 1)]  # in place: part is a view
        parts += [part[:half], part[half:]]
    return order


def block_distances(blocks: Blocks, others: Blocks) -> tuple[Floats, Floats]:
    """Return squared distances between blocks: a lower bound, and that of the centres."""
    low, high, center = _boxes(blocks)
    other_low, other_high, other_center = _boxes(others)
    least = np.zeros((len(low), len(other_low)))
    between = np.zeros_like(least)
    for j in range(low.shape[1]):
        gap = np.maximum(low[:, [j]] - other_high[:, j], other_low[:, j] - high[:, [j]])
        least += np.maximum(gap, 0) ** 2
        between += (center[:, [j]] - other_center[:, j]) ** 2
    return least, between


def _boxes(blocks: Blocks) -> tuple[Floats, Floats, Floats]:
    starts = np.arange(0, blocks.n_rows, blocks.size)
    n_filled = np.diff(np.append(starts, blocks.n_rows))[:, None]
    boxed = blocks.boxed
    low, high = (each.reduceat(boxed, starts, axis=0) for each in (np.minimum, np.maximum))
    return low, high, np.add.reduceat(boxed, starts, axis=0) / n_filled
