"""When a compiled sweep costs less than products: measured, and kept away from the kernels."""

from skaug.neighbors._axes import PrincipalAxes
from skaug.neighbors._multiply import are_thin

__all__ = ["CHUNK", "TRIED", "n_multiplied", "share_that_pays"]

CHUNK = 128  # queries that go through the cells together
TRIED = 2  # chunks by which the cost is judged
_MULTIPLE = 4  # of columns, in a step of the kernel
_USUAL = 0.9  # of the cells are gone through, or fewer
_UNLIKELY = 0.3  # where fewer would have to be, none are tried
_GAMBLE = 0.32  # of the time of products: at most what to try a sweep may cost

# what is to be done for a row and a query, in numbers that a sweep multiplies
_VISIT = 5.0  # beside its columns
_CACHED_COLUMNS, _BEYOND_CACHE = 48, 1.5  # dearer where the columns of a cell do not fit into it
_PRODUCT = 16.0, 0.68  # and for each column
_MUTUAL = 14.5, 0.24  # the same where a product serves both of its blocks
_THIN_PRODUCT, _THIN_MUTUAL = (17.0, 0.55), (12.8, 0.2)  # and vectors are multiplied in place
_SETUP, _SETUP_COLUMN = 15_000.0, 220.0  # to put a row into its cell: for all queries together


def n_multiplied(axes: PrincipalAxes) -> int:
    """Return how many numbers of a row a sweep multiplies."""
    return -(-axes.leading() // _MULTIPLE) * _MULTIPLE


def share_that_pays(axes: PrincipalAxes, n_queries: int, n_among: int) -> float:
    """Return through which share of the cells queries may go for a sweep to cost less.

    It is 1 where a sweep need not be tried first, and 0 where to try a few queries would
    take too long beside what might be saved.

    Parameters
    ----------
    axes : PrincipalAxes
        Those of the rows.

    n_queries, n_among : int
        How many rows look, and among how many.
    """
    n_columns, n_leading = len(axes.variances), axes.leading()
    setup = _SETUP + _SETUP_COLUMN * n_columns
    visit = _VISIT + n_multiplied(axes)
    if n_multiplied(axes) > _CACHED_COLUMNS:
        visit *= _BEYOND_CACHE
    multiplied = n_leading if n_leading <= n_columns // 2 else n_columns
    alone, mutual = _PRODUCT, _MUTUAL
    if are_thin(multiplied + 2):
        alone, mutual = _THIN_PRODUCT, _THIN_MUTUAL
    fixed, column = mutual if 2 * n_queries >= n_among else alone
    product = fixed + column * multiplied
    at_most = product / visit
    if setup <= (product - _USUAL * visit) * n_queries:
        return 1.0
    tried = setup + visit * CHUNK * TRIED
    return at_most if at_most > _UNLIKELY and tried <= _GAMBLE * product * n_queries else 0.0
