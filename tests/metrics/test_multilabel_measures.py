"""IRLbl, MeanIR and SCUMBLE against their formulas, written as loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skaug.metrics import (
    imbalance_per_label,
    mean_imbalance,
    minority_labels,
    scumble,
    scumble_per_row,
)


@st.composite
def label_tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, n_labels = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    share = rng.uniform(0, draw(st.sampled_from([0.1, 0.5, 1.0])), size=n_labels)
    return (rng.random((n_rows, n_labels)) < share).astype(int)


@given(label_tables())
def test_imbalance_by_its_formula(y):
    counts = y.sum(axis=0)
    expected = [max(counts) / count if count else np.inf for count in counts]
    assert_array_equal(imbalance_per_label(y), expected)
    present = [ratio for ratio in expected if ratio < np.inf]
    mean = sum(present) / len(present) if present else np.nan
    assert_allclose(mean_imbalance(y), mean)
    is_minority = [ratio < np.inf and ratio > mean_imbalance(y) for ratio in expected]
    assert_array_equal(minority_labels(y), is_minority)


@given(label_tables())
def test_scumble_by_its_formula(y):
    imbalance, expected = imbalance_per_label(y), []
    for row in y.astype(bool):
        own = imbalance[row]
        expected.append(1 - np.prod(own) ** (1 / len(own)) / np.mean(own) if len(own) else 0)
    found = scumble_per_row(y)
    assert_allclose(found, expected, atol=1e-12)
    assert (found[y.sum(axis=1) < 2] == 0).all()
    assert (found >= 0).all()
    assert_allclose(scumble(y), np.mean(expected), atol=1e-12)


@given(label_tables(), st.integers(2, 4))
def test_repeating_every_row_changes_nothing(y, times):
    repeated = np.tile(y, (times, 1))
    assert_array_equal(imbalance_per_label(repeated), imbalance_per_label(y))
    assert_allclose(scumble(repeated), scumble(y), atol=1e-12)


@pytest.mark.parametrize("make", [np.ndarray.tolist, pd.DataFrame, sparse.csc_array, np.asarray])
def test_any_container(make):
    y = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 0, 0]])
    assert_array_equal(imbalance_per_label(make(y)), [1, 2, np.inf])
    assert mean_imbalance(make(y)) == 1.5
    assert_allclose(scumble(make(y)), (1 - np.sqrt(2) / 1.5) / 2)


def test_no_label_at_all():
    y = np.zeros((3, 2), dtype=int)
    assert (imbalance_per_label(y) == np.inf).all()
    assert np.isnan(mean_imbalance(y))
    assert not minority_labels(y).any()
    assert scumble(y) == 0


@pytest.mark.parametrize(
    "function",
    [imbalance_per_label, mean_imbalance, minority_labels, scumble, scumble_per_row],
)
def test_errors_name_the_function(function):
    with pytest.raises(ValueError, match=f"^{function.__name__} needs y of shape"):
        function([0, 1, 1])
    with pytest.raises(ValueError, match=rf"{function.__name__} needs .* row 0 of column 1 has 2"):
        function([[1, 2]])
