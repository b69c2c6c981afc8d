"""Training by `partial_fit` on rows drawn anew for each epoch: all but the public names."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from inspect import signature
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import check_scoring
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length

from skaug._core import sklearn as sk
from skaug._core.augmenting import AugmentingEstimator, Given
from skaug._core.batch import Indices
from skaug._core.delegating import take
from skaug._core.metadata import WEIGHT, weighted
from skaug._core.reading import read_weight
from skaug._core.rng import RandomState, child_rng, seed_sequence, set_seeds
from skaug._core.schedule import SHARE_OR_COUNT, epochs_of

__all__ = ["EpochTrainer"]


@dataclass(frozen=True)
class _Rows:
    X: Any
    y: Any
    weight: Any = None

    def taken(self, rows: Indices) -> "_Rows":
        return _Rows(take(self.X, rows), take(self.y, rows), take(self.weight, rows))


class EpochTrainer(AugmentingEstimator):
    """All but what tells the classifier from the regressor; stands before BaseEstimator."""

    n_iter_: int
    best_epoch_: int
    validation_scores_: Any
    _method = "partial_fit"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit"])],
        "sampler": [sk.HasMethods(["fit_resample"]), None],
        "n_epochs": [sk.Interval(Integral, 1, None, closed="left")],
        "schedule": [callable, None],
        "fine_tuning": SHARE_OR_COUNT,
        "validation_fraction": [sk.Interval(Real, 0, 1, closed="neither"), None],
        "scoring": [str, callable, None],
        "n_iter_no_change": [sk.Interval(Integral, 1, None, closed="left"), None],
        "tol": [sk.Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "verbose": ["verbose"],
        "random_state": ["random_state", np.random.Generator],
    }

    def __init__(
        self,
        estimator: Any,
        sampler: Any = None,
        *,
        n_epochs: int = 100,
        schedule: Callable[[int, int], bool] | None = None,
        fine_tuning: float = 0,
        validation_fraction: float | None = None,
        scoring: Any = None,
        n_iter_no_change: int | None = 10,
        tol: float = 1e-4,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.sampler = sampler
        self.n_epochs = n_epochs
        self.schedule = schedule
        self.fine_tuning = fine_tuning
        self.validation_fraction = validation_fraction
        self.scoring = scoring
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Train the estimator for `n_epochs`, on fresh rows in each.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows, as sampler and estimator take them.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows; they go through the sampler to the estimator. A row of weight 0
            is no row: it is left out before resampling.

        **fit_params : dict
            With metadata routing off, further parameters of the estimator's ``partial_fit``; with
            routing on, what sampler and estimator have requested.

        Returns
        -------
        self : object
            The estimator itself.
        """
        self._check_parts()
        y = self._checked_target(X, y)
        given = self._given(sample_weight, fit_params)
        if given.weight is not None:
            read_weight(given.weight, sk.num_samples(X), self._name)
        if self.warm_start and hasattr(self, "estimator_"):
            self._continue()
        else:
            self._start_afresh()
        self.sampler_ = None if self.sampler is None else clone(self.sampler)

        split_seed = int(self._root.generate_state(1)[0])
        rows, held_out = self._training_rows(X, y, given.weight, split_seed)
        plain = _Rows(X, y, given.weight)
        clean = None if held_out is None else plain.taken(held_out)
        if rows is not None:
            given.cut(X, rows)
            plain = plain.taken(rows)
        self._train(plain, clean, given)
        return self

    def _train(self, plain: _Rows, clean: _Rows | None, given: Given) -> None:
        """Run the epochs; keep the model of the best one where they are scored."""
        n_epochs = self.n_iter_ + self.n_epochs  # of earlier calls too
        best = self.estimator_
        for phase in self._phases(n_epochs):
            stale = 0
            for augmented in phase:
                n_rows = self._epoch(plain, augmented, given)
                if clean is None:
                    self.best_epoch_ = self.n_iter_
                    self._report(n_epochs, n_rows)
                    continue
                previous = np.nanmax([-np.inf, *self.validation_scores_])
                score = self._score(clean, given)
                self.validation_scores_.append(score)
                self._report(n_epochs, n_rows)
                if score > previous:
                    best, self.best_epoch_ = deepcopy(self.estimator_), self.n_iter_
                stale = 0 if score >= previous + self.tol else stale + 1
                if stale == self.n_iter_no_change:
                    break
            self.estimator_ = best if clean is None else deepcopy(best)

    def _phases(self, n_epochs: int) -> tuple[list[bool], list[bool]]:
        """Return whether the sampler is on, for the epochs before fine-tuning and those of it."""
        tuning = epochs_of(self.fine_tuning, self.n_epochs)
        if tuning > self.n_epochs:
            raise ValueError(
                f"fine_tuning={self.fine_tuning} of {self._name} is more than n_epochs="
                f"{self.n_epochs}. Set it to a share below 1, or to {self.n_epochs} or less."
            )
        schedule = self.schedule or (lambda epoch, n_epochs: True)
        epochs = range(self.n_iter_, n_epochs - tuning)
        on = [self.sampler is not None and bool(schedule(epoch, n_epochs)) for epoch in epochs]
        return on, [False] * tuning

    def _epoch(self, plain: _Rows, augmented: bool, given: Given) -> int:
        """Pass once over shuffled rows, from a stream of the epoch's own; return their number."""
        rng = child_rng(self._root, self.n_iter_ + 1)
        rows = self._drawn(plain, given, rng) if augmented else plain
        n_rows = sk.num_samples(rows.X)
        rows = rows.taken(rng.permutation(n_rows))
        params = weighted(
            self.estimator, given.to_estimator, rows.weight, label=self._label, method=self._method
        )
        if self.n_iter_ == 0:
            params = {**self._first_params(plain.y), **params}
        self.estimator_.partial_fit(rows.X, rows.y, **params)
        self.n_iter_ += 1
        return n_rows

    def _drawn(self, plain: _Rows, given: Given, rng: np.random.Generator) -> _Rows:
        set_seeds(self.sampler_, rng)
        rows = _Rows(*self._resampled(plain.X, plain.y, given))
        if isinstance(self, ClassifierMixin) and np.ndim(rows.y) > np.ndim(plain.y):
            raise ValueError(
                f"sampler of {self._name} ({type(self.sampler).__name__}) returned soft labels, "
                f"y of shape {np.shape(rows.y)}; partial_fit takes one label a row. Let it return "
                "one label, or rows with weights: labels='hard' or labels='weighted' of Mixup."
            )
        return rows

    def _first_params(self, y: Any) -> dict[str, Any]:
        """Return what the first call of partial_fit needs beside the rows."""
        if "classes" not in signature(self.estimator.partial_fit).parameters:
            return {}
        multilabel = type_of_target(y).startswith("multilabel")
        return {"classes": np.arange(y.shape[1]) if multilabel else np.unique(y)}

    def _score(self, clean: _Rows, given: Given) -> float:
        scorer = check_scoring(self.estimator_, scoring=self.scoring)
        called = self.estimator_.score if self.scoring is None else scorer
        weigh = given.weighs_estimator and WEIGHT in signature(called).parameters
        return float(
            scorer(self.estimator_, clean.X, clean.y, **({WEIGHT: clean.weight} if weigh else {}))
        )

    def _report(self, n_epochs: int, n_rows: int) -> None:
        if not self.verbose:
            return
        parts = [f"epoch {self.n_iter_} of {n_epochs}", f"{n_rows} rows"]
        if isinstance(getattr(self.estimator_, "loss_", None), Real):
            parts.append(f"loss {self.estimator_.loss_:.4f}")
        if self.validation_scores_:
            parts.append(f"validation score {self.validation_scores_[-1]:.4f}")
        print(f"[{self._name}] {', '.join(parts)}")

    def _start_afresh(self) -> None:
        self._root = seed_sequence(self.random_state)
        self._held_out = self.validation_fraction
        self.estimator_ = clone(self.estimator)
        if self.random_state is not None:
            set_seeds(self.estimator_, child_rng(self._root, 0), only_unset=True)
        self.n_iter_ = self.best_epoch_ = 0
        self.validation_scores_ = None if self.validation_fraction is None else []

    def _continue(self) -> None:
        if self.validation_fraction != self._held_out:
            raise ValueError(
                f"validation_fraction of {self._name} must stay {self._held_out} under warm_start, "
                "or rows that were trained on would be held out. Set it back, or warm_start to "
                "False."
            )

    def _check_parts(self) -> None:
        super()._check_parts()
        instead = self._name.removeprefix("Epoch")
        in_one_go = getattr(self.estimator, "solver", None) == "lbfgs"
        if in_one_go or not hasattr(self.estimator, "partial_fit"):
            raise TypeError(
                f"{self._label} has no partial_fit, or a solver that has none, and cannot be "
                f"trained epoch by epoch. Use {instead}, which resamples once. A pipeline goes "
                f"around {self._name}, not inside."
            )
        if getattr(self.estimator, "early_stopping", False) is True:
            raise ValueError(
                f"{self._label} has early_stopping=True, which partial_fit does not do. Set it to "
                f"False, and validation_fraction of {self._name}, which holds out clean rows."
            )

    def _checked_target(self, X: Any, y: Any) -> Any:
        if y is None:
            raise ValueError(f"{self._name} requires y to be passed, but the target y is None.")
        y = y if hasattr(y, "shape") else np.asarray(y)
        check_consistent_length(X, y)
        if isinstance(self, ClassifierMixin):
            check_classification_targets(y)
        return y
