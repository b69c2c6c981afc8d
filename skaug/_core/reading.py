"""Reading the three things a sampler is given: X, y and sample_weight."""

from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from skaug._core.array_table import ArrayTable
from skaug._core.batch import Floats
from skaug._core.columns import holds_numbers, is_missing
from skaug._core.frame_table import FrameTable, cells_of
from skaug._core.sparse_table import SparseTable
from skaug._core.table import Table, is_frame, is_sparse

__all__ = ["read_table", "read_weight", "restored_weight"]


def read_table(estimator: Any, X: Any, y: Any, *, categorical_features: Any) -> Table:
    """Check X against y, set what scikit-learn expects of a fitted estimator, and wrap it.

    A table that has been read comes back as it is: samplers inside others are given one.
    """
    if isinstance(X, Table):
        estimator.n_features_in_ = X.shape[1]
        return X
    owner = type(estimator).__name__
    parameters = {"categorical_features": categorical_features, "owner": owner}
    if is_frame(X):
        frame = _eager(X, owner)
        validate_data(estimator, X, y, skip_check_array=True)
        check_consistent_length(X, y)
        return FrameTable(frame, **parameters)
    if isinstance(X, list):
        X = _array_of_lists(X, owner)
    checked = check_array(
        X,
        accept_sparse=True,
        accept_large_sparse=True,
        dtype=None,
        ensure_all_finite=False,
        estimator=estimator,
        input_name="X",
    )
    validate_data(estimator, checked, y, skip_check_array=True)
    check_consistent_length(checked, y)
    if is_sparse(checked):
        return SparseTable(checked, **parameters)
    return ArrayTable(checked, **parameters)


def _eager(X: Any, owner: str) -> nw.DataFrame[Any]:
    frame = nw.from_native(X)
    if isinstance(frame, nw.LazyFrame):
        raise TypeError(f"{owner} needs the rows of X at hand; X is lazy. Call X.collect() first.")
    text = [name for name in frame.columns if isinstance(name, str)]
    if 0 < len(text) < len(frame.columns):
        other = next(name for name in frame.columns if not isinstance(name, str))
        raise TypeError(
            f"{owner} needs column names of X that are all text, or none of them; it has "
            f"{text[0]!r} and {other!r}. Use X.columns = X.columns.astype(str)."
        )
    if 0 in frame.shape:
        raise ValueError(
            f"Found array with {frame.shape[0]} sample(s) and {frame.shape[1]} feature(s) "
            f"(shape={frame.shape}) while a minimum of 1 is required by {owner}."
        )
    return frame


def _array_of_lists(X: list[Any], owner: str) -> NDArray[Any]:
    """Make an array of nested lists, as objects if NumPy would turn numbers into text."""
    lengths = {len(row) for row in X if isinstance(row, (list, tuple))}
    if len(lengths) > 1:
        raise ValueError(
            f"{owner} needs rows of one length; X is a list with rows of {sorted(lengths)} values."
        )
    array = np.asarray(X)
    if array.dtype.kind in "US" and array.ndim == 2:
        cells = (cell for row in X for cell in row)
        if not all(isinstance(cell, (str, bytes)) for cell in cells):
            return np.asarray(X, dtype=object)
    return array


def read_weight(sample_weight: Any, n_rows: int, owner: str) -> Floats:
    """Return the weights as a float array of shape (n_rows,)."""
    values = _weights(sample_weight, owner)
    if values.shape != (n_rows,):
        raise ValueError(
            f"sample_weight of {owner} must have shape ({n_rows},), one weight a row; "
            f"got {values.shape}."
        )
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise ValueError(f"sample_weight of {owner} must be finite; row {row} has {values[row]}.")
    return values


def _weights(sample_weight: Any, owner: str) -> Floats:
    wrapped = nw.from_native(sample_weight, pass_through=True, series_only=True)
    if isinstance(wrapped, nw.Series):
        values = cells_of(wrapped, f"{owner} cannot read sample_weight")
    else:
        try:
            values = np.asarray(sample_weight)
        except ValueError:  # rows of different lengths
            values = np.array(sample_weight, dtype=object)
    if values.dtype in (np.float32, np.float64):
        return values
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    cells = values.ravel().tolist()
    if cells and (values.dtype.kind != "O" or not holds_numbers(cells)):
        bad = next((cell for cell in cells if not holds_numbers([cell])), values.flat[0])
        raise ValueError(
            f"sample_weight of {owner} must hold numbers, one weight a row; it holds {bad!r}."
        )
    absent = is_missing(cells).reshape(values.shape)
    return np.where(absent, np.nan, values.astype(object)).astype(np.float64)


def restored_weight(weight: Floats, like: Any) -> Any:
    """Return the weights in the container they came in."""
    if isinstance(like, list):
        return weight.tolist()
    wrapped = nw.from_native(like, pass_through=True, series_only=True)
    if isinstance(wrapped, nw.Series):
        return nw.new_series(wrapped.name, weight, backend=wrapped.implementation).to_native()
    return weight
