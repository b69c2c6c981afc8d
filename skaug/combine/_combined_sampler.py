"""What SMOTEENN and SMOTETomek share: over-sample, then clean what came of it."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.metadata import require_sampler, restrict_tags
from skaug._core.provenance import Provenance
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import gathered_rows
from skaug.over_sampling import SMOTE

__all__ = ["CombinedSampler"]


class CombinedSampler(ComposedSampler):
    """Abstract base of an over-sampler followed by a cleaning sampler.

    A subclass names the parameter that holds the second step and makes its default.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        name: SMOTE._parameter_constraints[name]
        for name in ("sampling_strategy", "random_state", "categorical_features", "n_jobs")
    } | {"smote": [sk.HasMethods(["fit", "fit_resample"]), None]}

    _cleaning: ClassVar[str]  # the parameter; what runs is the attribute with an underscore

    sampling_strategy: SamplingStrategy
    random_state: RandomState
    smote: Any
    categorical_features: Any
    n_jobs: int | None

    @abstractmethod
    def _default_cleaning(self) -> Any:
        """Return the second step for where none is given."""

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any) -> Self:
        """Check X, y and the parameters; `fit_resample` does that and resamples.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels.

        Returns
        -------
        self : object
            The sampler itself.
        """
        for name in ("sample_indices_", "partner_indices_", "is_synthetic_"):
            self.__dict__.pop(name, None)  # of an earlier fit_resample, maybe on other rows
        validate_data(self, X, y, skip_check_array=True)
        over, _ = self._make_steps()
        over.fit(X, y)
        self._note_strategy(over)
        return self

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        over, cleaning = self._make_steps()
        X, y, weight, made = run_nested(over, "smote", self, X, y, weight)
        self._note_strategy(over)
        X, y, weight, kept = run_nested(cleaning, self._cleaning, self, X, y, weight)
        provenance = made.then(kept)
        order = np.argsort(kept.source, kind="stable")
        if kept.source.min(initial=0) < 0 or (np.diff(order) == 1).all():
            return X, y, weight, provenance
        # imbalanced-learn's cleaning returns the rows class by class
        X, y = gathered_rows(X, order), gathered_rows(y, order)
        weight = None if weight is None else gathered_rows(weight, order)
        return X, y, weight, provenance.at(order)

    def _make_steps(self) -> tuple[Any, Any]:
        """Make the two samplers, or clone those given, and keep them as attributes."""
        cleaning = getattr(self, self._cleaning)
        self._check_kind("smote", self.smote, sk.ImblearnCleaningSampler, "removes rows")
        self._check_kind("smote", self.smote, sk.ImblearnUnderSampler, "removes rows")
        self._check_kind(self._cleaning, cleaning, sk.ImblearnOverSampler, "adds rows")
        self.smote_ = self._default_smote() if self.smote is None else clone(self.smote)
        second = self._default_cleaning() if cleaning is None else clone(cleaning)
        setattr(self, f"{self._cleaning}_", second)
        return self.smote_, second

    def _check_kind(self, parameter: str, sampler: Any, wrong: type, what_it_does: str) -> None:
        owner = f"{parameter} of {type(self).__name__}"
        if sampler is None:
            return
        require_sampler(sampler, owner)
        if isinstance(sampler, wrong):
            other = self._cleaning if parameter == "smote" else "smote"
            raise TypeError(
                f"{owner} is {type(sampler).__name__}, which {what_it_does}. smote must be a "
                f"sampler that adds rows and {self._cleaning} one that removes rows; give this "
                f"one as {other}, or use SamplerChain for another order."
            )

    def _default_smote(self) -> SMOTE:
        return SMOTE(
            sampling_strategy=self.sampling_strategy,
            random_state=self.random_state,
            categorical_features=self.categorical_features,
            n_jobs=self.n_jobs,
        )

    def _note_strategy(self, over: Any) -> None:
        strategy: Mapping[Any, int] | None = getattr(over, "sampling_strategy_", None)
        self.sampling_strategy_ = strategy

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given = [self.smote, getattr(self, self._cleaning)]
        restrict_tags(tags, [sampler for sampler in given if sampler is not None])
        return tags
