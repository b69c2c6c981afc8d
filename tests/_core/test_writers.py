"""Rows are the same however many threads write them."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skaug._core import writers
from skaug.over_sampling import SMOTE, RandomOverSampler


@given(st.integers(0, 50), st.integers(1, 5))
def test_slices_make_up_all_rows(n_rows, n_threads):
    parts = []
    writers.write_rows(parts.append, n_rows, n_threads)
    rows = [row for part in sorted(parts, key=lambda s: s.start) for row in range(n_rows)[part]]
    assert rows == list(range(n_rows))
    assert len(parts) <= n_threads


def test_an_error_in_a_thread_is_raised():
    def fail(part):
        raise ValueError(f"rows from {part.start}")

    with pytest.raises(ValueError, match="rows from 0"):
        writers.write_rows(fail, 10, 2)


@pytest.mark.parametrize("sampler", [SMOTE(random_state=0), RandomOverSampler(random_state=0)])
@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_change_nothing(sampler, n_threads, monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 4)), np.arange(500) % 7 == 0
    expected, _ = sampler.fit_resample(X, y)
    seen = set()
    started = threading.Thread.start
    monkeypatch.setattr(writers, "_MANY_BYTES", 0)
    monkeypatch.setattr(writers, "_THREADS", n_threads)
    monkeypatch.setattr(writers, "cpu_count", lambda: n_threads)
    monkeypatch.setattr(
        threading.Thread, "start", lambda thread: (seen.add(thread), started(thread))[1]
    )
    X_res, _ = sampler.fit_resample(X, y)
    assert len(seen) >= n_threads
    assert_array_equal(X_res, expected)


@pytest.fixture(params=[1, 2])
def readers(request, monkeypatch):
    monkeypatch.setattr(writers, "n_writers", lambda *_: request.param)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n_rows", [1, 2, 5])
def test_what_is_not_finite_shows_in_the_total(readers, value, n_rows):
    for row in range(n_rows):
        X = np.ones((n_rows, 3), dtype=np.float32)
        assert writers.total_of(X) == 3 * n_rows
        X[row, 1] = value
        assert not np.isfinite(writers.total_of(X))


def test_opposite_infinities_do_not_cancel(readers):
    assert np.isnan(writers.total_of(np.array([[np.inf], [-np.inf]])))


def test_the_total_of_nothing(readers):
    assert writers.total_of(np.empty((0, 3))) == 0
