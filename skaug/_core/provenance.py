"""Provenance: where the rows of a resampled table come from, through any sampler."""

from dataclasses import dataclass
from typing import Any, Self

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.table import is_frame, is_sparse

__all__ = ["Provenance"]


@dataclass(frozen=True)
class Provenance:
    """Where the rows of a table come from; -1 where that is not known."""

    source: Indices
    partner: Indices
    synthetic: NDArray[np.bool_]

    @classmethod
    def unchanged(cls, n_rows: int) -> Self:
        """Every row is itself."""
        return cls(np.arange(n_rows), np.full(n_rows, -1), np.zeros(n_rows, dtype=bool))

    @classmethod
    def of(cls, sampler: Any, X: Any, X_res: Any) -> Self:
        """Read it off a fitted sampler, or else off the rows that it was given and returned."""
        n_res = sk.num_samples(X_res)
        source = getattr(sampler, "sample_indices_", None)
        if source is None or len(source) != n_res:
            return cls.by_comparison(X, X_res)
        source = np.asarray(source)
        partner = getattr(sampler, "partner_indices_", np.full(n_res, -1))
        return cls(source, partner, getattr(sampler, "is_synthetic_", _is_repeated(source)))

    @classmethod
    def by_comparison(cls, X: Any, X_res: Any) -> Self:
        """Rows that start the table as they started it before were kept; others are unknown."""
        n_rows, n_res = sk.num_samples(X), sk.num_samples(X_res)
        source = np.full(n_res, -1)
        if n_rows <= n_res and _starts_with(X_res, X):
            source[:n_rows] = np.arange(n_rows)
        return cls(source, np.full(n_res, -1), source < 0)

    def then(self, step: Self) -> Self:
        """Trace the rows of the next step back through this one."""
        return type(self)(
            _through(step.source, self.source),
            np.where(
                step.partner >= 0,
                _through(step.partner, self.source),
                _through(step.source, self.partner),
            ),
            np.where(step.source >= 0, self.synthetic[step.source], True) | step.synthetic,
        )

    def at(self, rows: Indices) -> Self:
        """Return that of some of the rows, in the order given."""
        return type(self)(self.source[rows], self.partner[rows], self.synthetic[rows])


def _through(indices: Indices, before: Indices) -> Indices:
    return np.where(indices >= 0, before[indices], -1)


def _is_repeated(source: Indices) -> NDArray[np.bool_]:
    """Whether a row has stood before: of equal rows, the first is the original."""
    repeated = np.ones(len(source), dtype=bool)
    repeated[np.unique(source, return_index=True)[1]] = False
    return repeated | (source < 0)


def _starts_with(X_res: Any, X: Any) -> bool:
    """Whether the first rows of X_res are those of X, in value and order."""
    n_rows = sk.num_samples(X)
    if is_frame(X) and is_frame(X_res):
        start, whole = nw.from_native(X_res)[:n_rows], nw.from_native(X)
        native = [nw.maybe_reset_index(frame).to_native() for frame in (start, whole)]
        return bool(native[0].equals(native[1]))
    if is_sparse(X) and is_sparse(X_res):
        return X.shape[1] == X_res.shape[1] and (X_res.tocsr()[:n_rows] != X.tocsr()).nnz == 0
    start, whole = np.asarray(X_res)[:n_rows], np.asarray(X)
    if start.shape != whole.shape:
        return False
    both_missing = (start != start) & (whole != whole)  # only NaN is not itself
    return bool(np.all((start == whole) | both_missing))
