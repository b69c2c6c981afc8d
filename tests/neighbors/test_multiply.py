"""Parts of a product make up the product."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skaug.neighbors import _multiply
from skaug.neighbors._multiply import multiply


@given(st.integers(1, 700), st.integers(1, 50), st.integers(1, 250), st.integers(0, 2**32 - 1))
def test_a_product_is_all_written(n_rows, depth, n_columns, seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.normal(size=(n_rows, depth)), rng.normal(size=(depth, n_columns))
    out = np.full((n_rows, n_columns), np.nan, dtype=np.float32)
    multiply(rows.astype(np.float32), columns.astype(np.float32), out)
    assert_allclose(out, rows @ columns, rtol=0, atol=1e-3)


def test_rows_are_multiplied_together_as_long_as_all_is_small():
    most = _multiply._SMALL // (_multiply.TOGETHER * 18)
    assert _multiply.n_together(1000, 18, most) == _multiply.TOGETHER
    assert _multiply.n_together(1000, 18, most + 1) == 1000
    assert _multiply.n_together(100, 18, most) == 100
