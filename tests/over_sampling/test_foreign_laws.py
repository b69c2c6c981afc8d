"""Laws of the samplers that look at the rows of other classes too."""

import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from strategies import (
    generators,
    labelled_categories,
    labelled_numbers,
    smooth_numbers,
    targets,
)

from skaug.over_sampling import ADASYN, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE

pytestmark = [
    pytest.mark.filterwarnings("ignore:[A-Za-z]+ found no:UserWarning"),
    pytest.mark.filterwarnings("ignore:[A-Za-z]+ looks for:UserWarning"),
]

SAMPLERS = [
    BorderlineSMOTE(),
    BorderlineSMOTE(kind="borderline-2"),
    SVMSMOTE(),
    KMeansSMOTE(),
    KMeansSMOTE(kmeans_estimator=2, cluster_balance_threshold=0.0, density_exponent=1.0),
    ADASYN(),
]
WITHIN_CLASS = [SAMPLERS[0], *SAMPLERS[2:]]


def for_all(samplers):
    return pytest.mark.parametrize("sampler", samplers, ids=str)


def resample(sampler, X, y, **params):
    """Return a fitted clone and what it returned."""
    fitted = clone(sampler).set_params(**{"random_state": 0, **params})
    return fitted, *fitted.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), st.data())
def test_counts_are_exact_and_originals_first(sampler, Xy, data):
    X, y = Xy
    wanted = data.draw(targets(y))
    fitted, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
    assert Counter(y_res.tolist()) == {**Counter(y.tolist()), **wanted}
    assert X_res[: len(y)].tobytes() == X.tobytes()
    seed, _ = parents(fitted)
    assert_array_equal(y_res[len(y) :], y[seed])
    assert_array_equal(np.isnan(X_res[len(y) :]), np.isnan(X[seed]))


@for_all(WITHIN_CLASS)
@given(labelled_numbers(missing=True))
def test_partners_are_other_rows_of_the_class(sampler, Xy):
    X, y = Xy
    fitted, _, _ = resample(sampler, X, y, sampling_strategy="all")
    seed, partner = parents(fitted)
    has_partner = partner >= 0
    assert_array_equal(y[seed[has_partner]], y[partner[has_partner]])
    a, b = X[seed[has_partner]], X[partner[has_partner]]
    differs = (a != b) & ~(np.isnan(a) & np.isnan(b))
    assert differs.any(axis=1).all()


@for_all(SAMPLERS)
@given(smooth_numbers())
def test_rows_lie_on_the_line_through_their_parents(sampler, Xy):
    X, y = Xy
    fitted, X_res, _ = resample(sampler, X, y)
    seed, partner = parents(fitted)
    made, a, b = X_res[len(y) :], X[seed], X[partner]
    step = ((made - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1)
    assert (step <= 1 + 1e-9).all()
    least = -sampler.out_step if isinstance(sampler, SVMSMOTE) else 0
    assert (step >= least - 1e-9).all()
    assert_allclose(made, a + step[:, None] * (b - a), rtol=1e-6, atol=1e-9 * np.abs(X).max())


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True))
def test_a_seed_gives_the_same_bytes_whatever_n_jobs(sampler, Xy):
    state = np.random.get_state(legacy=False)["state"]["key"].tobytes()  # noqa: NPY002
    results = [resample(sampler, *Xy, n_jobs=n)[1].tobytes() for n in (1, 1, 2)]
    assert len(set(results)) == 1
    assert np.random.get_state(legacy=False)["state"]["key"].tobytes() == state  # noqa: NPY002


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), st.integers(1, 20), st.integers(0, 20))
def test_counts_of_other_classes_do_not_matter(sampler, Xy, n, more):
    X, y = Xy
    counts = Counter(y.tolist())
    label, other = sorted(counts)[:2]
    wanted = {label: counts[label] + n}
    _, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
    alone = X_res[len(y) :]
    wanted[other] = counts[other] + more
    _, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
    beside = X_res[len(y) :][y_res[len(y) :] == label]
    assert alone.tobytes() == beside.tobytes()


@for_all([s for s in SAMPLERS if not isinstance(s, KMeansSMOTE)])
@given(smooth_numbers(), st.integers(-40, 40))
def test_a_power_of_two_scales_the_rows(sampler, Xy, power):
    X, y = Xy
    _, expected, _ = resample(sampler, X, y)
    _, scaled, _ = resample(sampler, X * 2.0**power, y)
    assert_allclose(scaled, expected * 2.0**power, rtol=1e-9)


@for_all(SAMPLERS)
@given(labelled_categories())
def test_categories_are_of_the_class_and_miss_with_the_seed(sampler, Xy):
    X, y = Xy
    fitted, X_res, _ = resample(sampler, X, y)
    seed, _ = parents(fitted)
    for j in range(X.shape[1]):
        for row, cell in enumerate(X_res[len(y) :, j]):
            assert (cell is None) == (X[seed[row], j] is None)
            assert cell in X[y == y[seed[row]], j]


