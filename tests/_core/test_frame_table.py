"""Every kind of column of every library, through the samplers that write them."""

import datetime

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from containers import (
    CATEGORIES,
    FLAGS,
    HOLD_NO_NULL,
    NUMBERS,
    cells,
    dtype,
    frame,
    like,
)

from skaug._core.batch import Batch
from skaug._core.frame_table import FrameTable
from skaug.over_sampling import SMOTE, SMOTEN, SMOTENC, SMOTER, RandomOverSampler

N = 40
RNG = np.random.default_rng(0)
Y = np.repeat(["common", "rare"], [28, 12])
X = RNG.normal(size=N)
WHOLE = RNG.integers(0, 99, size=N).tolist()
TEXT = np.array(["a", "b", "c"])[RNG.integers(3, size=N)].tolist()
FLAG = (RNG.random(N) < 0.5).tolist()
SAMPLERS = [
    RandomOverSampler(random_state=0),
    RandomOverSampler(random_state=0, shrinkage=1),
    SMOTE(random_state=0),
]


def with_missing(values):
    return [None if i % 4 == 1 else value for i, value in enumerate(values)]


def check_column(sampler, column):
    """Resample a frame of this column and a number; return the cells made and their seeds'."""
    given = frame(column=column, number=like(column, X))
    before = cells(given, "column")
    result, _ = sampler.fit_resample(given, Y)
    assert type(result) is type(given)
    assert dtype(result, "column") == dtype(given, "column")
    after = cells(result, "column")
    assert after[:N] == before
    seeds = sampler.sample_indices_[N:]
    assert [value is None for value in after[N:]] == [before[seed] is None for seed in seeds]
    return after[N:], [before[seed] for seed in seeds]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@pytest.mark.parametrize(
    ("kind", "missing"),
    [(kind, False) for kind in NUMBERS]
    + [(kind, True) for kind in sorted(NUMBERS.keys() - HOLD_NO_NULL)],
)
def test_numbers(kind, missing, sampler):
    values = with_missing(WHOLE) if missing else WHOLE
    made, seeds = check_column(sampler, NUMBERS[kind](values))
    if sampler is SAMPLERS[0]:
        assert made == seeds
    elif "nt" in kind and "float" not in kind:
        assert all(value is None or value == int(value) for value in made)
    assert made != seeds or sampler is SAMPLERS[0]


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "missing"])
@pytest.mark.parametrize("sampler", [*SAMPLERS, SMOTENC(random_state=0)], ids=str)
@pytest.mark.parametrize("kind", CATEGORIES)
def test_categories(kind, sampler, missing):
    values = with_missing(TEXT) if missing else TEXT
    made, seeds = check_column(sampler, CATEGORIES[kind](values))
    assert set(made) <= set(values)
    if isinstance(sampler, RandomOverSampler):
        assert made == seeds
    else:
        assert made != seeds  # the neighbours vote


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "missing"])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@pytest.mark.parametrize("kind", FLAGS)
def test_booleans_are_categories(kind, sampler, missing):
    values = with_missing(FLAG) if missing else FLAG
    made, _ = check_column(sampler, FLAGS[kind](values))
    assert set(made) <= {True, False, None}


@pytest.mark.filterwarnings("ignore:SMOTEN? looks for k_neighbors")
@pytest.mark.parametrize("kind", {**CATEGORIES, **FLAGS})
def test_tables_of_categories_only(kind):
    values = with_missing(TEXT if kind in CATEGORIES else FLAG)
    column = {**CATEGORIES, **FLAGS}[kind](values)
    given = frame(column=column, other=column)
    for sampler in (SMOTE(random_state=0), SMOTEN(random_state=0)):
        result, _ = sampler.fit_resample(given, Y)
        assert dtype(result, "column") == dtype(given, "column")
        assert set(cells(result, "column")) <= set(values)


def test_integer_categories_that_are_declared_by_their_dtype():
    given = pd.DataFrame({"c": pd.Categorical([10 * (i % 3) for i in range(N)]), "x": X})
    result, _ = SMOTE(random_state=0).fit_resample(given, Y)
    assert result["c"].dtype == given["c"].dtype
    assert set(result["c"]) == {0, 10, 20}


def test_numbers_that_are_declared_categories():
    for column in ("pandas Int64", "pandas object", "polars Int64", "pyarrow int64"):
        values = with_missing([i % 3 for i in range(N)])
        given = frame(c=NUMBERS[column](values), x=like(NUMBERS[column](values), X))
        result, _ = SMOTE(random_state=0, categorical_features=["c"]).fit_resample(given, Y)
        assert dtype(result, "c") == dtype(given, "c")
        assert set(cells(result, "c")) == {0, 1, 2, None}


