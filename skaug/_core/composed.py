"""What samplers made of samplers share: the life of a call, and running a sampler inside."""

from abc import ABC, abstractmethod
from typing import Any, Self

from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.metadata import described, resample, takes_weight
from skaug._core.provenance import Provenance

__all__ = ["ComposedSampler", "run_nested"]


class ComposedSampler(OneToOneFeatureMixin, BaseEstimator, ABC):
    """The life of a call: `_resample` says what to return and where the rows come from."""

    @abstractmethod
    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        """Return X, y, weights or None, and the provenance of the rows."""

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any) -> Self:
        """Run `fit_resample` and keep only what it learned.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets.

        Returns
        -------
        self : object
            The sampler itself.
        """
        self._run(X, y, None)
        return self

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit_resample(self, X: Any, y: Any, sample_weight: Any = None) -> tuple[Any, ...]:
        """Return the resampled rows.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows.

        Returns
        -------
        X_res : array-like, sparse matrix or data frame of shape (n_res, n_features)
            The rows.

        y_res : array-like of shape (n_res,) or (n_res, n_outputs)
            Their targets.

        sample_weight_res : array-like of shape (n_res,)
            Their weights; only where weights were given, or made.
        """
        X_res, y_res, weight = self._run(X, y, sample_weight)
        return (X_res, y_res) if weight is None else (X_res, y_res, weight)

    def _run(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        validate_data(self, X, y, skip_check_array=True)  # notes the columns, checks nothing
        X_res, y_res, weight, provenance = self._resample(X, y, sample_weight)
        self.sample_indices_ = provenance.source
        self.partner_indices_ = provenance.partner
        self.is_synthetic_ = provenance.synthetic
        return X_res, y_res, weight

    def __sklearn_tags__(self) -> Any:
        return sk.sampler_tags(allow_nan=True)


def run_nested(
    sampler: Any, name: Any, owner: Any, X: Any, y: Any, weight: Any
) -> tuple[Any, Any, Any, Provenance]:
    """Run the sampler `name` inside `owner`; return X, y, weights and where the rows are from."""
    label = described(f"{name!r} in {type(owner).__name__}", sampler)
    hand_over = takes_weight(sampler)
    X_res, y_res, w_res = resample(sampler, X, y, weight, label=label, hand_over=hand_over)
    return X_res, y_res, w_res, Provenance.of(sampler, X, X_res)
