"""GaussianCopula: each column as it was, and the correlations of what stands behind them."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, special, stats
from strategies import generators, labelled_numbers

from skaug._core.codec import Quantiles
from skaug.generative import GaussianCopula
from skaug.generative._latent_normal import (
    LatentNormal,
    cell_scores,
    hermite_coefficients,
    latent_correlation,
    ordered_levels,
    shrunk_factor,
)

EDGES = [np.array([0, 0.2, 0.5, 1]), np.array([0, 0.9, 1]), np.linspace(0, 1, 500)]


def correlated(n, rho, seed=0):
    z = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    return z[:, 0], z[:, 1]


# The mathematics -------------------------------------------------------------------------------


@pytest.mark.parametrize("edges", EDGES[:2], ids=len)
def test_scores_are_means_of_cells(edges):
    expected = [
        integrate.quad(lambda z: z * stats.norm.pdf(z), *stats.norm.ppf(cell))[0] / np.diff(cell)[0]
        for cell in pairwise(edges)
    ]
    assert_allclose(cell_scores(edges), expected, atol=1e-9)


@pytest.mark.parametrize("edges", EDGES, ids=len)
def test_coefficients_are_those_of_the_step_function(edges):
    scores = cell_scores(edges)
    z = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    steps = scores[np.searchsorted(edges[1:-1], stats.norm.cdf(z))]
    found = hermite_coefficients(edges, scores)
    for k in range(1, 6):
        expected = (steps * special.eval_hermitenorm(k, z)).mean() / np.sqrt(special.factorial(k))
        assert found[k - 1] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.0, 0.5, 0.9])
@pytest.mark.parametrize("first", EDGES[:2], ids=len)
@pytest.mark.parametrize("second", EDGES[:2], ids=len)
def test_the_correlation_behind_steps_is_found(rho, first, second):
    """Given the very covariance of the scores, which the distribution function tells."""
    joint = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    corners = np.stack(np.meshgrid(*(stats.norm.ppf(e).clip(-9, 9) for e in (first, second))), -1)
    cells = np.diff(np.diff(joint.cdf(corners), axis=0), axis=1)
    scores = [cell_scores(edges) for edges in (first, second)]
    covariance = scores[1] @ cells @ scores[0]
    S = np.array([[1.0, covariance], [covariance, 1.0]])
    coefficients = [
        hermite_coefficients(e, s) for e, s in zip((first, second), scores, strict=True)
    ]
    R = latent_correlation(S, np.array(coefficients).T)
    assert R[0, 1] == pytest.approx(rho, abs=0.01)
    assert_array_equal(np.diag(R), 1)


@pytest.mark.parametrize("edges", EDGES, ids=len)
def test_the_correlation_of_steps_and_a_smooth_column_is_found(edges):
    z = correlated(200_000, 0.6)
    scores = cell_scores(edges)
    steps = scores[np.searchsorted(edges[1:-1], stats.norm.cdf(z[0]))]
    smooth = np.linspace(0, 1, 2000)
    coefficients = [
        hermite_coefficients(edges, scores),
        hermite_coefficients(smooth, cell_scores(smooth)),
    ]
    R = latent_correlation(np.cov(steps, z[1]), np.array(coefficients).T)
    assert R[0, 1] == pytest.approx(0.6, abs=0.02)


@given(generators(), st.integers(1, 6), st.floats(0, 1))
def test_factors_have_unit_rows_and_give_the_correlations(rng, d, shrinkage):
    A = rng.normal(size=(d + 2, d))
    R = np.corrcoef(A.T).reshape(d, d)
    F = shrunk_factor(R, shrinkage)
    expected = (1 - shrinkage) * R
    np.fill_diagonal(expected, 1)
    assert_allclose(F @ F.T, expected, atol=1e-8)
    F = shrunk_factor(np.where(np.eye(d), 1, -1.0), 0.0)  # no correlations of anything if d > 2
    assert_allclose((F**2).sum(axis=1), 1)


def test_levels_stand_in_the_order_of_what_they_tell():
    rng = np.random.default_rng(0)
    place = rng.integers(0, 5, 500)
    name = np.array([3, 0, 4, 1, 2])  # the level at each place
    others = place[:, None] * [1.0, -2.0] + rng.normal(size=(500, 2))
    rank = ordered_levels(name[place], others - others.mean(axis=0))
    assert rank[name].tolist() in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])


def test_a_draw_given_the_last_column_has_its_conditional_law():
    z = correlated(4000, 0.8)
    model = LatentNormal.fit(np.column_stack(z), smooth=True)
    last = np.full(20_000, np.quantile(z[1], 0.9))
    made = model.draw_given_last(last, np.random.default_rng(1))[:, 0]
    assert made.mean() == pytest.approx(0.8 * last[0], abs=0.05)
    assert made.std() == pytest.approx(0.6, abs=0.05)


# The generator ---------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:GaussianCopula finds no column:UserWarning")
@given(labelled_numbers(missing=True))
def test_every_value_is_one_of_its_column_and_class(Xy):
    X, y = Xy
    X_new, y_new = GaussianCopula(random_state=0).fit(X, y).sample(100)
    for label in np.unique(y):
        for made, column in zip(X_new[y_new == label].T, X[y == label].T, strict=True):
            assert np.isin(made[~np.isnan(made)], column).all()
            assert np.isnan(column).any() >= np.isnan(made).any()


def test_marginals_are_those_of_the_class():
    rng = np.random.default_rng(0)
    n = 2000
    X = pd.DataFrame(
        {
            "spike": np.where(rng.random(n) < 0.4, 0, rng.exponential(size=n)),
            "holes": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
            "level": rng.choice(["a", "b", "c"], n, p=[0.7, 0.2, 0.1]),
        }
    )
    X_new, _ = GaussianCopula(random_state=0).fit(X, np.zeros(n)).sample(20_000)
    assert (X_new["spike"] == 0).mean() == pytest.approx((X["spike"] == 0).mean(), abs=0.015)
    assert X_new["holes"].isna().mean() == pytest.approx(X["holes"].isna().mean(), abs=0.015)
    for level in "abc":
        share = (X["level"] == level).mean()
        assert (X_new["level"] == level).mean() == pytest.approx(share, abs=0.015)
    for name in ("spike", "holes"):
        assert stats.ks_2samp(X[name].dropna(), X_new[name].dropna()).statistic < 0.03


@pytest.mark.parametrize("smooth", [False, True])
def test_rank_correlations_are_reproduced(smooth):
    first, second = correlated(2000, -0.7)
    X = np.column_stack([np.exp(first), second**3])
    X_new, _ = GaussianCopula(smooth=smooth, random_state=0).fit(X, np.zeros(2000)).sample(20_000)
    expected = stats.spearmanr(X).statistic
    assert stats.spearmanr(X_new).statistic == pytest.approx(expected, abs=0.03)


def test_categories_and_holes_go_with_the_other_columns_as_they_did():
    rng = np.random.default_rng(0)
    z = rng.normal(size=3000)
    level = np.array(["mid", "low", "high"])[np.digitize(z + rng.normal(0, 0.5, 3000), [-0.5, 0.7])]
    hole = rng.random(3000) < stats.norm.cdf(1.5 * z - 1)
    X = pd.DataFrame(
        {"z": z, "level": level, "holes": np.where(hole, np.nan, rng.normal(size=3000))}
    )
    X_new, _ = GaussianCopula(random_state=0).fit(X, np.zeros(3000)).sample(20_000)
    for made, real in [
        (X_new.groupby("level")["z"].mean(), X.groupby("level")["z"].mean()),
        (
            X_new["z"].groupby(X_new["holes"].isna()).mean(),
            X["z"].groupby(X["holes"].isna()).mean(),
        ),
    ]:
        assert abs(made - real).max() < 0.1


def test_classes_are_modelled_apart():
    first, second = correlated(1000, 0.9)
    y = np.repeat([0, 1], 500)
    X = np.column_stack([first, np.where(y, second, -second)])
    model = GaussianCopula(random_state=0).fit(X, y)
    for label, sign in [(0, -1), (1, 1)]:
        made = model.sample(y={label: 2000})[0]
        assert sign * np.corrcoef(made.T)[0, 1] == pytest.approx(0.9, abs=0.05)


def test_smooth_draws_lie_between_the_values_observed():
    X = np.random.default_rng(0).normal(size=(50, 1))
    made = GaussianCopula(smooth=True, random_state=0).fit(X, np.zeros(50)).sample(500)[0]
    assert X.min() <= made.min() <= made.max() <= X.max()
    assert np.isin(made, X).mean() < 0.1


@pytest.mark.parametrize("n", [1, 2, 3])
def test_small_classes_are_drawn(n):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20 + n, 30)), np.repeat([0, 1], [20, n])
    model = GaussianCopula(random_state=0)
    if n == 1:
        with pytest.warns(UserWarning, match="no column that varies in class 1: its rows are cop"):
            X_res, y_res = model.fit_resample(X, y)
    else:
        X_res, y_res = model.fit_resample(X, y)
    assert (y_res == 1).sum() == 20
    for made, column in zip(X_res[20 + n :].T, X[20:].T, strict=True):
        assert np.isin(made, column).all()


def test_correlations_of_few_rows_are_shrunk():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1010, 8)) @ rng.normal(size=(8, 8)), np.repeat([0, 1], [1000, 10])
    shrinkage = GaussianCopula(random_state=0).fit(X, y).shrinkage_
    assert 0 <= shrinkage[0] < 0.1 < shrinkage[1] <= 1


def test_a_model_is_small():
    """It keeps distinct values and no rows."""
    X = np.random.default_rng(0).integers(0, 9, size=(20_000, 5)).astype(float)
    model = GaussianCopula(random_state=0).fit(X, np.zeros(len(X)))
    assert len(pickle.dumps(model)) < 10_000
    assert isinstance(model._models[0.0].latent.columns[0], Quantiles)
