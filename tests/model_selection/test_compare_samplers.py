"""compare_samplers: what every arm sees, and what it does not depend on."""

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler as ImblearnRandomOverSampler
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.model_selection import GroupKFold, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_sample_weight

from skaug.model_selection import compare_samplers
from skaug.over_sampling import SMOTE, RandomOverSampler


class Same(BaseEstimator):
    """Hand everything through."""

    def fit_resample(self, X, y):
        return X, y


class Weighted(BaseEstimator):
    """Hand everything through, with balanced weights."""

    def fit_resample(self, X, y):
        return X, y, compute_sample_weight("balanced", y)


class Spy(ClassifierMixin, BaseEstimator):
    """Keep the row numbers (column 0) of each fit and the predictions after it."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.rows = set(X[:, 0].astype(int))
        return self

    def predict_proba(self, X):
        Spy.calls.append((self.rows, set(X[:, 0].astype(int)), len(X)))
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


@pytest.fixture(scope="module")
def data():
    return make_classification(
        n_samples=160, n_features=4, weights=[0.8], class_sep=0.7, random_state=0
    )


def compare(X, y, arms=None, estimator=None, **options):
    options = {"cv": 4, "n_repeats": 1, "random_state": 0, **options}
    arms = {"random": RandomOverSampler()} if arms is None else arms
    return compare_samplers(estimator or GaussianNB(), X, y, arms, **options)


def assert_same_scores(left, right):
    assert list(left.scores) == list(right.scores)
    for arm in left.scores:
        for metric in left.scores[arm]:
            np.testing.assert_allclose(
                left.scores[arm][metric], right.scores[arm][metric], rtol=1e-9, atol=1e-12
            )


# What an arm sees


def test_no_row_is_predicted_by_a_model_that_was_fitted_with_it_or_a_copy_of_it(data):
    X, y = data
    X = np.column_stack([np.arange(len(X)), X])
    Spy.calls = []
    compare(X, y, estimator=Spy(), class_weight=False)
    n_arms, n_folds, n_inner = 2, 4, 3
    assert len(Spy.calls) == n_arms * n_folds * (n_inner + 1)
    for fitted, predicted, n_predicted in Spy.calls:
        assert not fitted & predicted
        assert len(predicted) == n_predicted  # rows as they are: none is repeated


def test_arms_share_their_folds_and_their_inner_folds(data):
    X, y = data
    X = np.column_stack([np.arange(len(X)), X])
    Spy.calls = []
    compare(X, y, {"same": Same()}, estimator=Spy(), class_weight=False)
    calls = np.array(Spy.calls, dtype=object).reshape(4, 2, 4, 3)
    np.testing.assert_array_equal(calls[:, 0], calls[:, 1])


def test_a_sampler_that_does_nothing_makes_no_difference(data):
    result = compare(*data, {"same": Same()}, estimator=DecisionTreeClassifier(max_depth=3))
    rows = [row for row in result.rows if row.arm == "same"]
    assert len(rows) == 5
    assert all((row.diff, row.ci_low, row.ci_high) == (0, 0, 0) for row in rows)
    assert {row.verdict for row in rows} == {"no evidence of gain"}


def test_class_weights_are_the_estimators_own(data):
    result = compare(*data, estimator=DecisionTreeClassifier(max_depth=3))
    balanced = DecisionTreeClassifier(max_depth=3, class_weight="balanced")
    own = compare(*data, estimator=balanced, class_weight=False)
    for metric, scores in result.scores["class weights"].items():
        np.testing.assert_allclose(scores, own.scores["no resampling"][metric])


def test_weights_that_a_sampler_returns_reach_the_estimator(data):
    pipeline = make_pipeline(StandardScaler(), GaussianNB())
    result = compare(*data, {"weighted": Weighted()}, estimator=pipeline)
    for metric, scores in result.scores["weighted"].items():
        np.testing.assert_array_equal(scores, result.scores["class weights"][metric])


def test_the_threshold_is_tuned_alike_for_all_arms():
    """Weights only move the intercept of naive Bayes: tuning undoes them."""
    X, y = make_classification(n_samples=400, weights=[0.9], random_state=1)
    tuned = compare(X, y, {}, estimator=GaussianNB())
    plain = compare(X, y, {}, estimator=GaussianNB(), threshold=None)
    assert np.mean(tuned.thresholds["class weights"]) > np.mean(tuned.thresholds["no resampling"])
    np.testing.assert_allclose(
        tuned.scores["no resampling"]["balanced_accuracy"],
        tuned.scores["class weights"]["balanced_accuracy"],
        atol=0.02,
    )
    assert set(plain.thresholds["no resampling"]) == {0.5}
    for metric in ("average_precision", "log_loss"):  # do not look at the threshold
        np.testing.assert_array_equal(
            plain.scores["no resampling"][metric], tuned.scores["no resampling"][metric]
        )


# What the result does not depend on


# In two folds: what does not depend on what in two does not in more.


@pytest.fixture(scope="module")
def expected(data):
    """Make no use of draws: each class has a stream named by its label."""
    return compare(*data, {"same": Same()}, cv=2)


@settings(max_examples=3)
@given(st.integers(0, 2**32 - 1))
def test_the_seed_decides_everything(seed):
    X, y = make_classification(n_samples=80, n_features=4, weights=[0.7], random_state=3)
    tree = DecisionTreeClassifier(max_features=1, splitter="random")
    arms = {"SMOTE": SMOTE(k_neighbors=1)}
    first = compare(X, y, arms, cv=2, estimator=tree, random_state=seed)
    assert_same_scores(first, compare(X, y, arms, cv=2, estimator=tree, random_state=seed))
    other = compare(X, y, arms, cv=2, estimator=tree, random_state=seed + 1)
    assert any(
        (first.scores[arm]["brier_score"] != other.scores[arm]["brier_score"]).any()
        for arm in first.scores
    )


@pytest.mark.parametrize(
    "state", [lambda: np.random.RandomState(5), lambda: np.random.default_rng(5)]
)
def test_random_state_may_be_a_generator(data, state):
    first, second = (compare(*data, cv=2, random_state=state()) for _ in range(2))
    assert_same_scores(first, second)


def test_the_number_of_jobs_changes_nothing(data):
    arms = {"SMOTE": SMOTE()}
    one = compare(*data, arms, cv=2)
    with joblib.parallel_config("threading"):
        assert_same_scores(one, compare(*data, arms, cv=2, n_jobs=2))


@pytest.mark.parametrize(
    "names",
    [("no", "yes"), (-1, 1), (False, True), (0.0, 1.0), (1, 0), ("yes", "no")],
    ids=repr,
)
def test_the_names_of_the_labels_change_nothing(data, expected, names):
    X, y = data
    assert_same_scores(expected, compare(X, np.array(names)[y], {"same": Same()}, cv=2))


@pytest.mark.parametrize(
    "convert",
    [
        list,
        pd.Series,
        pl.Series,
        lambda y: pd.Series(y, index=range(5, 5 + len(y)), dtype="Int64"),
        lambda y: pd.Series(y).map({0: "a", 1: "b"}).astype("category"),
        lambda y: np.array(["a", "b"], dtype=object)[y],
    ],
    ids=["list", "pandas", "polars", "Int64", "category", "object"],
)
def test_the_container_of_the_labels_changes_nothing(data, expected, convert):
    X, y = data
    assert_same_scores(expected, compare(X, convert(y), {"same": Same()}, cv=2))


@pytest.mark.parametrize(
    "convert",
    [pd.DataFrame, lambda X: pd.DataFrame(X, index=range(9, 9 + len(X))), list, np.ndarray.tolist],
    ids=["pandas", "pandas with an index", "list of rows", "list of lists"],
)
def test_the_container_of_the_table_changes_nothing(data, convert):
    X, y = data
    assert_same_scores(compare(X, y, cv=2), compare(convert(X), y, cv=2))


def test_a_sparse_table(data):
    X, y = data
    estimator = DecisionTreeClassifier(max_depth=3)
    dense = compare(X, y, cv=2, estimator=estimator)
    for container in (sparse.csr_array, sparse.coo_array):
        assert_same_scores(dense, compare(container(X), y, cv=2, estimator=estimator))


def test_arguments_are_left_as_they_are(data):
    X, y = data
    X_before, y_before = X.copy(), y.copy()
    estimator, sampler = DecisionTreeClassifier(), SMOTE(k_neighbors=3)
    compare(X, y, {"SMOTE": sampler}, estimator=estimator)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)
    assert not hasattr(estimator, "tree_")
    assert not hasattr(sampler, "sampling_strategy_")
    assert sampler.random_state is None


# Arms, folds and metrics


def test_the_baseline_comes_first_and_class_weights_second(data):
    assert compare(*data).arms == ["no resampling", "class weights", "random"]
    assert compare(*data, class_weight=False).arms == ["no resampling", "random"]
    named = {"random": RandomOverSampler(), "balanced": "class_weight", "plain": None}
    assert compare(*data, named).arms == ["plain", "balanced", "random"]


def test_an_imbalanced_learn_sampler_is_an_arm(data):
    arms = {"theirs": ImblearnRandomOverSampler(), "ours": RandomOverSampler()}
    result = compare(*data, arms)
    assert np.isfinite(result.frame()[["mean", "se"]].to_numpy()).all()


class DropOutliers(BaseEstimator):
    """Leave out rows that are far away."""

    def fit_resample(self, X, y):
        near = np.abs(X).max(axis=1) < 10
        return X[near], y[near]


class Swap(BaseEstimator):
    """Call each class by the other's name."""

    def fit_resample(self, X, y):
        return X, 1 - y


