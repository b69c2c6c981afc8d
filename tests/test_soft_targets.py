"""Probabilities as targets: the soft optimum, hard labels, weights, and boosters that take them."""

import pickle
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn import config_context
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug._core.soft_boosting import soft_booster
from skaug.augmented import AugmentedClassifier
from skaug.compose import FunctionSampler
from skaug.soft_targets import SoftTargetClassifier


def make_soft(n_classes, seed=0, n_rows=80):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 3))
    return X, rng.dirichlet(np.ones(n_classes), size=n_rows)


def optimum(X, target, weight, C):
    """Minimise the soft cross-entropy with LogisticRegression's penalty directly."""
    n_classes = target.shape[1]

    def loss(flat):
        coef = flat.reshape(n_classes, -1)
        scores = X @ coef[:, 1:].T + coef[:, 0]
        log_p = scores - logsumexp(scores, axis=1, keepdims=True)
        return -np.sum(weight[:, None] * target * log_p) + np.sum(coef[:, 1:] ** 2) / (2 * C)

    start = np.zeros(n_classes * (X.shape[1] + 1))
    found = minimize(loss, start, options={"gtol": 1e-7, "maxiter": 2000})
    return found.x.reshape(n_classes, -1)[:, 1:]


# Laws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_logistic_regression_finds_the_optimum_of_the_soft_loss(n_classes, weighted):
    X, target = make_soft(n_classes)
    weight = np.random.default_rng(1).uniform(0.5, 2, len(X)) if weighted else np.ones(len(X))
    model = SoftTargetClassifier(LogisticRegression(tol=1e-10, max_iter=10000))
    coef = model.fit(X, target, sample_weight=weight if weighted else None).estimator_.coef_
    # with two classes, scikit-learn has one vector, the difference of both, and penalises it
    best = optimum(X, target, weight, C=0.5 if n_classes == 2 else 1.0)
    expected = best[1:] - best[:1] if n_classes == 2 else best - best.mean(axis=0)
    assert_allclose(coef, expected, atol=1e-5)


@given(seed=st.integers(0, 1000), n_classes=st.integers(2, 4))
def test_certain_targets_are_labels(seed, n_classes):
    X, target = make_soft(n_classes, seed)
    y = target.argmax(axis=1)
    y[:n_classes] = np.arange(n_classes)
    soft = SoftTargetClassifier(LogisticRegression()).fit(X, np.eye(n_classes)[y])
    hard = LogisticRegression().fit(X, y)
    assert_array_equal(soft.predict_proba(X), hard.predict_proba(X))
    assert_array_equal(soft.decision_function(X), hard.decision_function(X))
    # neither repeated nor weighted, so that estimators without weights take them
    neighbors = SoftTargetClassifier(KNeighborsClassifier()).fit(X, np.eye(n_classes)[y])
    assert neighbors.estimator_.n_samples_fit_ == len(X)


@given(seed=st.integers(0, 1000), order=st.permutations(["a", "b", "c"]))
def test_the_order_of_columns_does_not_matter(seed, order):
    X, target = make_soft(3, seed)
    frame = pd.DataFrame(target, columns=["a", "b", "c"])
    model = SoftTargetClassifier(GaussianNB())
    expected = clone(model).fit(X, frame)
    moved = clone(model).fit(X, frame[order])
    assert_array_equal(moved.classes_, ["a", "b", "c"])
    assert_allclose(moved.predict_proba(X), expected.predict_proba(X), rtol=1e-9)
    assert moved.score(X, frame) == pytest.approx(expected.score(X, frame[order]))


@given(seed=st.integers(0, 1000), absent=st.integers(0, 2))
def test_a_class_never_seen_keeps_its_column(seed, absent):
    X, target = make_soft(2, seed)
    target = np.insert(target, absent, 0, axis=1)
    model = SoftTargetClassifier(LogisticRegression(), classes=list("abc")).fit(X, target)
    assert_array_equal(model.classes_, ["a", "b", "c"])
    probability = model.predict_proba(X)
    assert_array_equal(probability[:, absent], 0)
    assert_allclose(probability.sum(axis=1), 1)
    assert_array_equal(model.predict_log_proba(X)[:, absent], -np.inf)
    assert_array_equal(model.classes_[model.decision_function(X).argmax(axis=1)], model.predict(X))


