"""QuantileJitter: numbers that move by some ranks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from strategies import labelled_numbers

from skaug import AugmentedClassifier
from skaug.perturbation import QuantileJitter
from skaug.perturbation._quantile_jitter import Ranks, reflected


def made_of(sampler, X, y):
    """Return the rows that a sampler makes."""
    X_res, _ = sampler.fit_resample(X, y)
    return np.asarray(X_res)[sampler.is_synthetic_]


@given(labelled_numbers(missing=True), st.floats(0, 1), st.booleans())
def test_numbers_stay_within_their_column_and_gaps_where_they_are(Xy, scale, snap):
    X, y = Xy
    rows = made_of(QuantileJitter(scale=scale, snap=snap, random_state=0), X, y)
    assert_array_equal(np.isnan(rows), np.isnan(X))
    for made, column in zip(rows.T, X.T, strict=True):
        if np.isfinite(column).any():
            assert np.nanmin(column) <= np.nanmin(made)
            assert np.nanmax(made) <= np.nanmax(column)
        if snap:
            assert np.isin(made[~np.isnan(made)], column).all()


@given(labelled_numbers(missing=True), st.booleans())
def test_scale_zero_gives_copies(Xy, snap):
    X, y = Xy
    assert_array_equal(made_of(QuantileJitter(scale=0, snap=snap, random_state=0), X, y), X)


@given(st.integers(5, 200), st.floats(0.0, 1.0))
def test_no_number_moves_further_than_asked(n, scale):
    X = np.random.default_rng(0).permutation(n).astype(float)[:, None]  # their own ranks
    rows = made_of(QuantileJitter(scale=scale, random_state=0), X, np.zeros(n))
    assert (np.abs(rows - X) <= scale * n + 1e-9).all()


@pytest.mark.parametrize("scale", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("snap", [False, True])
def test_columns_keep_their_distribution(scale, snap):
    rng = np.random.default_rng(0)
    n = 8000
    X = np.column_stack(
        [
            rng.lognormal(sigma=2, size=n),
            np.where(rng.random(n) < 0.6, 0, rng.exponential(size=n)),
            rng.integers(0, 4, n),
        ]
    )
    rows = made_of(QuantileJitter(scale=scale, snap=snap, random_state=0), X, np.zeros(n))
    for made, column in zip(rows.T, X.T, strict=True):
        assert stats.ks_2samp(made, column, method="asymp").pvalue > 1e-3
    assert abs((rows[:, 1] == 0).mean() - (X[:, 1] == 0).mean()) < 0.02
    assert (rows[:, 0] != X[:, 0]).mean() > 0.99
    assert np.abs(np.corrcoef(np.log(rows[:, 0]), rows[:, 2])[0, 1]) < 0.05


def test_steps_are_uniform():
    n = 5000
    X = np.arange(n, dtype=float)[:, None]
    rows = made_of(QuantileJitter(scale=0.1, random_state=0), X, np.zeros(n))
    steps = (rows - X)[n // 5 : -n // 5, 0] / (0.1 * n)
    assert stats.kstest(steps, "uniform", (-1, 2)).pvalue > 1e-3


@given(labelled_numbers(max_columns=1), st.integers(0, 2**32 - 1))
def test_ranks_lead_back_to_their_numbers(Xy, seed):
    column = Xy[0][:, 0]
    ranks, rng = Ranks.of(column), np.random.default_rng(seed)
    for share in (0.0, 1.0, rng.random(len(column))):
        found = ranks.of_numbers(column, share)
        assert_array_equal(ranks.numbers(found, snap=False), column)
        assert_array_equal(ranks.numbers(found, snap=True), column)
        below = (column[:, None] > column).sum(axis=1)
        assert (found >= below).all()
        assert (found <= (column[:, None] >= column).sum(axis=1) - 1).all()
    new = rng.uniform(column.min() - 1, column.max() + 1, 20)
    back = ranks.numbers(ranks.of_numbers(new, 0.5), snap=False)
    spread = 1 + np.abs(column).max()
    assert_allclose(back, np.clip(new, column.min(), column.max()), atol=1e-9 * spread)


@given(st.integers(1, 50), st.floats(-1, 1))
def test_reflection_keeps_ranks_alike(n, share):
    moved = reflected(np.arange(n) + n * share, n)
    assert (moved >= -0.5 - 1e-9).all()
    assert (moved <= n - 0.5 + 1e-9).all()
    assert reflected(np.array([-0.75, n - 0.25]), n).tolist() == [-0.25, n - 0.75]


def test_integers_stay_integers_and_categories_what_they_are():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"n": rng.integers(0, 250, 60).astype(np.uint8), "x": rng.normal(size=60)})
    X["kind"] = pd.Categorical(rng.choice(list("abc"), 60))
    X["whole"] = pd.array(rng.integers(0, 9, 60), dtype="Int64")
    X.loc[3, "whole"] = pd.NA
    X_res, _ = QuantileJitter(scale=0.3, random_state=0).fit_resample(X, np.zeros(60))
    assert X_res.dtypes.equals(X.dtypes)
    assert X_res["kind"].tolist() == X["kind"].tolist() * 2
    assert X_res["whole"].isna().tolist() == X["whole"].isna().tolist() * 2
    assert (X_res["n"][60:].to_numpy() != X["n"].to_numpy()).mean() > 0.8
    assert X_res["n"].between(X["n"].min(), X["n"].max()).all()


@given(st.integers(2, 30), st.integers(1, 30), st.integers(1, 3), st.booleans())
def test_what_a_row_gets_depends_on_seed_copy_row_and_the_table(n, more, copies, ties):
    X = np.random.default_rng(0).normal(size=(n + more, 2))
    X = np.round(X) if ties else X
    y = np.zeros(n + more)
    many = made_of(QuantileJitter(copies=copies, random_state=3), X, y)
    sampler = QuantileJitter(random_state=3).fit(X, y)
    for c in range(copies):
        whole = many[c * (n + more) : (c + 1) * (n + more)]
        assert_array_equal(sampler.augment(X, copy=c), whole)
        assert_array_equal(sampler.augment(X[:n], copy=c), whole[:n])
        assert_array_equal(sampler.augment(X[n:], copy=c, rows=np.arange(n, n + more)), whole[n:])


def test_float32_gets_what_float64_gets():
    X = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    rows = made_of(QuantileJitter(random_state=0), X, np.zeros(50))
    assert rows.dtype == np.float32
    wide = made_of(QuantileJitter(random_state=0), X.astype(float), np.zeros(50))
    assert_allclose(rows, wide, rtol=1e-5, atol=1e-6)


def test_in_a_grid_search():
    X, y = load_iris(return_X_y=True)
    model = AugmentedClassifier(KNeighborsClassifier(), QuantileJitter(random_state=0))
    search = GridSearchCV(model, {"sampler__scale": [0.02, 0.1], "sampler__snap": [False, True]})
    assert search.fit(X, y).best_score_ > 0.9


def test_bad_input():
    with pytest.raises(ValueError, match="QuantileJitter does not work on sparse data"):
        QuantileJitter().fit_resample(sparse.eye_array(4, format="csr"), [0, 0, 1, 1])
    with pytest.raises(ValueError, match=r"'scale' parameter of QuantileJitter must be a float in"):
        QuantileJitter(scale=1.5).fit_resample(np.eye(4), [0, 0, 1, 1])
