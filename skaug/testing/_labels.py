"""Checks of y: labels of any dtype, in any container, come back as they came."""

from typing import Any
from unittest import SkipTest

import narwhals as nw
import numpy as np
from scipy import sparse

from skaug.testing._data import (
    assert_same_cells,
    numbers,
    prepared,
    require_module,
    resampled,
    values_of,
)

NAMES = np.array(["common", "rare", "third"])


def check_label_dtypes(name: str, sampler: Any) -> None:
    """Check labels of every dtype: integers, −1 and 1, floats, booleans, text, objects."""
    for n_classes in (2, 3):
        X, y, counts = _plain(sampler, n_classes)
        forms = [y.astype(np.int8), y.astype(np.uint64), y * 1000 - 7, y.astype(float), NAMES[y]]
        forms += [NAMES[y].astype(object), NAMES[y].astype(bytes), y.astype(object)]
        if n_classes == 2:
            forms += [2 * y - 1, y.astype(bool), y.astype(bool).astype(object)]
        for form in forms:
            _check_labels(name, sampler, X, form, counts)


def check_label_containers(name: str, sampler: Any) -> None:
    """Check that lists, columns and the series and frames of labels come back as they came."""
    X, y, counts = _plain(sampler)
    for form in (y.tolist(), NAMES[y].tolist(), y[:, None], NAMES[y][:, None]):
        _check_labels(name, sampler, X, form, counts)
    installed = 0
    for make in (_of_pandas, _of_polars, _of_pyarrow):
        try:
            forms = make(y)
        except SkipTest:
            continue
        installed += 1
        for form in forms:
            _check_labels(name, sampler, X, form, counts)
    if not installed:
        raise SkipTest("neither pandas nor polars nor pyarrow is installed")


def check_one_hot_labels(name: str, sampler: Any) -> None:
    """Check that one-hot labels of two and of three columns stay one-hot."""
    for n_classes in (2, 3):
        X, y, counts = _plain(sampler, n_classes)
        one_hot = np.eye(n_classes)[y]
        for form in (one_hot, one_hot.astype(int), one_hot.astype(bool), one_hot.tolist()):
            _check_labels(name, sampler, X, form, counts)
        _check_labels(name, sampler, X, sparse.csr_array(one_hot), counts)


def _of_pandas(y: Any) -> list[Any]:
    pd = require_module("pandas")
    index = np.arange(len(y)) + 50
    series = [
        pd.Series(y, index=index, name="label"),
        pd.Series(NAMES[y], index=index),
        pd.Series(NAMES[y], dtype="category"),
        pd.Series(y, dtype="Int64"),
        pd.Series(NAMES[y], dtype="string"),
    ]
    return [*series, series[0].to_frame(), pd.DataFrame(np.eye(3, dtype=int)[y])]


def _of_polars(y: Any) -> list[Any]:
    pl = require_module("polars")
    series = [
        pl.Series("label", y),
        pl.Series("label", NAMES[y]),
        pl.Series("label", NAMES[y]).cast(pl.Categorical),
        pl.Series("label", NAMES[y]).cast(pl.Enum(NAMES.tolist())),
    ]
    return [*series, series[0].to_frame(), pl.DataFrame(np.eye(3, dtype=int)[y])]


def _of_pyarrow(y: Any) -> list[Any]:
    pa = require_module("pyarrow")
    return [pa.chunked_array([y]), pa.array(NAMES[y]), pa.table({"label": y})]


def _plain(sampler: Any, n_classes: int = 3) -> tuple[Any, Any, list[int]]:
    """Return X, the labels 0, 1, … and how many rows of each class these lead to."""
    X, y = numbers(sampler, n_classes)
    found = resampled(prepared(sampler), X, y).y
    return X, y, np.unique(found, return_counts=True)[1].tolist()


def _check_labels(name: str, sampler: Any, X: Any, y: Any, expected: list[int]) -> None:
    sampler = prepared(sampler)
    result = resampled(sampler, X, y).y
    what = f"{name} on labels {type(y).__name__} {getattr(y, 'dtype', '')}"
    assert type(result) is type(y), f"{what}: they came back as {type(result).__name__}"
    assert _schema(result) == _schema(y), f"{what}: they came back as {_schema(result)}"
    before, after = values_of(y), values_of(result)
    seed = sampler.sample_indices_
    known = seed >= 0
    assert_same_cells(after[known], before[seed[known]], f"{what}, labels of rows with a seed")
    counts = np.unique(_names(after), return_counts=True)[1]
    assert sorted(counts) == sorted(expected), f"{what}: counts {counts}, not {expected}"


def _names(values: Any) -> Any:
    """Write each label, or each row of a one-hot y, as text."""
    return [str(np.ravel(value).tolist()) for value in values]


def _schema(y: Any) -> Any:
    wrapped = nw.from_native(y, pass_through=True, allow_series=True)
    if isinstance(wrapped, nw.DataFrame):
        return wrapped.schema
    if isinstance(wrapped, nw.Series):
        return wrapped.name, wrapped.dtype
    return getattr(y, "dtype", None)
