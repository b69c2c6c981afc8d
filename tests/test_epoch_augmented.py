"""Training on fresh rows each epoch: seeds, schedules, clean early stopping, weights, and life."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn import over_sampling as imblearn_over
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Perceptron, SGDClassifier, SGDRegressor
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.compose import FunctionSampler, SamplerChain
from skaug.epoch_augmented import (
    EpochAugmentedClassifier,
    EpochAugmentedRegressor,
    OnOffSchedule,
)
from skaug.over_sampling import SMOTE, RandomOverSampler


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers each call; scores as told, epoch by epoch."""

    def __init__(self, scores=None, random_state=None):
        self.scores = scores
        self.random_state = random_state

    def fit(self, X, y):
        raise AssertionError("it is trained by partial_fit")

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        if not hasattr(self, "calls_"):
            self.calls_, self.classes_, self.n_features_in_ = [], classes, 3
        self.calls_.append((np.asarray(X), np.asarray(y), sample_weight, classes))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y, sample_weight=None):
        self.scored_ = X, y, sample_weight
        return 0.5 if self.scores is None else self.scores[len(self.calls_) - 1]


class Unweighted(Recorder):
    def partial_fit(self, X, y, classes=None):
        return super().partial_fit(X, y, classes)


class Jitter(BaseEstimator):
    """The smallest sampler with a seed: rows that are all new, with weights if asked."""

    def __init__(self, makes_weights=False, random_state=None):
        self.makes_weights = makes_weights
        self.random_state = random_state

    def fit_resample(self, X, y, sample_weight=None):
        rng = np.random.default_rng(self.random_state)
        made = np.asarray(X) + rng.uniform(10, 11, size=np.shape(X))
        if sample_weight is not None:
            return made, y, sample_weight
        return (made, y, np.full(len(made), 0.5)) if self.makes_weights else (made, y)


def make_data(seed=0, n_rows=60, n_rare=15):
    X = np.random.default_rng(seed).uniform(0.5, 2.0, size=(n_rows, 3))
    return X, np.repeat([0, 1], [n_rows - n_rare, n_rare])


X, Y = make_data()
W = X[:, 0]


def rows_of(array):
    return {tuple(row) for row in array}


def was_augmented(model):
    return [call[0].min() >= 10 for call in model.estimator_.calls_]


@pytest.fixture(params=[False, True], ids=["routing off", "routing on"])
def routing(request):
    with config_context(enable_metadata_routing=request.param):
        yield request.param


def asks(part, routing):
    if routing and hasattr(part, "set_partial_fit_request"):
        return part.set_partial_fit_request(sample_weight=True)
    return part.set_fit_resample_request(sample_weight=True) if routing else part


# Epochs -------------------------------------------------------------------------------------


@given(n_epochs=st.integers(1, 8), seed=st.integers(0, 1000))
def test_each_epoch_has_rows_of_its_own(n_epochs, seed):
    # of a seeded sampler too, which would otherwise make the same rows each time
    model = EpochAugmentedClassifier(
        Recorder(), Jitter(random_state=7), n_epochs=n_epochs, random_state=seed
    ).fit(X, Y)
    calls = model.estimator_.calls_
    assert model.n_iter_ == model.best_epoch_ == len(calls) == n_epochs
    assert len(set.union(*(rows_of(call[0]) for call in calls))) == n_epochs * len(X)
    assert [call[3] is None for call in calls] == [False] + [True] * (n_epochs - 1)
    assert_array_equal(calls[0][3], [0, 1])


@given(seed=st.integers(0, 2**32 - 1), n_epochs=st.integers(1, 6), more=st.integers(1, 6))
def test_one_seed_is_one_model_and_warm_start_goes_on(seed, n_epochs, more):
    def make(n_epochs):
        return EpochAugmentedClassifier(
            SGDClassifier(loss="log_loss"),
            RandomOverSampler(shrinkage=1.0),
            n_epochs=n_epochs,
            random_state=seed,
        )

    whole = make(n_epochs + more).fit(X, Y)
    assert_array_equal(make(n_epochs + more).fit(X, Y).estimator_.coef_, whole.estimator_.coef_)
    parts = make(n_epochs).set_params(warm_start=True).fit(X, Y).set_params(n_epochs=more)
    assert_array_equal(parts.fit(X, Y).estimator_.coef_, whole.estimator_.coef_)
    assert parts.n_iter_ == n_epochs + more


