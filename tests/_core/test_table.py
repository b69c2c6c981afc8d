import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse

from skaug._core.table import appended_rows, gathered_rows, is_frame, round_into

INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
ROWS = np.array([2, 0, 2])


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.sampled_from(INTEGERS))
def test_round_into_takes_the_nearest_integer_of_the_dtype(values, dtype):
    out = np.empty(len(values), dtype=dtype)
    round_into(np.array(values), out)
    limits = np.iinfo(dtype)
    for value, rounded in zip(values, out.tolist(), strict=True):
        if limits.min <= value <= limits.max:
            # of the floats up to the largest integer of 64 bits the last is not one of them
            assert rounded == round(value) or value == float(limits.max)
        else:
            assert abs(rounded - (limits.min if value < 0 else limits.max)) <= limits.max // 2**52


def test_round_into_floats_and_booleans():
    out = np.empty(3, dtype=np.float32)
    round_into(np.array([0.1, 1.5, np.nan]), out)
    assert_array_equal(out, np.array([0.1, 1.5, np.nan], dtype=np.float32))
    flags = np.empty(3, dtype=bool)
    round_into(np.array([0.2, 0.8, 1.0]), flags)
    assert flags.tolist() == [False, True, True]


CONTAINERS = [
    [1, 2, 3],
    [[1], [2], [3]],
    np.array(["a", "b", "c"]),
    np.arange(6).reshape(3, 2),
    np.array([None, "b", 3], dtype=object),
    sparse.csr_array(np.eye(3)),
    sparse.csc_matrix(np.eye(3)),
    pd.Series(["a", "b", "c"], index=[5, 5, 9], name="y", dtype="category"),
    pd.DataFrame({"y": [1, 2, 3]}, index=list("pqr")),
    pl.Series("y", [1, None, 3]),
    pl.DataFrame({"y": [1, 2, 3]}),
    pa.chunked_array([[1, 2], [3]]),
    pa.array(["a", "b", "c"]),
    pa.table({"y": [1, 2, 3]}),
]


def as_list(container):
    if sparse.issparse(container):
        return container.toarray().tolist()
    if isinstance(container, (pd.DataFrame, pd.Series, np.ndarray)):
        return np.asarray(container).tolist()
    if isinstance(container, pl.DataFrame):
        return container.rows()
    if isinstance(container, pl.Series):
        return container.to_list()
    return list(container) if isinstance(container, list) else container.to_pylist()


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda c: f"{type(c).__module__}.{type(c)}")
def test_rows_of_any_container(container):
    before = as_list(container)
    for function, rows in [(gathered_rows, [2, 0, 2]), (appended_rows, [0, 1, 2, 2, 0, 2])]:
        result = function(container, ROWS)
        assert type(result) is type(container)
        assert as_list(result) == [before[row] for row in rows]
        if isinstance(result, (pd.Series, pd.DataFrame)):
            assert result.index.tolist() == list(range(len(rows)))
    assert as_list(container) == before


def test_what_is_a_frame():
    for container in CONTAINERS:
        assert is_frame(container) == isinstance(container, (pd.DataFrame, pl.DataFrame, pa.Table))
    assert is_frame(pl.LazyFrame({"a": [1]}))
    assert not is_frame(None)
