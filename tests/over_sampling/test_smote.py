import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from strategies import codes, generators, labelled_numbers, smooth_numbers

from skaug._core.columns import factorize
from skaug.over_sampling import SMOTE

few_distinct = pytest.mark.filterwarnings("ignore:SMOTE looks for k_neighbors:UserWarning")


def resample(X, y, **params):
    sampler = SMOTE(**{"random_state": 0, **params})
    return sampler, *sampler.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


# Where the rows lie ----------------------------------------------------------------------------


@few_distinct
@given(labelled_numbers(missing=True), st.sampled_from("fd"))
def test_rows_lie_between_their_parents(data, dtype):
    X, y = data[0].astype(dtype), data[1]
    sampler, X_res, _ = resample(X, y)
    seed, partner = parents(sampler)
    a, b = X[seed], X[np.where(partner < 0, seed, partner)]
    b = np.where(np.isnan(b), a, b)
    made = X_res[len(y) :]
    slack = 2 * np.spacing(np.maximum(np.abs(a), np.abs(b)))
    inside = (np.minimum(a, b) - slack <= made) & (made <= np.maximum(a, b) + slack)
    assert (inside | (np.isnan(a) & np.isnan(made))).all()
    assert (a[a == b] == made[a == b]).all()


@given(smooth_numbers())
def test_rows_lie_on_the_segment_between_their_parents(data):
    X, y = data
    sampler, X_res, _ = resample(X, y)
    seed, partner = parents(sampler)
    delta, moved = X[partner] - X[seed], X_res[len(y) :] - X[seed]
    widest = np.abs(delta).argmax(axis=1)[:, None]
    step = np.take_along_axis(moved, widest, 1) / np.take_along_axis(delta, widest, 1)
    assert ((step >= 0) & (step <= 1)).all()
    assert_allclose(moved, step * delta, atol=1e-12 * np.abs(X).max())


def test_steps_are_uniform():
    X = np.r_[np.zeros((4000, 1)), np.arange(2.0)[:, None]]
    y = np.repeat([0, 1], [4000, 2])
    _, X_res, _ = resample(X, y, k_neighbors=1)
    made = np.sort(X_res[4002:, 0])
    assert np.abs(made - np.linspace(0, 1, len(made))).max() < 1.63 / np.sqrt(len(made))


def test_seeds_and_partners_are_drawn_evenly():
    X = np.r_[np.zeros((7000, 2)), np.eye(7)[:, :2] + np.arange(7)[:, None]]
    y = np.repeat([0, 1], [7000, 7])
    sampler, _, _ = resample(X, y, k_neighbors=6)
    seed, partner = parents(sampler)
    assert np.abs(np.bincount(seed - 7000) - len(seed) / 7).max() < 5 * np.sqrt(len(seed) / 7)
    pairs = np.bincount((seed - 7000) * 7 + partner - 7000, minlength=49).reshape(7, 7)
    assert (pairs.diagonal() == 0).all()
    off = pairs[~np.eye(7, dtype=bool)]
    assert np.abs(off - len(seed) / 42).max() < 5 * np.sqrt(len(seed) / 42)


@given(smooth_numbers(), st.integers(-40, 40), generators())
def test_an_affine_map_of_the_table_maps_the_rows(data, power, rng):
    X, y = data
    scale, shift = 2.0**power, np.rint(rng.normal(size=X.shape[1]) * 100)
    sampler, X_res, _ = resample(X, y)
    moved, X_moved, _ = resample((X + shift) * scale, y)
    assert_array_equal(moved.partner_indices_, sampler.partner_indices_)
    assert_allclose(X_moved, (X_res + shift) * scale, rtol=1e-9, atol=1e-9 * scale)


@given(smooth_numbers(max_columns=3))
def test_a_rotation_of_the_table_rotates_the_rows(data):
    X, y = data
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(X.shape[1],) * 2))[0]
    _, X_res, _ = resample(X, y)
    _, X_turned, _ = resample(X @ turn, y)
    assert_allclose(X_turned, X_res @ turn, atol=1e-9 * np.abs(X).max())


# Neighbours ------------------------------------------------------------------------------------


def classes_of(X, y, sampler):
    """For each class its rows, the first of each distinct one, and the (seed, partner) made."""
    seed, partner = parents(sampler)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        own = np.isin(seed, rows)
        place = np.searchsorted(rows, seed[own]), np.searchsorted(rows, partner[own])
        yield rows, np.flatnonzero(own), *place


