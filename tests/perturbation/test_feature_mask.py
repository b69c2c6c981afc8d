"""FeatureMask: cells that are hidden."""

import numpy as np
import pandas as pd
import pytest
from containers import CATEGORIES, FLAGS, HOLD_NO_NULL, NUMBERS, cells, dtype, frame, like
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV
from strategies import labelled_numbers

from skaug import AugmentedClassifier
from skaug.perturbation import FeatureMask

VALUES = ["mean", "median", "missing", 0, -2.5]


def made_of(sampler, X, y):
    """Return the rows that a sampler makes."""
    X_res, _ = sampler.fit_resample(X, y)
    return np.asarray(X_res)[sampler.is_synthetic_]


def fills(X, value):
    if isinstance(value, str):
        summary = {"mean": np.nanmean, "median": np.nanmedian}.get(value)
        seen = ~np.isnan(X).all(axis=0)
        of_columns = np.full(X.shape[1], np.nan)
        if summary:
            of_columns[seen] = summary(X[:, seen], axis=0)
        return of_columns
    return np.full(X.shape[1], value)


@given(labelled_numbers(missing=True), st.floats(0, 1), st.sampled_from(VALUES))
def test_cells_are_what_they_were_or_the_value(Xy, p, value):
    X, y = Xy
    rows = made_of(FeatureMask(p=p, value=value, random_state=0), X, y)
    same = (rows == X) | (np.isnan(rows) & np.isnan(X))
    fill = np.broadcast_to(fills(X, value), X.shape)
    hidden = np.isclose(rows, fill, rtol=1e-12, atol=0, equal_nan=True)
    assert (same | hidden).all()
    assert (np.isnan(rows) >= np.isnan(X)).all()
    if value != "missing":
        assert_array_equal(np.isnan(rows), np.isnan(X))


@given(labelled_numbers(missing=True), st.sampled_from(VALUES))
def test_without_chance_rows_are_copies_and_with_certainty_constant(Xy, value):
    X, y = Xy
    assert_array_equal(made_of(FeatureMask(p=0, value=value, random_state=0), X, y), X)
    rows = made_of(FeatureMask(p=1, value=value, random_state=0), X, y)
    fill = np.broadcast_to(fills(X, value), X.shape)
    if value != "missing":
        fill = np.where(np.isnan(X), np.nan, fill)
    assert_allclose(rows, fill, rtol=1e-12)


@pytest.mark.parametrize("p", [0.02, 0.1, 0.7])
def test_a_share_of_p_is_hidden_each_cell_by_itself(p):
    X = np.random.default_rng(0).normal(size=(4000, 5))
    hidden = made_of(FeatureMask(p=p, random_state=0), X, np.zeros(4000)) != X
    assert abs(hidden.mean() - p) < 4 * np.sqrt(p * (1 - p) / X.size)
    assert np.abs(np.corrcoef(hidden.T)[np.triu_indices(5, 1)]).max() < 0.08


@given(labelled_numbers(missing=True), st.sampled_from([0.0, 0.1, 0.5]))
def test_rescaled_cells_are_in_the_mean_what_they_were(Xy, p):
    X, y = Xy
    fill = fills(X, "mean")
    rows = made_of(FeatureMask(p=p, rescale=True, random_state=0), X, y)
    hidden = made_of(FeatureMask(p=p, random_state=0), X, y) != X
    moved = fill + (X - fill) / (1 - p)
    expected = np.where(hidden & ~np.isnan(X), fill, moved)
    assert_allclose(rows, expected, rtol=1e-9, atol=1e-9 * (1 + np.nanmax(np.abs(X), initial=0)))
    if p == 0:
        assert_array_equal(rows, X)


