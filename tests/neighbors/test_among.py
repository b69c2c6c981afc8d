"""Nearest rows of one set to rows of another, beside all distances."""

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference import squared_distances
from scipy import sparse

from skaug.neighbors import mismatch_metric, nearest_among, value_difference_metric


@st.composite
def two_sets(draw, min_columns=1, max_columns=4, missing=False):
    X = draw(strategies.numbers(30, max_columns=max_columns, missing=missing))
    rng = draw(strategies.generators())
    X = np.c_[X, rng.normal(size=(30, max(0, min_columns - X.shape[1])))]
    order = rng.permutation(30)
    return X, order[:18], order[18:]


def distances_found(squared, queries, among, found):
    return np.take_along_axis(squared[np.ix_(queries, among)], found, axis=1)


def assert_nearest(squared, queries, among, found):
    expected = np.sort(squared[np.ix_(queries, among)], axis=1)[:, : found.shape[1]]
    got = distances_found(squared, queries, among, found)
    limit = 1e-9 * np.max(squared, initial=0, where=np.isfinite(squared))
    assert_allclose(got, expected, rtol=1e-9, atol=limit)
    assert all(len(set(row)) == len(row) for row in found.tolist())


@given(two_sets(), st.integers(1, 12))
def test_few_columns(sets, k):
    X, queries, among = sets
    found = nearest_among(X, k, queries=queries, among=among)
    assert_nearest(squared_distances(X), queries, among, found)


@given(two_sets(min_columns=12), st.integers(1, 12))
def test_many_columns(sets, k):
    X, queries, among = sets
    found = nearest_among(X, k, queries=queries, among=among)
    assert_nearest(squared_distances(X), queries, among, found)


@given(two_sets(missing=True), st.integers(1, 12))
def test_missing_values(sets, k):
    X, queries, among = sets
    found = nearest_among(X, k, queries=queries, among=among, n_jobs=2)
    assert_nearest(squared_distances(X), queries, among, found)


def test_ties_go_to_the_row_that_stands_first():
    for X in (np.zeros((9, 1)), np.zeros((9, 12)), sparse.csr_array((9, 2))):
        found = nearest_among(X, 3, queries=np.array([4]), among=np.array([8, 2, 5, 1]))
        assert found.tolist() == [[3, 1, 2]]


@given(two_sets(missing=True), strategies.codes(30), st.integers(1, 12))
def test_mixed_columns(sets, codes, k):
    X, queries, among = sets
    metric = mismatch_metric(np.array([1.5]))
    found = nearest_among(X, k, queries=queries, among=among, codes=codes, metric=metric)
    assert_nearest(squared_distances(X, codes, 1.5**2), queries, among, found)


@given(strategies.codes(30), strategies.generators(), st.integers(1, 12))
def test_categories_only(codes, rng, k):
    y = rng.integers(2, size=30)
    metric = value_difference_metric(codes, [4] * codes.shape[1], y, 2)
    squared = sum(table[codes[:, [j]], codes[:, j]] for j, table in enumerate(metric.tables))
    queries, among = np.arange(18), np.arange(18, 30)
    found = nearest_among(
        np.empty((30, 0)), k, queries=queries, among=among, codes=codes, metric=metric
    )
    assert_nearest(squared, queries, among, found)


@given(two_sets(), st.integers(1, 12))
def test_sparse_is_like_dense(sets, k):
    X, queries, among = sets
    found = nearest_among(sparse.csr_array(X), k, queries=queries, among=among)
    assert found.shape == (len(queries), k)
    squared = squared_distances(X)
    got = distances_found(squared, queries, among, found)
    expected = np.sort(squared[np.ix_(queries, among)], axis=1)[:, :k]
    assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * (X**2).sum(axis=1).max())


@pytest.mark.parametrize("columns", [2, 12])
def test_a_large_offset_is_no_matter(columns):
    X = 1e8 + np.random.default_rng(0).normal(size=(200, columns))
    found = nearest_among(X, 3, queries=np.arange(150), among=np.arange(150, 200))
    expected = squared_distances(X)[:150, 150:].argsort(axis=1)[:, :3]
    assert_array_equal(found, expected)


def test_too_many_neighbours_are_refused():
    with pytest.raises(ValueError, match=r"needs k <= n rows; got k = 3 and n = 2"):
        nearest_among(np.zeros((5, 1)), 3, queries=np.arange(3), among=np.arange(3, 5))
