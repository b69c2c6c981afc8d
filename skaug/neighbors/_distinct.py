"""Rows that occur more than once."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Floats, Indices
from skaug._core.table import is_sparse

__all__ = ["distinct_rows"]

_BLOCK_CELLS = 1 << 15  # at a time, so that they stay in cache


def distinct_rows(numeric: Any, codes: Indices) -> tuple[Indices, Indices]:
    """Find the distinct rows of a table, missing values equal to each other.

    Rows are compared by a 64-bit hash and the groups then checked; so the cost is one pass
    where sorting whole rows would dominate a search for neighbours.

    Parameters
    ----------
    numeric : ndarray or csr_array of shape (n, n_numeric)
        The numeric columns.

    codes : ndarray of shape (n, n_categorical)
        The categorical columns.

    Returns
    -------
    first : ndarray of shape (n_distinct,)
        The first row of each group of equal rows, ascending.

    group : ndarray of shape (n,)
        The position in `first` of each row's group.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import distinct_rows
    >>> X = np.array([[1.0, np.nan], [2.0, 3.0], [1.0, np.nan]])
    >>> first, group = distinct_rows(X, np.empty((3, 0), dtype=int))
    >>> first.tolist(), group.tolist()
    ([0, 1], [0, 1, 0])
    """
    n_rows = numeric.shape[0]
    if is_sparse(numeric):
        numeric = _canonical(numeric)
    hashes = _hash(numeric) + _hash_codes(codes)
    in_order = np.sort(hashes)
    if not (in_order[1:] == in_order[:-1]).any():  # as in most tables
        rows = np.arange(n_rows)
        return rows, rows
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    if not _are_equal(numeric, codes, np.arange(n_rows), first[group]):  # a collision, once in
        first, group = _by_sorting(numeric, codes)  # 2**64 / n**2 tables
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[group]


def _canonical(numeric: sparse.csr_array) -> sparse.csr_array:
    numeric = numeric.copy()
    numeric.sum_duplicates()
    numeric.eliminate_zeros()
    return numeric


def _bits(values: Floats) -> NDArray[np.uint64]:
    """Return the bits of floats, equal numbers (0 and -0, all NaN) having equal bits."""
    values = values.astype(np.float64) + 0.0
    values[np.isnan(values)] = np.nan
    return values.view(np.uint64)


@lru_cache(maxsize=16)
def _multipliers(n: int) -> NDArray[np.uint64]:
    rng = np.random.Generator(np.random.PCG64(0x5EED))  # any fixed odd numbers do
    multipliers = rng.integers(2**64, size=n, dtype=np.uint64) | np.uint64(1)
    multipliers.setflags(write=False)
    return multipliers


def _hash(numeric: Any) -> NDArray[np.uint64]:
    n_rows, n_columns = numeric.shape
    multipliers = _multipliers(n_columns)
    hashes = np.zeros(n_rows, dtype=np.uint64)
    if is_sparse(numeric):
        rows = np.repeat(np.arange(n_rows), np.diff(numeric.indptr))
        np.add.at(hashes, rows, _mixed(_bits(numeric.data)) * multipliers[numeric.indices])
        return hashes
    size = max(1, _BLOCK_CELLS // max(1, n_columns))
    for begin in range(0, n_rows, size):
        mixed = _mixed(_bits(numeric[begin : begin + size]))
        mixed *= multipliers
        np.sum(mixed, axis=1, out=hashes[begin : begin + size])
    return hashes


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Fold the high bits into the low ones: a product alone never carries them down."""
    return bits ^ (bits >> np.uint64(32))


def _hash_codes(codes: Indices) -> NDArray[np.uint64]:
    multipliers = _multipliers(codes.shape[1] + 1)[1:]
    hashes = np.zeros(len(codes), dtype=np.uint64)
    for j in range(codes.shape[1]):
        hashes += (codes[:, j].astype(np.uint64) + np.uint64(7)) * multipliers[::-1][j]
    return hashes


def _are_equal(numeric: Any, codes: Indices, a: Indices, b: Indices) -> bool:
    moved = a != b
    a, b = a[moved], b[moved]
    if not np.array_equal(codes[a], codes[b]):
        return False
    if is_sparse(numeric):
        return bool((numeric[a] != numeric[b]).nnz == 0)
    return bool(np.array_equal(numeric[a], numeric[b], equal_nan=True))


def _by_sorting(numeric: Any, codes: Indices) -> tuple[Indices, Indices]:
    dense = numeric.toarray() if is_sparse(numeric) else numeric
    bits = np.column_stack([_bits(column) for column in dense.T] + [codes.astype(np.uint64)])
    _, first, group = np.unique(bits, axis=0, return_index=True, return_inverse=True)
    return first, group.ravel()
