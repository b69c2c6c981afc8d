"""Parts of a product make up the product."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skaug.neighbors import _multiply
from skaug.neighbors._multiply import TOGETHER, are_thin, in_panels, multiply, n_together, pairwise


@pytest.fixture(params=[True, False], autouse=True)
def in_place(request, monkeypatch):
    """Whether BLAS multiplies small matrices as they lie."""
    monkeypatch.setattr(_multiply, "_multiplies_in_place", lambda: request.param)
    return request.param


sizes = st.integers(1, 700), st.integers(1, 50), st.integers(1, 250), st.integers(0, 2**32 - 1)


@given(*sizes)
def test_a_product_is_all_written(n_rows, depth, n_columns, seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.normal(size=(n_rows, depth)), rng.normal(size=(depth, n_columns))
    out = np.full((n_rows, n_columns), np.nan, dtype=np.float32)
    multiply(rows.astype(np.float32), columns.astype(np.float32), out)
    assert_allclose(out, rows @ columns, rtol=0, atol=1e-3)


@given(st.integers(1, 4), st.integers(1, 50), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_panels_hold_what_rows_do(n_left, depth, n_right, seed):
    rng = np.random.default_rng(seed)
    left, right = (
        rng.normal(size=(n * TOGETHER, depth)).astype(np.float32) for n in (n_left, n_right)
    )
    for vectors in (right, in_panels(right)):
        whole = np.full((len(left), 3 * len(right)), np.nan, np.float32)
        before, out, after = np.split(whole, 3, axis=1)
        pairwise(left, vectors, out)
        assert_allclose(out, left @ right.T, rtol=0, atol=1e-3)
        assert np.isnan(before).all()
        assert np.isnan(after).all()


def test_rows_are_multiplied_together_where_that_is_small(in_place):
    most = _multiply._SMALL // (TOGETHER * 18)
    assert n_together(1000, 18, most) == (TOGETHER if in_place else 1000)
    assert n_together(1000, 18, most + 1) == 1000
    assert n_together(100, 18, most) == 100
    assert are_thin(18) == in_place
    assert not are_thin(130)
