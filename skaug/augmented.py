"""Sampler and estimator as one estimator, for scikit-learn's own pipelines and searches."""

import warnings
from collections.abc import Callable
from copy import deepcopy
from inspect import signature
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags, indexable
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.metadata import (
    WEIGHT,
    common_weight,
    described,
    require_sampler,
    resample,
    restrict_tags,
    should_hand_over,
    weight_keys,
    weight_keyword,
    weighted,
)
from skaug._core.reading import read_weight
from skaug._core.rng import RandomState, seed_sequence

__all__ = ["AugmentedClassifier", "AugmentedRegressor"]


def _estimator_has(method: str) -> Callable[[Any], bool]:
    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), method)  # with its own error
        return True

    return check


class _Augmented(MetaEstimatorMixin):
    """All but what tells the classifier from the regressor; stands before BaseEstimator."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit"])],
        "sampler": [sk.HasMethods(["fit_resample"]), None],
        "validation_fraction": [sk.Interval(Real, 0, 1, closed="neither"), None],
        "random_state": ["random_state", np.random.Generator],
    }
    _other: ClassVar[tuple[str, str]]  # the estimators that it is not for, and what is

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
        to_sampler, to_estimator = self._routed(sample_weight, fit_params)
        weight = common_weight([("sampler", to_sampler), ("estimator", to_estimator)])
        weighs_estimator = bool(weight_keys(to_estimator))

        rows, held_out = self._training_rows(X, y, weight)
        validation: dict[str, Any] = {}
        if held_out is not None:
            X_val, y_val, w_val = (_take(part, held_out) for part in (X, y, weight))
            w_val = w_val if weighs_estimator else None
            validation = _validation_params(self.estimator, X_val, y_val, w_val, self._label)
            _refuse_repeated(validation, to_estimator, self._label)
        if rows is not None:
            to_sampler = sk.check_method_params(X, to_sampler, indices=rows)
            to_estimator = sk.check_method_params(X, to_estimator, indices=rows)
            X, y, weight = (_take(part, rows) for part in (X, y, weight))

        self.sampler_ = None if self.sampler is None else clone(self.sampler)
        if self.sampler_ is not None:
            needed = weighs_estimator or WEIGHT not in to_sampler
            X, y, weight = self._resampled(X, y, weight, to_sampler, needed)
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

    def _resampled(
        self, X: Any, y: Any, weight: Any, params: dict[str, Any], needed: bool
    ) -> tuple[Any, Any, Any]:
        label = described(f"sampler of {self._name}", self.sampler_)
        return resample(
            self.sampler_,
            X,
            y,
            weight,
            params,
            label=label,
            hand_over=weight is not None and should_hand_over(self.sampler_, params, label),
            needed=needed,
        )

    @property
    def _name(self) -> str:
        return type(self).__name__

    @property
    def _label(self) -> str:
        return described(f"estimator of {self._name}", self.estimator)

    def _check_parts(self) -> None:
        if self.sampler is not None:
            require_sampler(self.sampler, self._name)
        other, instead = self._other
        if _estimator_type(self.estimator) == other:
            raise TypeError(f"{self._label} is a {other}; use {instead}.")

    def _routed(self, sample_weight: Any, fit_params: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the parameters of the sampler's fit_resample and of the estimator's fit."""
        if sk.routing_enabled():
            if sample_weight is not None:
                fit_params = {**fit_params, WEIGHT: sample_weight}
            routed = process_routing(self, "fit", **fit_params)
            to_sampler = {} if self.sampler is None else routed["sampler"]["fit_resample"]
            return dict(to_sampler), dict(routed["estimator"]["fit"])
        if sample_weight is not None:
            keyword = weight_keyword(self.estimator, self._label)
            fit_params = {**fit_params, keyword: sample_weight}
        return {}, fit_params

    def _training_rows(self, X: Any, y: Any, weight: Any) -> tuple[Indices | None, Indices | None]:
        """Return the rows to train on, None for all of them, and those held out."""
        rows = np.arange(sk.num_samples(X))
        if self.sampler is not None and weight is not None:
            rows = np.flatnonzero(read_weight(weight, len(rows), self._name))
            if len(rows) == 0:
                raise ValueError(f"sample_weight of {self._name} is zero for every row.")
        if self.validation_fraction is None:
            return (None if len(rows) == sk.num_samples(X) else rows), None
        seed = seed_sequence(self.random_state).generate_state(1)[0]
        # a set of labels may stand in one row only
        one_label = isinstance(self, ClassifierMixin) and "multil" not in type_of_target(y)
        try:
            train, held_out = train_test_split(
                rows,
                test_size=self.validation_fraction,
                stratify=_take(y, rows) if one_label else None,
                random_state=int(seed),
            )
        except ValueError as error:
            raise ValueError(
                f"validation_fraction={self.validation_fraction} of {self._name} cannot split "
                f"these {len(rows)} rows: {error}"
            ) from error
        return np.sort(train), np.sort(held_out)

    @sk.available_if(_estimator_has("predict"))
    def predict(self, X: Any, **params: Any) -> Any:
        """Predict with the fitted estimator.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        **params : dict
            Further parameters of the estimator's ``predict``.

        Returns
        -------
        y_pred : ndarray of shape (n,) or (n, n_outputs)
            The predictions.
        """
        check_is_fitted(self)
        if sk.routing_enabled():
            params = process_routing(self, "predict", **params)["estimator"]["predict"]
        return self.estimator_.predict(X, **params)

    @sk.available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class; resampling has moved it towards rare classes.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        Returns
        -------
        probability : ndarray of shape (n, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @sk.available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        Returns
        -------
        log_probability : ndarray of shape (n, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @sk.available_if(_estimator_has("decision_function"))
    def decision_function(self, X: Any) -> Any:
        """Return the estimator's confidence scores.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        Returns
        -------
        score : ndarray of shape (n,) or (n, n_classes)
            The scores.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @sk.available_if(_estimator_has("score"))
    def score(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> float:
        """Return the estimator's own score on rows that are not resampled.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            Their targets.

        sample_weight : array-like of shape (n,), default=None
            Their weights.

        **params : dict
            Further parameters of the estimator's ``score``.

        Returns
        -------
        score : float
            Accuracy or R², if the estimator does not define it otherwise.
        """
        check_is_fitted(self)
        if sample_weight is not None:
            params[WEIGHT] = sample_weight
        if sk.routing_enabled():
            params = process_routing(self, "score", **params)["estimator"]["score"]
        return self.estimator_.score(X, y, **params)

    @property
    def n_features_in_(self) -> int:
        """Number of columns of X."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self) -> Any:
        """Names of the columns, when X has names that are all strings."""
        return self.estimator_.feature_names_in_

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata sampler and estimator have requested.

        Returns
        -------
        routing : MetadataRouter
            The requests, for scikit-learn's metadata routing.
        """
        router = MetadataRouter(owner=self._name)
        to_estimator = MethodMapping()
        for method in ("fit", "predict", "score"):
            to_estimator.add(caller=method, callee=method)
        router.add(estimator=self.estimator, method_mapping=to_estimator)
        if self.sampler is not None:
            to_sampler = MethodMapping().add(caller="fit", callee="fit_resample")
            router.add(sampler=self.sampler, method_mapping=to_sampler)
        return router

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        try:
            own = get_tags(self.estimator)
        except (AttributeError, TypeError):  # made without scikit-learn's base class
            return tags
        tags.input_tags = deepcopy(own.input_tags)
        tags.target_tags = deepcopy(own.target_tags)
        tags.classifier_tags = deepcopy(own.classifier_tags) or tags.classifier_tags
        tags.regressor_tags = deepcopy(own.regressor_tags) or tags.regressor_tags
        tags.non_deterministic = own.non_deterministic
        tags.no_validation = own.no_validation
        if self.sampler is not None:
            restrict_tags(tags, [self.sampler])
        return tags


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


def _estimator_type(estimator: Any) -> str | None:
    try:
        return get_tags(estimator).estimator_type
    except (AttributeError, TypeError):  # made without scikit-learn's base class
        return None


def _take(part: Any, rows: Indices) -> Any:
    return None if part is None else sk.safe_indexing(indexable(part)[0], rows)


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
