"""BLAS on one thread: where Python's threads share the work, or there is little of it."""

from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


def one_blas_thread() -> Any:
    """Return a context in which BLAS has one thread: its idle ones look for work for a while."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # to look for libraries takes two milliseconds
