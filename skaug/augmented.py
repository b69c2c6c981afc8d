"""Sampler and estimator as one estimator, for scikit-learn's own pipelines and searches."""

import warnings
from inspect import signature
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object

from skaug._core import sklearn as sk
from skaug._core.augmenting import AugmentingEstimator
from skaug._core.delegating import take
from skaug._core.metadata import weighted
from skaug._core.rng import RandomState, seed_sequence

__all__ = ["AugmentedClassifier", "AugmentedRegressor"]


class _Augmented(AugmentingEstimator):
    """All but what tells the classifier from the regressor; stands before BaseEstimator."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit"])],
        "sampler": [sk.HasMethods(["fit_resample"]), None],
        "validation_fraction": [sk.Interval(Real, 0, 1, closed="neither"), None],
        "random_state": ["random_state", np.random.Generator],
    }

    def __init__(
        self,
        estimator: Any,
        sampler: Any = None,
        *,
        validation_fraction: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.sampler = sampler
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Resample X and y, and fit the estimator to what comes out.

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
            With metadata routing off, further parameters of the estimator's ``fit``; with
            routing on, what sampler and estimator have requested.

        Returns
        -------
        self : object
            The estimator itself.
        """
        self._check_parts()
        given = self._given(sample_weight, fit_params)
        rows, held_out = self._training_rows(X, y, given.weight, self._split_seed())
        validation: dict[str, Any] = {}
        if held_out is not None:
            X_val, y_val, w_val = (take(part, held_out) for part in (X, y, given.weight))
            w_val = w_val if given.weighs_estimator else None
            validation = _validation_params(self.estimator, X_val, y_val, w_val, self._label)
            _refuse_repeated(validation, given.to_estimator, self._label)
        if rows is not None:
            given.cut(X, rows)
            X, y = take(X, rows), take(y, rows)

        self.sampler_ = None if self.sampler is None else clone(self.sampler)
        to_estimator = given.to_estimator
        if self.sampler_ is not None:
            X, y, weight = self._resampled(X, y, given)
            to_estimator = weighted(self.estimator, to_estimator, weight, label=self._label)
        self.estimator_ = clone(self.estimator).fit(X, y, **to_estimator, **validation)
        if validation and not getattr(self.estimator_, "do_early_stopping_", True):
            warnings.warn(
                f"validation_fraction of {self._name} has held out rows for nothing: "
                f"{self._label} does not stop early. Set its early_stopping to True.",
                UserWarning,
                stacklevel=2,
            )
        return self

    def _split_seed(self) -> int | None:
        if self.validation_fraction is None:
            return None
        return int(seed_sequence(self.random_state).generate_state(1)[0])


class AugmentedClassifier(_Augmented, ClassifierMixin, BaseEstimator):
    """Fit a classifier to resampled rows, as one estimator.

    ``fit`` resamples, ``predict`` does not. So a sampler works anywhere in scikit-learn where a
    classifier does: as last step of its own Pipeline, in a search, in stacking or bagging, under
    `CalibratedClassifierCV` or `TunedThresholdClassifierCV`. Wrap what looks at held-out rows
    itself (calibration, stacking, a search) around it, not inside: there, copies and blends of
    the same rows would stand on both sides of the split. `BaggingClassifier` and
    `AdaBoostClassifier` express their draws as weights, so the estimator must take weights; to
    bag one that does not, use `skaug.pipeline.Pipeline`.

    Weights, given or made by the sampler, reach the estimator with one for each row, with
    metadata routing off and on. On, `estimator` and `sampler` must have requested them:
    ``estimator.set_fit_request(sample_weight=True)`` and
    ``sampler.set_fit_resample_request(sample_weight=True)``.

    Parameters
    ----------
    estimator : classifier
        What to fit. It is cloned.

    sampler : object with fit_resample, default=None
        A sampler of skaug, imbalanced-learn or your own; None fits the estimator to the rows
        as they are. It is cloned. Several samplers make a `SamplerChain`.

    validation_fraction : float in (0, 1), default=None
        Share of the rows, stratified, that is held out *before* resampling and given to the
        estimator for early stopping: as ``X_val``, ``y_val`` (scikit-learn's histogram
        gradient boosting, with ``early_stopping=True``) or as ``eval_set`` or ``eval_X``,
        ``eval_y`` (xgboost, lightgbm, catboost). What estimators split off themselves holds
        blends of the rows they train on, and stops too late or too early.

    random_state : int, RandomState, Generator or None, default=None
        Seed of that split. Sampler and estimator have their own.

    Attributes
    ----------
    estimator_ : classifier
        The fitted estimator.

    sampler_ : object or None
        The fitted sampler; its ``sample_indices_`` count the rows that were not held out and
        have not weight 0.

    classes_ : ndarray of shape (n_classes,)
        The labels.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If weights cannot come through the sampler, if the estimator takes none, or if
        `validation_fraction` is given and the estimator takes no validation rows.

    See Also
    --------
    AugmentedRegressor : The same for regression.
    skaug.pipeline.Pipeline : Transformers and samplers in any order.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skaug.augmented import AugmentedClassifier
    >>> from skaug.over_sampling import SMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> model = AugmentedClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
    >>> model.predict(X[:3])
    array([0, 0, 0])
    """

    _other = ("regressor", "AugmentedRegressor")

    @property
    def classes_(self) -> Any:
        """The labels."""
        return self.estimator_.classes_


