"""Laws that every over-sampler obeys, on tables that hypothesis makes up."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from strategies import (
    generators,
    labelled_categories,
    labelled_numbers,
    labels,
    numbers,
    smooth_numbers,
    targets,
)

from skaug._core import batch as batch_module
from skaug.neighbors import _blocks
from skaug.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler

pytestmark = pytest.mark.filterwarnings("ignore:SMOTE.* looks for k_neighbors:UserWarning")

SAMPLERS = [
    RandomOverSampler(),
    RandomOverSampler(shrinkage=1),
    SMOTE(),
    SMOTE(categorical_features=[0]),
    SMOTENC(categorical_features=[0]),
    SMOTEN(),
]
INTERPOLATING = SAMPLERS[2:5]


def for_all(samplers):
    return pytest.mark.parametrize("sampler", samplers, ids=str)


def resample(sampler, X, y, **params):
    """Return a fitted clone and what it returned."""
    fitted = clone(sampler).set_params(**{"random_state": 0, **params})
    return fitted, *fitted.fit_resample(X, y)


def parents(sampler):
    """Seeds and partners of the synthetic rows."""
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


@for_all(SAMPLERS)
@given(st.data())
def test_counts_are_exact_and_originals_first(sampler, data):
    X, y = data.draw(labelled_numbers(missing=True))
    wanted = data.draw(targets(y))
    _, X_res, y_res = resample(sampler, X, y, sampling_strategy=wanted)
    assert Counter(y_res.tolist()) == {**Counter(y.tolist()), **wanted}
    assert X_res[: len(y)].tobytes() == X.tobytes()
    assert y_res[: len(y)].tobytes() == y.tobytes()
    assert (X_res.dtype, y_res.dtype) == (X.dtype, y.dtype)


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True))
def test_parents_are_of_the_class(sampler, data):
    X, y = data
    fitted, _, y_res = resample(sampler, X, y, sampling_strategy="all")
    seed, partner = parents(fitted)
    assert_array_equal(y_res[len(y) :], y[seed])
    has_partner = partner >= 0
    assert_array_equal(y[seed[has_partner]], y[partner[has_partner]])
    assert_array_equal(fitted.sample_indices_[: len(y)], np.arange(len(y)))
    assert (fitted.partner_indices_[: len(y)] == -1).all()
    assert not fitted.is_synthetic_[: len(y)].any()


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True))
def test_missing_values_are_those_of_the_seed(sampler, data):
    X, y = data
    fitted, X_res, _ = resample(sampler, X, y)
    seed, _ = parents(fitted)
    assert_array_equal(np.isnan(X_res[len(y) :]), np.isnan(X[seed]))


@for_all([SMOTE(), SMOTEN(), RandomOverSampler(shrinkage=1)])
@given(labelled_categories())
def test_categories_are_of_the_class_and_miss_with_the_seed(sampler, data):
    X, y = data
    fitted, X_res, _ = resample(sampler, X, y)
    seed, _ = parents(fitted)
    for j in range(X.shape[1]):
        for row, cell in enumerate(X_res[len(y) :, j]):
            assert (cell is None) == (X[seed[row], j] is None)
            assert cell in X[y == y[seed[row]], j]


@for_all(SAMPLERS)
@given(smooth_numbers(max_classes=3), generators())
def test_classes_do_not_depend_on_each_other(sampler, data, rng):
    X, y = data
    classes, counts = np.unique(y, return_counts=True)
    label, n = classes.tolist()[0], int(counts[0])

    def made(X, y, others=None):
        strategy = {**(others or {}), label: n + 9}
        _, X_res, y_res = resample(sampler, X, y, sampling_strategy=strategy)
        return X_res[len(y) :][y_res[len(y) :] == label]

    expected = made(X, y)
    assert_array_equal(made(X, y, {classes.tolist()[1]: int(counts[1]) + 3}), expected)
    if isinstance(sampler, SMOTEN):
        return  # its metric looks at all classes
    foreign = y != classes[0]
    assert_array_equal(made(np.where(foreign[:, None], X * 3 - 1, X), y), expected)
    kept = ~foreign | (rng.random(len(y)) < 0.5)
    kept[np.argmax(foreign)] = True
    assert_array_equal(made(X[kept], y[kept]), expected)


@for_all(SAMPLERS)
@given(st.data(), st.sampled_from([np.int64, np.int16, np.uint8, np.uint64]))
def test_integers_are_floats_to_the_nearest(sampler, data, dtype):
    y = data.draw(labels())
    limits = np.iinfo(dtype) if np.iinfo(dtype).bits < 64 else np.iinfo(np.uint32)
    cells = st.integers(int(limits.min), int(limits.max))
    low, high = sorted([data.draw(cells), data.draw(cells)])
    rng = data.draw(generators())
    X = rng.integers(low, high, size=(len(y), 3), endpoint=True).astype(dtype)
    _, X_res, _ = resample(sampler, X, y)
    _, as_floats, _ = resample(sampler, X.astype(float), y)
    assert X_res.dtype == dtype
    limits = np.iinfo(dtype)
    assert_array_equal(X_res.astype(float), np.clip(np.rint(as_floats), limits.min, limits.max))


@for_all(INTERPOLATING)
@given(st.data())
def test_integers_stay_between_their_parents(sampler, data):
    y = data.draw(labels())
    X = data.draw(generators()).integers(0, 256, size=(len(y), 4), dtype=np.uint8)
    fitted, X_res, _ = resample(sampler, X, y)
    seed, partner = parents(fitted)
    numeric = slice(0 if fitted.categorical_features == "from_dtype" else 1, None)
    a, b, made = X[seed][:, numeric], X[partner][:, numeric], X_res[len(y) :, numeric]
    assert (np.minimum(a, b) <= made).all()
    assert (made <= np.maximum(a, b)).all()


@for_all(SAMPLERS)
@given(labelled_numbers(), st.floats(-1e300, 1e300))
def test_constant_columns_stay_constant(sampler, data, value):
    X, y = data
    X = np.c_[X, np.full(len(y), value)]
    _, X_res, _ = resample(sampler, X, y)
    assert (X_res[:, -1] == value).all()


@for_all(SAMPLERS)
@given(smooth_numbers())
def test_float32_is_kept(sampler, data):
    X, y = data
    X = X.astype(np.float32)
    _, X_res, _ = resample(sampler, X, y)
    _, X_double, _ = resample(sampler, X.astype(float), y)
    assert X_res.dtype == np.float32
    assert_allclose(X_res, X_double, rtol=1e-4, atol=1e-4 * np.abs(X).max())


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), st.sampled_from([1, 100, 2000]))
def test_blocks_and_threads_do_not_matter(sampler, data, block_bytes):
    X, y = data
    _, expected, _ = resample(sampler, X, y)
    threads = {"n_jobs": 2} if "n_jobs" in sampler.get_params() else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_module, "_BLOCK_BYTES", block_bytes)
        patch.setattr(_blocks, "_BLOCK", 1 + block_bytes % 99)
        _, X_res, _ = resample(sampler, X, y, **threads)
    assert_array_equal(X_res, expected)


@for_all(SAMPLERS)
@given(labelled_numbers(missing=True), generators())
def test_weights_lie_between_those_of_the_parents(sampler, data, rng):
    X, y = data
    weight = rng.uniform(-1, 5, len(y))
    fitted = clone(sampler).set_params(random_state=0)
    X_res, y_res, made = fitted.fit_resample(X, y, sample_weight=weight)
    _, plain, _ = resample(sampler, X, y)
    assert_array_equal(X_res, plain)
    assert len(made) == len(y_res)
    assert_array_equal(made[: len(y)], weight)
    seed, partner = parents(fitted)
    partner = np.where(partner < 0, seed, partner)
    low, high = np.sort([weight[seed], weight[partner]], axis=0)
    assert (low - 1e-12 <= made[len(y) :]).all()
    assert (made[len(y) :] <= high + 1e-12).all()


@for_all(SAMPLERS)
def test_repeated_rows_do_not_give_copies_only(sampler):
    """Ten points, each eight times: the nearest rows of a row are its own copies."""
    rng = np.random.default_rng(0)
    X = np.r_[rng.normal(size=(200, 3)), np.repeat(rng.normal(size=(10, 3)), 8, axis=0)]
    y = np.repeat([0, 1], [200, 80])
    fitted, X_res, _ = resample(sampler, X, y)
    known = set(map(tuple, X[y == 1]))
    copies = np.mean([tuple(row) in known for row in X_res[280:]])
    if isinstance(fitted, RandomOverSampler) and not fitted.shrinkage:
        assert copies == 1
    else:
        assert copies < 0.3


@for_all(SAMPLERS)
def test_the_order_of_columns_of_a_frame_is_kept(sampler):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 3)), columns=["z", "a", "m"])
    _, X_res, _ = resample(sampler, frame, np.repeat([0, 1], [30, 10]))
    assert X_res.columns.tolist() == ["z", "a", "m"]


@for_all(SAMPLERS)
@given(numbers(30))
def test_one_class_is_refused(sampler, X):
    with pytest.raises(ValueError, match="needs at least 2 classes; y has 1 class: 'only'"):
        resample(sampler, X, ["only"] * 30)
