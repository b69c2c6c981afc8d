"""Exact neighbours of sparse rows: sparse products for candidates, differences to settle."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy import sparse

from skaug._core.batch import Floats, Indices
from skaug.neighbors._workers import n_threads

__all__ = ["sparse_kneighbors"]

_BLOCK_CELLS = 1 << 20  # of products, which are dense


def sparse_kneighbors(
    X: sparse.csr_array, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices:
    """Return the k nearest of the rows `among` to each query, by (distance, index).

    Parameters as for `product_kneighbors`. The products are dense, a block at a time; the rows
    are not.
    """
    X = X.astype(np.float64)
    X.sum_duplicates()
    others = X[among]
    norms = _squares(X)
    # what a sum of products may be off by, for as many as a row has entries
    longest = int(np.diff(X.indptr).max(initial=0))
    unit = (longest + 8) * np.finfo(np.float64).eps
    error = 2 * unit * (np.sqrt(norms) + np.sqrt(norms[among].max(initial=0))) ** 2

    def nearest(block: Indices) -> Indices:
        products = (X[block] @ others.T).toarray()
        products *= -2
        products += norms[among]
        products += norms[block, None]
        own = np.searchsorted(among, block)
        is_among = among[np.minimum(own, len(among) - 1)] == block
        products[is_among, own[is_among]] = np.inf
        kth = np.partition(products, k - 1, axis=1)[:, k - 1]
        row, place = np.nonzero(products <= (kth + error[block])[:, None])
        candidate = among[place]
        squared = _squares(X[block[row]] - X[candidate])
        order = np.lexsort((candidate, squared, row))
        first = np.searchsorted(row, np.arange(len(block)))
        return candidate[order][first[:, None] + np.arange(k)]

    size = max(1, _BLOCK_CELLS // len(among))
    blocks = [queries[begin : begin + size] for begin in range(0, len(queries), size)]
    threads = 1 if len(blocks) < 2 and n_jobs != 0 else n_threads(n_jobs)
    if threads == 1:
        found = [nearest(block) for block in blocks]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(nearest, blocks))
    return np.concatenate([np.empty((0, k), dtype=np.intp), *found])


def _squares(X: Any) -> Floats:
    """Return the squared length of each row, its entries added one after the other."""
    row = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    squares: Floats = np.bincount(row, weights=X.data**2, minlength=X.shape[0]).astype(float)
    return squares
