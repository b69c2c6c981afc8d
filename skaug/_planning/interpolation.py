"""The plan that the SMOTE family shares: seeds, neighbours as partners, votes on categories."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import MISSING
from skaug._core.rng import random_indices
from skaug._core.table import Table
from skaug._core.target import Target
from skaug._planning.table_search import category_metric, checked_k, neighbors_of
from skaug.neighbors import distinct_rows

__all__ = ["effective_k", "interpolated_batch", "vote"]


def interpolated_batch(
    X: Table,
    y: Target,
    pool: Indices,
    seed: Indices,
    rng: np.random.Generator,
    *,
    k_neighbors: Any,
    n_jobs: int | None,
    owner: str,
    parameter: str = "k_neighbors",
    step: Callable[[Indices, np.random.Generator], Floats] | None = None,
    where: str | None = None,
    neighbors: str = "exact",
    target: Callable[[Indices, Indices], Any] | None = None,
) -> Batch:
    """Plan rows on the segments from seeds to neighbours of theirs within a pool of rows.

    Parameters
    ----------
    X, y : Table, Target
        What is resampled.

    pool : ndarray of shape (n_pool,)
        The rows among which neighbours are searched, often those of one class. Where it has
        rows of several classes, those of the seeds come first; others do not vote on categories.

    seed : ndarray of shape (n,)
        For each new row the position of its seed in `pool`.

    rng : Generator
        Draws the partners, the steps and the ties of votes, in this order.

    k_neighbors : int or object with fit and kneighbors
        Neighbours to choose from.

    n_jobs : int or None
        Threads of the search.

    owner, parameter : str
        The sampler and its name for `k_neighbors`, for the messages.

    step : callable, default=None
        ``step(partner, rng)`` returns how far each row goes towards its partner, a row of X;
        None draws from U(0, 1).

    where : str, default=None
        What the pool is, for the messages; None: the class of its first row.

    neighbors : {'exact', 'approximate'}, default='exact'
        How a number of neighbours is searched.

    target : callable, default=None
        ``target(group, neighbors)`` returns the targets of the rows: `group`, of shape (n_pool,),
        tells which rows of the pool are equal, and `neighbors`, of shape (n, k), holds the groups
        next to each row's seed. None: the rows take the labels of their seeds.
    """
    numeric, codes = X.numeric[pool], X.codes[pool]
    first, group = distinct_rows(numeric, codes)
    where = where or f"class {y.classes.tolist()[y.codes[pool[0]]]!r}"
    k = effective_k(k_neighbors, len(pool), len(first), owner, parameter, where)
    if k == 0:
        return Batch(seed=pool[seed])

    place = seed if len(first) == len(pool) else group[seed]
    is_seed = np.zeros(len(first), dtype=bool)
    is_seed[place] = True
    wanted = np.flatnonzero(is_seed)  # only seeds need neighbours
    row = place if is_seed.all() else (np.cumsum(is_seed) - 1)[place]
    found = neighbors_of(
        wanted,
        numeric[first],
        codes[first],
        category_metric(X, y, pool),
        k=k,
        k_neighbors=k_neighbors,
        n_jobs=n_jobs,
        owner=owner,
        parameter=parameter,
        neighbors=neighbors,
    )
    weight = np.bincount(group)[found]
    choice = _draw_weighted(weight, row, rng)
    partner = pool[first[found]][row, choice]
    steps = voted = None
    if X.n_numeric:
        steps = rng.random(len(seed)) if step is None else step(partner, rng)
    if codes.shape[1]:
        ballots = codes
        if (is_foreign := y.codes[pool] != y.codes[pool[0]]).any():
            ballots = np.where(is_foreign[:, None], MISSING, codes)
        voted = _voted_codes(codes, ballots, seed, first[found], weight, row, rng)
    made = None if target is None else target(group, found[row])
    return Batch(seed=pool[seed], partner=partner, pool=pool, step=steps, codes=voted, y=made)


def effective_k(
    k_neighbors: Any, n_rows: int, n_distinct: int, owner: str, parameter: str, where: str
) -> int:
    """Check the number of neighbours against the rows and fit it to the distinct ones."""
    k = checked_k(k_neighbors, owner, parameter)
    if n_rows < k + 1:
        smaller = f"Set {parameter} to {n_rows - 1} or less, or use" if n_rows > 1 else "Use"
        raise ValueError(
            f"{owner} needs at least {parameter} + 1 = {k + 1} rows in each class it "
            f"over-samples; {where} has {n_rows}. {smaller} RandomOverSampler."
        )
    if n_distinct < k + 1:
        instead = "its rows are copied" if n_distinct == 1 else "all of them are neighbours"
        warnings.warn(
            f"{owner} looks for {parameter} = {k} neighbours, but the {n_rows} rows of "
            f"{where} are {n_distinct} distinct ones: {instead}.",
            UserWarning,
            stacklevel=2,
        )
    return min(k, n_distinct - 1)


def _draw_weighted(weight: Indices, row: Indices, rng: np.random.Generator) -> Indices:
    """For each entry of `row` draw a column of that row of `weight`, in proportion to it."""
    if (weight == 1).all():
        return random_indices(rng, weight.shape[1], len(row))
    cumulated = np.cumsum(weight, axis=1)
    drawn = rng.random(len(row)) * cumulated[row, -1]
    return (cumulated[row] <= drawn[:, None]).sum(axis=1)


def _voted_codes(
    codes: Indices,
    ballots: Indices,
    seed: Indices,
    neighbors: Indices,
    weight: Indices,
    row: Indices,
    rng: np.random.Generator,
) -> Indices:
    """Let the neighbours of each seed vote on its categories; what the seed misses stays so."""
    voted = np.empty((len(seed), codes.shape[1]), dtype=codes.dtype)
    for j in range(codes.shape[1]):
        winner = vote(ballots[neighbors, j], weight, row, rng)
        own = codes[seed, j]
        voted[:, j] = np.where((own == MISSING) | (winner == MISSING), own, winner)
    return voted


def vote(ballots: Indices, weight: Indices, row: Indices, rng: np.random.Generator) -> Indices:
    """Return for each entry of `row` the heaviest code on that row's ballots, ties at random.

    Parameters
    ----------
    ballots : ndarray of shape (n_ballots, k)
        Codes; -1 abstains, and wins only where all do.

    weight : ndarray of shape (n_ballots, k)
        Weight of each vote.

    row : ndarray of shape (n,)
        The row of `ballots` to draw from.

    rng : Generator
        Draws among ties.
    """
    total = np.zeros(ballots.shape, dtype=np.int64)
    repeated = np.zeros(ballots.shape, dtype=bool)
    for i in range(ballots.shape[1]):
        same = ballots == ballots[:, [i]]
        total[:, i] = (same * weight).sum(axis=1)
        repeated[:, i + 1 :] |= same[:, i + 1 :]
    total[ballots == MISSING] = 0
    total[repeated] = -1  # a tie is between values, however many ballots name each
    order = np.argsort(-total, axis=1, kind="stable")
    ranked = np.take_along_axis(ballots, order, axis=1)
    n_tied = (total == total.max(axis=1, keepdims=True)).sum(axis=1)
    return ranked[row, (rng.random(len(row)) * n_tied[row]).astype(np.intp)]
