"""MultilabelTarget: a y with any number of labels a row, one column of 0 and 1 for each label."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Batch, Indices
from skaug._core.columns import is_missing
from skaug._core.frame_table import series_like
from skaug._core.table import gathered_rows, is_frame, is_sparse

__all__ = ["MultilabelTarget", "OneLabel"]

_BINARY = np.array([0, 1])


@dataclass(frozen=True)
class OneLabel:
    """One label as class labels: the rows without it are class 0, those with it class 1.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        The class of each row.

    classes : ndarray of shape (2,)
        The classes.
    """

    codes: NDArray[Any]
    classes: NDArray[Any]


class MultilabelTarget:
    """Sets of labels, one a row, as columns of 0 and 1 in any container.

    Parameters
    ----------
    native : list of lists, ndarray, SciPy sparse or data frame of shape (n, n_labels)
        What the user passed as y.

    owner : str
        The name of the sampler or function, for the messages.

    Attributes
    ----------
    indicator : csr_array of shape (n, n_labels)
        1 where a row has a label; nothing else is stored.

    classes : list of length n_labels
        The labels: the names of the columns, their numbers where there are no names.

    Examples
    --------
    >>> from skaug._core.multilabel import MultilabelTarget
    >>> y = MultilabelTarget([[1, 0], [1, 1], [0, 0]], owner="MLSMOTE")
    >>> y.counts.tolist(), y.members(1).tolist()
    ([2, 1], [1])
    """

    def __init__(self, native: Any, *, owner: str) -> None:
        self.native = native
        if is_sparse(native):
            rows = sparse.csr_array(native, copy=True)
            rows.sum_duplicates()
            _check_binary(rows.data, owner, lambda cell: _cell_of(rows, cell))
            self.indicator = rows.astype(np.int64)
            self.indicator.eliminate_zeros()
        else:
            self.indicator = sparse.csr_array(_dense(native, owner).astype(np.int64))
        if not self.indicator.shape[1]:
            raise ValueError(f"{owner} needs a column of y for each label; y has no column.")
        self.classes: list[Any] = (
            list(nw.from_native(native).columns)
            if is_frame(native)
            else list(range(self.indicator.shape[1]))
        )

    def __len__(self) -> int:
        return int(self.indicator.shape[0])

    @cached_property
    def counts(self) -> Indices:
        """Rows that have each label."""
        return np.bincount(self.indicator.indices, minlength=len(self.classes))

    @cached_property
    def _by_label(self) -> Any:
        by_label = self.indicator.tocsc()
        by_label.sort_indices()
        return by_label

    def members(self, code: int) -> Indices:
        """Return the rows that have one label, given by the position of its column."""
        begin, end = self._by_label.indptr[code : code + 2]
        rows = self._by_label.indices[begin:end]
        return rows.astype(np.int32) if len(self) < 2**31 else rows

    def one(self, code: int) -> OneLabel:
        """Return one label, given by the position of its column, as class labels."""
        codes = np.zeros(len(self), dtype=np.int8)
        codes[self.members(code)] = 1
        return OneLabel(codes, _BINARY)

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the labels (those `kept`) followed by those of `batches`, in y's container.

        A batch gives its sets of labels in ``batch.y``, a sparse array like `indicator`, or
        takes those of other rows.
        """
        rows = np.arange(len(self)) if kept is None else kept
        own = gathered_rows(self.native, rows)
        if isinstance(own, list):
            own = [copy(row) for row in own]
        if not batches:
            return own
        made = sparse.vstack(
            [
                self.indicator[batch.labels_from] if batch.y is None else batch.y
                for batch in batches
            ],
            format="csr",
        )
        if is_sparse(own):
            return _followed_sparse(own, made)
        if isinstance(own, list):
            return own + _lists(made, like=self.native)
        if is_frame(own):
            return _followed_frame(own, made)
        out = np.empty((len(rows) + made.shape[0], own.shape[1]), dtype=own.dtype)
        out[: len(rows)] = own
        out[len(rows) :] = made.toarray()
        return out


