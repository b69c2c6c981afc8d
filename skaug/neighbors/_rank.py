"""The distance that decides between neighbours, the same to the last bit in every engine."""

import numpy as np

from skaug._core.batch import Floats, Indices

__all__ = ["LANES", "nearest_of", "ranked", "squared_distances"]

LANES = 8


def squared_distances(X: Floats, queries: Indices, candidates: Indices) -> Floats:
    """Return the squared distances of each query to its candidates.

    Column j is added to sum j mod 8, and the 8 sums one after the other. A sum of floats
    depends on its order; this one is short of neither speed nor definition, and compiled
    kernels keep to it, so that ties are ties everywhere.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The rows.

    queries : ndarray of shape (n_queries,)
        Indices of rows.

    candidates : ndarray of shape (n_queries, m)
        Indices of the rows to compare each with.
    """
    difference = np.take(X, candidates, axis=0, mode="clip")
    difference -= X[queries][:, None, :]
    difference *= difference
    sums = difference[..., :LANES]
    for begin in range(LANES, X.shape[1], LANES):
        part = difference[..., begin : begin + LANES]
        sums[..., : part.shape[-1]] += part
    squared = np.zeros(candidates.shape)
    for lane in range(sums.shape[-1]):
        squared += sums[..., lane]
    return squared


def ranked(X: Floats, queries: Indices, candidates: Indices, k: int) -> tuple[Indices, Floats]:
    """Return each query's k nearest candidates by (distance, index), and the k-th's square.

    The query itself may stand among the candidates any number of times: it is infinitely far.
    """
    candidates = np.sort(candidates, axis=1)
    squared = squared_distances(X, queries, candidates)
    squared[candidates == queries[:, None]] = np.inf
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(candidates, order, axis=1)
    kth = np.take_along_axis(squared, order[:, -1:], axis=1)[:, 0]
    return found, kth


def nearest_of(X: Floats, query: int, candidates: Indices, k: int) -> Indices:
    """Return the k nearest of one query's candidates, which ascend."""
    candidates = candidates[candidates != query]
    squared = squared_distances(X, np.array([query]), candidates[None, :])[0]
    return candidates[np.argsort(squared, kind="stable")[:k]]
