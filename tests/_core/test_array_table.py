import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal
from strategies import generators, labelled_categories, numbers

from skaug._core.array_table import ArrayTable, as_objects
from skaug._core.batch import Batch


def table(X, categorical_features="from_dtype"):
    return ArrayTable(X, categorical_features=categorical_features, owner="SMOTE")


MIXED = np.array([[1, "a", 2.5], [2, None, np.nan], [3, "b", None]], dtype=object)


def test_objects_are_numbers_or_categories_by_what_they_hold():
    mixed = table(MIXED)
    assert mixed.is_categorical.tolist() == [False, True, False]
    assert_array_equal(mixed.numeric, [[1, 2.5], [2, np.nan], [3, np.nan]])
    assert mixed.codes.tolist() == [[0], [-1], [1]]
    assert mixed.n_levels == [2]
    assert [donors.tolist() for donors in mixed.donors] == [[0, 2, 1]]


def test_text_is_categories_and_numbers_are_numbers():
    assert table(np.array([["a", "1"]])).is_categorical.all()
    assert table(np.array([[b"a", b"1"]])).is_categorical.all()
    for dtype in (int, float, bool, np.uint8, np.float16):
        assert not table(np.zeros((2, 2), dtype=dtype)).is_categorical.any()


@given(numbers(9, missing=True), generators())
def test_declared_categories_of_floats(X, rng):
    X[:, 0] = rng.integers(3, size=9)
    X[::4, 0] = np.nan
    declared = table(X, [0])
    assert declared.n_numeric == X.shape[1] - 1
    assert_array_equal(declared.numeric, X[:, 1:])
    assert_array_equal(declared.codes[:, 0] == -1, np.isnan(X[:, 0]))
    present = declared.codes[:, 0] >= 0
    assert_array_equal(X[declared.donors[0][declared.codes[present, 0]], 0], X[present, 0])


@given(labelled_categories())
def test_donors_hold_the_levels(data):
    X, _ = data
    categories = table(X, "all")
    for j, donors in enumerate(categories.donors):
        assert_array_equal(X[donors[categories.codes[:, j]], j], X[:, j])


def test_numbers_written_as_text_are_declared_or_refused():
    with pytest.raises(
        ValueError, match=r"SMOTE cannot read column 1 of X as numbers: it holds 'b"
    ):
        _ = table(np.array([[1, "b"]], dtype=object), None).numeric


def test_infinity_is_refused_with_its_place():
    X = np.zeros((4, 3))
    X[2, 1] = -np.inf
    with pytest.raises(ValueError, match=r"infinity in X: column 1 has -inf in row 2\. Replace it"):
        _ = table(X).numeric
    with pytest.raises(ValueError, match=r"infinity in X: column 1 has -inf in row 2\. Replace it"):
        _ = table(X, [0]).numeric


def test_infinities_of_both_signs_are_refused():
    with pytest.raises(ValueError, match="infinity in X: column 0 has inf in row 0"):
        _ = table(np.array([[np.inf], [-np.inf]])).numeric


def test_huge_numbers_are_numbers():
    X = np.full((4, 1), np.finfo(float).max)
    assert_array_equal(table(X).numeric, X)


def test_copies_may_hold_anything():
    for X in (
        np.array([["a"], ["b"]]),
        np.array([[np.inf], [np.nan]]),
        np.array([["2020-01-01"], ["NaT"]], dtype="M8[D]"),
        np.array([[{1}], [[2]]], dtype=object),
        np.array([[2**63 - 1], [2**53 + 1]]),
    ):
        result = table(X).extended([Batch(seed=np.array([1, 0]))])
        assert result.dtype == X.dtype
        assert_array_equal(result[2:], X[[1, 0]])


def test_categories_are_copied_from_their_donors():
    batch = Batch(seed=np.array([0, 1]), codes=np.array([[1], [-1]]), values=np.zeros((2, 2)))
    made = table(MIXED).extended([batch])[3:]
    assert made[:, 1].tolist() == ["b", None]
    assert made[:, 0].tolist() == [0, 0]
    assert all(type(value) is int for value in made[:, 0])


def test_objects_are_integers_where_all_are():
    like = np.array([1, None, np.int8(3)], dtype=object)
    made = as_objects(np.array([1.4, 1.6, np.nan]), like=like)
    assert made[:2].tolist() == [1, 2]
    assert type(made[0]) is int
    assert made[2] is None
    assert np.isnan(as_objects(np.array([np.nan]), like=np.array([1, np.nan], dtype=object))[0])
    made = as_objects(np.array([1.4]), like=np.array([1, 2.0], dtype=object))
    assert made.tolist() == [1.4]


def halfway(a, b):
    return Batch(seed=np.array([a]), partner=np.array([b]), step=np.array([0.5]))


@pytest.mark.parametrize("dtype", [np.int64, np.uint64, ">i8", object])
def test_whole_numbers_beyond_what_floats_hold_keep_their_digits(dtype):
    X = np.array([[2**53 + 1, 0], [2**53 + 1, 4], [-(2**53) - 1, 2**53]]).astype(dtype)
    if dtype == np.uint64:
        X[2, 0] = 2**63 + 1
    made = table(X).extended([halfway(0, 1), halfway(2, 2)])[3:]
    assert made.dtype == X.dtype
    assert made.tolist() == [[2**53 + 1, 2], X[2].tolist()]


def test_rows_without_a_seed_do_not_copy_the_first():
    X = np.array([[2**53 + 1]])
    drawn = Batch(seed=np.array([-1]), values=np.array([[2.0**53]]))
    assert table(X).extended([drawn])[1:].tolist() == [[2**53]]


def test_missing_objects_are_missing_in_the_way_of_their_seeds():
    X = np.array([[None, 1], [np.nan, 2], [pd.NA, 3], [4, 5]], dtype=object)
    batches = [halfway(0, 3), halfway(1, 3), halfway(2, 3)]
    made = table(X).extended(batches)[4:, 0]
    assert made[0] is None
    assert isinstance(made[1], float)
    assert made[2] is pd.NA
    drawn = Batch(seed=np.array([-1]), values=np.array([[np.nan, 1]]))
    assert table(X).extended([drawn])[4, 0] is None


def test_batches_follow_each_other():
    X = np.arange(3.0)[:, None]
    batches = [Batch(seed=np.array([2])), halfway(0, 1), Batch(seed=np.array([0, 1]))]
    assert table(X).extended(batches).ravel().tolist() == [0, 1, 2, 2, 0.5, 0, 1]


def test_dates_are_no_numbers():
    X = np.arange(20).reshape(10, 2).astype("M8[D]")
    table = ArrayTable(X, categorical_features="from_dtype", owner="SMOTE")
    with pytest.raises(ValueError, match="SMOTE cannot read column 0 of X as numbers: it holds"):
        _ = table.numeric
    assert ArrayTable(X, categorical_features="all", owner="SMOTE").codes.shape == (10, 2)