def _dense(native: Any, owner: str) -> NDArray[np.bool_]:
    if is_frame(native):
        frame = nw.from_native(native, eager_only=True)
        values = np.empty(frame.shape, dtype=bool)
        for j, column in enumerate(frame.iter_columns()):
            values[:, j] = _column(column, owner)
        return values
    try:
        values = np.asarray(native)
    except ValueError:  # rows of several lengths: sets of labels, not columns
        values = np.empty(len(native), dtype=object)
    if values.ndim == 1:
        raise ValueError(
            f"{owner} needs y of shape (n, n_labels), with a column of 0 and 1 for each label; y "
            f"is one-dimensional, of shape {values.shape}. For one class label a row use SMOTE or "
            "RandomOverSampler; sets of labels become columns with MultiLabelBinarizer of "
            "scikit-learn."
        )
    if values.ndim > 2:
        raise ValueError(f"{owner} needs y of shape (n, n_labels); got shape {values.shape}.")
    _check_binary(values.ravel(), owner, lambda cell: divmod(cell, values.shape[1]))
    return values.astype(bool)


def _column(column: nw.Series[Any], owner: str) -> NDArray[np.bool_]:
    if isinstance(column.dtype, (nw.Categorical, nw.Enum)):
        raise ValueError(
            f"{owner} needs numbers or booleans in column {column.name!r} of y; it holds "
            "categories. Convert it to 0 and 1."
        )
    cells = column.to_numpy()
    _check_binary(cells, owner, lambda row: (row, column.name))
    return cells.astype(bool)


def _check_binary(cells: NDArray[Any], owner: str, where: Callable[[int], tuple[int, Any]]) -> None:
    """Refuse cells other than 0, 1, False and True; `where` tells row and column of the first."""
    if cells.dtype.kind == "b":
        return
    if cells.dtype.kind in "Of":
        missing = is_missing(cells) if cells.dtype.kind == "O" else np.isnan(cells)
        if missing.any():
            row, column = where(int(np.argmax(missing)))
            raise ValueError(
                f"y has missing values (contains NaN or None), the first in row {row} of column "
                f"{column!r}. {owner} needs 0 or 1 for every label; fill them in, or drop the rows."
            )
    is_bad = (cells != 0) & (cells != 1)
    if not is_bad.any():
        return
    first = int(np.argmax(is_bad))
    found = np.asarray(cells[first]).item()
    if isinstance(found, float) and np.isinf(found):
        found = "infinity"
    row, column = where(first)
    raise ValueError(
        f"Unknown label type: {owner} needs a column of 0 and 1 for each label in y; row {row} of "
        f"column {column!r} has {found!r}."
    )


def _cell_of(rows: sparse.csr_array, position: int) -> tuple[int, int]:
    """Return row and column of a stored cell."""
    row = int(np.searchsorted(rows.indptr, position, side="right")) - 1
    return row, int(rows.indices[position])


def _followed_sparse(own: Any, made: sparse.csr_array) -> Any:
    stacked = sparse.vstack([own, made], format=own.format, dtype=own.dtype)
    if isinstance(own, sparse.sparray):
        return stacked
    return sparse.csr_matrix(stacked).asformat(own.format)


def _lists(made: sparse.csr_array, like: list[Any]) -> list[Any]:
    """Return rows as the lists, tuples or arrays, of the kind of numbers, that `like` holds."""
    cells, kind = made.toarray().astype(np.asarray(like).dtype), type(like[0])
    return list(cells) if kind is np.ndarray else [kind(row) for row in cells.tolist()]


def _followed_frame(own: Any, made: sparse.csr_array) -> Any:
    frame = nw.from_native(own, eager_only=True)
    cells = made.toarray().astype(np.float64)
    present = np.zeros(len(cells), dtype=bool)
    columns = [
        series_like(cells[:, j], null=present, like=column)
        for j, column in enumerate(frame.iter_columns())
    ]
    rows = nw.maybe_reset_index(frame[np.zeros(len(cells), dtype=np.intp)])
    return nw.maybe_reset_index(nw.concat([frame, rows.with_columns(*columns)])).to_native()
