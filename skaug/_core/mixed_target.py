"""MixedTarget: a y of class labels, of sets of labels, of probabilities or of numbers, mixed."""

import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Batch, Floats, Indices, joined
from skaug._core.columns import holds_numbers, is_missing
from skaug._core.continuous import ContinuousTarget
from skaug._core.frame_table import series_like
from skaug._core.table import appended_rows, gathered_rows, is_frame, is_sparse, round_into
from skaug._core.target import Target, native_values

__all__ = ["MixedTarget"]

Kind = Literal["classes", "sets", "probabilities", "continuous"]

_NAMES = {
    "classes": "class labels",
    "sets": "several labels a row",
    "probabilities": "probabilities of the classes",
    "continuous": "numbers",
}


class MixedTarget:
    """A y in any container, of which rows can be repeated and mixed.

    Parameters
    ----------
    native : array-like, series, sparse matrix or data frame
        What the user passed as y.

    owner : str
        The sampler's name, for the messages.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        How to read it. 'auto': numbers with fractions are continuous, or probabilities of the
        classes where there are several columns that sum to 1; others are labels, and several
        columns that are not one-hot are several labels a row.

    soft : bool, default=False
        Return labels as shares of the classes, of shape (n_res, n_classes).

    Attributes
    ----------
    kind : {'classes', 'sets', 'probabilities', 'continuous'}
        What y holds. Of 'classes' only are there `classes`, `codes`, `counts` and `members`.

    is_mixed : bool
        Whether y holds numbers, which are mixed whatever becomes of labels.

    numbers : ndarray of shape (n, n_outputs)
        The numbers, or for labels 1 in the column of each label a row has.

    Examples
    --------
    >>> from skaug._core.mixed_target import MixedTarget
    >>> y = MixedTarget(["no", "yes", "no"], owner="Mixup")
    >>> y.kind, y.classes.tolist(), y.codes.tolist(), y.counts
    ('classes', ['no', 'yes'], [0, 1, 0], {'no': 2, 'yes': 1})
    >>> y.mixed(np.array([0]), np.array([1]), np.array([0.75]))
    array([[0.75, 0.25]])
    """

    classes: NDArray[Any]
    codes: NDArray[Any]

    def __init__(
        self, native: Any, *, owner: str, target_type: str = "auto", soft: bool = False
    ) -> None:
        self.native = native
        self.kind: Kind = "continuous"
        values = native_values(native, owner)
        if target_type != "continuous":
            self.kind = "classes" if target_type == "classes" else _kind(values)
        self.is_mixed = self.kind in ("probabilities", "continuous")
        self.is_soft = soft and not self.is_mixed
        self._one_output: ContinuousTarget | None = None
        if self.kind == "classes":
            labels = Target(native, owner=owner)
            self.classes, self.codes = labels.classes, labels.codes
            self.counts, self.members = labels.counts, labels.members
            if target_type == "auto":
                _warn_of_numbers(labels, owner)
        elif values.ndim == 2 and values.shape[1] > 1:
            self.native_values = _checked_numbers(values, owner)
            if self.is_soft and not _is_binary(self.native_values):
                raise ValueError(
                    f"{owner} cannot return shares of the classes for y of shape {values.shape}, "
                    "whose columns hold labels other than 0 and 1. Keep or weight the labels, or "
                    "set target_type='continuous' if they are numbers."
                )
        else:
            self._one_output = ContinuousTarget(native, owner=owner)
            self.native_values = self._one_output.values[:, None]

    def __len__(self) -> int:
        return len(self.codes) if self.kind == "classes" else len(self.native_values)

    @property
    def described(self) -> str:
        """What y holds, for a message."""
        return _NAMES[self.kind]

    @cached_property
    def numbers(self) -> Floats:
        """The numbers, or 1 in the column of each label a row has."""
        if self.kind != "classes":
            return self.native_values
        one_hot = np.zeros((len(self), len(self.classes)))
        one_hot[np.arange(len(self)), self.codes] = 1
        return one_hot

    def require_classes(self, owner: str, parameter: str) -> None:
        """Refuse a y that has not one class label a row, which `parameter` needs."""
        if self.kind != "classes":
            raise ValueError(
                f"{parameter} of {owner} needs one class label a row; y holds {self.described}."
            )
        if len(self.classes) < 2:
            raise ValueError(
                f"{parameter} of {owner} needs at least 2 classes; y has 1 class: "
                f"{self.classes.tolist()[0]!r}."
            )

    def mixed(self, seed: Indices, partner: Indices, share: Floats) -> Floats:
        """Return ``share`` times the numbers of the seeds plus the rest of those of the partners.

        The result has shape (n, n_outputs), or (n,) for a y of one number a row.
        """
        if self.kind == "classes":
            rows, made = np.arange(len(seed)), np.zeros((len(seed), len(self.classes)))
            made[rows, self.codes[seed]] = share
            made[rows, self.codes[partner]] += 1 - share
            return made
        values = self.native_values if self._one_output is None else self.native_values[:, 0]
        step = (1 - share).reshape(-1, *[1] * (values.ndim - 1))
        mixture: Floats = values[seed] + step * (values[partner] - values[seed])
        return mixture

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the targets (those `kept`) followed by those of `batches`, in y's container."""
        if self._one_output is not None:
            return self._one_output.extended(batches, kept)
        if not self.is_mixed and not self.is_soft:
            return appended_rows(self.native, joined([b.labels_from for b in batches]), kept)
        made = [self.numbers[b.labels_from] if b.y is None else b.y for b in batches]
        if self.is_soft:
            own = self.numbers if kept is None else self.numbers[kept]
            names = self.classes.tolist() if self.kind == "classes" else None
            return _shares(np.concatenate([own, *made]), self.native, names)
        rows = np.arange(len(self)) if kept is None else kept
        width = self.native_values.shape[1]
        return _followed(
            gathered_rows(self.native, rows),
            np.concatenate([np.empty((0, width)), *made]),
            self.native,
        )


