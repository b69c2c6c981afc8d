"""BLAS has one thread while anyone needs it so, and then what it had."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skaug._core.threads import one_blas_thread


def n_threads():
    return {info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    # in a thread that ends: threadpoolctl heeds no other as long as the first lives
    with ThreadPoolExecutor(1) as pool:
        limited = pool.submit(threadpool_limits, 2, user_api="blas").result()
    yield n_threads()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(limited.restore_original_limits).result()


def test_one_thread_inside_and_as_before_outside(two_threads):
    with one_blas_thread:
        assert n_threads() == {1}
        with one_blas_thread:
            assert n_threads() == {1}
        assert n_threads() == {1}
    assert n_threads() == two_threads


def test_an_error_inside(two_threads):
    with pytest.raises(ValueError, match="inside"), one_blas_thread:
        raise ValueError("inside")
    assert n_threads() == two_threads


def test_one_leaves_while_another_is_inside(two_threads):
    """First in, first out: the second must neither lose its limit nor keep it for ever."""
    both_in, one_out = Barrier(2), Barrier(2)

    def enter(leaves_first):
        with one_blas_thread:
            both_in.wait()
            if not leaves_first:
                one_out.wait()
                inside = n_threads()
        if leaves_first:
            one_out.wait()
            return {1}
        return inside

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(enter, [True, False])) == [{1}, {1}]
    assert n_threads() == two_threads
