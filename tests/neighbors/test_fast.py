"""Every engine for complete numbers returns the same rows in the same order."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import generators, numbers

from skaug._core.batch import interpolate
from skaug.neighbors import kneighbors
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._gemm import gemm_kneighbors
from skaug.neighbors._rank import squared_distances
from skaug.neighbors._tree import tree_kneighbors

KINDS = ["smooth", "grid", "duplicates", "outlier", "clusters", "low rank", "shifted", "float32"]


@st.composite
def tables(draw, max_rows=80, max_columns=40):
    """Tables in which neighbours are hard to tell apart, or easily lost by rounding."""
    rng = draw(generators())
    n, d = draw(st.integers(2, max_rows)), draw(st.integers(1, max_columns))
    kind = draw(st.sampled_from(KINDS))
    X = rng.normal(size=(n, d))
    if kind == "grid":
        X = rng.integers(-1, 2, size=(n, d)).astype(float)
    elif kind == "duplicates":
        X = X[rng.integers(n // 3 + 1, size=n)]
    elif kind == "outlier":
        X[rng.integers(n, size=2)] *= 10.0 ** draw(st.integers(2, 60))
    elif kind == "clusters":
        X = np.rint(X) + 1e-9 * rng.normal(size=(n, d))
    elif kind == "low rank":
        X = rng.normal(size=(n, 2)) @ rng.normal(size=(2, d)) + 1e-3 * X
    elif kind == "shifted":
        X += 1e8
    elif kind == "float32":
        X = X.astype(np.float32).astype(float)
    return X * 2.0 ** draw(st.sampled_from([-100, 0, 0, 100]))


def reference(X, queries, k):
    """The definition: all distances, ranked by (distance, index)."""
    everything = np.tile(np.arange(len(X)), (len(queries), 1))
    squared = squared_distances(X, queries, everything)
    squared[everything == queries[:, None]] = np.inf
    return np.argsort(squared, axis=1, kind="stable")[:, :k]


def drawn(data, X):
    k = data.draw(st.integers(1, len(X) - 1))
    queries = data.draw(generators()).permutation(len(X))[: data.draw(st.integers(1, len(X)))]
    return queries, k


@given(tables(), st.data())
def test_products(X, data):
    queries, k = drawn(data, X)
    assert_array_equal(gemm_kneighbors(X, queries, k, 1), reference(X, queries, k))


@given(tables(), st.data())
def test_tree(X, data):
    queries, k = drawn(data, X)
    assert_array_equal(tree_kneighbors(X, queries, k, 1), reference(X, queries, k))


@given(tables(max_rows=300, max_columns=200), st.data())
def test_compiled_tree(X, data):
    pytest.importorskip("numba")
    from skaug.neighbors._tree_numba import compiled_tree_kneighbors

    queries, k = drawn(data, X)
    found = compiled_tree_kneighbors(X, principal_axes(X), queries, k, 2)
    assert_array_equal(found, reference(X, queries, k))


@pytest.mark.parametrize("n_columns", [2, 14])
def test_many_ties(n_columns):
    X = np.random.default_rng(0).integers(2, size=(3000, n_columns)).astype(float)
    queries = np.arange(0, 3000, 7)
    expected = reference(X, queries, 5)
    assert_array_equal(tree_kneighbors(X, queries, 5, 2), expected)
    assert_array_equal(gemm_kneighbors(X, queries, 5, 2), expected)
    assert_array_equal(kneighbors(X, 5, queries=queries), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_columns", [3, 30])
def test_an_installed_package_changes_nothing(dtype, n_columns, monkeypatch):
    pytest.importorskip("numba")
    from skaug.neighbors import _kneighbors

    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 3)) @ rng.normal(size=(3, n_columns))
    X = np.asfortranarray(X.astype(dtype))
    X.flags.writeable = False
    monkeypatch.setattr(_kneighbors, "_IMPORT_QUERIES", 0)
    expected = kneighbors(X, 5)
    monkeypatch.setattr(_kneighbors, "has_numba", lambda: False)
    assert_array_equal(kneighbors(X, 5), expected)


@given(numbers(12, missing=True), generators(), st.integers(1, 60), st.sampled_from("fd"))
def test_interpolation_is_the_same_to_the_last_bit(X, rng, n_made, dtype):
    pytest.importorskip("numba")
    from skaug._core._interpolate_numba import interpolate_compiled

    X = np.ascontiguousarray(X, dtype=dtype)
    seed, partner = rng.integers(12, size=(2, n_made), dtype=np.int32)
    step = rng.random(n_made)
    plain, compiled = np.empty((2, n_made, X.shape[1]), dtype=dtype)
    interpolate(X, seed, partner, step, plain)
    interpolate_compiled(X, seed, partner, step, compiled)
    assert_array_equal(compiled, plain)
    assert compiled[~np.isnan(plain)].tobytes() == plain[~np.isnan(plain)].tobytes()


def test_large_batches_are_interpolated_by_the_compiled_loop():
    pytest.importorskip("numba")
    import numba  # noqa: F401

    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 40))
    seed, partner = rng.integers(500, size=(2, 8000))
    step = rng.random(8000)
    whole, parts = np.empty((2, 8000, 40))
    position = np.arange(500)
    interpolate(X, seed, partner, step, whole, position)
    for begin in range(0, 8000, 1000):  # too small for it
        part = slice(begin, begin + 1000)
        interpolate(X, seed[part], partner[part], step[part], parts[part])
    assert_array_equal(whole, parts)


def test_importing_skaug_does_not_import_numba():
    code = "import sys, skaug.over_sampling, skaug.neighbors; assert 'numba' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
