"""SciPy's k-d tree, its answers settled by distance and index."""

import numpy as np
from scipy.spatial import KDTree

from skaug._core.batch import Floats, Indices
from skaug.neighbors._gemm import gemm_kneighbors
from skaug.neighbors._rank import ranked

__all__ = ["LEAF_ROWS", "tree_kneighbors"]

LEAF_ROWS = 32
_SPARE = 4  # candidates beyond k and the row itself, so that few rows stay in doubt
_ROUNDS = 3  # of asking for four times as many
_BLOCK_CELLS = 1 << 20  # of candidates' columns


def tree_kneighbors(X: Floats, queries: Indices, k: int, threads: int) -> Indices:
    r"""Return the k nearest other rows of each query, nearest first, ties by index.

    The tree is asked for a few candidates more than k; the rows themselves are then compared.
    What the tree left out is not nearer than its last answer: so a query is settled where its
    k-th distance is smaller than that, rounding included. Others ask for more. Where even that
    does not settle it, because many are equally near, products do.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The rows; squares of differences neither overflow nor vanish.

    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted.

    k : int
        Number of neighbours, at most n - 1.

    threads : int
        Threads to use. The result does not depend on it.
    """
    n_rows, n_columns = X.shape
    centred = X - np.median(X, axis=0)
    norms = np.sqrt(np.einsum("ij,ij->i", centred, centred))
    tree = KDTree(centred, leafsize=LEAF_ROWS)
    error = 8 * (n_columns + 8) * np.finfo(np.float64).eps
    found = np.empty((len(queries), k), dtype=np.intp)
    open_rows = np.arange(len(queries))
    n_asked = k + 1 + _SPARE
    for _ in range(_ROUNDS):
        n_asked = min(n_asked, n_rows)
        still_open = [open_rows[:0]]
        size = max(1, _BLOCK_CELLS // (n_asked * n_columns))
        for begin in range(0, len(open_rows), size):
            rows = open_rows[begin : begin + size]
            block = queries[rows]
            distance, candidates = tree.query(centred[block], n_asked, workers=threads)
            found[rows], kth = ranked(X, block, np.asarray(candidates), k)
            reach = np.sqrt(kth) * (1 + error) + error * norms[block]
            still_open.append(rows[~(reach < np.asarray(distance)[:, -1])])
        open_rows = np.concatenate(still_open)
        if n_asked == n_rows or not len(open_rows):
            return found
        n_asked *= 4
    found[open_rows] = gemm_kneighbors(X, queries[open_rows], k, threads)
    return found
