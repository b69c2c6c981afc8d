import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import generators, smooth_numbers

from skaug._core.array_table import ArrayTable
from skaug._core.batch import Batch
from skaug._core.target import Target
from skaug.over_sampling import _neighborhood


@given(smooth_numbers(missing=True), st.integers(1, 10))
def test_foreign_share_is_a_count_among_the_nearest_rows(Xy, m):
    X, y = Xy
    squared = reference.squared_distances(X)
    rows = np.flatnonzero(y == y[0])
    share = _neighborhood.foreign_share(
        ArrayTable(X, categorical_features=None, owner="A"),
        Target(y, owner="A"),
        rows,
        n_neighbors=m,
        n_jobs=1,
        owner="A",
        parameter="m",
    )
    for row, found in zip(rows, share, strict=True):
        others = np.delete(np.arange(len(y)), row)
        limit = np.sort(squared[row, others])[m - 1]
        surely = others[squared[row, others] < limit * (1 - 1e-9)]
        within = others[squared[row, others] <= limit * (1 + 1e-9)]
        least = (y[surely] != y[row]).sum() / m
        most = (y[within] != y[row]).sum() / m
        assert least <= found <= most
        if len(within) == m:
            assert found == most


@given(
    st.integers(0, 500),
    st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), min_size=1, max_size=20).filter(any),
    generators(),
)
def test_apportioned_is_by_largest_remainder(n, weight, rng):
    count = _neighborhood.apportioned(n, np.array(weight), rng)
    quota = n * np.array(weight) / sum(weight)
    assert count.sum() == n
    assert (count[np.array(weight) == 0] == 0).all()
    assert (np.abs(count - quota) < 1 + 1e-6).all()
    remainder = quota - np.floor(quota + 1e-9)
    raised = count > np.floor(quota + 1e-9)
    if raised.any():
        assert remainder[raised].min() >= remainder[~raised].max(initial=0) - 1e-6


def test_apportioned_draws_among_equal_remainders():
    rng = np.random.default_rng(0)
    total = sum(_neighborhood.apportioned(1, np.ones(4), rng) for _ in range(4000))
    assert (abs(total - 1000) < 150).all()  # five standard deviations


@pytest.mark.parametrize("codes", [None, np.array([[1], [2]])])
def test_joined_batches(codes):
    parts = [
        Batch(seed=np.array(s), partner=np.array(p), step=np.array(u), codes=codes)
        for s, p, u in [([0, 1], [2, 3], [0.1, 0.2]), ([4, 5], [6, 7], [0.3, 0.4])]
    ]
    batch = _neighborhood.joined_batches(parts, np.arange(8))
    assert_array_equal(batch.seed, [0, 1, 4, 5])
    assert_array_equal(batch.partner, [2, 3, 6, 7])
    assert_array_equal(batch.step, [0.1, 0.2, 0.3, 0.4])
    if codes is None:
        assert batch.codes is None
    else:
        assert_array_equal(batch.codes, [[1], [2], [1], [2]])
