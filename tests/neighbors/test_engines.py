"""Every engine returns the same rows in the same order."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from strategies import generators, numbers

from skaug._core.batch import interpolate
from skaug.neighbors import (
    CategoryMetric,
    _blocks,
    _direct,
    _kneighbors,
    _loops,
    _multiply,
    _points,
    _products,
    _scan,
    _workers,
    kneighbors,
)
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._direct import direct_kneighbors
from skaug.neighbors._products import product_kneighbors
from skaug.neighbors._rows import Rows
from skaug.neighbors._scan import scan_kneighbors
from skaug.neighbors._sweep_cost import share_that_pays
from skaug.neighbors._tree import tree_kneighbors
from skaug.neighbors._workers import workers

KINDS = ["smooth", "grid", "duplicates", "outlier", "clusters", "low rank", "shifted", "float32"]
KINDS += ["far clusters"]


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
    elif kind == "far clusters":  # products are as large as what they are wrong by
        X = 1e-3 * X
        X[::2] += 1
    elif kind == "low rank":
        X = rng.normal(size=(n, 2)) @ rng.normal(size=(2, d)) + 1e-3 * X
    elif kind == "shifted":
        X += 1e8
    elif kind == "float32":
        X = X.astype(np.float32).astype(float)
    return X * 2.0 ** draw(st.sampled_from([-100, 0, 0, 100]))


@st.composite
def mixed_rows(draw):
    """Rows with missing numbers, or categories, or both; ties are frequent."""
    X, rng = draw(tables(max_columns=6)), draw(generators())
    n = len(X)
    codes = rng.integers(-1, draw(st.integers(1, 9)), size=(n, draw(st.integers(0, 4))))
    X = X[:, : draw(st.integers(0 if codes.shape[1] else 1, X.shape[1]))]
    X *= 10.0 ** rng.integers(-3, 4, size=X.shape[1])  # one column may drown the others
    X[rng.random(X.shape) < draw(st.sampled_from([0, 0.1, 0.6]))] = np.nan
    metric = CategoryMetric(mismatch=draw(st.sampled_from([1.0, 0.3, 1e-8])))
    if draw(st.booleans()):
        points = rng.normal(size=(codes.shape[1], 10))
        metric = CategoryMetric(tables=tuple((p[:, None] - p) ** 2 for p in points))
    return Rows(X, codes, metric, bool(np.isnan(X).any()))


def numbers_only(X):
    return Rows(X, np.empty((len(X), 0), dtype=int), CategoryMetric(), False)


def reference(rows, queries, among, k):
    """The definition: all distances, ranked by (distance, index)."""
    squared = np.array([rows.squared(np.full(len(among), q), among) for q in queries])
    squared = squared.reshape(len(queries), len(among))
    squared[among == queries[:, None]] = np.nan  # sorts after infinity
    return among[np.argsort(squared, axis=1, kind="stable")[:, :k]]


def drawn(data, n):
    """Queries in any order, the rows among which they look, and k."""
    rng = data.draw(generators())
    queries = rng.permutation(n)[: data.draw(st.integers(1, n))]
    among = np.arange(n)
    if data.draw(st.booleans()):
        among = np.sort(rng.permutation(n)[: data.draw(st.integers(2, n))])
    return queries, among, data.draw(st.integers(1, len(among) - 1))


@pytest.fixture(params=[None, 16, 48])
def blocks(request, monkeypatch):
    """Blocks as they are, or so small that a few rows make many of them."""
    if request.param:
        monkeypatch.setattr(_blocks, "_BLOCK", request.param)
        monkeypatch.setattr(_products, "_TILE_COLUMNS", 2 * request.param)
        monkeypatch.setattr(_products, "_FIRST_COLUMNS", 1)
        monkeypatch.setattr(_products, "_GROWTH", 2)
        monkeypatch.setattr(_loops, "_MANY", 0)
        monkeypatch.setattr(_workers, "_MANY", 0)
        monkeypatch.setattr(_points, "_AXES_ROWS", 0)
        monkeypatch.setattr(_points, "_BUCKETS", 3)
        monkeypatch.setattr(_points, "_ROWS", 7)
        monkeypatch.setattr(_products, "_PANELS_FROM", 0)
        monkeypatch.setattr(_products, "TOGETHER", 32)
        monkeypatch.setattr(_multiply, "TOGETHER", 32)
        monkeypatch.setattr(_multiply, "_multiplies_in_place", lambda: request.param == 48)


@pytest.fixture(params=["plain", "compiled"])
def loops(request, monkeypatch):
    """Products are looked at by NumPy, or by compiled loops where there is Numba."""
    if request.param == "compiled":
        pytest.importorskip("numba")
        monkeypatch.setattr(_loops, "_MANY", 0)
        monkeypatch.setattr(_loops, "_IMPORT_PAIRS", 0)
        monkeypatch.setattr(_workers, "_MANY", 0)
    else:
        monkeypatch.setattr(_loops, "has_numba", lambda: False)


per_test = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@per_test
@given(tables(max_rows=200), st.data(), st.sampled_from([1, 2]))
def test_products(loops, blocks, X, data, threads):
    queries, among, k = drawn(data, len(X))
    found = product_kneighbors(numbers_only(X), queries, among, k, threads)
    assert_array_equal(found, reference(numbers_only(X), queries, among, k))


def test_products_that_are_mostly_rounding(loops):
    """Between rows of two tight clusters far apart float32 tells hardly anything."""
    X = 1e-3 * np.random.default_rng(0).normal(size=(3000, 13))
    X[::2] += 1
    rows, everything = numbers_only(X), np.arange(3000)
    found = product_kneighbors(rows, everything, everything, 5, 2)
    asked = everything[::31]  # of both clusters
    assert_array_equal(found[asked], reference(rows, asked, everything, 5))


@per_test
@given(mixed_rows(), st.data(), st.sampled_from([1, 2]))
def test_products_of_mixed_and_incomplete_rows(blocks, rows, data, threads):
    queries, among, k = drawn(data, len(rows))
    found = product_kneighbors(rows, queries, among, k, threads)
    assert_array_equal(found, reference(rows, queries, among, k))


@pytest.fixture(params=[None, 60])
def parts(request, monkeypatch):
    """Products at once, or a few lines at a time."""
    if request.param:
        monkeypatch.setattr(_direct, "_PRODUCTS", request.param)
        monkeypatch.setattr(_workers, "_MANY", 0)
        monkeypatch.setattr(_multiply, "TOGETHER", 8)
        monkeypatch.setattr(_multiply, "_multiplies_in_place", lambda: True)


@per_test
@given(tables(max_rows=200), st.data(), st.sampled_from([1, 2]))
def test_all_products_at_once(parts, X, data, threads):
    queries, among, k = drawn(data, len(X))
    found = direct_kneighbors(numbers_only(X), queries, among, k, threads)
    assert_array_equal(found, reference(numbers_only(X), queries, among, k))


@pytest.fixture(params=[None, (3, 20)])
def pieces(request, monkeypatch):
    """Pieces as they are, or so small that a few rows make many of them."""
    if request.param:
        for name, size in zip(["_LINES", "_PIECE"], request.param, strict=True):
            monkeypatch.setattr(_scan, name, size)
        monkeypatch.setattr(_scan, "_PAIRS", 1)
        monkeypatch.setattr(_scan, "TOGETHER", 8)
        monkeypatch.setattr(_multiply, "TOGETHER", 8)
        monkeypatch.setattr(_multiply, "_multiplies_in_place", lambda: True)
        monkeypatch.setattr(_workers, "_MANY", 0)


@per_test
@given(tables(max_rows=200), st.data(), st.sampled_from([1, 2]))
def test_minima_of_products(pieces, X, data, threads):
    queries, among, k = drawn(data, len(X))
    found = scan_kneighbors(numbers_only(X), queries, among, k, threads)
    assert_array_equal(found, reference(numbers_only(X), queries, among, k))


@given(tables(), st.data())
def test_tree(X, data):
    queries, among, k = drawn(data, len(X))
    found = tree_kneighbors(numbers_only(X), queries, among, k, 1)
    assert_array_equal(found, reference(numbers_only(X), queries, among, k))


@given(tables(max_rows=300, max_columns=5), st.integers(1, 40))
def test_cells_are_halves_of_halves(X, size):
    pytest.importorskip("numba")
    from skaug.neighbors._cells_numba import sort_rows

    X, order = np.float32(np.clip(X, -1e30, 1e30)), np.arange(len(X))
    sort_rows(X, order, X.shape[1], size)
    assert_array_equal(np.sort(order), np.arange(len(X)))
    parts = [X[order]]
    while parts:
        part = parts.pop()
        if len(part) > size:
            half = size * 2 ** int(np.ceil(np.log2(len(part) / size)) - 1)
            left, right = part[:half], part[half:]
            assert (left.max(axis=0) <= right.min(axis=0)).any()
            parts += [left, right]


@per_test
@given(tables(max_rows=700, max_columns=60), st.data(), st.sampled_from([1, 2]))
def test_sweep(monkeypatch, X, data, threads):
    pytest.importorskip("numba")
    monkeypatch.setattr(_workers, "_MANY", 0)
    from skaug.neighbors._sweep import Sweep

    queries, among, k = drawn(data, len(X))
    expected = reference(numbers_only(X), queries, among, k)
    with workers(len(queries) * len(among), threads) as each:
        sweep = Sweep(X, among, principal_axes(X), each)
        assert_array_equal(sweep(queries, k), expected)
        assert sweep(queries, k, at_most=0) is None  # each query goes through a cell
        assert (found := sweep(queries, k, at_most=0.9)) is None or (found == expected).all()


@pytest.mark.parametrize("at_most", [0.0, 0.01, 0.99, 1.0])
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_sweep_among_some_rows(at_most, share, monkeypatch):
    """What queries among other rows get does not depend on which engine is chosen."""
    pytest.importorskip("numba")
    monkeypatch.setattr(_loops, "_MANY", 0)
    monkeypatch.setattr(_workers, "_MANY", 0)
    monkeypatch.setattr(_loops, "_IMPORT_PAIRS", 0)
    monkeypatch.setattr(_kneighbors, "share_that_pays", lambda *arguments: at_most)
    rng = np.random.default_rng(0)
    X, order = rng.integers(3, size=(2000, 12)).astype(float), rng.permutation(2000)
    queries, among = order[: int(share * 900)], np.sort(order[900:1800])
    found = _kneighbors.nearest(X, None, None, queries, among, 4, 2)
    assert_array_equal(found, reference(numbers_only(X), queries, among, 4))


@pytest.mark.parametrize("in_place", [True, False])
def test_a_sweep_is_tried_where_it_may_pay(in_place, monkeypatch):
    monkeypatch.setattr(_multiply, "_multiplies_in_place", lambda: in_place)
    rng = np.random.default_rng(0)
    few, some, many = (principal_axes(rng.normal(size=(1000, d))) for d in (8, 32, 128))
    assert share_that_pays(few, 100_000, 100_000) == 1  # surely cheaper
    assert 0 < share_that_pays(some, 100_000, 100_000) < 1
    assert share_that_pays(some, 100_000, 100_000) < share_that_pays(some, 40_000, 100_000)
    assert share_that_pays(many, 100_000, 100_000) == 0  # hardly ever cheaper
    assert share_that_pays(many, 1_000, 100_000) == 0  # too few queries to try some


def test_compiled_loops_are_imported_once_searches_have_taken_a_while(monkeypatch):
    monkeypatch.setattr(_loops, "has_numba", lambda: True)
    monkeypatch.setattr(_loops, "is_loaded", lambda: False)
    monkeypatch.setattr(_loops, "_MANY", 1_000)
    monkeypatch.setattr(_loops, "_MOST_K", 5)
    monkeypatch.setattr(_loops, "_plain", _loops._Plain())
    clock = iter(np.arange(0, 100, 0.3))
    monkeypatch.setattr(_kneighbors, "perf_counter", lambda: next(clock))
    X = np.random.default_rng(0).normal(size=(60, 3))
    everything = np.arange(60)

    def pays():
        return _loops.pays_to_compile(numbers_only(X), everything, everything, 5)

    for expected in [0.3, 0.6, 0.9]:
        assert not pays()
        kneighbors(X, 5)
        assert_allclose(_loops._plain.seconds, expected)
    for k, queries in [(6, everything), (5, everything[:5])]:  # for which there are no loops
        kneighbors(X, k, queries=queries)
        assert_allclose(_loops._plain.seconds, 0.9)
    codes = np.zeros((60, 1), dtype=int)
    kneighbors(X, 5, codes=codes, metric=CategoryMetric(mismatch=1.0))
    assert_allclose(_loops._plain.seconds, 0.9)
    assert not pays()
    kneighbors(X, 5)
    assert pays()


def test_a_tree_is_for_many_queries_in_few_axes():
    rng = np.random.default_rng(0)
    plane, cube = rng.normal(size=(3000, 2)), rng.normal(size=(3000, 8))
    assert _kneighbors._tree_pays(plane, 3000, 3000)
    assert _kneighbors._tree_pays(plane @ rng.normal(size=(2, 8)), 3000, 3000)  # still two axes
    assert not _kneighbors._tree_pays(cube, 3000, 3000)
    assert not _kneighbors._tree_pays(plane, 1000, 3000)  # less than it takes to build it
    assert not _kneighbors._tree_pays(plane, 1000, 1_000_000)
    assert _kneighbors._tree_pays(plane, 10_000, 1_000_000)


def test_no_threads_is_an_error_however_few_rows():
    rows = np.zeros((9, 2))
    for numeric in (rows, sparse.csr_array(rows)):
        with pytest.raises(ValueError, match="n_jobs == 0"):
            kneighbors(numeric, 2, n_jobs=0)


@pytest.mark.parametrize("n_columns", [2, 14])
def test_many_ties(loops, n_columns):
    X = np.random.default_rng(0).integers(2, size=(3000, n_columns)).astype(float)
    queries = np.arange(0, 3000, 7)
    rows, everything = numbers_only(X), np.arange(3000)
    expected = reference(rows, queries, everything, 5)
    assert_array_equal(tree_kneighbors(rows, queries, everything, 5, 2), expected)
    assert_array_equal(product_kneighbors(rows, queries, everything, 5, 2), expected)
    assert_array_equal(product_kneighbors(rows, everything, everything, 5, 2)[queries], expected)
    assert_array_equal(kneighbors(X, 5, queries=queries), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_columns", [3, 30])
def test_an_installed_package_changes_nothing(dtype, n_columns, monkeypatch):
    pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 3)) @ rng.normal(size=(3, n_columns))
    X = np.asfortranarray(X.astype(dtype))
    X.flags.writeable = False
    monkeypatch.setattr(_loops, "_IMPORT_PAIRS", 0)
    monkeypatch.setattr(_kneighbors, "_DIRECT_FULL_PAIRS", 0)
    expected = kneighbors(X, 5)
    monkeypatch.setattr(_loops, "has_numba", lambda: False)
    assert_array_equal(kneighbors(X, 5), expected)


@given(numbers(12, missing=True), generators(), st.integers(1, 60), st.sampled_from("fd"))
def test_interpolation_is_the_same_to_the_last_bit(X, rng, n_made, dtype):
    pytest.importorskip("numba")
    from skaug._core._interpolate_numba import interpolate_compiled

    X = np.ascontiguousarray(X, dtype=dtype)
    seed, partner = rng.integers(12, size=(2, n_made), dtype=np.int32)
    step = rng.random(n_made)
    plain, compiled = np.empty((2, n_made, X.shape[1]), dtype=dtype)
    position = rng.permutation(12).astype(np.int32) if rng.random() < 0.5 else None
    interpolate(X, seed, partner, step, plain, position)
    interpolate_compiled(X, seed, partner, step, compiled, position)
    assert_array_equal(compiled, plain)
    assert compiled[~np.isnan(plain)].tobytes() == plain[~np.isnan(plain)].tobytes()


def test_large_batches_are_interpolated_by_the_compiled_loop():
    pytest.importorskip("numba")
    import skaug._core._interpolate_numba  # noqa: F401

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
