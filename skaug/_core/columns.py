"""Which columns are categories, and categories as integer codes."""

from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Indices

__all__ = ["MISSING", "categorical_mask", "factorize", "holds_numbers", "is_missing"]

MISSING = -1  # the code of a missing category: arrays by code have one more, last, entry


def categorical_mask(
    categorical_features: Any,
    *,
    by_dtype: NDArray[np.bool_],
    names: Sequence[Any] | None,
    owner: str,
) -> NDArray[np.bool_]:
    """Turn `categorical_features` into a mask over the columns.

    Parameters
    ----------
    categorical_features : {"from_dtype", "auto", "all"}, None, or array-like of bool, int or str
        What the user gave.

    by_dtype : ndarray of bool of shape (n_columns,)
        The columns that are categories by their dtype.

    names : sequence or None
        The column names, if the table has any.

    owner : str
        The sampler's name, for the messages.
    """
    n_columns = len(by_dtype)
    if categorical_features is None:
        return np.zeros(n_columns, dtype=bool)
    if isinstance(categorical_features, str) and categorical_features in ("from_dtype", "auto"):
        return by_dtype
    if isinstance(categorical_features, str) and categorical_features == "all":
        return np.ones(n_columns, dtype=bool)
    if isinstance(categorical_features, str):
        categorical_features = [categorical_features]
    chosen = np.asarray(categorical_features)
    mask = np.zeros(n_columns, dtype=bool)
    if chosen.ndim != 1:
        raise ValueError(
            f"categorical_features of {owner} must be one-dimensional, got shape {chosen.shape}."
        )
    if chosen.dtype.kind == "b":
        if len(chosen) != n_columns:
            raise ValueError(
                f"categorical_features of {owner} is a mask of {len(chosen)} values; "
                f"X has {n_columns} columns. Give one bool for each column."
            )
        return chosen
    if chosen.dtype.kind in "iu":
        outside = [int(i) for i in chosen if not 0 <= i < n_columns]
        if outside:
            raise ValueError(
                f"categorical_features of {owner} must be indices from 0 to {n_columns - 1}, "
                f"got {outside}."
            )
        mask[chosen] = True
        return mask
    if chosen.size:
        mask[_positions(list(categorical_features), names, owner)] = True
    return mask


def _positions(wanted: list[Any], names: Sequence[Any] | None, owner: str) -> list[int]:
    if names is None:
        raise ValueError(
            f"categorical_features of {owner} names columns, but X has no column names. "
            "Pass a data frame, or give indices or a mask."
        )
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise ValueError(
            f"categorical_features of {owner} names {unknown}, which X does not have. "
            f"Its columns are {list(names)}."
        )
    return [list(names).index(name) for name in wanted]


def is_missing(values: Iterable[Any]) -> NDArray[np.bool_]:
    """Mark what stands for a missing value: None, NaN, NaT and pandas' NA."""
    return np.fromiter((_is_missing(value) for value in values), dtype=bool)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def holds_numbers(values: Iterable[Any]) -> bool:
    """Whether every value that is not missing is a number, bool excepted."""
    return all(
        (isinstance(value, Number) and not isinstance(value, (bool, np.bool_)))
        or _is_missing(value)
        for value in values
    )


def factorize(
    values: NDArray[Any], missing: NDArray[np.bool_], column: Any
) -> tuple[Indices, Indices]:
    """Code the distinct values of a column 0, 1, … by first appearance; missing ones as -1.

    Returns
    -------
    codes : ndarray of shape (n,)
        The code of each value.

    donors : ndarray of shape (n_levels + 1,)
        A row that holds each level, and last one that holds a missing value, if any (else -1).
        Writing a level means copying its donor's cell, which keeps every dtype as it is.
    """
    levels: dict[Any, int] = {}
    try:
        codes = np.fromiter(
            (levels.setdefault(value, len(levels)) for value in values[~missing].tolist()),
            dtype=np.int32,
        )
    except TypeError:
        raise TypeError(
            f"Column {column!r} cannot be read: an argument must be a string or a number in every "
            "cell, not a list, dict or other value that cannot be hashed. Convert the column, or "
            "drop it."
        ) from None
    rows = np.flatnonzero(~missing)
    all_codes = np.full(len(values), MISSING, dtype=np.int32)
    all_codes[rows] = codes
    donors = np.full(len(levels) + 1, -1, dtype=np.int64)
    donors[codes[::-1]] = rows[::-1]  # assigned backwards: the first appearance stays
    donors[MISSING] = np.argmax(missing) if missing.any() else -1
    return all_codes, donors
