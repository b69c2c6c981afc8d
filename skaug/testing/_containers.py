"""Checks of the containers: what goes in comes out, with the same dtypes and values."""

from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import get_tags

from skaug.testing._data import (
    COLUMNS,
    assert_same_cells,
    has_parameter,
    kept_rows,
    numbers,
    prepared,
    require_input,
    require_module,
    resampled,
    values_of,
    whole_numbers,
)


def check_float32(name: str, sampler: Any) -> None:
    """Check that float32 stays float32 and gives the rows that float64 gives."""
    X, y = numbers(sampler)
    expected = resampled(prepared(sampler), X, y).X
    result = resampled(prepared(sampler), X.astype(np.float32), y).X
    assert result.dtype == np.float32, f"{name} turned float32 into {result.dtype}"
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4, err_msg=name)


def check_integers(name: str, sampler: Any) -> None:
    """Check that integers are what floats give, to the nearest, unsigned ones without wrap."""
    X, y = whole_numbers()
    expected = np.rint(resampled(prepared(sampler), X, y).X)
    for dtype in (np.int64, np.int32, np.uint8):
        limits = np.iinfo(dtype)
        result = resampled(prepared(sampler), X.astype(dtype), y).X
        assert result.dtype == dtype, f"{name} turned {dtype.__name__} into {result.dtype}"
        np.testing.assert_array_equal(
            result, np.clip(expected, limits.min, limits.max), f"{name} on {dtype.__name__}"
        )


def check_bool_arrays(name: str, sampler: Any) -> None:
    """Check that an array of bool stays one."""
    X, y = numbers(sampler)
    middle = np.median(X, axis=0)
    given = middle < X
    sampler = prepared(sampler)
    result = resampled(sampler, given, y).X
    assert result.dtype == bool, f"{name} turned bool into {result.dtype}"
    kept = kept_rows(sampler)
    np.testing.assert_array_equal(result[: len(kept)], given[kept], f"{name}, original rows")


def check_object_arrays(name: str, sampler: Any) -> None:
    """Check that an array of objects stays one, and the integers in it integers."""
    X, y = numbers(sampler)
    sampler = prepared(sampler)
    expected = resampled(sampler, X, y).X
    given = X.astype(object)
    given[:, 0] = [int(value) for value in X[:, 0]]
    result = resampled(sampler, given, y).X
    assert result.dtype == object, f"{name} turned objects into {result.dtype}"
    kept = kept_rows(sampler)
    assert_same_cells(result[: len(kept)], given[kept], f"{name}, original rows")
    assert all(isinstance(value, int) for value in result[:, 0]), f"{name} lost the integers"
    np.testing.assert_allclose(result[:, 1:].astype(float), expected[:, 1:], err_msg=name)


def check_lists(name: str, sampler: Any) -> None:
    """Check that lists come back as lists."""
    X, y = numbers(sampler)
    expected = resampled(prepared(sampler), X, y)
    result = resampled(prepared(sampler), X.tolist(), y.tolist())
    assert isinstance(result.X, list), f"{name}: X is no list"
    assert isinstance(result.X[-1], list), f"{name}: the rows of X are no lists"
    assert isinstance(result.y, list), f"{name}: y is no list"
    for part, array in zip(result[:2], expected[:2], strict=True):
        assert part == array.tolist(), f"{name} makes of lists what it does not make of arrays"


def check_sparse(name: str, sampler: Any) -> None:
    """Check that CSR and CSC, matrix and array, come back, with the values of dense X."""
    require_input(sampler, "sparse")
    X, y = numbers(sampler)
    middle = np.median(X, axis=0)
    X[middle > X] = 0
    expected = resampled(prepared(sampler), X, y).X
    kinds: list[Any] = [
        sparse.csr_matrix,
        sparse.csc_matrix,
        sparse.csr_array,
        sparse.csc_array,
    ]
    for kind in kinds:
        for dtype in (np.float64, np.float32):
            given = kind(X.astype(dtype))
            result = resampled(prepared(sampler), given, y).X
            assert type(result) is kind, f"{name} turned {kind.__name__} into {type(result)}"
            assert result.dtype == dtype, f"{name} turned {dtype.__name__} into {result.dtype}"
            np.testing.assert_allclose(
                result.toarray(), expected, rtol=1e-5, atol=1e-5, err_msg=f"{name}, {kind.__name__}"
            )


# Frames of numbers -------------------------------------------------------------------------


def check_pandas(name: str, sampler: Any) -> None:
    """Check that a pandas frame comes back with its names and dtypes, and a fresh index."""
    pd = require_module("pandas")
    require_input(sampler, "dataframe")
    _check_frame(name, sampler, lambda columns: pd.DataFrame(columns, index=_odd_index(columns)))
    X, y = numbers(sampler)
    frame = pd.DataFrame(X, columns=COLUMNS, index=_odd_index(X.T))
    series = pd.Series(y, index=frame.index, name="label")
    result = resampled(prepared(sampler), frame, series, sample_weight=series + 1.0)
    if len(result.X) != len(y):
        for part in result:
            assert part.index.equals(pd.RangeIndex(len(result.X))), f"{name}: no fresh index"
    assert isinstance(result.weight, pd.Series), f"{name} lost the container of the weights"


def check_pandas_nullable(name: str, sampler: Any) -> None:
    """Check that pandas' nullable and sparse dtypes come back."""
    pd = require_module("pandas")
    require_input(sampler, "dataframe")
    X, y = whole_numbers()
    dtypes = ["Int64", "Float64", "UInt8", "Float32", pd.SparseDtype(float, 0), "Int16"]
    frame = pd.DataFrame(X, columns=COLUMNS).astype(dict(zip(COLUMNS, dtypes, strict=True)))
    sampler = prepared(sampler)
    _check_schema_and_originals(name, sampler, frame, resampled(sampler, frame, y).X)


