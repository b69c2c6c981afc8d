"""Test-time augmentation: predictions averaged over changed copies of the rows."""

import pickle

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.image import BaseImageSampler, FunctionAugmenter
from skaug.perturbation import GaussianNoise
from skaug.test_time import TestTimeAugmentedClassifier, TestTimeAugmentedRegressor

X, y = load_digits(return_X_y=True)
TRAIN, TEST = slice(0, 100), slice(900, 1300)


class Shift(BaseImageSampler):
    """Moves images by up to a pixel."""

    def _augment(self, images, rng, value_range):
        steps = np.floor(rng.uniforms(2) * 3).astype(int) - 1
        pairs = zip(images, steps.tolist(), strict=True)
        return np.stack([np.roll(image, step, axis=(0, 1)) for image, step in pairs])


class Fade(BaseImageSampler):
    """Takes up to a tenth off every value."""

    def _augment(self, images, rng, value_range):
        made = (1 - rng.uniforms(1)[:, :, None, None] / 10) * images
        return self.as_pixels(made, images.dtype, value_range)


def classifier(estimator=None, **params):
    estimator = KNeighborsClassifier(3) if estimator is None else estimator
    shift = Shift(image_shape=(8, 8), random_state=0)
    return TestTimeAugmentedClassifier(estimator, shift, **params).fit(X[TRAIN], y[TRAIN])


def parts(model, method, rows, include_original=True):
    """Return what the fitted estimator says of each copy, one after the other."""
    copies = [model.augmenter_.augment(rows, copy=k, rows=0) for k in range(model.n_augment)]
    said = [getattr(model.estimator_, method)(copy) for copy in [rows, *copies]]
    return np.stack(said if include_original else said[1:])


# What is averaged ----------------------------------------------------------------------------


@pytest.mark.parametrize("include", [True, False])
def test_probabilities_are_averaged(include):
    model = classifier(n_augment=3, include_original=include)
    expected = parts(model, "predict_proba", X[TEST], include).mean(axis=0)
    assert_allclose(model.predict_proba(X[TEST]), expected)
    assert_allclose(np.exp(model.predict_log_proba(X[TEST])), expected)
    assert_array_equal(model.predict(X[TEST]), model.classes_[expected.argmax(axis=1)])


def test_the_geometric_mean_can_be_vetoed():
    model = classifier(LogisticRegression(max_iter=1000), aggregate="gmean", n_augment=3)
    product = np.exp(np.log(parts(model, "predict_proba", X[TEST])).mean(axis=0))
    assert_allclose(
        model.predict_proba(X[TEST]), product / product.sum(axis=1, keepdims=True), atol=1e-12
    )
    of_zeros = classifier(aggregate="gmean").predict_proba(X[TEST])
    assert_allclose(of_zeros.sum(axis=1), 1)


def test_votes_are_counted():
    model = classifier(LinearSVC(random_state=0), aggregate="vote", n_augment=4)
    votes = parts(model, "predict", X[TEST])
    share = (votes[:, :, None] == model.classes_).mean(axis=0)
    assert_allclose(model.predict_proba(X[TEST]), share)
    assert_array_equal(model.predict(X[TEST]), model.classes_[share.argmax(axis=1)])


@pytest.mark.parametrize("labels", [[0, 1], list(range(10))])
def test_scores_are_averaged_where_there_are_no_probabilities(labels):
    rows = np.flatnonzero(np.isin(y, labels))[:200]
    names = np.array([f"digit {label}" for label in y])
    shift = Shift(image_shape=(8, 8), random_state=0)
    model = TestTimeAugmentedClassifier(LinearSVC(random_state=0), shift, n_augment=3)
    model.fit(X[rows], names[rows])
    score = model.decision_function(X[rows])
    assert_allclose(score, parts(model, "decision_function", X[rows]).mean(axis=0))
    codes = (score > 0).astype(int) if len(labels) == 2 else score.argmax(axis=1)
    assert_array_equal(model.predict(X[rows]), model.classes_[codes])
    assert not hasattr(model, "predict_proba")


