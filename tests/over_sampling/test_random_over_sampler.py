from math import sqrt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from containers import DENSE, SPARSE
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from reference import deviations
from scipy import sparse
from strategies import labelled_categories, labelled_numbers, numbers

from skaug.over_sampling import RandomOverSampler
from skaug.over_sampling._random_over_sampler import bootstrap_bandwidth

Y = np.repeat(["common", "rare"], [30, 10])
X = np.random.default_rng(0).normal(size=(40, 3))


def resample(X, y=Y, **params):
    sampler = RandomOverSampler(**{"random_state": 0, **params})
    return sampler, *sampler.fit_resample(X, y)


def values(container):
    return container.toarray() if sparse.issparse(container) else np.asarray(container)


@given(labelled_numbers(missing=True))
def test_rows_are_copies_of_their_seeds(data):
    X, y = data
    sampler, X_res, y_res = resample(X, y)
    assert_array_equal(X_res, X[sampler.sample_indices_])
    assert_array_equal(y_res, y[sampler.sample_indices_])
    assert (sampler.partner_indices_ == -1).all()
    assert sampler.shrinkage_ is None


@given(labelled_categories())
def test_objects_are_copied(data):
    X, y = data
    sampler, X_res, _ = resample(X, y)
    assert X_res.tolist() == X[sampler.sample_indices_].tolist()


@pytest.mark.parametrize("kind", {**DENSE, **SPARSE})
def test_every_container_is_copied_alike(kind):
    given = {**DENSE, **SPARSE}[kind](X)
    sampler, X_res, _ = resample(given)
    assert type(X_res) is type(given)
    assert_array_equal(values(X_res), values(given)[sampler.sample_indices_])
    assert_array_equal(sampler.sample_indices_, resample(X)[0].sample_indices_)


@pytest.mark.parametrize(
    "anything",
    [
        np.array([["2020-01-01"], ["NaT"]] * 20, dtype="M8[D]"),
        np.array([[np.inf], [-np.inf]] * 20),
        np.array([[{1}], [[2]]] * 20, dtype=object),
        [[None, "a"]] * 40,
        pd.DataFrame({"t": pd.date_range("2020", periods=40), "s": [{1: 2}] * 40}),
        pl.DataFrame({"list": [[1], [2, 3]] * 20, "struct": [{"a": 1}] * 40}),
        sparse.csr_array(np.array([[np.nan], [np.inf]] * 20)),
    ],
    ids=lambda anything: type(anything).__name__,
)
def test_without_shrinkage_x_may_hold_anything(anything):
    _, X_res, _ = resample(anything)
    assert type(X_res) is type(anything)
    assert (X_res.shape[0] if hasattr(X_res, "shape") else len(X_res)) == 60


def test_seeds_are_drawn_evenly():
    y = np.repeat([0, 1], [10_000, 10])
    sampler, _, _ = resample(np.zeros((10_010, 1)), y)
    counts = np.bincount(sampler.sample_indices_[10_010:] - 10_000)
    assert np.abs(counts - 999).max() < 5 * sqrt(999)


# Smoothed bootstrap ----------------------------------------------------------------------------


