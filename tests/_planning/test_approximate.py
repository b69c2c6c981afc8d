"""Approximate search: most neighbours found, the same ones always, and refused where it cannot."""

import importlib.util
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from test_by_object import SAMPLERS, X, y

from skaug._core.extras import MissingExtraError
from skaug._planning import table_search
from skaug.neighbors import ApproximateNeighbors, kneighbors
from skaug.over_sampling import SMOTE

has_faiss = importlib.util.find_spec("faiss") is not None
needs_faiss = pytest.mark.skipif(not has_faiss, reason="Faiss is not installed")
# its wrapper is made by an old SWIG
pytestmark = pytest.mark.filterwarnings("ignore:builtin type .*:DeprecationWarning")


def resample(sampler, **params):
    return clone(sampler).set_params(random_state=0, **params).fit_resample(X, y)[0]


def rows(n, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) @ rng.normal(size=(3, d))


@pytest.mark.skipif(has_faiss, reason="Faiss is installed")
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_without_faiss_the_extra_is_named(sampler):
    name = type(sampler).__name__
    with pytest.raises(
        MissingExtraError,
        match=rf"{name}\(neighbors=.approximate.\) needs [Ff]aiss.*skaug\[approximate\]",
    ):
        resample(sampler, neighbors="approximate")
    with pytest.raises(MissingExtraError, match=r"ApproximateNeighbors needs [Ff]aiss"):
        ApproximateNeighbors().fit(X)


@pytest.mark.parametrize(
    ("table", "features", "found"),
    [
        (np.where(X > 1, np.nan, X), "from_dtype", "and X has missing values. Use neighbors='exa"),
        (np.round(X), [0], "and X has 1 categorical columns. Use neighbors='exact'"),
        (sparse.csr_array(X), "from_dtype", "it cannot search sparse data. Use neighbors='exact'"),
    ],
)
def test_tables_it_cannot_search(table, features, found):
    sampler = SMOTE(neighbors="approximate", categorical_features=features)
    with pytest.raises(ValueError, match=f"neighbors of SMOTE is 'approximate'; .*{found}"):
        sampler.fit_resample(table, y)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_neighbors_is_a_name(sampler):
    with pytest.raises(ValueError, match=r"'neighbors' parameter of .* {'approximate', 'exact'}"):
        resample(sampler, neighbors="fast")


@needs_faiss
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_small_classes_are_searched_exactly(sampler):
    assert_array_equal(resample(sampler, neighbors="approximate"), resample(sampler))


@needs_faiss
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_with_few_lists_all_are_found(sampler, monkeypatch):
    monkeypatch.setattr(table_search, "_FEWEST_QUERIES", 1)
    fits = []
    fit = ApproximateNeighbors.fit
    monkeypatch.setattr(
        ApproximateNeighbors, "fit", lambda *args: fits.append(args[0].n_jobs) or fit(*args)
    )
    found = resample(sampler, neighbors="approximate", n_jobs=1)
    assert fits
    assert set(fits) == {1}
    # 16 lists searched of at most 36: near enough to all that few neighbours differ
    same = (found == resample(sampler)).all(axis=1)
    assert same.mean() > 0.9


@needs_faiss
def test_most_neighbours_are_found():
    X = rows(6000, 20)
    search = ApproximateNeighbors(n_neighbors=6).fit(X)
    found = search.kneighbors(X, return_distance=False)
    exact = kneighbors(X, 5)
    assert search.n_lists_ == 310
    assert np.mean([(found == exact[:, [i]]).any(axis=1) for i in range(5)]) > 0.97


@needs_faiss
def test_the_result_does_not_depend_on_threads_or_chance():
    X = np.random.default_rng(0).normal(size=(8000, 16))
    results = [
        ApproximateNeighbors(n_jobs=n_jobs).fit(X).kneighbors(X, return_distance=False)
        for n_jobs in (1, 2, 2, None)
    ]
    for found in results[1:]:
        assert_array_equal(found, results[0])


@needs_faiss
@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("shift", [0.0, 1e4])
def test_distances_of_any_size(scale, shift):
    X = (rows(300, 4) + shift) * scale
    search = ApproximateNeighbors(n_neighbors=4, n_probes=300).fit(X)
    distances, found = search.kneighbors(X[:50])
    difference = (X[found] - X[:50, None]) / scale
    expected = np.sqrt((difference**2).sum(axis=2))
    assert_allclose(distances / scale, expected, rtol=1e-2, atol=1e-2 * (1 + shift / 1e3))
    assert_array_equal(found[:, 0], np.arange(50))


@needs_faiss
def test_what_is_not_found_is_minus_one():
    X = np.repeat(np.eye(3), [5, 5, 5], axis=0) * 100
    distances, found = ApproximateNeighbors(n_neighbors=20, n_probes=1).fit(X).kneighbors(X)
    assert (found == -1).any()
    assert_array_equal(np.isinf(distances), found == -1)


@needs_faiss
def test_parameters_and_rows_are_checked():
    with pytest.raises(ValueError, match="'n_probes' parameter of ApproximateNeighbors"):
        ApproximateNeighbors(n_probes=0).fit(X)
    with pytest.raises(ValueError, match="NaN"):
        ApproximateNeighbors().fit(np.where(X > 1, np.nan, X))
    with pytest.raises(ValueError, match="X has 2 features, but ApproximateNeighbors"):
        ApproximateNeighbors().fit(X).kneighbors(X[:, :2])


@needs_faiss
def test_one_row_and_equal_rows():
    assert ApproximateNeighbors().fit(np.zeros((1, 2))).kneighbors(np.zeros((1, 2)))[1][0, 0] == 0
    equal = np.full((40, 2), 0.1)
    found = ApproximateNeighbors(n_probes=40).fit(equal).kneighbors(equal, return_distance=False)
    assert (found >= 0).all()


@needs_faiss
def test_it_is_pickled_fitted():
    search = ApproximateNeighbors().fit(X)
    copy = pickle.loads(pickle.dumps(search))
    assert_array_equal(copy.kneighbors(X)[1], search.kneighbors(X)[1])
