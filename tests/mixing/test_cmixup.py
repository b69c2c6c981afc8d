"""CMixup: mixtures of rows with near targets, in any container, in the units of y."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline as sklearn_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.augmented import AugmentedRegressor
from skaug.mixing._cmixup import CMixup, in_standard_units, scott_bandwidth
from skaug.pipeline import make_pipeline
from tests.containers import DENSE, SPARSE


@parametrize_with_checks([CMixup(random_state=0), CMixup(bandwidth=0.5, preserve_variance=True)])
def test_scikit_learn(estimator, check):
    check(estimator)


@st.composite
def tables(draw, max_outputs=3):
    n_rows, n_outputs = draw(st.integers(2, 30)), draw(st.integers(1, max_outputs))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = rng.normal(size=(n_rows, n_outputs)) * 10.0 ** rng.integers(-3, 4, size=n_outputs)
    if draw(st.booleans()):
        y = y[rng.integers(n_rows, size=n_rows)]
    return np.column_stack([y, rng.normal(size=(n_rows, 2))]), y[:, 0] if n_outputs == 1 else y


@given(tables(), st.floats(0.1, 3), st.sampled_from(["scott", 0, 0.2, np.inf]), st.booleans())
def test_rows_and_targets_are_mixed_alike(table, ratio, bandwidth, keep_original):
    X, y = table
    weight = np.linspace(1, 2, len(y))
    sampler = CMixup(ratio=ratio, bandwidth=bandwidth, keep_original=keep_original, random_state=0)
    X_res, y_res, w_res = sampler.fit_resample(X, y, sample_weight=weight)
    n_kept, n_made = len(y) * keep_original, max(1, round(ratio * len(y)))
    assert len(X_res) == len(y_res) == len(w_res) == n_kept + n_made
    if keep_original:
        assert_array_equal(X_res[:n_kept], X)
        assert_array_equal(y_res[:n_kept], y)
    n_outputs = 1 if y.ndim == 1 else y.shape[1]
    made = sampler.is_synthetic_
    first, second = sampler.sample_indices_[made], sampler.partner_indices_[made]
    assert (first != second).all()
    assert_allclose(X_res[made][:, :n_outputs], y_res[made].reshape(n_made, -1), rtol=1e-9)
    step = (X_res[made][:, -1] - X[first, -1]) / (X[second, -1] - X[first, -1])
    assert (step > -1e-9).all()
    assert (step < 1 + 1e-9).all()
    assert_allclose(w_res[n_kept:], weight[first] + step * (weight[second] - weight[first]))


@given(tables(), st.floats(0.05, 2))
def test_units_of_the_target_do_not_matter(table, bandwidth):
    X, y = table
    factor = 2.0 ** np.arange(1, 1 + (1 if y.ndim == 1 else y.shape[1]))
    sampler = CMixup(bandwidth=bandwidth, random_state=0)
    sampler.fit_resample(X, y)
    partner = sampler.partner_indices_
    sampler.fit_resample(X, y * (factor[0] if y.ndim == 1 else factor))
    assert_array_equal(sampler.partner_indices_, partner)


def test_targets_in_standard_units():
    values = np.array([[1.0, 5.0, 1e308], [3.0, 5.0, -1e308], [5.0, 5.0, 0.0]])
    units = in_standard_units(values)
    assert_allclose(units.std(axis=0), [1, 0, 1])
    assert_allclose(np.diff(units[:, 0]), 1 / np.std([0, 1, 2]))


def test_the_bandwidth_sets_how_near_partners_are():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 2)), 50 * rng.normal(size=500)
    apart = {}
    for bandwidth in (0, 0.05, "scott", np.inf):
        sampler = CMixup(bandwidth=bandwidth, ratio=4, random_state=0)
        sampler.fit_resample(X, y)
        made = sampler.is_synthetic_
        pairs = sampler.sample_indices_[made], sampler.partner_indices_[made]
        apart[bandwidth] = np.abs(y[pairs[0]] - y[pairs[1]]).mean() / y.std()
    assert apart[0] < apart[0.05] < apart["scott"] < apart[np.inf]
    assert_allclose(apart[0.05], 0.05 * np.sqrt(2 / np.pi), rtol=0.1)
    assert_allclose(apart[np.inf], 2 / np.sqrt(np.pi), rtol=0.1)
    assert CMixup().fit(X, y).bandwidth_ == pytest.approx(500**-0.2)
    assert scott_bandwidth(500, 2) == pytest.approx(500 ** (-1 / 6))


@pytest.mark.parametrize("kind", [*DENSE, *SPARSE])
def test_containers_of_rows(kind):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    X[np.abs(X) < 0.5] = 0
    expected, y_expected = CMixup(random_state=0).fit_resample(X, y)
    given_X = (DENSE | SPARSE)[kind](X)
    before = given_X.copy() if hasattr(given_X, "copy") else given_X
    result, y_res = CMixup(random_state=0).fit_resample(given_X, y)
    assert type(result) is type(given_X)
    assert_allclose(y_res, y_expected)
    if sparse.issparse(result):
        assert (given_X != before).nnz == 0
        result = result.toarray()
    tolerance = 1e-2 if kind == "float16" else 1e-5
    assert_allclose(np.asarray(result, dtype=float), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "container",
    [
        list,
        np.asarray,
        lambda y: np.asarray(y).reshape(-1, 1),
        lambda y: pd.Series(y, name="price", index=np.arange(len(y)) + 7),
        lambda y: pd.DataFrame({"price": y, "rent": y}),
        lambda y: pl.Series("price", y),
        lambda y: pl.DataFrame({"price": y, "rent": y}),
        lambda y: pa.array(y),
        lambda y: pd.Series(np.rint(y), dtype="Int64"),
        lambda y: np.rint(y).astype(np.uint8),
    ],
)
def test_containers_of_targets(container):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.uniform(0, 200, size=60)
    native = container(y)
    _, y_res = CMixup(random_state=0).fit_resample(X, native)
    assert type(y_res) is type(native)
    assert getattr(y_res, "dtype", None) == getattr(native, "dtype", None)
    flat = np.asarray(y_res, dtype=float)
    assert len(flat) == 120
    assert flat.min() >= 0
    assert flat.max() <= 200


def test_mixed_frames_with_missing_values():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "size": rng.normal(size=90),
            "rooms": pd.array(rng.integers(1, 40, size=90), dtype="Int64"),
            "kind": pd.Categorical(rng.choice(["flat", "house"], size=90)),
        }
    )
    X.loc[::7, ["size", "rooms", "kind"]] = None
    sampler = CMixup(random_state=0)
    X_res, _ = sampler.fit_resample(X, rng.normal(size=90))
    assert (X_res.dtypes == X.dtypes).all()
    assert_array_equal(X_res.isna().to_numpy(), X.isna().to_numpy()[sampler.sample_indices_])


def test_preserved_variance():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 1))
    for preserve, expected in [(False, 3 / 5), (True, 1.0)]:
        sampler = CMixup(
            bandwidth=np.inf, preserve_variance=preserve, keep_original=False, random_state=0
        )
        X_res, y_res = sampler.fit_resample(X, X[:, 0])
        assert_allclose(X_res[:, 0], y_res)
        assert_allclose(y_res.var() / X.var(), expected, rtol=0.1)


def test_search_and_pipelines():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    y = X.sum(axis=1)
    grid = {"sampler__alpha": [0.5, 2.0], "sampler__bandwidth": ["scott", 0.1, 1.0]}
    regressor = AugmentedRegressor(Ridge(), CMixup(random_state=0))
    assert GridSearchCV(regressor, grid, cv=2).fit(X, y).best_score_ > 0.9
    assert sklearn_pipeline(regressor).fit(X, y).score(X, y) > 0.9
    assert make_pipeline(CMixup(random_state=0), LinearRegression()).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", "b"] * 5, r"CMixup needs numbers in y, .* For class labels use Mixup"),
        ([True, False] * 5, "For class labels use Mixup"),
        (np.eye(2)[[0, 1] * 5], r"the 2 columns of y hold 0 and 1 only.* use Mixup"),
        (np.append(np.arange(9.0), np.nan), "row 9 has nan"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "fit_resample"])
def test_bad_targets(y, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(CMixup(), method)(np.ones((10, 2)), y)


def test_bad_parameters():
    X, y = np.ones((3, 2)), [0.5, 1, 2]
    for parameters in ({"bandwidth": -1}, {"bandwidth": "silverman"}, {"alpha": 0}, {"ratio": 0}):
        with pytest.raises(ValueError, match=f"'{next(iter(parameters))}' parameter of CMixup"):
            CMixup(**parameters).fit(X, y)
    with pytest.raises(ValueError, match="CMixup mixes two rows; X has n_samples = 1"):
        CMixup().fit_resample(X[:1], y[:1])