@given(numbers(15, missing=True))
def test_bandwidth_is_that_of_silverman(X):
    n, d = X.shape
    expected = (4 / ((d + 2) * n)) ** (1 / (d + 4)) * deviations(X)
    scale = np.nan_to_num(np.abs(X)).max()
    assert_allclose(bootstrap_bandwidth(X), expected, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize("shrinkage", [0.5, 1, 3])
@pytest.mark.parametrize("form", [np.asarray, np.float32, sparse.csr_array, pd.DataFrame])
def test_noise_has_the_bandwidth_of_the_class(shrinkage, form):
    X = np.random.default_rng(0).normal(size=(6000, 2)) * [1, 100]
    y = np.repeat([0, 1], [5980, 20])
    sampler, X_res, _ = resample(form(X), y, shrinkage=shrinkage)
    noise = (values(X_res) - X[sampler.sample_indices_])[6000:]
    expected = shrinkage * (4 / (4 * 20)) ** (1 / 6) * X[5980:].std(axis=0)
    assert_allclose(noise.std(axis=0), expected, rtol=0.05)
    assert np.abs(noise.mean(axis=0) / expected).max() < 5 / sqrt(len(noise))
    assert abs(np.corrcoef(noise.T)[0, 1]) < 5 / sqrt(len(noise))


def test_shrinkage_of_zero_copies():
    for shrinkage in (0, {"rare": 0}):
        sampler, X_res, _ = resample(X, shrinkage=shrinkage)
        assert_array_equal(X_res, X[sampler.sample_indices_])
        assert sampler.shrinkage_ == {"rare": 0}


def test_shrinkage_by_class():
    params = {
        "shrinkage": {"rare": 1.0, "common": 0},
        "sampling_strategy": {"common": 35, "rare": 15},
    }
    sampler, X_res, y_res = resample(X, **params)
    same = (X_res == X[sampler.sample_indices_]).all(axis=1)
    assert_array_equal(same, (y_res == "common") | (np.arange(50) < 40))
    assert sampler.shrinkage_ == {"rare": 1.0, "common": 0.0}


def test_categories_are_copied_and_missing_values_stay():
    frame = pd.DataFrame({"x": X[:, 0], "c": ["a", None] * 20, "k": np.arange(40)})
    frame.loc[::3, "x"] = np.nan
    sampler, X_res, _ = resample(frame, shrinkage=1.0, categorical_features=["c", "k"])
    made, seed = X_res[40:], frame.iloc[sampler.sample_indices_[40:]].reset_index(drop=True)
    for column in ("c", "k"):
        assert made[column].astype(str).tolist() == seed[column].astype(str).tolist()
    assert_array_equal(made["x"].isna(), seed["x"].isna())
    assert not (made["x"].to_numpy() == seed["x"].to_numpy()).any()


def test_a_table_of_categories_is_copied():
    frame = pd.DataFrame({"c": ["a", "b"] * 20})
    sampler, X_res, _ = resample(frame, shrinkage=1.0)
    assert X_res["c"].tolist() == frame["c"].iloc[sampler.sample_indices_].tolist()


def test_unsigned_integers_do_not_wrap():
    pixels = np.random.default_rng(0).choice([0, 255], size=(40, 5)).astype(np.uint8)
    sampler, X_res, _ = resample(pixels, shrinkage=1.0)
    moved = X_res[40:].astype(int) - pixels[sampler.sample_indices_[40:]]
    assert (moved[pixels[sampler.sample_indices_[40:]] == 0] >= 0).all()
    assert np.median(np.abs(moved)) < 128


@pytest.mark.parametrize(
    ("shrinkage", "message"),
    [
        ({"common": 1.0}, r"shrinkage of RandomOverSampler must have a value .* lacks \['rare'\]"),
        ({"rare": -1.0}, r"must be a finite number >= 0, got \{'rare': -1.0\}"),
        ({"rare": "a"}, r"shrinkage of RandomOverSampler must be a finite .* \{'rare': 'a'\}"),
        ({"rare": None}, r"must be a finite number >= 0, got \{'rare': None\}"),
        ({"rare": np.nan}, r"must be a finite number >= 0, got \{'rare': nan\}"),
        ({"rare": 1, "typo": 1}, r"names the classes \['typo'\], .* its classes are \['common'"),
        (-0.5, "The 'shrinkage' parameter of RandomOverSampler must be"),
        ("much", "The 'shrinkage' parameter of RandomOverSampler must be"),
    ],
)
def test_shrinkage_is_checked(shrinkage, message):
    with pytest.raises(ValueError, match=message):
        resample(X, shrinkage=shrinkage)


def test_shrinkage_may_name_classes_that_are_not_over_sampled():
    sampler, _, _ = resample(X, shrinkage={"rare": 1, "common": 2})
    assert sampler.shrinkage_ == {"rare": 1.0}


def test_shrinkage_needs_numbers():
    with pytest.raises(ValueError, match="RandomOverSampler cannot use infinity in X: column 0"):
        resample(np.full((40, 1), np.inf), shrinkage=1.0)
    with pytest.raises(ValueError, match="RandomOverSampler cannot read column 'c' of X"):
        resample(pd.DataFrame({"c": ["a"] * 40}), shrinkage=1.0, categorical_features=None)
