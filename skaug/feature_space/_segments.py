"""The base of samplers that move rows along the line through a neighbour of their class."""

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import random_indices
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import NEIGHBORS, SEARCH
from skaug.base import ClassSampler, Table, Target

__all__ = ["SEGMENT_CONSTRAINTS", "SegmentSampler"]


class SegmentSampler(ClassSampler):
    """Abstract base of samplers that go a fixed way along the line from a row to a neighbour.

    Rows are made of every row, ``copies`` times, or of rows that are drawn, to the counts that
    ``sampling_strategy`` asks for. A subclass says how far to go, by `_step`.
    """

    sampling_strategy: Any  # or None
    copies: int
    keep_original: bool
    k_neighbors: Any
    neighbors: str
    n_jobs: int | None

    @property
    @abstractmethod
    def _step(self) -> float:
        """Return how far to go, as a share of the way to the neighbour: below 0 away from it."""

    def _prepare(self, y: Target) -> None:
        if self.sampling_strategy is None:
            self.sampling_strategy_ = {label: self.copies * n for label, n in y.counts.items()}
        else:
            super()._prepare(y)

    def _select(self, X: Table, y: Target, seed: np.random.SeedSequence) -> Indices | None:
        return None if self.keep_original else np.empty(0, dtype=np.int32)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        if self.sampling_strategy is None:
            seed = np.tile(np.arange(len(members), dtype=members.dtype), self.copies)
        else:
            seed = random_indices(rng, len(members), n_samples)
        return interpolated_batch(
            X,
            y,
            members,
            seed,
            rng,
            k_neighbors=self.k_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner=type(self).__name__,
            step=self._steps,
        )

    def _steps(self, partner: Indices, rng: np.random.Generator) -> Floats:
        return np.full(len(partner), self._step)


SEGMENT_CONSTRAINTS: dict[str, Any] = {
    **ClassSampler._parameter_constraints,
    "lam": [sk.Interval(Real, 0, None, closed="neither")],
    "k_neighbors": SEARCH,
    "copies": [sk.Interval(Integral, 1, None, closed="left")],
    "keep_original": ["boolean"],
    "sampling_strategy": [*ClassSampler._parameter_constraints["sampling_strategy"], None],
    "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    "neighbors": NEIGHBORS,
    "n_jobs": sk.N_JOBS,
}
