"""The distance that decides between neighbours, the same to the last bit in every engine."""

import numpy as np

from skaug._core.batch import Floats, Indices

__all__ = ["LANES", "ranked", "squared_distances"]

LANES = 8
_BLOCK_CELLS = 1 << 16  # of differences at a time, so that they stay in cache


def squared_distances(X: Floats, a: Indices, b: Indices) -> Floats:
    """Return the squared distances of the rows `a` to the rows `b`, pair by pair.

    Column j is added to sum j mod 8, and the 8 sums one after the other. A sum of floats
    depends on its order; this one is short of neither speed nor definition, and compiled
    kernels keep to it, so that ties are ties everywhere.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The rows.

    a, b : ndarray of shape (m,)
        Indices of rows.
    """
    size = max(1, _BLOCK_CELLS // max(1, X.shape[1]))
    if len(a) > size:
        parts = [slice(begin, begin + size) for begin in range(0, len(a), size)]
        return np.concatenate([squared_distances(X, a[part], b[part]) for part in parts])
    difference = np.take(X, b, axis=0, mode="clip")
    difference -= np.take(X, a, axis=0, mode="clip")
    squares = np.ascontiguousarray(difference.T)  # sums of long lines, not of 8 numbers each
    squares *= squares
    sums = squares[:LANES]
    for begin in range(LANES, X.shape[1], LANES):
        part = squares[begin : begin + LANES]
        sums[: len(part)] += part
    squared = np.zeros(len(a))
    for lane in sums:
        squared += lane
    return squared


def ranked(X: Floats, queries: Indices, candidates: Indices, k: int) -> tuple[Indices, Floats]:
    """Return each query's k nearest candidates by (distance, index), and the k-th's square.

    The query itself may stand among the candidates any number of times: it is infinitely far.
    """
    candidates = np.sort(candidates, axis=1)
    repeated = np.repeat(queries, candidates.shape[1])
    squared = squared_distances(X, repeated, candidates.ravel()).reshape(candidates.shape)
    squared[candidates == queries[:, None]] = np.inf
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(candidates, order, axis=1)
    kth = np.take_along_axis(squared, order[:, -1:], axis=1)[:, 0]
    return found, kth
