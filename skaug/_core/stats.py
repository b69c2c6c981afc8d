"""Statistics of columns that may be sparse or have missing values."""

from typing import Any

import numpy as np
from sklearn.utils.sparsefuncs import mean_variance_axis

from skaug._core.batch import Floats
from skaug._core.table import is_sparse

__all__ = ["column_std"]


def column_std(X: Any) -> Floats:
    """Return the standard deviation of each column, missing values left out; 0 if all are."""
    if is_sparse(X):
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        return np.sqrt(mean_variance_axis(X, axis=0)[1])
    present = ~np.isnan(X)
    counted = np.maximum(np.count_nonzero(present, axis=0), 1)
    X = X - np.fmin.reduce(X, axis=0)  # a constant column is now zero, and its mean exact
    mean = np.sum(X, axis=0, where=present) / counted
    return np.sqrt(np.sum((X - mean) ** 2, axis=0, where=present) / counted)
