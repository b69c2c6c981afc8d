"""Partners by near targets: the law against the matrix of all pairs, and the work it takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from skaug.mixing import _near_targets
from skaug.mixing._near_targets import near_partners

BANDWIDTHS = [0.0, 1e-200, 0.05, 0.3, 1.0, 30.0, 1e200, np.inf]


def chances(values, bandwidth):
    """The matrix of all pairs."""
    points = values.reshape(len(values), -1)
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(squared, np.inf)
    excess = squared - squared.min(axis=1, keepdims=True)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        t = excess / bandwidth / bandwidth / 2
    weight = np.where(excess == 0, 1, np.exp(-t))
    np.fill_diagonal(weight, 0)
    return weight / weight.sum(axis=1, keepdims=True)


def targets(kind):
    rng = np.random.default_rng(7)
    return {
        "smooth": rng.normal(size=12),
        "ties": rng.integers(0, 4, size=12).astype(float),
        "skewed": rng.exponential(size=14) ** 3,
        "constant": np.ones(5),
        "far": np.array([1e6, 1e6 + 1e-3, 5.0, 1e9]),
        "two rows": np.array([0.0, 1.0]),
        "two outputs": rng.normal(size=(12, 2)),
        "two outputs, ties": rng.integers(0, 3, size=(12, 2)).astype(float),
        "one of two constant": np.column_stack([np.ones(9), rng.normal(size=9)]),
        "four outputs": rng.normal(size=(10, 4)),
    }[kind]


KINDS = [
    "smooth",
    "ties",
    "skewed",
    "constant",
    "far",
    "two rows",
    "two outputs",
    "two outputs, ties",
    "one of two constant",
    "four outputs",
]


def check_law(values, bandwidth):
    n, repeats = len(values), 3000
    seed = np.repeat(np.arange(n), repeats)
    partner = near_partners(values, seed, bandwidth, np.random.default_rng(1))
    found = np.zeros((n, n))
    np.add.at(found, (seed, partner), 1)
    expected = chances(values, bandwidth) * repeats
    assert (found[expected == 0] == 0).all()
    for row, wanted in zip(found, expected, strict=True):
        is_rare = wanted < 5
        observed = np.append(row[~is_rare], row[is_rare].sum())
        wanted = np.append(wanted[~is_rare], wanted[is_rare].sum())
        some = wanted > 1e-9
        if some.sum() > 1:
            statistic = ((observed - wanted)[some] ** 2 / np.maximum(wanted[some], 1)).sum()
            assert stats.chi2.sf(statistic, some.sum() - 1) > 1e-6


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_law_is_that_of_the_matrix(kind, bandwidth):
    check_law(targets(kind), bandwidth)


@pytest.mark.parametrize("bandwidth", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("kind", ["two outputs", "two outputs, ties", "four outputs"])
def test_the_law_of_the_tree_alone(kind, bandwidth, monkeypatch):
    monkeypatch.setattr(_near_targets, "_TRIALS", 1)
    monkeypatch.setattr(_near_targets, "_WORTH_TRYING", 2)  # gives up after the first trial
    monkeypatch.setattr(_near_targets, "_FOUND_AT_ONCE", 1000)
    check_law(targets(kind), bandwidth)


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=30),
    st.floats(0, allow_infinity=True),
    st.integers(0, 2**32 - 1),
)
def test_any_targets_and_any_bandwidth(y, bandwidth, key):
    y, seed = np.array(y), np.tile(np.arange(len(y), dtype=np.int32), 3)
    first, second = (
        near_partners(y, seed, bandwidth, np.random.default_rng(key)) for _ in range(2)
    )
    assert_array_equal(first, second)
    assert first.dtype == seed.dtype
    assert (first != seed).all()
    assert ((first >= 0) & (first < len(y))).all()


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=30))
def test_without_bandwidth_it_is_a_nearest_target(y):
    y = np.array(y, dtype=float)
    seed = np.tile(np.arange(len(y)), 4)
    partner = near_partners(y, seed, 0.0, np.random.default_rng(0))
    distance = np.abs(y[:, None] - y)
    np.fill_diagonal(distance, np.inf)
    assert_array_equal(distance[seed, partner], distance.min(axis=1)[seed])


@pytest.mark.parametrize("bandwidth", [0.0, 1e-4, 0.1, 1.0, np.inf])
@pytest.mark.parametrize("kind", ["normal", "heavy", "few values", "two clumps"])
def test_few_trials_are_needed_whatever_the_bandwidth(kind, bandwidth, monkeypatch):
    n, rng = 20_000, np.random.default_rng(0)
    y = {
        "normal": rng.normal(size=n),
        "heavy": rng.standard_cauchy(size=n),
        "few values": rng.integers(0, 5, size=n).astype(float),
        "two clumps": np.repeat([0.0, 1e6], [1, n - 1]) + rng.normal(size=n) * 1e-3,
    }[kind]
    n_trials, plain = [], _near_targets._trial

    def counted(bands, rows, rng):
        n_trials.append(len(rows))
        return plain(bands, rows, rng)

    monkeypatch.setattr(_near_targets, "_trial", counted)
    near_partners(y, np.arange(n), bandwidth, rng)
    assert sum(n_trials) < 4.5 * n


def test_many_rows():
    rng = np.random.default_rng(0)
    y, seed = rng.normal(size=200_000), np.arange(200_000, dtype=np.int32)
    partner = near_partners(y, seed, 0.1, rng)
    assert (partner != seed).all()
    assert abs(np.abs(y[partner] - y).mean() - 0.1 * np.sqrt(2 / np.pi)) < 0.01