# What y holds ------------------------------------------------------------------------------


def _kind(values: NDArray[Any]) -> Kind:
    numbers = _as_floats(values)
    if numbers is None:
        return "classes"
    if numbers.ndim == 1 or numbers.shape[1] == 1:
        return "continuous" if (numbers != np.rint(numbers)).any() else "classes"
    if (numbers == np.rint(numbers)).all():
        is_one_hot = _is_binary(numbers) and (numbers.sum(axis=1) == 1).all()
        return "classes" if is_one_hot else "sets"
    is_share = (numbers >= 0).all() and np.allclose(numbers.sum(axis=1), 1, atol=1e-4)
    return "probabilities" if is_share else "continuous"


def _is_binary(numbers: Floats) -> bool:
    return bool(np.isin(numbers, (0, 1)).all())


def _as_floats(values: NDArray[Any]) -> Floats | None:
    """Return numbers as floats, None where there are others than numbers or missing ones."""
    if values.ndim not in (1, 2) or not values.size:
        return None
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    if values.dtype.kind != "O" or not holds_numbers(values.ravel()):
        return None
    missing = is_missing(values.ravel()).reshape(values.shape)
    return None if missing.any() else values.astype(np.float64)


def _checked_numbers(values: NDArray[Any], owner: str) -> Floats:
    numbers = _as_floats(values)
    if numbers is None or not np.isfinite(numbers).all():
        raise ValueError(
            f"y of {owner} has missing or infinite values (contains NaN), or cells that are not "
            f"numbers; it has shape {values.shape}. {owner} needs a number in every cell."
        )
    return numbers


def _warn_of_numbers(y: Target, owner: str) -> None:
    """Say that numbers without fractions are read as labels, where they hardly are."""
    n_classes = len(y.classes)
    if y.classes.dtype.kind in "iuf" and n_classes > 20 and len(y) < 5 * n_classes:
        warnings.warn(
            f"{owner} reads y as class labels; it holds {n_classes} distinct whole numbers in "
            f"{len(y)} rows. For a regression target set target_type='continuous'; for labels set "
            "target_type='classes'.",
            UserWarning,
            stacklevel=2,
        )


# Writing -----------------------------------------------------------------------------------


def _shares(values: Floats, like: Any, names: list[Any] | None) -> Any:
    """Return shares of the classes in a container of the kind that y came in.

    A list of labels gives a list of lists, a series a frame with the classes as names.
    """
    if isinstance(like, list):
        return values.tolist()
    if is_sparse(like):
        made = sparse.csr_array(values).asformat(like.format)
        return made if isinstance(like, sparse.sparray) else type(like)(made)
    wrapped = nw.from_native(like, pass_through=True, allow_series=True)
    if not isinstance(wrapped, (nw.DataFrame, nw.Series)):
        return values
    if isinstance(wrapped, nw.DataFrame) and len(wrapped.columns) == values.shape[1]:
        names = wrapped.columns
    assert names is not None
    columns = {str(name): values[:, j] for j, name in enumerate(names)}
    return nw.from_dict(columns, backend=wrapped.implementation).to_native()


def _followed(own: Any, made: Floats, like: Any) -> Any:
    """Return the rows of a y of several numbers a row followed by those made."""
    if isinstance(own, list):
        whole = np.asarray(like).dtype.kind in "iu"
        kind = type(like[0])
        cells = (np.rint(made).astype(int) if whole else made).tolist()
        return [kind(row) for row in own] + [kind(row) for row in cells]
    if is_sparse(own):
        below = sparse.csr_array(_rounded(made, own.dtype))
        stacked = sparse.vstack([own, below], format=own.format, dtype=own.dtype)
        return stacked if isinstance(own, sparse.sparray) else type(own)(stacked)
    if is_frame(own):
        frame = nw.from_native(own, eager_only=True)
        present = np.zeros(len(made), dtype=bool)
        columns = [
            series_like(made[:, j], null=present, like=column)
            for j, column in enumerate(frame.iter_columns())
        ]
        rows = columns[0].to_frame().with_columns(*columns[1:])
        return nw.maybe_reset_index(nw.concat([frame, rows])).to_native()
    return np.concatenate([own, _rounded(made, own.dtype)])


def _rounded(values: Floats, dtype: Any) -> NDArray[Any]:
    out = np.empty(values.shape, dtype=dtype)
    round_into(values, out)
    return out
