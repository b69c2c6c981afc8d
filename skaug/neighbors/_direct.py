"""Neighbours in a small search: all products of some queries at once, without blocks."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._far import near_and_far
from skaug.neighbors._multiply import multiply
from skaug.neighbors._points import Centred, Points, centred, points
from skaug.neighbors._rows import Rows
from skaug.neighbors._shortlist import shortest
from skaug.neighbors._workers import Each, Loans, workers

__all__ = ["bounds", "direct_kneighbors", "filled_up", "near_groups"]

_PRODUCTS = 1 << 21  # at a time: fewer leave BLAS too little to do
_MOST_LINES = 1 << 16  # at a time: numbers of 16 bits are sorted in linear time
_GROUP = 8  # products whose minimum is looked at before they are
_ENOUGH = 20  # times k: groups, by whose minima the k-th smallest product is guessed well


def direct_kneighbors(
    rows: Rows, queries: Indices, among: Indices, k: int, n_jobs: int | None
) -> Indices:
    """Return the k nearest of the rows `among` to each query, by (distance, index).

    A product is within a margin of a distance. So what is farther than the k-th smallest product
    by two margins is not a neighbour, and those that differ by more are in order. Only where
    two are nearer to each other the rows are measured. Parameters as for `product_kneighbors`;
    the rows are complete and have no categories.
    """
    about = centred(rows, turned=False)
    with workers(len(queries) * len(among), n_jobs) as each:
        search = partial(_search, rows, about, k, each)
        return near_and_far(search, rows, about, queries, among, k)


def _search(
    rows: Rows, about: Centred, k: int, each: Each, queries: Indices, among: Indices, dtype: Any
) -> tuple[Indices, Floats]:
    """Return the neighbours of the queries, and how far the last may be, squared."""
    itself = np.minimum(np.searchsorted(among, queries), len(among) - 1)
    is_itself = among[itself] == queries
    if is_itself.all():
        others = points(rows, about, among, dtype, each)
        asked = others[itself]
    else:
        vectors = points(rows, about, np.concatenate([queries, among]), dtype, each)
        asked, others = vectors[: len(queries)], vectors[len(queries) :]
    group = _GROUP if len(among) >= 2 * k * _GROUP else 1
    n_groups = -(-len(among) // group)
    right, margin = filled_up(others, group * n_groups), bounds(asked)
    found, reach = np.empty((len(queries), k), dtype=np.intp), np.empty(len(queries))
    size = min(max(1, _PRODUCTS // len(right)), _MOST_LINES, len(queries))
    starts = range(0, len(queries), size)
    room = Loans(partial(np.empty, len(right) * size, dtype), min(each.n_threads, len(starts)))

    def find(begin: int) -> None:
        part = slice(begin, begin + size)
        lines = np.flatnonzero(is_itself[part])
        left = np.ascontiguousarray(asked.left[part].T)
        with room() as space:
            products = space[: len(right) * left.shape[1]].reshape(len(right), -1)
            multiply(right, left, products)
            products[itself[part][lines], lines] = np.finfo(dtype).max
            near, line = _near(products, n_groups, k, margin[part])
            nearest, reach[part], in_doubt = _in_order(products, near, line, k, margin[part])
        doubtful = np.flatnonzero(in_doubt[line])
        if len(doubtful):
            near, line = near[doubtful], line[doubtful]
            squared = rows.squared(queries[part][line], among[near])
            _, nearest[in_doubt], _ = shortest(line, near, squared, k)
        found[part] = among[nearest]

    each(find, starts)
    return found, (reach + margin) / others.unit


def filled_up(others: Points, n: int) -> Floats:
    """Return vectors to multiply by, and behind them vectors that are farther than any row."""
    right = np.zeros((n, others.right.shape[1]), dtype=others.right.dtype)
    right[: len(others.right)] = others.right
    right[len(others.right) :, -1] = np.finfo(right.dtype).max
    return right


def bounds(asked: Points) -> Floats:
    """Return by how much two products of a row must differ for their distances to do so."""
    # each may err; in float64 so may the distances themselves, by no more
    return asked.error * (2 if asked.left.dtype == np.float32 else 4)


def near_groups(
    minima: Floats, k: int, margin: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return the minima that are up to a limit of their column, their columns, and the limits.

    That is, or is little above, the k-th smallest and a margin. It is taken from coarser groups;
    all is done along lines as long as there are queries.
    """
    n_groups, n_lines = minima.shape
    some, n_some = minima, min(n_groups, _ENOUGH * k)
    if n_groups >= 2 * n_some:
        some = minima[: n_groups // n_some * n_some].reshape(-1, n_some, n_lines).min(axis=0)
    some, kth = some.T.copy(), min(k, len(some)) - 1
    some.partition(kth, axis=1)
    limit = some[:, kth] + margin.astype(some.dtype)
    group, line = np.divmod(np.flatnonzero(minima <= limit), n_lines)
    order = np.argsort(line.astype(np.uint16), kind="stable")
    return group[order], line[order], limit


def _near(
    products: Floats, n_groups: int, k: int, margin: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of products, and the columns, that may be among the k of their column.

    A group takes every ``n_groups``-th row.
    """
    n_lines = products.shape[1]
    minima = products.reshape(-1, n_groups, n_lines).min(axis=0)
    group, line, limit = near_groups(minima, k, margin)
    at = (group * n_lines + line)[:, None] + np.arange(0, products.size, minima.size)
    fits = np.flatnonzero(products.ravel().take(at) <= limit[line][:, None])
    return np.divmod(at.ravel()[fits], n_lines)


def _in_order(
    products: Floats, near: Indices, line: Indices, k: int, margin: Floats
) -> tuple[Indices, Floats, NDArray[np.bool_]]:
    """Return which k products of each column are smallest, the k-th, and if they are in doubt."""
    n_lines = products.shape[1]
    count = np.bincount(line, minlength=n_lines)
    rank = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    values = np.full((n_lines, max(int(count.max()), k + 1)), np.inf)
    indices = np.zeros(values.shape, dtype=np.intp)
    values[line, rank], indices[line, rank] = products[near, line], near
    lines = np.arange(n_lines)[:, None]
    order = np.argsort(values, axis=1)[:, : k + 1]
    values = values[lines, order]
    in_doubt = ((values[:, 1:] - values[:, :-1]) <= margin[:, None]).any(axis=1)
    return indices[lines, order[:, :k]], values[:, k - 1], in_doubt
