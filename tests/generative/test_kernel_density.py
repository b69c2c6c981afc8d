"""KernelDensity: rows of the class, with noise of its covariance on the numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from strategies import generators, labelled_numbers

from skaug._core.donors import donors_near
from skaug.generative import KernelDensity
from skaug.generative._kernel_density import Kernel, silverman


def test_the_bandwidth_is_scipys():
    X = np.random.default_rng(0).normal(size=(3, 50))
    assert silverman(50, 3) == pytest.approx(stats.gaussian_kde(X, "silverman").factor)


@pytest.mark.parametrize("bandwidth", [0.5, 1.0])
def test_noise_has_the_covariance_of_the_rows(bandwidth):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 3)) @ np.array([[1, 2, 0], [0, 1, 0], [0, 0, 9.0]])
    kernel = Kernel.fit(X, bandwidth)
    noise = kernel.around(np.zeros((100_000, 3)), None, rng)
    expected = (bandwidth * silverman(5000, 3)) ** 2 * np.cov(X.T)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert_allclose(np.cov(noise.T) / scale, expected / scale, atol=0.03)


@given(labelled_numbers(missing=True))
def test_without_bandwidth_rows_are_those_of_the_class(Xy):
    X, y = Xy
    model = KernelDensity(bandwidth=0, sampling_strategy="all", random_state=0)
    X_res, y_res = model.fit_resample(X, y)
    assert_array_equal(X_res, X[model.sample_indices_])
    assert_array_equal(y_res, y[model.sample_indices_])


@given(labelled_numbers(missing=True), st.sampled_from(["clip", "reflect"]))
def test_rows_stay_in_the_range_of_the_class_and_miss_what_their_donors_do(Xy, bounds):
    X, y = Xy
    model = KernelDensity(bandwidth=3, bounds=bounds, random_state=0)
    X_res, y_res = model.fit_resample(X, y)
    assert_array_equal(np.isnan(X_res), np.isnan(X[model.sample_indices_]))
    for label in np.unique(y):
        own, made = X[y == label], X_res[y_res == label]
        low, high = np.fmin.reduce(own), np.fmax.reduce(own)
        assert (np.isnan(made) | ((made >= low) & (made <= high))).all()


def test_without_bounds_rows_leave_the_range():
    X = np.random.default_rng(0).uniform(size=(50, 1))
    made = KernelDensity(bounds=None, random_state=0).fit(X, np.zeros(50)).sample(500)[0]
    assert made.min() < 0
    inside = KernelDensity(bounds="clip", random_state=0).fit(X, np.zeros(50)).sample(500)[0]
    assert (inside == X.min()).sum() > 5
    back = KernelDensity(random_state=0).fit(X, np.zeros(50)).sample(500)[0]
    assert (back == X.min()).sum() == 0


def test_categories_and_whole_numbers_are_kept():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=60),
            "whole": rng.poisson(3, 60).astype(float),
            "level": rng.choice(["a", "b", None], 60),
        }
    )
    model = KernelDensity(random_state=0)
    X_res, _ = model.fit_resample(X, np.repeat([0, 1], [40, 20]))
    donors = X.iloc[model.sample_indices_]
    assert X_res["level"].fillna("-").tolist() == donors["level"].fillna("-").tolist()
    assert (X_res["whole"] % 1 == 0).all()
    made = model.is_synthetic_
    assert not np.isin(X_res["number"][made], X["number"]).any()


def test_rows_weigh_what_their_donors_do():
    rng = np.random.default_rng(0)
    weight = rng.uniform(1, 2, 30)
    model = KernelDensity(random_state=0)
    *_, w_res = model.fit_resample(rng.normal(size=(30, 2)), np.repeat([0, 1], [20, 10]), weight)
    assert_array_equal(w_res, weight[model.sample_indices_])
    assert (model.sample_indices_[30:] >= 20).all()


def test_constant_columns_stay_constant():
    X = np.column_stack([np.random.default_rng(0).normal(size=20), np.full(20, 0.1)])
    assert (KernelDensity(random_state=0).fit(X, np.zeros(20)).sample()[0][:, 1] == 0.1).all()


@pytest.mark.parametrize("n", [1, 2])
def test_small_classes_are_drawn(n):
    X = np.random.default_rng(0).normal(size=(20 + n, 30))
    X_res, y_res = KernelDensity(random_state=0).fit_resample(X, np.repeat([0, 1], [20, n]))
    assert (y_res == 1).sum() == 20
    assert np.isfinite(X_res).all()


@given(generators())
def test_a_donor_has_a_number_like_the_one_asked_for(rng):
    known = rng.normal(size=200)
    asked = rng.normal(size=20)
    assert_array_equal(
        known[donors_near(asked, known, 0.0, rng)],
        known[np.abs(asked[:, None] - known).argmin(axis=1)],
    )
    assert (
        np.abs(known[donors_near(np.full(50, 99.0), known, 0.1, rng)] - known.max()) < 0.1
    ).all()


def test_donors_follow_the_normal_kernel():
    known, rng = np.array([-1.0, 0.0, 2.0]), np.random.default_rng(0)
    donor = donors_near(np.zeros(100_000), known, 1.0, rng)
    expected = stats.norm.pdf(known)
    assert_allclose(np.bincount(donor) / 100_000, expected / expected.sum(), atol=0.01)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [({"bandwidth": -1}, "'bandwidth' parameter"), ({"bounds": "wrap"}, "'bounds' parameter")],
)
def test_parameters_are_checked(parameter, message):
    with pytest.raises(ValueError, match=message):
        KernelDensity(**parameter).fit([[0.0], [1.0]], [0, 1])