# Missing values are kept apart: null is not NaN ------------------------------------------------


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_null_and_nan_of_polars_and_pyarrow(sampler):
    values = [None if i % 3 == 0 else float("nan") if i % 3 == 1 else X[i] for i in range(N)]
    for given in (
        pl.DataFrame({"v": values, "x": X}, strict=False),
        pa.table({"v": pa.array(values, pa.float64()), "x": X}),
    ):
        result, _ = sampler.fit_resample(given, Y)
        made = nw.from_native(result)["v"][N:]
        seeds = nw.from_native(given)["v"][sampler.sample_indices_[N:]]
        assert made.is_null().to_list() == seeds.is_null().to_list()
        assert made.is_nan().to_list() == seeds.is_nan().to_list()


EMPTY = {
    "pandas": pd.Series([None] * N),
    "pandas float": pd.Series([None] * N, dtype=float),
    "pandas Int64": pd.Series([None] * N, dtype="Int64"),
    "polars": pl.Series([None] * N),
    "polars Int64": pl.Series([None] * N, dtype=pl.Int64),
    "pyarrow": pa.nulls(N),
    "pyarrow int64": pa.nulls(N, pa.int64()),
}


@pytest.mark.parametrize("kind", EMPTY)
def test_columns_without_values(kind):
    for sampler in SAMPLERS:
        made, _ = check_column(sampler, EMPTY[kind])
        assert set(made) == {None}


# The frame around the columns ------------------------------------------------------------------


def test_a_pandas_frame_gets_a_fresh_index_if_rows_are_made():
    given = pd.DataFrame({"x": X}, index=np.arange(N) + 100)
    for sampler in SAMPLERS:
        result, _ = sampler.fit_resample(given, Y)
        assert result.index.equals(pd.RangeIndex(56))
        same, y = sampler.fit_resample(given[16:], pd.Series(Y, index=given.index)[16:])
        pd.testing.assert_frame_equal(same, given[16:])
        assert y.index.equals(given.index[16:])


