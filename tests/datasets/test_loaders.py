"""The shipped tables are what their sources are: shape, dtypes, classes, missing values."""

import csv
import gzip
import sys
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from skaug._core.extras import MissingExtraError
from skaug.datasets import load_ecoli, load_german, load_hypothyroid

LOADERS = [load_hypothyroid, load_german, load_ecoli]
SUMMARIES = {
    "hypothyroid": {
        "shape": (3163, 25),
        "classes": {"negative": 3012, "hypothyroid": 151},
        "missing": 5329,
        "categorical": 18,
        "numeric_dtype": "float64",
        "sums": {"age": 138986.0, "TSH": 15962.97, "TBG": 8133.6},
    },
    "german": {
        "shape": (1000, 20),
        "classes": {"good": 700, "bad": 300},
        "missing": 0,
        "categorical": 13,
        "numeric_dtype": "int64",
        "sums": {"amount": 3271258, "age": 35546},
    },
    "ecoli": {
        "shape": (336, 7),
        "classes": {
            "cp": 143,
            "im": 77,
            "imL": 2,
            "imS": 2,
            "imU": 35,
            "om": 20,
            "omL": 5,
            "pp": 52,
        },
        "missing": 0,
        "categorical": 0,
        "numeric_dtype": "float64",
        "sums": {"mcg": 168.02, "alm2": 167.91},
    },
}


def name_of(loader):
    return loader.__name__.removeprefix("load_")


@pytest.mark.parametrize("loader", LOADERS)
def test_frame_agrees_with_the_recorded_summary(loader):
    expected = SUMMARIES[name_of(loader)]
    bunch = loader()
    X = bunch.data
    assert X.shape == expected["shape"]
    assert int(X.isna().sum().sum()) == expected["missing"]
    counts = np.bincount(bunch.target).tolist()
    assert dict(zip(bunch.target_names, counts, strict=True)) == expected["classes"]
    assert len(bunch.categorical) == expected["categorical"]
    for column in X:
        if column in bunch.categorical:
            assert isinstance(X[column].dtype, pd.CategoricalDtype)
            assert X[column].cat.categories.is_monotonic_increasing
        else:
            assert X[column].dtype == expected["numeric_dtype"]
    for column, total in expected["sums"].items():
        assert X[column].sum() == pytest.approx(total)


@pytest.mark.parametrize("loader", LOADERS)
def test_the_bunch_is_consistent(loader):
    bunch = loader()
    assert bunch.feature_names == list(bunch.data.columns)
    pd.testing.assert_frame_equal(bunch.frame[bunch.feature_names], bunch.data)
    pd.testing.assert_series_equal(bunch.frame[bunch.target.name], bunch.target)
    assert "CC BY 4.0" in bunch.DESCR
    X, y = loader(return_X_y=True)
    pd.testing.assert_frame_equal(X, bunch.data)
    pd.testing.assert_series_equal(y, bunch.target)


@pytest.mark.parametrize("loader", LOADERS)
def test_arrays_hold_the_codes_and_numbers_of_the_frame(loader):
    bunch = loader()
    X, y = loader(return_X_y=True, as_frame=False)
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    np.testing.assert_array_equal(y, bunch.target)
    for column, values in zip(bunch.data, X.T, strict=True):
        series = bunch.data[column]
        if column in bunch.categorical:
            series = series.cat.codes.where(series.notna())
        np.testing.assert_array_equal(values, series.to_numpy(dtype=np.float64))


@pytest.mark.parametrize("loader", LOADERS)
def test_arrays_need_no_pandas_and_frames_name_the_extra(loader, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    bunch = loader(as_frame=False)
    assert bunch.frame is None
    assert len(bunch.data) == len(bunch.target)
    with pytest.raises(MissingExtraError, match=r'needs pandas.*pip install "skaug\[cli\]"'):
        loader()


@pytest.mark.parametrize("loader", LOADERS)
def test_two_calls_share_nothing(loader):
    first = loader()
    expected = first.data.copy(deep=True), first.target.copy(deep=True)
    first.data.pop(first.data.columns[0])
    first.target[:] = 0
    pd.testing.assert_frame_equal(loader().data, expected[0])
    pd.testing.assert_series_equal(loader().target, expected[1])


@pytest.mark.parametrize("loader", LOADERS)
def test_the_file_is_the_table_row_by_row(loader):
    """The csv module's plain text, compared field by field with what the loader made of it."""
    path = files("skaug.datasets") / "data" / f"{name_of(loader)}.csv.gz"
    bunch = loader()
    header, *rows = csv.reader(gzip.decompress(path.read_bytes()).decode().splitlines())
    assert header == [*bunch.feature_names, bunch.target.name]
    for column, fields in zip(header[:-1], zip(*rows, strict=True), strict=False):
        for value, field in zip(bunch.data[column], fields, strict=True):
            if field == "":
                assert pd.isna(value)
            else:
                assert value == field or value == float(field)
    assert [bunch.target_names[label] for label in bunch.target] == [row[-1] for row in rows]


@pytest.mark.parametrize("loader", LOADERS)
def test_the_file_has_no_field_of_spaces_or_question_marks(loader):
    path = files("skaug.datasets") / "data" / f"{name_of(loader)}.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    fields = {field for row in csv.reader(text.splitlines()) for field in row}
    assert "?" not in fields
    assert all(field == field.strip() for field in fields)


def test_the_licence_credits_every_file():
    folder = files("skaug.datasets") / "data"
    licence = (folder / "LICENCE.txt").read_text()
    assert "Creative Commons Attribution 4.0" in licence
    for path in folder.iterdir():
        if path.name.endswith(".csv.gz"):
            assert path.name in licence
