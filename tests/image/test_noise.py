"""Noise: its moments, its distribution, and where its numbers come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

from skaug._core.row_rng import RowRng
from skaug.image import GaussianNoise, PoissonNoise, SpeckleNoise
from skaug.image._poisson import poisson_counts

BYTES = (0.0, 255.0)
OPERATIONS = [
    GaussianNoise(),
    GaussianNoise(scale=(0, 0.5)),
    SpeckleNoise(),
    PoissonNoise(),
    PoissonNoise(peak=(1, 10)),
]
operations = pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
shapes = st.tuples(
    st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3])
)


def drawn_images(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def row_rng(n_images, seed=0):
    return RowRng(seed=np.random.SeedSequence(seed), copy=0, rows=np.arange(n_images))


def changed(operation, images, value_range=BYTES, seed=0):
    return operation._augment(images, row_rng(len(images), seed), value_range)


@operations
@given(shapes, st.integers(0, 100))
def test_shape_dtype_range_and_input_are_kept(operation, shape, seed):
    images = drawn_images(shape, seed)
    for dtype, value_range in [(np.uint8, BYTES), (np.float32, (-1, 300)), (np.float64, BYTES)]:
        given_ = images.astype(dtype)
        given_.flags.writeable = False
        made = changed(operation, given_, value_range, seed)
        assert made.dtype == dtype
        assert made.shape == shape
        assert made.min() >= value_range[0]
        assert made.max() <= value_range[1]
        assert not np.shares_memory(made, given_)
        assert_array_equal(given_, images)


@operations
@given(shapes, st.integers(0, 100))
def test_bytes_and_floats_agree_to_half_a_level(operation, shape, seed):
    images = drawn_images(shape, seed)
    made = changed(operation, images.astype(np.float32), seed=seed)
    assert_allclose(changed(operation, images, seed=seed), made, atol=0.5 + 1e-3)


@operations
@given(shapes, st.integers(0, 100))
def test_the_unit_of_the_values_does_not_matter(operation, shape, seed):
    images = drawn_images(shape, seed) / 255
    made = changed(operation, images, (0.0, 1.0), seed)
    assert_allclose(changed(operation, images * 16, (0.0, 16.0), seed) / 16, made, atol=1e-9)
    shifted = (changed(operation, images * 3 - 1, (-1.0, 2.0), seed) + 1) / 3
    if isinstance(operation, PoissonNoise):  # it counts: rounding errors may tip a pixel
        assert (np.abs(shifted - made) < 1e-9).mean() > 0.9
    else:
        assert_allclose(shifted, made, atol=1e-9)


@operations
@given(shapes, st.integers(0, 20))
def test_an_image_depends_on_its_own_number_only(operation, shape, seed):
    images = np.concatenate([drawn_images(shape, seed), drawn_images(shape, seed + 1)])
    rng = row_rng(len(images))
    some = np.arange(len(images))[::-2]
    made = operation._augment(images[some], rng.at(some), BYTES)
    assert_array_equal(made, changed(operation, images)[some])


def test_images_get_noise_of_their_own():
    images = np.full((5, 8, 8, 3), 100, dtype=np.uint8)
    for operation in OPERATIONS:
        made = changed(operation, images).reshape(5, -1)
        assert len(np.unique(made, axis=0)) == 5


@given(shapes, st.sampled_from([np.uint8, np.float32, np.float64]))
def test_no_noise_is_the_image(shape, dtype):
    images = drawn_images(shape).astype(dtype)
    for make in (GaussianNoise, SpeckleNoise):
        assert_array_equal(changed(make(scale=0), images), images)


def test_black_stays_black_in_speckle_and_poisson_noise():
    images = np.full((3, 8, 8, 1), -1.0)
    for operation in (SpeckleNoise(), PoissonNoise()):
        assert_array_equal(changed(operation, images, (-1.0, 1.0)), images)


@given(st.floats(0.01, 0.1), st.integers(0, 20))
def test_gaussian_noise_is_normal(scale, seed):
    images = np.full((20, 20, 20, 1), 50.0)
    noise = (changed(GaussianNoise(scale=scale), images, (0.0, 100.0), seed) - 50) / (scale * 100)
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.var() - 1) < 5 * np.sqrt(2 / noise.size)
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-4


def test_scales_are_drawn_for_each_image():
    images = np.full((500, 10, 10, 1), 0.5)
    made = changed(GaussianNoise(scale=(0.01, 0.05)), images, (0.0, 1.0))
    scales = made.std(axis=(1, 2, 3))
    assert stats.kstest(scales, stats.uniform(0.01, 0.04).cdf).statistic < 0.08


def test_speckle_noise_grows_with_the_value():
    images = np.repeat([0.1, 0.2, 0.4], 10_000).reshape(3, 100, 100, 1)
    made = changed(SpeckleNoise(scale=0.2), images, (0.0, 1.0))
    assert_allclose(made.std(axis=(1, 2, 3)), [0.02, 0.04, 0.08], rtol=0.05)
    assert_allclose(made.mean(axis=(1, 2, 3)), [0.1, 0.2, 0.4], rtol=0.02)


# Poisson -----------------------------------------------------------------------------------------


@given(st.floats(0, 1) | st.floats(1, 30) | st.floats(30, 1e6), st.floats(-5, 5))
def test_counts_invert_the_distribution_function(rate, normal):
    (count,) = poisson_counts(np.array([rate]), np.array([normal]))
    share, rounding = special.ndtr(normal), 1e-12
    assert special.pdtr(count, rate) >= share - rounding
    assert count == 0 or special.pdtr(count - 1, rate) < share + rounding


@pytest.mark.parametrize("rate", [0.5, 3, 9.9, 10.1, 12, 20, 50, 400, 1e4])
def test_counts_jump_where_the_distribution_function_does(rate):
    spread = np.sqrt(rate)
    first, last = max(0, int(rate - 6 * spread)), int(rate + 7 * spread) + 1
    counts = np.unique(np.linspace(first, last, 300).astype(int)).astype(float)
    jumps = special.ndtri(special.pdtr(counts, rate))
    counts, jumps = counts[np.abs(jumps) < 5], jumps[np.abs(jumps) < 5]
    for step, expected in [(-1e-4, counts), (1e-4, counts + 1)]:
        found = poisson_counts(np.full(len(jumps), rate), jumps + step)
        assert_array_equal(found, expected)


@pytest.mark.parametrize("rate", [0.05, 1.0, 4.0, 9.5, 10.5, 30.0, 1000.0])
def test_counts_have_the_moments_of_poisson(rate):
    n = 100_000
    normals = np.random.default_rng(0).standard_normal(n)
    counts = poisson_counts(np.full(n, rate), normals)
    assert abs(counts.mean() - rate) < 5 * np.sqrt(rate / n)
    assert abs(counts.var() - rate) < 5 * np.sqrt((2 * rate**2 + rate) / n)
    assert stats.skew(counts) == pytest.approx(rate**-0.5, abs=0.06 + 0.1 * rate**-0.5)


def test_counts_end_however_unlikely_they_are():
    normals = np.array([-40.0, -9.0, 9.0, 40.0])
    for rate in (0.0, 1e-300, 1e-3, 1.0, 9.99, 10.0, 1e12):
        counts = poisson_counts(np.full(4, rate), normals)
        assert np.isfinite(counts).all()
        assert (counts >= 0).all()


@pytest.mark.parametrize(("peak", "value"), [(3, 0.3), (60, 0.5), (1000, 0.8)])
def test_values_are_counted_in_photons(peak, value):
    images = np.full((10, 40, 40, 1), value)
    photons = changed(PoissonNoise(peak=peak), images, (0.0, 1.0)) * peak
    assert_allclose(photons, np.rint(photons), atol=1e-6 * peak)
    below = photons < peak - 0.5  # what is beyond the range is clipped
    expected = stats.poisson(peak * value)
    assert below.mean() == pytest.approx(expected.cdf(peak - 1), abs=0.01)
    levels = np.arange(int(peak * value) + 1)
    found = [(photons < level + 0.5).mean() for level in levels]
    assert_allclose(found, expected.cdf(levels), atol=0.02)


# As a user would ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (GaussianNoise(scale=-1), "'scale' parameter of GaussianNoise must be"),
        (GaussianNoise(scale=(0.5, 0.1)), r"scale of GaussianNoise must be .* got \(0.5, 0.1\)"),
        (SpeckleNoise(scale=[0.1]), r"scale of SpeckleNoise must be"),
        (PoissonNoise(peak=0), "'peak' parameter of PoissonNoise must be"),
        (PoissonNoise(peak=(0, 10)), r"peak of PoissonNoise must be a number from 0.001"),
    ],
    ids=repr,
)
def test_bad_parameters_are_refused_at_fit(operation, message):
    X, y = drawn_images((4, 5, 5, 3)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match=message):
        operation.fit(X, y)
    with pytest.raises(ValueError, match=message):
        operation.augment(X)
