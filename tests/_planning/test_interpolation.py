import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.neighbors import NearestNeighbors
from strategies import codes, generators

from skaug._planning.interpolation import _draw_weighted, vote
from skaug._planning.table_search import requested_k


@given(st.integers(1, 6).flatmap(lambda k: codes(20, max_columns=k)), generators())
def test_the_winner_of_a_vote_has_most_votes(ballots, rng):
    weight = rng.integers(1, 4, size=ballots.shape)
    row = rng.integers(20, size=50)
    winners = vote(ballots, weight, row, rng)
    for winner, i in zip(winners.tolist(), row, strict=True):
        assert winner in reference.winners(ballots[i].tolist(), weight[i].tolist())


@pytest.mark.parametrize(
    ("ballots", "weight", "expected"),
    [
        ([0, 1], [1, 1], {0: 0.5, 1: 0.5}),
        ([0, 0, 1, 1], [1, 1, 1, 1], {0: 0.5, 1: 0.5}),
        ([0, 1, 1], [2, 1, 1], {0: 0.5, 1: 0.5}),
        ([2, 0, -1, 1], [1, 1, 9, 1], {0: 1 / 3, 1: 1 / 3, 2: 1 / 3}),
        ([0, 1, 1, 2], [1, 1, 1, 1], {1: 1.0}),
        ([-1, 3, -1], [5, 1, 5], {3: 1.0}),
        ([-1, -1], [1, 1], {-1: 1.0}),
    ],
)
def test_ties_are_broken_evenly(ballots, weight, expected):
    row = np.zeros(6000, dtype=int)
    rng = np.random.default_rng(0)
    winners = vote(np.array([ballots]), np.array([weight]), row, rng)
    found = {code: np.mean(winners == code) for code in set(winners.tolist())}
    assert found == pytest.approx(expected, abs=0.03)


@given(generators())
def test_partners_are_drawn_by_their_weight(rng):
    weight = np.array([[1, 2, 5], [1, 1, 1]])
    drawn = _draw_weighted(weight, np.repeat([0, 1], 8000), rng)
    counts = np.bincount(drawn[:8000], minlength=3)
    assert np.abs(counts - [1000, 2000, 5000]).max() < 5 * np.sqrt(2000)
    assert set(drawn[8000:]) == {0, 1, 2}
    assert_array_equal(_draw_weighted(np.array([[7]]), np.zeros(5, dtype=int), rng), np.zeros(5))


def test_the_number_asked_for():
    assert requested_k(3) == 3
    assert requested_k(np.int64(3)) == 3
    assert requested_k(NearestNeighbors(n_neighbors=4)) == 3
