"""What meta-estimators of one estimator share: predicting by it, its tags and its requests."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar

from sklearn.base import MetaEstimatorMixin
from sklearn.utils import get_tags, indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.metadata import WEIGHT, described, weight_keyword

__all__ = ["DelegatingEstimator", "estimator_has", "estimator_type", "take"]


def estimator_has(method: str) -> Callable[[Any], bool]:
    """Return the check, for `available_if`, that the estimator has a method."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), method)  # with its own error
        return True

    return check


def estimator_type(estimator: Any) -> str | None:
    """Return 'classifier', 'regressor' and so on; None if the estimator does not say."""
    try:
        return get_tags(estimator).estimator_type
    except (AttributeError, TypeError):  # made without scikit-learn's base class
        return None


def take(part: Any, rows: Indices) -> Any:
    """Return rows of X, y or weights in any container; None stays None."""
    return None if part is None else sk.safe_indexing(indexable(part)[0], rows)


class DelegatingEstimator(MetaEstimatorMixin):
    """Asks its fitted `estimator_`; stands before BaseEstimator and has a parameter `estimator`."""

    estimator: Any
    estimator_: Any
    _method: ClassVar[str] = "fit"  # of the estimator, by which it is fitted

    @property
    def _name(self) -> str:
        return type(self).__name__

    @property
    def _label(self) -> str:
        return described(f"estimator of {self._name}", self.estimator)

    def _parts_to_route(self) -> dict[str, tuple[Any, str]]:
        """Return by name what `fit` hands metadata to, and the method that is called."""
        return {"estimator": (self.estimator, self._method)}

    def _routed(self, sample_weight: Any, fit_params: Any) -> dict[str, dict[str, Any]]:
        """Return the parameters of each part's method, by the name of the part."""
        parts = self._parts_to_route()
        if sk.routing_enabled():
            if sample_weight is not None:
                fit_params = {**fit_params, WEIGHT: sample_weight}
            routed = process_routing(self, "fit", **fit_params)
            return {name: dict(routed[name][method]) for name, (_, method) in parts.items()}
        if sample_weight is not None:
            keyword = weight_keyword(self.estimator, self._label, self._method)
            fit_params = {**fit_params, keyword: sample_weight}
        return {**{name: {} for name in parts}, "estimator": fit_params}

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata the parts have requested.

        Returns
        -------
        routing : MetadataRouter
            The requests, for scikit-learn's metadata routing.
        """
        router = MetadataRouter(owner=self._name)
        for name, (part, method) in self._parts_to_route().items():
            mapping = MethodMapping().add(caller="fit", callee=method)
            if name == "estimator":
                mapping.add(caller="predict", callee="predict").add(caller="score", callee="score")
            router.add(method_mapping=mapping, **{name: part})
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
        return tags

    @sk.available_if(estimator_has("predict"))
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

    @sk.available_if(estimator_has("predict_proba"))
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

    @sk.available_if(estimator_has("predict_log_proba"))
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

    @sk.available_if(estimator_has("decision_function"))
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

    @sk.available_if(estimator_has("score"))
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
        return self.estimator_.score(X, y, **self._score_params(sample_weight, params))

    def _score_params(self, sample_weight: Any, params: dict[str, Any]) -> dict[str, Any]:
        if sample_weight is not None:
            params = {**params, WEIGHT: sample_weight}
        if sk.routing_enabled():
            return process_routing(self, "score", **params)["estimator"]["score"]
        return params

    @property
    def n_features_in_(self) -> int:
        """Number of columns of X."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self) -> Any:
        """Names of the columns, when X has names that are all strings."""
        return self.estimator_.feature_names_in_
