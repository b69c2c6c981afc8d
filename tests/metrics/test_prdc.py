"""Precision, recall, density and coverage against their definition, and their laws."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose

from skaug.metrics import _prdc, precision_recall_density_coverage


def whole_numbers(n_columns):
    """Rows of few values, so that many are equal and many distances tie."""
    shape = st.tuples(st.integers(4, 20), st.just(n_columns))
    return hnp.arrays(np.float64, shape, elements=st.integers(-3, 3))


PAIRS = st.integers(1, 3).flatmap(
    lambda d: st.tuples(whole_numbers(d), whole_numbers(d), st.integers(1, 3))
)


def by_definition(real, made, k):
    """The four by loops over squared distances, which are exact for whole numbers."""

    def squared(a, b):
        return ((a - b) ** 2).sum()

    def radii(rows):
        return [sorted(squared(a, b) for b in rows)[k] for a in rows]  # the row itself is first

    r, s = radii(real), radii(made)
    inside = np.array([[squared(x, y) <= r[i] for y in made] for i, x in enumerate(real)])
    reached = np.array([[squared(x, y) <= s[j] for j, y in enumerate(made)] for x in real])
    return (
        inside.any(axis=0).mean(),
        reached.any(axis=1).mean(),
        inside.sum() / (k * len(made)),
        inside.any(axis=1).mean(),
    )


@given(PAIRS)
def test_equals_the_definition(pair):
    real, made, k = pair
    found = precision_recall_density_coverage(real, made, k_neighbors=k)
    assert_allclose(found, by_definition(real, made, k), rtol=1e-12)


@given(PAIRS, st.sampled_from([1e-200, 0.1, 3.7, 1e200]))
def test_scale_and_order_of_rows_and_columns_do_not_matter(pair, scale):
    real, made, k = pair
    rng = np.random.default_rng(0)
    columns = rng.permutation(real.shape[1])
    moved = (scale * rng.permutation(rows)[:, columns] for rows in (real, made))
    found = precision_recall_density_coverage(*moved, k_neighbors=k)
    assert_allclose(found, precision_recall_density_coverage(real, made, k_neighbors=k))


@given(PAIRS)
def test_precision_of_one_is_the_recall_of_the_other(pair):
    real, made, k = pair
    one = precision_recall_density_coverage(real, made, k_neighbors=k)
    other = precision_recall_density_coverage(made, real, k_neighbors=k)
    assert (one.precision, one.recall) == (other.recall, other.precision)


@pytest.mark.parametrize("offset", [0, 1e6])
def test_rows_beside_themselves_are_perfect(offset):
    rows = np.random.default_rng(0).normal(size=(200, 64)) + offset
    found = precision_recall_density_coverage(rows, rows)
    assert found == (1, 1, 1 + 1 / 5, 1)  # the neighbour at the edge of a ball is inside


def test_rows_far_away_are_worth_nothing():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    assert precision_recall_density_coverage(rows, rows + 100) == (0, 0, 0, 0)


def test_only_equal_rows_are_near_those_that_come_many_times():
    rows = np.tile(np.random.default_rng(0).normal(size=(10, 64)) + 30, (8, 1))
    assert precision_recall_density_coverage(rows, rows)[:2] == (1, 1)
    assert precision_recall_density_coverage(rows, rows + 1e-6)[:2] == (0, 0)


def test_rows_of_another_sample_are_about_as_dense_as_real_ones():
    real, made = np.random.default_rng(0).normal(size=(2, 1000, 2))
    found = precision_recall_density_coverage(real, made)
    assert min(found.precision, found.recall, found.coverage) > 0.9
    assert 0.9 < found.density < 1.1


@pytest.mark.parametrize("kind", ["one group of two", "too wide"])
def test_precision_tells_what_recall_does_not(kind):
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=(100, 2)), rng.normal(size=(100, 2)) + 50])
    if kind == "one group of two":
        found = precision_recall_density_coverage(real, rng.normal(size=(200, 2)))
        assert found.precision > 0.9
        assert 0.4 < found.recall <= 0.5
        assert 0.4 < found.coverage <= 0.5
    else:
        found = precision_recall_density_coverage(real, rng.uniform(-30, 80, size=(200, 2)))
        assert found.precision < 0.1
        assert found.recall > 0.9


def test_blocks_change_nothing_but_the_memory(monkeypatch):
    real, made = np.random.default_rng(0).normal(size=(2, 3000, 2))
    whole = precision_recall_density_coverage(real, made)
    monkeypatch.setattr(_prdc, "_BLOCK", 10 * 3000)
    tracemalloc.start()
    try:
        assert precision_recall_density_coverage(real, made) == whole
        assert tracemalloc.get_traced_memory()[1] < 3000 * 3000 * 8 / 4
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("container", [list, pd.DataFrame, np.float32])
def test_containers_do_not_matter(container):
    real, made = np.random.default_rng(0).normal(size=(2, 30, 2)).astype(np.float32)
    wrapped = (rows.tolist() if container is list else container(rows) for rows in (real, made))
    assert precision_recall_density_coverage(*wrapped) == precision_recall_density_coverage(
        real, made
    )


ROWS = np.random.default_rng(0).normal(size=(20, 3))


@pytest.mark.parametrize(
    ("real", "made", "message"),
    [
        (ROWS[:5], ROWS, r"at least k_neighbors \+ 1 = 6 rows in X_real; it has 5\. Set"),
        (ROWS, ROWS[:1], r"at least k_neighbors \+ 1 = 6 rows in X_made; it has 1\. Set"),
        (ROWS, ROWS[:, :2], r"X_real has 3 and X_made has 2\. Give both"),
        (ROWS, np.where(ROWS > 1, np.nan, ROWS), "Input X_made contains NaN"),
        (ROWS[:, 0], ROWS, "Expected 2D array, got 1D array"),
        (
            pd.DataFrame(ROWS, columns=["a", "b", "c"]),
            pd.DataFrame(ROWS, columns=["b", "a", "c"]),
            r"X_real has \['a', 'b', 'c'\] and X_made has \['b', 'a', 'c'\]",
        ),
    ],
)
def test_what_cannot_be_compared_is_an_error(real, made, message):
    with pytest.raises(ValueError, match=message):
        precision_recall_density_coverage(real, made)


@pytest.mark.parametrize("k_neighbors", [0, 2.5])
def test_neighbours_are_counted_from_one(k_neighbors):
    with pytest.raises(ValueError, match=r"'k_neighbors' parameter .* must be an int in the range"):
        precision_recall_density_coverage(ROWS, ROWS, k_neighbors=k_neighbors)
