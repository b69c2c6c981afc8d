"""Erasing: rectangles, squares and grids, and what they are filled with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from skaug._core.row_rng import RowRng
from skaug.image import Cutout, GridMask, PixelDropout, RandomErasing, SaltAndPepper
from skaug.image._masks import box_masks, grid_masks, rectangle_sides

BYTES = (0.0, 255.0)
FILLS = [0.0, 0.5, 1, "mean", "color", "random"]
OPERATIONS = [
    *(RandomErasing(value=value) for value in FILLS),
    Cutout(n_holes=2, value="random"),
    GridMask(value="mean"),
    GridMask(degrees=45, value="color"),
    PixelDropout(rate=(0, 0.5), value="random"),
    PixelDropout(rate=0.3, per_channel=True, value="mean"),
    SaltAndPepper(amount=(0, 0.5), salt_vs_pepper=(0.2, 0.8)),
]
operations = pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))
shapes = st.tuples(
    st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3])
)


def drawn_images(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def row_rng(n_images, seed=0):
    return RowRng(seed=np.random.SeedSequence(seed), copy=0, rows=np.arange(n_images))


def changed(operation, images, value_range=BYTES, seed=0):
    return operation._augment(images, row_rng(len(images), seed), value_range)


def holes(operation, n_images, size, seed=0):
    """Return where white images are made black, (m, h, w)."""
    made = changed(operation, np.full((n_images, *size, 1), 255, dtype=np.uint8), seed=seed)
    return made[..., 0] == 0


# Laws ------------------------------------------------------------------------------------------


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
    shifted = changed(operation, images * 3 - 1, (-1.0, 2.0), seed)
    assert_allclose((shifted + 1) / 3, made, atol=1e-9)


@operations
@given(shapes, st.integers(0, 20))
def test_an_image_depends_on_its_own_number_only(operation, shape, seed):
    images = np.concatenate([drawn_images(shape, seed), drawn_images(shape, seed + 1)])
    rng = row_rng(len(images))
    some = np.arange(len(images))[::-2]
    made = operation._augment(images[some], rng.at(some), BYTES)
    assert_array_equal(made, changed(operation, images)[some])


@pytest.mark.parametrize("make", [RandomErasing, Cutout, GridMask, PixelDropout])
@given(st.integers(0, 20))
def test_what_is_not_erased_is_as_it_was_and_holes_do_not_depend_on_their_filling(make, seed):
    images = drawn_images((4, 12, 10, 3), seed).astype(float)
    where = changed(make(value=0), np.full((4, 12, 10, 3), 255.0)) == 0
    for value in FILLS:
        made = changed(make(value=value), images)
        assert_array_equal(made[~where], images[~where])


# Fillings --------------------------------------------------------------------------------------

everything = {"scale": 1, "p": 1.0}


def test_numbers_fill_with_shares_of_the_range():
    images = drawn_images((3, 6, 5, 3))
    assert (changed(RandomErasing(value=0.5, **everything), images) == 128).all()
    colour = changed(RandomErasing(value=(0, 0.2, 1), **everything), images)
    assert_array_equal(colour, np.broadcast_to([0, 51, 255], images.shape))
    own = changed(RandomErasing(value=0.5, **everything), images / 10, (-20.0, 60.0))
    assert_array_equal(own, np.full(images.shape, 20.0))


def test_mean_fills_with_the_mean_of_each_channel():
    images = drawn_images((3, 6, 5, 3)).astype(float)
    made = changed(RandomErasing(value="mean", **everything), images)
    expected = images.mean(axis=(1, 2), keepdims=True)
    assert_allclose(made, np.broadcast_to(expected, images.shape))


def test_color_is_uniform_over_images_and_random_over_pixels():
    images = np.zeros((400, 4, 4, 3))
    of_image = changed(RandomErasing(value="color", **everything), images, (0.0, 1.0))
    assert_array_equal(of_image, np.broadcast_to(of_image[:, :1, :1], images.shape))
    assert stats.kstest(of_image[:, 0, 0].ravel(), "uniform").pvalue > 0.01
    of_pixel = changed(RandomErasing(value="random", **everything), images, (0.0, 1.0))
    assert stats.kstest(of_pixel.ravel(), "uniform").pvalue > 0.01


# RandomErasing ---------------------------------------------------------------------------------


@given(
    sizes,
    st.floats(0.001, 1),
    st.floats(0, 1),
    st.tuples(st.floats(0.05, 1), st.floats(1, 20)),
)
def test_rectangles_fit_and_have_the_area_asked_for(size, area, aspect, ratio):
    (height,), (width,) = rectangle_sides(np.array([area]), np.array([aspect]), ratio, size)
    assert 1 <= height <= size[0]
    assert 1 <= width <= size[1]
    off = abs(height * width - area * size[0] * size[1])
    # the width is rounded to the nearest pixel, and the height before that
    assert off <= height / 2 + 1e-6 or height == 1 or width in (1, size[1])
    assert off <= (size[0] + size[1]) / 2 + 1e-6


@given(st.integers(20, 60), st.floats(0.05, 0.3), st.floats(0, 1))
def test_rectangles_have_the_ratio_asked_for_where_they_can(side, area, aspect):
    heights, widths = rectangle_sides(
        np.array([area]), np.array([aspect]), (0.5, 2.0), (side, side)
    )
    assert 0.5 * 0.8 <= heights[0] / widths[0] <= 2 / 0.8  # to the nearest pixel


def test_no_image_is_spared_and_areas_are_uniform():
    where = holes(RandomErasing(scale=(0.1, 0.9), ratio=(0.1, 10)), 2000, (100, 100))
    areas = where.mean(axis=(1, 2))
    assert areas.min() > 0.1 - 0.01
    assert areas.max() < 0.9 + 0.01
    assert stats.kstest(areas, stats.uniform(0.1, 0.8).cdf).pvalue > 0.001


def test_places_are_uniform():
    where = holes(RandomErasing(scale=0.25, ratio=1), 6000, (8, 8))
    corners = where.argmax(axis=1).max(axis=1) * 5 + where.argmax(axis=2).max(axis=1)
    counts = np.bincount(corners, minlength=25)
    assert stats.chisquare(counts).pvalue > 0.01


def test_ratio_that_fits_nowhere_is_as_near_as_can_be():
    where = holes(RandomErasing(scale=0.5, ratio=(3, 4)), 50, (4, 100))
    assert (where.any(axis=2).sum(axis=1) == 4).all()
    assert (where.any(axis=1).sum(axis=1) == 50).all()


def test_half_of_the_copies_are_erased():
    X = np.full((2000, 6, 6), 255, dtype=np.uint8)
    assert 0.45 < (RandomErasing(random_state=0).augment(X) == 0).any(axis=(1, 2)).mean() < 0.55


# Cutout and GridMask -----------------------------------------------------------------------------


@given(sizes, st.integers(-30, 40), st.integers(-30, 40), st.integers(0, 40), st.integers(0, 40))
def test_boxes_are_slices(size, top, left, height, width):
    expected = np.zeros(size, dtype=bool)
    expected[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = True
    made = box_masks(*(np.array([a]) for a in (top, left, height, width)), size)
    assert_array_equal(made[0], expected)


def test_cutout_is_that_of_its_authors():
    where = holes(Cutout(), 8000, (32, 32))
    heights, widths = where.any(axis=2).sum(axis=1), where.any(axis=1).sum(axis=1)
    assert_array_equal(where.sum(axis=(1, 2)), heights * widths)
    assert heights.max() == widths.max() == 16
    # by y1, y2 = clip(y - 8), clip(y + 8) for y from 0 to 31
    y = np.arange(32)
    sides = np.clip(y + 8, 0, 32) - np.clip(y - 8, 0, 32)
    expected = np.bincount(sides, minlength=17) / 32
    assert_allclose(np.bincount(heights, minlength=17) / 8000, expected, atol=0.02)


def test_holes_add_up():
    one, three = (holes(Cutout(n_holes=n, length=0.2), 500, (40, 40)).mean() for n in (1, 3))
    assert 2 * one < three < 3 * one


def grid_by_definition(unit, start, ratio, size):
    """Return GridMask's squares, pixel by pixel."""
    side = min(max(round((1 - ratio) * unit), 1), unit - 1)
    return np.array(
        [
            [(y + start[0]) % unit < side and (x + start[1]) % unit < side for x in range(size[1])]
            for y in range(size[0])
        ]
    )