def test_rows_are_read_by_position_whatever_the_index():
    for index in (np.zeros(N, dtype=int), np.arange(N)[::-1], list("ab") * (N // 2)):
        plain = pd.DataFrame({"x": X, "t": TEXT})
        odd = plain.set_axis(index)
        for sampler in SAMPLERS:
            expected, _ = sampler.fit_resample(plain, Y)
            result, _ = sampler.fit_resample(odd, pd.Series(Y, index=index))
            pd.testing.assert_frame_equal(result, expected)


@pytest.mark.parametrize("names", [[0, 1], [7, 3], [("a", 1), ("b", 2)]], ids=str)
def test_column_names_that_are_not_text(names):
    given = pd.DataFrame({"x": X, "t": TEXT})
    given.columns = names
    for sampler in SAMPLERS:
        result, _ = sampler.fit_resample(given, Y)
        assert result.columns.tolist() == given.columns.tolist()
        assert result.dtypes.tolist() == given.dtypes.tolist()
        assert not hasattr(sampler, "feature_names_in_")


def test_repeated_column_names_are_refused():
    given = pd.DataFrame(np.c_[X, X, X], columns=["a", "b", "a"])
    with pytest.raises(ValueError, match="must have unique column names, but has 'a' 2 times"):
        SMOTE().fit_resample(given, Y)


# Columns that are neither numbers nor categories -----------------------------------------------

DAYS = [datetime.datetime(2020, 1, 1) + datetime.timedelta(days=i % 5) for i in range(N)]
DATES = {
    "pandas": pd.DataFrame({"x": X, "day": pd.Series(DAYS)}),
    "pandas, zone": pd.DataFrame({"x": X, "day": pd.Series(DAYS).dt.tz_localize("UTC")}),
    "pandas, span": pd.DataFrame({"x": X, "day": pd.Series(DAYS) - DAYS[0]}),
    "pandas, period": pd.DataFrame({"x": X, "day": pd.Series(DAYS).dt.to_period("D")}),
    "polars": pl.DataFrame({"x": X, "day": DAYS}),
    "polars, date": pl.DataFrame({"x": X, "day": [day.date() for day in DAYS]}),
    "polars, span": pl.DataFrame({"x": X, "day": [day - DAYS[0] for day in DAYS]}),
    "pyarrow": pa.table({"x": X, "day": DAYS}),
}


@pytest.mark.parametrize("kind", DATES)
def test_dates_are_copied_or_declared_or_refused(kind):
    given = DATES[kind]
    with pytest.raises(ValueError, match="cannot read column 'day' of X as numbers: it holds"):
        SMOTE().fit_resample(given, Y)
    for sampler in (
        RandomOverSampler(random_state=0),
        SMOTE(random_state=0, categorical_features=["day"]),
        SMOTENC(random_state=0, categorical_features=[1]),
        SMOTEN(random_state=0),
    ):
        result, _ = sampler.fit_resample(given, Y)
        assert dtype(result, "day") == dtype(given, "day")
        before, after = cells(given, "day"), cells(result, "day")
        assert after[:N] == before
        assert set(after) == set(before)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_text_is_refused_where_it_is_not_allowed(library):
    given = library({"number": X, "city": TEXT})
    message = "SMOTE cannot read column 'city' of X as numbers: it holds '[abc]'. Name the column"
    with pytest.raises(ValueError, match=message):
        SMOTE(categorical_features=None).fit_resample(given, Y)
    with pytest.raises(ValueError, match=message):
        SMOTE(categorical_features=[0]).fit_resample(given, Y)


@pytest.mark.parametrize("features", [None, ["x"]])
def test_integer_categories_are_refused_where_they_are_not_declared(features):
    given = pd.DataFrame({"c": pd.Categorical([10 * (i % 3) for i in range(N)]), "x": TEXT})
    if features is None:
        given["x"] = X
    with pytest.raises(ValueError, match="cannot read column 'c' of X as numbers: it holds '0'"):
        SMOTE(categorical_features=features).fit_resample(given, Y)


@pytest.mark.parametrize("kind", FLAGS)
def test_booleans_that_are_declared_numbers_stay_booleans(kind):
    flag = FLAGS[kind](FLAG)
    given = frame(flag=flag, x=like(flag, X))
    sampler = SMOTE(random_state=0, categorical_features=None)
    result, _ = sampler.fit_resample(given, Y)
    assert dtype(result, "flag") == dtype(given, "flag")
    as_floats, _ = sampler.fit_resample(np.c_[np.array(FLAG, dtype=float), X], Y)
    assert cells(result, "flag") == np.rint(as_floats[:, 0]).astype(bool).tolist()


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_infinity_is_refused_with_its_column(library):
    given = library({"a": X, "b": np.where(np.arange(N) == 3, np.inf, X)})
    with pytest.raises(ValueError, match="infinity in X: column 'b' has inf in row 3"):
        SMOTE().fit_resample(given, Y)


def test_rows_without_a_seed_are_written_too():
    given = pl.DataFrame({"x": [1.0, None, 3.0], "t": ["a", None, "b"]})
    table = FrameTable(nw.from_native(given), categorical_features="from_dtype", owner="Generator")
    drawn = Batch(
        seed=np.array([-1, -1]),
        label_rows=np.array([0, 2]),
        values=np.array([[7.5], [np.nan]]),
        codes=np.array([[1], [-1]]),
    )
    assert table.extended([drawn]).rows()[3:] == [(7.5, "b"), (None, None)]


def test_whole_numbers_beyond_what_floats_hold_are_copied_exactly():
    big = [2**53 + 1 + i for i in range(N)]
    for column in ("pandas int64", "pandas Int64", "polars Int64", "pyarrow int64"):
        made, seeds = check_column(RandomOverSampler(random_state=0), NUMBERS[column](big))
        assert made == seeds


WIDE = [
    "pandas int64",
    "pandas Int64",
    "pandas int64[pyarrow]",
    "pandas Sparse[int]",
    "pandas object",
    "polars Int64",
    "pyarrow int64",
]


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "missing"])
@pytest.mark.parametrize("kind", WIDE)
def test_a_constant_beyond_what_floats_hold_keeps_its_digits(kind, missing):
    if missing and kind in HOLD_NO_NULL:
        kind = "pandas Int64"
    big = [2**53 + 1] * N
    made, _ = check_column(
        SMOTE(random_state=0), NUMBERS[kind](with_missing(big) if missing else big)
    )
    assert set(made) - {None} == {2**53 + 1}


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA], ids=str)
def test_missing_objects_stay_what_they_are(missing):
    column = pd.Series([missing if i % 3 == 0 else i for i in range(N)], dtype=object)
    sampler = SMOTE(random_state=0)
    result, _ = sampler.fit_resample(pd.DataFrame({"c": column, "x": X}), Y)
    absent = result["c"].isna()
    assert absent[N:].any()
    assert all(cell is missing for cell in result["c"][absent])


@pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt128])
def test_integers_that_numpy_does_not_have(dtype):
    wide = pl.Series(WHOLE).cast(dtype)
    given = pl.DataFrame({"wide": wide, "x": X})
    for sampler in (SMOTE(), SMOTE(categorical_features=["wide"])):
        with pytest.raises(
            ValueError, match=r"SMOTE cannot read column 'wide' of X: .* Cast it to"
        ):
            sampler.fit_resample(given, Y)
    with pytest.raises(ValueError, match=f"SMOTE cannot read y: .* {dtype}"):
        SMOTE().fit_resample(X[:, None], wide)
    with pytest.raises(ValueError, match=f"SMOTER cannot read y: .* {dtype}"):
        SMOTER().fit_resample(X[:, None], wide)
    copied, _ = RandomOverSampler(random_state=0).fit_resample(given, Y)
    assert copied["wide"].dtype == dtype