@for_all(SAMPLERS)
@given(smooth_numbers(missing=True), generators())
def test_mixed_frames(sampler, Xy, rng):
    X, y = Xy
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    frame["colour"] = pd.Categorical(rng.choice(["red", "green", "blue"], len(y)))
    frame["flag"] = pd.Series(rng.choice([True, False], len(y)), dtype="boolean")
    frame["whole"] = rng.integers(5, size=len(y))
    frame.loc[rng.random(len(y)) < 0.2, "colour"] = None
    fitted, X_res, _ = resample(sampler, frame, y)
    seed, _ = parents(fitted)
    assert X_res.dtypes.equals(frame.dtypes)
    assert_array_equal(X_res["colour"].isna()[len(y) :], frame["colour"].isna()[seed])
    for label in set(y.tolist()):
        made = X_res["colour"][len(y) :][y[seed] == label].dropna()
        assert set(made) <= set(frame["colour"][y == label].dropna())


@for_all(SAMPLERS)
@given(smooth_numbers(max_classes=3), generators(), st.sampled_from(["csr", "csc"]))
def test_sparse_is_like_dense(sampler, Xy, rng, form):
    X, y = Xy
    X[rng.random(X.shape) < 0.3] = 0
    fitted, X_res, _ = resample(sampler, sparse.csr_array(X).asformat(form), y)
    assert X_res.format == form
    seed, partner = parents(fitted)
    dense, X_dense, _ = resample(sampler, X, y)
    if [p.tolist() for p in parents(dense)] == [seed.tolist(), partner.tolist()]:
        assert_allclose(X_res.toarray(), X_dense, rtol=1e-9, atol=1e-9 * np.abs(X).max())
    assert_array_equal(y[seed], fitted.fit_resample(X_res, np.append(y, y[seed]))[1][len(y) :])


@for_all(SAMPLERS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.float32])
def test_dtypes_are_kept(sampler, dtype):
    rng = np.random.default_rng(0)
    X = rng.integers(2 if dtype is bool else 256, size=(90, 3)).astype(dtype)
    y = np.repeat([0, 1, 2], [40, 30, 20])
    _, X_res, _ = resample(sampler, X, y)
    assert X_res.dtype == dtype
    assert_array_equal(np.unique(X_res) <= 255, True)
    low = X_res[90:].astype(float).min()
    assert low >= (0 if dtype is not np.int64 and dtype is not np.float32 else -128)


@for_all(SAMPLERS)
@pytest.mark.parametrize("columns", [1, 3])
def test_identical_rows_are_copied(sampler, columns):
    X = np.full((60, columns), 0.1)
    y = np.repeat([0, 1], [40, 20])
    with pytest.warns(UserWarning, match="are 1 distinct ones: its rows are copied"):
        _, X_res, y_res = resample(sampler, X, y)
    assert_array_equal(X_res, 0.1)
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}


@for_all(SAMPLERS)
@pytest.mark.parametrize("scale", [1e-310, 1e-160, 1e120, 1e300])
def test_extreme_numbers(sampler, scale):
    rng = np.random.default_rng(0)
    X = scale * rng.normal(size=(60, 12))
    y = np.repeat([0, 1], [40, 20])
    _, X_res, y_res = resample(sampler, X, y)
    assert np.isfinite(X_res).all()
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}


@for_all(SAMPLERS)
def test_nothing_to_make(sampler):
    X, y = np.random.default_rng(0).normal(size=(24, 2)), np.repeat([0, 1], 12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, X_res, _ = resample(sampler, X, y)
    assert X_res.tobytes() == X.tobytes()


@for_all([BorderlineSMOTE(), SVMSMOTE(), KMeansSMOTE(k_neighbors=5), ADASYN()])
def test_too_few_rows_of_a_class_are_named(sampler):
    X = np.random.default_rng(0).normal(size=(43, 2))
    y = np.repeat(["common", "rare"], [40, 3])
    parameter = "n_neighbors" if isinstance(sampler, ADASYN) else "k_neighbors"
    with pytest.raises(
        ValueError,
        match=rf"needs at least {parameter} \+ 1 = 6 rows in each class it over-samples; class "
        rf"'rare' has 3. Set {parameter} to 2 or less, or use RandomOverSampler",
    ):
        resample(sampler, X, y)


@for_all([BorderlineSMOTE(), SVMSMOTE(), BorderlineSMOTE(kind="borderline-2")])
def test_too_few_rows_of_the_table_are_named(sampler):
    X, y = np.arange(10.0)[:, None], np.arange(10) % 3 == 0
    with pytest.raises(
        ValueError,
        match=r"SMOTE needs at least m_neighbors \+ 1 = 11 rows in X; it has 10. Set m_neighbors "
        "to 9 or less",
    ):
        resample(sampler, X, y, k_neighbors=2)


@for_all(SAMPLERS)
def test_an_object_that_searches_gives_what_its_number_gives(sampler):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), rng.permutation(np.repeat([0, 1], [50, 30]))
    numbers = {
        name: value for name, value in sampler.get_params().items() if name.endswith("_neighbors")
    }
    objects = {name: NearestNeighbors(n_neighbors=k + 1) for name, k in numbers.items()}
    expected, found = resample(sampler, X, y)[1], resample(sampler, X, y, **objects)[1]
    assert_array_equal(found, expected)
    with pytest.raises(ValueError, match=r"_neighbors of \w+ is an object; it can only search"):
        resample(sampler, np.where(X > 0, np.nan, X), y, **objects)


@for_all(SAMPLERS)
def test_parameters_are_checked(sampler):
    X, y = np.zeros((20, 2)), np.repeat([0, 1], [12, 8])
    for name in sampler.get_params():
        with pytest.raises(ValueError, match=f"The '{name}' parameter of {type(sampler).__name__}"):
            resample(sampler, X, y, **{name: object()})
