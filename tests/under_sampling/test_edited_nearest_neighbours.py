import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.neighbors import NearestNeighbors
from strategies import codes, labelled_numbers, smooth_numbers

from skaug.under_sampling import EditedNearestNeighbours
from skaug.under_sampling._edited_nearest_neighbours import disagreement

may_empty = pytest.mark.filterwarnings("ignore:[A-Za-z]+ would remove every:UserWarning")
kinds = st.sampled_from(["all", "mode"])
sizes = st.integers(1, 6)


def kept_by_reference(squared, y, k, kind):
    """Row by row, with the votes counted in a dict."""
    np.fill_diagonal(squared, np.inf)
    kept = []
    for i, label in enumerate(y):
        nearest = y[np.argsort(squared[i], kind="stable")[:k]].tolist()
        votes = {name: nearest.count(name) for name in {*nearest, label}}
        agreed = votes[label] == (k if kind == "all" else max(votes.values()))
        if agreed:
            kept.append(i)
    for label in set(y.tolist()) - set(y[kept].tolist()):
        kept.extend(np.flatnonzero(y == label))
    return sorted(kept)


def assert_kept(sampler, X, y, expected):
    sampler.set_params(sampling_strategy="all").fit_resample(X, y)
    assert_array_equal(sampler.sample_indices_, expected)


@may_empty
@given(smooth_numbers(missing=True), sizes, kinds)
def test_rows_are_kept_if_their_neighbours_agree(Xy, k, kind):
    X, y = Xy
    expected = kept_by_reference(reference.squared_distances(X), y, k, kind)
    assert_kept(EditedNearestNeighbours(n_neighbors=k, kind_sel=kind), X, y, expected)


@may_empty
@given(labelled_numbers(), sizes, kinds)
def test_ties_go_by_the_order_of_the_table(Xy, k, kind):
    X, y = Xy
    X = np.clip(np.rint(X), -50, 50)  # squares and sums are exact
    expected = kept_by_reference(reference.squared_distances(X), y, k, kind)
    assert_kept(EditedNearestNeighbours(n_neighbors=k, kind_sel=kind), X, y, expected)


@may_empty
@given(smooth_numbers(missing=True), st.data(), sizes, kinds)
def test_mixed_tables(Xy, data, k, kind):
    X, y = Xy
    categories = data.draw(codes(len(y)))
    penalty = np.median(reference.deviations(X)) ** 2
    squared = reference.squared_distances(X, categories, penalty)
    table = np.c_[X, np.where(categories < 0, np.nan, categories)]
    sampler = EditedNearestNeighbours(
        n_neighbors=k,
        kind_sel=kind,
        categorical_features=np.arange(X.shape[1], table.shape[1]),
    )
    assert_kept(sampler, table, y, kept_by_reference(squared, y, k, kind))


@may_empty
@given(smooth_numbers(), sizes, kinds)
def test_an_object_finds_the_same_neighbours(Xy, k, kind):
    X, y = Xy
    by_number = EditedNearestNeighbours(n_neighbors=k, kind_sel=kind)
    by_number.fit_resample(X, y)
    search = NearestNeighbors(n_neighbors=k + 1)
    by_object = EditedNearestNeighbours(n_neighbors=search, kind_sel=kind)
    by_object.fit_resample(X, y)
    assert_array_equal(by_object.sample_indices_, by_number.sample_indices_)
    assert not hasattr(search, "n_features_in_")


@given(st.integers(1, 5), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_mode_is_kinder_than_all_and_blind_to_names(k, n_classes, seed):
    rng = np.random.default_rng(seed)
    own, neighbors = rng.integers(n_classes, size=50), rng.integers(n_classes, size=(50, k))
    mode, everyone = (disagreement(own, neighbors, kind) for kind in ("mode", "all"))
    assert not (mode & ~everyone).any()
    renamed = rng.permutation(n_classes)
    assert_array_equal(disagreement(renamed[own], renamed[neighbors], "mode"), mode)


def test_votes():
    neighbors = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 1, 2], [1, 1, 1], [1, 2, 3]])
    own = np.zeros(6, dtype=int)
    expected = [False, True, True, True, True, True]
    assert disagreement(own, neighbors, "all").tolist() == expected
    expected = [False, False, True, False, True, True]
    assert disagreement(own, neighbors, "mode").tolist() == expected


def test_equal_rows_are_neighbours_of_each_other_and_none_of_itself():
    # imbalanced-learn drops the first it finds, which may be the equal row and not itself
    X = np.array([[0.0], [0.0], [9.0], [9.1]])
    y = np.array([0, 1, 1, 1])
    sampler = EditedNearestNeighbours(n_neighbors=1, sampling_strategy=[1])
    sampler.fit_resample(X, y)
    assert sampler.sample_indices_.tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("n_neighbors", "message"),
    [
        (10, r"needs at least n_neighbors \+ 1 = 11 rows in X; it has 10. Set n_neighbors to 9"),
        (NearestNeighbors(n_neighbors=1), "an object with n_neighbors = 1, of which a row itself"),
        (0, "'n_neighbors' parameter of EditedNearestNeighbours must be an int in the range"),
    ],
)
def test_numbers_of_neighbours_that_cannot_be(n_neighbors, message):
    X, y = np.arange(10.0)[:, None], np.repeat([0, 1], 5)
    with pytest.raises(ValueError, match=message):
        EditedNearestNeighbours(n_neighbors=n_neighbors).fit_resample(X, y)
