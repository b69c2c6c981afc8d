"""Samplers of series: layouts, determinism, and each change against a slow loop."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from scipy.interpolate import CubicSpline
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from skaug import AugmentedClassifier
from skaug._core.row_rng import RowRng
from skaug.perturbation import (
    Jitter,
    MagnitudeWarp,
    Scaling,
    SeriesSampler,
    TimeWarp,
    WindowWarp,
)
from skaug.perturbation._time_warp import warped_times
from skaug.perturbation._warps import resampled, smooth_curves
from skaug.perturbation._window_warp import window_times

SAMPLERS = [
    Jitter(sigma=0.5),
    Scaling(sigma=0.5),
    Scaling(sigma=0.5, per_channel=False),
    MagnitudeWarp(sigma=0.5),
    MagnitudeWarp(sigma=0.5, per_channel=False),
    TimeWarp(sigma=0.5),
    TimeWarp(sigma=0.5, per_channel=True),
    WindowWarp(ratio=0.3),
]
STILL = [
    Jitter(sigma=0),
    Scaling(sigma=0),
    MagnitudeWarp(sigma=0),
    TimeWarp(sigma=0),
    TimeWarp(sigma=0, per_channel=True),
    WindowWarp(scales=1.0),
    *(type(sampler)(p=0) for sampler in SAMPLERS),
]
every = pytest.mark.parametrize("sampler", SAMPLERS, ids=str)


def with_(sampler, **params):
    """Return a sampler with other parameters, seeded."""
    return type(sampler)(**{**sampler.get_params(), "random_state": 0, **params})


def walks(n=12, n_times=20, n_channels=3, seed=0):
    """Random walks and labels."""
    steps = np.random.default_rng(seed).normal(size=(n, n_times, n_channels))
    return steps.cumsum(axis=1), np.arange(n) % 2


def made_of(sampler, X, y):
    """Return the series that a sampler makes."""
    return np.asarray(sampler.fit_resample(X, y)[0])[len(y) :]


def drawn(sampler, n):
    """Return the random numbers that the series of copy 0 get."""
    seed = np.random.SeedSequence(sampler.random_state)
    return RowRng(seed=seed, copy=0, rows=np.arange(n)).child(1)


# Layouts and containers --------------------------------------------------------------------


@every
def test_flat_rows_and_arrays_and_both_orders_of_channels_agree(sampler):
    X, y = walks()
    made = made_of(with_(sampler), X, y)
    assert made.shape == X.shape
    assert (made != X).any(axis=(1, 2)).all()
    flat = X.reshape(12, -1)
    for shape in [(20, 3), (20, -1), (-1, 3)]:
        rows = made_of(with_(sampler, series_shape=shape), flat, y)
        assert_array_equal(rows, made.reshape(12, -1))
    first, turned = np.ascontiguousarray(X.swapaxes(1, 2)), made.swapaxes(1, 2)
    fitted = with_(sampler, channels="first")
    assert_array_equal(made_of(fitted, first, y), turned)
    assert fitted.series_shape_ == (20, 3)
    rows = with_(sampler, channels="first", series_shape=(20, 3))
    assert_array_equal(made_of(rows, first.reshape(12, -1), y), turned.reshape(12, -1))


@every
def test_rows_without_a_shape_have_one_channel(sampler):
    X, y = walks(n_channels=1)
    made = made_of(with_(sampler), X, y)
    for shape in (None, 20, (20,), (20, 1)):
        assert_array_equal(
            made_of(with_(sampler, series_shape=shape), X[:, :, 0], y), made[:, :, 0]
        )


@every
def test_containers_come_back(sampler):
    X, y = walks()
    made = made_of(with_(sampler), X, y)
    X_res, _ = with_(sampler).fit_resample(X.tolist(), y.tolist())
    assert X_res[12:] == made.tolist()
    frame = pd.DataFrame(X.reshape(12, -1)).add_prefix("t")
    flat = with_(sampler, series_shape=(20, 3))
    assert_allclose(made_of(flat, frame, y), made.reshape(12, -1))
    assert isinstance(flat.augment(pl.from_pandas(frame)), pl.DataFrame)
    narrow = made_of(with_(sampler), X.astype(np.float32), y)
    assert narrow.dtype == np.float32
    assert_allclose(narrow, made, rtol=1e-4, atol=1e-4)
    whole = np.clip(np.rint(X * 10 + 100), 0, 255)
    expected = np.clip(np.rint(made_of(with_(sampler), whole, y)), 0, 255)
    for dtype in (np.uint8, np.int16, np.int64):
        result = made_of(with_(sampler), whole.astype(dtype), y)
        assert result.dtype == dtype
        if dtype == np.uint8:
            assert_array_equal(result, expected)


@every
def test_nothing_is_mutated_and_series_may_be_read_only(sampler):
    X, y = walks()
    before = X.copy()
    X.flags.writeable = False
    made_of(with_(sampler), X, y)
    with_(sampler, p=0.5).fit(X, y).augment(X)
    assert_array_equal(X, before)


@pytest.mark.parametrize("sampler", STILL, ids=str)
@pytest.mark.parametrize("gaps", [False, True])
def test_changes_of_no_size_give_the_very_series(sampler, gaps):
    X, y = walks()
    if gaps:
        X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    assert_array_equal(made_of(with_(sampler), X, y), X)


@every
@pytest.mark.parametrize("n_times", [1, 2, 3])
def test_short_series(sampler, n_times):
    X, y = walks(n_times=n_times)
    assert np.isfinite(made_of(with_(sampler), X, y)).all()


# Determinism -------------------------------------------------------------------------------


@every
@given(n=st.integers(1, 12), more=st.integers(1, 12), copies=st.integers(1, 3), p=st.floats(0.2, 1))
def test_what_a_series_gets_depends_on_seed_copy_and_row_only(sampler, n, more, copies, p):
    X, y = walks(n + more)
    sampler = with_(sampler, p=p, copies=copies + 1)
    many = made_of(sampler, X, y)
    for c in range(copies):
        whole = many[c * (n + more) : (c + 1) * (n + more)]
        assert_array_equal(sampler.augment(X, copy=c), whole)
        assert_array_equal(sampler.augment(X[:n], copy=c), whole[:n])
        assert_array_equal(sampler.augment(X[n:], copy=c, rows=np.arange(n, n + more)), whole[n:])
    if not isinstance(sampler, Jitter):  # which learns from the table
        few = made_of(with_(sampler, copies=copies), X[:n], y[:n])
        assert_array_equal(few[-n:], many[(copies - 1) * (n + more) :][:n])


@every
def test_the_change_does_not_depend_on_how_often_there_is_one(sampler):
    X, y = walks(400)
    always, sometimes = (made_of(with_(sampler, p=p), X, y) for p in (1, 0.3))
    changed = (sometimes != X).any(axis=(1, 2))
    assert_array_equal(sometimes[changed], always[changed])
    assert abs(changed.mean() - 0.3) < 0.08


@every
def test_one_change_for_all(sampler):
    X, y = walks(2)
    same = with_(sampler).fit(X, y).augment(np.repeat(X[:1], 5, axis=0), rows=3)
    assert_array_equal(same, np.repeat(same[:1], 5, axis=0))


# What is made ------------------------------------------------------------------------------


def test_jitter_is_gaussian_in_proportion_to_channels():
    X, y = walks(300, n_times=50)
    X *= [1, 100, 1e-3]
    sampler = Jitter(sigma=0.2, random_state=0)
    noise = (made_of(sampler, X, y) - X) / X.std(axis=(0, 1)) / 0.2
    assert_allclose(sampler.std_, X.std(axis=(0, 1)))
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-3
    with pytest.warns(UserWarning, match="Jitter finds no channel that varies in X"):
        Jitter().fit_resample(np.ones((4, 5)), [0, 0, 1, 1])


@pytest.mark.parametrize("per_channel", [True, False])
def test_scaling_multiplies_channels(per_channel):
    X, y = walks(2000)
    made = made_of(Scaling(sigma=0.3, per_channel=per_channel, random_state=0), X, y)
    factors = made / X
    assert_allclose(factors, np.broadcast_to(factors[:, :1], X.shape))
    assert (np.ptp(factors[:, 0], axis=1) > 1e-6).all() == per_channel
    assert stats.kstest((factors[:, 0, 0] - 1) / 0.3, "norm").pvalue > 1e-3


@pytest.mark.parametrize(("knots", "per_channel"), [(4, True), (4, False), (0, True), (1, True)])
def test_magnitude_warp_is_a_spline(knots, per_channel):
    X, y = walks()
    sampler = MagnitudeWarp(sigma=0.3, knots=knots, per_channel=per_channel, random_state=0)
    n_curves = 3 if per_channel else 1
    heights = drawn(sampler, 12).normals((knots + 2) * n_curves).reshape(12, -1, n_curves)
    expected = np.empty_like(X)
    for i, j in np.ndindex(12, 3):
        at = np.linspace(0, 19, knots + 2)
        curve = CubicSpline(at, 1 + 0.3 * heights[i, :, j % n_curves])
        expected[i, :, j] = X[i, :, j] * curve(np.arange(20))
    assert_allclose(made_of(sampler, X, y), expected)


@pytest.mark.parametrize("per_channel", [True, False])
def test_time_warp_reads_series_at_warped_times(per_channel):
    X, y = walks()
    sampler = TimeWarp(sigma=0.5, per_channel=per_channel, random_state=0)
    n_curves = 3 if per_channel else 1
    heights = drawn(sampler, 12).normals(6 * n_curves).reshape(12, 6, n_curves)
    expected = np.empty_like(X)
    for i, j in np.ndindex(12, 3):
        curve = CubicSpline(np.linspace(0, 19, 6), 0.5 * heights[i, :, j % n_curves])
        speed = np.exp(curve(np.arange(20)))
        times = np.r_[0, np.cumsum((speed[1:] + speed[:-1]) / 2)]
        expected[i, :, j] = np.interp(times * 19 / times[-1], np.arange(20), X[i, :, j])
    made = made_of(sampler, X, y)
    assert_allclose(made, expected)
    assert_array_equal(made[:, [0, -1]], X[:, [0, -1]])


def test_window_warp_reads_series_at_warped_times():
    X, y = walks(40)
    sampler = WindowWarp(ratio=0.3, scales=(0.5, 2, 3), random_state=0)
    made, seen = made_of(sampler, X, y), set()
    for i, (u, v) in enumerate(drawn(sampler, 40).uniforms(2)):
        scale, length = (0.5, 2, 3)[int(3 * v)], 0.3 * 19
        start = u * (19 - length)
        knots = np.array([0, start, start + scale * length, 19 + (scale - 1) * length])
        times = np.interp(np.linspace(0, knots[-1], 20), knots, [0, start, start + length, 19])
        for j in range(3):
            assert_allclose(made[i, :, j], np.interp(times, np.arange(20), X[i, :, j]))
        seen.add(scale)
    assert seen == {0.5, 2, 3}
    assert_array_equal(made[:, [0, -1]], X[:, [0, -1]])


@given(
    st.integers(2, 60), st.integers(0, 8), st.floats(0, 5), st.floats(0.01, 1), st.integers(0, 999)
)
def test_time_does_not_run_back_and_ends_stay(n_times, knots, sigma, ratio, seed):
    rng = np.random.default_rng(seed)
    smooth = warped_times(sigma * smooth_curves(rng.normal(size=(9, knots + 2, 2)), n_times))
    windows = window_times(n_times, ratio, rng.random(9), rng.uniform(0.1, 5, 9))
    for times in (smooth, windows):
        assert (np.diff(times, axis=1) >= 0).all()
        assert (times[:, 0] == 0).all()
        assert_allclose(times[:, -1], n_times - 1, rtol=1e-12)
        assert (times <= n_times - 1).all()


@given(st.integers(1, 20), st.integers(1, 3), st.integers(0, 999))
def test_resampling_is_linear_interpolation(n_times, n_channels, seed):
    rng = np.random.default_rng(seed)
    series = rng.normal(size=(4, n_times, n_channels))
    for width in {1, n_channels}:
        times = rng.uniform(0, n_times - 1, size=(4, 7, width))
        times[:, 0] = n_times - 1
        made = resampled(series, times)
        for i, j in np.ndindex(4, n_channels):
            expected = np.interp(times[i, :, j % width], np.arange(n_times), series[i, :, j])
            assert_allclose(made[i, :, j], expected, atol=1e-12)
        assert_array_equal(made[:, 0], series[:, -1])


def test_gaps_move_with_their_time():
    series = np.array([[[0.0], [np.nan], [2.0], [3.0]]])
    times = np.array([[[0.0], [0.5], [1.0], [1.9], [2.0], [2.5]]])
    assert_array_equal(resampled(series, times)[0, :, 0], [0, 0, np.nan, np.nan, 2, 2.5])


# In scikit-learn, and one's own ------------------------------------------------------------


def test_in_a_grid_search():
    rng = np.random.default_rng(0)
    shift = rng.uniform(0, 6, size=(60, 1))
    y = np.arange(60) % 2
    X = np.sin(np.linspace(0, 6 + 6 * y, 40, axis=1) + shift) + 0.1 * rng.normal(size=(60, 40))
    model = AugmentedClassifier(KNeighborsClassifier(3), TimeWarp(random_state=0))
    search = GridSearchCV(model, {"sampler__sigma": [0.1, 0.3], "sampler__knots": [2, 4]}, cv=3)
    assert search.fit(X, y).best_score_ > 0.8


def test_classes_can_be_balanced():
    X, _ = walks(30)
    y = np.repeat(["a", "b"], [24, 6])
    X_res, y_res = Scaling(sampling_strategy="auto", random_state=0).fit_resample(X, y)
    assert X_res.shape == (48, 20, 3)
    assert (y_res[30:] == "b").all()


class Shift(SeriesSampler):
    """Moves series on by a time."""

    def _learn_series(self, series):
        self.n_seen_ = series.shape

    def _change(self, series, rng):
        return np.roll(series, 1, axis=1)


def test_a_sampler_of_ones_own():
    X, y = walks()
    sampler = Shift(channels="first")
    assert_array_equal(made_of(sampler, X.swapaxes(1, 2), y), np.roll(X, 1, 1).swapaxes(1, 2))
    assert sampler.n_seen_ == (12, 20, 3)


# What is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((7, 3), r"series_shape=\(7, 3\) of Scaling .* have 60 numbers, and not 21"),
        ((7, -1), r"rows of X have 60 numbers, and not a multiple of 7"),
        ((0, 3), r"series_shape of Scaling must be \(times,\) or \(times, channels\), whole"),
        ((-1, -1), "of which one may be -1"),
        ((4, 5, 3), "series_shape of Scaling must be"),
        ("ab", "'series_shape' parameter of Scaling must be"),
        ((20.0, 3), "series_shape of Scaling must be"),
    ],
)
def test_shapes_that_do_not_fit(shape, message):
    X, y = walks()
    with pytest.raises(ValueError, match=message):
        Scaling(series_shape=shape).fit_resample(X.reshape(12, -1), y)


def test_bad_input():
    X, y = walks()
    with pytest.raises(ValueError, match=r"is not the shape of the series in X, \(20, 3\)"):
        Scaling(series_shape=(3, 20)).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"takes X of shape .*; X has shape \(12, 20, 3, 1\)"):
        Scaling().fit_resample(X[..., None], y)
    with pytest.raises(ValueError, match="Scaling needs series of one length in X"):
        Scaling().fit_resample([[[1.0], [2.0]], [[1.0]]], [0, 1])
    with pytest.raises(ValueError, match="Scaling does not work on sparse data: a series has"):
        Scaling().fit_resample(sparse.csr_array(X[:, :, 0]), y)
    with pytest.raises(ValueError, match=r"Scaling was fitted to series of shape \(20, 3\)"):
        Scaling().fit(X, y).augment(X.swapaxes(1, 2))
    with pytest.raises(ValueError, match="X has 57 features, but Scaling is expecting 60"):
        Scaling().fit(X, y).augment(X[:, 1:].reshape(12, -1))
    for scales in ([], [0.5, -1], "ab", [[1.0]], 0.0, [np.nan]):
        with pytest.raises((ValueError, TypeError), match="scales"):
            WindowWarp(scales=scales).fit_resample(X, y)
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        Scaling().fit_resample(np.arange(4.0), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="Jitter cannot use infinity in X"):
        Jitter().fit_resample(np.array([[np.inf, 1.0], [0.0, 1.0]]), [0, 1])
