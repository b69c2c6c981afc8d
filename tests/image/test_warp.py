"""The kernels that move pixels: what they owe to every image, whatever the others are."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skaug._core.extras import MissingExtraError
from skaug._core.row_rng import RowRng
from skaug.image import ElasticTransform, RandomPerspective
from skaug.image._elastic_transform import _filter
from skaug.image._matrices import affine_matrices, homographies
from skaug.image._rearranged import rearranged
from skaug.image._warp import displaced, warped

DTYPES = [np.uint8, np.float32, np.float64]
seeds = st.integers(0, 1000)
sides = st.integers(1, 12)


def drawn_images(rng, shape, dtype):
    return (255 * rng.random(shape)).astype(dtype)


def drawn_matrices(rng, m, height, width):
    """Return affine and projective matrices, by turns."""
    matrices = affine_matrices(
        height,
        width,
        angle=rng.uniform(-3, 3, m),
        translate=rng.uniform(-2, 2, (m, 2)),
        scale=rng.uniform(0.5, 2, m),
        shear=rng.uniform(-0.5, 0.5, (m, 2)),
    )
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [width, height]
    moved = corners + rng.uniform(-0.2, 0.2, (m, 4, 2)) * [width, height]
    matrices[1::2] = homographies(moved, np.broadcast_to(corners, moved.shape))[1::2]
    return matrices


def bilinear(image, place_x, place_y, fill):
    """Return the value at a place, as the definition has it."""
    x0, y0 = int(np.floor(place_x)), int(np.floor(place_y))
    total = 0.0
    for y in (y0, y0 + 1):
        for x in (x0, x0 + 1):
            weight = (1 - abs(place_x - x)) * (1 - abs(place_y - y))
            inside = 0 <= y < image.shape[0] and 0 <= x < image.shape[1]
            total += weight * (float(image[y, x]) if inside else fill)
    return total


# Warps -----------------------------------------------------------------------------------------


@given(seeds, sides, sides, st.sampled_from(DTYPES))
def test_projections_are_what_the_definition_says(seed, height, width, dtype):
    rng = np.random.default_rng(seed)
    images = drawn_images(rng, (2, height, width, 2), dtype)
    matrices = drawn_matrices(rng, 2, height, width)
    made = warped(images, matrices, value_range=(0, 255), fill=0.4)
    for i, matrix in enumerate(matrices):
        for y in range(height):
            for x in range(width):
                a, b, depth = matrix @ (x, y, 1)
                for c in range(2):
                    expected = 102.0
                    if depth > 1e-3:
                        expected = bilinear(images[i, ..., c], a / depth, b / depth, 102.0)
                    elif depth > -1e-3:
                        continue  # so far away that rounding decides
                    tolerance = 0.502 if dtype == np.uint8 else 0.05
                    assert abs(made[i, y, x, c] - expected) <= tolerance


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_image_does_not_depend_on_the_others(dtype, interpolation):
    rng = np.random.default_rng(0)
    images = drawn_images(rng, (101, 30, 20, 3), dtype)  # of more than one block
    matrices = drawn_matrices(rng, 101, 30, 20)
    settings = {"value_range": (0, 255), "interpolation": interpolation, "fill": 0.3}
    made = warped(images, matrices, **settings)
    for i in (0, 1, 53, 54, 100):
        assert_array_equal(warped(images[[i]], matrices[[i]], **settings)[0], made[i])
    dx, dy = rng.normal(size=(2, 101, 30, 20))
    made = displaced(images, dx, dy, **settings)
    for i in (0, 53, 54, 100):
        assert_array_equal(displaced(images[[i]], dx[[i]], dy[[i]], **settings)[0], made[i])


@given(seeds, st.floats(0, 1), st.sampled_from(["bilinear", "nearest"]), st.sampled_from(DTYPES))
def test_what_is_one_colour_stays_so(seed, share, interpolation, dtype):
    rng = np.random.default_rng(seed)
    matrices = drawn_matrices(rng, 4, 7, 9)
    value_range = (0, 255) if dtype == np.uint8 else (-3.0, 5.0)
    colour = value_range[0] + share * (value_range[1] - value_range[0])
    images = np.rint(colour) if dtype == np.uint8 else dtype(colour)
    images = np.full((4, 7, 9, 1), images, dtype=dtype)
    settings = {"value_range": value_range, "interpolation": interpolation}
    assert_array_equal(warped(images, matrices, fill=share, **settings), images)


@pytest.mark.parametrize("dtype", DTYPES)
def test_holes_are_filled_exactly(dtype):
    images = drawn_images(np.random.default_rng(0), (3, 6, 5, 2), dtype)
    far = np.tile(np.eye(3), (3, 1, 1))
    far[0, 0, 2], far[1, 0, 2], far[2, 1, 2] = -5, 1e9, 6  # just outside, and very far
    made = warped(images, far, value_range=(0, 255), fill=0.2)
    assert_array_equal(made, np.full_like(images, 51))
    assert_array_equal(warped(images, far, value_range=(0, 255), fill=0), np.zeros_like(images))


def test_bytes_are_rounded_to_the_nearest():
    images = np.array([[[10, 13]]], dtype=np.uint8)[..., None]
    between = np.tile(np.eye(3), (1, 1, 1))
    for share, expected in ((0.1, 10), (0.2, 11), (0.6, 12), (0.9, 13)):
        between[0, 0, 2] = share
        assert warped(images, between, value_range=(0, 255))[0, 0, 0, 0] == expected


@given(seeds, sides, sides)
def test_the_nearest_pixel_is_the_same_for_all_dtypes(seed, height, width):
    rng = np.random.default_rng(seed)
    images = drawn_images(rng, (4, height, width, 1), np.uint8)
    matrices = drawn_matrices(rng, 4, height, width)
    settings = {"value_range": (0, 255), "interpolation": "nearest", "fill": 0.2}
    made = [warped(images.astype(dtype), matrices, **settings) for dtype in DTYPES]
    assert_array_equal(made[0], made[1])
    assert_array_equal(made[0], made[2])


def test_no_images_are_no_images():
    nothing = np.empty((0, 4, 5, 3), dtype=np.float32)
    assert warped(nothing, np.empty((0, 3, 3)), value_range=(0, 1)).shape == nothing.shape


@given(seeds, st.floats(0, 1))
def test_a_perspective_keeps_the_whole_image_in_sight(seed, distortion_scale):
    """Its corners come back where they were moved to, none of them from behind the viewer."""
    rng = RowRng(seed=np.random.SeedSequence(seed), copy=0, rows=np.arange(50))
    matrices = RandomPerspective(distortion_scale=distortion_scale)._matrices(rng, 9, 13)
    corners = np.array([[0, 0, 1], [12, 0, 1], [12, 8, 1], [0, 8, 1]])
    seen = corners @ np.linalg.inv(matrices).transpose(0, 2, 1)
    assert (seen[..., 2] > 0).all()
    moved = np.abs(seen[..., :2] / seen[..., 2:] - corners[:, :2])
    assert (moved <= distortion_scale / 2 * np.array([12, 8]) + 1e-6).all()


# OpenCV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_channels", [1, 2, 3, 4, 5])
def test_opencv_makes_the_same(dtype, n_channels, interpolation):
    pytest.importorskip("cv2")
    rng = np.random.default_rng(0)
    images = drawn_images(rng, (20, 25, 31, n_channels), dtype)
    matrices = drawn_matrices(rng, 20, 25, 31)
    settings = {"value_range": (0, 255), "interpolation": interpolation, "fill": 0.3}
    made = warped(images, matrices, backend="cv2", **settings)
    assert made.dtype == dtype
    far = np.abs(made - warped(images, matrices, **settings).astype(float))
    far = far > (1 if dtype == np.uint8 else 0.255)
    # half-way between two pixels single precision decides
    assert far.mean() <= (1e-3 if interpolation == "nearest" else 0)
    for i in (0, 1):  # affine ones are made as such in any company
        one = warped(images[[i]], matrices[[i]], backend="cv2", **settings)
        assert_array_equal(one[0], made[i])


def test_an_opencv_that_rounds_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", SimpleNamespace(__version__="4.11.0"))
    with pytest.raises(MissingExtraError, match=r"needs OpenCV 5 or later; this is 4\.11\.0"):
        warped(np.zeros((1, 3, 3, 1)), np.eye(3)[None], value_range=(0, 1), backend="cv2")


# Whole pixels, and fields ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_rearranging_makes_a_new_array(dtype):
    images = drawn_images(np.random.default_rng(0), (3, 4, 5, 3), dtype)
    same = rearranged(images, lambda planes: planes)
    assert_array_equal(same, images)
    assert not np.shares_memory(same, images)
    assert_array_equal(rearranged(images, lambda planes: planes[:, ::-1]), images[:, ::-1])


@given(st.integers(1, 60), st.floats(0.05, 20))
def test_fields_are_alike_as_far_as_sigma_says_and_everywhere_as_strong(size, sigma):
    weights = _filter(size, sigma).astype(float)
    distance = np.arange(size)[:, None] - np.arange(size)
    correlation = weights @ weights.T
    assert_allclose(np.diag(correlation), 1, rtol=1e-5)
    if sigma >= 1:  # of smaller ones pixels are too coarse a picture
        expected = np.exp(-(distance**2) / (4 * sigma**2))
        assert_allclose(correlation, expected, atol=1e-3)
    assert weights.shape[1] <= size / max(sigma, 1) + 10


def test_elastic_images_do_not_depend_on_the_others():
    images = drawn_images(np.random.default_rng(0), (90, 28, 28, 1), np.float32)
    sampler = ElasticTransform(alpha=(0.02, 0.1), random_state=0, value_range=(0, 255))
    made = sampler.augment(images)
    some = [3, 41, 89]
    assert_allclose(sampler.augment(images[some], rows=some), made[some], atol=1e-2)