class AugmentedRegressor(_Augmented, RegressorMixin, BaseEstimator):
    """Fit a regressor to resampled rows, as one estimator.

    ``fit`` resamples, ``predict`` does not. See `AugmentedClassifier`, which is the same for
    classification, for where to put it, and for weights and metadata routing.

    Parameters
    ----------
    estimator : regressor
        What to fit. It is cloned.

    sampler : object with fit_resample, default=None
        A sampler that takes a continuous y, with one or several outputs; None fits the
        estimator to the rows as they are. It is cloned.

    validation_fraction : float in (0, 1), default=None
        Share of the rows that is held out *before* resampling and given to the estimator for
        early stopping, as ``X_val``, ``y_val``, as ``eval_set``, or as ``eval_X``, ``eval_y``.

    random_state : int, RandomState, Generator or None, default=None
        Seed of that split. Sampler and estimator have their own.

    Attributes
    ----------
    estimator_ : regressor
        The fitted estimator.

    sampler_ : object or None
        The fitted sampler; its ``sample_indices_`` count the rows that were not held out and
        have not weight 0.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If weights cannot come through the sampler, if the estimator takes none, or if
        `validation_fraction` is given and the estimator takes no validation rows.

    See Also
    --------
    AugmentedClassifier : The same for classification.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from skaug.augmented import AugmentedRegressor
    >>> from skaug.compose import FunctionSampler
    >>> tails_twice = FunctionSampler(lambda X, y: (np.r_[X, X[y > 8]], np.r_[y, y[y > 8]]))
    >>> X, y = np.arange(10.0)[:, None], np.arange(10.0)
    >>> AugmentedRegressor(Ridge(alpha=0), tails_twice).fit(X, y).predict([[20.0]])
    array([20.])
    """

    _other = ("classifier", "AugmentedClassifier")


def _validation_params(estimator: Any, X: Any, y: Any, weight: Any, label: str) -> dict[str, Any]:
    """Return the clean validation rows as the estimator's fit takes them."""
    names = _fit_parameters(estimator, label)
    if {"X_val", "y_val"} <= names:
        params, own, given = {"X_val": X, "y_val": y}, {"sample_weight_val"}, weight
    elif {"eval_X", "eval_y"} <= names:
        params, own, given = {"eval_X": X, "eval_y": y}, {"eval_sample_weight"}, [weight]
    elif "eval_set" in names:
        params = {"eval_set": [(X, y)]}
        own, given = {"sample_weight_eval_set", "eval_sample_weight"}, [weight]
    else:
        raise ValueError(
            f"validation_fraction needs an estimator whose fit takes X_val and y_val, or "
            f"eval_set; {label} takes neither. Leave validation_fraction at None."
        )
    if weight is None:
        return params
    if not own & names:
        raise ValueError(
            f"{label} takes validation rows, but no weights for them. Fit without sample_weight, "
            "or leave validation_fraction at None."
        )
    return {**params, **dict.fromkeys(own & names, given)}


def _fit_parameters(estimator: Any, label: str) -> set[str]:
    """Return what the estimator's fit takes; of a pipeline, what its last step is given right."""
    if not isinstance(estimator, Pipeline):
        return set(signature(estimator.fit).parameters)
    if sk.routing_enabled() and "X_val" in (estimator.transform_input or []):
        wanted = ("X_val", "y_val", "sample_weight_val")
        return get_routing_for_object(estimator).consumes("fit", wanted)
    raise ValueError(
        f"validation_fraction cannot be used here: {label} would hand the validation rows to its "
        "last step as they are, past its transformers. Put the sampler next to the last step, as "
        "in make_pipeline(transformer, AugmentedClassifier(estimator, sampler, "
        'validation_fraction=...)), or use metadata routing with transform_input=["X_val"].'
    )


def _refuse_repeated(validation: dict[str, Any], given: dict[str, Any], label: str) -> None:
    repeated = sorted(validation.keys() & given.keys())
    if repeated:
        raise ValueError(
            f"{label} was given {repeated}, but validation_fraction makes them. Leave one of "
            "them out."
        )
