"""RepeatedTarget: a y of any kind, for samplers that only repeat its rows."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Batch, Indices, joined
from skaug._core.columns import is_missing
from skaug._core.table import appended_rows
from skaug._core.target import Target, native_values

__all__ = ["RepeatedTarget"]


class RepeatedTarget:
    """Labels, sets of labels or numbers, in any container, of which rows are repeated as they are.

    Parameters
    ----------
    native : array-like, series, sparse matrix or data frame
        What the user passed as y.

    owner : str
        The sampler's name, for the messages.

    Attributes
    ----------
    labels : Target
        y read as one class label a row, when it is asked for; an error if it is not that.

    Examples
    --------
    >>> from skaug._core.repeated_target import RepeatedTarget
    >>> len(RepeatedTarget([0.5, 1.5, 2.0], owner="GaussianNoise"))
    3
    >>> RepeatedTarget(["no", "yes", "no"], owner="GaussianNoise").labels.counts
    {'no': 2, 'yes': 1}
    """

    def __init__(self, native: Any, *, owner: str) -> None:
        self.native = native
        self._owner = owner
        values = native_values(native, owner)
        if (absent := _not_finite(values)).any():
            row = int(np.argmax(absent.reshape(len(values), -1).any(axis=1)))
            raise ValueError(
                f"y has missing or infinite values (contains NaN), the first in row {row}. {owner} "
                "needs a target for every row; drop those rows."
            )
        self._n_rows = len(values)

    def __len__(self) -> int:
        return self._n_rows

    @cached_property
    def labels(self) -> Target:
        """The class labels."""
        return Target(self.native, owner=self._owner)

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the targets (those `kept`) followed by those of `batches`, in y's container."""
        if not batches and kept is None:  # no class lacks rows
            return self.labels.extended([])
        return appended_rows(self.native, joined([batch.labels_from for batch in batches]), kept)


def _not_finite(values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.dtype.kind == "f":
        return ~np.isfinite(values)
    if values.dtype.kind == "O":
        return is_missing(values.ravel().tolist()).reshape(values.shape)
    return np.zeros(values.shape, dtype=bool)
