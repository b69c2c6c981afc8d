"""Samplers of continuous and several targets take objects that search, too."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.neighbors import NearestNeighbors

from skaug.over_sampling import MLSMOTE, SMOGN, SMOTER

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 3))
TARGETS = {
    MLSMOTE: (rng.random((300, 3)) < [0.5, 0.3, 0.1]).astype(int),
    SMOGN: np.exp(rng.normal(size=300)),
    SMOTER: np.exp(rng.normal(size=300)),
}


@pytest.mark.parametrize("sampler", TARGETS, ids=lambda sampler: sampler.__name__)
def test_an_object_finds_what_a_number_finds(sampler):
    y = TARGETS[sampler]
    expected = sampler(k_neighbors=4, random_state=0).fit_resample(X, y)
    search = NearestNeighbors(n_neighbors=5)
    found = sampler(k_neighbors=search, random_state=0).fit_resample(X, y)
    for ours, theirs in zip(found, expected, strict=True):
        assert_array_equal(ours, theirs)
    assert not hasattr(search, "n_samples_fit_")


@pytest.mark.parametrize("sampler", TARGETS, ids=lambda sampler: sampler.__name__)
def test_how_neighbours_are_searched_is_checked(sampler):
    with pytest.raises(ValueError, match="The 'neighbors' parameter of"):
        sampler(neighbors="fast").fit_resample(X, TARGETS[sampler])
    with pytest.raises(ValueError, match="n_neighbors = 1, of which a row itself is one"):
        sampler(k_neighbors=NearestNeighbors(n_neighbors=1)).fit_resample(X, TARGETS[sampler])
