import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.metrics.pairwise import nan_euclidean_distances
from strategies import codes, generators, numbers

from skaug.neighbors import (
    CategoryMetric,
    _blocks,
    _workers,
    kneighbors,
    mismatch_metric,
    value_difference_metric,
)


def check(found, squared, k, queries=None, tolerance=1e-10, slack=0.0):
    """Each list holds k others, as near as the k nearest, and nearest first."""
    queries = np.arange(len(squared)) if queries is None else queries
    assert found.shape == (len(queries), k)
    scale = squared[np.isfinite(squared)].max(initial=0)
    for row, neighbors in zip(queries, found, strict=True):
        assert row not in neighbors
        assert len(set(neighbors.tolist())) == k
        nearest = np.sort(np.delete(squared[row], row))[:k]
        with np.errstate(invalid="ignore"):  # infinitely far ones are as far as each other
            assert_allclose(squared[row, neighbors], nearest, atol=tolerance * scale + slack)


@given(numbers(15), st.integers(1, 14), st.sampled_from("fd"))
def test_numbers(X, k, dtype):
    X = X.astype(dtype)
    tolerance = 1e-10 if dtype == "d" else 1e-5
    check(kneighbors(X, k), reference.squared_distances(X.astype(float)), k, tolerance=tolerance)


@given(generators(), st.integers(11, 40), st.sampled_from([1, 3, 14]))
def test_numbers_in_many_columns(rng, n_columns, k):
    X = rng.normal(size=(15, n_columns))
    check(kneighbors(X, k), reference.squared_distances(X), k)


@given(generators(), st.sampled_from([2, 12, 20]), st.sampled_from([1e3, 1e6, 1e9]))
def test_numbers_far_from_zero(rng, n_columns, shift):
    X = np.rint(rng.normal(size=(30, n_columns)) * 2**10) / 2**10  # exact after the shift
    expected = kneighbors(X, 5)
    assert_array_equal(kneighbors(X + shift, 5), expected)
    X[0, 0] = np.nan
    check(kneighbors(X + shift, 5), reference.squared_distances(X), 5, tolerance=1e-6)


@given(generators(), st.sampled_from([2, 20]), st.sampled_from([-1000, -300, -60, 60, 300, 1000]))
def test_a_power_of_two_changes_nothing(rng, n_columns, power):
    X = rng.normal(size=(20, n_columns))
    assert_array_equal(kneighbors(X * 2.0**power, 4), kneighbors(X, 4))
    X[0, 0] = np.nan
    assert_array_equal(kneighbors(X * 2.0**power, 4), kneighbors(X, 4))


@given(generators())
def test_the_distance_with_missing_values_is_that_of_scikit_learn(rng):
    X = rng.normal(size=(20, 4))
    X[rng.random(X.shape) < 0.3] = np.nan
    theirs = nan_euclidean_distances(X, squared=True)
    ours = reference.squared_distances(X)
    assert_allclose(ours, np.where(np.isnan(theirs), np.inf, theirs), atol=1e-12)


@given(numbers(15, missing=True), st.integers(1, 14))
def test_missing_values(X, k):
    X[0, 0] = np.nan
    check(kneighbors(X, k), reference.squared_distances(X), k)


@given(st.data(), st.integers(1, 14))
def test_mixed_columns(data, k):
    X, c = data.draw(numbers(15, missing=True)), data.draw(codes(15))
    metric = mismatch_metric(reference.deviations(X))
    squared = reference.squared_distances(X, c, metric.mismatch)
    check(kneighbors(X, k, codes=c, metric=metric), squared, k)


@given(st.data(), st.integers(1, 14))
def test_categories_only(data, k):
    c = data.draw(codes(15))
    y = data.draw(generators()).integers(2, size=15)
    n_levels = (c.max(axis=0) + 1).tolist()
    metric = value_difference_metric(c, n_levels, y, 2)
    squared = sum(t[np.ix_(c[:, j], c[:, j])] for j, t in enumerate(metric.tables))
    check(kneighbors(np.empty((15, 0)), k, codes=c, metric=metric), squared, k)


@given(numbers(15), st.integers(1, 14))
def test_sparse_rows(X, k):
    squared = reference.squared_distances(X)
    far = (X**2).sum(axis=1).max()  # products lose digits of values that are far from zero
    check(kneighbors(sparse.csr_array(X), k), squared, k, slack=1e-12 * far)


TABLES = {
    "few columns": lambda X: {"numeric": X},
    "many columns": lambda X: {"numeric": np.tile(X, 5)},
    "missing": lambda X: {"numeric": np.where(X > 1.5, np.nan, X)},
    "mixed": lambda X: {
        "numeric": X,
        "codes": np.sign(X).astype(np.int32) + 1,
        "metric": CategoryMetric(mismatch=0.3),
    },
    "sparse": lambda X: {"numeric": sparse.csr_array(np.where(X > 0, X, 0))},
}


@pytest.mark.parametrize("table", TABLES)
@given(generators())
def test_the_lists_of_some_rows_are_those_of_all(table, rng):
    parts = TABLES[table](rng.normal(size=(25, 3)))
    queries = rng.permutation(25)[:7]
    everything = kneighbors(k=4, **parts)
    assert_array_equal(kneighbors(k=4, queries=queries, **parts), everything[queries])
    nobody = np.empty(0, dtype=int)
    if table != "sparse":
        assert kneighbors(k=4, queries=nobody, **parts).shape == (0, 4)


@pytest.mark.parametrize("table", TABLES)
def test_threads_and_blocks_do_not_matter(table, monkeypatch):
    parts = TABLES[table](np.random.default_rng(0).normal(size=(60, 3)))
    expected = kneighbors(k=4, n_jobs=1, **parts)
    for block_bytes in (8, 8 * 60 * 7):
        monkeypatch.setattr(_blocks, "_BLOCK", 1 + block_bytes % 99)
        monkeypatch.setattr(_workers, "_MANY", 0)
        for n_jobs in (None, 1, 2, -1):
            assert_array_equal(kneighbors(k=4, n_jobs=n_jobs, **parts), expected)


def test_too_few_rows():
    with pytest.raises(ValueError, match="kneighbors needs k < n rows; got k = 3 and n = 3"):
        kneighbors(np.zeros((3, 1)), 3)


def test_equal_rows_are_neighbours_like_any_other():
    found = kneighbors(np.array([[0.0], [0.0], [0.0], [9.0]]), 2)
    assert [sorted(row) for row in found.tolist()[:3]] == [[1, 2], [0, 2], [0, 1]]


def test_a_far_row_may_be_near_in_the_columns_that_both_have():
    others = np.c_[np.arange(5.0, 105.0), np.arange(100.0) % 7]
    X = np.r_[[[0.0, np.nan], [0.1, 1e6]], others]
    assert kneighbors(X, 1)[0].tolist() == [1]


def test_spreads_whose_squares_are_all_but_zero():
    """Beside a constant they are not scaled up, and their unit, a power of 4, would be no float."""
    X = np.ones((30, 2))
    X[:, 1] = np.arange(30.0) ** 2 * 1e-162
    X[0, 0] = np.nan
    found = kneighbors(X, 3)
    assert found.shape == (30, 3)
    assert (found != np.arange(30)[:, None]).all()
