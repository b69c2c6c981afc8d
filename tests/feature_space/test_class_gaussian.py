"""ClassGaussian: the law of its draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn.covariance import ledoit_wolf_shrinkage
from strategies import generators, labelled_numbers, numbers, targets

from skaug.feature_space._class_gaussian import ClassGaussian, fitted_gaussian

KINDS = ["diag", "full", "shrunk"]
pytestmark = pytest.mark.filterwarnings("ignore:ClassGaussian finds no numeric:UserWarning")


def covariance_of(gaussian):
    correlation = (1 - gaussian.shrinkage) * gaussian.factor.T @ gaussian.factor
    correlation += gaussian.shrinkage * np.eye(len(gaussian.std))
    return correlation * np.outer(gaussian.std, gaussian.std)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "d"), [(4, 6), (40, 3), (7, 7), (8, 7)])
def test_what_is_fitted_is_the_reference(kind, n, d):
    """Means, the covariance of NumPy, and scikit-learn's shrinkage of standardised columns."""
    X = np.random.default_rng(n).normal(size=(n, d)) @ np.diag(10.0 ** np.arange(d)) + 5
    gaussian = fitted_gaussian(X, kind)
    correlation = np.corrcoef(X.T)
    shrinkage = {
        "diag": 1.0,
        "full": 0.0,
        "shrunk": ledoit_wolf_shrinkage((X - X.mean(axis=0)) / X.std(axis=0)),
    }[kind]
    correlation = (1 - shrinkage) * correlation + shrinkage * np.eye(d)
    expected = correlation * np.outer(X.std(axis=0), X.std(axis=0))
    assert_allclose(gaussian.mean, X.mean(axis=0))
    scale = np.outer(X.std(axis=0), X.std(axis=0))
    assert_allclose(covariance_of(gaussian) / scale, expected / scale, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [4, 12])
def test_draws_have_the_moments_that_were_fitted(kind, n):
    X = np.random.default_rng(n).normal(size=(n, 5)) @ np.diag(2.0 ** np.arange(5))
    gaussian, out = fitted_gaussian(X, kind), np.empty((200_000, 5))
    gaussian.draw(np.random.default_rng(0), out)
    scale = gaussian.std
    assert_allclose((out.mean(axis=0) - gaussian.mean) / scale, 0, atol=0.02)
    found, expected = np.cov(out.T), covariance_of(gaussian)
    assert_allclose(found / np.outer(scale, scale), expected / np.outer(scale, scale), atol=0.02)
    assert stats.kstest(stats.zscore(out[:5000, 0]), "norm").pvalue > 1e-3


@given(generators(), st.integers(2, 6))
def test_full_draws_of_few_rows_stay_in_their_plane(rng, n):
    X = rng.normal(size=(n, 8))
    out = np.empty((50, 8))
    fitted_gaussian(X, "full").draw(rng, out)
    plane = (X - X.mean(axis=0)).T
    left = out - X.mean(axis=0)
    inside = plane @ np.linalg.lstsq(plane, left.T, rcond=None)[0]
    assert_allclose(inside.T, left, atol=1e-8)


@given(st.data(), st.sampled_from(KINDS))
def test_the_covariance_is_positive_and_its_diagonal_is_that_of_the_columns(data, kind):
    X = data.draw(numbers(data.draw(st.integers(2, 25)), missing=True))
    gaussian = fitted_gaussian(X, kind)
    if gaussian is None:
        return
    moving = gaussian.std > 0
    if kind != "diag":
        lengths = np.sqrt((gaussian.factor**2).sum(axis=0))
        assert_allclose(lengths[moving], 1, atol=1e-6)
        assert_allclose(lengths[~moving], 0)
    values = np.linalg.eigvalsh(gaussian.factor.T @ gaussian.factor)
    assert values.min() >= -1e-8
    assert 0 <= gaussian.shrinkage <= 1


def test_missing_values_are_left_out_of_means_and_deviations():
    X = np.array([[0.0, 1.0], [2.0, np.nan], [4.0, 5.0], [np.nan, 6.0]])
    for kind in KINDS:
        gaussian = fitted_gaussian(X, kind)
        assert_allclose(gaussian.mean, [2, 4])
        assert_allclose(np.diag(covariance_of(gaussian)), [8 / 3, 14 / 3])


