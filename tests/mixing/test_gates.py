"""Gates: chances of columns, independence of the size of blocks, and shares that are counted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from skaug.mixing import _gates
from skaug.mixing._gates import ColumnGates, Flipped, MarginalRows, rows_by_block, share_kept

KEYS = st.integers(0, 2**63 - 1)


@given(KEYS, st.integers(1, 40), st.integers(1, 11), st.data())
def test_a_block_is_the_same_however_it_is_asked_for(key, n_rows, n_columns, data):
    share = np.random.default_rng(key).random(n_rows)
    begin = data.draw(st.integers(0, n_rows - 1))
    end = data.draw(st.integers(begin + 1, n_rows))
    for drawn in (ColumnGates(key, share, n_columns), MarginalRows(key, 7, n_columns)):
        whole = drawn(slice(0, n_rows))
        assert whole.shape == (n_rows, n_columns)
        assert_array_equal(drawn(slice(begin, end)), whole[begin:end])


def test_each_column_is_kept_with_the_given_chance_and_on_its_own():
    n = 20_000
    kept = ~ColumnGates(3, np.full(n, 0.3), 6)(slice(0, n))
    assert_allclose(kept.mean(axis=0), 0.3, atol=0.02)
    assert_allclose(np.corrcoef(kept.T), np.eye(6), atol=0.04)
    counts = np.bincount(kept.sum(axis=1), minlength=7)
    expected = n * stats.binom.pmf(np.arange(7), 6, 0.3)
    assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_rows_are_drawn_evenly_for_each_cell():
    drawn = MarginalRows(5, 8, 4)(slice(0, 4000))
    for column in drawn.T:
        assert stats.chisquare(np.bincount(column, minlength=8)).pvalue > 1e-4


@given(KEYS, st.integers(1, 30), st.integers(1, 7))
def test_shares_are_counted_and_flipped(key, n_rows, n_columns):
    rng = np.random.default_rng(key)
    mask = ColumnGates(key, rng.random(n_rows), n_columns)
    is_flipped = rng.random(n_rows) < 0.5
    rows = slice(0, n_rows)
    assert_allclose(share_kept(mask), 1 - mask(rows).mean(axis=1), atol=1e-12)
    flipped = Flipped(mask, is_flipped)
    assert flipped.shape == mask.shape
    assert_array_equal(flipped(rows)[is_flipped], ~mask(rows)[is_flipped])
    assert_array_equal(flipped(rows)[~is_flipped], mask(rows)[~is_flipped])


def test_blocks_are_bounded_and_cover_the_rows(monkeypatch):
    monkeypatch.setattr(_gates, "_BLOCK_CELLS", 100)
    blocks = rows_by_block(23, 30)
    assert_array_equal(np.concatenate([np.arange(23)[rows] for rows in blocks]), np.arange(23))
    assert max(rows.stop - rows.start for rows in blocks) * 30 <= 100
    assert rows_by_block(2, 1000) == [slice(0, 1), slice(1, 2)]