def check_partners(squared, first, group, seed, partner, k):
    limit = reference.neighbor_limit(squared, first, group, min(k, len(first) - 1))
    slack = 1e-9 * squared[np.isfinite(squared)].max(initial=0)
    assert (squared[seed, partner] <= limit[seed] + slack).all()
    return limit


@few_distinct
@given(labelled_numbers(missing=True), st.integers(1, 6))
def test_partners_are_among_the_nearest_distinct_rows(data, k):
    X, y = data
    sampler, _, _ = resample(X, y, k_neighbors=k)
    for rows, _, seed, partner in classes_of(X, y, sampler):
        first, group = reference.distinct(X[rows])
        if len(first) == 1:  # copied
            assert (sampler.partner_indices_[sampler.sample_indices_ == rows[0]] == -1).all()
            continue
        group = np.array(group)
        assert (group[seed] != group[partner]).all()
        check_partners(reference.squared_distances(X[rows]), first, group, seed, partner, k)


@given(smooth_numbers(missing=True), st.data())
def test_mixed_tables_are_searched_and_voted_on(data, draw):
    X, y = data
    k = draw.draw(st.integers(1, 6))
    categories = draw.draw(codes(len(y)))
    names = np.array(["a", "b", "c", "d", None], dtype=object)
    table = np.c_[names[categories], X.astype(object)]
    n_categorical = categories.shape[1]
    features = list(range(n_categorical))
    sampler, made, _ = resample(table, y, k_neighbors=k, categorical_features=features)
    for rows, own, seed, partner in classes_of(table, y, sampler):
        penalty = np.median(reference.deviations(X[rows])) ** 2 or 1.0
        coded = np.column_stack(
            [factorize(c, c == None, 0)[0] for c in names[categories[rows]].T]  # noqa: E711
        )
        squared = reference.squared_distances(X[rows], coded, penalty)
        itself = range(len(rows))
        limit = check_partners(squared, itself, itself, seed, partner, k)
        for row, i in zip(made[len(y) :][own], seed, strict=True):
            others = np.delete(np.arange(len(rows)), i)
            voters = others[squared[i, others] <= limit[i] * (1 + 1e-9)]
            for j in range(n_categorical):
                winners = reference.winners(coded[voters, j].tolist(), [1] * len(voters))
                names_of = {table[rows[v], j] for v in voters if coded[v, j] in winners}
                if table[rows[i], j] is None or winners == {-1}:
                    names_of = {table[rows[i], j]}
                assert row[j] in names_of


def test_repeated_rows_count_for_partners_and_votes():
    """Of the two neighbours the one that stands there nine times is drawn nine times in ten."""
    X = np.r_[np.zeros((8000, 1)), [[0.0]], np.full((9, 1), 1.0), [[-1.0]]]
    table = pd.DataFrame({"x": X[:, 0], "c": ["z"] * 8001 + ["often"] * 9 + ["once"]})
    y = np.repeat([0, 1], [8000, 11])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler, made, _ = resample(table, y, k_neighbors=2)
    seed, partner = parents(sampler)
    middle = seed == 8000
    share = np.mean(table["x"].to_numpy()[partner[middle]] == 1)
    assert abs(share - 0.9) < 0.05
    assert (made["c"].to_numpy()[8011:][middle] == "often").all()


@given(smooth_numbers(missing=False))
def test_an_object_that_searches_gives_what_its_number_gives(data):
    X, y = data
    _, expected, _ = resample(X, y)
    _, X_res, _ = resample(X, y, k_neighbors=NearestNeighbors(n_neighbors=6))
    assert_array_equal(X_res, expected)


@few_distinct
@given(labelled_numbers())
def test_an_object_that_searches_never_returns_the_row_itself(data):
    X, y = data
    sampler, _, _ = resample(X, y, k_neighbors=NearestNeighbors(n_neighbors=4))
    seed, partner = parents(sampler)
    moved = partner >= 0
    assert (X[seed[moved]] != X[partner[moved]]).any(axis=1).all()


class FarthestFirst(NearestNeighbors):
    def kneighbors(self, X, n_neighbors, return_distance):
        return super().kneighbors(X, n_neighbors, return_distance=return_distance)[:, ::-1]


