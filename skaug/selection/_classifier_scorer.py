"""ClassifierScorer: the base of scorers that ask a classifier which saw no parent."""

from abc import abstractmethod
from collections.abc import Callable
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState, child_rng, seed_sequence
from skaug.selection._held_out import Split, check_missing, splits, with_unlabelled
from skaug.selection._rows import Rows
from skaug.selection._scorer import Scorer

__all__ = ["ESTIMATOR", "ClassifierScorer"]

# what a classifier must be able to do
ESTIMATOR: list[Any] = [
    sk.HasMethods(["fit", "predict_proba"]),
    sk.HasMethods(["fit", "decision_function"]),
    None,
]


class ClassifierScorer(Scorer):
    """Abstract base of scorers that run a classifier on each of the splits of `_held_out`."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Scorer._parameter_constraints,
        "estimator": ESTIMATOR,
        "cv": [sk.Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state", np.random.Generator],
        "n_jobs": sk.N_JOBS,
    }

    _learns_candidates: ClassVar[bool] = True

    estimator: Any
    cv: int
    random_state: RandomState
    n_jobs: int | None

    @abstractmethod
    def _default_estimator(self) -> Any:
        """Return the classifier that ``estimator=None`` stands for."""

    def _over_splits(
        self, rows: Rows, task: Callable[..., Any], seed: np.random.SeedSequence, **extra: Any
    ) -> tuple[list[Split], list[Any]]:
        """Return the splits and what ``task(estimator, E, split, rng, **extra)`` says of each."""
        estimator = self._default_estimator() if self.estimator is None else self.estimator
        check_missing(estimator, rows.encoded, rows.owner)
        found = splits(rows, self.cv, child_rng(seed, 0))
        if self._learns_candidates:
            found = with_unlabelled(found, rows)
        run = Parallel(n_jobs=self.n_jobs)
        results = run(
            delayed(task)(estimator, rows.encoded, split, child_rng(seed, number), **extra)
            for number, split in enumerate(found, start=1)
        )
        return found, list(results)

    def _seed(self) -> np.random.SeedSequence:
        return seed_sequence(self.random_state)
