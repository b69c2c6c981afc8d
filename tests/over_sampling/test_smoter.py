"""SMOTER and WERCS: sizes of bins, what is kept, and targets between those of the parents."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.metrics import relevance_of_extremes
from skaug.over_sampling import SMOTER, WERCS
from skaug.over_sampling._relevance_bins import bin_sizes, relevance_bins

POINTS = [[0, 0], [5, 0], [10, 1]]


@parametrize_with_checks([SMOTER(relevance=POINTS, random_state=0), WERCS(relevance=POINTS)])
def test_scikit_learn(estimator, check):
    check(estimator)


@st.composite
def tables(draw, n_rows=60):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.normal(size=(n_rows, 3))
    y = rng.exponential(scale=draw(st.sampled_from([1.0, 3.0, 8.0])), size=n_rows)
    y[:12] = rng.uniform(8, 12, size=12)  # enough for five neighbours
    return X, y


@given(tables(), st.sampled_from(["balance", "extreme"]))
def test_bins_get_their_sizes(table, strategy):
    X, y = table
    sampler = SMOTER(relevance=POINTS, sampling_strategy=strategy, random_state=0, k_neighbors=1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SMOTER looks for", UserWarning)
        _, y_res = sampler.fit_resample(X, y)
    source = sampler.sample_indices_
    assert_array_equal(np.bincount(sampler.bins_[source]), sampler.bin_sizes_)
    assert len(y_res) == sampler.bin_sizes_.sum()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_sizes_by_a_plain_reference(counts):
    counts = np.array(counts)
    balanced, extreme = bin_sizes(counts, "balance"), bin_sizes(counts, "extreme")
    assert balanced.max() - balanced.min() <= 1
    exact = counts.sum() * (1 / counts) / (1 / counts).sum()
    assert (np.abs(extreme - np.maximum(exact, 1)) < 1).all()
    assert (balanced >= 1).all()
    assert (extreme >= 1).all()


@given(tables(), st.floats(0.1, 1))
def test_bins_change_where_relevance_crosses_the_threshold(table, threshold):
    _, y = table
    phi = np.clip((y - 5) / 5, 0, 1)
    bins = relevance_bins(y, phi, threshold)
    order = np.argsort(y, kind="stable")
    relevant = phi[order] >= threshold
    expected, current = [], 0
    for i in range(len(y)):
        current += i > 0 and relevant[i] != relevant[i - 1]
        expected.append(current)
    assert_array_equal(bins[order], expected)


@given(tables(), st.booleans())
def test_rows_and_targets_lie_between_those_of_their_parents(table, under_sampling):
    X, y = table
    sampler = SMOTER(relevance=POINTS, under_sampling=under_sampling, random_state=1)
    X_res, y_res = sampler.fit_resample(X, y)
    made, seed = sampler.is_synthetic_, sampler.sample_indices_
    partner = sampler.partner_indices_[made]
    kept = seed[~made]
    assert_array_equal(X_res[~made], X[kept])
    assert_array_equal(y_res[~made], y[kept])
    assert (np.diff(kept) > 0).all()
    assert under_sampling or len(kept) == len(y)
    a, b = seed[made], partner
    assert (sampler.bins_[a] == sampler.bins_[b]).all()
    step_x = np.einsum("ij,ij->i", X_res[made] - X[a], X[b] - X[a])
    step_x /= np.einsum("ij,ij->i", X[b] - X[a], X[b] - X[a])
    np.testing.assert_allclose(y_res[made], y[a] + step_x * (y[b] - y[a]), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "container",
    [
        list,
        np.asarray,
        lambda y: np.asarray(y).reshape(-1, 1),
        lambda y: pd.Series(y, name="price", index=np.arange(len(y)) + 7),
        lambda y: pd.DataFrame({"price": y}),
        lambda y: pl.Series("price", y),
        lambda y: pa.array(y),
        lambda y: pa.chunked_array([y]),
        lambda y: pd.Series(np.rint(y), dtype="Int64"),
        lambda y: np.rint(y).astype(np.uint8),
    ],
)
@pytest.mark.parametrize("sampler", [SMOTER, WERCS])
def test_the_container_of_y_is_kept(sampler, container):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 2)), rng.uniform(0, 10, size=80)
    native = container(y)
    _, y_res = sampler(relevance=POINTS, random_state=0).fit_resample(X, native)
    assert type(y_res) is type(native)
    assert getattr(y_res, "dtype", None) == getattr(native, "dtype", None)
    assert getattr(y_res, "name", None) == getattr(native, "name", None)
    if isinstance(y_res, (pd.Series, pd.DataFrame)):
        assert_array_equal(y_res.index, np.arange(len(y_res)))
    flat = np.asarray(y_res, dtype=float).ravel()
    assert flat.min() >= np.floor(y.min())
    assert flat.max() <= np.ceil(y.max())


def test_mixed_frame_with_missing_values_and_weights():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "size": rng.normal(size=90),
            "rooms": pd.array(rng.integers(1, 9, size=90), dtype="Int64"),
            "kind": pd.Categorical(rng.choice(["flat", "house"], size=90)),
        }
    )
    X.loc[::7, ["size", "rooms"]] = None
    y, weight = rng.uniform(0, 10, size=90), rng.uniform(1, 2, size=90)
    sampler = SMOTER(relevance=POINTS, random_state=0)
    X_res, y_res, w_res = sampler.fit_resample(X, y, sample_weight=weight)
    assert (X_res.dtypes == X.dtypes).all()
    source = sampler.sample_indices_
    assert_array_equal(X_res.isna().to_numpy(), X.isna().to_numpy()[source])
    assert len(y_res) == len(w_res) == len(X_res)
    assert_array_equal(w_res[~sampler.is_synthetic_], weight[source[~sampler.is_synthetic_]])
    assert w_res.min() >= weight.min()
    assert w_res.max() <= weight.max()


def test_a_bin_of_one_row_is_copied_with_a_warning():
    X, y = np.arange(20.0).reshape(-1, 1), np.append(np.linspace(0, 4, 19), 10)
    with pytest.warns(UserWarning, match=r"from 10 to 10 has 1 row\(s\): it is copied"):
        X_res, y_res = SMOTER(relevance=POINTS, random_state=0).fit_resample(X, y)
    assert (y_res == 10).sum() == 10
    assert (X_res[y_res == 10] == 19).all()


def test_relevance_may_be_a_function():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), rng.exponential(size=100)
    by_name = SMOTER(random_state=0).fit_resample(X, y)[1]
    by_function = SMOTER(relevance=relevance_of_extremes(y), random_state=0).fit_resample(X, y)[1]
    assert_array_equal(by_name, by_function)


@given(tables(), st.floats(0, 2), st.floats(0, 0.4))
def test_wercs_counts_and_what_it_never_takes(table, over, under):
    X, y = table
    sampler = WERCS(relevance=POINTS, over=over, under=under, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    assert len(y_res) == len(y) - round(under * len(y)) + round(over * len(y))
    source, made = sampler.sample_indices_, sampler.is_synthetic_
    assert_array_equal(X_res, X[source])
    assert_array_equal(y_res, y[source])
    assert (sampler.relevance_[source[made]] > 0).all()
    dropped = np.setdiff1d(np.arange(len(y)), source[~made])
    assert (sampler.relevance_[dropped] < 1).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.arange(50.0), r"no extremes: .* relevance_of_points"),
        (["a"] * 50, "SMOTER needs numbers in y"),
        (np.ones((50, 2)), r"SMOTER needs one number a row in y; y has shape \(50, 2\)"),
        (np.append(np.arange(49.0), np.nan), "row 49 has nan"),
    ],
)
def test_bad_targets(y, message):
    with pytest.raises(ValueError, match=message):
        SMOTER().fit_resample(np.ones((50, 2)), y)


def test_bad_relevance_and_shares():
    X, y = np.ones((10, 1)), np.arange(10.0)
    with pytest.raises(ValueError, match="relevance of SMOTER must return a number from 0 to 1"):
        SMOTER(relevance=lambda y: y).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"only 2 have a relevance below 1\. Set under to 0\.2"):
        WERCS(relevance=lambda y: (y > 1) * 1.0, under=0.5).fit_resample(X, y)
    with pytest.raises(ValueError, match="relevance of every target is 0"):
        WERCS(relevance=lambda y: 0 * y, under=0).fit_resample(X, y)