class WithoutItself(NearestNeighbors):
    def kneighbors(self, X, n_neighbors, return_distance):
        found = super().kneighbors(X, n_neighbors + 1, return_distance=return_distance)
        return found[:, 1:]


@pytest.mark.parametrize("search", [FarthestFirst, WithoutItself])
@given(smooth_numbers())
def test_an_object_may_list_the_row_itself_anywhere_or_not_at_all(search, data):
    X, y = data
    expected, X_expected, _ = resample(X, y, k_neighbors=4)
    sampler, X_res, _ = resample(X, y, k_neighbors=search(n_neighbors=5))
    seed, partner = parents(sampler)
    assert (seed != partner).all()
    for rows, _, own, drawn in classes_of(X, y, sampler):
        itself = range(len(rows))
        check_partners(reference.squared_distances(X[rows]), itself, itself, own, drawn, 4)
    if search is WithoutItself:
        assert_array_equal(partner, parents(expected)[1])
        assert_array_equal(X_res, X_expected)


def test_the_object_is_cloned():
    search = NearestNeighbors(n_neighbors=4)
    resample(np.random.default_rng(0).normal(size=(30, 2)), [0] * 20 + [1] * 10, k_neighbors=search)
    assert not hasattr(search, "n_samples_fit_")


@given(smooth_numbers(), generators(), st.sampled_from("fd"))
def test_sparse_is_dense(data, rng, dtype):
    X, y = data[0].astype(dtype), data[1]
    X[rng.random(X.shape) < 0.3] = 0
    X[:, 0] = rng.normal(size=len(y))
    _, expected, _ = resample(X, y)
    for kind in (sparse.csr_array, sparse.csc_matrix):
        _, X_res, _ = resample(kind(X), y)
        assert type(X_res) is kind
        assert X_res.dtype == dtype
        assert_allclose(X_res.toarray(), expected, rtol=1e-5)


# What it says ----------------------------------------------------------------------------------

X20 = np.random.default_rng(0).normal(size=(23, 2))
FEW = np.array(["common"] * 20 + ["fraud"] * 3)


def test_too_few_rows_are_named():
    message = (
        r"^SMOTE needs at least k_neighbors \+ 1 = 6 rows in each class it over-samples; class "
        r"'fraud' has 3\. Set k_neighbors to 2 or less, or use RandomOverSampler\.$"
    )
    with pytest.raises(ValueError, match=message):
        SMOTE().fit_resample(X20, FEW)
    with pytest.raises(ValueError, match=message):
        SMOTE(k_neighbors=NearestNeighbors(n_neighbors=6)).fit_resample(X20, FEW)
    SMOTE(k_neighbors=2).fit_resample(X20, FEW)


def test_a_single_row_is_named():
    y = np.array([0] * 22 + [1])
    with pytest.raises(ValueError, match=r"class 1 has 1\. Use RandomOverSampler\.$"):
        SMOTE().fit_resample(X20, y)


def test_a_small_class_that_is_not_over_sampled_is_left_alone():
    _, _, y_res = resample(X20, FEW, sampling_strategy={"common": 25})
    assert (y_res == "fraud").sum() == 3


def test_few_distinct_rows_are_warned_of():
    X = np.r_[X20[:20], np.repeat(X20[20:], 3, axis=0)]
    y = np.repeat([0, 1], [20, 9])
    message = (
        r"^SMOTE looks for k_neighbors = 5 neighbours, but the 9 rows of class 1 are 3 distinct "
        r"ones: all of them are neighbours\.$"
    )
    with pytest.warns(UserWarning, match=message):
        sampler, _, _ = resample(X, y)
    assert set(parents(sampler)[1]) <= {20, 23, 26}


def test_equal_rows_are_copied_with_a_warning():
    X = np.r_[X20[:20], np.ones((6, 2))]
    with pytest.warns(UserWarning, match=r"class 1 are 1 distinct ones: its rows are copied\.$"):
        sampler, X_res, _ = resample(X, np.repeat([0, 1], [20, 6]))
    assert (X_res[20:] == 1).all()
    assert (sampler.partner_indices_ == -1).all()


