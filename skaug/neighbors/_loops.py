"""When a search is done by compiled loops, which take longer to load than most searches."""

from skaug._core.batch import Indices
from skaug._core.compiled import has_numba, is_loaded
from skaug.neighbors._rows import Rows

__all__ = ["count_plain", "has_loops", "pays_to_compile"]

_MANY = 10_000_000  # pairs from which they are worth calling
_IMPORT_PAIRS = 500_000_000  # of one search, from which they are worth loading
_IMPORT_SECONDS = 1.0  # of many searches
_MOST_K = 64  # their lists are kept sorted by insertion


def has_loops(rows: Rows, queries: Indices, among: Indices, k: int) -> bool:
    """Whether there are compiled loops for these rows, and enough to do for them."""
    return has_numba() and rows.is_numeric and k <= _MOST_K and _n_pairs(queries, among) >= _MANY


def pays_to_compile(rows: Rows, queries: Indices, among: Indices, k: int) -> bool:
    """Whether compiled loops are to be used.

    They are loaded for a large search, or once searches without them have taken a while: who
    searches that much will go on. That Numba has been imported by something else is no reason.
    """
    if not has_loops(rows, queries, among, k):
        return False
    is_large = _n_pairs(queries, among) >= _IMPORT_PAIRS
    return is_loaded() or is_large or _plain.seconds >= _IMPORT_SECONDS


def count_plain(seconds: float) -> None:
    """Count the time of a search that could have been done by compiled loops."""
    _plain.seconds += seconds


class _Plain:
    seconds = 0.0  # of this process: says when loops are loaded, and changes no result


_plain = _Plain()


def _n_pairs(queries: Indices, among: Indices) -> int:
    return len(queries) * len(among) // (1 + (2 * len(queries) >= len(among)))
