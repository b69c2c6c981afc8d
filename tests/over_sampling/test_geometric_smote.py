"""GeometricSMOTE: the ball, its truncation and its deformation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference import squared_distances
from scipy import stats
from strategies import generators, smooth_numbers

from skaug.over_sampling import GeometricSMOTE
from skaug.over_sampling._geometric_smote import shaped

STRATEGIES = ["combined", "majority", "minority"]


def balls(X, y, **params):
    """Return for each new row: v, e, the radius, the centre and the surface."""
    sampler = GeometricSMOTE(random_state=0, **params)
    X_res, _ = sampler.fit_resample(X, y)
    c, s = sampler.sample_indices_[len(y) :], sampler.partner_indices_[len(y) :]
    way = X[s] - X[c]
    radius = np.sqrt((way**2).sum(axis=1))
    v = (X_res[len(y) :] - X[c]) / radius[:, None]
    return v, way / radius[:, None], radius, c, s


@given(
    smooth_numbers(),
    st.sampled_from(STRATEGIES),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_rows_lie_in_the_shaped_ball(Xy, selection, truncation, deformation):
    v, e, _, _, _ = balls(
        *Xy,
        selection_strategy=selection,
        truncation_factor=truncation,
        deformation_factor=deformation,
    )
    assert (np.sqrt((v**2).sum(axis=1)) <= 1 + 1e-9).all()
    along = (v * e).sum(axis=1)
    if truncation > 0:
        assert (along >= truncation - 1 - 1e-9).all()
    else:
        assert (along <= truncation + 1 + 1e-9).all()


@given(smooth_numbers(), st.sampled_from(STRATEGIES))
def test_full_deformation_leaves_the_segment(Xy, selection):
    v, e, _, _, _ = balls(*Xy, selection_strategy=selection, deformation_factor=1.0)
    along = (v * e).sum(axis=1)
    assert_allclose(v, along[:, None] * e, atol=1e-9)
    assert (along >= -1e-9).all()
    assert (along <= 1 + 1e-9).all()


@given(smooth_numbers(), st.integers(1, 5))
def test_surfaces_are_those_of_the_strategy(Xy, k):
    X, y = Xy
    squared = squared_distances(X)
    for selection in STRATEGIES:
        _, _, radius, c, s = balls(X, y, selection_strategy=selection, k_neighbors=k)
        for i, j, r in zip(c, s, radius, strict=True):
            own = np.sort(squared[i][y == y[i]])[1 : k + 1]
            foreign = squared[i][y != y[i]].min()
            if selection == "minority":
                assert y[i] == y[j]
                assert r**2 <= own[-1] * (1 + 1e-9)
            elif selection == "majority":
                assert_allclose(r**2, foreign, rtol=1e-9)
            else:
                assert r**2 <= foreign * (1 + 1e-9)
                assert y[i] == y[j] or r**2 <= own[-1] * (1 + 1e-9)


@given(generators(), st.integers(1, 6), st.floats(-1, 1), st.floats(0, 1))
def test_shapes_beside_the_loop(rng, d, truncation, deformation):
    v, e = rng.normal(size=(2, 20, d))
    v /= np.sqrt((v**2).sum(axis=1)).max()
    e /= np.sqrt((e**2).sum(axis=1))[:, None]
    for vector, direction, found in zip(v, e, shaped(v, e, truncation, deformation), strict=True):
        along = vector @ direction
        if (truncation > 0 and along < truncation - 1) or (
            truncation < 0 and along > truncation + 1
        ):
            vector = vector - 2 * along * direction
        across = vector - (vector @ direction) * direction
        assert_allclose(found, vector - deformation * across, atol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_points_are_uniform_in_the_ball(d):
    X = np.r_[np.zeros((1, d)), np.ones((1, d)), np.full((3, d), 9.0)]
    v, e, _, _, _ = balls(
        X,
        [1, 0, 0, 0, 0],
        selection_strategy="majority",
        truncation_factor=0.0,
        sampling_strategy={1: 4000},
    )
    length = np.sqrt((v**2).sum(axis=1))
    assert stats.kstest(length**d, "uniform").pvalue > 1e-3
    assert abs(v.mean()) < 4 / np.sqrt(4000)
    assert stats.binomtest(int(((v * e).sum(axis=1) > 0).sum()), 3999).pvalue > 1e-3


def test_columns_that_the_surface_misses_are_not_moved():
    X = np.array([[0.0, 0.0, 7.0], [1.0, 1.0, np.nan], [np.nan, 5.0, 5.0]])
    sampler = GeometricSMOTE(
        selection_strategy="majority", sampling_strategy={1: 50}, random_state=0
    )
    X_res, _ = sampler.fit_resample(X, [1, 0, 0])
    assert_array_equal(X_res[3:, 2], 7)
    assert len(np.unique(X_res[3:, 0])) == 49
    assert (np.hypot(X_res[3:, 0], X_res[3:, 1]) <= np.sqrt(2)).all()


def test_one_row_is_enough_for_the_majority_strategy():
    X, y = np.random.default_rng(0).normal(size=(21, 2)), [0] * 20 + [1]
    sampler = GeometricSMOTE(selection_strategy="majority", random_state=0)
    assert len(np.unique(sampler.fit_resample(X, y)[0][21:], axis=0)) == 19