@given(sizes, st.integers(2, 20), st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_grids_are_squares_that_repeat(size, unit, offset):
    start = [int(np.floor(share * unit)) for share in offset]
    made = grid_masks(np.array([float(unit)]), np.array([offset]), np.zeros(1), 0.6, size)
    assert_array_equal(made[0], grid_by_definition(unit, start, 0.6, size))


@given(sizes, st.integers(2, 9), st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_a_turned_grid_is_a_turned_grid(size, unit, offset):
    side = max(size)
    given_ = (np.array([float(unit)]), np.array([offset]))
    level = grid_masks(*given_, np.zeros(1), 0.5, (side, side))
    quarter = grid_masks(*given_, np.array([np.pi / 2]), 0.5, (side, side))
    assert_array_equal(quarter[0], np.rot90(level[0], -1))


@pytest.mark.parametrize("degrees", [0, 180])
@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.8])
def test_grids_keep_the_share_they_say(ratio, degrees):
    operation = GridMask(ratio=ratio, unit=0.25, degrees=degrees)
    kept = 1 - holes(operation, 300, (80, 80)).mean()
    assert kept == pytest.approx(1 - (1 - ratio) ** 2, abs=0.01)


# Pixels ------------------------------------------------------------------------------------------


@given(st.floats(0, 1), st.integers(0, 20))
def test_pixels_are_lost_at_the_rate_asked_for(rate, seed):
    where = holes(PixelDropout(rate=rate), 4, (50, 50), seed)
    assert abs(where.sum() - rate * 10_000) <= 5 * np.sqrt(rate * (1 - rate) * 10_000) + 1e-3


