"""Interpolate and Extrapolate: rows on the line through a neighbour of their class."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from strategies import generators, labelled_numbers, smooth_numbers, targets

from skaug.feature_space._extrapolate import Extrapolate
from skaug.feature_space._interpolate import Interpolate

pytestmark = pytest.mark.filterwarnings("ignore:(Int|Ext)[a-z]+polate looks for:UserWarning")

BOTH = pytest.mark.parametrize("sampler_class", [Interpolate, Extrapolate])
SIGN = {Interpolate: 1, Extrapolate: -1}


def made(sampler_class, X, y, **params):
    """Return a fitted sampler and the rows and labels it made."""
    sampler = sampler_class(**{"random_state": 0, "k_neighbors": 4, **params})
    X_res, y_res = sampler.fit_resample(X, y)
    is_made = sampler.is_synthetic_
    return sampler, np.asarray(X_res)[is_made], np.asarray(y_res)[is_made]


@BOTH
@given(labelled_numbers(), st.floats(0.01, 1))
def test_rows_are_moved_by_lam_along_the_line_to_their_partner(sampler_class, Xy, lam):
    X, y = Xy
    sampler, rows, labels = made(sampler_class, X, y, lam=lam)
    seed, partner = sampler.sample_indices_[len(y) :], sampler.partner_indices_[len(y) :]
    has_partner = partner >= 0  # not where all rows of a class are equal
    step = np.where(has_partner, SIGN[sampler_class] * lam, 0)[:, None]
    expected = X[seed] + step * (X[partner] - X[seed])
    assert_allclose(rows, expected, rtol=1e-9, atol=1e-9 * np.abs(X).max())
    assert_array_equal(labels, y[seed])
    assert (y[partner] == y[seed])[has_partner].all()


@BOTH
@given(labelled_numbers(), st.integers(1, 3))
def test_without_a_strategy_every_row_is_used_as_often_as_there_are_copies(
    sampler_class, Xy, copies
):
    X, y = Xy
    sampler, _, _ = made(sampler_class, X, y, copies=copies)
    n = len(y)
    assert_array_equal(sampler.sample_indices_[:n], np.arange(n))
    assert_array_equal(np.bincount(sampler.sample_indices_[n:], minlength=n), copies)
    members = [np.flatnonzero(y == label) for label in np.unique(y)]
    expected = np.concatenate([np.tile(rows, copies) for rows in members])
    assert_array_equal(sampler.sample_indices_[n:], expected)  # class by class, copy by copy
    counts = dict(zip(*np.unique(y, return_counts=True), strict=True))
    assert sampler.sampling_strategy_ == {label: copies * n for label, n in counts.items()}


@BOTH
@given(st.data())
def test_with_a_strategy_counts_are_what_it_asks_for(sampler_class, data):
    X, y = data.draw(labelled_numbers())
    wanted = data.draw(targets(y))
    sampler = sampler_class(sampling_strategy=wanted, copies=5, k_neighbors=4, random_state=0)
    _, y_res = sampler.fit_resample(X, y)
    counts = dict(zip(*(part.tolist() for part in np.unique(y_res, return_counts=True)), strict=1))
    before = dict(zip(*(part.tolist() for part in np.unique(y, return_counts=True)), strict=1))
    assert counts == before | wanted


@BOTH
@given(smooth_numbers(), st.integers(1, 6))
def test_partners_are_the_nearest_of_the_class(sampler_class, Xy, k):
    X, y = Xy
    sampler, _, _ = made(sampler_class, X, y, k_neighbors=k)
    seed, partner = sampler.sample_indices_[len(y) :], sampler.partner_indices_[len(y) :]
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        near = NearestNeighbors(n_neighbors=k).fit(X[members]).kneighbors(return_distance=False)
        allowed = dict(zip(members, members[near], strict=True))
        chosen = y[seed] == label
        pairs = zip(seed[chosen], partner[chosen], strict=True)
        assert all(j in allowed[i] for i, j in pairs)


@given(smooth_numbers(missing=True), st.floats(0.05, 1))
def test_the_two_are_mirror_images(Xy, lam):
    """With the same seed the partners are the same, and the rows as far from their seed."""
    X, y = Xy
    sampler, towards, _ = made(Interpolate, X, y, lam=lam)
    _, away, _ = made(Extrapolate, X, y, lam=lam)
    seed = X[sampler.sample_indices_[len(y) :]]
    assert_allclose(towards + away, 2 * seed, atol=1e-9 * np.nanmax(np.abs(X)))


@BOTH
@given(smooth_numbers(), generators())
def test_equivariant_under_rotation_and_shift(sampler_class, Xy, rng):
    X, y = Xy
    X = X / X.std(axis=0)
    rotation, _ = np.linalg.qr(rng.normal(size=(X.shape[1],) * 2))
    _, plain, _ = made(sampler_class, X, y)
    _, moved, _ = made(sampler_class, X @ rotation + 3, y)
    assert_allclose(moved, plain @ rotation + 3, atol=1e-8)


def test_one_shrinks_a_class_and_the_other_widens_it():
    """Of partners from the whole class the deviations are known: 1/sqrt(2) and sqrt(5/2)."""
    X = np.random.default_rng(0).normal(size=(2000, 3))
    y = np.arange(2000) % 2
    for sampler_class, expected in ((Interpolate, np.sqrt(1 / 2)), (Extrapolate, np.sqrt(5 / 2))):
        _, rows, _ = made(sampler_class, X, y, k_neighbors=999, copies=5)
        assert_allclose(rows.std(axis=0), expected * X.std(axis=0), rtol=0.05)


@BOTH
@given(labelled_numbers(missing=True))
def test_a_row_misses_what_its_seed_misses(sampler_class, Xy):
    X, y = Xy
    sampler, rows, _ = made(sampler_class, X, y)
    assert_array_equal(np.isnan(rows), np.isnan(X[sampler.sample_indices_[len(y) :]]))


@given(labelled_numbers(missing=True), st.floats(0.1, 20))
def test_clip_keeps_columns_in_their_range_and_changes_nothing_else(Xy, lam):
    X, y = Xy
    _, free, _ = made(Extrapolate, X, y, lam=lam)
    _, clipped, _ = made(Extrapolate, X, y, lam=lam, clip="range")
    low, high = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    assert_array_equal(clipped, np.clip(free, low, high))


@BOTH
def test_categories_are_voted_and_integers_rounded(sampler_class):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"n": rng.integers(0, 9, 40), "x": rng.normal(size=40)})
    X["kind"] = pd.Categorical(np.where(X["x"] > 0, "high", "low"))
    y = np.repeat([0, 1], [25, 15])
    X_res, _ = sampler_class(k_neighbors=3, random_state=0).fit_resample(X, y)
    assert X_res.dtypes.equals(X.dtypes)
    assert set(X_res["kind"][40:]) == {"high", "low"}
    assert len(X_res) == 80


@BOTH
def test_sparse_tables_stay_sparse_and_are_the_same(sampler_class):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 8)) * (rng.random((60, 8)) < 0.3)
    y = np.repeat([0, 1], 30)
    _, dense, _ = made(sampler_class, X, y)
    X_res, _ = sampler_class(k_neighbors=4, random_state=0).fit_resample(sparse.csr_array(X), y)
    assert sparse.issparse(X_res)
    assert_allclose(X_res.toarray()[60:], dense, atol=1e-12)


@BOTH
def test_originals_can_be_left_out(sampler_class):
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], 15)
    _, rows, labels = made(sampler_class, X, y)
    X_res, y_res = sampler_class(k_neighbors=4, keep_original=False, random_state=0).fit_resample(
        X, y
    )
    assert_array_equal(X_res, rows)
    assert_array_equal(y_res, labels)


def test_weights():
    """A row between two weighs what lies between theirs, one beyond them what the nearer does."""
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], 15)
    w = np.linspace(1, 2, 30)
    for sampler, share in ((Interpolate(lam=0.25), 0.25), (Extrapolate(lam=0.25), 0.0)):
        sampler.set_params(k_neighbors=4, random_state=0)
        _, _, w_res = sampler.fit_resample(X, y, sample_weight=w)
        seed, partner = sampler.sample_indices_[30:], sampler.partner_indices_[30:]
        assert_allclose(w_res[30:], w[seed] + share * (w[partner] - w[seed]))


@BOTH
def test_too_few_rows(sampler_class):
    X, y = np.zeros((14, 2)), np.repeat([0, 1], [11, 3])
    message = rf"{sampler_class.__name__} needs at least k_neighbors \+ 1 = 11 rows.*class 1 has 3"
    with pytest.raises(ValueError, match=message):
        sampler_class().fit_resample(X, y)


def test_clip_is_for_dense_tables():
    X, y = sparse.eye_array(30, format="csr"), np.repeat([0, 1], 15)
    with pytest.raises(ValueError, match="clip='range' of Extrapolate does not work on sparse"):
        Extrapolate(clip="range").fit_resample(X, y)


def test_lam_is_checked():
    X, y = np.zeros((4, 2)), [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"'lam' parameter of Interpolate must be .*\(0.0, 1.0\]"):
        Interpolate(lam=1.5).fit_resample(X, y)
    with pytest.raises(ValueError, match="'lam' parameter of Extrapolate"):
        Extrapolate(lam=0).fit_resample(X, y)
