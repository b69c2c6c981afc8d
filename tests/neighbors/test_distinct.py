import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse
from strategies import codes, numbers

from skaug.neighbors import _distinct, distinct_rows


def no_codes(n_rows):
    return np.empty((n_rows, 0), dtype=np.int32)


def check(numeric, categories):
    first, group = distinct_rows(numeric, categories)
    dense = numeric.toarray() if sparse.issparse(numeric) else numeric
    expected_first, expected_group = reference.distinct(dense, categories)
    assert first.tolist() == expected_first
    assert group.tolist() == expected_group


@given(st.data(), st.sampled_from("fd"))
def test_distinct_rows_of_mixed_tables(data, dtype):
    X = data.draw(numbers(20, missing=True)).astype(dtype)
    check(X, data.draw(codes(20)))
    check(X, no_codes(20))
    check(np.empty((20, 0)), data.draw(codes(20)))


@given(numbers(20))
def test_distinct_rows_of_sparse_tables(X):
    check(sparse.csr_array(X), no_codes(20))


def test_stored_zeros_and_repeated_entries_do_not_make_rows_differ():
    data, indices = np.array([1.0, 2.0, 3.0, 0.0]), np.array([0, 0, 0, 1])
    X = sparse.csr_array((data, indices, np.array([0, 2, 4])), shape=(2, 2))
    assert distinct_rows(X, no_codes(2))[1].tolist() == [0, 0]
    assert X.nnz == 4


def test_zeros_of_both_signs_and_all_kinds_of_nan_are_equal():
    odd_nan = np.array([0x7FF8000000000123], dtype=np.uint64).view(float)[0]
    X = np.array([[0.0, np.nan], [-0.0, odd_nan], [0.0, -np.nan], [1.0, np.nan]])
    assert distinct_rows(X, no_codes(4))[1].tolist() == [0, 0, 0, 1]


def test_neighbouring_floats_differ():
    X = np.nextafter(1.0, [[0], [1], [2]])
    assert len(distinct_rows(X, no_codes(3))[0]) == 3


@given(st.data())
def test_a_collision_of_hashes_is_found_and_repaired(data):
    X, categories = data.draw(numbers(20, missing=True)), data.draw(codes(20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_distinct, "_hash", lambda numeric: np.zeros(numeric.shape[0], np.uint64))
        patch.setattr(_distinct, "_hash_codes", lambda c: np.zeros(len(c), np.uint64))
        check(X, categories)
        check(sparse.csr_array(np.nan_to_num(X)), no_codes(20))


def test_zeros_and_ones_do_not_collide():
    X = np.array([[float(bit) for bit in f"{i:012b}"] for i in range(2**12)])
    assert len(np.unique(_distinct._hash(X))) == 2**12
    codes = X.astype(np.int32)
    assert len(np.unique(_distinct._hash_codes(codes))) == 2**12


def test_groups_index_the_first_rows():
    X = np.array([[2.0], [1.0], [2.0], [1.0], [0.0]])
    first, group = distinct_rows(X, no_codes(5))
    assert_array_equal(first, [0, 1, 4])
    assert_array_equal(group, [0, 1, 0, 1, 2])
