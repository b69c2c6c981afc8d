import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from scipy import sparse
from strategies import labels

from skaug._core.batch import Batch
from skaug._core.target import Target

INTEGERS = st.sampled_from(["i1", "u1", "i4", "i8", "u8"])


def target(y):
    return Target(y, owner="SMOTE")


@given(INTEGERS.flatmap(lambda dtype: hnp.arrays(dtype, st.integers(1, 30))))
@example(np.array([2**63 + 1, 2**63], dtype=np.uint64))
@example(np.array([-(2**63), -(2**63) + 1]))
@example(np.array([127, -128] * 130, dtype=np.int8))
def test_integers_are_coded_in_order(y):
    expected, codes = np.unique(y, return_inverse=True)
    coded = target(y)
    assert_array_equal(coded.classes, expected)
    assert_array_equal(coded.codes, codes)
    assert coded.classes.dtype == y.dtype
    assert coded.codes.dtype == np.uint8


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=99))
def test_integers_that_are_close_together_are_coded_in_order(y):
    coded = target(np.array(y, dtype=np.int16))
    assert coded.classes.tolist() == sorted(set(y))
    assert coded.classes[coded.codes].tolist() == y


@given(labels(min_rows=1))
def test_counts_and_members(y):
    coded = target(y)
    assert len(coded) == len(y)
    assert list(coded.counts) == sorted(coded.counts)
    for code, (label, n) in enumerate(coded.counts.items()):
        rows = coded.members(code)
        assert_array_equal(rows, np.flatnonzero(y == label))
        assert len(rows) == n


@pytest.mark.parametrize(
    "y",
    [
        [0, 1, 1, 2],
        ["a", "b", "b", "c"],
        [b"a", b"b", b"b", b"c"],
        [-1.0, 0.0, 0.0, 7.0],
        np.array(["a", "b", "b", "c"], dtype=object),
        np.array([[0], [1], [1], [2]]),
        pd.Series(["a", "b", "b", "c"], dtype="category"),
        pd.Series(["a", "b", "b", "c"], dtype="string"),
        pd.Series([0, 1, 1, 2], dtype="Int64"),
        pd.DataFrame({"y": ["a", "b", "b", "c"]}),
        pl.Series(["a", "b", "b", "c"], dtype=pl.Categorical),
        pl.DataFrame({"y": [0, 1, 1, 2]}),
        np.eye(3)[[0, 1, 1, 2]],
        np.eye(3)[[0, 1, 1, 2]].tolist(),
        pd.DataFrame(np.eye(3, dtype=bool)[[0, 1, 1, 2]]),
        sparse.csc_array(np.eye(3)[[0, 1, 1, 2]]),
    ],
    ids=lambda y: type(y).__name__,
)
def test_labels_of_any_kind(y):
    assert target(y).codes.tolist() == [0, 1, 1, 2]


def test_booleans():
    for y in (np.array([True, False]), [True, False], pd.Series([True, False], dtype="boolean")):
        assert target(y).classes.tolist() == [False, True]
        assert target(y).codes.tolist() == [1, 0]


def test_many_classes():
    y = np.arange(300)
    coded = target(y)
    assert coded.codes.dtype == np.uint16
    assert_array_equal(coded.codes, y)


def test_nothing_to_append_still_gives_a_copy():
    for y in ([0, 1], np.array([0, 1]), pd.Series([0, 1], index=[7, 8])):
        result = target(y).extended([])
        assert result is not y
        assert list(result) == list(y)
    assert result.index.tolist() == [7, 8]


def test_labels_are_copied_from_their_rows():
    y = ["a", "b", "a"]
    batches = [
        Batch(seed=np.array([1, 1])),
        Batch(seed=np.array([-1]), label_rows=np.array([2]), values=np.zeros((1, 1))),
    ]
    assert target(y).extended(batches) == ["a", "b", "a", "b", "b", "a"]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, None, 1], r"y has missing values .* 1, the first in row 1. SMOTE needs a label"),
        ([0.0, np.nan, np.nan], r"y has missing values .* 2, the first in row 1"),
        (pd.Series(["a", None, "b"]), "y has missing values .* 1, the first in row 1"),
        (pd.Series([1, None, 2], dtype="Int64"), "y has missing values .* 1, the first in row 1"),
        (pl.Series([1, None, 2]), "y has missing values .* 1, the first in row 1"),
        ([0.0, 1.5], r"Unknown label type: continuous. SMOTE needs class labels, .* such as 1.5"),
        ([0, "a"], "y of SMOTE mixes labels of the types int, str. Use one."),
        (np.array([0, "a"], dtype=object), "mixes labels of the types int, str"),
        (np.array(["2020", "2021"], dtype="M8[D]"), "Unknown label type: datetime64"),
        pytest.param(np.array([object(), object()]), "Unknown label type: object", id="objects"),
        ([[1, 0], [0, 0], [0, 0]], r"row 1 of the one-hot y has none \(2 such rows\)"),
        ([[1, 0], [1, 1]], "Multilabel .* SMOTE needs one label a row; row 1 of y has 2"),
        ([[1, -1], [-1, 1]], r"y has shape \(2, 2\) and is not one-hot"),
        ([[0.5, 0.5], [0.2, 0.8]], r"y has shape \(2, 2\) and is not one-hot"),
        ([["a", "b"], ["b", "a"]], r"y has shape \(2, 2\) and is not one-hot"),
    ],
    ids=str,
)
def test_what_cannot_be_a_label(y, message):
    with pytest.raises(ValueError, match=message):
        target(y)
