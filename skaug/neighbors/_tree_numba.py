"""A compiled k-d tree over principal axes: boxes in float32, distances in float64."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.neighbors._axes import PrincipalAxes
from skaug.neighbors._rank import LANES
from skaug.neighbors._tree_build_numba import boxes_above, leaves_of, sort_rows
from skaug.neighbors._tree_search_numba import search

__all__ = ["compiled_tree_kneighbors"]

_BOX_SHARE = 0.9  # of the variance: the axes that boxes are kept for
_BOX_AXES = 16
_CLIPPED = 1e15  # squares stay within float32
_CHUNK = 256  # queries of one task


def compiled_tree_kneighbors(
    X: Floats, axes: PrincipalAxes, queries: Indices, k: int, threads: int
) -> Indices:
    r"""Return the k nearest other rows of each query, nearest first, ties by index.

    The rows, turned to their principal axes, are halved into leaves of 32 along the axis on
    which a part is widest, and every 16 neighbouring leaves, and 16 of these, get a box. A query
    opens boxes by rising distance, nearest first. Rotation and float32 cost
    accuracy, so they only rule rows out, with a margin: with :math:`u = 2^{-22}` a distance D
    is off by at most :math:`u (2 |q| + D)` for the rounded coordinates and
    :math:`(d + 8) u D` for the sum. What is left is measured in float64 on the rows themselves.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The rows; squares of differences neither overflow nor vanish.

    axes : PrincipalAxes
        An orthonormal basis.

    queries : ndarray of shape (n_queries,)
        The rows whose neighbours are wanted.

    k : int
        Number of neighbours, at most n - 1.

    threads : int
        Threads to use. The result does not depend on it.
    """
    n_rows, n_columns = X.shape
    turned = (X - axes.center) @ axes.vectors
    norms = np.sqrt(np.einsum("ij,ij->i", turned, turned))
    # of the middling rows, so that one far outlier does not flatten the rest to 0 in float32;
    # to clip such rows only brings them nearer, and what is nearer is not ruled out
    scale = 2.0 ** -np.round(np.log2(np.median(norms) or norms.max() or 1.0))
    turned *= scale
    coordinates = np.ascontiguousarray(np.clip(turned, -_CLIPPED, _CLIPPED), dtype=np.float32)
    n_box_axes = min(axes.leading(_BOX_SHARE), _BOX_AXES)
    order = np.arange(n_rows)
    sort_rows(coordinates, order, n_box_axes)
    leaves, low, high = leaves_of(coordinates, order, n_box_axes)
    boxes, first_of_level = _levels(low, high)

    padded = np.zeros((n_rows, -(-n_columns // LANES) * LANES))
    padded[:, :n_columns] = X[order]
    place = np.empty_like(order)
    place[order] = np.arange(n_rows)
    wanted = np.argsort(place[queries])
    places = place[queries][wanted]
    in_order = np.empty((len(queries), k), dtype=np.intp)

    def work(begin: int) -> None:
        part = slice(begin, begin + _CHUNK)
        search(
            leaves,
            boxes,
            first_of_level,
            padded,
            order,
            norms[order[places[part]]] * scale,
            scale,
            places[part],
            in_order[part],
        )

    begins = range(0, len(queries), _CHUNK)
    if threads == 1 or len(begins) == 1:
        for begin in begins:
            work(begin)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, begins))
    found = np.empty_like(in_order)
    found[wanted] = in_order
    return found


def _levels(low: Floats, high: Floats) -> tuple[Floats, Indices]:
    """Group the boxes of leaves by 16, these again, until one group holds all.

    Returns the groups of all levels, leaves first, and where each level begins.
    """
    levels, firsts = [], [0]
    while True:
        group, low, high = boxes_above(low, high)
        levels.append(group)
        firsts.append(firsts[-1] + len(group))
        if len(group) == 1:
            return np.concatenate(levels), np.array(firsts[:-1])
