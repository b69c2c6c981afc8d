"""BaseGenerator: the life of a model of a table that rows are drawn from."""

from abc import abstractmethod
from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.blank import NO_ROWS, blank_table, blank_target
from skaug._core.continuous import ContinuousTarget
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState, child_sequence, seed_sequence
from skaug._core.strategy import counts_to_make
from skaug._core.table import is_sparse
from skaug.base import ClassSampler, Table, Target
from skaug.generative._wanted import KnownLabels, KnownNumbers, KnownTarget

__all__ = ["AnyTarget", "BaseGenerator"]

AnyTarget: TypeAlias = Target | ContinuousTarget

_FIT, _RESAMPLE, _SAMPLE = range(3)  # the streams of one random_state


class BaseGenerator(ClassSampler):
    """Abstract base of models of a table given y: learn it once, draw rows from it ever after.

    A subclass implements `_fit_table`, which learns, and `_draw`, which draws one row for each
    label (or number) it is given. So the labels are never the model's: counts are exact.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has after `fit_resample`, as in `SMOTE`. If y is numbers, the
        rows made as a share of those given: a float, or 'auto' for as many.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        How y is read. 'auto': numbers with fractions are continuous, all else is labels.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the model and the draws.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_, partner_indices_, is_synthetic_ : ndarray of shape (n_res,)
        The source rows of what `fit_resample` returned (-1 for rows drawn by a model, and for
        partners), and whether each was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "target_type": [sk.StrOptions({"auto", "classes", "continuous"})],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }

    target_type: str
    _known: KnownTarget

    @abstractmethod
    def _fit_table(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        """Learn the model of the rows given y: of ``y.codes``, or of ``y.values`` if numbers."""

    @abstractmethod
    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw one row for each entry of y, which is a code of a class, or a number.

        Returns
        -------
        numeric : ndarray of float64 of shape (n, n_numeric)
            The numeric columns, NaN where missing.

        codes : ndarray of int of shape (n, n_categorical)
            The categories, as codes of the table that was learnt, -1 where missing.
        """

    def _draw_batch(self, y: NDArray[Any], rng: np.random.Generator) -> Batch:
        """Draw as `_draw` does, with the rows of the table that the new ones come from, if any."""
        numeric, codes = self._draw(y, rng)
        return Batch(seed=np.full(len(y), -1, dtype=np.int32), values=numeric, codes=codes)

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Learn the rows of X given y, for `sample` to draw from.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, n_features)
            The table.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels, or numbers.

        Returns
        -------
        self : object
            The model itself.
        """
        self.__dict__.pop("_provenance", None)  # of an earlier fit_resample, maybe on other rows
        table, target = self._read(X, y)
        self._learn(table, target, seed_sequence(self.random_state))
        return self

    def sample(
        self, n_samples: int | None = None, y: Any = None, random_state: RandomState = None
    ) -> tuple[Any, Any]:
        """Draw new rows from the model.

        Parameters
        ----------
        n_samples : int, default=None
            How many. Classes get the shares they had in `fit`, exact to the row, and stand one
            after the other; of numbers each row's own come equally often, in random order. None,
            without y: as many as there were.

        y : array-like of shape (n_samples,) or dict, default=None
            Instead of their number the labels (or numbers) of the rows, in that order, or how
            many of each class.

        random_state : int, RandomState, Generator or None, default=None
            Seed of this call. None: the estimator's own, from which each call after `fit` draws
            other rows, the same ones when all is run again.

        Returns
        -------
        X_new : same container as X in `fit`, of shape (n_samples, n_features)
            The rows, with its dtypes and column names.

        y_new : same container as y in `fit`
            Their labels or numbers.
        """
        check_is_fitted(self)
        owner = f"{type(self).__name__}.sample"
        allowed = {"random_state": self._parameter_constraints["random_state"]}
        sk.validate_parameter_constraints(allowed, {"random_state": random_state}, owner)
        rng = np.random.default_rng(self._seed_of_call(random_state))
        wanted = self._known.wanted(n_samples, y, rng, owner)
        drawn = self._draw_batch(wanted, rng)
        nothing = np.full(len(wanted), -1, dtype=np.int32)  # of the table that was learnt is left
        if isinstance(self._blank_target, Target):
            batch = replace(drawn, seed=nothing, label_rows=wanted)
        else:
            batch = replace(drawn, seed=nothing, y=wanted)
        X_new = self._restored(self._blank_table.extended([batch], kept=NO_ROWS))
        y_new = self._blank_target.extended([batch], kept=NO_ROWS)
        return X_new.tolist() if self._is_list else X_new, y_new

    def _seed_of_call(self, random_state: RandomState) -> np.random.SeedSequence:
        if random_state is not None:
            return seed_sequence(random_state)
        self._n_calls += 1
        return child_sequence(self._sample_seed, self._n_calls)

    def _restored(self, X: Any) -> Any:
        """Return rows in the shape in which they came; images override it."""
        return X

    # What fit and fit_resample share ----------------------------------------------------------

    def _learn(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        """Fit the model, and keep of X and y only what writing new rows takes."""
        self._fit_table(X, y, child_sequence(seed, _FIT))
        owner = type(self).__name__
        self._blank_table, self._blank_target = blank_table(X), blank_target(y, owner)
        self._known = KnownLabels(y) if isinstance(y, Target) else KnownNumbers(y)
        self._sample_seed, self._n_calls = child_sequence(seed, _SAMPLE), 0

    def _synthesize(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> list[Batch]:
        owner = type(self).__name__
        if isinstance(y, Target):
            self.sampling_strategy_ = counts_to_make(self.sampling_strategy, y, owner)
            self._learn(X, y, seed)
            return super()._synthesize(X, y, child_sequence(seed, _RESAMPLE))
        n_samples = _rows_to_add(self.sampling_strategy, len(y), owner)
        self.sampling_strategy_ = {"all": n_samples}
        self._learn(X, y, seed)
        if not n_samples:
            return []
        rng = np.random.default_rng(child_sequence(seed, _RESAMPLE))
        wanted = self._known.of_rows(n_samples, rng)
        return [replace(_of_rows(self._draw_batch(wanted, rng), np.arange(len(y))), y=wanted)]

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        return _of_rows(self._draw_batch(np.full(n_samples, code), rng), y.members(code))

    def _prepare(self, y: AnyTarget) -> None:
        """Leave sampling_strategy to `fit_resample`: `fit` learns one class alone, too."""

    def _read_target(self, y: Any) -> AnyTarget:
        owner = type(self).__name__
        if MixedTarget(y, owner=owner, target_type=self.target_type).kind == "continuous":
            return ContinuousTarget(y, owner=owner)
        return Target(y, owner=owner)

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        if is_sparse(X):
            raise ValueError(
                f"{type(self).__name__} does not work on sparse data: it models every column by "
                "its values. Use SMOTE, which keeps the zeros, or pass X.toarray()."
            )
        self._is_list = isinstance(X, list)
        return super()._read(X, y)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_known")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _of_rows(batch: Batch, members: Indices) -> Batch:
    """Say which rows a batch was learnt from: theirs are the label and, on average, the weight."""
    labels = np.where(batch.seed < 0, members[0], batch.seed)
    return replace(batch, label_rows=labels, pool=members)


def _rows_to_add(strategy: Any, n_rows: int, owner: str) -> int:
    if strategy == "auto":
        return n_rows
    if isinstance(strategy, Real):
        return round(float(strategy) * n_rows)
    raise ValueError(
        f"sampling_strategy of {owner} can name classes only where y holds labels; y holds "
        "numbers. Use 'auto', or a float: the rows to make as a share of those there are."
    )
