import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skaug._core.array_table import ArrayTable
from skaug._core.frame_table import FrameTable
from skaug._core.reading import read_table, read_weight, restored_weight
from skaug._core.sparse_table import SparseTable
from skaug.over_sampling import SMOTE


def read(X, y=(0, 1), categorical_features="from_dtype"):
    return read_table(SMOTE(), X, list(y), categorical_features=categorical_features)


def test_what_reads_what():
    X = np.arange(4.0).reshape(2, 2)
    assert isinstance(read(X), ArrayTable)
    assert isinstance(read(X.tolist()), ArrayTable)
    assert isinstance(read(pd.DataFrame(X)), FrameTable)
    assert isinstance(read(sparse.csc_array(X)), SparseTable)


def test_an_array_is_not_copied():
    X = np.arange(4.0).reshape(2, 2)
    assert read(X).native is X
    assert np.shares_memory(read(X).numeric, X)


def test_lists_of_mixed_cells_keep_their_types():
    table = read([[1, "a"], [2, "b"]])
    assert table.native.tolist() == [[1, "a"], [2, "b"]]
    assert table.is_categorical.tolist() == [False, True]
    assert read([["1", "a"], ["2", "b"]]).is_categorical.tolist() == [True, True]


def test_what_scikit_learn_expects_is_set():
    sampler = SMOTE()
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    read_table(sampler, frame, [0, 1], categorical_features=None)
    assert sampler.n_features_in_ == 2
    assert sampler.feature_names_in_.tolist() == ["a", "b"]


@pytest.mark.parametrize("library", [pl.DataFrame, pa.table])
def test_names_of_other_frames_are_set(library):
    sampler = SMOTE()
    read_table(sampler, library({"a": [1, 2]}), [0, 1], categorical_features=None)
    assert sampler.feature_names_in_.tolist() == ["a"]


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[1, 2], [3]], ValueError, r"SMOTE needs rows of one length; .* \[1, 2\] values"),
        (np.zeros(2), ValueError, "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), ValueError, "Found array with dim 3"),
        (np.zeros((0, 2)), ValueError, r"Found array with 0 sample\(s\)"),
        (np.zeros((2, 0)), ValueError, r"Found array with 0 feature\(s\)"),
        (pd.DataFrame({"a": []}), ValueError, r"Found array with 0 sample\(s\) and 1 feature"),
        (pd.DataFrame(index=[0, 1]), ValueError, r"0 feature\(s\) .* required by SMOTE"),
        (np.zeros((3, 2)), ValueError, r"inconsistent numbers of samples: \[3, 2\]"),
        (pd.DataFrame({"a": [1, 2, 3]}), ValueError, r"inconsistent numbers of samples: \[3, 2\]"),
        (pl.LazyFrame({"a": [1, 2]}), TypeError, r"SMOTE needs the rows of X at hand; X is lazy"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), ValueError, "'a' 2 times. Rename"),
        (np.array([[1j], [2j]]), ValueError, "Complex data not supported"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_read(X, error, message):
    with pytest.raises(error, match=message):
        read(X)


def test_column_names_are_all_text_or_none_of_them():
    with pytest.raises(TypeError, match=r"that are all text, .* it has 'a' and 1\. Use X\.columns"):
        read(pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", 1]))
    assert read(pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=[0, 1])).shape == (2, 2)


WEIGHTS = [
    [1, 2.5],
    np.array([1, 2.5], dtype=np.float32),
    np.array([1, 2]),
    np.array([1, 2.5], dtype=object),
    pd.Series([1, 2.5], index=[4, 5], name="w"),
    pl.Series("w", [1.0, 2.5]),
    pa.chunked_array([[1.0, 2.5]]),
]


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: type(weight).__name__)
def test_weights_come_back_in_their_container(weight):
    read = read_weight(weight, 2, "SMOTE")
    assert read.dtype == (np.float32 if weight is WEIGHTS[1] else np.float64)
    longer = restored_weight(np.concatenate([read, read[:1]]), weight)
    assert type(longer) is type(weight)
    assert_array_equal(np.asarray(longer, dtype=float), [*np.asarray(weight), 1])
    if isinstance(weight, pd.Series):
        assert longer.name == "w"
        assert longer.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1, 2, 3], r"sample_weight of SMOTE must have shape \(2,\), .* got \(3,\)"),
        ([[1], [2]], r"must have shape \(2,\), one weight a row; got \(2, 1\)"),
        (np.array([], dtype=str), r"must have shape \(2,\), one weight a row; got \(0,\)"),
        (1.0, r"must have shape \(2,\), one weight a row; got \(\)"),
        ([1, np.nan], "sample_weight of SMOTE must be finite; row 1 has nan"),
        ([-np.inf, 1], "must be finite; row 0 has -inf"),
        (pd.Series([1, None]), "must be finite; row 1 has nan"),
        (np.array([1, None], dtype=object), "must be finite; row 1 has nan"),
        (["1", "a"], "sample_weight of SMOTE must hold numbers, one weight a row; it holds '1'"),
        (pd.Series([1, "a"], dtype=object), "must hold numbers, .* it holds 'a'"),
        (pl.Series(["a", "b"]), "must hold numbers, .* it holds 'a'"),
        (np.array([1, 2j]), r"must hold numbers, .* it holds np.complex128\(1\+0j\)"),
        (
            np.array(["2020-01-01"] * 2, dtype="M8[ns]"),
            "must hold numbers, .* it holds .*datetime64",
        ),
        ([[1], [1, 2]], r"must hold numbers, .* it holds \[1\]"),
        (pl.Series([1, 2], dtype=pl.Int128), "cannot read sample_weight: NumPy has no .* Int128"),
    ],
)
def test_weights_that_are_none(weight, message):
    with pytest.raises(ValueError, match=message):
        read_weight(weight, 2, "SMOTE")
