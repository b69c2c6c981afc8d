"""What estimators that hold a sampler and an estimator share, before the fitting itself."""

from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import type_of_target

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.delegating import DelegatingEstimator, estimator_type, take
from skaug._core.metadata import (
    WEIGHT,
    common_weight,
    described,
    require_sampler,
    resample,
    restrict_tags,
    should_hand_over,
    weight_keys,
)
from skaug._core.reading import read_weight

__all__ = ["AugmentingEstimator", "Given"]


class Given:
    """What one call of `fit` was given: for the sampler, for the estimator, and the weights."""

    def __init__(self, to_sampler: dict[str, Any], to_estimator: dict[str, Any]) -> None:
        self.to_sampler = to_sampler
        self.to_estimator = to_estimator
        self.weight = common_weight([("sampler", to_sampler), ("estimator", to_estimator)])
        self.weighs_estimator = bool(weight_keys(to_estimator))

    @property
    def needs_weight(self) -> bool:
        """Whether weights must come out of the sampler: it is not the only one to want them."""
        return self.weighs_estimator or WEIGHT not in self.to_sampler

    def cut(self, X: Any, rows: Indices) -> None:
        """Keep `rows` of whatever is given row by row with X."""
        self.to_sampler = sk.check_method_params(X, self.to_sampler, indices=rows)
        self.to_estimator = sk.check_method_params(X, self.to_estimator, indices=rows)
        self.weight = take(self.weight, rows)


class AugmentingEstimator(DelegatingEstimator):
    """Checks the parts, splits off validation rows, and calls the sampler with weights."""

    sampler: Any
    sampler_: Any
    validation_fraction: float | None
    random_state: Any
    _other: ClassVar[tuple[str, str]]  # the estimators that it is not for, and what is

    def _parts_to_route(self) -> dict[str, tuple[Any, str]]:
        parts = super()._parts_to_route()
        return (
            parts if self.sampler is None else {**parts, "sampler": (self.sampler, "fit_resample")}
        )

    def _check_parts(self) -> None:
        if self.sampler is not None:
            require_sampler(self.sampler, self._name)
        other, instead = self._other
        if estimator_type(self.estimator) == other:
            raise TypeError(f"{self._label} is a {other}; use {instead}.")

    def _given(self, sample_weight: Any, fit_params: Any) -> Given:
        routed = self._routed(sample_weight, fit_params)
        return Given(routed.get("sampler", {}), routed["estimator"])

    def _resampled(self, X: Any, y: Any, given: Given) -> tuple[Any, Any, Any]:
        """Return X, y and weights or None, as the fitted `sampler_` makes them."""
        label = described(f"sampler of {self._name}", self.sampler_)
        asked = given.weight is not None
        return resample(
            self.sampler_,
            X,
            y,
            given.weight,
            given.to_sampler,
            label=label,
            hand_over=asked and should_hand_over(self.sampler_, given.to_sampler, label),
            needed=given.needs_weight,
        )

    def _training_rows(
        self, X: Any, y: Any, weight: Any, random_state: int | None
    ) -> tuple[Indices | None, Indices | None]:
        """Return the rows to train on, None for all of them, and those held out."""
        n_rows = sk.num_samples(X)
        rows = np.arange(n_rows)
        if self.sampler is not None and weight is not None:
            rows = np.flatnonzero(read_weight(weight, n_rows, self._name))
            if len(rows) == 0:
                raise ValueError(f"sample_weight of {self._name} is zero for every row.")
        if self.validation_fraction is None:
            return (None if len(rows) == n_rows else rows), None
        # a set of labels may stand in one row only
        one_label = isinstance(self, ClassifierMixin) and "multil" not in type_of_target(y)
        try:
            train, held_out = train_test_split(
                rows,
                test_size=self.validation_fraction,
                stratify=take(y, rows) if one_label else None,
                random_state=random_state,
            )
        except ValueError as error:
            raise ValueError(
                f"validation_fraction={self.validation_fraction} of {self._name} cannot split "
                f"these {len(rows)} rows: {error}"
            ) from error
        return np.sort(train), np.sort(held_out)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if self.sampler is not None:
            restrict_tags(tags, [self.sampler])
        return tags
