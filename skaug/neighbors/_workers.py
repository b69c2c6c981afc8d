"""Threads that share a search, and what they work with."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from joblib import effective_n_jobs

from skaug._core.threads import one_blas_thread

__all__ = ["Each", "Loans", "n_threads", "workers"]

Thing = TypeVar("Thing")

_MANY = 10_000_000  # pairs from which threads are worth starting; BLAS has its own


class Each:
    """Applies a function to each of some items, in so many threads."""

    def __init__(self, apply: Callable[..., Iterable[Any]], n_threads: int) -> None:
        self._apply, self.n_threads = apply, n_threads

    def __call__(self, work: Callable[..., Any], items: Iterable[Any]) -> list[Any]:
        return list(self._apply(work, items))


@contextmanager
def workers(n_pairs: int, n_jobs: int | None) -> Iterator[Each]:
    """Give what applies a function to each of some items, in threads where that pays.

    BLAS then has one, from before it is first used.
    """
    # to count the cores takes longer than a very small search; 0 is an error always
    threads = 1 if n_pairs <= _MANY and n_jobs != 0 else n_threads(n_jobs)
    if threads == 1:
        yield Each(map, 1)
        return
    with one_blas_thread, ThreadPoolExecutor(threads) as pool:
        yield Each(pool.map, threads)


def n_threads(n_jobs: int | None) -> int:
    """Return how many threads to use: all cores for None."""
    return int(effective_n_jobs(-1 if n_jobs is None else n_jobs))


class Loans(Generic[Thing]):
    """Things that threads work with, one at a time.

    They are made here and not by the threads: what a thread allocates, its arena may keep when
    it is freed, and nobody else can use it.
    """

    def __init__(self, make: Callable[[], Thing], n_things: int) -> None:
        self._things = [make() for _ in range(n_things)]

    @contextmanager
    def __call__(self) -> Iterator[Thing]:
        thing = self._things.pop()
        try:
            yield thing
        finally:
            self._things.append(thing)
