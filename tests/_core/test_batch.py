import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from strategies import generators, numbers

from skaug._core import batch as batch_module
from skaug._core.batch import Batch, interpolate, joined


def plan(rng, n_rows, n_made):
    return (
        rng.integers(n_rows, size=n_made),
        rng.integers(n_rows, size=n_made),
        rng.random(n_made),
    )


def plainly(X, seed, partner, step):
    """What interpolation means, one cell after the other."""
    made = np.empty((len(seed), X.shape[1]), dtype=X.dtype)
    for i, (a, b) in enumerate(zip(X[seed], X[partner], strict=True)):
        moved = a + X.dtype.type(step[i]) * (b - a)
        made[i] = np.where(np.isnan(b), a, moved)
    return made


@given(numbers(12, missing=True), generators(), st.integers(0, 40), st.sampled_from("fd"))
def test_interpolate_is_the_formula(X, rng, n_made, dtype):
    X = X.astype(dtype)
    seed, partner, step = plan(rng, len(X), n_made)
    out = np.empty((n_made, X.shape[1]), dtype=dtype)
    interpolate(X, seed, partner, step, out)
    assert_array_equal(out, plainly(X, seed, partner, step))


@given(numbers(12, missing=True), generators(), st.integers(1, 200))
def test_interpolate_does_not_depend_on_the_size_of_blocks(X, rng, block_bytes):
    seed, partner, step = plan(rng, len(X), 33)
    whole, blocked = np.empty((2, 33, X.shape[1]))
    interpolate(X, seed, partner, step, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_module, "_BLOCK_BYTES", block_bytes)
        interpolate(X, seed, partner, step, blocked)
    assert_array_equal(whole, blocked)


@given(numbers(12), generators())
def test_a_pool_changes_where_rows_are_read_but_not_what_is_written(X, rng):
    pool = np.sort(rng.choice(12, size=5, replace=False))
    seed, partner = pool[rng.integers(5, size=(2, 20))]
    step = rng.random(20)
    plain, pooled = np.empty((2, 20, X.shape[1]))
    Batch(seed=seed, partner=partner, step=step).write(X, plain)
    Batch(seed=seed, partner=partner, step=step, pool=pool).write(X, pooled)
    assert_array_equal(plain, pooled)


@given(numbers(12), generators())
def test_equal_parents_give_their_very_value(X, rng):
    X[:] = X[0]
    seed, partner, step = plan(rng, 12, 30)
    out = np.empty((30, X.shape[1]))
    interpolate(X, seed, partner, step, out)
    assert_array_equal(out, X[seed])


def test_what_is_given_first_wins():
    X = np.arange(6.0).reshape(3, 2)
    seed = np.array([0, 1])
    out = np.empty((2, 2))

    Batch(seed=seed).write(X, out)
    assert_array_equal(out, X[seed])

    halfway = {"seed": seed, "partner": np.array([2, 2]), "step": np.array([0.5, 0.5])}
    Batch(**halfway).write(X, out)
    assert_array_equal(out, [[2, 3], [3, 4]])

    def write_sum(source, target):
        target[:] = source.sum()

    Batch(**halfway, writer=write_sum).write(X, out)
    assert_array_equal(out, np.full((2, 2), 15))

    Batch(**halfway, writer=write_sum, values=np.ones((2, 2))).write(X, out)
    assert_array_equal(out, np.ones((2, 2)))


def test_is_copy_if_nothing_says_how_to_make_values():
    seed = np.array([0])
    assert Batch(seed=seed).is_copy
    assert Batch(seed=seed, partner=seed, pool=seed, sample_weight=np.ones(1)).is_copy
    assert not Batch(seed=seed, codes=np.zeros((1, 1), dtype=int)).is_copy
    assert not Batch(seed=seed, values=np.zeros((1, 1))).is_copy


@given(numbers(12, missing=True), generators(), st.sampled_from("fd"))
def test_sparse_rows_are_the_dense_ones(X, rng, dtype):
    X = np.where(rng.random(X.shape) < 0.5, 0, X).astype(dtype)
    seed, partner, step = plan(rng, 12, 20)
    made = Batch(seed=seed, partner=partner, step=step).sparse_rows(sparse.csr_array(X))
    assert made.dtype == X.dtype
    assert_allclose(made.toarray(), plainly(X, seed, partner, step), rtol=1e-6)
    copied = Batch(seed=seed).sparse_rows(sparse.csr_array(X))
    assert_array_equal(copied.toarray(), X[seed])


def test_weights_are_inherited_like_values():
    weight = np.array([1.0, 3.0, 10.0])
    seed, partner = np.array([0, 1]), np.array([1, 2])
    assert_array_equal(Batch(seed=seed).inherited_weight(weight), [1, 3])
    mixed = Batch(seed=seed, partner=partner, step=np.array([0.5, 0.0]))
    assert_array_equal(mixed.inherited_weight(weight), [2, 3])
    given_ones = Batch(seed=seed, sample_weight=np.array([7.0, 8.0]))
    assert_array_equal(given_ones.inherited_weight(weight), [7, 8])
    drawn = Batch(seed=np.array([-1]), label_rows=np.array([2]), values=np.zeros((1, 1)))
    assert_array_equal(drawn.inherited_weight(weight), [10])


def test_labels_are_those_of_the_seeds_unless_said_otherwise():
    seed, other = np.array([0, 1]), np.array([2, 2])
    assert Batch(seed=seed).labels_from is seed
    assert Batch(seed=seed, label_rows=other).labels_from is other


@given(st.lists(st.lists(st.integers(0, 99)).map(np.array)))
def test_joined_concatenates(parts):
    parts = [part.astype(np.int32) for part in parts]
    assert joined(parts).tolist() == [value for part in parts for value in part.tolist()]
    assert joined(parts).dtype == np.int32


@pytest.mark.parametrize("compiled", [False, True])
def test_no_partner_beside_a_pool(compiled, monkeypatch):
    """-1 is no row of the pool: nothing is read for it, and a step of 0 leaves the seed."""
    if compiled:
        pytest.importorskip("numba")
    monkeypatch.setattr(batch_module, "_COMPILED_CELLS", 0)
    monkeypatch.setattr(batch_module, "is_loaded", lambda: compiled)
    X, pool = np.random.default_rng(0).normal(size=(1000, 64)), np.arange(500, 1000)
    seed = np.repeat(pool, 20)
    lonely = Batch(seed=seed, partner=np.full(len(seed), -1), step=np.zeros(len(seed)), pool=pool)
    rows = np.empty((len(seed), 64))
    lonely.write(X, rows)
    assert_array_equal(rows, X[seed])
