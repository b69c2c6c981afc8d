"""MultilabelTarget: any container of 0 and 1 is read alike and comes back as it came."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from containers import SPARSE
from numpy.testing import assert_array_equal
from scipy import sparse

from skaug._core.batch import Batch
from skaug._core.multilabel import MultilabelTarget

Y = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1], [1, 0, 0]])
NAMES = ["a", "b", "c"]
BATCHES = [
    Batch(seed=np.array([2, 0])),
    Batch(seed=np.array([1]), y=sparse.csr_array([[0, 1, 0]])),
    Batch(seed=np.array([3]), label_rows=np.array([1])),
]
MADE = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]])


def _frame(dtype):
    return lambda Y: pd.DataFrame(Y, columns=NAMES, index=np.arange(len(Y)) + 5).astype(dtype)


ARRAYS = {name: lambda Y, name=name: Y.astype(name) for name in ("int8", "bool", "float64", "O")}
LISTS = {
    "list": np.ndarray.tolist,
    "list of bool": lambda Y: Y.astype(bool).tolist(),
    "list of tuples": lambda Y: [tuple(row) for row in Y.tolist()],
    "list of arrays": list,
    "list of float": lambda Y: Y.astype(float).tolist(),
}
PANDAS = {
    dtype: _frame(dtype)
    for dtype in ("int64", "uint8", "bool", "float32", "boolean", "Int8", "O", "bool[pyarrow]")
} | {"sparse": _frame(pd.SparseDtype("int64", 0))}
POLARS = {
    str(dtype): lambda Y, dtype=dtype: pl.DataFrame(Y, schema=NAMES).cast(dtype)
    for dtype in (pl.Int64, pl.Boolean, pl.Float32)
}
PYARROW = {
    "pa int": lambda Y: pa.table(dict(zip(NAMES, Y.T, strict=True))),
    "pa bool": lambda Y: pa.table(dict(zip(NAMES, Y.T.astype(bool), strict=True))),
}
FORMS = (
    ARRAYS
    | LISTS
    | PANDAS
    | POLARS
    | PYARROW
    | {name: lambda Y, make=make: make(Y) for name, make in SPARSE.items()}
)


def read(y):
    return MultilabelTarget(y, owner="MLSMOTE")


def cells(y):
    if sparse.issparse(y):
        return y.toarray()
    if isinstance(y, (pa.Table, pl.DataFrame)):
        return y.to_pandas().to_numpy()
    return np.asarray(y)


def schema(y):
    if isinstance(y, pd.DataFrame):
        return y.dtypes.to_dict()
    if isinstance(y, list):
        return {type(row) for row in y}, {type(cell) for row in y for cell in row}
    return getattr(y, "schema", getattr(y, "dtype", None))


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_containers_are_read_and_restored(make):
    native = make(Y)
    target = read(native)
    assert_array_equal(target.indicator.toarray(), Y)
    assert_array_equal(target.counts, [3, 1, 2])
    for kept in (None, np.array([1, 3])):
        result = target.extended(BATCHES, kept)
        own = Y if kept is None else Y[kept]
        assert type(result) is type(native)
        assert schema(result) == schema(native)
        assert getattr(result, "format", None) == getattr(native, "format", None)
        assert_array_equal(cells(result).astype(int), np.concatenate([own, MADE]))
    assert_array_equal(cells(native), cells(make(Y)))


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_without_new_rows_it_is_a_copy(make):
    native = make(Y)
    result = read(native).extended([])
    assert result is not native
    assert_array_equal(cells(result), cells(native))
    assert schema(result) == schema(native)


def test_frames_get_a_fresh_index():
    result = read(PANDAS["bool"](Y)).extended(BATCHES)
    assert_array_equal(result.index, np.arange(8))


def test_labels_and_their_rows():
    target = read(PANDAS["bool"](Y))
    assert target.classes == NAMES
    assert len(target) == 4
    assert target.members(0).tolist() == [0, 2, 3]
    assert target.members(1).tolist() == [2]
    assert target.one(2).codes.tolist() == [1, 0, 1, 0]
    assert read(Y).classes == [0, 1, 2]


def test_stored_zeros_and_repeated_cells_of_a_sparse_y():
    y = sparse.csr_array((np.array([0, 1, 1]), ([0, 0, 1], [0, 1, 0])), shape=(2, 2))
    assert read(y).counts.tolist() == [1, 1]
    assert read(y).indicator.nnz == 2
    twice = sparse.csr_array((np.array([1, 1]), np.array([0, 0]), np.array([0, 2])), shape=(1, 2))
    with pytest.raises(ValueError, match="row 0 of column 0 has 2"):
        read(twice)
    assert twice.nnz == 2


def test_rows_of_lists_are_fresh():
    y = Y.tolist()
    for batches in ([], BATCHES):
        result = read(y).extended(batches)
        result[0][0] = 7
        assert y[0][0] == 1


def test_a_label_that_no_row_had_can_be_taken_away_from_all_that_have_it():
    y = pd.DataFrame({"a": [True, True], "b": pd.array([1, 1], dtype="Int64")})
    made = Batch(seed=np.array([0]), y=sparse.csr_array((1, 2), dtype=np.int64))
    result = read(y).extended([made])
    assert result.dtypes.equals(y.dtypes)
    assert result.iloc[2].tolist() == [False, 0]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 1], r"one-dimensional, of shape \(3,\)\. For one class label a row use SMOTE"),
        (pd.Series([0, 1]), "MLSMOTE needs y of shape (n, n_labels)"),
        ([["a"], ["a", "b"]], "MultiLabelBinarizer"),
        (np.zeros((2, 0)), "MLSMOTE needs a column of y for each label; y has no column"),
        (pd.DataFrame(index=[0, 1]), "y has no column"),
        (np.zeros((2, 2, 2)), "got shape (2, 2, 2)"),
        ([[0, 2]], "a column of 0 and 1 for each label in y; row 0 of column 1 has 2"),
        ([[0, 0.5]], "row 0 of column 1 has 0.5"),
        ([[0, -1]], "row 0 of column 1 has -1"),
        ([["no", "yes"]], "row 0 of column 0 has 'no'"),
        ([[0, np.inf]], "row 0 of column 1 has 'infinity'"),
        (
            [[0, 1], [np.nan, 0]],
            "y has missing values (contains NaN or None), the first in row 1 of column 0",
        ),
        (pd.DataFrame({"a": [1, None]}), "row 1 of column 'a'"),
        (pd.DataFrame({"a": pd.array([True, None], dtype="boolean")}), "row 1 of column 'a'"),
        (pl.DataFrame({"a": [True, None]}), "row 1 of column 'a'"),
        (pd.DataFrame({"a": ["yes", "no"]}), "row 0 of column 'a' has 'yes'"),
        (sparse.csr_array([[0, 0], [0, 3]]), "row 1 of column 1 has 3"),
        (sparse.csc_array([[0, 0], [0, np.nan]]), "missing values"),
    ],
)
def test_what_is_no_table_of_labels(y, message):
    pattern = message if "\\" in message else re.escape(message)
    with pytest.raises(ValueError, match=pattern):
        read(y)


def test_categories_are_refused():
    y = pd.DataFrame({"a": pd.Categorical([0, 1])})
    with pytest.raises(ValueError, match="needs numbers or booleans in column 'a' of y"):
        read(y)
