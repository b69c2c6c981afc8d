"""Tables as numbers, for classifiers and distances."""

from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from skaug._core.batch import Floats
from skaug._core.table import Table, is_sparse

__all__ = ["encoded", "with_indicators"]

_LEVELS = 64  # rarer levels of a column are taken together: one-hot columns are dense
_LARGEST = 2.0**100  # trees work in float32


def encoded(table: Table) -> Any:
    """Return the table as (n, n_features) numbers, dense or CSR; missing numbers stay NaN.

    Numeric columns come first and as they are; those with numbers beyond float32 are scaled, by
    a power of two. Each category is a column of 0 and 1, missing being one of them; beyond 64
    levels of a column the rarest are one.
    """
    numeric, codes = table.numeric, table.codes
    if is_sparse(numeric):
        return numeric
    numeric = _moderate(numeric)
    if not codes.shape[1]:
        return numeric
    encoder = OneHotEncoder(max_categories=_LEVELS, sparse_output=False, dtype=numeric.dtype)
    return np.hstack([numeric, encoder.fit_transform(codes)])


def _moderate(numeric: Floats) -> Floats:
    largest = np.fmax.reduce(np.abs(numeric), axis=0, initial=0)
    extreme = largest > _LARGEST
    if not extreme.any():
        return numeric
    return numeric * np.where(extreme, 2.0 ** -np.frexp(largest)[1], 1.0)


def with_indicators(E: Floats, n_class: int) -> Floats:
    """Return numbers without gaps: missing ones filled by the class's mean, and marked.

    Each column in which any is missing is followed, at the end, by one of 0 and 1 that says where.
    """
    missing = np.isnan(E)
    gaps = missing.any(axis=0)
    if not gaps.any():
        return E
    own, present = E[:n_class], ~missing[:n_class]
    mean = np.sum(own, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
    return np.hstack([np.where(missing, mean, E), missing[:, gaps].astype(E.dtype)])
