"""Target: y as the samplers see it, labels as codes, whatever their container and dtype."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Indices, joined
from skaug._core.columns import is_missing
from skaug._core.frame_table import cells_of
from skaug._core.table import appended_rows, is_sparse

__all__ = ["Target", "native_values"]


class Target:
    """Class labels: binary, multi-class or one-hot, in any container.

    Parameters
    ----------
    native : array-like, series or data frame
        What the user passed as y.

    owner : str
        The sampler's name, for the messages.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted; column numbers where y is one-hot.

    codes : ndarray of shape (n,)
        The position in `classes` of each row's label.

    Examples
    --------
    >>> from skaug.base import Target
    >>> y = Target(["no", "yes", "no"], owner="SMOTE")
    >>> y.classes.tolist(), y.codes.tolist(), y.counts
    (['no', 'yes'], [0, 1, 0], {'no': 2, 'yes': 1})
    """

    def __init__(self, native: Any, *, owner: str) -> None:
        self.native = native
        values = native_values(native, owner)
        if values.ndim == 2 and values.shape[1] > 1:
            labels = _from_one_hot(values, owner)
        else:
            labels = _checked_labels(values.reshape(len(values)), owner)
        self.classes, self.codes = _encoded(labels)

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def counts(self) -> dict[Any, int]:
        """Rows of each class, by label."""
        return dict(zip(self.classes.tolist(), np.bincount(self.codes).tolist(), strict=True))

    def members(self, code: int) -> Indices:
        """Return the rows of one class."""
        rows = np.flatnonzero(self.codes == code)
        return rows.astype(np.int32) if len(self) < 2**31 else rows

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the labels (those `kept`) followed by those of `batches`, in y's container."""
        if not batches and kept is None:
            return _copy(self.native)
        rows = joined([batch.labels_from for batch in batches])
        return appended_rows(self.native, rows, kept)


def _copy(native: Any) -> Any:
    wrapped = nw.from_native(native, pass_through=True, allow_series=True)
    if isinstance(wrapped, (nw.DataFrame, nw.Series)):
        return wrapped[:].to_native()
    return native.copy() if hasattr(native, "copy") else native


def native_values(native: Any, owner: str) -> NDArray[Any]:
    if isinstance(native, np.ndarray):
        return np.asarray(native)
    wrapped = nw.from_native(native, pass_through=True, allow_series=True)
    if isinstance(wrapped, nw.Series):
        return cells_of(wrapped, f"{owner} cannot read y")
    if isinstance(wrapped, nw.DataFrame):
        return wrapped.to_numpy()
    if is_sparse(native):
        return native.toarray()
    values = np.asarray(native)
    if values.dtype.kind in "US" and isinstance(native, list) and values.ndim == 1:
        return np.array(native, dtype=object)  # NumPy would have turned numbers into text
    return values


def _from_one_hot(values: NDArray[Any], owner: str) -> NDArray[Any]:
    if not np.isin(values, (0, 1)).all():
        raise ValueError(
            f"Unknown label type: {owner} needs one class label a row; y has shape "
            f"{values.shape} and is not one-hot."
        )
    marked = values.astype(bool).sum(axis=1)
    if (marked > 1).any():
        raise ValueError(
            f"Multilabel and multioutput targets are not supported. {owner} needs one label a "
            f"row; row {int(np.argmax(marked > 1))} of y has {int(marked.max())}."
        )
    if (marked == 0).any():
        raise ValueError(
            f"{owner} needs one label a row; row {int(np.argmax(marked == 0))} of the one-hot y "
            f"has none ({int((marked == 0).sum())} such rows). Label or drop them."
        )
    return values.astype(bool).argmax(axis=1)


def _checked_labels(labels: NDArray[Any], owner: str) -> NDArray[Any]:
    missing = is_missing(labels.tolist()) if labels.dtype.kind in "Of" else np.zeros(1, bool)
    if missing.any():
        raise ValueError(
            f"y has missing values (contains NaN or None): {int(missing.sum())}, the first in "
            f"row {int(np.argmax(missing))}. {owner} needs a label for every row; drop those rows."
        )
    if labels.dtype.kind == "O":
        labels = _plain_labels(labels, owner)
    if labels.dtype.kind == "f" and np.isinf(labels).any():
        row = int(np.argmax(np.isinf(labels)))
        raise ValueError(f"y of {owner} has an infinite label, {labels[row]}, in row {row}.")
    if labels.dtype.kind == "f" and (labels != np.rint(labels)).any():
        fraction = labels[labels != np.rint(labels)][0]
        raise ValueError(
            f"Unknown label type: continuous. {owner} needs class labels, but y holds numbers "
            f"such as {fraction}. For a regression target use a sampler made for one."
        )
    if labels.dtype.kind not in "biufUS":
        raise ValueError(
            f"Unknown label type: {labels.dtype}. {owner} needs class labels: numbers, strings "
            "or booleans."
        )
    return labels


def _encoded(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sorted classes and each label's position among them, in a small dtype."""
    if labels.dtype.kind in "iu":
        low, high = int(labels.min()), int(labels.max())
        if high - low <= len(labels):  # counting takes a tenth of the time of sorting
            wide = labels.astype(np.int64) if labels.dtype.kind == "i" else labels
            offset_of = wide - wide.dtype.type(low)
            present = np.bincount(offset_of) > 0
            offsets = np.flatnonzero(present)
            position = (np.cumsum(present) - 1).astype(np.min_scalar_type(len(offsets)))
            classes = (offsets.astype(wide.dtype) + wide.dtype.type(low)).astype(labels.dtype)
            return classes, position[offset_of]
    classes, codes = np.unique(labels, return_inverse=True)
    return classes, codes.astype(np.min_scalar_type(len(classes)))


def _plain_labels(labels: NDArray[Any], owner: str) -> NDArray[Any]:
    """Turn Python objects into an array of their own dtype, unless that would merge labels."""
    kinds = {type(label) for label in labels.tolist()}
    if any(issubclass(kind, str) for kind in kinds) and len(kinds) > 1:
        names = sorted(kind.__name__ for kind in kinds)
        raise ValueError(f"y of {owner} mixes labels of the types {', '.join(names)}. Use one.")
    return np.array(labels.tolist())
