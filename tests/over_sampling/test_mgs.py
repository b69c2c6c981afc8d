"""MGSSampler: the law of its draws."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from strategies import generators, smooth_numbers

from skaug.over_sampling import MGSSampler
from skaug.over_sampling._mgs import gaussian_rows


def drawn(X, weight, scale=1.0, n=100_000):
    out = np.empty((n, X.shape[1]))
    around, row = np.arange(len(X))[None], np.zeros(n, dtype=int)
    gaussian_rows(X, around, np.array([weight]), row, scale, np.random.default_rng(0), out)
    return out


@pytest.mark.parametrize("d", [1, 3, 8])
@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_mean_and_covariance_are_those_of_the_neighbourhood(d, scale):
    X = np.random.default_rng(d).normal(size=(6, d)) @ np.diag(2.0 ** np.arange(d))
    made = drawn(X, np.ones(6), scale)
    covariance = np.cov(X.T, bias=True).reshape(d, d)
    deviation = np.sqrt(np.diag(covariance))
    assert_allclose((made.mean(axis=0) - X.mean(axis=0)) / deviation, 0, atol=0.02)
    found = np.cov(made.T).reshape(d, d) / np.outer(deviation, deviation)
    assert_allclose(found, scale * covariance / np.outer(deviation, deviation), atol=0.02)
    assert stats.kstest(stats.zscore(made[:5000, 0]), "norm").pvalue > 1e-3


def test_repeated_rows_count_as_often():
    X = np.random.default_rng(0).normal(size=(3, 2))
    weight = np.array([1, 4, 2])
    made = drawn(X, weight)
    assert_allclose(made.mean(axis=0), np.average(X, axis=0, weights=weight), atol=0.02)
    expected = np.cov(X.T, fweights=weight, bias=True)
    assert_allclose(np.cov(made.T), expected, atol=0.03 * expected.max())


def test_missing_values_are_left_out():
    X = np.array([[0.0, 1.0], [2.0, np.nan], [4.0, 5.0], [np.nan, 6.0]])
    made = drawn(X, np.ones(4))
    assert_allclose(made.mean(axis=0), [2, 4], atol=0.05)
    assert_allclose(made.var(axis=0), [8 / 3, 14 / 3], rtol=0.03)
    assert np.isnan(drawn(X[[1, 0, 2]], np.ones(3), n=10)[:, 1]).all()


@given(smooth_numbers(), generators())
def test_equivariant_under_rotation(Xy, rng):
    X, y = Xy
    X = X / X.std(axis=0)
    rotation, _ = np.linalg.qr(rng.normal(size=(X.shape[1],) * 2))
    plain, _ = MGSSampler(random_state=0).fit_resample(X, y)
    rotated, _ = MGSSampler(random_state=0).fit_resample(X @ rotation, y)
    assert_allclose(rotated, plain @ rotation, atol=1e-8)


@given(smooth_numbers(), st.floats(0.01, 4))
def test_scale_stretches_the_draws(Xy, scale):
    X, y = Xy
    one, _ = MGSSampler(random_state=0).fit_resample(X, y)
    four, _ = MGSSampler(scale=4 * scale, random_state=0).fit_resample(X, y)
    same, _ = MGSSampler(scale=scale, random_state=0).fit_resample(X, y)
    mean = 2 * same - four  # mean + 2 sqrt(scale) z and mean + sqrt(scale) z
    assert_allclose(same - mean, np.sqrt(scale) * (one - mean), atol=1e-9 * np.abs(X).max())


def test_default_number_of_neighbours():
    """As many as there are numeric columns, so a draw fills the space of K + 1 rows."""
    rng = np.random.default_rng(0)
    for d, n, k in ((1, 10, 2), (4, 10, 4), (4, 3, 2)):
        X, y = rng.normal(size=(20 + n, d)), np.repeat([0, 1], [20, n])
        default, _ = MGSSampler(random_state=0).fit_resample(X, y)
        explicit, _ = MGSSampler(k_neighbors=k, random_state=0).fit_resample(X, y)
        assert_array_equal(default, explicit)


def test_categories_come_from_the_row_that_pulls_most():
    X = pd.DataFrame({"x": [0.0, 1.0, 0.0, 100.0], "kind": ["a", "b", "c", "d"]})
    X["kind"] = X["kind"].astype("category")
    sampler = MGSSampler(sampling_strategy={1: 4000}, k_neighbors=1, random_state=0)
    X_res, _ = sampler.fit_resample(X, [1, 1, 0, 0])
    made = X_res[4:]
    share = (made["kind"] == "a").mean()
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(4000)
    assert (made["x"][made["kind"] == "a"] <= 0.5).all()
    assert (made["x"][made["kind"] == "b"] >= 0.5).all()


def test_donors_are_drawn_with_their_multiplicity():
    X = pd.DataFrame({"x": [0.0] * 3 + [1.0, 5.0], "kind": ["a"] * 3 + ["b", "c"]})
    X["kind"] = X["kind"].astype("category")
    sampler = MGSSampler(sampling_strategy={1: 4000}, k_neighbors=1, random_state=0)
    X_res, _ = sampler.fit_resample(X, [1, 1, 1, 1, 0])
    share = (X_res["kind"][5:] == "a").mean()
    assert abs(share - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 4000)


def test_fewer_distinct_rows_than_asked_for_are_all_used_with_a_warning():
    X = np.r_[np.random.default_rng(0).normal(size=(20, 2)), [[0, 0], [1, 1], [1, 1], [1, 1]]]
    y = np.repeat([0, 1], [20, 4])
    with pytest.warns(UserWarning, match="MGSSampler looks for k_neighbors = 3 neighbours"):
        MGSSampler(k_neighbors=3, random_state=0).fit_resample(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X_res, _ = MGSSampler(random_state=0).fit_resample(X, y)
    assert_allclose(X_res[24:, 0], X_res[24:, 1])
