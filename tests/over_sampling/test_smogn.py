"""SMOGN, and WERCS with noise: near neighbours are interpolated, the rest get a little noise."""

import warnings

import numpy as np
import pandas as pd
import pytest
from containers import DENSE
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.metrics.pairwise import nan_euclidean_distances
from sklearn.utils.estimator_checks import parametrize_with_checks
from strategies import generators, numbers

from skaug.neighbors import CategoryMetric
from skaug.over_sampling import WERCS
from skaug.over_sampling._smogn import SMOGN, distances, half_median_distances

POINTS = [[0, 0], [5, 0], [10, 1]]


@parametrize_with_checks([SMOGN(relevance=POINTS), WERCS(relevance=POINTS, perturbation=0.1)])
def test_scikit_learn(estimator, check):
    check(estimator)


@st.composite
def tables(draw, n_rows=60, missing=False):
    """Columns on scales apart, so that some rows have near neighbours and others do not."""
    rng = draw(generators())
    X = rng.normal(size=(n_rows, 3)) ** draw(st.sampled_from([1, 3]))
    if missing:
        X[:, 1:][rng.random((n_rows, 2)) < 0.2] = np.nan
    y = rng.exponential(scale=draw(st.sampled_from([1.0, 3.0])), size=n_rows)
    y[:12] = rng.uniform(8, 12, size=12)  # enough for five neighbours
    return X, y


def resampled(X, y, sample_weight=None, **params):
    sampler = SMOGN(**{"relevance": POINTS, "random_state": 0, **params})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SMOGN looks for", UserWarning)
        return sampler, *sampler.fit_resample(X, y, sample_weight=sample_weight)


def made_rows(sampler):
    """Masks of the result: rows that were interpolated, and rows with noise."""
    interpolated = sampler.is_synthetic_ & (sampler.partner_indices_ >= 0)
    return interpolated, sampler.is_synthetic_ & ~interpolated


@given(tables(missing=True), st.sampled_from(["balance", "extreme"]), st.integers(1, 20))
def test_bins_get_their_sizes(table, strategy, k_neighbors):
    X, y = table
    sampler, X_res, y_res = resampled(X, y, sampling_strategy=strategy, k_neighbors=k_neighbors)
    source = sampler.sample_indices_
    assert_array_equal(np.bincount(sampler.bins_[source]), sampler.bin_sizes_)
    for code, size in enumerate(sampler.bin_sizes_):  # also by the targets themselves
        of_bin = y[sampler.bins_ == code]
        assert ((y_res >= of_bin.min()) & (y_res <= of_bin.max())).sum() == size
    kept = ~sampler.is_synthetic_
    assert_array_equal(X_res[kept], X[source[kept]])
    assert_array_equal(y_res[kept], y[source[kept]])
    assert (np.diff(source[kept]) > 0).all()


@given(tables(missing=True))
def test_every_row_may_be_kept(table):
    X, y = table
    sampler, X_res, _ = resampled(X, y, under_sampling=False)
    assert_array_equal(sampler.sample_indices_[: len(y)], np.arange(len(y)))
    assert_array_equal(X_res[: len(y)], X)


@given(tables(missing=True))
def test_the_result_is_that_of_its_seed_and_nothing_is_mutated(table):
    X, y = table
    before = X.copy(), y.copy()
    _, X_first, y_first = resampled(X, y, n_jobs=1)
    _, X_second, y_second = resampled(X, y, n_jobs=2)
    assert_array_equal(X_first, X_second)
    assert_array_equal(y_first, y_second)
    assert_array_equal(X, before[0])
    assert_array_equal(y, before[1])
    assert not np.array_equal(resampled(X, y, random_state=1)[2], y_first)


@given(tables())
def test_only_near_partners_are_interpolated_with(table):
    X, y = table
    sampler, X_res, y_res = resampled(X, y)
    interpolated, noisy = made_rows(sampler)
    a, b = sampler.sample_indices_[interpolated], sampler.partner_indices_[interpolated]
    for seed, partner in zip(a, b, strict=True):
        others = np.flatnonzero(sampler.bins_ == sampler.bins_[seed])
        others = others[others != seed]
        half_median = np.median(np.linalg.norm(X[others] - X[seed], axis=1)) / 2
        assert partner in others
        assert np.linalg.norm(X[partner] - X[seed]) < half_median
    low, high = np.minimum(X[a], X[b]), np.maximum(X[a], X[b])
    assert ((X_res[interpolated] >= low - 1e-9) & (X_res[interpolated] <= high + 1e-9)).all()
    step = np.einsum("ij,ij->i", X_res[interpolated] - X[a], X[b] - X[a])
    step /= np.einsum("ij,ij->i", X[b] - X[a], X[b] - X[a])
    assert_allclose(y_res[interpolated], y[a] + step * (y[b] - y[a]), rtol=1e-9, atol=1e-9)
    assert (y_res[interpolated] >= np.minimum(y[a], y[b])).all()
    assert (y_res[interpolated] <= np.maximum(y[a], y[b])).all()
    assert (sampler.partner_indices_[noisy] == -1).all()


