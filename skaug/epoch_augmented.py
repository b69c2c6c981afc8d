"""Training epoch by epoch on fresh rows, for estimators with `partial_fit`."""

from typing import Any

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from skaug._core.epoch_training import EpochTrainer
from skaug._core.schedule import OnOffSchedule

__all__ = ["EpochAugmentedClassifier", "EpochAugmentedRegressor", "OnOffSchedule"]


class EpochAugmentedClassifier(EpochTrainer, ClassifierMixin, BaseEstimator):
    """Train a classifier epoch by epoch, on rows that the sampler draws anew for each.

    A sampler that runs once gives a model the same made rows in every epoch, and the model learns
    them by heart. Here each epoch has its own. It is the way for stochastic samplers, as those of
    `skaug.mixing`, with models trained in many passes: `MLPClassifier` and `SGDClassifier`.

    An epoch is one call of the estimator's ``partial_fit`` with all rows of the sampler's output,
    newly shuffled: for `MLPClassifier` one pass in batches of its own ``batch_size``, for
    `SGDClassifier` one step a row. What those do in ``fit`` alone (``max_iter``, ``tol``,
    ``early_stopping``) plays no part. Naive Bayes counts the rows of all epochs together.

    Use `AugmentedClassifier` for everything else: what has no ``partial_fit``, and samplers that
    always make the same rows. Compare with ``sampler=None``, and with a sampler that only repeats
    rows where yours returns more than it is given: more rows are more steps, and these alone may
    be the gain.

    Parameters
    ----------
    estimator : classifier with partial_fit
        What to train. It is cloned.

    sampler : object with fit_resample, default=None
        A sampler of skaug, imbalanced-learn or your own; None trains on the rows as they are. It
        is cloned, and every ``random_state`` in it is set anew for each epoch.

    n_epochs : int, default=100
        How many epochs, those of fine-tuning among them.

    schedule : callable or None, default=None
        In which epochs the sampler is on: ``schedule(epoch, n_epochs)``, with ``epoch`` from 0,
        says whether. None is always; `OnOffSchedule` is that of SamplePairing.

    fine_tuning : int or float, default=0
        How many epochs at the end are on the rows as they are; a float in [0, 1) is a share of
        `n_epochs`.

    validation_fraction : float in (0, 1), default=None
        Share of the rows, stratified, that is held out *before* anything is drawn, and scored
        after each epoch. The model of the best epoch is kept. None: that of the last.

    scoring : str, callable or None, default=None
        The score of the held-out rows, as scikit-learn's ``scoring``; None is the estimator's
        ``score``. Weights go into it where it takes them.

    n_iter_no_change : int or None, default=10
        Stop when the score has not grown by `tol` over the best for so many epochs, and go to
        the fine-tuning, from the best model so far. None runs all epochs. Choose more than the
        length of one round of a schedule.

    tol : float, default=1e-4
        See `n_iter_no_change`.

    warm_start : bool, default=False
        Go on in the next call of ``fit``, for `n_epochs` more. The same rows are held out if
        there are as many, in the same order.

    verbose : int, default=0
        Print a line for each epoch.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the split, the shuffling and the sampler, and of the estimator where that has
        none of its own. Functions in a `FunctionSampler` have to draw for themselves.

    Attributes
    ----------
    estimator_ : classifier
        The trained estimator, of the best epoch.

    sampler_ : object or None
        The sampler, as of the last epoch in which it was on.

    n_iter_ : int
        How many epochs were run.

    best_epoch_ : int
        The epoch, from 1, whose model is kept.

    validation_scores_ : list of float or None
        The score after each epoch.

    classes_ : ndarray of shape (n_classes,)
        The labels.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If the estimator has no ``partial_fit``.

    ValueError
        If there are weights, given or made by the sampler, and the estimator takes none.

    See Also
    --------
    AugmentedClassifier : Resample once, for every estimator.
    OnOffSchedule : The schedule of SamplePairing.

    Notes
    -----
    With metadata routing on, weights are requested for ``partial_fit``:
    ``estimator.set_partial_fit_request(sample_weight=True)``.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skaug.epoch_augmented import EpochAugmentedClassifier
    >>> from skaug.over_sampling import SMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> model = EpochAugmentedClassifier(MLPClassifier(), SMOTE(), n_epochs=30, random_state=0)
    >>> model.fit(X, y).predict(X[:3])
    array([0, 0, 0])
    """

    _other = ("regressor", "EpochAugmentedRegressor")

    @property
    def classes_(self) -> Any:
        """The labels."""
        return self.estimator_.classes_