@given(st.data(), st.sampled_from(KINDS))
def test_counts_are_exact_and_rows_come_from_a_model(data, kind):
    X, y = data.draw(labelled_numbers(missing=True))
    wanted = data.draw(targets(y))
    sampler = ClassGaussian(covariance=kind, sampling_strategy=wanted, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    n = len(y)
    assert_array_equal(X_res[:n], X)
    for label, count in wanted.items():
        assert (y_res == label).sum() == count
    source, donor = sampler.sample_indices_[n:], sampler.partner_indices_[n:]
    from_model = source < 0
    gives = from_model & (donor >= 0)
    assert_array_equal(np.isnan(X_res[n:][gives]), np.isnan(X[donor[gives]]))
    assert not np.isnan(X_res[n:][from_model & (donor < 0)]).any()
    assert (y[donor[gives]] == y_res[n:][gives]).all()
    copied = source[~from_model]  # of classes in which nothing varies
    assert_array_equal(X_res[n:][~from_model], X[copied])
    asked = {label for label, count in wanted.items() if count > (y == label).sum()}
    assert set(sampler.shrinkage_) <= asked


@given(generators())
def test_equivariant_under_units(rng):
    """Other units of a column change nothing but the unit: shrinkage is of correlations."""
    X, y = rng.normal(size=(30, 4)), np.repeat([0, 1], [24, 6])
    units = 10.0 ** rng.integers(-6, 7, size=4)
    for kind in KINDS:
        sampler = ClassGaussian(covariance=kind, random_state=0)
        plain, _ = sampler.fit_resample(X, y)
        other, _ = sampler.fit_resample(X * units + 2 * units, y)
        assert_allclose(other / units - 2, plain, atol=1e-6)


def test_constant_columns_stay_exactly_what_they_are():
    X = np.random.default_rng(0).normal(size=(30, 3))
    X[:, 1] = 0.1
    X_res, _ = ClassGaussian(random_state=0).fit_resample(X, np.repeat([0, 1], [20, 10]))
    assert (X_res[:, 1] == 0.1).all()


def test_categories_are_those_of_whole_rows_and_in_their_shares():
    kinds = ["a"] * 6 + ["b"] * 2
    X = pd.DataFrame({"x": np.arange(40.0), "kind": ["c"] * 32 + kinds, "twin": ["c"] * 32 + kinds})
    y = np.repeat([0, 1], [32, 8])
    sampler = ClassGaussian(sampling_strategy={1: 4000}, random_state=0)
    X_res, _ = sampler.fit_resample(X.astype({"kind": "category", "twin": "category"}), y)
    made = X_res[40:]
    assert (made["kind"].astype(str) == made["twin"].astype(str)).all()
    assert abs((made["kind"] == "a").mean() - 0.75) < 0.03
    donor = sampler.partner_indices_[40:]
    assert_array_equal(X["kind"].to_numpy()[donor], made["kind"].astype(str).to_numpy())
    assert (sampler.sample_indices_[40:] == -1).all()


def test_rows_weigh_what_the_row_that_gave_their_categories_does():
    X = pd.DataFrame({"x": np.arange(40.0), "kind": pd.Categorical(list("abcd") * 10)})
    w = np.linspace(1, 2, 40)
    sampler = ClassGaussian(random_state=0)
    _, _, w_res = sampler.fit_resample(X, np.repeat([0, 1], [30, 10]), sample_weight=w)
    assert_array_equal(w_res[40:], w[sampler.partner_indices_[40:]])


@pytest.mark.parametrize("X", [np.ones((6, 2)), np.r_[np.eye(2)[[0, 1, 0, 1, 0]], [[3, 4]]]])
def test_a_class_in_which_nothing_varies_is_copied_with_a_warning(X):
    y = [0, 0, 0, 0, 0, 1]
    with pytest.warns(UserWarning, match="no numeric column that varies in class 1"):
        X_res, _ = ClassGaussian(random_state=0).fit_resample(X, y)
    assert_array_equal(X_res[6:], np.tile(X[5], (4, 1)))


def test_sparse_is_refused():
    with pytest.raises(ValueError, match="ClassGaussian does not work on sparse data"):
        ClassGaussian().fit_resample(sparse.eye_array(4, format="csr"), [0, 0, 0, 1])


def test_unknown_covariance():
    with pytest.raises(ValueError, match="'covariance' parameter of ClassGaussian"):
        ClassGaussian(covariance="tied").fit_resample(np.eye(4), [0, 0, 0, 1])
