import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import smooth_numbers

from skaug.over_sampling import ADASYN

may_fall_back = pytest.mark.filterwarnings("ignore:ADASYN found no foreign:UserWarning")


def resample(X, y, **params):
    sampler = ADASYN(random_state=0).set_params(**params)
    return sampler, *sampler.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


@may_fall_back
@given(smooth_numbers(), st.integers(1, 6), st.integers(0, 60))
def test_each_row_gets_its_share(Xy, k, more):
    X, y = Xy
    label = y[0].item()
    members = np.flatnonzero(y == label)
    sampler, _, _ = resample(X, y, n_neighbors=k, sampling_strategy={label: len(members) + more})
    seed, _ = parents(sampler)
    squared = reference.squared_distances(X)
    np.fill_diagonal(squared, np.inf)
    r = (y[np.argsort(squared, axis=1)[:, :k]] != y[:, None]).mean(axis=1)[members]
    if not r.any():
        r[:] = 1
    quota = more * r / r.sum()
    count = np.bincount(seed, minlength=len(y))[members]
    assert count.sum() == more
    assert (np.abs(count - quota) < 1).all()
    assert (count[r == 0] == 0).all()
    whole = np.floor(quota + 1e-9)
    raised = count > whole
    if raised.any():  # those with the largest remainders
        assert (quota - whole)[raised].min() >= (quota - whole)[~raised].max(initial=0) - 1e-9


@may_fall_back
@given(smooth_numbers(), st.integers(1, 6))
def test_partners_are_among_the_nearest_of_the_class(Xy, k):
    X, y = Xy
    sampler, _, _ = resample(X, y, n_neighbors=k)
    squared = reference.squared_distances(X)
    np.fill_diagonal(squared, np.inf)
    for i, j in zip(*parents(sampler), strict=True):
        assert y[i] == y[j]
        assert squared[i, j] <= np.sort(squared[i, y == y[i]])[k - 1] * (1 + 1e-9)


def test_steps_are_uniform():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), np.repeat([0, 1], [80, 20])
    sampler, X_res, _ = resample(X, y, sampling_strategy={0: 80, 1: 4000})
    seed, partner = parents(sampler)
    across = X[partner] - X[seed]
    step = ((X_res[100:] - X[seed]) * across).sum(axis=1) / (across**2).sum(axis=1)
    deciles = np.quantile(step, np.linspace(0, 1, 11))
    assert_allclose(deciles, np.linspace(0, 1, 11), atol=0.04)


def test_without_foreign_neighbours_all_rows_get_equal_shares_with_a_warning():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.repeat(["common", "rare"], [50, 10])
    X[y == "rare"] += 100
    with pytest.warns(
        UserWarning,
        match="ADASYN found no foreign neighbour in class 'rare': its 40 new rows are shared "
        "equally among its rows",
    ):
        sampler, _, _ = resample(X, y)
    assert np.bincount(parents(sampler)[0])[y == "rare"].tolist() == [4] * 10
