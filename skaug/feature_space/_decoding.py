"""The way back from a feature space."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from skaug._core.batch import Floats, Indices

__all__ = ["Decoding", "why_no_inverse"]

_HALVINGS = 20  # of the way from a row that can be decoded, until what lies there can be, too


@dataclass(frozen=True, eq=False)
class Decoding:
    r"""Decodes rows that were made in a feature space.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        The rows, NaN where missing.

    Z : ndarray of shape (n, q)
        The same in the feature space.

    backward : callable
        Takes rows of the feature space back: an inverse, or a prediction of X from Z.

    how : {'residual', 'inverse'}
        Whether a row gets back what `backward` loses of its seed.

    clip : bool
        Whether values stay in the range of the rows.
    """

    X: Floats
    Z: Floats
    backward: Callable[[Floats], Any]
    how: Literal["residual", "inverse"]
    clip: bool

    def __call__(self, made: Floats, seed: Indices) -> Floats:
        """Return made rows in the columns of X; `seed` are the rows they were made of, or -1."""
        has_seed = (seed >= 0)[:, None]
        anchor = np.where(has_seed, self.Z[seed], self.Z[self._middle])
        own = np.where(has_seed, self.X[seed], 0.0)
        missing = np.isnan(own)
        back = self._finite(made, anchor, missing)
        if self.how == "residual":
            back = own + (back - self._back(anchor))
            # what was not moved stays what it is, to the last bit
            is_still = ((made == anchor) | np.isnan(anchor)).all(axis=1)
            back[is_still] = own[is_still]
        if self.clip:
            np.clip(back, *self._range, out=back)
        back[missing] = np.nan
        return back

    def _back(self, Z: Floats) -> Floats:
        return np.asarray(self.backward(Z), dtype=np.float64).reshape(len(Z), self.X.shape[1])

    def _finite(self, made: Floats, anchor: Floats, missing: NDArray[np.bool_]) -> Floats:
        """Decode rows; those that do not give finite numbers come nearer to their anchors.

        These lie in the middle of what the way back was learnt on, and beyond it some inverses
        have no value: that of a Yeo-Johnson transformation is NaN.
        """
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that are replaced
            back, made = self._back(made), made.copy()
            for halving in range(_HALVINGS + 1):
                bad = np.flatnonzero((~np.isfinite(back) & ~missing).any(axis=1))
                if not len(bad):
                    break
                way = 0.5 if halving < _HALVINGS else 0.0
                made[bad] = anchor[bad] + way * (made[bad] - anchor[bad])
                back[bad] = self._back(made[bad])
        return back

    @cached_property
    def _middle(self) -> int:
        """The row nearest to the mean."""
        present = ~np.isnan(self.Z)
        center = np.sum(self.Z, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
        far = np.where(present, np.abs(self.Z - center), np.inf).sum(axis=1)
        return int(np.argmin(far))

    @cached_property
    def _range(self) -> tuple[Floats, Floats]:
        return np.fmin.reduce(self.X, axis=0), np.fmax.reduce(self.X, axis=0)


def why_no_inverse(transformer: Any, how: str) -> str | None:
    """Return why there is no way back through a transformer, None if there may be one.

    Some have the method and no inverse, and it is better to know before any work.
    """
    name = type(transformer).__name__
    if transformer is None or isinstance(transformer, str):
        return None
    if isinstance(transformer, Pipeline):
        reasons = [why_no_inverse(step, how) for _, step in transformer.steps]
        return next((reason for reason in reasons if reason is not None), None)
    if getattr(transformer, "fit_inverse_transform", True) is False:
        return f"{name} has fit_inverse_transform=False"
    if not hasattr(transformer, "inverse_transform"):
        return f"{name} has no inverse_transform"
    is_function = isinstance(transformer, FunctionTransformer) and transformer.func is not None
    if is_function and transformer.inverse_func is None:
        return f"{name} has no inverse_func, and would return what it is given"
    if isinstance(transformer, SelectorMixin) and how == "inverse":
        return f"{name} fills the columns that it drops with zeros; decode='residual' keeps them"
    return None
