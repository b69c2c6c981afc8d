"""The whole life of one call to a sampler: read, synthesise, write, record."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices, joined
from skaug._core.reading import read_table, read_weight, restored_weight
from skaug._core.rng import RandomState, class_rng, seed_sequence
from skaug._core.strategy import SamplingStrategy, counts_to_make
from skaug._core.table import Table
from skaug._core.target import Target

__all__ = ["BaseSampler", "Batch", "ClassSampler", "Table", "Target"]


class BaseSampler(OneToOneFeatureMixin, BaseEstimator, ABC):
    """Abstract base of all samplers: everything but where the new rows come from.

    A subclass stores its parameters in a keyword-only ``__init__``, lists them in
    ``_parameter_constraints``, and implements `_synthesize`. Reading and restoring of
    containers, labels and weights, randomness, appending and provenance are done here.
    `ClassSampler` is the base of samplers that make rows class by class.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row; -1 when a model drew it.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns; only set when X has names that are all strings.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "random_state": ["random_state", np.random.Generator],
    }

    _target_type: ClassVar[type[Any]] = Target  # how y is read: as class labels, or otherwise

    random_state: RandomState

    @abstractmethod
    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        """Return the recipes of the rows to append, in the order in which they will stand."""

    def _select(self, X: Table, y: Target, seed: np.random.SeedSequence) -> Indices | None:
        """Return the rows to keep, None for all: few samplers leave any out, and they say so."""

    def _prepare(self, y: Target) -> None:
        """Check the parameters against y and set what depends on y alone."""

    @property
    def _makes_weight(self) -> bool:
        """Whether weights are returned though none were given."""
        return False

    def _read_target(self, y: Any) -> Any:
        return self._target_type(y, owner=type(self).__name__)

    def _which_categorical(self) -> Any:
        """Return what `categorical_mask` reads."""
        return getattr(self, "categorical_features", "from_dtype")

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Check X, y and the parameters; `fit_resample` does that and makes the rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n, n_features)
            The table.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels.

        Returns
        -------
        self : object
            The sampler itself.
        """
        self.__dict__.pop("_provenance", None)  # of an earlier fit_resample, maybe on other rows
        self._read(X, y)
        return self

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Any, y: Any, sample_weight: Any = None) -> tuple[Any, ...]:
        """Return the rows of X, unchanged and in order, followed by synthetic ones.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n, n_features)
            The table: list, ndarray, SciPy sparse, pandas, polars or pyarrow.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows. They do not steer the sampling: synthetic rows inherit the
            weight of their parents.

        Returns
        -------
        X_res : same container as X, of shape (n_res, n_features)
            The rows, with the dtypes and column names of X; a frame gets a fresh index.

        y_res : same container as y
            Their labels.

        sample_weight_res : same container as sample_weight, of shape (n_res,)
            Their weights; only returned when weights were given, or where a parameter asks for
            them.
        """
        table, target = self._read(X, y)
        X_res, *others = self._resample(table, target, sample_weight)
        return (X_res.tolist() if isinstance(X, list) else X_res, *others)

    def _resample(self, table: Table, target: Target, sample_weight: Any) -> tuple[Any, ...]:
        """Return what `fit_resample` does, of a table and a target that have been read."""
        weight: Any = np.ones(len(target)) if self._makes_weight else None
        if sample_weight is not None:
            weight = read_weight(sample_weight, len(target), type(self).__name__)
        seed = seed_sequence(self.random_state)
        kept = self._select(table, target, seed)
        batches = [batch for batch in self._synthesize(table, target, seed) if len(batch)]
        self._record(len(target) if kept is None else kept, batches)
        X_res, y_res = table.extended(batches, kept), target.extended(batches, kept)
        if weight is None:
            return X_res, y_res
        made = [batch.inherited_weight(weight).astype(weight.dtype) for batch in batches]
        own = weight if kept is None else weight[kept]
        return X_res, y_res, restored_weight(np.concatenate([own, *made]), sample_weight)

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        table = read_table(self, X, y, categorical_features=self._which_categorical())
        target = self._read_target(y)
        self._prepare(target)
        return table, target

    def _record(self, kept: Indices | int, batches: list[Batch]) -> None:
        """Keep the parents; the attributes as long as the result are only made when asked for."""
        partners = [
            np.full(len(batch), -1, dtype=np.int32) if batch.partner is None else batch.partner
            for batch in batches
        ]
        self._provenance = kept, joined([batch.seed for batch in batches]), joined(partners)

    @property
    def sample_indices_(self) -> Indices:
        """Source row of each returned row, -1 when a model drew it."""
        _, seeds, _ = self._provenance
        return np.concatenate([self._kept, seeds])

    @property
    def partner_indices_(self) -> Indices:
        """Second parent of each returned row, -1 where there is none."""
        _, _, partners = self._provenance
        return np.concatenate([np.full(len(self._kept), -1), partners])

    @property
    def is_synthetic_(self) -> NDArray[np.bool_]:
        """Whether each returned row was made."""
        _, seeds, _ = self._provenance
        return np.arange(len(self._kept) + len(seeds)) >= len(self._kept)

    @property
    def _kept(self) -> Indices:
        kept = self._provenance[0]
        return np.arange(kept) if isinstance(kept, int) else kept

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        return sk.sampler_tags(allow_nan=True)


class ClassSampler(BaseSampler):
    """Abstract base of samplers that make rows class by class, to exact counts.

    It turns ``sampling_strategy`` into a number of rows for each class and gives each class a
    random stream of its own, so that what one class gets does not depend on the others.
    A subclass implements `_sample_class`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSampler._parameter_constraints,
        "sampling_strategy": [
            sk.Interval(Real, 0, 1, closed="right"),
            sk.StrOptions({"all", "auto", "minority", "not majority", "not minority"}),
            Mapping,
            callable,
        ],
    }

    sampling_strategy: SamplingStrategy

    @abstractmethod
    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        """Return the recipe of `n_samples` rows of the class ``y.classes[code]``."""

    def _prepare(self, y: Target) -> None:
        self.sampling_strategy_ = counts_to_make(self.sampling_strategy, y, type(self).__name__)

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        codes = {label: code for code, label in enumerate(y.classes.tolist())}
        return [
            self._sample_class(X, y, codes[label], n_samples, class_rng(seed, label))
            for label, n_samples in self.sampling_strategy_.items()
            if n_samples > 0
        ]


# imbalanced-learn's own checks test the counts of its subclasses only
sk.ImblearnOverSampler.register(ClassSampler)