def test_channels_of_a_pixel_are_lost_together_or_one_by_one():
    images = np.full((2, 50, 50, 3), 255, dtype=np.uint8)
    together = changed(PixelDropout(rate=0.3), images) == 0
    assert_array_equal(together.any(axis=3), together.all(axis=3))
    apart = changed(PixelDropout(rate=0.3, per_channel=True), images) == 0
    assert apart.all(axis=3).mean() == pytest.approx(0.3**3, abs=0.01)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 20))
def test_salt_and_pepper_come_in_the_shares_asked_for(amount, salt, seed):
    images = np.full((4, 50, 50, 2), 0.5)
    operation = SaltAndPepper(amount=amount, salt_vs_pepper=salt)
    made = changed(operation, images, (0.0, 1.0), seed)
    assert_array_equal(made[..., 0], made[..., 1])
    for value, share in [(1, amount * salt), (0, amount * (1 - salt))]:
        found = (made[..., 0] == value).sum()
        assert abs(found - share * 10_000) <= 5 * np.sqrt(share * (1 - share) * 10_000) + 1e-2


# As a user would ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (RandomErasing(scale=0), "'scale' parameter of RandomErasing must be"),
        (RandomErasing(scale=(0.5, 1.5)), r"scale of RandomErasing must be .* to 1"),
        (RandomErasing(ratio=(2, 1)), r"ratio of RandomErasing must be .* got \(2, 1\)"),
        (RandomErasing(value="noise"), "'value' parameter of RandomErasing must be"),
        (RandomErasing(value=(0, 2, 0)), r"value of RandomErasing must be a share of the range"),
        (Cutout(length=0), "'length' parameter of Cutout must be"),
        (GridMask(ratio=1.0), "'ratio' parameter of GridMask must be"),
        (GridMask(unit=(0.5, None)), r"unit of GridMask must be"),
        (PixelDropout(rate=(0.5, 1.5)), r"rate of PixelDropout must be"),
        (SaltAndPepper(amount=(-0.1, 0.1)), r"amount of SaltAndPepper must be"),
    ],
    ids=repr,
)
def test_bad_parameters_are_refused_at_fit(operation, message):
    X, y = drawn_images((4, 5, 5, 3)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match=message):
        operation.fit(X, y)
    with pytest.raises(ValueError, match=message):
        operation.augment(X)


def test_a_colour_needs_as_many_numbers_as_there_are_channels():
    operation = RandomErasing(value=(0, 1), p=1)
    with pytest.raises(ValueError, match="one number for each channel, and images have 3"):
        operation.augment(drawn_images((4, 5, 5, 3)))
