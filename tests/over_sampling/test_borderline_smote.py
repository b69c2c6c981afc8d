import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import smooth_numbers

from skaug.over_sampling import BorderlineSMOTE

KINDS = ["borderline-1", "borderline-2"]
may_fall_back = pytest.mark.filterwarnings("ignore:BorderlineSMOTE found no row:UserWarning")


def resample(X, y, **params):
    sampler = BorderlineSMOTE(random_state=0).set_params(**params)
    return sampler, *sampler.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


def foreign(X, y, m):
    """How many of the m nearest rows of each row are of another class."""
    squared = reference.squared_distances(X)
    np.fill_diagonal(squared, np.inf)
    nearest = np.argsort(squared, axis=1)[:, :m]
    return (y[nearest] != y[:, None]).sum(axis=1)


def overlapping(n=600, columns=2):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1], [n * 4 // 5, n // 5]))
    X = rng.normal(size=(n, columns))
    X[:, 0] += y
    return X, y


@may_fall_back
@given(smooth_numbers(), st.integers(1, 12), st.sampled_from(KINDS))
def test_seeds_are_the_rows_in_danger(Xy, m, kind):
    X, y = Xy
    sampler, _, _ = resample(X, y, m_neighbors=m, kind=kind)
    seed, _ = parents(sampler)
    count = foreign(X, y, m)
    for label, found in sampler.in_danger_indices_.items():
        danger = np.flatnonzero((y == label) & (count >= m / 2) & (count < m))
        assert_array_equal(found, danger)
        if len(danger):
            assert set(seed[y[seed] == label]) <= set(danger)


@may_fall_back
@given(smooth_numbers(), st.integers(1, 5), st.sampled_from(KINDS))
def test_partners_are_among_the_nearest(Xy, k, kind):
    X, y = Xy
    sampler, _, _ = resample(X, y, k_neighbors=k, kind=kind)
    squared = reference.squared_distances(X)
    for i, j in zip(*parents(sampler), strict=True):
        plain = not len(sampler.in_danger_indices_[y[i].item()])
        among = np.flatnonzero(y == y[i]) if kind == KINDS[0] or plain else np.arange(len(y))
        nearest = np.sort(squared[i, among[among != i]])
        assert j in among
        assert j != i
        assert squared[i, j] <= nearest[k - 1] * (1 + 1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_steps(kind):
    X, y = overlapping()
    sampler, X_res, _ = resample(X, y, kind=kind, sampling_strategy={1: 8000})
    seed, partner = parents(sampler)
    across = X[partner] - X[seed]
    step = ((X_res[len(y) :] - X[seed]) * across).sum(axis=1) / (across**2).sum(axis=1)
    own = y[partner] == 1
    assert step.min() >= -1e-12
    assert 0.99 < step[own].max() <= 1 + 1e-9
    assert step[own].mean() == pytest.approx(0.5, abs=0.03)
    assert own.all() == (kind == "borderline-1")
    if kind == "borderline-2":  # shortened once, not twice
        assert 0.495 < step[~own].max() <= 0.5 + 1e-9
        assert step[~own].mean() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_without_danger_it_is_smote_with_a_warning(kind):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.repeat(["common", "rare"], [40, 20])
    X[y == "rare"] += 100
    with pytest.warns(
        UserWarning,
        match="BorderlineSMOTE found no row in danger in class 'rare': its 20 new rows are made "
        "by plain SMOTE",
    ):
        sampler, _, y_res = resample(X, y, kind=kind)
    assert (y_res == "rare").sum() == 40
    assert sampler.in_danger_indices_["rare"].tolist() == []
    seed, partner = parents(sampler)
    assert len(set(seed)) > 5
    assert set(y[seed]) == set(y[partner]) == {"rare"}


def test_noise_is_no_seed():
    X, y = overlapping()
    X[-1], y[-1] = [-50, 0], 1
    X[:30], y[:30] = X[:30] * 0.01 + [-50, 0], 0
    sampler, _, _ = resample(X, y)
    assert len(y) - 1 not in sampler.in_danger_indices_[1]
    assert len(y) - 1 not in parents(sampler)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_class_votes_on_categories(kind):
    X, y = overlapping()
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(c=np.where(y == 1, "rare", "common"))
    # three columns that hardly vary: the median deviation, and so a mismatch, is next to nothing
    frame[["d", "e", "f"]] = 1e-6 * np.random.default_rng(1).normal(size=(len(y), 3))
    sampler, X_res, y_res = resample(frame, y, kind=kind)
    assert set(y[sampler.partner_indices_[len(y) :]]) == ({1} if kind == KINDS[0] else {0, 1})
    assert set(X_res["c"][y_res == 1]) == {"rare"}


def test_a_row_that_both_classes_have_counts_as_own():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    X, y = np.vstack([X, X[:20], rng.normal(size=(20, 2))]), np.repeat([0, 1, 0], [40, 20, 20])
    order = rng.permutation(80)
    X, y = X[order], y[order]
    sampler, X_res, _ = resample(X, y, kind="borderline-2", sampling_strategy={1: 300})
    seed, partner = parents(sampler)
    assert (X[seed] != X[partner]).any(axis=1).all()
    twins = {tuple(row) for row in X[y == 1]}
    assert not any(tuple(X[j]) in twins for j in partner[y[partner] == 0])
    assert_allclose(X_res[:80], X)


def test_kind_2_needs_neighbours_in_the_whole_table_only():
    X, y = overlapping(n=50)
    y[np.flatnonzero(y == 1)[3:]] = 0
    X[y == 1] = [[0, 0], [0, 0.001], [0, 0.002]]
    resample(X, y, kind="borderline-2", m_neighbors=4, k_neighbors=5)
    with pytest.raises(ValueError, match=r"k_neighbors \+ 1 = 51 rows in X; it has 50"):
        resample(X, y, kind="borderline-2", m_neighbors=4, k_neighbors=50)
    X[y == 1] += 100
    with pytest.raises(ValueError, match=r"k_neighbors \+ 1 = 6 rows in each class .* 1 has 3\."):
        resample(X, y, kind="borderline-2", m_neighbors=2, k_neighbors=5)
