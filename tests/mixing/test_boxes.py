"""Boxes of pixels: where they lie, what they cover, and which shapes of images fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skaug.mixing._boxes import checked_shape, drawn_boxes

SIDES = st.integers(1, 9)


@given(SIDES, SIDES, st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_a_box_is_what_its_corners_say_in_every_channel(height, width, channels, seed):
    rng = np.random.default_rng(seed)
    boxes = drawn_boxes((height, width, channels), rng.random(20), rng)
    mask = boxes(slice(0, 20)).reshape(20, height, width, channels)
    assert_array_equal(mask, np.broadcast_to(mask[..., :1], mask.shape))
    for i in range(20):
        plain = np.zeros((height, width), dtype=bool)
        plain[boxes.top[i] : boxes.bottom[i], boxes.left[i] : boxes.right[i]] = True
        assert_array_equal(mask[i, :, :, 0], plain)
    assert_allclose(boxes.share_outside, 1 - mask.mean(axis=(1, 2, 3)), atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_sides_are_the_root_of_the_share_unless_clipped(seed):
    rng = np.random.default_rng(seed)
    share = rng.random(50)
    boxes = drawn_boxes((30, 20, 1), share, rng)
    for length, begin, end in ((30, boxes.top, boxes.bottom), (20, boxes.left, boxes.right)):
        side = np.rint(length * np.sqrt(1 - share))
        clipped = (begin == 0) | (end == length)
        assert_array_equal((end - begin)[~clipped], side[~clipped])
        assert (end - begin <= side).all()


def test_the_whole_image_and_nothing():
    rng = np.random.default_rng(0)
    assert not drawn_boxes((5, 5, 1), np.ones(10), rng)(slice(0, 10)).any()
    assert drawn_boxes((1, 1, 3), np.zeros(10), rng)(slice(0, 10)).all()


def test_shapes():
    assert checked_shape((2, 3), 6, "CutMix") == (2, 3, 1)
    assert checked_shape([2, 3, 4], 24, "CutMix") == (2, 3, 4)
    with pytest.raises(ValueError, match=r"2 \* 3 \* 4 = 24, but X has n_features = 25"):
        checked_shape((2, 3, 4), 25, "CutMix")
    for wrong in [(4,), (1, 2, 3, 4), (0, 3), (2.0, 3)]:
        with pytest.raises(ValueError, match="image_shape of CutMix must be"):
            checked_shape(wrong, 6, "CutMix")