def test_rows_are_shuffled_and_stay_with_their_labels_and_weights():
    targets = X[:, 1] > 1
    model = EpochAugmentedClassifier(Recorder(), n_epochs=3, random_state=0)
    calls = model.fit(X, targets, sample_weight=W).estimator_.calls_
    for rows, labels, weight, _ in calls:
        assert rows_of(rows) == rows_of(X)
        assert_array_equal(labels, rows[:, 1] > 1)
        assert_array_equal(weight, rows[:, 0])
    assert not np.array_equal(calls[0][0], calls[1][0])


def test_the_seed_is_the_estimators_too_where_it_has_none():
    def seed_of(estimator, random_state):
        model = EpochAugmentedClassifier(estimator, n_epochs=1, random_state=random_state)
        return model.fit(X, Y).estimator_.random_state

    assert seed_of(Recorder(), 0) == seed_of(Recorder(), 0) != seed_of(Recorder(), 1)
    assert seed_of(Recorder(random_state=5), 0) == 5
    assert seed_of(Recorder(), None) is None


def test_nested_samplers_are_seeded_anew():
    chain = SamplerChain([RandomOverSampler(shrinkage=1.0, random_state=3)])
    model = EpochAugmentedClassifier(Recorder(), chain, n_epochs=2, random_state=0).fit(X, Y)
    first, second = (rows_of(call[0]) for call in model.estimator_.calls_)
    assert first & second == rows_of(X)
    assert chain.steps[0].random_state == 3


# Schedules ----------------------------------------------------------------------------------


@given(
    n_epochs=st.integers(1, 60),
    start=st.integers(0, 20) | st.floats(0, 0.9),
    on=st.integers(1, 9),
    off=st.integers(0, 9),
)
def test_on_and_off_in_turn(n_epochs, start, on, off):
    schedule = OnOffSchedule(start=start, on=on, off=off)
    states = [schedule(epoch, n_epochs) for epoch in range(n_epochs)]
    begin = start if isinstance(start, int) else round(start * n_epochs)
    round_ = [True] * on + [False] * off
    assert states == ([False] * begin + round_ * n_epochs)[:n_epochs]


@given(n_epochs=st.integers(1, 12), on=st.integers(1, 3), tuning=st.floats(0, 0.9))
def test_the_sampler_is_on_by_schedule_and_off_in_fine_tuning(n_epochs, on, tuning):
    schedule = OnOffSchedule(start=1, on=on, off=1)
    model = EpochAugmentedClassifier(
        Recorder(), Jitter(), n_epochs=n_epochs, schedule=schedule, fine_tuning=tuning
    ).fit(X, Y)
    n_main = n_epochs - round(tuning * n_epochs)
    expected = [schedule(epoch, n_epochs) and epoch < n_main for epoch in range(n_epochs)]
    assert was_augmented(model) == expected


def test_any_function_may_be_a_schedule():
    model = EpochAugmentedClassifier(
        Recorder(), Jitter(), n_epochs=4, schedule=lambda epoch, n_epochs: epoch == n_epochs - 1
    )
    assert was_augmented(model.fit(X, Y)) == [False, False, False, True]
    model.set_params(schedule=None, fine_tuning=4)
    assert was_augmented(model.fit(X, Y)) == [False] * 4


# Early stopping -----------------------------------------------------------------------------


