"""The way back from a feature space."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["Decoding", "fit_decoder"]

_HALVINGS = 20  # of the way from a seed, until there is a value
_BLOCK_ROWS = 1 << 13  # taken back at a time: kernels measure each against all rows


@dataclass(frozen=True, eq=False)
class Decoding:
    r"""Brings back rows that were made in a feature space.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        The rows, NaN where missing.

    Z : ndarray of shape (n, q)
        The same rows in the space.

    backward : callable
        Takes rows of the space back: an inverse, or a prediction of X from Z.

    how : {'residual', 'inverse'}
        'inverse' is ``backward`` alone; 'residual' gives each row what ``backward`` loses of
        its seed.

    clip : bool
        Whether values stay in the range that their column has in X.
    """

    X: Floats
    Z: Floats
    backward: Callable[[Floats], Any]
    how: Literal["residual", "inverse"]
    clip: bool

    def __call__(self, made: Floats, seed: Indices) -> Floats:
        """Return made rows, each with its seed among the rows of X, in the columns of X."""
        own, start = self.X[seed], self.Z[seed]
        missing = np.isnan(own)
        made = np.where(np.isnan(made), start, made)  # a row misses what its seed misses, only
        back = self._finite(made, start, missing)
        if self.how == "residual":
            back = own + (back - self._back_of_rows(seed))
            # what did not move is what it was, to the last bit
            is_still = ((made == start) | np.isnan(start)).all(axis=1)
            back[is_still] = own[is_still]
        back = np.where(np.isfinite(back), back, own)
        if self.clip:
            np.clip(back, *self._range, out=back)
        back[missing] = np.nan
        return back

    def _finite(self, made: Floats, start: Floats, missing: NDArray[np.bool_]) -> Floats:
        """Take rows back; those that have no value there come nearer to their seeds, by halves.

        Some inverses end where no row has been: that of a Yeo-Johnson transformation is NaN.
        """
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that are replaced
            back, made = self._back(made), made.copy()
            for halving in range(_HALVINGS + 1):
                bad = np.flatnonzero((~np.isfinite(back) & ~missing).any(axis=1))
                if not len(bad):
                    break
                way = 0.5 if halving < _HALVINGS else 0.0
                made[bad] = start[bad] + way * (made[bad] - start[bad])
                back[bad] = self._back(made[bad])
        return back

    def _back_of_rows(self, rows: Indices) -> Floats:
        """Take rows of X to the space and back, each once."""
        distinct, position = np.unique(rows, return_inverse=True)
        return self._back(self.Z[distinct])[position]

    def _back(self, Z: Floats) -> Floats:
        back = np.empty((len(Z), self.X.shape[1]))
        for begin in range(0, len(Z), _BLOCK_ROWS):
            block = Z[begin : begin + _BLOCK_ROWS]
            values = np.asarray(self.backward(block), dtype=np.float64)
            back[begin : begin + _BLOCK_ROWS] = values.reshape(len(block), back.shape[1])
        return back

    @cached_property
    def _range(self) -> tuple[Floats, Floats]:
        return np.fmin.reduce(self.X, axis=0), np.fmax.reduce(self.X, axis=0)


def fit_decoder(decoder: Any, Z: Floats, X: Floats, owner: str) -> None:
    """Learn the way back from the complete rows."""
    name = f"{type(decoder).__name__}, the decoder of {owner},"
    complete = ~np.isnan(X).any(axis=1)
    if not complete.any() or np.isnan(Z).any():
        raise ValueError(
            f"{name} learns from complete rows, and predicts from what has no gaps in the space. X "
            "has missing values: impute them before, or first in the transformer."
        )
    target = X[complete, 0] if X.shape[1] == 1 else X[complete]
    try:
        decoder.fit(Z[complete], target)
    except ValueError as error:
        raise ValueError(
            f"{name} cannot learn the {X.shape[1]} numeric columns of X from the {Z.shape[1]} of "
            f"the space: {error} It must be a regressor of several outputs; MultiOutputRegressor "
            "of scikit-learn makes one of any regressor."
        ) from error
