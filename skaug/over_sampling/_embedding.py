"""Tables for scikit-learn's estimators that look for support vectors or clusters in them."""

from typing import Any

import numpy as np
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.metrics.pairwise import euclidean_distances

from skaug._core.batch import Floats, Indices
from skaug._core.columns import MISSING
from skaug._core.stats import column_std
from skaug._core.table import Table, is_sparse
from skaug.neighbors import mismatch_metric

__all__ = ["centred", "embedded", "mean_distance", "seeded_clone"]

_DENSE_LEVELS = 256  # with more levels of categories than that the table becomes sparse
_BLOCK_ROWS = 1024
_MOST_PAIRS = 1 << 22  # of rows, for the mean of their distances
_FEWEST_ROWS = 64  # of a group of them


def embedded(X: Table) -> Any:
    """Return the table as numbers without gaps: (n, n_features), dense or CSR.

    Missing numbers become their column's mean. Categories, missing being one of them, become
    one column for each level, so scaled that two that differ are as far apart as SMOTE-NC's
    rule says. A table of complete numbers is returned as it is, unless they are so large or
    small that their squares are not numbers any more.
    """
    numeric, codes = X.numeric, X.codes
    if not is_sparse(numeric):
        numeric = _filled(numeric)
    numeric = _moderate(numeric)
    if not codes.shape[1]:
        return numeric
    mismatch = mismatch_metric(column_std(numeric)).mismatch or 1.0
    indicators = np.sqrt(mismatch / 2) * _one_hot(codes, X.n_levels)
    if indicators.shape[1] <= _DENSE_LEVELS:
        return np.hstack([numeric, indicators.toarray()])
    return sparse.hstack([sparse.csr_array(numeric), indicators], format="csr")


def _moderate(numeric: Any) -> Any:
    """Bring extreme numbers near 1, by a power of two."""
    values = numeric.data if is_sparse(numeric) else numeric
    largest = np.abs(values).max(initial=0)
    limits = np.finfo(values.dtype)
    if largest == 0 or limits.tiny**0.25 < largest < limits.max**0.25:
        return numeric
    return numeric * 2.0 ** -np.clip(np.frexp(largest)[1], -1000, 1000)


def _filled(numeric: Any) -> Any:
    missing = np.isnan(numeric)
    if not missing.any():
        return numeric
    mean = np.sum(numeric, axis=0, where=~missing) / np.maximum((~missing).sum(axis=0), 1)
    return np.where(missing, mean.astype(numeric.dtype), numeric)


def _one_hot(codes: Indices, n_levels: list[int]) -> sparse.csr_array:
    """Return one column for each level of each column, and one for its missing values."""
    n_rows, n_columns = codes.shape
    levels = np.where(codes == MISSING, n_levels, codes)
    offsets = np.concatenate([[0], np.cumsum([n + 1 for n in n_levels])])
    columns = (levels + offsets[:-1]).astype(np.int32).ravel()
    starts = np.arange(n_rows + 1, dtype=np.int32) * n_columns
    return sparse.csr_array(
        (np.ones(len(columns)), columns, starts), shape=(n_rows, int(offsets[-1]))
    )


def centred(E: Any) -> Any:
    """Return a dense table with its origin in the middle, where the least is lost to rounding."""
    if is_sparse(E):
        return E
    moved = E - E[0]  # makes constant columns exactly 0
    return moved - moved.mean(axis=0)


def mean_distance(E: Any) -> float:
    """Return the mean Euclidean distance between two different rows, 0 for a single row.

    Exact where there are up to 4 million pairs, which is up to 2,896 rows. More rows are dealt
    into groups of equal size, at random but always the same, and only pairs within a group count,
    4 million or more in all. As every row is in as many pairs, little is left to chance: about
    one part in ten thousand.
    """
    n_rows = E.shape[0]
    if n_rows < 2:
        return 0.0
    if n_rows * (n_rows - 1) // 2 <= _MOST_PAIRS:
        return _mean_of_all_pairs(E)
    order = np.random.Generator(np.random.PCG64(0)).permutation(n_rows)
    size = max(_FEWEST_ROWS, 2 * _MOST_PAIRS // n_rows)
    groups = [E[rows] for rows in np.array_split(order, n_rows // size)]
    n_pairs = sum(group.shape[0] * (group.shape[0] - 1) for group in groups)
    return float(sum(_distances(group, group).sum() for group in groups) / n_pairs)


def _mean_of_all_pairs(E: Any) -> float:
    n_rows, total = E.shape[0], 0.0
    for begin in range(0, n_rows, _BLOCK_ROWS):
        block = E[begin : begin + _BLOCK_ROWS]
        total += _distances(block, block).sum() / 2
        for other in range(begin + _BLOCK_ROWS, n_rows, _BLOCK_ROWS):
            total += _distances(block, E[other : other + _BLOCK_ROWS]).sum()
    return float(total / (n_rows * (n_rows - 1) / 2))


def _distances(A: Any, B: Any) -> Floats:
    if is_sparse(A):
        return euclidean_distances(A.astype(np.float64), B.astype(np.float64))
    return cdist(A, B)  # faster than matrix products in few columns, and equal rows are at 0


def seeded_clone(estimator: Any, seed: np.random.SeedSequence) -> Any:
    """Return a clone whose random states, where they are None, are one drawn from `seed`."""
    estimator = clone(estimator)
    word = int(seed.generate_state(1)[0])
    unset = [
        name
        for name, value in estimator.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    return estimator.set_params(**dict.fromkeys(unset, word))
