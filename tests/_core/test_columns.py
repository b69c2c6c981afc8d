import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skaug._core.columns import categorical_mask, factorize, holds_numbers, is_missing

CELLS = st.one_of(st.none(), st.text(max_size=2), st.integers(2, 9), st.booleans())


@given(st.lists(CELLS, min_size=1))
def test_factorize_codes_by_first_appearance(values):
    cells = np.array([*values, None], dtype=object)[:-1]
    missing = np.array([value is None for value in values])
    codes, donors = factorize(cells, missing, "column")
    seen = list(dict.fromkeys(value for value in values if value is not None))
    expected = [-1 if value is None else seen.index(value) for value in values]
    assert codes.tolist() == expected
    assert donors[:-1].tolist() == [expected.index(code) for code in range(len(seen))]
    assert donors[-1] == (expected.index(-1) if missing.any() else -1)


def test_factorize_says_what_cannot_be_hashed():
    cells = np.array([["list"], None], dtype=object)
    with pytest.raises(TypeError, match=r"Column 'tags' cannot be read: .* hashed"):
        factorize(cells, np.array([False, True]), "tags")


@pytest.mark.parametrize("value", [None, np.nan, np.float32("nan"), pd.NA, pd.NaT])
def test_what_is_missing(value):
    assert is_missing([value, "a"]).tolist() == [True, False]
    assert holds_numbers([value, 1])


@pytest.mark.parametrize("value", [0, 0.0, "", False, np.inf, "nan", "NA", [], datetime.date.min])
def test_what_is_not_missing(value):
    assert not is_missing([value]).any()


@pytest.mark.parametrize("value", [1, 1.5, np.int8(1), decimal.Decimal("1.5")])
def test_what_is_a_number(value):
    assert holds_numbers([value])


@pytest.mark.parametrize("value", [True, np.True_, "1", datetime.date.min, [1]])
def test_what_is_no_number(value):
    assert not holds_numbers([1, value])


BY_DTYPE = np.array([True, False, False])
NAMES = ["city", "age", "plan"]


@pytest.mark.parametrize(
    ("given_features", "expected"),
    [
        ("from_dtype", [True, False, False]),
        ("auto", [True, False, False]),
        ("all", [True, True, True]),
        (None, [False, False, False]),
        ([], [False, False, False]),
        ([2], [False, False, True]),
        (np.array([0, 2]), [True, False, True]),
        (["plan"], [False, False, True]),
        (("city", "plan"), [True, False, True]),
        ([False, True, True], [False, True, True]),
        (pd.Series([False, True, True]), [False, True, True]),
    ],
)
def test_categorical_mask(given_features, expected):
    mask = categorical_mask(given_features, by_dtype=BY_DTYPE, names=NAMES, owner="SMOTE")
    assert mask.dtype == bool
    assert_array_equal(mask, expected)


@pytest.mark.parametrize(
    ("given_features", "message"),
    [
        ([3], r"categorical_features of SMOTE must be indices from 0 to 2, got \[3\]"),
        ([-1, 0], r"must be indices from 0 to 2, got \[-1\]"),
        ([True, False], r"is a mask of 2 values; X has 3 columns"),
        ([[0, 1]], r"must be one-dimensional, got shape \(1, 2\)"),
        (["city", "town"], r"names \['town'\], which X does not have. Its columns are \['city'"),
    ],
)
def test_categorical_mask_says_what_is_wrong(given_features, message):
    with pytest.raises(ValueError, match=message):
        categorical_mask(given_features, by_dtype=BY_DTYPE, names=NAMES, owner="SMOTE")


def test_names_need_columns_with_names():
    with pytest.raises(ValueError, match="names columns, but X has no column names"):
        categorical_mask(["city"], by_dtype=BY_DTYPE, names=None, owner="SMOTE")
