"""RowRng: what a row gets does not depend on which other rows there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from skaug._core.row_rng import RowRng, normals, rows_per_block, uniforms

DRAWS = pytest.mark.parametrize("kind", ["uniforms", "normals"])
DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])
widths = st.sampled_from([1, 3, 64, 5000, 40_000])


def row_rng(rows, seed=0, copy=0):
    return RowRng(seed=np.random.SeedSequence(seed), copy=copy, rows=np.asarray(rows))


@DRAWS
@DTYPES
@given(st.data())
def test_a_row_is_a_function_of_its_number(kind, dtype, data):
    width = data.draw(widths)
    last = 3 * rows_per_block(width)
    rows = data.draw(st.lists(st.integers(0, last), min_size=1, max_size=6))
    drawn = getattr(row_rng(rows), kind)(width, dtype=dtype)
    assert drawn.shape == (len(rows), width)
    assert drawn.dtype == dtype
    for row, values in zip(rows, drawn, strict=True):
        assert_array_equal(values, getattr(row_rng([row]), kind)(width, dtype=dtype)[0])


@DRAWS
@given(widths, st.integers(0, 200), st.integers(0, 200), st.integers(1, 100))
def test_chunks_do_not_matter(kind, width, start, n_rows, chunk):
    scale = max(1, rows_per_block(width) // 64)  # so that chunks also end between blocks
    start, n_rows, chunk = start * scale, min(n_rows * scale, 2000), chunk * scale
    rows = np.arange(start, start + n_rows)
    whole = row_rng(rows)
    parts = [whole.at(slice(begin, begin + chunk)) for begin in range(0, n_rows, chunk)]
    drawn = [getattr(part, kind)(width) for part in parts]
    assert_array_equal(np.concatenate([np.empty((0, width)), *drawn]), getattr(whole, kind)(width))


@given(st.integers(0, 5), st.integers(0, 300), st.integers(0, 50), widths)
def test_functions_read_the_same_tables(copy, start, n_rows, width):
    seed = np.random.SeedSequence(0)
    rng = row_rng(np.arange(start, start + n_rows), copy=copy)
    assert_array_equal(uniforms(seed, copy, n_rows, width, start), rng.uniforms(width))
    assert_array_equal(normals(seed, copy, n_rows, width, start), rng.normals(width))


@DRAWS
def test_seeds_copies_streams_children_and_blocks_are_independent(kind):
    rows = np.arange(3 * rows_per_block(100))
    plain = row_rng(rows)
    tables = [
        getattr(rng, kind)(100, stream=stream)[:, 0]
        for rng, stream in [
            (plain, 0),
            (plain, 1),
            (plain.child(0), 0),
            (plain.child(1), 0),
            (plain.child(0).child(0), 0),
            (row_rng(rows, copy=1), 0),
            (row_rng(rows, seed=1), 0),
        ]
    ]
    blocks = np.split(tables[0], 3)
    other = {"uniforms": "normals", "normals": "uniforms"}[kind]
    tables.append(getattr(plain, other)(100)[:, 0])
    for group in (tables, blocks):
        correlation = np.corrcoef(group) - np.eye(len(group))
        assert np.abs(correlation).max() < 5 / np.sqrt(len(group[0]))


def test_uniform_and_normal_numbers_are_independent():
    """Of one generator they would be made of the same bits, normal ones not of the first three."""
    rng = row_rng(np.arange(300))
    uniform, normal = rng.uniforms(20_000)[:, 0], rng.normals(20_000)[:, 0]  # a row is a block
    assert abs(np.corrcoef((8 * uniform) % 1, np.abs(normal))[0, 1]) < 5 / np.sqrt(300)


def test_draws_do_not_depend_on_what_was_drawn_before():
    rng = row_rng(np.arange(100))
    expected = row_rng(np.arange(100)).normals(7, stream=2)
    rng.normals(3)
    rng.uniforms(7, stream=2)
    assert_array_equal(rng.normals(7, stream=2), expected)


def test_a_seed_sequence_with_children_of_its_own_is_not_advanced():
    seed = np.random.SeedSequence(5)
    before = uniforms(seed, 0, 10, 2)
    seed.spawn(3)
    assert_array_equal(uniforms(seed, 0, 10, 2), before)
    child = np.random.SeedSequence(5).spawn(1)[0]
    assert (uniforms(child, 0, 10, 2) != before).all()


@DTYPES
def test_laws_of_the_numbers(dtype):
    rng = row_rng(np.arange(5000))
    uniform, normal = rng.uniforms(4, dtype=dtype), rng.normals(4, dtype=dtype)
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert stats.kstest(uniform.ravel().astype(float), "uniform").pvalue > 1e-3
    assert stats.kstest(normal.ravel().astype(float), "norm").pvalue > 1e-3


@given(st.integers(0, 10**7))
def test_blocks_are_powers_of_two_of_bounded_size(width):
    size = rows_per_block(width)
    assert size & (size - 1) == 0
    assert size == 1 or size * width <= 2**15


@DRAWS
@given(st.lists(st.lists(st.integers(0, 300), max_size=5), max_size=6), st.sampled_from([1, 300]))
def test_what_was_drawn_before_does_not_matter(kind, wanted, width):
    table = row_rng(np.arange(301))
    for number, rows in enumerate(wanted):
        rows = np.asarray(rows, dtype=int)
        for rng, fresh in [
            (table.at(rows), row_rng(rows)),
            (table.at(rows).child(number % 2), row_rng(rows).child(number % 2)),
        ]:
            assert_array_equal(getattr(rng, kind)(width), getattr(fresh, kind)(width))
