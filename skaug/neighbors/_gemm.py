"""Blocked matrix products: exact neighbours in many numeric columns, candidates in float32."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from skaug._core.batch import Floats, Indices
from skaug.neighbors._rank import nearest_of, ranked

__all__ = ["gemm_kneighbors"]

_BLOCK_BYTES = 1 << 22
_SPARE = 4  # candidates beyond k, so that rounding seldom leaves a row in doubt
_GROUP = 64  # columns at most whose minimum is looked at before they are
_FAR = 32.0  # in median distances from the centre: rows beyond are not multiplied
_SAMPLE = 1000  # rows that the centre is taken from
_DOUBTFUL = 1000  # candidates from which float64 products are cheaper than differences
_MANY = 1_000_000  # pairs from which threads are worth starting


def gemm_kneighbors(X: Floats, queries: Indices, k: int, threads: int) -> Indices:
    r"""Return the k nearest other rows of each query, nearest first, ties by index.

    All :math:`|y|^2 - 2 x y` of a block come from one product in float32. The few smallest are
    candidates, whose distances are then computed in float64. A row is settled when its k-th
    distance is smaller than anything left out can be, rounding included; otherwise all that
    rounding leaves in doubt are candidates. Rows far from the rest, whose squares would drown
    the others', are kept out of the products.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        The rows.

    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted.

    k : int
        Number of neighbours, at most n - 1.

    threads : int
        Threads to use. The result does not depend on it.
    """
    X = X.astype(np.float64, copy=False)
    found = np.empty((len(queries), k), dtype=np.intp)
    open_rows = np.arange(len(queries))
    for dtype in (np.float32, np.float64):
        search = _Search(X, k, dtype)
        if search.n_kept >= k:
            blocks = [
                open_rows[begin : begin + search.block_size]
                for begin in range(0, len(open_rows), search.block_size)
            ]
            many = len(open_rows) * len(X) > _MANY
            left = _settled(search, queries, found, blocks, threads if many else 1)
            open_rows = np.sort(np.concatenate([np.empty(0, dtype=np.intp), *left]))
    for row in open_rows:
        found[row] = nearest_of(X, int(queries[row]), np.arange(len(X)), k)
    return found


def _settled(
    search: "_Search", queries: Indices, found: Indices, blocks: list[Indices], threads: int
) -> list[Indices]:
    """Find the neighbours of all blocks of rows; return the rows still open."""

    def work(share: list[Indices]) -> list[Indices]:
        scratch, still_open = _Scratch(search), []
        for rows in share:
            found[rows], is_open = search(queries[rows], scratch)
            still_open.append(rows[is_open])
        return still_open

    if threads == 1 or len(blocks) < 2:
        return work(blocks)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        shares = pool.map(work, [blocks[i::threads] for i in range(threads)])
        return [rows for share in shares for rows in share]


class _Scratch:
    """One thread's memory: fresh pages would cost more than the arithmetic done in them."""

    def __init__(self, search: "_Search") -> None:
        size, width = search.block_size, search.right.shape[1]
        dtype = search.right.dtype
        self.products = np.empty((size, width), dtype=dtype)
        self.minima = np.empty((size, search.n_groups), dtype=dtype)
        self.mask = np.empty((size, width), dtype=bool)


