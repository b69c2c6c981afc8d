"""PolynomFitSMOTE beside its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import generators, labelled_numbers, smooth_numbers

from skaug.over_sampling import PolynomFitSMOTE
from skaug.over_sampling._polynom_fit_smote import present_mean, star_steps


@given(st.integers(1, 20), st.integers(0, 60), generators())
def test_rows_are_shared_out_evenly(n_rows, n_samples, rng):
    position, step = star_steps(n_rows, n_samples, rng)
    count = np.bincount(position, minlength=n_rows)
    assert count.sum() == n_samples
    assert np.ptp(count) <= 1
    for i, k in enumerate(count):
        assert_allclose(step[position == i], np.arange(1, k + 1) / (k + 1))


@pytest.mark.filterwarnings("ignore:PolynomFitSMOTE has nothing to vary:UserWarning")
@given(labelled_numbers(missing=True), st.integers(0, 40))
def test_rows_lie_on_the_segments_to_the_mean(Xy, n):
    X, y = Xy
    label = y[0].item()
    wanted = {label: int((y == label).sum()) + n}
    sampler = PolynomFitSMOTE(sampling_strategy=wanted, random_state=0)
    X_res, _ = sampler.fit_resample(X, y)
    own = X[y == label]
    mean = np.array([c[~np.isnan(c)].mean() if (~np.isnan(c)).any() else np.nan for c in own.T])
    seed = sampler.sample_indices_[len(y) :]
    for i in set(seed.tolist()):
        made, k = X_res[len(y) :][seed == i], np.sum(seed == i)
        expected = [X[i] + j / (k + 1) * (mean - X[i]) for j in range(1, k + 1)]
        assert_allclose(made, expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(X), initial=1))


@given(smooth_numbers(), st.integers(1, 3))
def test_whole_multiples_leave_nothing_to_chance(Xy, times):
    X, y = Xy
    label = y[0].item()
    wanted = {label: (times + 1) * int((y == label).sum())}
    results = [
        PolynomFitSMOTE(sampling_strategy=wanted, random_state=seed).fit_resample(X, y)[0]
        for seed in (0, 1)
    ]
    assert_array_equal(*results)
    assert_allclose(results[0][len(y) :].mean(axis=0), X[y == label].mean(axis=0), rtol=1e-6)


def test_rows_that_get_one_more_are_drawn():
    X, y = np.arange(30.0)[:, None], np.repeat([0, 1], [20, 10])
    seeds = set()
    for state in range(20):
        sampler = PolynomFitSMOTE(sampling_strategy={1: 11}, random_state=state)
        sampler.fit_resample(X, y)
        seeds.add(sampler.sample_indices_[-1].item())
    assert len(seeds) > 4


def test_means_leave_missing_values_out():
    X = np.array([[1.0, np.nan, 0.1], [np.nan, np.nan, 0.1], [4.0, np.nan, 0.1]])
    assert_array_equal(present_mean(X), [2.5, np.nan, 0.1])


@pytest.mark.filterwarnings("ignore:PolynomFitSMOTE has nothing to vary:UserWarning")
def test_categories_are_copied_with_a_warning_if_there_is_nothing_else():
    X, y = np.array([["a"], ["b"], ["c"]] * 4, dtype=object), np.repeat([0, 1], [8, 4])
    with pytest.warns(UserWarning, match="class 1, which has no numeric columns: its rows are"):
        X_res, _ = PolynomFitSMOTE(random_state=0).fit_resample(X, y)
    assert_array_equal(np.sort(X_res[12:, 0]), np.sort(X[8:, 0]))