@pytest.mark.parametrize(("aggregate", "average"), [("mean", np.mean), ("median", np.median)])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_predictions_of_regressors_are_averaged(aggregate, average, n_outputs):
    target = np.column_stack([y, -y])[:, :n_outputs].squeeze().astype(float)
    model = TestTimeAugmentedRegressor(
        KNeighborsRegressor(), Shift(image_shape=(8, 8), random_state=0), aggregate=aggregate
    ).fit(X[TRAIN], target[TRAIN])
    expected = average(parts(model, "predict", X[TEST]), axis=0)
    assert_allclose(model.predict(X[TEST]), expected)
    assert model.score(X[TEST], target[TEST]) == pytest.approx(r2_score(target[TEST], expected))


def test_it_helps_a_forest_with_few_images():
    rng = np.random.default_rng(0)
    gains = []
    for seed in range(3):
        rows = rng.permutation(len(y))
        forest = RandomForestClassifier(50, random_state=seed)
        shift = FunctionAugmenter(halfway, image_shape=(8, 8), random_state=seed)
        model = TestTimeAugmentedClassifier(forest, shift).fit(X[rows[:100]], y[rows[:100]])
        rest = rows[100:900]
        plain = model.estimator_.score(X[rest], y[rest])
        gains.append(model.score(X[rest], y[rest]) - plain)
    assert np.mean(gains) > -0.005


def halfway(image, rng):
    """Move an image by less than a pixel."""
    axis, share = int(rng.integers(2)), rng.uniform(0, 0.7)
    return (1 - share) * image + share * np.roll(image, rng.choice([-1, 1]), axis=axis)


# What it depends on --------------------------------------------------------------------------


@pytest.mark.parametrize("aggregate", ["mean", "gmean", "vote"])
def test_what_is_said_of_a_row_depends_on_it_alone(aggregate):
    model = classifier(aggregate=aggregate)
    whole = model.predict_proba(X[TEST])
    order = np.random.default_rng(0).permutation(400)
    assert_allclose(model.predict_proba(X[TEST][order]), whole[order])
    assert_allclose(model.predict_proba(X[TEST][7:8]), whole[7:8])


@pytest.mark.parametrize("seed", [None, 0, np.random.RandomState(0)])
def test_a_fitted_model_repeats_itself(seed):
    model = TestTimeAugmentedClassifier(
        KNeighborsClassifier(3), Shift(image_shape=(8, 8)), random_state=seed
    ).fit(X[TRAIN], y[TRAIN])
    first = model.predict_proba(X[TEST])
    assert_array_equal(model.predict_proba(X[TEST]), first)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X[TEST]), first)


def test_a_seed_is_given_only_where_there_is_none():
    model = classifier(random_state=1)
    assert model.augmenter_.random_state == 0
    unset = clone(model).set_params(augmenter__random_state=None).fit(X[TRAIN], y[TRAIN])
    assert isinstance(unset.augmenter_.random_state, int)
    assert unset.augmenter.random_state is None


def test_the_estimator_is_fitted_to_the_rows_as_they_are():
    model = classifier(LogisticRegression(max_iter=1000))
    plain = LogisticRegression(max_iter=1000).fit(X[TRAIN], y[TRAIN])
    assert_array_equal(model.estimator_.coef_, plain.coef_)


def test_an_augmenter_without_row_numbers_changes_rows_by_their_place():
    class Plain:
        def fit(self, X, y):
            return self

        def augment(self, X, *, copy=0):
            return X + copy

        def get_params(self, deep=True):
            return {}

    model = TestTimeAugmentedRegressor(LinearRegression(), Plain(), n_augment=2)
    data = np.arange(6.0)[:, None]
    assert_allclose(model.fit(data, data[:, 0]).predict(data), data[:, 0] + 1 / 3)


# In the company of scikit-learn --------------------------------------------------------------


def test_noise_on_tables_works():
    model = TestTimeAugmentedClassifier(KNeighborsClassifier(3), GaussianNoise(), random_state=0)
    assert model.fit(X[TRAIN], y[TRAIN]).score(X[TEST], y[TEST]) > 0.8


