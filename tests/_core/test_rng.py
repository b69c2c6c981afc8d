import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skaug._core.rng import class_rng, random_indices, seed_sequence

STATES = [7, np.int64(7), np.random.RandomState, np.random.default_rng]


def made(state):
    return state(7) if callable(state) else state


@pytest.mark.parametrize("state", STATES, ids=["int", "np.int64", "RandomState", "Generator"])
def test_the_same_state_gives_the_same_root(state):
    roots = [seed_sequence(made(state)).generate_state(4).tolist() for _ in range(2)]
    assert roots[0] == roots[1]


@pytest.mark.parametrize(
    "state",
    [None, np.random.RandomState(7), np.random.default_rng(7)],
    ids=["None", "RandomState", "Generator"],
)
def test_a_state_is_advanced_and_none_is_fresh(state):
    roots = [seed_sequence(state).generate_state(4).tolist() for _ in range(2)]
    assert roots[0] != roots[1]


def test_a_state_is_advanced_once_whatever_is_drawn_after():
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    class_rng(seed_sequence(one), "a").random(1000)
    seed_sequence(other)
    assert one.random() == other.random()


@pytest.mark.parametrize(
    "alike",
    [
        [1, 1.0, True, np.int8(1), np.uint64(1), np.float32(1), np.True_],
        [0, -0.0, False, np.int64(0)],
        [1.5, np.float64(1.5), np.float32(1.5)],
        ["a", np.str_("a")],
        [b"a", np.bytes_(b"a")],
    ],
    ids=str,
)
def test_labels_that_are_equal_have_one_stream(alike):
    assert len({class_rng(np.random.SeedSequence(0), label).random() for label in alike}) == 1


def test_labels_that_differ_have_streams_of_their_own():
    labels = [*range(-300, 300), "1", "-1", b"1", "number 1", 1.5, 2.5, "", " ", "a", "A"]
    streams = {class_rng(np.random.SeedSequence(0), label).random() for label in labels}
    assert len(streams) == len(labels)


@given(st.integers(1, 1000), st.integers(0, 50))
def test_random_indices_are_indices(n, size):
    drawn = random_indices(np.random.default_rng(0), n, size)
    assert drawn.shape == (size,)
    assert drawn.dtype == np.int32
    assert ((drawn >= 0) & (drawn < n)).all()


def test_random_indices_are_wide_where_they_must_be():
    drawn = random_indices(np.random.default_rng(0), 2**40, 5)
    assert drawn.dtype == np.int64
    assert drawn.max() > 2**31


def test_random_indices_are_uniform():
    counts = np.bincount(random_indices(np.random.default_rng(0), 7, 70_000), minlength=7)
    assert abs(counts - 10_000).max() < 5 * np.sqrt(10_000)