@pytest.mark.parametrize(
    ("X", "features"),
    [
        (np.where(np.arange(23)[:, None] == 22, np.nan, X20), "from_dtype"),
        (pd.DataFrame({"x": X20[:, 0], "c": ["a", "b"] * 11 + ["a"]}), "from_dtype"),
    ],
)
def test_an_object_searches_numbers_only(X, features):
    y = np.repeat([0, 1], [13, 10])
    sampler = SMOTE(k_neighbors=NearestNeighbors(n_neighbors=3), categorical_features=features)
    with pytest.raises(ValueError, match="k_neighbors of SMOTE is an object; it can only search"):
        sampler.fit_resample(X, y)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"k_neighbors": 0}, r"The 'k_neighbors' parameter of SMOTE must be an int in the range"),
        ({"k_neighbors": 2.0}, "The 'k_neighbors' parameter of SMOTE must be"),
        ({"k_neighbors": "five"}, "The 'k_neighbors' parameter of SMOTE must be"),
        ({"categorical_features": "city"}, "'categorical_features' parameter of SMOTE must be"),
        ({"n_jobs": "two"}, "The 'n_jobs' parameter of SMOTE must be"),
        ({"random_state": "x"}, "The 'random_state' parameter of SMOTE must be"),
        ({"sampling_strategy": "most"}, r"a str among \{'all', 'auto', 'minority', 'not majority'"),
        ({"sampling_strategy": 1.5}, "The 'sampling_strategy' parameter of SMOTE must be"),
        ({"sampling_strategy": 0.0}, "The 'sampling_strategy' parameter of SMOTE must be"),
    ],
)
def test_parameters_are_checked(params, message):
    with pytest.raises(ValueError, match=message):
        SMOTE(**params).fit_resample(X20, FEW)


def test_an_unknown_parameter_is_a_type_error():
    with pytest.raises(TypeError, match="n_neighbors"):
        SMOTE(n_neighbors=3)
    with pytest.raises(TypeError, match="positional"):
        SMOTE("minority")


def test_y_is_needed():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'y'"):
        SMOTE().fit_resample(X20)
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        SMOTE().fit_resample(X20, None)


# Mixed and categorical tables ------------------------------------------------------------------


def test_a_table_of_categories_only():
    rng = np.random.default_rng(0)
    table = pl.DataFrame({"a": rng.choice(list("uvw"), 60), "b": rng.choice(list("pq"), 60)})
    sampler = SMOTE(k_neighbors=2, random_state=0)
    X_res, _ = sampler.fit_resample(table, np.repeat([0, 1], [40, 20]))
    assert X_res.schema == table.schema
    assert len(X_res) == 80
    assert (sampler.partner_indices_[60:] >= 0).all()


def test_names_indices_and_masks_mean_the_same():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=40), "c": rng.integers(3, size=40)})
    y = np.repeat([0, 1], [25, 15])
    results = [
        resample(frame, y, categorical_features=features)[1]
        for features in (["c"], [1], [False, True], np.array([1]), np.array(["c"]))
    ]
    for result in results:
        pd.testing.assert_frame_equal(result, results[0])
    assert set(results[0]["c"]) == {0, 1, 2}
    as_array = resample(frame.to_numpy(), y, categorical_features=[1])[1]
    assert_allclose(as_array, results[0].to_numpy())


def test_numbers_of_a_mixed_table_lie_between_their_parents():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=40), "c": rng.choice(list("ab"), 40)})
    sampler, X_res, _ = resample(frame, np.repeat([0, 1], [25, 15]))
    seed, partner = parents(sampler)
    x = frame["x"].to_numpy()
    low, high = np.sort([x[seed], x[partner]], axis=0)
    made = X_res["x"].to_numpy()[40:]
    assert ((low <= made) & (made <= high)).all()


def test_an_object_must_search_more_than_the_row_itself():
    X = np.random.default_rng(0).normal(size=(30, 2))
    with pytest.raises(ValueError, match=r"n_neighbors = 1, .* it needs at least 2\."):
        resample(X, [0] * 20 + [1] * 10, k_neighbors=NearestNeighbors(n_neighbors=1))


def test_infinite_labels_are_refused():
    with pytest.raises(ValueError, match=r"y of SMOTE has an infinite label, inf, in row 20\."):
        resample(np.ones((30, 2)), [0.0] * 20 + [np.inf] * 10)


def test_fit_forgets_where_the_rows_of_an_earlier_call_came_from():
    X, y = np.random.default_rng(0).normal(size=(30, 2)), [0] * 20 + [1] * 10
    sampler, _, _ = resample(X, y)
    assert len(sampler.sample_indices_) == 40
    assert not hasattr(sampler.fit(X, y), "sample_indices_")
