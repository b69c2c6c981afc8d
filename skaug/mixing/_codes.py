"""Telling whole numbers that are codes of categories from those that count something."""

import warnings
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.table import Table

__all__ = ["looks_like_codes", "warn_of_codes"]

_ROWS = 10_000  # that are looked at
_MOST_LEVELS = 12
_ROWS_PER_LEVEL = 10


def warn_of_codes(X: Table, owner: str) -> None:
    """Warn of numeric columns of whole numbers that may be categories, whose mean is none."""
    holds_integers = _integer_columns(X)
    columns = [
        X.column(int(position))
        for j, position in enumerate(np.flatnonzero(~X.is_categorical))
        if holds_integers[position] and looks_like_codes(X.numeric[:_ROWS, j])
    ]
    if columns:
        shown = ", ".join(columns[:5]) + (", ..." if len(columns) > 5 else "")
        warnings.warn(
            f"{owner} mixes and rounds {shown} of X, whose few whole numbers look like codes of "
            "categories. Name such columns in categorical_features to have each cell taken from "
            "one of both rows, or set categorical_features=None if they are numbers.",
            UserWarning,
            stacklevel=2,
        )


def _integer_columns(X: Table) -> NDArray[np.bool_]:
    """Mask the columns of an integer dtype; sparse columns count as none."""
    if isinstance(X.native, nw.DataFrame):
        return np.array([dtype.is_integer() for dtype in X.native.schema.values()], dtype=bool)
    is_integer = isinstance(X.native, np.ndarray) and X.native.dtype.kind in "iu"
    return np.full(X.shape[1], is_integer)


def looks_like_codes(values: Floats) -> bool:
    """Whether whole numbers are 0 (or 1), ..., k without a gap, and no count would lie so.

    Counts have one peak: their frequencies rise and then fall. Those of codes have valleys, as
    their order means nothing. A valley must be too deep to be chance. Codes that happen to have
    one peak are not found.
    """
    values = values[np.isfinite(values)]
    if not len(values) or values.min() not in (0, 1) or values.max() > _MOST_LEVELS:
        return False
    frequency = np.bincount(values.astype(np.intp))[int(values.min()) :]
    if len(frequency) < 3 or frequency.min() == 0 or len(values) < _ROWS_PER_LEVEL * len(frequency):
        return False
    return _has_valley(frequency)


def _has_valley(frequency: NDArray[Any]) -> bool:
    left = np.maximum.accumulate(frequency)
    right = np.maximum.accumulate(frequency[::-1])[::-1]
    rim = np.minimum(left, right)  # the lower of the peaks on both sides
    return bool((rim - frequency > 3 * np.sqrt(rim + frequency)).any())
