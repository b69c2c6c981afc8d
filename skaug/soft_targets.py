"""Probabilities as targets, for classifiers that take one label a row."""

from typing import Any, ClassVar, Self

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import accuracy_score
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.delegating import DelegatingEstimator, estimator_has, estimator_type, take
from skaug._core.metadata import WEIGHT, common_weight, weight_keys, weight_keyword
from skaug._core.reading import read_weight
from skaug._core.soft_boosting import second_probability, soft_booster
from skaug._core.table import is_frame

__all__ = ["SoftTargetClassifier"]

_ROUNDING = 1e-4  # how far the sum of a row's probabilities may be from 1


def _weighted_rows(target: Floats) -> tuple[Indices, Indices, Floats]:
    """Return row, column and weight of each target that is not 0.

    Cross-entropy, as any loss that is linear in the target, is the same for a row with target
    t as for rows with labels c and weights t_c: L(x, t) = sum over c of t_c L(x, c).
    """
    rows, columns = np.nonzero(target)
    return rows, columns, target[rows, columns]


def _gives_probabilities(model: Any) -> bool:
    return getattr(model, "native_", False) or estimator_has("predict_proba")(model)


class SoftTargetClassifier(DelegatingEstimator, ClassifierMixin, BaseEstimator):
    """Fit a classifier to probabilities, handed to it as rows with one label and a weight each.

    A row with probability 0.7 of one class and 0.3 of another becomes two rows, of weight 0.7
    and 0.3: for every loss that is linear in the target, log-loss and hinge among them, that is
    the same problem. A target that is certain stays one row. So labels of a teacher model, of
    several annotators or of mixup reach any classifier that takes ``sample_weight``.

    Rows are repeated, and what counts rows counts the repeated ones: ``min_samples_leaf``,
    bootstrap and out-of-bag scores, batches, and splits made inside the estimator. The boosters
    of xgboost, LightGBM and CatBoost take probabilities of two classes as they are; see `native`.

    Parameters
    ----------
    estimator : classifier
        What to fit. It is cloned.

    classes : array-like of shape (n_classes,), default=None
        The label of each column of y. None: the column names, where y is a frame, and
        0 ... n_classes - 1 where it is not.

    native : bool, default=True
        Train xgboost's, LightGBM's and CatBoost's classifier of two classes, with their usual
        loss, on the probabilities themselves, without repeated rows: ``binary:logistic``,
        ``cross_entropy`` and ``CrossEntropy``. CatBoost then chooses no learning rate itself.

    Attributes
    ----------
    estimator_ : object
        The fitted estimator; a regressor where xgboost or LightGBM was trained on probabilities.

    native_ : bool
        Whether it was trained on the probabilities themselves.

    classes_ : ndarray of shape (n_classes,)
        The labels, sorted, and so the columns of `predict_proba`. A class without any positive
        target is among them, with probability 0.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If a row of targets is negative, not finite or does not sum to 1, or if the estimator
        takes no weights.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skaug.soft_targets import SoftTargetClassifier
    >>> X = [[0.0], [1.0], [2.0]]
    >>> y = [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]
    >>> model = SoftTargetClassifier(LogisticRegression(), classes=["no", "yes"]).fit(X, y)
    >>> model.predict_proba([[1.0]]).round(2)
    array([[0.5, 0.5]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit"])],
        "classes": ["array-like", None],
        "native": ["boolean"],
    }

    def __init__(self, estimator: Any, *, classes: Any = None, native: bool = True) -> None:
        self.estimator = estimator
        self.classes = classes
        self.native = native

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Fit the estimator to weighted rows.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows, as the estimator takes them.

        y : array-like or data frame of shape (n, n_classes), or array-like of shape (n,)
            Probabilities of the classes, or one label a row as for any classifier.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows; they multiply the probabilities.

        **fit_params : dict
            With metadata routing off, further parameters of the estimator's ``fit``; with
            routing on, what it has requested.

        Returns
        -------
        self : object
            The estimator itself.
        """
        if estimator_type(self.estimator) == "regressor":
            raise TypeError(
                f"{self._label} is a regressor and takes continuous targets as they are; "
                f"{self._name} is for classifiers."
            )
        if y is None:
            raise ValueError(f"{self._name} requires y to be passed, but the target y is None.")
        params = self._routed(sample_weight, fit_params)["estimator"]
        self.native_ = False
        if not _is_soft(y):
            self._fit_labels(X, y, params)
            return self
        self.classes_, target = self._read_target(X, y)
        booster = soft_booster(self.estimator) if self.native and len(self.classes_) == 2 else None
        if booster is None:
            self._fit_rows(X, target, params)
        else:
            self.native_ = True
            self.estimator_ = booster.fit(X, target[:, 1], **params)
        return self

    def _fit_labels(self, X: Any, y: Any, params: dict[str, Any]) -> None:
        check_classification_targets(y)
        self.estimator_ = clone(self.estimator).fit(X, y, **params)
        self.classes_ = self.estimator_.classes_
        if self.classes is None:
            return
        unknown = np.setdiff1d(self.classes_, self.classes)
        if len(unknown):
            raise ValueError(
                f"classes of {self._name} must name every label of y; {unknown[:1].tolist()[0]!r} "
                "is missing."
            )
        self.classes_ = np.unique(self.classes)

    def _fit_rows(self, X: Any, target: Floats, params: dict[str, Any]) -> None:
        given = common_weight([("estimator", params)])
        if given is not None:
            target = target * read_weight(given, len(target), self._name)[:, None]
        rows, columns, weight = _weighted_rows(target)
        if len(rows) == 0:
            raise ValueError(f"sample_weight of {self._name} is zero for every row.")
        if given is not None or not (weight == 1).all():
            params = {**params, **dict.fromkeys(self._weight_keys(params), weight)}
        self.estimator_ = clone(self.estimator).fit(take(X, rows), self.classes_[columns], **params)

    def _weight_keys(self, params: dict[str, Any]) -> list[str]:
        """Return by which keywords the estimator takes the weights, without which rows mislead."""
        if weight_keys(params):
            return weight_keys(params)
        keyword = weight_keyword(self.estimator, self._label)
        if keyword is None:
            raise ValueError(
                f"{self._label} has declined sample_weight, by which it would be told the "
                "probabilities. Set its fit request of sample_weight to True."
            )
        return [keyword]

    def _read_target(self, X: Any, y: Any) -> tuple[NDArray[Any], Floats]:
        """Return the sorted labels, and the probabilities with their columns in that order."""
        names: Any = nw.from_native(y, eager_only=True).columns if is_frame(y) else None
        target = check_array(
            nw.from_native(y, eager_only=True).to_numpy() if is_frame(y) else y,
            dtype=np.float64,
            estimator=self,
            input_name="y",
        )
        if len(target) != sk.num_samples(X):
            raise ValueError(
                f"{self._name} was given {sk.num_samples(X)} rows of X, but {len(target)} of y."
            )
        sums = target.sum(axis=1)
        bad = (target < 0).any(axis=1) | (np.abs(sums - 1) > _ROUNDING)
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(
                f"{self._name} needs targets that are 0 or more and sum to 1 in each row; row "
                f"{row} is {target[row].tolist()}, of sum {sums[row]:g}. Divide each row by its "
                "sum. A row that may have several labels at once is no such target."
            )
        if self.classes is not None:
            names = self.classes
        elif names is None:
            names = range(target.shape[1])
        labels, order = np.unique(np.asarray(names), return_index=True)
        if len(np.asarray(names)) != target.shape[1] or len(labels) != target.shape[1]:
            raise ValueError(
                f"classes of {self._name} must be {target.shape[1]} different labels, one for "
                f"each column of y; got {list(names)!r}."
            )
        return labels, target[:, order]

    @sk.available_if(estimator_has("predict"))
    def predict(self, X: Any, **params: Any) -> NDArray[Any]:
        """Return the most probable class of each row, as the estimator sees it.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        **params : dict
            Further parameters of the estimator's ``predict``.

        Returns
        -------
        y_pred : ndarray of shape (n,)
            The labels.
        """
        check_is_fitted(self)
        if self.native_:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        return super().predict(X, **params)

    @sk.available_if(_gives_probabilities)
    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return the probability of each class.

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
        if self.native_:
            second = second_probability(self.estimator, self.estimator_, X)
            return np.column_stack([1 - second, second])
        return self._spread(self.estimator_.predict_proba(X), 0.0)

    @sk.available_if(_gives_probabilities)
    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """Return the logarithm of `predict_proba`, minus infinity where that is 0.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        Returns
        -------
        log_probability : ndarray of shape (n, n_classes)
            In the order of `classes_`.
        """
        if hasattr(getattr(self, "estimator_", None), "predict_log_proba"):
            return self._spread(self.estimator_.predict_log_proba(X), -np.inf)
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @sk.available_if(estimator_has("decision_function"))
    def decision_function(self, X: Any) -> NDArray[Any]:
        """Return the estimator's confidence scores, minus infinity for classes never seen.

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
        scores = np.asarray(self.estimator_.decision_function(X))
        if scores.ndim == 1 and len(self.classes_) > 2:
            scores = np.column_stack([-scores, scores])
        return self._spread(scores, -np.inf)

    def _spread(self, values: Any, absent: float) -> NDArray[Any]:
        """Give classes that the estimator has not seen columns of their own."""
        seen = self.estimator_.classes_
        if len(seen) == len(self.classes_):
            return values
        spread = np.full((len(values), len(self.classes_)), absent)
        spread[:, np.searchsorted(self.classes_, seen)] = values
        return spread

    @sk.available_if(estimator_has("predict"))
    def score(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> float:
        """Return the accuracy; of probabilities, how probable the predicted classes are on average.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        y : array-like or data frame of shape (n, n_classes), or array-like of shape (n,)
            Probabilities or labels.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows.

        **params : dict
            With metadata routing on, what the estimator's ``score`` has requested.

        Returns
        -------
        score : float
            Between 0 and 1.
        """
        check_is_fitted(self)
        weight = self._score_params(sample_weight, params).get(WEIGHT)
        predicted = self.predict(X)
        if not _is_soft(y):
            return float(accuracy_score(y, predicted, sample_weight=weight))
        labels, target = self._read_target(X, y)
        hits = target[np.arange(len(target)), np.searchsorted(labels, predicted)]
        return float(np.average(hits, weights=weight))


def _is_soft(y: Any) -> bool:
    """Whether y has several columns."""
    shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
    return len(shape) == 2 and shape[1] > 1