@given(seed=st.integers(0, 2**32 - 1), fraction=st.floats(0.1, 0.6))
def test_rows_are_held_out_before_anything_is_drawn(seed, fraction):
    model = EpochAugmentedClassifier(
        Recorder(),
        RandomOverSampler(),
        n_epochs=2,
        validation_fraction=fraction,
        n_iter_no_change=None,
        random_state=seed,
    ).fit(X, Y, sample_weight=W)
    held_out, labels, weight = model.estimator_.scored_
    assert rows_of(model.estimator_.calls_[0][0]) == rows_of(X) - rows_of(held_out)
    assert abs(np.mean(labels) - 0.25) <= 1 / len(labels)  # stratified
    assert_array_equal(weight, held_out[:, 0])


@given(
    scores=st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4]), min_size=12, max_size=12),
    patience=st.integers(1, 5) | st.none(),
)
def test_the_best_epoch_is_kept(scores, patience):
    model = EpochAugmentedClassifier(
        Recorder(scores),
        Jitter(),
        n_epochs=12,
        validation_fraction=0.2,
        n_iter_no_change=patience,
    ).fit(X, Y)
    run = scores[: model.n_iter_]
    assert model.validation_scores_ == run
    assert model.best_epoch_ == 1 + int(np.argmax(run))
    assert len(model.estimator_.calls_) == model.best_epoch_
    waited = model.n_iter_ - model.best_epoch_
    assert model.n_iter_ == 12 if patience is None else waited <= patience
    assert waited == patience or model.n_iter_ == 12


def test_fine_tuning_starts_from_the_best_epoch():
    # epochs of the estimator it holds: 0.9 after the third call, worse later
    model = EpochAugmentedClassifier(
        Recorder([0.1, 0.2, 0.9, 0.3, 0.3, 0.95] + [0.0] * 20),
        Jitter(),
        n_epochs=20,
        fine_tuning=5,
        validation_fraction=0.2,
        n_iter_no_change=2,
    ).fit(X, Y)
    assert model.validation_scores_[:5] == [0.1, 0.2, 0.9, 0.3, 0.3]
    assert model.validation_scores_[5:] == [0.3, 0.3]  # the fourth and fifth call again
    model.set_params(n_iter_no_change=3).fit(X, Y)
    assert was_augmented(model) == [True] * 3 + [True] * 2 + [True]


def test_the_best_model_is_the_one_that_is_returned():
    y = np.random.default_rng(0).permutation(Y)  # nothing to learn but noise
    model = EpochAugmentedClassifier(
        MLPClassifier((30,), learning_rate_init=0.1),
        SMOTE(),
        n_epochs=30,
        validation_fraction=0.3,
        scoring="neg_log_loss",
        random_state=0,
    )
    kept = clone(model).fit(X, y)
    shorter = clone(model).set_params(n_epochs=kept.best_epoch_).fit(X, y)
    assert kept.best_epoch_ < kept.n_iter_
    assert_array_equal(shorter.predict_proba(X), kept.predict_proba(X))


def test_warm_start_holds_the_same_rows_out():
    model = EpochAugmentedClassifier(
        Recorder(), Jitter(), n_epochs=1, validation_fraction=0.3, warm_start=True
    ).fit(X, Y)
    first = model.estimator_.scored_[0]
    assert_array_equal(model.fit(X, Y).estimator_.scored_[0], first)
    assert len(model.validation_scores_) == 2
    with pytest.raises(ValueError, match=r"must stay 0\.3 under warm_start"):
        model.set_params(validation_fraction=0.2).fit(X, Y)


# Weights ------------------------------------------------------------------------------------


def test_weights_go_with_their_rows(routing):
    sampler = asks(SMOTE(k_neighbors=3), routing)
    model = EpochAugmentedClassifier(asks(Recorder(), routing), sampler, n_epochs=2)
    for rows, _, weight, _ in model.fit(X, Y, sample_weight=W).estimator_.calls_:
        np.testing.assert_allclose(weight, rows[:, 0], rtol=1e-12)


