"""The nearest rows known so far, query by query."""

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._blocks import Blocks
from skaug.neighbors._rows import Rows

__all__ = ["Shortlist", "shortest"]

_NOBODY = np.iinfo(np.intp).max


class Shortlist:
    """The k nearest rows known so far to each query, and how large a product may still be.

    Attributes
    ----------
    index, squared : ndarray of shape (n_slots, k)
        The rows, nearest first, and their squared distances.

    limit : ndarray of shape (n_slots,)
        Products above it are of rows that are farther; -inf where there is no query.
    """

    def __init__(self, blocks: Blocks, k: int, rows: Rows) -> None:
        self.blocks, self.k = blocks, k
        self.squared = np.full((len(blocks.rows), k), np.inf)
        self.index = np.full((len(blocks.rows), k), _NOBODY)
        self.limit = np.full(len(blocks.rows), np.inf, dtype=blocks.vectors.left.dtype)
        self.limit[blocks.n_rows :] = -np.inf
        n_summed = rows.numeric.shape[1] + rows.codes.shape[1]
        self.rounding = 1 + (n_summed + 16) * np.finfo(np.float64).eps

    def add(self, slot: Indices, candidate: Indices, squared: Floats) -> None:
        """Take candidates into the lists of some slots, which ascend."""
        if not len(slot):
            return
        squared, index, slots = shortest(slot, candidate, squared, self.k, known=self)
        self.squared[slots], self.index[slots] = squared, index
        of = self.blocks.vectors
        limit = squared[:, -1] * self.rounding * of.unit + of.error[slots]
        self.limit[slots] = np.nextafter(limit.astype(self.limit.dtype), np.inf)


def shortest(
    slot: Indices, candidate: Indices, squared: Floats, k: int, known: Shortlist | None = None
) -> tuple[Floats, Indices, Indices]:
    """Return the k nearest candidates of each slot by (distance, index), and the slots.

    Lists that are short are filled up with rows infinitely far. What is `known` takes part.
    """
    first = np.flatnonzero(np.append(True, slot[1:] != slot[:-1]))
    count = np.diff(np.append(first, len(slot)))
    line = np.repeat(np.arange(len(first)), count)
    rank = k + np.arange(len(slot)) - np.repeat(first, count)
    slots = slot[first]
    distances = np.full((len(slots), k + count.max()), np.inf)
    indices = np.full(distances.shape, _NOBODY)
    if known is not None:
        distances[:, :k], indices[:, :k] = known.squared[slots], known.index[slots]
    distances[line, rank], indices[line, rank] = squared, candidate
    return *_ranked(distances, indices, k), slots


def _ranked(distances: Floats, indices: Indices, k: int) -> tuple[Floats, Indices]:
    lines = np.arange(len(distances))[:, None]
    order = np.argsort(distances, axis=1)[:, : k + 1]
    least = distances[lines, order]
    tied = np.flatnonzero((least[:, 1:] == least[:, :-1]).any(axis=1))
    nearest = indices[lines, order]
    if len(tied):  # seldom: what is equally near goes by index
        lines = lines[: len(tied)]
        by_index = np.argsort(indices[tied], axis=1)
        distances, indices = distances[tied][lines, by_index], indices[tied][lines, by_index]
        order = np.argsort(distances, axis=1, kind="stable")[:, : k + 1]
        least[tied], nearest[tied] = distances[lines, order], indices[lines, order]
    return least[:, :k], nearest[:, :k]
