"""ProWSyn beside a plain version of its levels."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference import squared_distances
from scipy import sparse
from strategies import generators, smooth_numbers

from skaug.over_sampling import ProWSyn
from skaug.over_sampling._prowsyn import level_weights, pairs_within


def levels_of(X, y, label, k, n_levels):
    """Peel a class row by row; return the rows of each level."""
    squared = squared_distances(X)
    left, levels = np.flatnonzero(y == label).tolist(), []
    while left and len(levels) < n_levels - 1:
        near = set()
        for foreign in np.flatnonzero(y != label):
            near |= set(sorted(left, key=lambda row: squared[foreign, row])[:k])
        levels.append(near)
        left = [row for row in left if row not in near]
    return [*levels, set(left)] if left else levels


@given(smooth_numbers(), st.integers(1, 4), st.integers(1, 6), st.floats(0, 3), st.integers(1, 50))
def test_levels_and_their_counts(Xy, k, n_levels, theta, n):
    X, y = Xy
    label = y[0].item()
    sampler = ProWSyn(
        n_neighbors=k,
        n_levels=n_levels,
        theta=theta,
        sampling_strategy={label: int((y == label).sum()) + n},
        random_state=0,
    )
    X_res, _ = sampler.fit_resample(X, y)
    seed, partner = sampler.sample_indices_[len(y) :], sampler.partner_indices_[len(y) :]
    squared = squared_distances(X)
    levels = levels_of(X, y, label, k, n_levels)
    weight = np.exp(-theta * np.arange(len(levels)))
    for level, quota in zip(levels, n * weight / weight.sum(), strict=True):
        inside = np.isin(seed, list(level))
        assert abs(inside.sum() - quota) < 1 + 1e-6
        if len(level) > 1:
            assert set(partner[inside].tolist()) <= level
        else:
            (row,) = level
            others = [i for i in np.flatnonzero(y == label) if i != row]
            nearest = min(others, key=lambda other: squared[row, other])
            assert set(partner[inside].tolist()) <= {nearest}
    assert (seed != partner).all()
    step = ((X_res[len(y) :] - X[seed]) * (X[partner] - X[seed])).sum(axis=1)
    step /= ((X[partner] - X[seed]) ** 2).sum(axis=1)
    expected = X[seed] + step[:, None] * (X[partner] - X[seed])
    assert_allclose(X_res[len(y) :], expected, atol=1e-9 * np.abs(X).max())
    assert ((step >= -1e-9) & (step <= 1 + 1e-9)).all()


@given(st.integers(1, 9), st.floats(0, 5))
def test_weights_fall_by_theta(n, theta):
    weight = level_weights(n, theta)
    assert_allclose(weight.sum(), 1)
    assert_allclose(np.diff(np.log(weight)), -theta, atol=1e-9)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), generators())
def test_pairs_are_of_different_groups(values, rng):
    group = np.array([*values, 7])
    a, b = pairs_within(group, 300, rng)
    assert (group[a] != group[b]).all()
    assert a.max() < len(group)
    assert b.max() < len(group)


def test_pairs_are_equally_likely():
    group = np.array([3, 0, 3, 1])
    a, b = pairs_within(group, 40_000, np.random.default_rng(0))
    found = Counter(zip(a.tolist(), b.tolist(), strict=True))
    for (first, _), count in found.items():
        others = np.sum(group != group[first])
        assert abs(count / 40_000 - 1 / 4 / others) < 0.01
    assert len(found) == 10


def test_sparse_stays_sparse_and_is_like_dense():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 4)) * (rng.random((90, 4)) < 0.6)
    y = rng.permutation(np.repeat([0, 1], [60, 30]))
    dense, _ = ProWSyn(random_state=0).fit_resample(X, y)
    made, _ = ProWSyn(random_state=0).fit_resample(sparse.csr_array(X), y)
    assert made.format == "csr"
    assert_allclose(made.toarray(), dense, atol=1e-12)
    zero = (X[y == 1] == 0).all(axis=1).sum()
    assert made.nnz < dense.size - zero


def test_the_first_level_is_next_to_the_other_class():
    X = np.r_[np.arange(-20.0, 0), np.arange(0.0, 20)][:, None]
    y = np.repeat([0, 1], 20)
    sampler = ProWSyn(
        n_neighbors=4, n_levels=2, theta=50, sampling_strategy={1: 60}, random_state=0
    )
    X_res, _ = sampler.fit_resample(X, y)
    assert X_res[40:].min() >= 0
    assert X_res[40:].max() <= 3


@pytest.mark.parametrize("n_neighbors", [1, 50])
def test_many_neighbours_make_one_level(n_neighbors):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.repeat([0, 1], [40, 20])
    sampler = ProWSyn(n_neighbors=n_neighbors, theta=50, random_state=0)
    sampler.fit_resample(X, y)
    used = set(sampler.sample_indices_[60:].tolist())
    assert used <= levels_of(X, y, 1, n_neighbors, 5)[0]
