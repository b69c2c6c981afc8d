import numpy as np
import pytest
from containers import SPARSE
from numpy.testing import assert_array_equal
from scipy import sparse

from skaug._core.batch import Batch
from skaug._core.sparse_table import SparseTable

X = np.array([[0, 2.0, 0], [1, 0, 0], [0, 4, 3]])
COPY = Batch(seed=np.array([2, 0]))
HALFWAY = Batch(seed=np.array([0]), partner=np.array([2]), step=np.array([0.25]))


def table(matrix, categorical_features="from_dtype"):
    return SparseTable(matrix, categorical_features=categorical_features, owner="SMOTE")


@pytest.mark.parametrize("kind", SPARSE)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8])
def test_every_format_comes_back(kind, dtype):
    given = SPARSE[kind](X.astype(dtype))
    result = table(given).extended([COPY, HALFWAY])
    assert type(result) is type(given)
    assert result.dtype == dtype
    halfway = np.rint([0, 2.5, 0.75]) if dtype in (np.int64, np.uint8) else [0, 2.5, 0.75]
    assert_array_equal(result.toarray(), [*X, X[2], X[0], halfway])


@pytest.mark.parametrize("kind", SPARSE)
def test_nothing_made_is_a_copy(kind):
    given = SPARSE[kind](X)
    result = table(given).extended([])
    assert result is not given
    assert type(result) is type(given)
    result *= 2
    assert_array_equal(given.toarray(), X)


def test_booleans():
    given = sparse.csr_array(X.astype(bool))
    result = table(given).extended([HALFWAY])
    assert result.dtype == bool
    assert_array_equal(result.toarray()[3], [False, True, False])


def test_declared_categories_are_drawn_and_the_rest_interpolated():
    mixed = table(sparse.csr_array(X), [0])
    assert mixed.codes.tolist() == [[0], [1], [0]]
    batch = Batch(
        seed=np.array([0]), partner=np.array([2]), step=np.array([0.5]), codes=np.array([[1]])
    )
    result = mixed.extended([batch])
    assert isinstance(result, sparse.csr_array)
    assert_array_equal(result.toarray()[3], [1, 3, 1.5])


def test_entries_that_are_given_twice_are_summed():
    twice = sparse.csr_array((np.array([1.0, 2, 5]), np.array([0, 0, 1]), np.array([0, 2, 3])))
    whole = Batch(seed=np.array([0]), partner=np.array([1]), step=np.array([0.5]))
    result = table(twice).extended([Batch(seed=np.array([0])), whole])
    assert_array_equal(result.toarray(), [[3, 0], [0, 5], [3, 0], [1.5, 2.5]])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_where_values_are_used(bad):
    given = sparse.csr_array(np.where(X == 4, bad, X))
    with pytest.raises(ValueError, match=f"SMOTE needs finite values in a sparse X, found {bad}"):
        _ = table(given).numeric
    assert_array_equal(table(given).extended([COPY]).toarray()[3:], given.toarray()[[2, 0]])


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_whole_numbers_beyond_what_floats_hold_keep_their_digits(dtype):
    big = 2**63 + 1 if dtype == np.uint64 else -(2**53) - 1
    X = np.array([[big, 9, 0], [big, 4, 6]], dtype=dtype)
    halfway = Batch(seed=np.array([0]), partner=np.array([1]), step=np.array([0.4]))
    made = table(sparse.csr_array(X)).extended([halfway]).toarray()[2:]
    assert made.dtype == dtype
    assert made.tolist() == [[big, 7, 2]]


def test_integers_that_are_all_zero():
    made = table(sparse.csr_array((3, 2), dtype=np.int64)).extended([HALFWAY])
    assert made.shape == (4, 2)
    assert made.nnz == 0
