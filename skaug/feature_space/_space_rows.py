"""Rows of a feature space as a sampler takes them, and what it returns read back."""

from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.array_table import ArrayTable
from skaug._core.batch import Floats, Indices
from skaug._core.columns import MISSING
from skaug._core.table import Table, is_sparse
from skaug._core.target import native_values
from skaug.base import BaseSampler
from skaug.neighbors import nearest_among

__all__ = ["beside", "checked_space", "labels_of", "nearest_of_label", "read_back", "shown"]


def checked_space(Z: Any, X: Floats, name: str) -> Floats:
    """Return what a transformer made of the numbers X, if it is a dense table of finite numbers."""
    if is_sparse(Z) or np.ndim(Z) != 2 or len(Z) != len(X):
        found = "a sparse table" if is_sparse(Z) else f"shape {np.shape(Z)}"
        raise ValueError(
            f"{name} must return a dense table of {len(X)} rows; it returned {found}. See whether "
            "it has a parameter such as sparse_output=False."
        )
    Z = np.ascontiguousarray(Z, dtype=np.float64)
    lost = np.isinf(Z).any(axis=1) | (np.isnan(Z).any(axis=1) & ~np.isnan(X).any(axis=1))
    if lost.any():
        raise ValueError(
            f"{name} must return finite numbers for complete rows; for row {int(np.argmax(lost))} "
            "it does not. Transform X so that it does before, or use another transformer, such as "
            "QuantileTransformer."
        )
    return Z


def shown(Z: Floats, codes: Indices, sampler: Any) -> Any:
    """Return the numbers of the space and beside them the categories, as the sampler takes them.

    Without categories that is an array of numbers. With them it is an array of objects with text,
    which any sampler can tell from numbers; those of skaug are given the same as a table, in
    which nothing has to be told.
    """
    if not codes.shape[1]:
        return Z
    if isinstance(sampler, BaseSampler):
        cells = np.hstack([Z, np.where(codes == MISSING, np.nan, codes)])
        is_category = np.arange(cells.shape[1]) >= Z.shape[1]
        return ArrayTable(cells, categorical_features=is_category, owner=type(sampler).__name__)
    levels = np.array([*_levels(codes), None], dtype=object)  # -1, what is missing, is the last
    return np.hstack([Z.astype(object), levels[codes]])


def read_back(rows: NDArray[Any], codes: Indices, n_encoded: int) -> tuple[Floats, Indices | None]:
    """Return numbers and codes of rows that are like those `shown`; None if there are no codes."""
    Z = np.ascontiguousarray(rows[:, :n_encoded], dtype=np.float64)
    if not codes.shape[1]:
        return Z, None
    cells = rows[:, n_encoded:]
    if cells.dtype.kind == "f":
        return Z, np.nan_to_num(cells, nan=MISSING).astype(codes.dtype)
    code_of = {level: code for code, level in enumerate(_levels(codes))}
    found = [code_of.get(cell, MISSING) for cell in cells.ravel()]
    return Z, np.array(found, dtype=codes.dtype).reshape(cells.shape)


def _levels(codes: Indices) -> list[str]:
    return [f"level {code}" for code in range(int(codes.max()) + 1)]


def labels_of(y: Any, owner: str) -> NDArray[Any]:
    """Return y as an array, of one dimension if it holds one label a row."""
    values = native_values(y, owner)
    if values.ndim != 2:
        return values
    if values.shape[1] == 1:
        return values[:, 0]
    is_one_hot = values.dtype.kind in "biuf" and np.isin(values, (0, 1)).all()
    return values.argmax(axis=1) if is_one_hot and (values.sum(axis=1) == 1).all() else values


def nearest_of_label(Z: Floats, y: NDArray[Any], made: Floats, y_made: NDArray[Any]) -> Indices:
    """Return for each made row the nearest row with its label, or of all where none has it."""
    n_rows, n_made = len(Z), len(made)
    group = np.zeros(n_rows + n_made, dtype=np.intp)
    if y.ndim == y_made.ndim == 1:
        group = np.unique(np.concatenate([y, y_made]), return_inverse=True)[1]
    own, wanted = group[:n_rows], group[n_rows:]
    wanted = np.where(np.isin(wanted, own), wanted, -1)
    both, nearest = np.concatenate([Z, made]), np.empty(n_made, dtype=np.intp)
    for label in np.unique(wanted):
        rows = np.flatnonzero(wanted == label)
        among = np.arange(n_rows) if label < 0 else np.flatnonzero(own == label)
        found = nearest_among(both, 1, queries=n_rows + rows, among=among)
        nearest[rows] = among[found[:, 0]]
    return nearest


def beside(Z: Floats, transformer: Any, X: Any, table: Table) -> Any:
    """Return the space's columns, and after them the categorical ones of X, in X's container."""
    if isinstance(table.native, nw.DataFrame):
        frame = nw.from_native(X)
        columns = np.asarray(table.names, dtype=object)
        names = _names(transformer, columns[~table.is_categorical], Z.shape[1])
        numbers = nw.from_dict(
            dict(zip(names, Z.T, strict=True)), backend=table.native.implementation
        )
        others = frame[:, np.flatnonzero(table.is_categorical).tolist()]
        return nw.concat([numbers, others], how="horizontal").to_native()
    cells = X[:, table.is_categorical]
    if not cells.shape[1]:
        return Z
    return np.hstack([Z.astype(object) if cells.dtype.kind in "OUS" else Z, cells])


def _names(transformer: Any, numeric: NDArray[Any], n_columns: int) -> list[str]:
    """Return the names of the space's columns, numbers where the transformer has none."""
    try:
        return [str(name) for name in transformer.get_feature_names_out(numeric)]
    except (AttributeError, TypeError, ValueError):  # not all that have it can say
        return [f"z{j}" for j in range(n_columns)]