def test_a_pipeline_is_given_changed_images():
    model = classifier(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)))
    expected = parts(model, "predict_proba", X[TEST]).mean(axis=0)
    assert_allclose(model.predict_proba(X[TEST]), expected)


def test_a_search_finds_nested_parameters():
    grid = {"augmenter__p": [0.0, 1.0], "n_augment": [1, 4], "estimator__n_neighbors": [1, 3]}
    search = GridSearchCV(clone(classifier()), grid, cv=2, error_score="raise")
    search.fit(X[TRAIN], y[TRAIN])
    assert search.best_score_ > 0.6
    plain = clone(classifier()).set_params(augmenter__p=0.0).fit(X[TRAIN], y[TRAIN])
    assert_allclose(plain.predict_proba(X[TEST]), plain.estimator_.predict_proba(X[TEST]))


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_the_estimator_and_the_score(routing):
    weight = np.arange(100.0)
    estimator = LogisticRegression(max_iter=1000)
    with sklearn.config_context(enable_metadata_routing=routing):
        if routing:
            estimator.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        model = TestTimeAugmentedClassifier(estimator, Shift(image_shape=(8, 8), random_state=0))
        model.fit(X[TRAIN], y[TRAIN], sample_weight=weight)
        score = model.score(X[TRAIN], y[TRAIN] % 2, sample_weight=weight)
    plain = clone(estimator).fit(X[TRAIN], y[TRAIN], sample_weight=weight)
    assert_array_equal(model.estimator_.coef_, plain.coef_)
    predicted = model.predict(X[TRAIN])
    assert score == pytest.approx(accuracy_score(y[TRAIN] % 2, predicted, sample_weight=weight))


@parametrize_with_checks(
    [
        TestTimeAugmentedClassifier(LogisticRegression(), Fade(image_shape=(1, -1))),
        TestTimeAugmentedClassifier(RidgeClassifier(), Fade(image_shape=(1, -1)), random_state=0),
        TestTimeAugmentedClassifier(LogisticRegression(), GaussianNoise(scale=0.01)),
        TestTimeAugmentedRegressor(Ridge(), Fade(image_shape=(1, -1)), random_state=0),
    ],
    expected_failed_checks=lambda model: (
        {"check_sample_weight_equivalence_on_dense_data": "the noise is that of the table"}
        if isinstance(model.augmenter, GaussianNoise)
        else {}
    ),
)
def test_scikit_learn(estimator, check):
    check(estimator)


# What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            TestTimeAugmentedClassifier(Ridge(), GaussianNoise()),
            r"estimator of TestTimeAugmentedClassifier \(Ridge\) is a regressor; use TestTimeAug",
        ),
        (
            TestTimeAugmentedRegressor(DummyClassifier(), GaussianNoise()),
            "is a classifier; use TestTimeAugmentedClassifier",
        ),
        (
            TestTimeAugmentedClassifier(LinearSVC(), GaussianNoise(), aggregate="gmean"),
            r"aggregate='gmean' .* \(LinearSVC\) has no predict_proba. Use aggregate='vote'",
        ),
        (TestTimeAugmentedClassifier(LinearSVC(), StandardScaler()), "'augmenter' parameter"),
        (
            TestTimeAugmentedClassifier(LinearSVC(), GaussianNoise(), n_augment=0),
            "'n_augment' parameter",
        ),
        (
            TestTimeAugmentedClassifier(LinearSVC(), GaussianNoise(), aggregate="median"),
            "'aggregate' parameter",
        ),
    ],
)
def test_bad_parts_are_refused(model, message):
    with pytest.raises((TypeError, ValueError), match=message):
        model.fit(X[TRAIN], y[TRAIN])


def test_sets_of_labels_are_refused():
    model = TestTimeAugmentedClassifier(KNeighborsClassifier(), GaussianNoise())
    with pytest.raises(ValueError, match=r"takes one label a row; y has shape \(100, 3\)"):
        model.fit(X[TRAIN], np.eye(100, 3, dtype=int))
