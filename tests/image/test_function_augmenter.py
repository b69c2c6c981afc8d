"""FunctionAugmenter: any function of an image as a sampler."""

import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skaug.image import FunctionAugmenter


def shifted(image, rng):
    return np.roll(image, rng.integers(image.shape[1]), axis=1)


def shifted_by_seed(image, seed):
    return np.roll(image, seed % image.shape[1], axis=1)


def all_shifted(images, rng):
    shift = (rng.uniforms(1) * images.shape[2]).astype(int)
    columns = (np.arange(images.shape[2]) + shift) % images.shape[2]
    return images[np.arange(len(images))[:, None], :, columns].swapaxes(1, 2)


def all_shifted_by_seed(images, seed):
    rows = (shifted_by_seed(image, s) for image, s in zip(images, seed.tolist(), strict=True))
    return np.stack(list(rows))


BOTH = [
    (shifted, False),
    (shifted_by_seed, False),
    (all_shifted, True),
    (all_shifted_by_seed, True),
]
IMAGES = np.random.default_rng(0).integers(256, size=(50, 3, 4, 3), dtype=np.uint8)


@pytest.mark.parametrize(("func", "batched"), BOTH)
@given(st.integers(1, 50), st.integers(0, 7))
def test_a_row_gets_what_its_number_says(func, batched, n, log_pixels):
    class Small(FunctionAugmenter):
        _chunk_pixels = 1 << log_pixels

    whole, part = (
        kind(func, batched=batched, random_state=0).augment(X)
        for kind, X in ((FunctionAugmenter, IMAGES), (Small, IMAGES[:n]))
    )
    assert_array_equal(whole[:n], part)
    assert_array_equal(np.sort(whole, axis=2), np.sort(IMAGES, axis=2))
    assert (whole != IMAGES).any()


def test_a_seed_for_one_image_is_that_for_it_among_several():
    one = FunctionAugmenter(shifted_by_seed, random_state=0).augment(IMAGES)
    several = FunctionAugmenter(all_shifted_by_seed, batched=True, random_state=0)
    assert_array_equal(one, several.augment(IMAGES))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_function_gets_an_image_of_its_own(dtype, channels):
    seen = []

    def spoil(image):
        seen.append((image.shape, image.dtype))
        image[...] = 7
        return image

    X = IMAGES[..., :channels].astype(dtype)
    X.flags.writeable = False
    X_res = FunctionAugmenter(spoil).augment(X)
    assert set(seen) == {((3, 4) if channels == 1 else (3, 4, 3), np.dtype(dtype))}
    assert (X_res == 7).all()


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (1.6, np.uint8, 2),
        (2.5, np.uint8, 2),
        (300.0, np.uint8, 255),
        (-1, np.uint8, 0),
        (1.6, np.float32, np.float32(1.6)),
        (300, np.float64, 255.0),
        (True, np.float64, 1.0),
    ],
)
def test_results_are_clipped_and_rounded(value, dtype, expected):
    X = np.array([[[0, 255]]], dtype=dtype)
    X_res = FunctionAugmenter(lambda image: np.full(image.shape, value)).augment(X)
    assert X_res.dtype == dtype
    assert (X_res == expected).all()


def test_grey_images_may_come_back_with_an_axis_of_channels():
    X = IMAGES[..., 0]
    assert_array_equal(FunctionAugmenter(lambda image: image[:, :, None]).augment(X), X)


def test_pillow_works():
    Image = pytest.importorskip("PIL.Image")
    mirror = Image.Transpose.FLIP_LEFT_RIGHT

    def flip(image):
        return Image.fromarray(image).transpose(mirror)

    for X in (IMAGES, IMAGES[..., 0]):
        assert_array_equal(FunctionAugmenter(flip).augment(X), X[:, :, ::-1])


def test_what_does_not_tell_its_parameters_is_given_the_image_alone():
    assert_array_equal(FunctionAugmenter(np.flipud).augment(IMAGES), IMAGES[:, ::-1])
    assert_array_equal(FunctionAugmenter(np.invert).augment(IMAGES), 255 - IMAGES)


def test_an_instance_or_a_partial_function_works():
    turn = partial(np.rot90, k=2)
    X_res = FunctionAugmenter(turn, p=0.5, copies=2, random_state=0).augment(IMAGES)
    same = (X_res == IMAGES).all(axis=(1, 2, 3))
    assert_array_equal(X_res[~same], IMAGES[~same][:, ::-1, ::-1])
    assert 0 < same.sum() < 50


def test_an_error_names_the_function_and_the_image():
    def fragile(image, seed):
        if image[0, 0] == 3:
            raise KeyError("no such colour")
        return image

    X = np.arange(5)[:, None, None] * np.ones((1, 2, 2))
    message = r"func \(fragile\) of FunctionAugmenter failed on image 3 of copy 0, float64 of shape"
    with pytest.raises(RuntimeError, match=message) as caught:
        FunctionAugmenter(fragile).fit_resample(X, np.arange(5))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize(
    ("func", "message"),
    [
        (
            lambda image: image[:1],
            r"in the shape it is given, \(3, 4, 3\); for image 0 of copy 0 it",
        ),
        (lambda image: "none", "returned <U4 of shape"),
        (lambda image: image * np.nan, "returned NaN for image 0 of copy 0"),
    ],
)
def test_results_that_are_no_such_image_are_refused(func, message):
    with pytest.raises(ValueError, match=message):
        FunctionAugmenter(func).augment(IMAGES.astype(float))


def test_func_must_be_callable():
    with pytest.raises(ValueError, match="The 'func' parameter of FunctionAugmenter"):
        FunctionAugmenter("flip").fit_resample(IMAGES, np.arange(50))


def test_it_is_pickled_with_its_function():
    sampler = FunctionAugmenter(shifted, random_state=0)
    restored = pickle.loads(pickle.dumps(sampler))
    assert_array_equal(restored.augment(IMAGES), sampler.augment(IMAGES))
