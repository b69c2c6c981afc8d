import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.spatial.distance import pdist
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from strategies import codes, generators, numbers

from skaug._core.array_table import ArrayTable
from skaug.over_sampling import _embedding


def mixed(X, levels):
    """A table of objects: the numbers, then the levels as text, None where missing."""
    names = np.array([f"level {i}" for i in range(levels.max(initial=0) + 1)] + [None])
    return ArrayTable(
        np.hstack([X.astype(object), names[levels]]),
        categorical_features=np.arange(levels.shape[1]) + X.shape[1],
        owner="A",
    )


@given(generators(), st.sampled_from([0.0, 1e-3, 1e3]), codes(12))
def test_distances_are_those_of_smote_nc(rng, scale, levels):
    X = scale * rng.normal(size=(12, 3))
    E = _embedding.embedded(mixed(X, levels))
    penalty = np.median(np.std(X, axis=0)) ** 2 or 1.0
    expected = reference.squared_distances(X, levels, penalty)
    found = reference.squared_distances(E)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * expected.max(initial=1))


@given(numbers(12, missing=True))
def test_missing_numbers_become_the_mean(X):
    E = _embedding.embedded(ArrayTable(X, categorical_features=None, owner="A"))
    assert not np.isnan(E).any()
    assert_array_equal(E[~np.isnan(X)], X[~np.isnan(X)])
    for column, filled in zip(X.T, E.T, strict=True):
        missing = np.isnan(column)
        mean = 0.0 if missing.all() else np.nanmean(column)
        assert_allclose(filled[missing], mean, rtol=1e-9, atol=1e-9 * np.abs(filled).max())


def test_a_table_of_numbers_is_not_copied():
    X = np.ones((3, 2))
    assert _embedding.embedded(ArrayTable(X, categorical_features=None, owner="A")) is X


def test_many_levels_stay_sparse():
    levels = np.arange(600)[:, None]
    table = mixed(np.zeros((600, 1)), levels)
    E = _embedding.embedded(table)
    assert sparse.issparse(E)
    assert E.nnz == 600
    assert E.shape == (600, 602)


@given(st.sampled_from([1, 2, 5, 1024, 1025, 2600]), st.booleans(), st.sampled_from([0, 1e7]))
def test_mean_distance(n, is_sparse, shift):
    X = np.random.default_rng(n).normal(size=(n, 3))
    X = np.where(X > 0, X, 0) if is_sparse else np.rint((X + shift) * 1024) / 1024
    found = _embedding.mean_distance(sparse.csr_array(X) if is_sparse else X)
    assert found == pytest.approx(pdist(X).mean() if n > 1 else 0)


@pytest.mark.parametrize("n", [2896, 2897, 6000])
@pytest.mark.parametrize("order", ["random", "sorted", "periodic"])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_mean_distance_of_many_rows_is_nearly_exact(n, order, container):
    X = np.random.default_rng(n).standard_t(3, size=(n, 4))
    if order != "random":
        X = X[np.argsort(X[:, 0])]
    if order == "periodic":
        X = X[np.argsort(np.arange(n) % 7, kind="stable")]
    expected = pdist(X).mean()
    rel = 1e-9 if n == 2896 else 5e-4
    assert _embedding.mean_distance(container(X)) == pytest.approx(expected, rel=rel)


def test_mean_distance_of_equal_rows_is_zero():
    assert _embedding.mean_distance(np.full((7, 3), 0.1)) == 0


def test_seeded_clone_fills_only_states_that_are_none():
    seed = np.random.SeedSequence(5)
    original = make_pipeline(StandardScaler(), SVC())
    first, second = (_embedding.seeded_clone(original, seed) for _ in range(2))
    assert first[-1].random_state == second[-1].random_state
    assert isinstance(first[-1].random_state, int)
    assert original[-1].random_state is None
    assert _embedding.seeded_clone(SVC(random_state=3), seed).random_state == 3
