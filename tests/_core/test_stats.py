import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference import deviations
from scipy import sparse
from strategies import numbers

from skaug._core.stats import column_std


@given(numbers(15, missing=True))
def test_missing_values_are_left_out(X):
    scale = np.nan_to_num(np.abs(X)).max()
    assert_allclose(column_std(X), deviations(X), rtol=1e-9, atol=1e-12 * scale)


@given(numbers(15), st.sampled_from("fd"))
def test_sparse_is_dense(X, dtype):
    X = X.astype(dtype)
    scale = np.abs(X).max()
    made = column_std(sparse.csr_array(X))
    assert_allclose(made, X.std(axis=0), rtol=1e-5, atol=np.finfo(dtype).eps * 10 * scale)


def test_entries_of_a_sparse_table_that_are_given_twice_are_summed():
    twice = sparse.csr_array((np.array([1.0, 2, 5]), np.array([0, 0, 1]), np.array([0, 2, 3])))
    assert column_std(twice).tolist() == [1.5, 2.5]
    assert twice.nnz == 3


@given(st.floats(-1e300, 1e300), st.integers(1, 50))
def test_a_constant_column_has_no_spread_at_all(value, n_rows):
    assert column_std(np.full((n_rows, 1), value)).tolist() == [0]


def test_a_column_without_values_has_no_spread():
    assert column_std(np.array([[np.nan, 1.0], [np.nan, 3.0]])).tolist() == [0, 1]


def test_columns_far_from_zero():
    X = np.array([[1e9], [1e9 + 2]])
    assert column_std(X).tolist() == [1]
    assert column_std(sparse.csr_array(X)).tolist() == [1]
