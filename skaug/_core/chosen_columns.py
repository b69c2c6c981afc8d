"""Which columns a parameter names: a mask, indices or names."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.columns import categorical_mask
from skaug._core.table import Table

__all__ = ["chosen_columns"]


def chosen_columns(columns: Any, X: Table, parameter: str) -> NDArray[np.bool_]:
    """Return the mask over the columns of X that a parameter names; all where it is None."""
    everything = np.ones(X.shape[1], dtype=bool)
    if columns is None:
        return everything
    if isinstance(columns, str):
        columns = [columns]
    try:
        return categorical_mask(columns, by_dtype=everything, names=X.names, owner=X.owner)
    except ValueError as error:  # it is written for the parameter categorical_features
        raise ValueError(str(error).replace("categorical_features", parameter)) from None
