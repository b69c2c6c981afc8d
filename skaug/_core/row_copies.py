"""Which rows a sampler that changes rows one by one makes, and their random numbers."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.repeated_target import RepeatedTarget
from skaug._core.rng import RandomState, class_rng, random_indices, seed_sequence
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy, counts_to_make

__all__ = ["RowCopies"]


class RowCopies:
    """Plans the rows of samplers that make a row of one row; stands before `BaseSampler`.

    It reads the parameters ``copies``, ``keep_original``, ``sampling_strategy`` and
    ``random_state``. y may hold anything; labels are read where ``sampling_strategy`` needs them.
    """

    _copy_constraints: ClassVar[dict[str, Any]] = {
        "copies": [sk.Interval(Integral, 1, None, closed="left")],
        "keep_original": ["boolean"],
    }
    _target_type = RepeatedTarget

    copies: int
    keep_original: bool
    sampling_strategy: SamplingStrategy | None
    random_state: RandomState

    def _prepare(self, y: Any) -> None:
        name = type(self).__name__
        self.__dict__.pop("sampling_strategy_", None)  # of an earlier call
        if self.sampling_strategy is not None:
            self.sampling_strategy_ = counts_to_make(self.sampling_strategy, y.labels, name)

    def _select(self, X: Any, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        return None if self.keep_original else np.empty(0, dtype=np.int32)

    def _planned(self, y: Any, seed: np.random.SeedSequence) -> list[tuple[Indices, RowRng]]:
        """Return, in the order of the result, source rows with the random numbers of what is made.

        That is every row, copy after copy; or, with ``sampling_strategy``, rows drawn from each
        class, by streams that belong to the class.
        """
        if self.sampling_strategy is None:
            rows: Indices = np.arange(len(y), dtype=np.int32 if len(y) < 2**31 else np.int64)
            return [(rows, RowRng(seed=seed, copy=c, rows=rows)) for c in range(self.copies)]
        planned = []
        for code, label in enumerate(y.labels.classes.tolist()):
            if n_made := self.sampling_strategy_.get(label, 0):
                rng = class_rng(seed, label)
                own = np.random.SeedSequence(int(rng.integers(2**63)))
                members = y.labels.members(code)
                rows = members[random_indices(rng, len(members), n_made)]
                planned.append((rows, RowRng(seed=own, copy=0, rows=np.arange(n_made))))
        return planned

    def _row_rng(self, n_rows: int, copy: Any, rows: Any) -> RowRng:
        """Return the random numbers for `augment`: of rows 0, 1, ..., or of the numbers given."""
        where = f"of {type(self).__name__}.augment"
        if not isinstance(copy, Integral) or copy < 0:
            raise ValueError(f"copy {where} must be an int from 0 on, got {copy!r}.")
        numbers = np.arange(n_rows) if rows is None else np.asarray(rows)
        if numbers.dtype.kind not in "iu" or numbers.shape not in ((), (n_rows,)):
            raise ValueError(
                f"rows {where} must be an int, or one for each of the {n_rows} rows of X; got "
                f"shape {numbers.shape} and dtype {numbers.dtype}."
            )
        if numbers.size and numbers.min() < 0:
            raise ValueError(f"rows {where} count from 0, got {numbers.min()}.")
        numbers = np.broadcast_to(numbers, n_rows)
        return RowRng(seed=seed_sequence(self.random_state), copy=int(copy), rows=numbers)
