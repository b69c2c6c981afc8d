"""Plain, slow versions of what skaug computes, to compare with."""

import numpy as np


def keys(numeric, codes=None):
    """Each row as a tuple in which missing values equal each other."""
    codes = np.empty((len(numeric), 0)) if codes is None else codes
    return [
        (*(None if np.isnan(value) else value + 0.0 for value in row), *code)
        for row, code in zip(np.asarray(numeric).tolist(), codes.tolist(), strict=True)
    ]


def distinct(numeric, codes=None):
    """First row of each group of equal rows, and each row's group."""
    rows = keys(numeric, codes)
    position = {}
    for key in rows:
        position.setdefault(key, len(position))
    return [rows.index(key) for key in position], [position[key] for key in rows]


def squared_distances(numeric, codes=None, penalty=0.0):
    """Nan-Euclidean distances, plus `penalty` for each category that differs.

    scikit-learn's own function loses digits where values are far from zero.
    """
    n_columns = np.shape(numeric)[1]
    difference = numeric[:, None] - numeric[None]
    shared = (~np.isnan(difference)).sum(axis=2)
    squared = np.nansum(difference**2, axis=2) * n_columns / np.maximum(shared, 1)
    if n_columns:
        squared[shared == 0] = np.inf  # no column in common
    if codes is not None:
        squared = squared + penalty * (codes[:, None] != codes[None]).sum(axis=2)
    return squared


def neighbor_limit(squared, first, group, k):
    """Distance from each row of its k-th nearest distinct other; see `distinct`."""
    limits = []
    for i in range(len(squared)):
        others = [j for j in first if group[j] != group[i]]
        limits.append(np.sort(squared[i, others])[k - 1])
    return np.array(limits)


def deviations(numeric):
    """Standard deviations of columns with missing values; 0 for a column without values."""
    return np.array(
        [np.nanstd(column) if not np.isnan(column).all() else 0.0 for column in numeric.T]
    )


def winners(ballots, weights):
    """All categories with the most votes; missing ones abstain, and win if all do."""
    total = {}
    for ballot, weight in zip(ballots, weights, strict=True):
        if ballot != -1:
            total[ballot] = total.get(ballot, 0) + weight
    if not total:
        return {-1}
    return {ballot for ballot, weight in total.items() if weight == max(total.values())}
