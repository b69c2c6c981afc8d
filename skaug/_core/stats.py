"""Statistics of columns that may be sparse or have missing values."""

from typing import Any

import numpy as np

from skaug._core.batch import Floats
from skaug._core.table import is_sparse

__all__ = ["column_std"]


def column_std(X: Any) -> Floats:
    """Return the standard deviation of each column, missing values left out; 0 if all are."""
    if is_sparse(X):
        mean = np.asarray(X.mean(axis=0)).ravel()
        square = np.asarray(X.multiply(X).mean(axis=0)).ravel()
        return np.sqrt(np.maximum(square - mean**2, 0))
    present = ~np.isnan(X)
    counted = np.maximum(np.count_nonzero(present, axis=0), 1)
    mean = np.sum(X, axis=0, where=present) / counted
    return np.sqrt(np.sum((X - mean) ** 2, axis=0, where=present) / counted)
