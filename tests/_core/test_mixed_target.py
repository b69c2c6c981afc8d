"""MixedTarget: what a y holds, and that it comes back in its container."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skaug._core.batch import Batch
from skaug._core.mixed_target import MixedTarget

LABELS = np.array(["b", "a", "b"])
NUMBERS = np.array([[0.5, 10.0], [1.5, 30.0], [2.0, 20.0]])
SEED, PARTNER, SHARE = np.array([0, 1]), np.array([1, 2]), np.array([0.25, 0.5])


def extended(native, *, kept=None, batch=None, **params):
    y = MixedTarget(native, owner="Mixup", **params)
    made = None
    if y.is_mixed or y.is_soft:
        made = y.mixed(SEED, PARTNER, SHARE)
    return y.extended([batch or Batch(seed=SEED, partner=PARTNER, y=made)], kept)


KINDS = [
    (["a", "b"], "classes"),
    ([0, 1], "classes"),
    ([0.0, 1.0], "classes"),
    (np.array([True, False]), "classes"),
    (np.array([0, 1], dtype=object), "classes"),
    (pd.Series(["a", "b"], dtype="category"), "classes"),
    ([[0, 1], [1, 0]], "classes"),
    ([[1, 1], [1, 0]], "sets"),
    ([[0, 0], [1, 0]], "sets"),
    ([[0.3, 0.7], [1.0, 0.0]], "probabilities"),
    ([0.5, 1.0], "continuous"),
    ([[0.5], [1.0]], "continuous"),
    (np.array([0.5, 1.0], dtype=object), "continuous"),
    (pd.Series([0.5, 1.0], dtype="Float64"), "continuous"),
    ([[0.5, 2.0], [1.0, 0.0]], "continuous"),
    ([[3, 4], [1, 0]], "sets"),
]


@pytest.mark.parametrize(("native", "kind"), KINDS, ids=str)
def test_kinds(native, kind):
    y = MixedTarget(native, owner="Mixup")
    assert y.kind == kind
    assert len(y) == 2
    assert y.is_mixed == (kind in ("probabilities", "continuous"))


def test_kinds_can_be_told():
    assert MixedTarget([1, 2], owner="Mixup", target_type="continuous").kind == "continuous"
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        MixedTarget([0.5, 2], owner="Mixup", target_type="classes")


def test_labels_are_repeated_in_their_container():
    batch = Batch(seed=SEED, partner=PARTNER, label_rows=np.array([1, 1]))
    for native in (LABELS, LABELS.tolist(), pd.Series(LABELS), pl.Series(LABELS)):
        result = extended(native, batch=batch)
        assert type(result) is type(native)
        assert list(result) == ["b", "a", "b", "a", "a"]
        assert list(extended(native, batch=batch, kept=np.empty(0, int))) == ["a", "a"]


SETS = np.array([[1, 1], [0, 1], [0, 0]])


@pytest.mark.parametrize(
    "make", [np.asarray, np.ndarray.tolist, sparse.csr_array, pd.DataFrame, pl.DataFrame]
)
def test_sets_of_labels(make):
    result = extended(make(SETS))
    assert type(result) is type(make(SETS))
    dense = result.toarray() if sparse.issparse(result) else np.asarray(result)
    assert_array_equal(dense, SETS[[0, 1, 2, 0, 1]])
    soft = extended(make(SETS), soft=True)
    dense = soft.toarray() if sparse.issparse(soft) else np.asarray(soft)
    assert_allclose(dense[3:], [[0.25, 1], [0, 0.5]])


def test_several_labels_a_row_have_no_shares():
    native = np.array([[3, 4], [1, 0], [2, 2]])
    assert_array_equal(extended(native), native[[0, 1, 2, 0, 1]])
    with pytest.raises(ValueError, match="columns hold labels other than 0 and 1"):
        extended(native, soft=True)


SOFT = [[0, 1], [1, 0], [0, 1], [0.75, 0.25], [0.5, 0.5]]


def test_soft_labels():
    for native in (LABELS, LABELS[:, None], [[0, 1], [1, 0], [0, 1]]):
        assert_allclose(extended(np.asarray(native), soft=True), SOFT)
    assert extended(LABELS.tolist(), soft=True) == SOFT
    for native in (pd.Series(LABELS), pl.Series(LABELS), pa.chunked_array([LABELS])):
        result = extended(native, soft=True)
        names = result.column_names if isinstance(result, pa.Table) else list(result.columns)
        assert names == ["a", "b"]
        assert_allclose(np.asarray(result).astype(float), SOFT)
    frame = extended(pd.DataFrame({"u": [0, 1, 0], "v": [1, 0, 1]}), soft=True)
    assert frame.columns.tolist() == ["u", "v"]
    made = extended(sparse.csc_matrix([[0, 1], [1, 0], [0, 1]]), soft=True)
    assert isinstance(made, sparse.csc_matrix)
    assert_allclose(made.toarray(), SOFT)
    assert_allclose(extended(LABELS, soft=True, kept=np.empty(0, int)), SOFT[3:])


MIXED = [[1.25, 25], [1.75, 25]]


@pytest.mark.parametrize("kept", [None, np.empty(0, dtype=int)])
def test_numbers_in_several_columns(kept):
    expected = MIXED if kept is not None else [*NUMBERS.tolist(), *MIXED]
    columns = {"u": NUMBERS[:, 0], "v": NUMBERS[:, 1]}
    containers = [NUMBERS, NUMBERS.astype(np.float32), NUMBERS.tolist(), sparse.csr_array(NUMBERS)]
    containers += [pd.DataFrame(columns, index=[5, 6, 7]), pl.DataFrame(columns), pa.table(columns)]
    for native in containers:
        result = extended(native, kept=kept)
        assert type(result) is type(native)
        dense = result.toarray() if sparse.issparse(result) else np.asarray(result)
        assert_allclose(dense, expected)
    assert extended(NUMBERS.astype(np.float32), kept=kept).dtype == np.float32


def test_whole_numbers_are_rounded():
    native = np.array([[1, 10], [4, 30], [8, 20]])
    told = {"target_type": "continuous"}
    result = extended(native, **told)
    assert result.dtype == native.dtype
    assert result[3:].tolist() == [[3, 25], [6, 25]]
    assert extended(native.tolist(), **told)[3:] == [[3, 25], [6, 25]]
    table = extended(pd.DataFrame(native, columns=["u", "v"]), **told)
    assert table.dtypes.tolist() == [np.dtype("int64")] * 2


@pytest.mark.parametrize("native", [NUMBERS[:, 0], NUMBERS[:, :1], pd.Series(NUMBERS[:, 0])])
def test_one_number_a_row(native):
    result = extended(native)
    assert type(result) is type(native)
    assert_allclose(np.ravel(result), [0.5, 1.5, 2, 1.25, 1.75])


def test_probabilities_are_mixed():
    result = extended(np.array([[0.2, 0.8], [0.6, 0.4], [1, 0]]))
    assert_allclose(result[3:], [[0.5, 0.5], [0.8, 0.2]])


def test_missing_values_are_refused():
    for native in ([[0.5, np.nan], [1, 2]], [[0.5, np.inf], [1, 2]]):
        with pytest.raises(ValueError, match="missing or infinite values"):
            MixedTarget(np.array(native), owner="Mixup")
    with pytest.raises(ValueError, match="y has missing"):
        MixedTarget([0.5, np.nan], owner="Mixup")
    with pytest.raises(ValueError, match="y has missing values"):
        MixedTarget(["a", None], owner="Mixup")


def test_a_warning_where_whole_numbers_are_hardly_labels():
    numbers = np.arange(100)
    with pytest.warns(UserWarning, match="100 distinct whole numbers in 100 rows"):
        MixedTarget(numbers, owner="Mixup")
    MixedTarget(numbers, owner="Mixup", target_type="classes")
    MixedTarget(np.arange(200) % 20, owner="Mixup")
