"""Laws of the samplers whose rows need not lie between a row and a neighbour."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from strategies import (
    generators,
    labelled_categories,
    labelled_numbers,
    labels,
    smooth_numbers,
    targets,
)

from skaug.over_sampling import GeometricSMOTE, MGSSampler, PolynomFitSMOTE, ProWSyn
from skaug.over_sampling import _geometric_smote as geometric_module
from skaug.over_sampling import _mgs as mgs_module
from skaug.over_sampling import _polynom_fit_smote as polynom_module

pytestmark = [
    pytest.mark.filterwarnings("ignore:[A-Za-z]+ looks for:UserWarning"),
    pytest.mark.filterwarnings("ignore:[A-Za-z]+ has nothing to vary:UserWarning"),
]

SAMPLERS = [
    GeometricSMOTE(),
    GeometricSMOTE(selection_strategy="majority", truncation_factor=-0.5, deformation_factor=0.3),
    GeometricSMOTE(selection_strategy="minority"),
    MGSSampler(),
    MGSSampler(k_neighbors=4, scale=2.0),
    PolynomFitSMOTE(),
    ProWSyn(),
]
WITHIN_CLASS = SAMPLERS[2:]


def for_all(samplers):
    return pytest.mark.parametrize("sampler", samplers, ids=str)


def resample(sampler, X, y, **params):
    """Return a fitted clone and what it returned."""
    fitted = clone(sampler).set_params(**{"random_state": 0, **params})
    return fitted, *fitted.fit_resample(X, y)


def seeds(sampler):
    return sampler.sample_indices_[sampler.is_synthetic_]


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), st.data())
def test_counts_are_exact_and_missing_values_those_of_the_seed(sampler, Xy, data):
    X, y = Xy
    wanted = data.draw(targets(y))
    fitted, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
    assert Counter(y_res.tolist()) == {**Counter(y.tolist()), **wanted}
    assert X_res[: len(y)].tobytes() == X.tobytes()
    assert_array_equal(y_res[len(y) :], y[seeds(fitted)])
    assert_array_equal(np.isnan(X_res[len(y) :]), np.isnan(X[seeds(fitted)]))


@for_all(WITHIN_CLASS)
@given(labelled_numbers(missing=True))
def test_parents_are_of_the_class(sampler, Xy):
    X, y = Xy
    fitted, _, y_res = resample(sampler, X, y, sampling_strategy="all")
    partner = fitted.partner_indices_
    has_partner = partner >= 0
    assert_array_equal(y_res[has_partner], y[partner[has_partner]])


@for_all([s for s in SAMPLERS if not isinstance(s, PolynomFitSMOTE)])
@given(labelled_numbers(missing=True))
def test_threads_do_not_matter(sampler, Xy):
    state = np.random.get_state(legacy=False)["state"]["key"].tobytes()  # noqa: NPY002
    results = [resample(sampler, *Xy, n_jobs=n)[1].tobytes() for n in (1, 1, 2)]
    assert len(set(results)) == 1
    assert np.random.get_state(legacy=False)["state"]["key"].tobytes() == state  # noqa: NPY002


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), st.sampled_from([1, 100, 2000]))
def test_blocks_do_not_matter(sampler, Xy, block_bytes):
    _, expected, _ = resample(sampler, *Xy)
    with pytest.MonkeyPatch.context() as patch:
        for module in (geometric_module, mgs_module, polynom_module):
            patch.setattr(module, "_BLOCK_BYTES", block_bytes)
        _, X_res, _ = resample(sampler, *Xy)
    assert_allclose(X_res, expected, rtol=1e-12, atol=1e-12)


@for_all(SAMPLERS)
@given(smooth_numbers(max_classes=3), st.integers(1, 20), st.integers(0, 20))
def test_counts_of_other_classes_do_not_matter(sampler, Xy, n, more):
    X, y = Xy
    counts = Counter(y.tolist())
    label, other = sorted(counts)[:2]
    made = []
    for extra in (0, more):
        wanted = {label: counts[label] + n, other: counts[other] + extra}
        _, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
        made.append(X_res[len(y) :][y_res[len(y) :] == label].tobytes())
    assert made[0] == made[1]


@for_all([s for s in WITHIN_CLASS if not isinstance(s, ProWSyn)])
@given(smooth_numbers(max_classes=3))
def test_rows_of_other_classes_do_not_matter(sampler, Xy):
    X, y = Xy
    label, counts = y[0].item(), Counter(y.tolist())
    wanted = {label: counts[label] + 9}
    _, expected, _ = resample(sampler, X, y, sampling_strategy=wanted)
    moved = np.where((y != label)[:, None], 3 * X - 1, X)
    _, X_res, _ = resample(sampler, moved, y, sampling_strategy=wanted)
    assert_array_equal(X_res[len(y) :], expected[len(y) :])


@for_all(SAMPLERS[3:])
@given(labelled_numbers(), st.floats(-1e300, 1e300))
def test_constant_columns_stay_constant(sampler, Xy, value):
    """Not so for GeometricSMOTE, whose balls are as wide in every column."""
    X, y = Xy
    _, X_res, _ = resample(sampler, np.c_[X, np.full(len(y), value)], y)
    assert (X_res[:, -1] == value).all()


@for_all(SAMPLERS)
@given(smooth_numbers(), st.integers(-40, 40))
def test_a_power_of_two_scales_the_rows(sampler, Xy, power):
    X, y = Xy
    _, expected, _ = resample(sampler, X, y)
    _, scaled, _ = resample(sampler, X * 2.0**power, y)
    assert_allclose(scaled, expected * 2.0**power, rtol=1e-9, atol=1e-12 * 2.0**power)


@for_all(SAMPLERS)
@given(smooth_numbers())
def test_float32_is_kept(sampler, Xy):
    X, y = Xy
    X = X.astype(np.float32)
    _, X_res, _ = resample(sampler, X, y)
    _, X_double, _ = resample(sampler, X.astype(float), y)
    assert X_res.dtype == np.float32
    assert_allclose(X_res, X_double, rtol=1e-4, atol=1e-4 * np.abs(X).max())


@for_all(SAMPLERS)
@given(st.data(), st.sampled_from([np.int64, np.int16, np.uint8]))
def test_integers_are_floats_to_the_nearest(sampler, data, dtype):
    y = data.draw(labels())
    X = data.draw(generators()).integers(0, 256, size=(len(y), 3)).astype(dtype)
    _, X_res, _ = resample(sampler, X, y)
    _, as_floats, _ = resample(sampler, X.astype(float), y)
    limits = np.iinfo(dtype)
    assert X_res.dtype == dtype
    assert_array_equal(X_res.astype(float), np.clip(np.rint(as_floats), limits.min, limits.max))


@for_all(SAMPLERS)
@given(labelled_categories())
def test_categories_are_of_the_class_and_miss_with_the_seed(sampler, Xy):
    X, y = Xy
    fitted, X_res, _ = resample(sampler, X, y)
    for row, seed in enumerate(seeds(fitted)):
        for j in range(X.shape[1]):
            cell = X_res[len(y) + row, j]
            assert (cell is None) == (X[seed, j] is None)
            assert cell in X[y == y[seed], j]


@for_all(SAMPLERS)
@given(smooth_numbers(missing=True), generators())
def test_mixed_frames(sampler, Xy, rng):
    X, y = Xy
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    frame["colour"] = pd.Categorical(rng.choice(["red", "green", "blue"], len(y)))
    frame["whole"] = rng.integers(5, size=len(y))
    frame.loc[rng.random(len(y)) < 0.2, "colour"] = None
    fitted, X_res, _ = resample(sampler, frame, y)
    assert X_res.dtypes.equals(frame.dtypes)
    assert_array_equal(X_res["colour"].isna()[len(y) :], frame["colour"].isna()[seeds(fitted)])
    for label in set(y.tolist()):
        made = X_res["colour"][len(y) :][y[seeds(fitted)] == label].dropna()
        assert set(made) <= set(frame["colour"][y == label].dropna())


@for_all(SAMPLERS[3:])
@given(smooth_numbers(), generators())
def test_combinations_of_categories_are_real(sampler, Xy, rng):
    X, y = Xy
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    for name in ("a", "b", "c"):
        frame[name] = pd.Categorical(rng.integers(5, size=len(y)).astype(str))
    _, X_res, y_res = resample(sampler, frame, y)
    known = set(zip(y.tolist(), frame["a"], frame["b"], frame["c"], strict=True))
    made = zip(y_res.tolist(), X_res["a"], X_res["b"], X_res["c"], strict=True)
    assert set(made) == known


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), generators())
def test_weights_lie_between_those_of_the_parents(sampler, Xy, rng):
    X, y = Xy
    weight = rng.uniform(-1, 5, len(y))
    fitted = clone(sampler).set_params(random_state=0)
    X_res, _, made = fitted.fit_resample(X, y, sample_weight=weight)
    assert_array_equal(X_res, resample(sampler, X, y)[1])
    seed, partner = fitted.sample_indices_, fitted.partner_indices_
    low, high = np.sort([weight[seed], weight[np.where(partner < 0, seed, partner)]], axis=0)
    assert (low - 1e-12 <= made).all()
    assert (made <= high + 1e-12).all()


@for_all(SAMPLERS)
@pytest.mark.parametrize("scale", [1e-160, 1e120])
@pytest.mark.parametrize("columns", [3, 12])
def test_extreme_numbers(sampler, scale, columns):
    X = scale * np.random.default_rng(0).normal(size=(60, columns))
    _, X_res, y_res = resample(sampler, X, np.repeat([0, 1], [40, 20]))
    assert np.isfinite(X_res).all()
    assert len(np.unique(X_res[:, 0])) == 80
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}


@for_all([s for s in SAMPLERS if s.get_params().get("selection_strategy") != "majority"])
def test_equal_rows_are_copied_with_a_warning(sampler):
    X, y = np.r_[np.arange(80.0).reshape(40, 2), np.full((20, 2), 0.1)], np.repeat([0, 1], [40, 20])
    with pytest.warns(
        UserWarning, match=r"class 1(, whose rows .*| are 1 distinct ones): its rows are"
    ):
        _, X_res, y_res = resample(sampler, X, y)
    assert_array_equal(X_res[60:], 0.1)
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}


@for_all([s for s in SAMPLERS if not isinstance(s, ProWSyn)])
@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_is_refused(sampler, container):
    X, y = container(np.eye(30)), np.repeat([0, 1], [20, 10])
    assert not sampler.__sklearn_tags__().input_tags.sparse
    message = (
        rf"{type(sampler).__name__} does not work on sparse data: it .*, which fills the zeros"
    )
    with pytest.raises(ValueError, match=message):
        resample(sampler, X, y)
    with pytest.raises(ValueError, match=message):
        clone(sampler).fit(X, y)


@for_all([GeometricSMOTE(), MGSSampler(k_neighbors=5)])
def test_too_few_rows_of_a_class_are_named(sampler):
    X = np.random.default_rng(0).normal(size=(43, 2))
    with pytest.raises(
        ValueError,
        match=rf"{type(sampler).__name__} needs at least k_neighbors \+ 1 = 6 rows in each class "
        r"it over-samples; class 'rare' has 3. Set k_neighbors to 2 or less",
    ):
        resample(sampler, X, np.repeat(["common", "rare"], [40, 3]))


@for_all([MGSSampler(), ProWSyn(), PolynomFitSMOTE()])
def test_a_class_of_two_rows_is_enough(sampler):
    X, y = np.random.default_rng(0).normal(size=(42, 3)), np.repeat([0, 1], [40, 2])
    _, X_res, y_res = resample(sampler, X, y)
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}
    assert len(np.unique(X_res[42:], axis=0)) == 38


@for_all(SAMPLERS)
def test_parameters_are_checked(sampler):
    X, y = np.zeros((20, 2)), np.repeat([0, 1], [12, 8])
    for name in sampler.get_params():
        with pytest.raises(ValueError, match=f"The '{name}' parameter of {type(sampler).__name__}"):
            resample(sampler, X, y, **{name: object()})