@given(weight=st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=80, max_size=80))
def test_a_row_of_weight_zero_is_no_row(weight):
    X, target = make_soft(3)
    weight = np.array(weight)
    weight[:5] = 1
    model = SoftTargetClassifier(LogisticRegression())
    expected = clone(model).fit(X[weight > 0], target[weight > 0], weight[weight > 0])
    assert_array_equal(
        model.fit(X, target, sample_weight=weight).estimator_.coef_, expected.estimator_.coef_
    )


def test_the_score_of_probabilities_is_their_mean_at_the_predictions():
    X, target = make_soft(3)
    model = SoftTargetClassifier(DummyClassifier(strategy="constant", constant=1)).fit(X, target)
    assert model.score(X, target) == pytest.approx(target[:, 1].mean())
    weight = np.arange(80.0)
    assert model.score(X, target, sample_weight=weight) == pytest.approx(
        np.average(target[:, 1], weights=weight)
    )
    assert model.score(X, target.argmax(axis=1)) == np.mean(target.argmax(axis=1) == 1)


# Use ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make_y",
    [
        lambda y: pd.DataFrame(y, columns=["no", "yes"]),
        lambda y: pl.DataFrame(y, schema=["no", "yes"]),
        lambda y: pa.table({"no": y[:, 0], "yes": y[:, 1]}),
    ],
)
def test_frames_name_the_classes(make_y):
    X, target = make_soft(2)
    model = SoftTargetClassifier(GaussianNB()).fit(
        pd.DataFrame(X, columns=list("abc")), make_y(target)
    )
    assert_array_equal(model.classes_, ["no", "yes"])
    assert_array_equal(model.feature_names_in_, ["a", "b", "c"])


def test_pipelines_searches_pickles_and_lists():
    X, target = make_soft(3)
    pipe = make_pipeline(StandardScaler(), LogisticRegression())
    model = SoftTargetClassifier(pipe).fit(X.tolist(), target.tolist(), sample_weight=[1.0] * 80)
    inside = model.estimator_["logisticregression"].coef_
    assert inside.shape == (3, 3)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))
    search = GridSearchCV(
        SoftTargetClassifier(LogisticRegression()), {"estimator__C": [0.1, 1]}, cv=2
    )
    assert 0 < search.fit(X, target).best_score_ < 1


def test_it_takes_what_a_sampler_mixes_softly():
    def soften(X, y):
        return X, np.eye(2)[y] * 0.8 + 0.1

    X, target = make_soft(2)
    model = AugmentedClassifier(SoftTargetClassifier(LogisticRegression()), FunctionSampler(soften))
    assert model.fit(X, target.argmax(axis=1)).predict_proba(X).shape == (80, 2)


@config_context(enable_metadata_routing=True)
def test_metadata_routing():
    X, target = make_soft(2)
    with pytest.raises(ValueError, match=r"LogisticRegression\.set_fit_request"):
        SoftTargetClassifier(LogisticRegression()).fit(X, target)
    declined = LogisticRegression().set_fit_request(sample_weight=False)
    with pytest.raises(ValueError, match="has declined sample_weight"):
        SoftTargetClassifier(declined).fit(X, target)
    asking = LogisticRegression().set_fit_request(sample_weight=True)
    asking.set_score_request(sample_weight=True)
    model = SoftTargetClassifier(asking)
    params = {"sample_weight": np.ones(80)}
    result = cross_validate(model, X, target, cv=2, params=params, error_score="raise")
    assert result["test_score"].shape == (2,)


def test_labels_of_which_one_is_not_seen():
    X, target = make_soft(2)
    y = np.array(["a", "c"])[target.argmax(axis=1)]
    model = SoftTargetClassifier(LogisticRegression(), classes=["c", "b", "a"]).fit(X, y)
    assert_array_equal(model.classes_, ["a", "b", "c"])
    assert_array_equal(model.predict_proba(X)[:, 1], 0)
    with pytest.raises(ValueError, match="must name every label of y; 'c' is missing"):
        SoftTargetClassifier(LogisticRegression(), classes=["a", "b"]).fit(X, y)


