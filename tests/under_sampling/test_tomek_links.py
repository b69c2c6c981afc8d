import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.datasets import make_blobs
from strategies import codes, labelled_categories, labelled_numbers, smooth_numbers

from skaug.under_sampling import TomekLinks
from skaug.under_sampling._tomek_links import tomek_links

may_empty = pytest.mark.filterwarnings("ignore:[A-Za-z]+ would remove every:UserWarning")


def links_by_reference(squared, y):
    """All pairs, each looked at."""
    np.fill_diagonal(squared, np.inf)
    nearest = squared.argmin(axis=1)
    n = len(y)
    return [
        [i, j]
        for i in range(n)
        for j in range(i + 1, n)
        if y[i] != y[j] and nearest[i] == j and nearest[j] == i
    ]


@may_empty
@given(smooth_numbers(missing=True))
def test_links_are_what_they_are_called(Xy):
    X, y = Xy
    sampler = TomekLinks(sampling_strategy="all")
    sampler.fit_resample(X, y)
    assert sampler.links_.tolist() == links_by_reference(reference.squared_distances(X), y)


@may_empty
@given(labelled_numbers())
def test_ties_go_by_the_order_of_the_table(Xy):
    X, y = Xy
    X = np.clip(np.rint(X), -50, 50)  # squares and sums are exact
    sampler = TomekLinks()
    sampler.fit_resample(X, y)
    assert sampler.links_.tolist() == links_by_reference(reference.squared_distances(X), y)


@may_empty
@given(smooth_numbers(missing=True), st.data())
def test_mixed_tables(Xy, data):
    X, y = Xy
    categories = data.draw(codes(len(y)))
    penalty = np.median(reference.deviations(X)) ** 2
    table = np.c_[X, np.where(categories < 0, np.nan, categories)]
    sampler = TomekLinks(categorical_features=np.arange(X.shape[1], table.shape[1]))
    sampler.fit_resample(table, y)
    squared = reference.squared_distances(X, categories, penalty)
    assert sampler.links_.tolist() == links_by_reference(squared, y)


@may_empty
@given(labelled_numbers(missing=True) | labelled_categories())
def test_a_row_is_in_one_link_at_most_and_links_join_classes(Xy):
    X, y = Xy
    links = TomekLinks().fit(X, y)
    links.fit_resample(X, y)
    first, second = links.links_.T
    assert (y[first] != y[second]).all()
    assert (first < second).all()
    assert len(np.unique(links.links_)) == links.links_.size


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(2, 4))
def test_searching_from_one_end_finds_all(seed, n, n_classes):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    squared = rng.uniform(size=(n, n))
    squared += squared.T
    expected = links_by_reference(squared, y)
    nearest = squared.argmin(axis=1)
    assert tomek_links(y, lambda rows: nearest[rows]).tolist() == expected


def test_the_ends_in_targeted_classes_go():
    X, y = make_blobs([40, 25, 15], n_features=2, cluster_std=4, random_state=0)
    for strategy, targeted in [("all", {0, 1, 2}), ("auto", {0, 1}), ([2], {2})]:
        sampler = TomekLinks(sampling_strategy=strategy)
        sampler.fit_resample(X, y)
        assert len(sampler.links_) > 3
        removed = np.setdiff1d(np.arange(80), sampler.sample_indices_)
        expected = [row for row in np.sort(sampler.links_, axis=None) if y[row] in targeted]
        assert_array_equal(removed, expected)


def test_no_links():
    X = np.array([[0.0], [0.1], [9.0], [9.1]])
    sampler = TomekLinks(sampling_strategy="all")
    X_res, _ = sampler.fit_resample(X, [0, 0, 1, 1])
    assert_array_equal(X_res, X)
    assert sampler.links_.shape == (0, 2)