def check_polars(name: str, sampler: Any) -> None:
    """Check that a polars frame comes back with its names and dtypes."""
    pl = require_module("polars")
    require_input(sampler, "dataframe")
    _check_frame(name, sampler, pl.DataFrame)


def check_pyarrow(name: str, sampler: Any) -> None:
    """Check that a pyarrow table comes back with its names and types."""
    pa = require_module("pyarrow")
    require_input(sampler, "dataframe")
    _check_frame(name, sampler, pa.table)


def _odd_index(columns: Any) -> NDArray[Any]:
    first = next(iter(columns.values() if isinstance(columns, dict) else columns))
    return np.arange(len(first)) * 3 + 100


def _check_frame(name: str, sampler: Any, make: Callable[[Any], Any]) -> None:
    X, y = numbers(sampler)
    expected = resampled(prepared(sampler), X, y).X
    given = make(dict(zip(COLUMNS, X.T, strict=True)))
    result = resampled(prepared(sampler), given, y).X
    assert type(result) is type(given), f"{name} turned a frame into {type(result)}"
    np.testing.assert_allclose(values_of(result), expected, err_msg=name)
    X, y = whole_numbers()
    dtypes = [np.int64, np.float64, np.float32, np.uint8, np.int16, np.float64]
    columns = zip(COLUMNS, X.T, dtypes, strict=True)
    given = make({column: values.astype(dtype) for column, values, dtype in columns})
    sampler = prepared(sampler)
    _check_schema_and_originals(name, sampler, given, resampled(sampler, given, y).X)


# Frames of all kinds of columns ------------------------------------------------------------


def check_mixed_pandas(name: str, sampler: Any) -> None:
    """Check categories, text and booleans of pandas, without and with missing ones."""
    pd = require_module("pandas")

    def make(columns: dict[str, Any]) -> Any:
        text = pd.Series(columns["text"])
        return pd.DataFrame(
            {
                **columns,
                "text": text,
                "string": text.astype("string"),
                "category": pd.Categorical(text, categories=["w", "v", "u", "unused"]),
                "ordered": pd.Categorical(text, categories=["v", "u", "w"], ordered=True),
                "boolean": pd.Series(columns["flag"], dtype="boolean"),
            }
        )

    _check_mixed(name, sampler, make)


def check_mixed_polars(name: str, sampler: Any) -> None:
    """Check categories, text and booleans of polars, without and with missing ones."""
    pl = require_module("polars")

    def make(columns: dict[str, Any]) -> Any:
        frame = pl.DataFrame(columns, strict=False)
        return frame.with_columns(
            pl.col("text").cast(pl.Categorical).alias("category"),
            pl.col("text").cast(pl.Enum(["w", "v", "u", "unused"])).alias("enum"),
        )

    _check_mixed(name, sampler, make)


def check_mixed_pyarrow(name: str, sampler: Any) -> None:
    """Check dictionaries, text and booleans of pyarrow, without and with missing ones."""
    pa = require_module("pyarrow")

    def make(columns: dict[str, Any]) -> Any:
        dictionary = pa.array(columns["text"]).dictionary_encode()
        return pa.table({**columns, "dictionary": dictionary})

    _check_mixed(name, sampler, make)


def _check_mixed(name: str, sampler: Any, make: Callable[[dict[str, Any]], Any]) -> None:
    require_input(sampler, "dataframe", "categorical", "string")
    sampler = prepared(sampler)
    if has_parameter(sampler, "categorical_features"):
        sampler.set_params(categorical_features="from_dtype")
    X, y = numbers(sampler)
    rng = np.random.default_rng(4)
    text = np.array(["u", "v", "w"])[rng.integers(3, size=len(y))].tolist()
    flag = (rng.random(len(y)) < 0.5).tolist()
    whole = np.rint(X[:, 2]).astype(int)
    for missing in (False, True):
        if missing and not get_tags(sampler).input_tags.allow_nan:
            return
        if missing:
            text[::5] = [None] * len(text[::5])
            flag[1::5] = [None] * len(flag[1::5])
        given = make({"number": X[:, 1], "whole": whole, "text": text, "flag": flag})
        result = resampled(sampler, given, y).X
        _check_schema_and_originals(name, sampler, given, result)
        for column in ("text", "flag"):
            levels = set(nw.from_native(given)[column].drop_nulls().to_list())
            found = set(nw.from_native(result)[column].drop_nulls().to_list())
            assert found <= levels, f"{name} invented the categories {found - levels}"


def _check_schema_and_originals(name: str, sampler: Any, given: Any, result: Any) -> None:
    assert type(result) is type(given), f"{name} turned {type(given)} into {type(result)}"
    before, after = nw.from_native(given), nw.from_native(result)
    assert after.columns == before.columns, f"{name} changed the columns to {after.columns}"
    for column in before.columns:
        old, new = before[column], after[column]
        assert _dtype(new) == _dtype(old), (
            f"{name} turned column {column!r} from {_dtype(old)} into {_dtype(new)}"
        )
        kept = kept_rows(sampler)
        assert_same_cells(
            new.head(len(kept)).to_list(),
            old[kept].to_list(),
            f"{name}, original rows of column {column!r}",
        )


def _dtype(series: nw.Series[Any]) -> Any:
    native = series.to_native()
    return native.type if hasattr(native, "type") else native.dtype
