"""BLAS on one thread: where Python's threads share the work, or there is little of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["blas_architectures", "one_blas_thread"]


class _OneThread:
    """A context that may be entered by many threads, and again by each.

    The number of BLAS's threads is one for the process. So it is set when the first enters, and
    set back when the last leaves: if each set back what it had found, one that came second would
    leave one thread for ever.
    """

    def __init__(self) -> None:
        self._lock, self._n_inside = Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._n_inside:
                self._limited = _apart(partial(_controller().limit, limits=1, user_api="blas"))
            self._n_inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if not self._n_inside:
                _apart(self._limited.restore_original_limits)


one_blas_thread = _OneThread()
"""BLAS has one thread while this is entered: its idle ones look for work for a while."""


def blas_architectures() -> set[str]:
    """Return the kinds of processor that the BLAS libraries in use have kernels for."""
    found = (library.get("architecture", "") for library in _controller().info())
    return set(found)


@cache
def _controller() -> Any:
    return ThreadpoolController()  # to look for libraries takes two milliseconds


def _apart(call: Callable[[], Any]) -> Any:
    """Call in a thread that then ends: as long as one lives, threadpoolctl heeds no other."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()
