"""Blanks: rows a model draws are written as if the whole table were still there."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from containers import CATEGORIES, DENSE, FLAGS, HOLD_NO_NULL, NUMBERS, cells, dtype, frame
from numpy.testing import assert_array_equal

from skaug._core.batch import Batch
from skaug._core.blank import NO_ROWS, blank_table, blank_target
from skaug._core.continuous import ContinuousTarget
from skaug._core.reading import read_table
from skaug._core.target import Target
from skaug.over_sampling import SMOTE

Y = np.arange(8) % 2
WHOLE = [3, 1, 2, None, 1, 3, 3, 0]
TEXT = ["c", "a", None, "b", "a", "c", "c", "c"]
FLAG = [True, None, False, True, True, False, True, True]


def drawn(n, numeric, codes):
    return Batch(seed=np.full(n, -1), values=numeric, codes=codes)


def read(X):
    return read_table(SMOTE(), X, Y, categorical_features="from_dtype")


@pytest.mark.parametrize("kind", [*NUMBERS, *CATEGORIES, *FLAGS])
def test_columns_of_any_dtype_are_written_as_by_the_whole_table(kind):
    if kind in NUMBERS:
        column = NUMBERS[kind]([v or 0 for v in WHOLE] if kind in HOLD_NO_NULL else WHOLE)
    else:
        column = (CATEGORIES | FLAGS)[kind](TEXT if kind in CATEGORIES else FLAG)
    X = frame(a=column)
    table, rows = read(X), np.array([6, 3, 2, 1, 1])
    batch = drawn(5, table.numeric[rows], table.codes[rows])
    made = blank_table(table).extended([batch], kept=NO_ROWS)
    assert cells(made, "a") == [cells(X, "a")[row] for row in rows]
    assert cells(made, "a") == cells(table.extended([batch], kept=NO_ROWS), "a")
    assert dtype(made, "a") == dtype(X, "a")


@pytest.mark.parametrize("kind", DENSE)
def test_containers_are_those_of_the_table(kind):
    X = DENSE[kind](np.random.default_rng(0).normal(size=(8, 3)).astype(np.float16).astype(float))
    table = read(X)
    batch = drawn(3, np.asarray(table.numeric[[5, 1, 5]], dtype=float), np.empty((3, 0), dtype=int))
    made = blank_table(table).extended([batch], kept=NO_ROWS)
    assert type(made) is (np.ndarray if kind == "list" else type(X))
    assert_array_equal(np.asarray(made, dtype=float), table.numeric[[5, 1, 5]])


def test_objects_keep_their_types():
    X = np.array([[1, 1.5, None], [2, 2, 5], [2, 3, np.nan], [1, 2, 6]], dtype=object)
    X = np.concatenate([X, X])
    values = np.array([[2.0, 2.0, np.nan], [1.0, 1.5, 6.0]])
    made = blank_table(read(X)).extended([drawn(2, values, np.empty((2, 0), int))], kept=NO_ROWS)
    assert made.tolist() == [[2, 2.0, None], [1, 1.5, 6.0]]
    assert isinstance(made[0, 0], int)


def test_a_blank_holds_few_rows():
    X = pd.DataFrame({"a": np.arange(8.0), "b": list("xyxyxyxy"), "c": [None, *range(7)]})
    assert len(blank_table(read(X)).native) == 2


@pytest.mark.parametrize(
    "y", [["b", "a", "b"], np.array([5, 3, 5]), pd.Series([True, False, True])]
)
def test_row_i_of_a_blank_has_the_label_of_code_i(y):
    blank = blank_target(Target(y, owner="x"), "x")
    assert blank.classes.tolist() == np.unique(np.asarray(y)).tolist()
    assert blank.codes.tolist() == [0, 1]
    assert type(blank.native) is type(y)


def test_one_hot_labels_keep_their_columns():
    y = np.eye(4, dtype=int)[[3, 1, 3]]
    assert blank_target(Target(y, owner="x"), "x").native.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize(("y", "expected"), [([3, 1, 2], [1, 2]), ([1.5, 2, 3], [1.0, 2.0])])
def test_numbers_of_a_list_stay_whole_if_all_were(y, expected):
    batch = Batch(seed=np.full(2, -1), y=np.array([1.0, 2.0]))
    blank = blank_target(ContinuousTarget(y, owner="x"), "x")
    made = blank.extended([batch], kept=NO_ROWS)
    assert made == expected
    assert list(map(type, made)) == list(map(type, expected))


@pytest.mark.parametrize("missing", [None, np.nan])
def test_what_a_model_draws_as_missing_is_missing_as_in_the_column(missing):
    X = pl.DataFrame({"a": pl.Series([*range(7), missing], dtype=pl.Float64, strict=False)})
    batch = drawn(1, np.array([[np.nan]]), np.empty((1, 0), dtype=int))
    made = blank_table(read(X)).extended([batch], kept=NO_ROWS)["a"]
    assert made.is_null().to_list() == [missing is None]
    assert made.is_nan().to_list() == [None if missing is None else True]
