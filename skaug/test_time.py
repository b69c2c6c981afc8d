"""Test-time augmentation: predictions averaged over changed copies of the rows."""

from collections.abc import Callable, Iterator
from inspect import signature
from numbers import Integral
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.delegating import DelegatingEstimator, estimator_has, estimator_type
from skaug._core.metadata import restrict_tags
from skaug._core.rng import RandomState, seed_sequence, set_seeds

__all__ = ["TestTimeAugmentedClassifier", "TestTimeAugmentedRegressor"]


class _TestTimeAugmented(DelegatingEstimator):
    """All but what is averaged and how; stands before BaseEstimator."""

    __test__ = False  # pytest takes for tests what is named so
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit", "predict"])],
        "augmenter": [sk.HasMethods(["fit", "augment"])],
        "n_augment": [sk.Interval(Integral, 1, None, closed="left")],
        "include_original": ["boolean"],
        "random_state": ["random_state", np.random.Generator],
    }
    _other: ClassVar[tuple[str, str]]  # the estimators that it is not for, and what is

    augmenter: Any
    augmenter_: Any
    n_augment: int
    include_original: bool
    random_state: RandomState

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Fit the estimator to the rows as they are, and let the augmenter see them.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows, as augmenter and estimator take them.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows, for the estimator.

        **fit_params : dict
            With metadata routing off, further parameters of the estimator's ``fit``; with
            routing on, what it has requested.

        Returns
        -------
        self : object
            The estimator itself.
        """
        self._check_parts(y)
        routed = self._routed(sample_weight, fit_params)
        self.estimator_ = clone(self.estimator).fit(X, y, **routed["estimator"])
        self.augmenter_ = clone(self.augmenter)
        rng = np.random.default_rng(seed_sequence(self.random_state))
        set_seeds(self.augmenter_, rng, only_unset=True)
        self.augmenter_.fit(X, y)
        return self

    def _check_parts(self, y: Any) -> None:
        other, instead = self._other
        if estimator_type(self.estimator) == other:
            raise TypeError(f"{self._label} is a {other}; use {instead}.")

    def _predictions(self, method: str, X: Any) -> Iterator[NDArray[Any]]:
        """Yield what a method of the estimator says of the rows and of each copy of them."""
        check_is_fitted(self)
        ask: Callable[[Any], Any] = getattr(self.estimator_, method)
        if self.include_original:
            yield np.asarray(ask(X))
        augment = self.augmenter_.augment
        # the same change for all rows: what is said of a row does not depend on the others
        alike = {"rows": 0} if "rows" in signature(augment).parameters else {}
        for copy in range(self.n_augment):
            yield np.asarray(ask(augment(X, copy=copy, **alike)))

    def score(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> float:
        """Return the accuracy, or R², of `predict`.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            Their targets.

        sample_weight : array-like of shape (n,), default=None
            Their weights.

        **params : dict
            With metadata routing on, what the estimator has requested for its ``score``.

        Returns
        -------
        score : float
            Accuracy for classifiers, R² for regressors.
        """
        params = self._score_params(sample_weight, params)
        score: float = super(DelegatingEstimator, self).score(X, y, **params)
        return score

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [self.augmenter])
        return tags


def _averages_probability(self: Any) -> bool:
    estimator = getattr(self, "estimator_", self.estimator)
    return self.aggregate != "vote" and hasattr(estimator, "predict_proba")


def _gives_probability(self: Any) -> bool:
    return self.aggregate == "vote" or estimator_has("predict_proba")(self)


def _averages_decision(self: Any) -> bool:
    if self.aggregate != "mean" or _averages_probability(self):
        return False
    return estimator_has("decision_function")(self)


class TestTimeAugmentedClassifier(_TestTimeAugmented, ClassifierMixin, BaseEstimator):
    r"""Classify by the average over changed copies of the rows to predict.

    .. math:: \hat p(x) = \frac{1}{m} \sum_{k} p(t_k(x))

    with :math:`t_1, t_2, \dots` changes that leave the class as it is, the same ones for all rows
    and in every call: so what is said of a row depends on nothing but the row. The estimator is
    fitted to the rows as they are. To also train on changed copies, wrap an
    `AugmentedClassifier`, or a pipeline with the sampler in it.

    It helps models whose answer moves when an image does, such as forests and nearest neighbours,
    at the cost of predicting ``n_augment`` times. Linear models may lose by it.

    Parameters
    ----------
    estimator : classifier
        What to fit. It is cloned.

    augmenter : object with augment
        What changes the rows: a sampler of `skaug.image` or `skaug.perturbation`, or your own, with
        ``fit(X, y)`` and ``augment(X, copy=...)``. It is cloned.

    n_augment : int, default=8
        Changed copies of each row.

    include_original : bool, default=True
        Whether the row itself counts too, as one more copy.

    aggregate : {'mean', 'gmean', 'vote'}, default='mean'
        What is taken of the probabilities: the arithmetic mean, or the geometric mean (of
        probabilities of at least 2.2e-16, made to sum to 1), which one confident copy can veto.
        'vote' counts what the copies are predicted to be, and needs `predict` alone. Of an
        estimator with ``decision_function`` only, 'mean' is that of its scores.

    random_state : int, RandomState, Generator or None, default=None
        Seed for the augmenter if it has none of its own; drawn once, when fitting.

    Attributes
    ----------
    estimator_ : classifier
        The fitted estimator.

    augmenter_ : object
        The fitted augmenter.

    classes_ : ndarray of shape (n_classes,)
        The labels.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If y has several outputs, or the estimator lacks what ``aggregate`` is of.

    See Also
    --------
    TestTimeAugmentedRegressor : The same for regression.
    skaug.augmented.AugmentedClassifier : Augment the training rows.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skaug.perturbation import GaussianNoise
    >>> from skaug.test_time import TestTimeAugmentedClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> noise = GaussianNoise(random_state=0)
    >>> model = TestTimeAugmentedClassifier(KNeighborsClassifier(1), noise).fit(X[:100], y[:100])
    >>> model.predict_proba(X[100:101]).round(1)
    array([[0., 0., 0., 0., 1., 0., 0., 0., 0., 0.]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_TestTimeAugmented._parameter_constraints,
        "aggregate": [sk.StrOptions({"mean", "gmean", "vote"})],
    }
    _other = ("regressor", "TestTimeAugmentedRegressor")

    def __init__(
        self,
        estimator: Any,
        augmenter: Any,
        *,
        n_augment: int = 8,
        include_original: bool = True,
        aggregate: Literal["mean", "gmean", "vote"] = "mean",
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.augmenter = augmenter
        self.n_augment = n_augment
        self.include_original = include_original
        self.aggregate = aggregate
        self.random_state = random_state

    def _check_parts(self, y: Any) -> None:
        super()._check_parts(y)
        shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
        if len(shape) == 2 and shape[1] > 1:
            raise ValueError(f"{self._name} takes one label a row; y has shape {tuple(shape)}.")
        if not (_averages_probability(self) or self.aggregate == "vote"):
            has_scores = hasattr(self.estimator, "decision_function")
            if self.aggregate == "gmean" or not has_scores:
                raise ValueError(
                    f"aggregate={self.aggregate!r} of {self._name} is of probabilities, and "
                    f"{self._label} has no predict_proba. Use aggregate='vote'."
                )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        tags.classifier_tags.multi_label = False
        return tags

    @property
    def classes_(self) -> Any:
        """The labels."""
        return self.estimator_.classes_

    def predict(self, X: Any) -> NDArray[Any]:  # type: ignore[override]
        """Return the label that the copies agree on most.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        Returns
        -------
        y_pred : ndarray of shape (n,)
            The labels; of equals the first in `classes_`.
        """
        check_is_fitted(self)
        if not hasattr(self, "predict_proba"):
            score = self.decision_function(X)
            codes = (score > 0).astype(int) if score.ndim == 1 else score.argmax(axis=1)
        else:
            codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_[codes]

    @sk.available_if(_gives_probability)
    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, over the copies.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        Returns
        -------
        probability : ndarray of shape (n, n_classes)
            In the order of `classes_`; with ``aggregate='vote'`` the share of the copies.
        """
        if self.aggregate == "vote":
            said = self._predictions("predict", X)
            return _mean((labels[:, None] == self.classes_).astype(float) for labels in said)
        said = self._predictions("predict_proba", X)
        if self.aggregate == "mean":
            return _mean(said)
        product = np.exp(_mean(np.log(np.maximum(p, np.finfo(float).eps)) for p in said))
        return product / product.sum(axis=1, keepdims=True)

    @sk.available_if(_gives_probability)
    def predict_log_proba(self, X: Any) -> Floats:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        Returns
        -------
        log_probability : ndarray of shape (n, n_classes)
            In the order of `classes_`.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @sk.available_if(_averages_decision)
    def decision_function(self, X: Any) -> Floats:
        """Return the mean of the confidence scores, of an estimator without probabilities.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        Returns
        -------
        score : ndarray of shape (n,) or (n, n_classes)
            The scores.
        """
        return _mean(self._predictions("decision_function", X))


class TestTimeAugmentedRegressor(_TestTimeAugmented, RegressorMixin, BaseEstimator):
    """Predict the average over changed copies of the rows to predict.

    See `TestTimeAugmentedClassifier`, which is the same for classification.

    Parameters
    ----------
    estimator : regressor
        What to fit. It is cloned.

    augmenter : object with augment
        What changes the rows: a sampler of `skaug.image` or `skaug.perturbation`, or your own, with
        ``fit(X, y)`` and ``augment(X, copy=...)``. It is cloned.

    n_augment : int, default=8
        Changed copies of each row.

    include_original : bool, default=True
        Whether the row itself counts too, as one more copy.

    aggregate : {'mean', 'median'}, default='mean'
        What is taken of the predictions. 'median' holds all of them.

    random_state : int, RandomState, Generator or None, default=None
        Seed for the augmenter if it has none of its own; drawn once, when fitting.

    Attributes
    ----------
    estimator_ : regressor
        The fitted estimator.

    augmenter_ : object
        The fitted augmenter.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    TestTimeAugmentedClassifier : The same for classification.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from skaug.perturbation import GaussianNoise
    >>> from skaug.test_time import TestTimeAugmentedRegressor
    >>> X = np.arange(10.0)[:, None]
    >>> noise = GaussianNoise(random_state=0)
    >>> model = TestTimeAugmentedRegressor(DecisionTreeRegressor(), noise).fit(X, X[:, 0])
    >>> model.predict([[4.4]]).shape
    (1,)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_TestTimeAugmented._parameter_constraints,
        "aggregate": [sk.StrOptions({"mean", "median"})],
    }
    _other = ("classifier", "TestTimeAugmentedClassifier")

    def __init__(
        self,
        estimator: Any,
        augmenter: Any,
        *,
        n_augment: int = 8,
        include_original: bool = True,
        aggregate: Literal["mean", "median"] = "mean",
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.augmenter = augmenter
        self.n_augment = n_augment
        self.include_original = include_original
        self.aggregate = aggregate
        self.random_state = random_state

    def predict(self, X: Any) -> Floats:  # type: ignore[override]
        """Return the mean or median of the predictions for the copies.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        Returns
        -------
        y_pred : ndarray of shape (n,) or (n, n_outputs)
            The predictions.
        """
        said = self._predictions("predict", X)
        if self.aggregate == "mean":
            return _mean(said)
        return np.median(np.stack(list(said)), axis=0)


def _mean(parts: Iterator[Floats]) -> Floats:
    """Return the mean of arrays, of which no more than two are held."""
    total: Any = 0.0
    n_parts = 0
    for part in parts:
        total = total + part
        n_parts += 1
    mean: Floats = total / n_parts
    return mean
