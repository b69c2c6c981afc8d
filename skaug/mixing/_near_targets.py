r"""Partners with near targets: row j beside row i with a chance of exp(-d(y_i, y_j)^2 / 2 s^2).

The law is met exactly, and no matrix of all pairs is made. With the squared distance to the
nearest target taken off, which changes no chance, a weight is :math:`e^{-t}`, t >= 0, and 1 for
the nearest. The targets being sorted, those with t between b and b + 1 are two runs, whose ends
are found by bisection. A run is drawn in proportion to its length times :math:`e^{-b}`, one of its
rows evenly, and it is accepted with :math:`e^{-(t - b)}`: in at least one of four trials, whatever
the bandwidth, as a band is never far from its bound.

Of targets of several numbers the first is drawn so, and the others are accepted in turn. Rows for
which that is rare have few near rows, which a k-d tree finds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from skaug._core.batch import Floats, Indices

__all__ = ["near_partners"]

_BLOCK_ROWS = 1 << 14
_TRIALS = 32  # after which rows that wait are counted
_WORTH_TRYING = 1 / 16  # of the rows that wait; if fewer are drawn in that time the tree is asked
_FOUND_AT_ONCE = 1 << 20
_ROUNDING = 1e-12  # distances of the tree and of NumPy may differ in their last digits


def near_partners(
    values: Floats, seed: Indices, bandwidth: float, rng: np.random.Generator
) -> Indices:
    """Draw another row for each seed, with a chance that falls with the distance of their targets.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_outputs)
        The targets, in units in which distances compare; at least two rows.

    seed : ndarray of shape (n_seeds,)
        Rows of `values`.

    bandwidth : float
        The standard deviation s. At 0 the nearest row is drawn, ties evenly; at infinity any.

    rng : Generator
        Draws the partners.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing._near_targets import near_partners
    >>> y, rng = np.array([0.0, 5.0, 6.0]), np.random.default_rng(0)
    >>> near_partners(y, np.array([0, 1, 2]), 0.0, rng).tolist()
    [1, 2, 1]
    """
    points = values.reshape(len(values), -1)
    axis = int(np.argmax(np.ptp(points, axis=0)))
    order = np.argsort(points[:, axis], kind="stable")
    points = points[order]
    line = _Line(np.ascontiguousarray(points[:, axis]), bandwidth)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    others = np.delete(points, axis, axis=1)
    by_rank = np.argsort(rank[seed], kind="stable")  # neighbouring rows bisect in cache
    position, drawn = rank[seed][by_rank], np.empty(len(seed), dtype=np.intp)
    for begin in range(0, len(seed), _BLOCK_ROWS):
        rows = slice(begin, begin + _BLOCK_ROWS)
        drawn[rows] = _drawn_on_line(line, others, position[rows], bandwidth, rng)
    left = np.flatnonzero(drawn < 0)
    if len(left):
        drawn[left] = _drawn_by_tree(points, position[left], bandwidth, rng)
    partner = np.empty_like(seed)
    partner[by_rank] = order[drawn]
    return partner


class _Line:
    """Sorted numbers, with the bands of equal weight about each."""

    def __init__(self, values: Floats, bandwidth: float) -> None:
        self.values = values
        self.bandwidth = bandwidth
        # the rest, with at most n * exp(-last), weighs less than the nearest row
        self.bounds = np.arange(np.ceil(np.log(len(values))) + 2)

    def bands(self, position: Indices) -> "_Bands":
        y, n = self.values, len(self.values)
        left, right = y[np.maximum(position - 1, 0)], y[np.minimum(position + 1, n - 1)]
        own = y[position]
        to_left = np.where(position > 0, own - left, np.inf)
        to_right = np.where(position < n - 1, right - own, np.inf)
        nearest = np.minimum(to_left, to_right)
        begin = np.empty((len(position), len(self.bounds) + 1), dtype=np.intp)
        end = np.empty_like(begin)
        begin[:, 0], end[:, 0] = position, position + 1
        # rounding must not leave out the nearest
        first = np.where(to_left <= nearest, np.searchsorted(y, left, "left"), position)
        last = np.where(to_right <= nearest, np.searchsorted(y, right, "right"), position + 1)
        for b, bound in enumerate(self.bounds[1:], start=1):
            reach = _reach(nearest, bound, self.bandwidth)
            begin[:, b] = np.minimum(np.searchsorted(y, own - reach, "left"), first)
            end[:, b] = np.maximum(np.searchsorted(y, own + reach, "right"), last)
        begin[:, -1], end[:, -1] = 0, n
        bulk = np.diff(end - begin, axis=1) * np.exp(-self.bounds)
        return _Bands(nearest, begin, end, np.cumsum(bulk, axis=1))


@dataclass(frozen=True)
class _Bands:
    """For some rows the windows of their bands, each of which holds the one before."""

    nearest: Floats
    begin: Indices
    end: Indices
    bulk: Floats


def _drawn_on_line(
    line: _Line, others: Floats, position: Indices, bandwidth: float, rng: np.random.Generator
) -> Indices:
    """Draw positions beside those given; -1 where other outputs were refused too often."""
    bands = line.bands(position)
    drawn, waiting = np.full_like(position, -1), np.arange(len(position))
    n_trials = n_waited = 0
    while len(waiting):
        if others.shape[1] and n_trials % _TRIALS == 0:
            if n_trials and n_waited - len(waiting) < _WORTH_TRYING * n_waited:
                break
            n_waited = len(waiting)
        own = position[waiting]
        other, band = _trial(bands, waiting, rng)
        excess = _excess(np.abs(line.values[other] - line.values[own]), bands.nearest[waiting])
        t = _in_units(excess, bandwidth) - line.bounds[band]
        for j in range(others.shape[1]):
            t += _in_units(_excess(np.abs(others[other, j] - others[own, j]), 0.0), bandwidth)
        is_taken = rng.random(len(waiting)) < np.exp(-t)
        drawn[waiting[is_taken]] = other[is_taken]
        waiting, n_trials = waiting[~is_taken], n_trials + 1
    return drawn


def _trial(bands: _Bands, rows: Indices, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Draw a band of each row by its bulk, and a position in it, outside of the one before."""
    bulk = bands.bulk[rows]
    threshold = rng.random(len(rows)) * bulk[:, -1]
    band = (bulk <= threshold[:, None]).sum(axis=1)
    band = np.minimum(band, bulk.shape[1] - 1)
    begin, end = bands.begin[rows, band + 1], bands.end[rows, band + 1]
    inner, stop = bands.begin[rows, band], bands.end[rows, band]
    size = (end - begin) - (stop - inner)
    other = begin + (rng.random(len(rows)) * size).astype(np.intp)
    return other + np.where(other >= inner, stop - inner, 0), band


