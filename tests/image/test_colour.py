"""Colour: curves, tables and channels, against laws and against PIL's formulas."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from skaug._core.row_rng import RowRng
from skaug.image import (
    AutoContrast,
    ColorJitter,
    Equalize,
    GaussianBlur,
    Invert,
    Posterize,
    RandomGamma,
    Sharpness,
    Solarize,
)
from skaug.image._filters import gaussian_weights
from skaug.image._tone import chained_tables, looked_up

BYTES = (0.0, 255.0)
OPERATIONS = [
    ColorJitter(),
    ColorJitter(brightness=(2, 3), contrast=0, saturation=0, hue=0),
    RandomGamma(gamma=(0.3, 3)),
    AutoContrast(),
    Equalize(),
    Posterize(bits=(2, 7)),
    Solarize(threshold=(0.2, 0.8)),
    Invert(),
    Sharpness(),
    GaussianBlur(),
]
TONES = [
    RandomGamma(gamma=(0.3, 3)),
    AutoContrast(),
    Equalize(),
    Posterize(bits=(2, 7)),
    Solarize(threshold=(0.2, 0.8)),
    Invert(),
]
IDENTITIES = [
    ColorJitter(brightness=0, contrast=0, saturation=0, hue=0),
    ColorJitter(brightness=None, contrast=None, saturation=None, hue=None),
    RandomGamma(gamma=1),
    Posterize(bits=8),
    Solarize(threshold=1),
    Sharpness(factor=0),
    GaussianBlur(sigma=0),
]
operations = pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
shapes = st.tuples(
    st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 4])
)


def drawn_images(shape, seed=0):
    rng = np.random.default_rng(seed)
    darkest, lightest = np.sort(rng.integers(0, 256, (2, shape[0], 1, 1, shape[3])), axis=0)
    return rng.integers(darkest, lightest + 1, shape).astype(np.uint8)


def row_rng(n_images, seed=0):
    return RowRng(seed=np.random.SeedSequence(seed), copy=0, rows=np.arange(n_images))


def changed(operation, images, value_range=BYTES, seed=0):
    return operation._augment(images, row_rng(len(images), seed), value_range)


def photo(mode="RGB", size=(40, 30), seed=0):
    rng = np.random.default_rng(seed)
    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
    smooth = np.cumsum(np.cumsum(rng.normal(0, 3, shape), axis=0), axis=1)
    return Image.fromarray(np.clip(smooth * 2 + 128, 0, 255).astype(np.uint8), mode=None)


def as_images(picture):
    array = np.asarray(picture)
    return array[None] if array.ndim == 3 else array[None, :, :, None]


# Laws ------------------------------------------------------------------------------------------


@operations
@given(shapes, st.integers(0, 100))
def test_shape_dtype_and_range_are_kept_and_the_input_too(operation, shape, seed):
    images = drawn_images(shape, seed)
    before = images.copy()
    images.flags.writeable = False
    for dtype, value_range in [(np.uint8, BYTES), (np.float32, (-1, 300)), (np.float64, BYTES)]:
        given_ = images.astype(dtype)
        given_.flags.writeable = False
        made = changed(operation, given_, value_range)
        assert made.dtype == dtype
        assert made.shape == shape
        assert made.min() >= value_range[0]
        assert made.max() <= value_range[1]
        assert made.flags.writeable
        assert not np.shares_memory(made, given_)
        assert_array_equal(given_, before)


@pytest.mark.parametrize("operation", IDENTITIES, ids=repr)
@given(shapes, st.integers(0, 100), st.sampled_from([np.uint8, np.float32, np.float64]))
def test_parameters_that_change_nothing_change_nothing(operation, shape, seed, dtype):
    images = drawn_images(shape, seed).astype(dtype)
    if dtype != np.uint8:
        images = images / dtype(255) - dtype(0.3)  # the range is not from 0
    value_range = BYTES if dtype == np.uint8 else (-0.3, 0.7)
    images = np.clip(images, *value_range).astype(dtype)
    assert_array_equal(changed(operation, images, value_range), images)


@operations
@given(shapes, st.integers(0, 100))
def test_bytes_and_floats_agree_to_half_a_level(operation, shape, seed):
    images = drawn_images(shape, seed)
    of_bytes = changed(operation, images)
    of_floats = changed(operation, images.astype(np.float64))
    assert_allclose(of_bytes, of_floats, atol=0.5 + 1e-3)


@operations
@given(shapes, st.integers(0, 100))
def test_the_unit_of_the_values_does_not_matter(operation, shape, seed):
    images = drawn_images(shape, seed) / 255
    made = changed(operation, images, (0.0, 1.0))
    assert_allclose(changed(operation, images * 16, (0.0, 16.0)) / 16, made, atol=1e-9)
    shifted = changed(operation, images * 3 - 1, (-1.0, 2.0))
    assert_allclose((shifted + 1) / 3, made, atol=1e-9)


@operations
@given(shapes, st.integers(0, 20))
def test_an_image_depends_on_its_own_number_only(operation, shape, seed):
    images = np.concatenate([drawn_images(shape, seed), drawn_images(shape, seed + 1)])
    made = changed(operation, images)
    rng = row_rng(len(images))
    some = np.arange(len(images))[::-2]
    assert_array_equal(operation._augment(images[some], rng.at(some), BYTES), made[some])


def test_many_images_are_changed_as_one_at_a_time():
    images = drawn_images((130, 24, 24, 3)).astype(np.float32)  # more than one block
    for operation in OPERATIONS:
        made = changed(operation, images)
        for i in (0, 77, 129):
            one = operation._augment(images[[i]], row_rng(130).at([i]), BYTES)
            assert_array_equal(one[0], made[i])


@given(st.lists(st.sampled_from(TONES), min_size=1, max_size=4), shapes, st.integers(0, 100))
def test_a_chain_of_tables_is_one_table(steps, shape, seed):
    images = drawn_images(shape, seed)
    one_by_one, table = images, np.tile(np.arange(256, dtype=np.uint8), (len(images), 1))
    for number, step in enumerate(steps):
        rng = row_rng(len(images), number)
        table = chained_tables(table, step._tables(one_by_one, rng, BYTES))
        one_by_one = step._augment(one_by_one, rng, BYTES)
    assert_array_equal(looked_up(images, table), one_by_one)


@given(shapes, st.integers(0, 100))
def test_inverting_twice_is_nothing(shape, seed):
    images = drawn_images(shape, seed)
    assert_array_equal(changed(Invert(), changed(Invert(), images)), images)
    assert_array_equal(changed(Solarize(threshold=0), images), changed(Invert(), images))


@given(shapes, st.integers(0, 100))
def test_auto_contrast_and_equalize_reach_both_ends(shape, seed):
    images = drawn_images(shape, seed)
    flat = images.min(axis=(1, 2)) == images.max(axis=(1, 2))
    for operation in (AutoContrast(), Equalize()):
        made = changed(operation, images)
        low, high = made.min(axis=(1, 2)), made.max(axis=(1, 2))
        assert_array_equal(low[~flat], 0)
        assert_array_equal(high[~flat], 255)
        assert_array_equal(low[flat], images.min(axis=(1, 2))[flat])
        assert_array_equal(changed(operation, made), made)


@given(shapes, st.integers(0, 100))
def test_tones_keep_the_order_of_values(shape, seed):
    images = drawn_images(shape, seed)
    ranks = np.argsort(images, axis=None)
    for operation in (RandomGamma(), AutoContrast(), Equalize(), Posterize()):
        for image, made in zip(images, changed(operation, images), strict=True):
            for channel in range(shape[3]):
                ranks = np.argsort(image[..., channel], axis=None)
                assert (np.diff(made[..., channel].ravel()[ranks].astype(int)) >= 0).all()


def test_equalize_makes_small_images_even():
    image = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    made = np.sort(changed(Equalize(), image).ravel())
    assert_allclose(made, np.linspace(0, 255, 64), atol=0.5)


@pytest.mark.parametrize("n_channels", [1, 2, 4, 5])
def test_images_without_three_channels_have_no_hue_nor_saturation(n_channels):
    images = drawn_images((6, 5, 5, n_channels))
    only = ColorJitter(brightness=0, contrast=0, saturation=(0, 0.5), hue=0.5)
    assert_array_equal(changed(only, images), images)


@given(st.integers(0, 100))
def test_grey_pixels_have_no_hue_nor_saturation(seed):
    images = np.repeat(drawn_images((4, 5, 5, 1), seed), 3, axis=3)
    only = ColorJitter(brightness=0, contrast=0, saturation=(0, 5), hue=0.5)
    assert_array_equal(changed(only, images), images)


def test_the_four_changes_come_in_every_order():
    image = np.random.default_rng(0).random((1, 4, 4, 3)) * 255
    images = np.repeat(image, 600, axis=0)
    fixed = ColorJitter(brightness=(2, 2), contrast=(0.5, 0.5), saturation=(3, 3), hue=(0.2, 0.2))
    kinds, counts = np.unique(
        changed(fixed, images).round(6).reshape(600, -1), axis=0, return_counts=True
    )
    assert 12 <= len(kinds) <= 24  # some orders come to the same
    assert counts.min() >= 8


def test_factors_are_uniform_in_their_range():
    images = np.full((4000, 1, 1, 1), 0.25)
    only = ColorJitter(brightness=0.4, contrast=None, saturation=None, hue=None)
    factors = changed(only, images, (0.0, 1.0)).ravel() / 0.25
    assert factors.min() >= 0.6
    assert factors.max() <= 1.4
    assert_allclose(np.quantile(factors, [0.25, 0.5, 0.75]), [0.8, 1.0, 1.2], atol=0.03)


@given(st.floats(-0.5, 0.5), st.integers(0, 50))
def test_hue_turns_in_hsv(turn, seed):
    images = np.random.default_rng(seed).random((1, 2, 3, 3))
    only = ColorJitter(brightness=0, contrast=0, saturation=0, hue=(turn, turn))
    made = changed(only, images, (0.0, 1.0))
    for before, after in zip(images.reshape(-1, 3), made.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*before)
        assert_allclose(after, colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value), atol=1e-9)


# Against PIL -----------------------------------------------------------------------------------

ENHANCERS = [  # levels apart at most; PIL rounds down, and its grey before that
    ("brightness", ImageEnhance.Brightness, 1),
    ("contrast", ImageEnhance.Contrast, 2),
    ("saturation", ImageEnhance.Color, 1),
]


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(("name", "enhancer", "levels"), ENHANCERS)
@given(st.floats(0, 2), st.integers(0, 20))
def test_jitter_is_that_of_pil(mode, name, enhancer, levels, factor, seed):
    picture = photo(mode, seed=seed)
    none = dict.fromkeys(["brightness", "contrast", "saturation", "hue"])
    made = changed(ColorJitter(**(none | {name: (factor, factor)})), as_images(picture))
    expected = as_images(enhancer(picture).enhance(factor))
    assert np.abs(made.astype(int) - expected).max() <= levels


@pytest.mark.parametrize("mode", ["L", "RGB"])
@given(st.floats(0, 2), st.integers(0, 20))
def test_sharpness_is_that_of_pil(mode, factor, seed):
    picture = photo(mode, seed=seed)
    made = changed(Sharpness(factor=(factor, factor)), as_images(picture))
    expected = as_images(ImageEnhance.Sharpness(picture).enhance(factor))
    assert np.abs(made.astype(int) - expected).max() <= 1
    smooth = as_images(picture.filter(ImageFilter.SMOOTH))
    assert_array_equal(changed(Sharpness(factor=(0, 0)), as_images(picture)), smooth)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@given(st.integers(0, 50), st.integers(1, 8), st.integers(0, 255))
def test_tables_are_those_of_pil(mode, seed, bits, threshold):
    picture = photo(mode, seed=seed)
    images = as_images(picture)
    assert_array_equal(changed(Invert(), images), as_images(ImageOps.invert(picture)))
    posterized = as_images(ImageOps.posterize(picture, bits))
    assert_array_equal(changed(Posterize(bits=bits), images), posterized)
    solarized = as_images(ImageOps.solarize(picture, threshold))
    share = max(0, threshold - 0.5) / 255
    assert_array_equal(changed(Solarize(threshold=share), images), solarized)
    stretched = as_images(ImageOps.autocontrast(picture)).astype(int)
    assert np.abs(changed(AutoContrast(), images) - stretched).max() <= 1


@given(st.integers(0, 50), st.integers(1, 12))
def test_equalize_is_that_of_pil_where_it_divides_exactly(seed, step):
    rng = np.random.default_rng(seed)
    levels = rng.integers(20, 200, 255 * step)
    most = levels.max()
    levels[levels == most] = 20  # so that those below the largest are a multiple of 255
    pixels = np.append(levels, np.full(3 * 17 - (255 * step) % 17, most)).astype(np.uint8)
    images = rng.permutation(pixels)[None, None, :, None]
    expected = ImageOps.equalize(Image.fromarray(images[0, :, :, 0]))
    assert_array_equal(changed(Equalize(), images), as_images(expected))


# Blur ------------------------------------------------------------------------------------------


def blurred_by_definition(image, sigma, radius):
    """Convolve every column and every row with the weights, the image mirrored."""
    for axis in (0, 1):
        reach = min(radius, image.shape[axis] - 1)
        half = gaussian_weights(np.array([[sigma]]), reach)[0]
        weights = np.concatenate([half[:0:-1], half])
        margin = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(image, margin, mode="reflect")
        image = np.apply_along_axis(np.convolve, axis, padded, weights, mode="valid")
    return image


@given(shapes, st.floats(0.05, 3), st.integers(0, 20))
def test_blur_is_a_convolution_with_a_gaussian(shape, sigma, seed):
    images = drawn_images(shape, seed).astype(float)
    made = changed(GaussianBlur(sigma=sigma), images)
    for image, found in zip(images, made, strict=True):
        assert_allclose(found, blurred_by_definition(image, sigma, int(np.ceil(3 * sigma))))


def test_blur_of_a_point_has_the_width_asked_for():
    images = np.zeros((1, 41, 41, 1))
    images[0, 20, 20] = 1
    made = changed(GaussianBlur(sigma=2.0), images, (0.0, 1.0))[0, :, :, 0]
    distance = np.arange(41) - 20
    assert_allclose(made.sum(), 1)
    assert_allclose((made.sum(axis=0) * distance**2).sum(), 4, rtol=0.04)  # cut off at 3 sigma
    assert_allclose(made, made.T)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_blur_by_opencv_is_the_same(n_channels):
    pytest.importorskip("cv2", minversion="5")
    images = drawn_images((5, 28, 20, n_channels)) / 255
    made = changed(GaussianBlur(), images, (0.0, 1.0))
    assert_allclose(changed(GaussianBlur(backend="cv2"), images, (0.0, 1.0)), made, atol=1e-3)


# As a user would ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (ColorJitter(brightness=-1), r"'brightness' parameter of ColorJitter must be"),
        (ColorJitter(contrast=(1, 0.5)), r"contrast of ColorJitter .* from 0 on, or a pair"),
        (ColorJitter(saturation=(1, 2, 3)), r"saturation of ColorJitter .* got \(1, 2, 3\)"),
        (ColorJitter(hue=(-0.6, 0)), r"hue of ColorJitter must be .* from -0.5 to 0.5"),
        (RandomGamma(gamma=(0, 1)), r"gamma of RandomGamma must be"),
        (Posterize(bits=(2, 9)), r"bits of Posterize must be a number from 1 to 8"),
        (Posterize(bits=(2, 3.5)), r"bits of Posterize must be whole numbers"),
        (Solarize(threshold=(0.5, np.nan)), r"threshold of Solarize must be"),
        (Sharpness(factor=("a", "b")), r"factor of Sharpness must be"),
        (GaussianBlur(sigma=(-1, 1)), r"sigma of GaussianBlur must be a number from 0 on"),
        (GaussianBlur(sigma=(1, np.inf)), r"sigma of GaussianBlur must be"),
    ],
    ids=repr,
)
def test_bad_parameters_are_refused_at_fit(operation, message):
    X, y = drawn_images((4, 5, 5, 3)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match=message):
        operation.fit(X, y)
    with pytest.raises(ValueError, match=message):
        operation.augment(X)
