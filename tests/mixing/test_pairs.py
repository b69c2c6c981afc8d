"""Which rows are mixed, and how much of each there is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import generators

from skaug.mixing import Mixup
from skaug.mixing._pairs import (
    number_of_rows,
    other_class_pairs,
    random_partners,
    same_class_partners,
    seeds,
    tilted_partners,
)
from skaug.mixing._weights import beta, stretched

CODES = np.repeat([0, 1, 2], [6, 3, 1])


@given(st.integers(2, 40), st.integers(1, 120), generators())
def test_every_row_is_seed_equally_often(n_rows, n_made, rng):
    counts = np.bincount(seeds(n_rows, n_made, rng), minlength=n_rows)
    assert counts.sum() == n_made
    assert counts.max() - counts.min() <= 1


@given(st.integers(1, 1000), st.floats(0.001, 10))
def test_number_of_rows(n_rows, ratio):
    made = number_of_rows(n_rows, ratio)
    assert made >= 1
    assert made == 1 or abs(made - ratio * n_rows) <= 0.5


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(1, 60), generators())
def test_partners_are_other_rows_of_the_right_class(labels, n_made, rng):
    codes = np.unique(labels, return_inverse=True)[1]
    seed = seeds(len(codes), n_made, rng)
    partner = random_partners(len(codes), seed, rng)
    assert (partner != seed).all()
    assert ((partner >= 0) & (partner < len(codes))).all()
    if np.bincount(codes).min() > 1:
        partner = same_class_partners(codes, seed, rng)
        assert (partner != seed).all()
        assert (codes[partner] == codes[seed]).all()
    if len(np.unique(codes)) > 1:
        first, second = other_class_pairs(codes, n_made, rng)
        assert (codes[first] != codes[second]).all()
        partner = tilted_partners(codes, seed, -1.0, rng)
        assert (partner != seed).all()


def frequencies(first, second):
    return np.histogram2d(first, second, bins=np.arange(-0.5, 10))[0]


def assert_drawn_from(counts, expected):
    """The chi-squared test at a level at which a right law fails once in a thousand seeds."""
    possible = expected > 0
    assert counts[~possible].sum() == 0
    wanted = expected[possible] / expected.sum() * counts.sum()
    assert stats.chisquare(counts[possible], wanted).pvalue > 1e-3


def test_random_pairs_are_equally_likely():
    rng, seed = np.random.default_rng(0), np.repeat(np.arange(10), 5000)
    counts = frequencies(seed, random_partners(10, seed, rng))
    assert_drawn_from(counts, 1 - np.eye(10))


def test_pairs_of_two_classes_are_equally_likely():
    counts = frequencies(*other_class_pairs(CODES, 50_000, np.random.default_rng(0)))
    assert_drawn_from(counts, (CODES[:, None] != CODES).astype(float))


def test_pairs_of_one_class_are_equally_likely():
    codes = CODES[:9]
    seed = np.repeat(np.arange(9), 5000)
    counts = frequencies(seed, same_class_partners(codes, seed, np.random.default_rng(0)))[:9, :9]
    allowed = (codes[:, None] == codes) & ~np.eye(9, dtype=bool)
    assert_drawn_from(counts, allowed / allowed.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(("tau", "shares"), [(-1.0, [1, 1, 1]), (0.0, [6, 3, 1])])
def test_partners_are_drawn_by_the_size_of_their_class(tau, shares):
    seed = np.full(30_000, 0)
    partner = tilted_partners(CODES, seed, tau, np.random.default_rng(0))
    counts = np.bincount(CODES[partner])
    assert_drawn_from(counts, np.array(shares, dtype=float))
    assert np.bincount(partner, minlength=10)[0] == 0


def test_a_class_of_one_row_gets_partners_of_others():
    seed = np.full(3000, 9)
    partner = tilted_partners(CODES, seed, -1.0, np.random.default_rng(0))
    assert_drawn_from(np.bincount(CODES[partner], minlength=3), np.array([1.0, 1, 0]))


def test_neighbors_are_the_nearest_rows():
    X = np.array([[0.0], [1], [3], [10], [12]])
    sampler = Mixup(pairs="neighbors", k_neighbors=1, labels="bernoulli", random_state=0)
    sampler.fit_resample(X, [0, 1, 0, 1, 0])
    assert sampler.partner_indices_[5:].tolist() == [1, 0, 1, 4, 3]


SHAPES = [(1, 1), (2, 1), (0.1, 1), (0.5, 0.5), (1.5, 0.5), (0.3, 0.3), (5, 4)]


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_shares_have_the_beta_distribution(a, b):
    drawn = beta(np.random.default_rng(0), a, b, 20_000)
    assert stats.kstest(drawn, stats.beta(a, b).cdf).pvalue > 1e-3


@pytest.mark.parametrize("alpha", [0.2, 1, 4])
@pytest.mark.parametrize("extra", [0, 1])
def test_stretched_shares_keep_the_variance(alpha, extra):
    drawn = beta(np.random.default_rng(0), alpha + extra, alpha, 400_000)
    plain, spread = (np.mean(s**2 + (1 - s) ** 2) for s in (drawn, stretched(drawn, alpha)))
    assert plain == pytest.approx((alpha + 1) / (2 * alpha + 1), abs=5e-3)
    assert spread == pytest.approx(1, abs=1e-2)
