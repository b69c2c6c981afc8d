"""Relevance functions and SERA against references computed otherwise."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.integrate import quad
from scipy.interpolate import CubicHermiteSpline

from skaug.metrics import Relevance, relevance_of_extremes, relevance_of_points, sera_score

TARGETS = hnp.arrays(np.float64, st.integers(5, 60), elements=st.floats(-1e3, 1e3, width=32))


def with_extremes(y):
    spread = np.ptp(y) + 1
    return np.concatenate([y, [y.max() + 20 * spread, y.min() - 20 * spread]])


@given(TARGETS)
def test_extremes_are_level_at_median_and_whiskers(y):
    y = with_extremes(y)
    phi = relevance_of_extremes(y)
    assert phi(np.median(y)) == 0
    assert phi(y.max()) == phi(y.min()) == 1
    grid = np.linspace(y.min(), y.max(), 400)
    values = phi(grid)
    assert ((values >= 0) & (values <= 1)).all()
    assert (np.diff(values[grid >= np.median(y)]) >= 0).all()
    assert (np.diff(values[grid <= np.median(y)]) <= 0).all()


def test_extremes_equal_the_hermite_cubic_with_level_ends():
    y = np.concatenate([np.random.default_rng(0).normal(size=500), [9.0, -9.0]])
    phi = relevance_of_extremes(y)
    reference = CubicHermiteSpline(phi.points, phi.values, np.zeros(3))
    inside = np.linspace(phi.points[0], phi.points[-1], 200)
    np.testing.assert_allclose(phi(inside), reference(inside), atol=1e-12)


def test_whisker_is_the_last_value_within_the_fence():
    y = np.append(np.arange(20.0), 60.0)
    phi = relevance_of_extremes(y)
    assert phi.points == (10.0, 19.0)
    assert phi([0.0, 19.0]).tolist() == [0.0, 1.0]


def test_more_than_half_equal_values_leave_the_others_extreme():
    y = np.array([5.0] * 20 + [7.0])
    assert relevance_of_extremes(y)([5.0, 7.0]).tolist() == [0.0, 1.0]


def test_no_extremes_is_an_error_that_says_what_to_do():
    with pytest.raises(ValueError, match=r"no extremes: .* coef = 1\.5 .* relevance_of_points"):
        relevance_of_extremes(np.arange(10.0))


def test_points_are_met_and_values_beyond_are_constant():
    phi = relevance_of_points([[2, 1], [0, 0], [1, 0.25]])
    assert phi([-1, 0, 1, 2, 5]).tolist() == [0, 0, 0.25, 1, 1]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[0, 0]], r"at least 2 points; got shape \(1, 2\)"),
        ([[0, 0], [0, 1]], "different values of y"),
        ([[0, 0], [1, 2]], r"from 0 to 1; got \[0\.0, 2\.0\]"),
    ],
)
def test_bad_points(points, message):
    with pytest.raises(ValueError, match=message):
        relevance_of_points(points)


@given(TARGETS, st.integers(0, 2**32 - 1))
def test_sera_is_the_area_under_the_error_curve(y, seed):
    y = with_extremes(y)
    error = np.random.default_rng(seed).normal(size=len(y))
    phi = relevance_of_extremes(y)
    levels = np.unique(np.append(phi(y), [0, 1]))
    area = sum(  # the integrand is a step function
        np.sum(error[phi(y) >= high] ** 2) * (high - low)
        for low, high in itertools.pairwise(levels)
    )
    assert sera_score(y, y + error) == pytest.approx(area, rel=1e-6, abs=1e-9)


def test_sera_equals_numerical_integration():
    y, error = np.array([0.0, 1.0, 3.0, 9.0]), np.array([1.0, -2.0, 0.5, 1.5])
    phi = Relevance((0.0, 9.0), (0.0, 1.0), smooth=True)
    area = quad(lambda t: np.sum(error[phi(y) >= t] ** 2), 0, 1, points=phi(y).tolist())[0]
    assert sera_score(y, y + error, relevance=phi) == pytest.approx(area, rel=1e-6)


def test_weights_count_rows():
    y, pred, weight = [0.0, 5.0, 10.0], [1.0, 6.0, 8.0], [2, 0, 3]
    phi = relevance_of_points([[0, 0.5], [10, 1]])
    repeated = sera_score(np.repeat(y, weight), np.repeat(pred, weight), relevance=phi)
    assert sera_score(y, pred, relevance=phi, sample_weight=weight) == pytest.approx(repeated)
