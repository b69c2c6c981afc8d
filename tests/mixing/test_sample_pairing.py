"""SamplePairing: means with the label of the first row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import labelled_numbers

from skaug.mixing import SamplePairing


@given(labelled_numbers(), st.sampled_from(["random", "same_class", "other_class"]))
def test_rows_are_means_of_their_parents(data, pairs):
    X, y = data
    sampler = SamplePairing(pairs=pairs, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    n = len(y)
    seed, partner = sampler.sample_indices_[n:], sampler.partner_indices_[n:]
    scale = np.abs(X).max()
    assert_allclose(X_res[n:], (X[seed] + X[partner]) / 2, rtol=1e-12, atol=1e-12 * scale)
    assert_array_equal(y_res[n:], y[seed])
    if pairs != "random":
        assert ((y[seed] == y[partner]) == (pairs == "same_class")).all()


def test_numbers_to_predict_are_averaged():
    X_res, y_res = SamplePairing().fit_resample([[0.0], [2.0]], [0.5, 1.0])
    assert y_res == [0.5, 1.0, 0.75, 0.75]
    assert X_res == [[0.0], [2.0], [1.0], [1.0]]


def test_weights_are_those_of_the_label():
    *_, weight = SamplePairing().fit_resample([[0.0], [2.0]], ["a", "b"], sample_weight=[1.0, 3.0])
    assert weight == [1, 3, 1, 3]


def test_there_is_no_choice_of_labels():
    with pytest.raises(TypeError, match="labels"):
        SamplePairing(labels="soft")
