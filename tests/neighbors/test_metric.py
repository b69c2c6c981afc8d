import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from imblearn.metrics.pairwise import ValueDifferenceMetric
from numpy.testing import assert_allclose
from strategies import codes, labels

from skaug.neighbors import mismatch_metric, value_difference_metric


@given(st.lists(st.floats(0.01, 100), min_size=1))
def test_a_mismatch_costs_the_median_deviation(deviations):
    assert_allclose(mismatch_metric(np.array(deviations)).mismatch, np.median(deviations) ** 2)


def test_a_mismatch_costs_something_where_there_is_no_deviation():
    assert mismatch_metric(np.zeros(3)).mismatch == 1
    assert mismatch_metric(np.empty(0)).mismatch == 1


@given(st.data())
def test_value_difference_is_that_of_imbalanced_learn(data):
    y = data.draw(labels(min_rows=2))
    X = data.draw(codes(len(y), missing=False))
    X = np.column_stack([np.unique(column, return_inverse=True)[1] for column in X.T])
    n_levels = X.max(axis=0) + 1
    classes, y_codes = np.unique(y, return_inverse=True)
    theirs = ValueDifferenceMetric(n_categories=n_levels, k=1, r=2).fit(X, y_codes).pairwise(X)
    tables = value_difference_metric(X, n_levels.tolist(), y_codes, len(classes)).tables
    ours = sum(table[np.ix_(X[:, j], X[:, j])] for j, table in enumerate(tables))
    assert_allclose(ours, theirs, atol=1e-12)


def test_missing_is_a_level_of_its_own():
    column = np.array([[0], [0], [-1], [-1], [1]])
    (table,) = value_difference_metric(column, [2], np.array([0, 0, 1, 1, 1]), 2).tables
    assert table[0, -1] == 4  # they go with different classes
    assert table[1, -1] == 0
    assert (table.diagonal() == 0).all()