def test_made_weights_reach_the_estimator(routing):
    sampler = Jitter(makes_weights=True)
    model = EpochAugmentedClassifier(
        asks(Recorder(), routing), sampler, n_epochs=2, fine_tuning=1
    ).fit(X, Y)
    assert_array_equal(model.estimator_.calls_[0][2], np.full(60, 0.5))
    assert model.estimator_.calls_[1][2] is None


def test_made_weights_name_the_estimator_that_takes_none(routing):
    model = EpochAugmentedClassifier(Unweighted(), Jitter(makes_weights=True))
    with pytest.raises(ValueError, match=r"\(Unweighted\) takes no sample_weight"):
        model.fit(X, Y)


@config_context(enable_metadata_routing=True)
def test_weights_name_the_request_that_is_missing():
    model = EpochAugmentedClassifier(SGDClassifier(), Jitter(makes_weights=True))
    with pytest.raises(ValueError, match=r"SGDClassifier\.set_partial_fit_request"):
        model.fit(X, Y)


def test_a_row_of_weight_zero_is_no_row():
    weight = np.where(np.arange(60) < 10, 0.0, 1.0)
    model = EpochAugmentedClassifier(Recorder(), RandomOverSampler(), n_epochs=1)
    fitted = model.fit(X, Y, sample_weight=weight).estimator_
    assert rows_of(fitted.calls_[0][0]) == rows_of(X[10:])


def test_cross_validation_cuts_the_weights(routing):
    model = EpochAugmentedClassifier(
        asks(SGDClassifier(loss="log_loss"), routing), asks(SMOTE(), routing), n_epochs=3
    )
    params = {"sample_weight": W}
    if routing:
        model.estimator.set_score_request(sample_weight=False)
    result = cross_validate(model, X, Y, cv=3, params=params, error_score="raise")
    assert len(result["test_score"]) == 3


# Life ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "estimator",
    [MLPClassifier((4,)), SGDClassifier(), Perceptron(), GaussianNB()],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.parametrize("sampler", [None, SMOTE(), imblearn_over.RandomOverSampler()], ids=str)
def test_classifiers_of_three_named_classes(estimator, sampler):
    X, y = make_data(n_rare=30)
    labels = np.array(["a", "b", "c"])[y + (np.arange(60) % 3 == 0)]
    X = X + 2 * y[:, None]
    model = EpochAugmentedClassifier(estimator, sampler, n_epochs=3, random_state=0)
    model.fit(pd.DataFrame(X, columns=["p", "q", "r"]), pd.Series(labels))
    assert_array_equal(model.classes_, ["a", "b", "c"])
    assert_array_equal(model.feature_names_in_, ["p", "q", "r"])
    assert set(model.predict(pd.DataFrame(X, columns=["p", "q", "r"]))) <= {"a", "b", "c"}
    assert hasattr(model, "predict_proba") == hasattr(estimator, "predict_proba")


def test_regressors():
    y = X @ [1.0, -1.0, 2.0]
    for estimator in (
        SGDRegressor(),
        MLPRegressor(hidden_layer_sizes=(20,), learning_rate_init=0.03),
    ):
        model = EpochAugmentedRegressor(
            estimator,
            FunctionSampler(lambda X, y: (np.r_[X, X], np.r_[y, y])),
            n_epochs=200,
            validation_fraction=0.2,
            n_iter_no_change=30,
            random_state=0,
        ).fit(X, y)
        assert model.score(X, y) > 0.8
    several = EpochAugmentedRegressor(MLPRegressor(hidden_layer_sizes=(4,)), n_epochs=2).fit(
        X, X[:, :2]
    )
    assert several.predict(X).shape == (60, 2)


def test_several_labels_a_row():
    y = np.random.default_rng(0).integers(2, size=(60, 3))
    model = EpochAugmentedClassifier(MLPClassifier((4,)), n_epochs=2).fit(X, y)
    assert model.predict(X).shape == (60, 3)