class EpochAugmentedRegressor(EpochTrainer, RegressorMixin, BaseEstimator):
    """Train a regressor epoch by epoch, on rows that the sampler draws anew for each.

    See `EpochAugmentedClassifier`, which is the same for classification, for what an epoch is
    and what to compare with. It is for `MLPRegressor` and `SGDRegressor`.

    Parameters
    ----------
    estimator : regressor with partial_fit
        What to train. It is cloned.

    sampler : object with fit_resample, default=None
        A sampler that takes a continuous y; None trains on the rows as they are. It is cloned,
        and every ``random_state`` in it is set anew for each epoch.

    n_epochs : int, default=100
        How many epochs, those of fine-tuning among them.

    schedule : callable or None, default=None
        In which epochs the sampler is on: ``schedule(epoch, n_epochs)``, with ``epoch`` from 0,
        says whether. None is always.

    fine_tuning : int or float, default=0
        How many epochs at the end are on the rows as they are; a float in [0, 1) is a share of
        `n_epochs`.

    validation_fraction : float in (0, 1), default=None
        Share of the rows that is held out *before* anything is drawn, and scored after each
        epoch. The model of the best epoch is kept. None: that of the last.

    scoring : str, callable or None, default=None
        The score of the held-out rows, as scikit-learn's ``scoring``; None is the estimator's
        ``score``. Weights go into it where it takes them.

    n_iter_no_change : int or None, default=10
        Stop when the score has not grown by `tol` over the best for so many epochs, and go to
        the fine-tuning, from the best model so far. None runs all epochs.

    tol : float, default=1e-4
        See `n_iter_no_change`.

    warm_start : bool, default=False
        Go on in the next call of ``fit``, for `n_epochs` more. The same rows are held out if
        there are as many, in the same order.

    verbose : int, default=0
        Print a line for each epoch.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the split, the shuffling and the sampler, and of the estimator where that has
        none of its own.

    Attributes
    ----------
    estimator_ : regressor
        The trained estimator, of the best epoch.

    sampler_ : object or None
        The sampler, as of the last epoch in which it was on.

    n_iter_ : int
        How many epochs were run.

    best_epoch_ : int
        The epoch, from 1, whose model is kept.

    validation_scores_ : list of float or None
        The score after each epoch.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If the estimator has no ``partial_fit``.

    ValueError
        If there are weights, given or made by the sampler, and the estimator takes none.

    See Also
    --------
    EpochAugmentedClassifier : The same for classification.
    AugmentedRegressor : Resample once, for every estimator.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import SGDRegressor
    >>> from skaug.compose import FunctionSampler
    >>> from skaug.epoch_augmented import EpochAugmentedRegressor
    >>> rng = np.random.default_rng(0)
    >>> jitter = FunctionSampler(lambda X, y: (X + rng.normal(scale=0.01, size=X.shape), y))
    >>> X, y = np.linspace(-1, 1, 50)[:, None], np.linspace(-2, 2, 50)
    >>> model = EpochAugmentedRegressor(SGDRegressor(), jitter, random_state=0).fit(X, y)
    >>> model.predict([[0.5]]).round()
    array([1.])
    """

    _other = ("classifier", "EpochAugmentedClassifier")
