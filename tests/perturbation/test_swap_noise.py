"""SwapNoise: cells of other rows, copied as they are."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from containers import CATEGORIES, FLAGS, NUMBERS, cells, dtype, frame, like
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from strategies import labelled_categories, labelled_numbers

from skaug import AugmentedClassifier
from skaug.perturbation import SwapNoise


def made_of(sampler, X, y):
    """Return the rows that a sampler makes, and their labels."""
    X_res, y_res = sampler.fit_resample(X, y)
    return np.asarray(X_res)[sampler.is_synthetic_], np.asarray(y_res)[sampler.is_synthetic_]


def numbered(n, width):
    """Rows whose cells tell the row and the column they belong to."""
    return np.arange(n)[:, None] + n * np.arange(width)


@given(labelled_numbers(missing=True), st.floats(0, 1), st.integers(1, 3))
def test_every_cell_is_one_of_its_column(Xy, p, copies):
    X, y = Xy
    rows, labels = made_of(SwapNoise(p=p, copies=copies, random_state=0), X, y)
    assert_array_equal(labels, np.tile(y, copies))
    for made, column in zip(rows.T, X.T, strict=True):
        assert np.isin(made[~np.isnan(made)], column).all()
        assert np.isnan(column).any() or not np.isnan(made).any()


@given(labelled_categories(), st.floats(0, 1))
def test_every_cell_is_one_of_its_class_by_class(Xy, p):
    X, y = Xy
    rows, labels = made_of(SwapNoise(p=p, by_class=True, random_state=0), X, y)
    for label in np.unique(y):
        for made, column in zip(rows[labels == label].T, X[y == label].T, strict=True):
            assert set(made) <= set(column)


@given(labelled_numbers(missing=True), st.booleans())
def test_without_chance_rows_are_copies(Xy, by_class):
    X, y = Xy
    rows, _ = made_of(SwapNoise(p=0, by_class=by_class, random_state=0), X, y)
    assert_array_equal(rows, X)


@pytest.mark.parametrize("p", [0.03, 0.15, 0.8, 1.0])
@pytest.mark.parametrize("by_class", [False, True])
def test_a_share_of_p_is_replaced_by_rows_drawn_alike(p, by_class):
    n, width = 3000, 5
    X, y = numbered(n, width), np.arange(n) % 3 // 2  # two thirds and one third
    rows, _ = made_of(SwapNoise(p=p, by_class=by_class, random_state=0), X, y)
    donor, seed = rows - n * np.arange(width), np.arange(n)[:, None]
    moved = donor != seed
    assert abs(moved.mean() - p) < 4 * np.sqrt(p * (1 - p) / X.size) + 1e-3
    assert stats.kstest(donor[moved] / n, "uniform").pvalue > 1e-3
    if p < 1:
        assert np.abs(np.corrcoef(moved.T)[np.triu_indices(width, 1)]).max() < 0.1
    if by_class:
        assert_array_equal(y[donor], np.broadcast_to(y[:, None], donor.shape))
    if p == 1 and not by_class:  # each cell has a donor of its own
        assert np.abs(np.corrcoef(donor.T)[np.triu_indices(width, 1)]).max() < 0.1


def test_columns_keep_their_distribution_and_their_share_of_missing_values():
    rng = np.random.default_rng(0)
    X = rng.exponential(size=(4000, 2))
    X[rng.random(4000) < 0.3, 1] = np.nan
    rows, _ = made_of(SwapNoise(p=0.6, random_state=0), X, np.zeros(4000))
    assert stats.ks_2samp(rows[:, 0], X[:, 0]).pvalue > 1e-3
    assert_allclose(np.isnan(rows[:, 1]).mean(), 0.3, atol=0.03)
    assert (np.isnan(rows[:, 1]) != np.isnan(X[:, 1])).mean() > 0.15


@pytest.mark.parametrize("kind", [*NUMBERS, *CATEGORIES, *FLAGS])
def test_every_kind_of_column_keeps_its_dtype_and_values(kind):
    builders = {**NUMBERS, **CATEGORIES, **FLAGS}
    values = {"N": [3, 1, 2, 1], "C": ["a", "b", "c", "a"], "F": [True, False, True, True]}
    group = "N" if kind in NUMBERS else "C" if kind in CATEGORIES else "F"
    column = builders[kind](values[group] * 4)
    X = frame(a=column, number=like(column, np.arange(16.0)))
    X_res, _ = SwapNoise(p=0.5, random_state=0).fit_resample(X, np.arange(16) % 2)
    assert type(X_res) is type(X)
    assert dtype(X_res, "a") == dtype(X, "a")
    assert cells(X_res, "a")[:16] == cells(X, "a")
    assert set(cells(X_res, "a")) == set(cells(X, "a"))
    assert cells(X_res, "a")[16:] != cells(X, "a")
    again = SwapNoise(p=0.5, random_state=0).fit(X, np.arange(16) % 2).augment(X)
    assert cells(again, "a") == cells(X_res, "a")[16:]
    assert dtype(again, "a") == dtype(X, "a")


def test_integers_beyond_floats_and_objects_are_copied_exactly():
    X = np.array([[2**60 + 1], [2**60 + 3], [2**60 + 5]] * 5)
    rows, _ = made_of(SwapNoise(p=0.9, random_state=0), X, np.zeros(15))
    assert set(rows.ravel()) == set(X.ravel())
    marks = np.array([[(1, 2)], ["text"], [None], [2.5]] * 4, dtype=object)
    marks[0, 0] = (1, 2)
    rows, _ = made_of(SwapNoise(p=0.9, random_state=0), marks, np.zeros(16))
    assert {type(cell) for cell in rows.ravel()} <= {tuple, str, type(None), float, list}


@pytest.mark.parametrize("features", [[0, 2], [True, False, True], ["a", "c"]])
def test_only_the_features_named_are_changed(features):
    X = pd.DataFrame(numbered(60, 3), columns=list("abc"))
    made = SwapNoise(p=0.9, features=features, random_state=0).fit_resample(X, np.zeros(60))[0][60:]
    assert (made.to_numpy() != X.to_numpy()).any(axis=0).tolist() == [True, False, True]


# Determinism -------------------------------------------------------------------------------


@given(st.integers(2, 30), st.integers(1, 30), st.integers(1, 3), st.integers(1, 3))
def test_what_is_replaced_depends_on_seed_copy_and_row_only(n, more, copies, width):
    y = np.zeros(n + more)
    X = numbered(n + more, width)
    many, _ = made_of(SwapNoise(p=0.5, copies=copies + 1, random_state=3), X, y)
    sampler = SwapNoise(p=0.5, random_state=3).fit(X, y)
    for c in range(copies):
        whole = many[c * (n + more) : (c + 1) * (n + more)]
        assert_array_equal(sampler.augment(X, copy=c), whole)
        assert_array_equal(sampler.augment(X[:n], copy=c), whole[:n])
        assert_array_equal(sampler.augment(X[n:], copy=c, rows=np.arange(n, n + more)), whole[n:])

    other = SwapNoise(p=0.5, random_state=3).fit(-1 - X[:n], y[:n])  # of donors below 0
    another = SwapNoise(p=0.5, random_state=3).fit(-1 - X, y)
    assert_array_equal(other.augment(X) < 0, another.augment(X) < 0)


def test_blocks_do_not_matter(monkeypatch):
    X, y = numbered(500, 3), np.arange(500) % 2
    whole, _ = SwapNoise(random_state=0).fit_resample(X, y)
    monkeypatch.setattr("skaug.perturbation._cells.rows_per_block", lambda width: 7)
    chunked, _ = SwapNoise(random_state=0).fit_resample(X, y)
    assert_array_equal(chunked, whole)


def test_with_a_strategy_classes_are_balanced_with_changed_rows():
    X, y = numbered(60, 2), np.repeat([0, 1], [45, 15])
    sampler = SwapNoise(p=0.5, by_class=True, sampling_strategy="auto", random_state=0)
    rows, labels = made_of(sampler, X, y)
    assert labels.tolist() == [1] * 30
    assert (rows - [0, 60] >= 45).all()
    assert_array_equal(sampler.partner_indices_, np.full(90, -1))
    assert (y[sampler.sample_indices_[60:]] == 1).all()


# By hand, and in scikit-learn --------------------------------------------------------------


def test_one_row_takes_cells_of_the_rows_that_were_fitted():
    X = pd.DataFrame({"kind": list("abcd") * 10, "x": np.arange(40.0)})
    sampler = SwapNoise(p=1, random_state=0).fit(X, np.zeros(40))
    row = pd.DataFrame({"kind": ["new"], "x": [100.0]})
    made = sampler.augment(row)
    assert made["kind"][0] in "abcd"
    assert made["x"][0] < 40
    assert row["kind"][0] == "new"
    text = SwapNoise(p=1, random_state=0).fit(np.array([["long text"]] * 3), [0, 0, 1])
    assert text.augment(np.array([["x"]])).tolist() == [["long text"]]
    assert SwapNoise(random_state=0, p=1).fit([[1], [1]], [0, 1]).augment([[5]]) == [[1]]


def test_nothing_is_mutated():
    X, y = numbered(40, 3), np.arange(40) % 2
    before = X.copy()
    sampler = SwapNoise(p=0.9, random_state=0)
    sampler.fit_resample(X, y)
    sampler.augment(X)
    assert_array_equal(X, before)


def test_in_a_grid_search():
    X, y = load_iris(return_X_y=True)
    model = AugmentedClassifier(LogisticRegression(max_iter=1000), SwapNoise(random_state=0))
    grid = {"sampler__p": [0.05, 0.2], "sampler__by_class": [False, True]}
    search = GridSearchCV(model, grid, cv=3).fit(X, y)
    assert search.best_score_ > 0.9


# What is refused ---------------------------------------------------------------------------


def test_augment_needs_a_table_that_can_hold_the_cells():
    X = pd.DataFrame({"a": [0.5, 1.0], "b": ["u", "v"]})
    sampler = SwapNoise(random_state=0).fit(X, [0, 1])
    with pytest.raises(ValueError, match=r"column 'a' of X is int64; it was fitted to float64\."):
        sampler.augment(X.astype({"a": "int64"}))
    with pytest.raises(ValueError, match="X is a frame of polars; it was fitted to one of pandas"):
        sampler.augment(pl.from_pandas(X))
    halves = SwapNoise(random_state=0).fit(np.array([[0.5], [1.5]]), [0, 1])
    with pytest.raises(ValueError, match="X is int64; it was fitted to float64"):
        halves.augment(np.array([[1]]))
    assert halves.augment(np.array([[1.0]], dtype=np.float32)).dtype == np.float32


def test_bad_input():
    X, y = np.eye(4), [0, 0, 1, 1]
    with pytest.raises(ValueError, match="augment of SwapNoise is given no labels, which by_class"):
        SwapNoise(by_class=True).fit(X, y).augment(X)
    with pytest.raises(ValueError, match="SwapNoise does not work on sparse data"):
        SwapNoise().fit_resample(sparse.csr_array(X), y)
    with pytest.raises(ValueError, match="'p' parameter of SwapNoise must be a float in"):
        SwapNoise(p=1.5).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"Unknown label type: continuous\. SwapNoise needs"):
        SwapNoise(by_class=True).fit_resample(X, [0.5, 0.1, 0.2, 0.7])