def test_both_kinds_of_rows_are_made():
    X, y = np.random.default_rng(0).normal(size=(300, 3)), np.linspace(0, 10, 300)
    interpolated, noisy = made_rows(resampled(X, y)[0])
    assert interpolated.sum() > 20
    assert noisy.sum() > 20


def lonely(n_rows=2000):
    """Rare rows that are all equally far from each other, so that none has a near neighbour."""
    y = np.where(np.arange(n_rows) < 100, 10.0, 0.0) + np.linspace(0, 1, n_rows)
    X = np.zeros((n_rows, 100))
    X[:100] = 50 * np.eye(100)
    return X, y


@pytest.mark.parametrize("perturbation", [0.02, 0.5])
def test_noise_has_the_deviation_asked_for(perturbation):
    X, y = lonely()
    sampler, X_res, y_res = resampled(X, y, perturbation=perturbation)
    interpolated, noisy = made_rows(sampler)
    assert not interpolated.any()
    seed = sampler.sample_indices_[noisy]
    rare = y > 5
    moved = (X_res[noisy] - X[seed]) / (perturbation * X[rare].std(axis=0))
    assert abs(moved.std() - 1) < 0.02
    assert abs(moved.mean()) < 0.02
    inside = (y_res[noisy] > y[rare].min()) & (y_res[noisy] < y[rare].max())
    if perturbation < 0.1:
        moved = (y_res[noisy] - y[seed])[inside] / (perturbation * y[rare].std())
        assert abs(moved.std() - 1) < 0.1


def test_close_rows_get_less_noise_than_asked_for():
    X, y = lonely()
    X *= 1e-5  # half the median distance is 3.5e-4
    sampler, X_res, _ = resampled(X, y, perturbation=0.02)
    _, noisy = made_rows(sampler)
    radius = 50e-5 * np.sqrt(2) / 2
    moved = (X_res[noisy] - X[sampler.sample_indices_[noisy]]) / (radius * X[y > 5].std(axis=0))
    assert abs(moved.std() - 1) < 0.02


def test_without_perturbation_lonely_rows_are_copied():
    X, y = lonely()
    sampler, X_res, y_res = resampled(X, y, perturbation=0)
    assert_array_equal(X_res, X[sampler.sample_indices_])
    assert_array_equal(y_res, y[sampler.sample_indices_])


def test_standardised_columns_keep_their_negative_values():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 3)), rng.uniform(0, 10, size=500)
    sampler, X_res, _ = resampled(X, y)
    for rows in made_rows(sampler):
        assert (X_res[rows].min(axis=0) < -1).all()


@given(tables(missing=True), generators())
def test_weights_are_inherited(table, rng):
    X, y = table
    weight = rng.uniform(1, 2, size=len(y))
    sampler, _, _, w_res = resampled(X, y, sample_weight=weight)
    interpolated, _ = made_rows(sampler)
    own = weight[sampler.sample_indices_]
    assert_array_equal(w_res[~interpolated], own[~interpolated])
    other = weight[sampler.partner_indices_[interpolated]]
    low, high = np.minimum(own[interpolated], other), np.maximum(own[interpolated], other)
    assert ((w_res[interpolated] >= low - 1e-12) & (w_res[interpolated] <= high + 1e-12)).all()


@pytest.mark.parametrize("kind", DENSE)
def test_containers_are_kept(kind):
    rng = np.random.default_rng(0)
    X, y = np.rint(rng.normal(size=(80, 2)) * 8) / 8, rng.uniform(0, 10, size=80)
    given_X = DENSE[kind](X)
    _, expected, expected_y = resampled(X, y)
    _, X_res, y_res = resampled(given_X, y)
    assert type(X_res) is type(given_X)
    assert_allclose(np.asarray(X_res, dtype=float), expected, rtol=1e-2, atol=1e-2)
    assert_allclose(y_res, expected_y, rtol=1e-6)
    if isinstance(X_res, np.ndarray):
        assert X_res.dtype == given_X.dtype


