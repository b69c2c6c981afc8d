"""Kernels compiled by Numba, the extra ``fast``: imported where they are first wanted."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

__all__ = ["has_numba", "is_loaded", "kernel"]

_made: list[str] = []  # names of the kernels there are


@cache
def has_numba() -> bool:
    """Whether Numba is installed; looked up once."""
    return find_spec("numba") is not None


def kernel(
    *, allocates: bool = True, **options: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function that releases the GIL, and keep the machine code on disk if possible.

    Threads are Python's: Numba's own pool is global, and not every kind of it may be entered
    by two threads at once. Without Numba the function stays Python, which nothing calls.

    A kernel that makes no array (``allocates=False``) does not count its references to those it
    is given. It is for inner loops: the counts are atomic, and take longer than a short row.
    """
    if not allocates:
        options["_nrt"] = False  # Numba's name, which its documentation uses

    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        if not has_numba():
            return function
        from numba import njit

        _made.append(function.__name__)
        try:
            return njit(nogil=True, cache=True, **options)(function)
        except RuntimeError:  # no folder to write the cache into
            return njit(nogil=True, **options)(function)

    return compiled


def is_loaded() -> bool:
    """Whether any kernel has been made by now: before the first, Numba takes half a second.

    Where something else has imported Numba a third of that is left out.
    """
    return bool(_made)
