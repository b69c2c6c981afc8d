"""SciPy's k-d tree, its answers settled by distance and index."""

import numpy as np
from scipy.spatial import KDTree

from skaug._core.batch import Indices
from skaug.neighbors._products import product_kneighbors
from skaug.neighbors._rank import ranked
from skaug.neighbors._rows import Rows
from skaug.neighbors._workers import n_threads

__all__ = ["tree_kneighbors"]

_LEAF_ROWS = 32
_SPARE = 2  # candidates beyond k and the row itself, so that few rows stay in doubt
_THREADED = 1_000  # queries from which threads are worth starting
_ROUNDS = 3  # of asking for four times as many
_BLOCK_CELLS = 1 << 20  # of candidates' columns


def tree_kneighbors(
    rows: Rows, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices:
    r"""Return the k nearest of the rows `among` to each query, by (distance, index).

    The tree is asked for a few candidates more than k; the rows themselves are then compared.
    What the tree left out is not nearer than its last answer: so a query is settled where its
    k-th distance is smaller than that, rounding included. Others ask for more. Where even that
    does not settle it, because many are equally near, products do. Parameters as for
    `product_kneighbors`; the rows are complete and have no categories.
    """
    X, n_columns = rows.numeric, rows.numeric.shape[1]
    centred = X - np.median(X, axis=0)
    norms = np.sqrt(np.einsum("ij,ij->i", centred, centred))
    tree = KDTree(centred[among], leafsize=_LEAF_ROWS, balanced_tree=False)
    # in the order of the tree what one query has read is in cache for the next: twice as fast
    place = np.full(len(rows), len(among))
    place[among[tree.indices]] = np.arange(len(among))
    error = 8 * (n_columns + 8) * np.finfo(np.float64).eps
    found = np.empty((len(queries), k), dtype=np.intp)
    open_rows = np.argsort(place[queries], kind="stable")
    n_asked, threads = k + 1 + _SPARE, n_threads(n_jobs)
    for _ in range(_ROUNDS):
        n_asked = min(n_asked, len(among))
        still_open = [open_rows[:0]]
        size = max(1, _BLOCK_CELLS // (n_asked * n_columns))
        for begin in range(0, len(open_rows), size):
            part = open_rows[begin : begin + size]
            block = queries[part]
            ranks = [*range(1, n_asked + 1)]
            workers = threads if len(block) >= _THREADED else 1
            distance, near = map(np.asarray, tree.query(centred[block], ranks, workers=workers))
            found[part], kth = ranked(X, block, among[near], k)
            reach = np.sqrt(kth) * (1 + error) + error * norms[block]
            still_open.append(part[~(reach < distance[:, -1])])
        open_rows = np.concatenate(still_open)
        if n_asked == len(among) or not len(open_rows):
            return found
        n_asked *= 4
    found[open_rows] = product_kneighbors(rows, queries[open_rows], among, k, n_jobs)
    return found
