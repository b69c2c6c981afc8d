"""Quantiles and TableCodec: what is encoded comes back, and nothing that was not there."""

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from strategies import codes, generators, numbers

from skaug._core.codec import Quantiles, TableCodec


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 25))
    return draw(numbers(n_rows, missing=True)), draw(codes(n_rows))


@given(tables(), st.booleans())
def test_what_is_encoded_is_decoded(table, smooth):
    codec = TableCodec(*table, smooth=smooth)
    numeric, categories = codec.decode(codec.encode(*table))
    if smooth:
        assert_allclose(numeric, table[0], rtol=1e-9, atol=1e-9)
    else:
        assert_array_equal(numeric, table[0])
    assert_array_equal(categories, table[1])


@given(tables(), generators())
def test_any_matrix_is_decoded_to_what_there_was(table, rng):
    codec = TableCodec(*table)
    numeric, categories = codec.decode(rng.normal(0, 3, (40, codec.width)))
    for decoded, column in zip(
        (*numeric.T, *categories.T), (*table[0].T, *table[1].T), strict=True
    ):
        assert np.isin(decoded[~np.isnan(decoded)], column).all()
        assert not np.isnan(decoded).any() or np.isnan(column).any()


@given(tables())
def test_the_parts_of_a_matrix_are_what_they_say(table):
    codec = TableCodec(*table)
    Z = codec.encode(*table)
    assert np.isfinite(Z).all()
    assert Z.shape == (len(table[0]), codec.width)
    missing = np.isnan(table[0])
    assert_array_equal(Z[:, codec.marks], missing[:, missing.any(axis=0)])
    for block in codec.levels:
        assert_array_equal(Z[:, block].sum(axis=1), 1)
    covered = np.concatenate([np.arange(codec.width)[part] for part in _parts(codec)])
    assert_array_equal(covered, np.arange(codec.width))


def _parts(codec):
    return [codec.scores, codec.marks, *codec.levels]


def test_scores_of_a_continuous_column_are_normal():
    table = np.random.default_rng(0).exponential(size=(500, 1)), np.empty((500, 0), dtype=int)
    Z = TableCodec(*table).encode(*table)
    assert stats.kstest(Z[:, 0], "norm").statistic <= 1 / 500


@given(st.data())
def test_shares_are_those_of_rows_below_and_half_at(data):
    X = data.draw(numbers(data.draw(st.integers(1, 25)), max_columns=1))[:, 0]
    below = (X[:, None] > X).mean(axis=1) + (X[:, None] == X).mean(axis=1) / 2
    assert_allclose(Quantiles(X).share(X), below)


@given(st.data(), st.booleans())
def test_values_rise_with_their_shares_and_stay_in_range(data, smooth):
    X = data.draw(numbers(data.draw(st.integers(1, 25)), max_columns=1))[:, 0]
    made = Quantiles(X, smooth=smooth).value(np.linspace(0, 1, 101))
    assert (np.diff(made) >= 0).all()
    assert made[0] == X.min()
    assert made[-1] == X.max()


def test_each_value_has_the_share_it_had():
    X = np.repeat([0.0, 1.5, 4.0], [7, 1, 2])
    made = Quantiles(X).value((np.arange(1000) + 0.5) / 1000)
    assert np.unique(made, return_counts=True)[1].tolist() == [700, 100, 200]


def test_smooth_values_lie_between_those_observed_and_spikes_keep_their_share():
    X = np.concatenate([np.zeros(50), np.random.default_rng(0).exponential(size=50)])
    made = Quantiles(X, smooth=True).value((np.arange(10_000) + 0.5) / 10_000)
    assert (made == 0).mean() == 0.5
    assert (~np.isin(made, X)).mean() > 0.45


def test_whole_numbers_stay_whole_when_smooth():
    X = np.array([1.0, 5.0, 9.0, np.nan])
    assert np.isin(Quantiles(X, smooth=True).value(np.linspace(0, 1, 99)), X).all()


def test_values_never_seen_have_the_share_of_their_place():
    column = Quantiles(np.array([1.0, 2.0, 4.0, 8.0]))
    assert column.share(np.array([-9.0, 3.0, 99.0, np.nan])).tolist()[:3] == [0.125, 0.5, 0.875]
    assert np.isnan(column.share(np.array([np.nan]))).all()


def test_a_column_that_holds_nothing_gives_nothing():
    nothing = np.full((3, 1), np.nan)
    codec = TableCodec(nothing, np.empty((3, 0), dtype=int))
    Z = codec.encode(nothing, np.empty((3, 0), dtype=int))
    assert Z.tolist() == [[0, 1]] * 3
    assert np.isnan(codec.decode(np.zeros((2, 2)))[0]).all()


def test_a_missing_category_is_a_level():
    categories = np.array([[0], [-1], [1]])
    codec = TableCodec(np.empty((3, 0)), categories)
    Z = codec.encode(np.empty((3, 0)), categories)
    assert codec.codes[0].tolist() == [-1, 0, 1]
    assert Z.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert codec.decode(Z)[1].tolist() == categories.tolist()


def test_a_codec_is_pickled_without_the_table():
    X = np.repeat(np.random.default_rng(0).normal(size=(10, 3)), 2000, axis=0)
    codec = TableCodec(X, np.zeros((len(X), 1), dtype=int))
    stored = pickle.dumps(codec)
    assert len(stored) < 5000
    row = X[:1], np.zeros((1, 1), dtype=int)
    assert_array_equal(pickle.loads(stored).encode(*row), codec.encode(*row))