def test_searches_pipelines_and_pickles(routing):
    model = EpochAugmentedClassifier(
        SGDClassifier(), SMOTE(), n_epochs=3, schedule=OnOffSchedule(), random_state=0
    )
    grid = [
        {"model__sampler__k_neighbors": [2, 3], "model__estimator__alpha": [0.1, 0.001]},
        {"model__sampler": [None], "model__fine_tuning": [0, 1, 0.5]},
        {"model__schedule": [None, OnOffSchedule(start=1)]},
        {"model__schedule__on": [1, 2]},
    ]
    pipe = make_pipeline(StandardScaler(), model)
    pipe.steps[-1] = ("model", model)
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 11
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert_array_equal(again.predict(X), search.predict(X))
    assert not hasattr(model.sampler, "sampling_strategy_")
    assert not hasattr(model.estimator, "coef_")
    with pytest.raises(NotFittedError, match="EpochAugmentedClassifier instance is not fitted"):
        clone(model).predict(X)


def test_a_line_for_each_epoch(capsys):
    EpochAugmentedClassifier(
        MLPClassifier((2,)), SMOTE(), n_epochs=2, fine_tuning=1, validation_fraction=0.2, verbose=1
    ).fit(X, Y)
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"\[EpochAugmentedClassifier\] epoch 1 of 2, 72 rows, loss \d\.\d{4}, "
        r"validation score \d\.\d{4}",
        first,
    )
    assert "epoch 2 of 2, 48 rows" in second


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (
            EpochAugmentedClassifier(LogisticRegression()),
            TypeError,
            r"\(LogisticRegression\) has no partial_fit.*Use AugmentedClassifier",
        ),
        (EpochAugmentedRegressor(MLPRegressor(solver="lbfgs")), TypeError, "AugmentedRegressor"),
        (EpochAugmentedClassifier(SGDRegressor()), TypeError, "use EpochAugmentedRegressor"),
        (EpochAugmentedRegressor(SGDClassifier()), TypeError, "use EpochAugmentedClassifier"),
        (EpochAugmentedClassifier(SGDClassifier(), SMOTE), TypeError, r"write SMOTE\(\)"),
        (EpochAugmentedClassifier(SGDClassifier(), StandardScaler()), ValueError, "'sampler'"),
        (EpochAugmentedClassifier(SGDClassifier(early_stopping=True)), ValueError, "clean rows"),
        (EpochAugmentedClassifier(SGDClassifier(), n_epochs=0), ValueError, "'n_epochs'"),
        (
            EpochAugmentedClassifier(SGDClassifier(), n_epochs=5, fine_tuning=6),
            ValueError,
            "fine_tuning=6 .* is more than n_epochs=5",
        ),
        (
            EpochAugmentedClassifier(SGDClassifier(), SMOTE(), schedule=OnOffSchedule(on=0)),
            ValueError,
            "'on' parameter of OnOffSchedule",
        ),
        (
            EpochAugmentedClassifier(
                SGDClassifier(), FunctionSampler(lambda X, y: (X, np.eye(2)[y]))
            ),
            ValueError,
            r"returned soft labels, y of shape \(60, 2\)",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(model, error, message):
    with pytest.raises(error, match=message):
        model.fit(X, Y)


# scikit-learn's own -------------------------------------------------------------------------

COUNTS = "a step a row, in a random order: a weight of 2 is not a row given twice"
FAILING = {
    "check_sample_weight_equivalence_on_dense_data": COUNTS,
    "check_sample_weight_equivalence_on_sparse_data": COUNTS,
}


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@parametrize_with_checks(
    [
        EpochAugmentedClassifier(SGDClassifier(), n_epochs=6),
        EpochAugmentedClassifier(SGDClassifier(), RandomOverSampler(), n_epochs=6),
        EpochAugmentedClassifier(MLPClassifier((10,), learning_rate_init=0.05), n_epochs=6),
        EpochAugmentedRegressor(SGDRegressor(), n_epochs=6),
    ],
    expected_failed_checks=lambda model: (
        {} if isinstance(model.estimator, MLPClassifier) else FAILING
    ),
)
def test_scikit_learn(estimator, check):
    check(estimator)