def mixed_frame(n_rows=400):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=n_rows),
            "rooms": pd.array(rng.integers(1, 99, size=n_rows), dtype="Int64"),
            "kind": pd.Categorical(rng.choice(["flat", "house", "hut"], n_rows, p=[0.7, 0.2, 0.1])),
        }
    )
    frame.loc[::7, ["size", "kind"]] = None
    frame.loc[3::7, ["rooms"]] = None
    return frame, rng.uniform(0, 10, size=n_rows)


def test_mixed_frames_keep_dtypes_and_the_missing_values_of_the_seeds():
    X, y = mixed_frame()
    sampler, X_res, y_res = resampled(X, y, perturbation=0.3)
    assert (X_res.dtypes == X.dtypes).all()
    assert_array_equal(X_res.isna().to_numpy(), X.isna().to_numpy()[sampler.sample_indices_])
    assert len(X_res) == len(y_res) == sampler.bin_sizes_.sum()
    _, noisy = made_rows(sampler)
    seeds = X.iloc[sampler.sample_indices_[noisy]].reset_index(drop=True)
    made = X_res[noisy].reset_index(drop=True)
    assert (made["rooms"] != seeds["rooms"]).any()
    assert (made["kind"].dropna() != seeds["kind"].dropna()).any()


def test_categories_of_noisy_rows_have_the_frequencies_of_the_bin():
    numeric, y = lonely()
    X = pd.DataFrame(numeric).rename(columns=str)
    kinds = np.array(["flat"] * 6 + ["house"] * 2 + ["hut", None], dtype=object)
    X["kind"] = pd.Categorical(kinds[np.arange(len(y)) % 10])
    sampler, X_res, _ = resampled(X, y)
    _, noisy = made_rows(sampler)
    shares = X_res["kind"][noisy].value_counts(normalize=True)
    assert_allclose(shares[["flat", "house", "hut"]], [6 / 9, 2 / 9, 1 / 9], atol=0.04)
    seeds = X["kind"].iloc[sampler.sample_indices_[noisy]]
    assert_array_equal(X_res["kind"][noisy].isna(), seeds.isna())


def test_a_table_of_categories_only():
    rng = np.random.default_rng(0)
    X, y = rng.choice(["a", "b", "c"], size=(200, 4)), rng.uniform(0, 10, size=200)
    sampler, X_res, _ = resampled(X, y)
    assert set(X_res.ravel()) == {"a", "b", "c"}
    assert made_rows(sampler)[1].any()


def test_a_row_alone_in_its_bin_gets_noise_of_the_table():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)) * [1, 100], np.append(np.linspace(0, 4, 399), 10)
    with pytest.warns(UserWarning, match=r"from 10 to 10 has 1 row\(s\): it only gets noise"):
        X_res, y_res = SMOGN(relevance=POINTS, random_state=0).fit_resample(X, y)
    assert (y_res == 10).sum() == 200
    moved = (X_res[y_res == 10][1:] - X[399]) / (0.02 * X.std(axis=0))
    assert_allclose(moved.std(axis=0), 1, atol=0.15)


def test_bins_of_equal_rows_are_copied_with_a_warning():
    y = np.linspace(0, 10, 60)
    with pytest.warns(
        UserWarning, match=r"SMOGN looks for .* 1 distinct ones: its rows are copied"
    ):
        X_res, y_res = SMOGN(relevance=POINTS, random_state=0).fit_resample(np.ones((60, 2)), y)
    assert (X_res == 1).all()
    assert set(y_res) <= set(y)


def test_targets_stay_whole_numbers_where_they_are():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 2)), rng.integers(0, 11, size=200).astype(np.uint8)
    _, _, y_res = resampled(X, y, perturbation=5)
    assert y_res.dtype == np.uint8
    assert y_res.max() == 10


def test_sparse_tables_are_refused():
    X, y = sparse.csr_array(np.eye(20)), np.arange(20.0)
    for sampler in (SMOGN(relevance=POINTS), WERCS(relevance=POINTS, perturbation=0.1)):
        with pytest.raises(ValueError, match=r"does not work on sparse data: .* Use SMOTER"):
            sampler.fit(X, y)
        assert not sampler.__sklearn_tags__().input_tags.sparse
    assert WERCS().__sklearn_tags__().input_tags.sparse