class _Search:
    """What all blocks of queries share, in one precision."""

    def __init__(self, X: Floats, k: int, dtype: Any) -> None:
        self.X, self.k = X, k
        centred = X - np.median(X[:: max(1, len(X) // _SAMPLE)], axis=0)
        self.norms = np.einsum("ij,ij->i", centred, centred)
        self.is_near = self.norms <= _FAR**2 * np.median(self.norms)
        self.near = np.flatnonzero(self.is_near)
        self.nearest_far = np.sqrt(self.norms[~self.is_near].min(initial=np.inf))
        n_near, n_columns = len(self.near), X.shape[1]
        self.n_kept = min(k + _SPARE, n_near - 1)
        self.max_candidates = 4 * self.n_kept
        self.group = max(1, min(_GROUP, n_near // (16 * (self.n_kept + 1))))
        self.n_groups = -(-n_near // self.group)
        largest = np.sqrt(self.norms[self.near].max())
        # a power of two: exact, and keeps squares within float32
        self.scale = 2.0 ** -np.ceil(np.log2(largest or 1.0))
        self.left = np.ones((len(X), n_columns + 1), dtype=dtype)
        self.left[self.near, :-1] = centred[self.near] * self.scale
        # near row j stands in group j % n_groups; the last ones are filled up with
        # what is larger than any (infinity makes some BLAS kernels raise the invalid flag)
        self.right = np.zeros((n_columns + 1, self.n_groups * self.group), dtype=dtype)
        self.right[:-1, :n_near] = -2 * self.left[self.near, :-1].T
        self.right[-1, :n_near] = self.norms[self.near] * self.scale**2
        self.right[-1, n_near:] = np.finfo(dtype).max / 4
        # |error| of one entry: n_columns + 1 products summed in any order, operands rounded
        unit = np.finfo(dtype).eps / 2
        self.error = (n_columns + 6) * unit * (2 * np.sqrt(self.norms) * largest + largest**2)
        width = self.right.shape[1] * self.right.itemsize
        self.block_size = max(16, min(256, _BLOCK_BYTES // width))

    def __call__(self, queries: Indices, scratch: _Scratch) -> tuple[Indices, NDArray[np.bool_]]:
        """Return the neighbours of the queries and which of them are not settled."""
        n_queries = len(queries)
        products = np.matmul(self.left[queries], self.right, out=scratch.products[:n_queries])
        itself = np.searchsorted(self.near, queries)
        is_near = self.is_near[queries]
        products[np.flatnonzero(is_near), itself[is_near]] = np.inf
        bound = self._bound(products, scratch.minima[:n_queries])
        np.less_equal(products, bound[:, None], out=scratch.mask[:n_queries])
        candidates = self._candidates(scratch.mask[:n_queries], bound, queries)
        found, kth = ranked(self.X, queries, candidates, self.k)
        to_far = np.maximum(self.nearest_far - np.sqrt(self.norms[queries]), 0) ** 2
        is_open = ~is_near | ~(kth < to_far)
        least_left_out = (
            bound.astype(np.float64) / self.scale**2 + self.norms[queries] - self.error[queries]
        )
        for row in np.flatnonzero(~(kth < least_left_out) & ~is_open):
            limit = kth[row] - self.norms[queries[row]] + self.error[queries[row]]
            doubtful = np.flatnonzero(products[row, : len(self.near)] <= limit * self.scale**2)
            if len(doubtful) > _DOUBTFUL and products.dtype == np.float32:
                is_open[row] = True
            else:
                found[row] = nearest_of(self.X, int(queries[row]), self.near[doubtful], self.k)
        return found, is_open

    def _bound(self, products: Floats, minima: Floats) -> Floats:
        """Return for each row a product that n_kept others do not exceed, and few more."""
        if self.group == 1:
            minima[...] = products
        else:
            grouped = products.reshape(len(products), self.group, self.n_groups)
            np.min(grouped, axis=1, out=minima)
        minima.partition(self.n_kept - 1, axis=1)
        return minima[:, self.n_kept - 1].copy()

    def _candidates(self, fits: NDArray[np.bool_], bound: Floats, queries: Indices) -> Indices:
        """Return the rows with products up to the bound, filled up with the query itself.

        Where there are too many of them the bound is withdrawn.
        """
        row, column = np.divmod(np.flatnonzero(fits), fits.shape[1])
        rank = np.arange(len(row)) - np.searchsorted(row, np.arange(len(queries)))[row]
        kept = rank < self.max_candidates
        bound[row[~kept]] = -np.inf
        width = min(self.max_candidates, rank.max(initial=0) + 1)
        candidates = np.tile(queries[:, None], (1, max(width, self.k)))
        candidates[row[kept], rank[kept]] = self.near[np.minimum(column[kept], len(self.near) - 1)]
        return candidates