def test_a_real_gain_and_a_real_loss_are_found():
    """Naive Bayes cannot stand a few rows that are far away; a sampler that drops them helps."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = (X[:, 0] + 0.5 * rng.normal(size=400) > 1).astype(int)
    X[::40] *= 1000
    result = compare(X, y, {"drop": DropOutliers(), "swap": Swap()}, cv=5, n_repeats=2)
    verdicts = {(row.arm, row.metric): row.verdict for row in result.rows}
    assert verdicts["drop", "average_precision"] == "gain"
    assert verdicts["drop", "balanced_accuracy"] == "gain"
    assert verdicts["swap", "roc_auc"] == "loss"
    assert verdicts["swap", "log_loss"] == "loss"


def test_the_positive_class_is_the_rarer_one(data):
    X, y = data
    by_default = compare(X, y)
    assert_same_scores(by_default, compare(X, y, pos_label=1))
    assert "positive class 1 " in by_default.setting
    other = compare(X, y, pos_label=0)
    assert "positive class 0 " in other.setting
    for metric in ("roc_auc", "brier_score", "log_loss"):  # these see both classes alike
        np.testing.assert_allclose(
            other.scores["no resampling"][metric], by_default.scores["no resampling"][metric]
        )


@pytest.mark.parametrize("threshold", ["balanced_accuracy", None])
def test_several_classes(threshold):
    X, y = make_classification(
        n_samples=240, n_informative=4, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
    names = np.array(["many", "some", "few"])
    result = compare(X, names[y], {"SMOTE": SMOTE(k_neighbors=3)}, threshold=threshold)
    assert result.thresholds["SMOTE"].shape == (4, 3)
    frame = result.frame().set_index(["metric", "arm"])["mean"]
    assert frame["roc_auc"].between(0.5, 1).all()
    assert frame["balanced_accuracy"].between(1 / 3, 1).all()
    assert (frame["log_loss"] < np.log(3)).all()
    if threshold is None:
        assert (result.thresholds["SMOTE"] == 1).all()


def test_folds_may_be_given(data):
    X, y = data
    splitter = StratifiedKFold(4, shuffle=True, random_state=1)
    groups = np.arange(len(y)) % 20
    one = {"class_weight": False}
    by_splitter = compare(X, y, cv=splitter, **one)
    assert_same_scores(by_splitter, compare(X, y, cv=list(splitter.split(X, y)), **one))
    assert by_splitter.test_share == pytest.approx(1 / 3)
    grouped = compare(X, y, cv=GroupKFold(5).split(X, y, groups), **one)
    assert len(grouped.scores["random"]["roc_auc"]) == 5
    repeated = compare(X, y, n_repeats=3, **one)
    assert len(repeated.scores["random"]["roc_auc"]) == 12
    halves = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    with_object = compare(X, y, cv=halves, **one)
    assert with_object.test_share == 1


def test_metrics_may_be_chosen(data):
    assert compare(*data, scoring=["log_loss"]).metrics == ["log_loss"]


def test_progress_is_told_after_each_fit(data):
    calls = []
    compare(*data, progress=lambda *call: calls.append(call))
    assert calls == [(done, 12) for done in range(1, 13)]


# Errors

ROW = np.zeros((20, 1))
Y = np.arange(20) % 2
FEW = ["a"] * 17 + ["b"] * 3


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (Y, {"estimator": LinearSVC()}, "classifier with predict_proba; LinearSVC"),
        (Y, {"estimator": StandardScaler()}, "classifier with predict_proba; StandardScaler"),
        (Y, {"estimator": KNeighborsClassifier()}, "class weights.*KNeighbors.*class_weight=False"),
        (Y, {"scoring": ["auc"]}, r"scoring of .*'average_precision'.*got \['auc'\]"),
        (Y, {"scoring": "roc_auc"}, "scoring of .* sequence of names"),
        (Y, {"threshold": "f1"}, "threshold of .*'balanced_accuracy' or None; got 'f1'"),
        (Y, {"confidence": 95}, "confidence of .* between 0 and 1; got 95"),
        (Y, {"cv": 1}, "at least 2 folds; got 1"),
        (Y, {"cv": [(np.arange(10), np.arange(10, 20))]}, "at least 2 folds; it makes 1"),
        (Y, {"pos_label": 2}, r"pos_label=2 is not a class of y: \[0, 1\]"),
        (Y, {"arms": {}, "class_weight": False}, "an arm to compare"),
        (Y * 0, {}, "at least 2 classes; y has 1 class: 0"),
        (
            ["a"] * 17 + ["b"] * 3,
            {},
            "4 folds needs at least 4 rows in each class; class 'b' has 3",
        ),
        (["a"] * 17 + ["b"] * 3, {"cv": 3}, "at least 4 rows in each class; class 'b' has 3"),
        (np.where(Y == 0, np.nan, 1.0), {}, "y has missing values"),
        (np.linspace(0.1, 0.9, 20), {}, "compare_samplers needs class labels"),
        (Y[:-1], {}, "inconsistent numbers of samples"),
    ],
)
def test_what_is_refused(y, options, message):
    with pytest.raises(ValueError, match=message):
        compare(ROW, y, **options)


@pytest.mark.parametrize(
    ("arms", "message"),
    [
        ([SMOTE()], "mapping of names to samplers.*got list"),
        ({"SMOTE": SMOTE}, r"the arm 'SMOTE' of compare_samplers.*write SMOTE\(\), not SMOTE"),
        ({"scaler": StandardScaler()}, "the arm 'scaler' of compare_samplers needs a sampler"),
        ({"smote": "smote"}, "the arm 'smote' of compare_samplers needs a sampler.*'smote'"),
    ],
)
def test_what_is_no_arm(arms, message):
    with pytest.raises(TypeError, match=message):
        compare(ROW, Y, arms)


def test_a_class_that_is_missing_from_a_training_part_is_named():
    folds = [(np.arange(10), np.arange(10, 20)), (np.arange(10, 20), np.arange(10))]
    with pytest.raises(ValueError, match="no row of class 'late'"):
        compare(ROW, ["early"] * 10 + ["late"] * 10, cv=folds, threshold=None)


def test_an_error_of_a_sampler_says_on_which_rows_it_failed():
    X = np.arange(20.0).reshape(20, 1)
    with pytest.raises(ValueError, match="SMOTE needs at least k_neighbors") as caught:
        compare(np.vstack([X, X]), FEW * 2, {"SMOTE": SMOTE()})
    assert caught.value.__notes__[0].startswith("In a training part of compare_samplers, with rows")


class DropRare(BaseEstimator):
    """Leave out the rarer class."""

    def fit_resample(self, X, y):
        return X[y == "a"], y[y == "a"]


def test_a_sampler_that_loses_a_class_is_named():
    y = np.array(FEW * 2)
    with pytest.raises(ValueError, match=r"DropRare does not keep the classes.*returns \['a'\]"):
        compare(np.arange(40.0).reshape(40, 1), y, {"drop": DropRare()})
