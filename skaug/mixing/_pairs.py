"""Pair laws: which rows are mixed. No row is mixed with itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices, joined
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import random_indices
from skaug._core.stats import column_std
from skaug._core.table import Table
from skaug._planning.table_search import checked_k, neighbors_of
from skaug.neighbors import CategoryMetric, mismatch_metric

__all__ = [
    "SYMMETRIC",
    "drawn_pairs",
    "number_of_rows",
    "other_class_pairs",
    "random_partners",
    "same_class_partners",
    "seeds",
    "tilted_partners",
]

SYMMETRIC = ("random", "same_class", "other_class")  # (i, j) is as likely as (j, i)


def drawn_pairs(
    law: str,
    X: Table,
    y: MixedTarget,
    n_made: int,
    rng: np.random.Generator,
    *,
    owner: str,
    k_neighbors: Any = 5,
    n_jobs: int | None = None,
) -> tuple[Indices, Indices]:
    """Return seeds and partners of `n_made` rows by a law of `Mixup`'s parameter ``pairs``."""
    if len(y) < 2:
        raise ValueError(f"{owner} mixes two rows; X has n_samples = {len(y)}. Add rows.")
    if law in ("same_class", "other_class", "balanced"):
        y.require_classes(owner, f"pairs={law!r}")
    if law == "other_class":
        return other_class_pairs(y.codes, n_made, rng)
    seed = seeds(len(y), n_made, rng)
    if law == "same_class":
        _refuse_single_rows(y, owner)
        return seed, same_class_partners(y.codes, seed, rng)
    if law == "balanced":
        return seed, tilted_partners(y.codes, seed, -1.0, rng)
    if law == "neighbors":
        return seed, _neighbor_partners(X, seed, rng, k_neighbors, n_jobs, owner)
    return seed, random_partners(len(y), seed, rng)


def number_of_rows(n_rows: int, ratio: float) -> int:
    """Return how many rows to make of `n_rows`, at least one."""
    return max(1, round(ratio * n_rows))


def seeds(n_rows: int, n_made: int, rng: np.random.Generator) -> Indices:
    """Return every row equally often; what is left over is drawn without replacement."""
    dtype = np.int32 if n_rows < 2**31 else np.int64
    whole, rest = divmod(n_made, n_rows)
    parts: list[Indices] = [np.arange(n_rows, dtype=dtype)] * whole
    if rest:
        drawn = rng.choice(n_rows, size=rest, replace=False, shuffle=False)
        parts.append(np.sort(drawn).astype(dtype))
    return joined(parts)


def random_partners(n_rows: int, seed: Indices, rng: np.random.Generator) -> Indices:
    """Draw any other row."""
    partner = random_indices(rng, n_rows - 1, len(seed))
    partner += partner >= seed  # leaves out the seed, without drawing again
    return partner


def same_class_partners(codes: NDArray[Any], seed: Indices, rng: np.random.Generator) -> Indices:
    """Draw another row of the seed's class."""
    order, start, counts, rank = _by_class(codes)
    own = codes[seed]
    position = _below(counts[own] - 1, rng)
    position += position >= rank[seed]
    partner: Indices = order[start[own] + position]
    return partner


def other_class_pairs(
    codes: NDArray[Any], n_made: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Draw pairs of rows of two classes, all such pairs being equally likely.

    To take each row as seed equally often would not be symmetric: rows of small classes would
    be partners more often than seeds.
    """
    order, start, counts, _ = _by_class(codes)
    others = len(codes) - counts
    share = counts * others.astype(np.float64)
    own = rng.choice(len(counts), size=n_made, p=share / share.sum())
    seed: Indices = order[start[own] + _below(counts[own], rng)]
    position = _below(others[own], rng)
    position += np.where(position >= start[own], counts[own], 0)
    return seed, order[position]


def tilted_partners(
    codes: NDArray[Any], seed: Indices, tau: float, rng: np.random.Generator
) -> Indices:
    """Draw another row with a chance in proportion to ``size_of_its_class**tau``.

    At -1 all classes are equally likely, at 0 all rows.
    """
    order, start, counts, rank = _by_class(codes)
    share = counts ** (1.0 + tau)
    drawn = rng.choice(len(counts), size=len(seed), p=share / share.sum())
    own = codes[seed]
    for alone in np.flatnonzero(counts == 1):  # has no other row of its own class
        again = np.flatnonzero((own == alone) & (drawn == alone))
        rest = np.where(np.arange(len(counts)) == alone, 0, share)
        drawn[again] = rng.choice(len(counts), size=len(again), p=rest / rest.sum())
    is_own = drawn == own
    position = _below(counts[drawn] - is_own, rng)
    position += is_own & (position >= rank[seed])
    partner: Indices = order[start[drawn] + position]
    return partner


def _by_class(codes: NDArray[Any]) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the rows class by class, where each begins, its size, and each row's rank in it."""
    order: Indices = np.argsort(codes, kind="stable")
    if len(codes) < 2**31:
        order = order.astype(np.int32)
    counts = np.bincount(codes)
    start = np.cumsum(counts) - counts
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - np.repeat(start, counts)
    return order, start, counts, rank


def _below(limits: Indices, rng: np.random.Generator) -> Indices:
    """Draw an integer from 0 up to each limit, which it does not reach."""
    drawn: Floats = rng.random(len(limits))
    return (drawn * limits).astype(np.int64)


def _refuse_single_rows(y: MixedTarget, owner: str) -> None:
    label, count = min(y.counts.items(), key=lambda item: item[1])
    if count < 2:
        raise ValueError(
            f"pairs='same_class' of {owner} needs at least 2 rows in each class; class {label!r} "
            "has 1. Use pairs='random', or drop the class."
        )


def _neighbor_partners(
    X: Table,
    seed: Indices,
    rng: np.random.Generator,
    k_neighbors: Any,
    n_jobs: int | None,
    owner: str,
) -> Indices:
    """Draw one of the nearest rows, of any class."""
    k, n_rows = checked_k(k_neighbors, owner, "k_neighbors"), X.shape[0]
    if n_rows < k + 1:
        raise ValueError(
            f"{owner} needs at least k_neighbors + 1 = {k + 1} rows; X has {n_rows}. Set "
            f"k_neighbors to {n_rows - 1} or less, or use pairs='random'."
        )
    metric: CategoryMetric | None = None
    if X.codes.shape[1]:
        metric = mismatch_metric(column_std(X.numeric) if X.n_numeric else np.empty(0))
    wanted, row = np.unique(seed, return_inverse=True)
    found = neighbors_of(
        wanted,
        X.numeric,
        X.codes,
        metric,
        k=k,
        k_neighbors=k_neighbors,
        n_jobs=n_jobs,
        owner=owner,
        parameter="k_neighbors",
    )
    partner: Indices = found[row, random_indices(rng, k, len(seed))]
    return partner.astype(seed.dtype)