def test_only_methods_of_the_estimator_are_there():
    X, target = make_soft(2)
    model = SoftTargetClassifier(SVC()).fit(X, target)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(X).shape == (80,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: 2 * y, r"sum to 1 in each row; row 0 .*of sum 2\. Divide"),
        (lambda y: y - [1, -1, 0], r"0 or more and sum to 1 in each row; row 0"),
        (lambda y: np.where(y > 2, y, np.nan), "Input y contains NaN"),
        (lambda y: y[:70], "was given 80 rows of X, but 70 of y"),
        (lambda y: pd.DataFrame(y, columns=["a", "b", "a"]).to_numpy()[:, :2], "sum to 1"),
    ],
)
def test_bad_targets_are_refused(change, message):
    X, target = make_soft(3)
    with pytest.raises(ValueError, match=message):
        SoftTargetClassifier(LogisticRegression()).fit(X, change(target))


def test_bad_parts_are_refused():
    X, target = make_soft(3)
    with pytest.raises(ValueError, match="must be 3 different labels, one for each column"):
        SoftTargetClassifier(LogisticRegression(), classes=["a", "b"]).fit(X, target)
    with pytest.raises(ValueError, match="must be 3 different labels, one for each column"):
        SoftTargetClassifier(LogisticRegression(), classes=["a", "b", "a"]).fit(X, target)
    with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight"):
        SoftTargetClassifier(KNeighborsClassifier()).fit(X, target)
    with pytest.raises(TypeError, match="is a regressor and takes continuous targets"):
        SoftTargetClassifier(Ridge()).fit(X, target)
    with pytest.raises(ValueError, match="is zero for every row"):
        SoftTargetClassifier(GaussianNB()).fit(X, target, sample_weight=np.zeros(80))


# Boosters -----------------------------------------------------------------------------------


def boosters():
    return [
        ("xgboost", "XGBClassifier", {"max_depth": 3}, {"scale_pos_weight": 2}),
        ("lightgbm", "LGBMClassifier", {"verbose": -1, "num_leaves": 4}, {"is_unbalance": True}),
        (
            "catboost",
            "CatBoostClassifier",
            {"verbose": 0, "learning_rate": 0.1, "bootstrap_type": "No", "boosting_type": "Plain"},
            {"auto_class_weights": "Balanced"},
        ),
    ]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
@pytest.mark.parametrize(("library", "name", "params", "other"), boosters())
def test_boosters_take_the_probabilities_themselves(
    library, name, params, other, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # where catboost writes
    booster = getattr(pytest.importorskip(library), name)(n_estimators=20, **params)
    X = np.random.default_rng(0).normal(size=(400, 3))
    second = 1 / (1 + np.exp(-2 * X[:, 0]))
    target = np.column_stack([1 - second, second])
    model = SoftTargetClassifier(booster, classes=["no", "yes"]).fit(X, target)
    assert model.native_
    assert model.predict_proba(X).shape == (400, 2)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-6)
    assert np.mean(np.abs(model.predict_proba(X)[:, 1] - second)) < 0.12
    assert_array_equal(model.predict(X) == "yes", model.predict_proba(X)[:, 1] > 0.5)
    assert model.score(X, target) > 0.7
    rows = SoftTargetClassifier(
        getattr(sys.modules[library], name)(n_estimators=20, **params), native=False
    ).fit(X, target)
    assert not rows.native_
    assert_allclose(model.predict_proba(X), rows.predict_proba(X), atol=0.1)
    # with another loss, or more classes, it is rows with weights
    assert soft_booster(booster.set_params(**other)) is None


def test_other_estimators_have_no_booster():
    class XGBClassifier(LogisticRegression):
        pass

    assert soft_booster(LogisticRegression()) is None
    assert soft_booster(XGBClassifier()) is None
    assert soft_booster(make_pipeline(LogisticRegression())) is None


# scikit-learn's own -------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@parametrize_with_checks([SoftTargetClassifier(LogisticRegression())])
def test_scikit_learn(estimator, check):
    check(estimator)