@pytest.mark.parametrize("kind", [*NUMBERS, *CATEGORIES, *FLAGS])
@pytest.mark.parametrize("value", ["mean", "missing"])
def test_every_kind_of_column_keeps_its_dtype(kind, value):
    builders = {**NUMBERS, **CATEGORIES, **FLAGS}
    group = "N" if kind in NUMBERS else "C" if kind in CATEGORIES else "F"
    values = {"N": [3, 1, 2, 1], "C": ["a", "b", "c", "a"], "F": [True, False, True, True]}[group]
    column = builders[kind](values * 4)
    X, y = frame(a=column, number=like(column, np.arange(16.0))), np.arange(16) % 2
    sampler = FeatureMask(p=0.5, value=value, random_state=0)
    if value == "missing" and kind in {*HOLD_NO_NULL, "pandas bool"}:
        with pytest.raises(ValueError, match="needs columns that can hold a missing value; column"):
            sampler.fit_resample(X, y)
        return
    X_res, _ = sampler.fit_resample(X, y)
    assert dtype(X_res, "a") == dtype(X, "a")
    fill = None if value == "missing" else {"N": 2, "C": "a", "F": True}[group]
    if kind in ("pandas float32", "pandas Float32", "polars Float32", "pyarrow float32"):
        fill = fill and 1.75
    if fill == 2 and kind in {
        "pandas double[pyarrow]",
        "pandas Sparse[float]",
        "polars Decimal",
    }:
        fill = 1.75
    made = cells(X_res, "a")[16:]
    assert set(made) <= {*values, fill}
    changed = [m for m, v in zip(made, values * 4, strict=True) if m != v]
    assert changed
    assert set(map(str, changed)) == {str(fill)}
    assert cells(sampler.augment(X), "a") == made


def test_augment_hides_with_what_was_fitted():
    X = pd.DataFrame({"kind": list("aab") * 4, "x": np.arange(12.0), "n": np.arange(12)})
    sampler = FeatureMask(p=1, random_state=0).fit(X, np.zeros(12))
    row = pd.DataFrame({"kind": ["b"], "x": [100.0], "n": [7]})
    assert sampler.augment(row).values.tolist() == [["a", 5.5, 6]]
    assert sampler.augment(row).dtypes.equals(row.dtypes)
    halves = FeatureMask(p=1, value="median", random_state=0).fit([[0.5], [1.0], [7.0]], [0, 1, 1])
    assert halves.augment([[3.0]]) == [[1.0]]


def test_only_the_features_named_are_hidden():
    X = np.random.default_rng(0).normal(size=(50, 3))
    for rescale in (False, True):
        sampler = FeatureMask(p=0.5, features=[1], rescale=rescale, random_state=0)
        changed = (made_of(sampler, X, np.zeros(50)) != X).any(axis=0)
        assert changed.tolist() == [False, True, False]


@given(st.integers(2, 30), st.integers(1, 30), st.integers(1, 3), st.booleans())
def test_what_is_hidden_depends_on_seed_copy_and_row_only(n, more, copies, rescale):
    X, y = np.random.default_rng(0).normal(size=(n + more, 3)), np.zeros(n + more)
    common = {"p": 0.4, "value": 0, "rescale": rescale, "random_state": 3}
    few = made_of(FeatureMask(copies=copies, **common), X[:n], y[:n])
    many = made_of(FeatureMask(copies=copies + 1, **common), X, y)
    sampler = FeatureMask(**common).fit(X, y)
    for c in range(copies):
        whole = many[c * (n + more) : (c + 1) * (n + more)]
        assert_array_equal(few[c * n : (c + 1) * n], whole[:n])
        assert_array_equal(sampler.augment(X[n:], copy=c, rows=np.arange(n, n + more)), whole[n:])


def test_a_model_learns_to_do_without_a_column():
    X, y = load_iris(return_X_y=True)
    mask = FeatureMask(p=0.3, value="missing", copies=3, random_state=0)
    model = AugmentedClassifier(HistGradientBoostingClassifier(max_iter=30), mask)
    search = GridSearchCV(model, {"sampler__p": [0.1, 0.4]}, cv=3).fit(X, y)
    plain = HistGradientBoostingClassifier(max_iter=30).fit(X, y)
    X_gone = X.copy()
    X_gone[:, 3] = np.nan
    assert search.score(X_gone, y) > plain.score(X_gone, y)


def test_bad_input():
    X, y = np.eye(4), [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"value='missing' of FeatureMask .* column 0 is int64"):
        FeatureMask(value="missing").fit_resample(X.astype(int), y)
    with pytest.raises(ValueError, match=r"rescale=True of FeatureMask .* value='missing' and p=0"):
        FeatureMask(value="missing", rescale=True).fit_resample(X, y)
    with pytest.raises(ValueError, match="rescale=True of FeatureMask needs"):
        FeatureMask(p=1, rescale=True).fit_resample(X, y)
    with pytest.raises(ValueError, match="'value' parameter of FeatureMask must be"):
        FeatureMask(value="mode").fit_resample(X, y)
    with pytest.raises(ValueError, match="FeatureMask does not work on sparse data"):
        FeatureMask().fit_resample(sparse.csr_array(X), y)