@given(numbers(12, missing=True), st.sampled_from([None, 2.5]), generators())
def test_distances_by_a_plain_reference(X, mismatch, rng):
    codes = rng.integers(0, 3, size=(12, 2))
    squared = nan_euclidean_distances(X, squared=True)
    squared = np.where(np.isnan(squared), np.inf, squared)
    if mismatch is not None:
        squared = squared + mismatch * (codes[:, None] != codes).sum(axis=2)
    table, rows = Plain(X, codes), np.arange(12)
    metric = CategoryMetric(mismatch)
    scale = 1e-6 * max(1, np.nanmax(np.abs(X), initial=0))
    found = distances(table, metric, rows[:, None], rows)
    assert_allclose(found, np.sqrt(squared), rtol=1e-6, atol=scale)
    for others in (rows, rows[:7]):
        expected = [np.median(found[i, others[others != i]]) / 2 for i in rows]
        assert_allclose(half_median_distances(table, metric, rows, others), expected)


class Plain:
    """What the functions of distances read of a table."""

    def __init__(self, numeric, codes):
        self.numeric, self.codes = numeric, codes
        self.shape = len(numeric), numeric.shape[1] + codes.shape[1]


def test_bins_too_large_to_compare_all_rows():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5000, 2)), np.append(np.zeros(3500), rng.uniform(9, 12, size=1500))
    sampler, _, _ = resampled(X, y)
    interpolated, _ = made_rows(sampler)
    assert_array_equal(np.bincount(sampler.bins_[sampler.sample_indices_]), [2500, 2500])
    assert interpolated.sum() > 900  # nearly all: rows are dense


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"perturbation": -1},
            "The 'perturbation' parameter of SMOGN must be a float in the range",
        ),
        ({"k_neighbors": 0}, "The 'k_neighbors' parameter of SMOGN must be an int in the range"),
        ({"sampling_strategy": "all"}, "The 'sampling_strategy' parameter of SMOGN must be a str"),
        ({"relevance": lambda y: y}, "relevance of SMOGN must return a number from 0 to 1"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        resampled(np.ones((10, 1)), np.arange(10.0), **params)


# WERCS with noise ------------------------------------------------------------------------------


def test_wercs_moves_numbers_and_copies_categories():
    X, y = mixed_frame(4000)
    sampler = WERCS(relevance=POINTS, perturbation=0.1, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    source, made = sampler.sample_indices_, sampler.is_synthetic_
    seeds = X.iloc[source].reset_index(drop=True)
    assert (X_res.dtypes == X.dtypes).all()
    assert_array_equal(X_res.isna(), seeds.isna())
    pd.testing.assert_series_equal(X_res["kind"], seeds["kind"])
    pd.testing.assert_frame_equal(X_res[~made], seeds[~made])
    moved = (X_res["size"] - seeds["size"])[made] / (0.1 * X["size"].std())
    assert abs(moved.std() - 1) < 0.05
    assert y_res.min() >= y.min()
    assert y_res.max() <= y.max()
    assert (y_res[made] != y[source[made]]).mean() > 0.9


@given(tables(missing=True))
def test_wercs_draws_the_same_rows_with_and_without_noise(table):
    X, y = table
    plain, still, noisy = (
        WERCS(relevance=POINTS, under=0.1, perturbation=perturbation, random_state=0)
        for perturbation in (None, 0, 0.1)
    )
    X_res, y_res = plain.fit_resample(X, y)
    assert_array_equal(still.fit_resample(X, y)[0], X_res)
    assert_array_equal(still.fit_resample(X, y)[1], y_res)
    moved = noisy.fit_resample(X, y)[0]
    assert_array_equal(noisy.sample_indices_, plain.sample_indices_)
    assert_array_equal(np.isnan(moved), np.isnan(X_res))
    assert (moved[noisy.is_synthetic_, 0] != X_res[noisy.is_synthetic_, 0]).all()


def test_wercs_copies_declared_categories():
    rng = np.random.default_rng(0)
    X, y = np.c_[rng.integers(3, size=200), rng.normal(size=200)], rng.uniform(0, 10, size=200)
    sampler = WERCS(relevance=POINTS, perturbation=0.5, categorical_features=[0], random_state=0)
    X_res, _ = sampler.fit_resample(X, y)
    assert_array_equal(X_res[:, 0], X[sampler.sample_indices_, 0])