def _drawn_by_tree(
    points: Floats, position: Indices, bandwidth: float, rng: np.random.Generator
) -> Indices:
    """Draw positions beside those given: the near by their weights, of the far any by rejection."""
    tree = cKDTree(points)
    nearest: Floats = np.asarray(tree.query(points[position], k=2)[0])[:, 1]
    bound = float(np.log(len(points)))  # the far weigh less than the nearest, then
    reach = _reach(nearest, bound, bandwidth) * (1 + _ROUNDING)
    n_found = tree.query_ball_point(points[position], reach, return_length=True)
    chunk = np.cumsum(n_found) // _FOUND_AT_ONCE
    drawn = np.empty_like(position)
    for rows in np.split(np.arange(len(position)), np.flatnonzero(np.diff(chunk)) + 1):
        own, sizes = position[rows], n_found[rows]
        near = np.concatenate(tree.query_ball_point(points[own], reach[rows])).astype(np.intp)
        run = np.repeat(np.arange(len(rows)), sizes)
        weight = np.exp(-_units_apart(points, near, own[run], nearest[rows][run], bandwidth))
        weight[near == own[run]] = 0
        runs = _Runs(near, weight, sizes)
        drawn[rows] = _near_or_far(points, runs, own, nearest[rows], reach[rows], bandwidth, rng)
    return drawn


class _Runs:
    """For each of some rows a run of positions with weights; the runs follow one another."""

    def __init__(self, positions: Indices, weight: Floats, sizes: NDArray[Any]) -> None:
        has_weight = weight > 0
        run = np.repeat(np.arange(len(sizes)), sizes)[has_weight]
        self.positions, weight = positions[has_weight], weight[has_weight]
        self.bulk = np.bincount(run, weight, minlength=len(sizes))
        self.stop = np.cumsum(np.bincount(run, minlength=len(sizes)))
        self.start = np.concatenate([[0], self.stop[:-1]])
        self.cumulated = np.cumsum(weight / self.bulk[run])  # of run r from r to r + 1

    def draw(self, rows: Indices, rng: np.random.Generator) -> Indices:
        """Draw a position from the runs of some rows."""
        place = np.searchsorted(self.cumulated, rows + rng.random(len(rows)), side="right")
        return self.positions[np.clip(place, self.start[rows], self.stop[rows] - 1)]


def _near_or_far(
    points: Floats,
    runs: _Runs,
    own: Indices,
    nearest: Floats,
    reach: Floats,
    bandwidth: float,
    rng: np.random.Generator,
) -> Indices:
    """Draw for each row one of its run or, with a chance at least as large as due, any other."""
    bound = np.log(len(points))
    drawn, waiting = np.empty_like(own), np.arange(len(own))
    while len(waiting):
        bulk = runs.bulk[waiting]
        is_near = rng.random(len(waiting)) * (bulk + len(points) * np.exp(-bound)) < bulk
        other = rng.integers(len(points), size=len(waiting))
        t = _units_apart(points, other, own[waiting], nearest[waiting], bandwidth)
        is_far = _distance(points, other, own[waiting]) > reach[waiting]
        is_taken = is_far & (rng.random(len(waiting)) < np.exp(bound - t))
        other[is_near] = runs.draw(waiting[is_near], rng)
        is_taken |= is_near
        drawn[waiting[is_taken]] = other[is_taken]
        waiting = waiting[~is_taken]
    return drawn


def _distance(points: Floats, first: Indices, second: Indices) -> Floats:
    distance: Floats = np.sqrt(((points[first] - points[second]) ** 2).sum(axis=1))
    return distance


def _units_apart(
    points: Floats, first: Indices, second: Indices, nearest: Floats, bandwidth: float
) -> Floats:
    distance = _distance(points, first, second)
    return _in_units(_excess(distance, nearest * (1 + _ROUNDING)), bandwidth)


def _excess(distance: Floats, nearest: Any) -> Floats:
    """Return how much the squared distance exceeds that of the nearest."""
    with np.errstate(over="ignore"):
        excess: Floats = np.maximum(distance - nearest, 0) * (distance + nearest)
    return excess


def _in_units(excess: Floats, bandwidth: float) -> Floats:
    """Return ``excess / (2 * bandwidth**2)``, where no excess is 0 and any is infinite at 0."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore", under="ignore"):
        t = excess / bandwidth / bandwidth / 2
    return np.where(excess == 0, 0.0, t)


def _reach(nearest: Floats, bound: float, bandwidth: float) -> Floats:
    """Return the distance at which a weight is exp(-bound)."""
    with np.errstate(over="ignore", under="ignore"):
        reach: Floats = np.hypot(nearest, np.sqrt(2 * bound) * np.float64(bandwidth))
    return reach
