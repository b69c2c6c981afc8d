"""What the samplers for regression share: relevance, its bins, and how bins grow or shrink."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import class_rng
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import NEIGHBORS, SEARCH, checked_k
from skaug.base import BaseSampler, Table
from skaug.metrics import relevance_of_extremes, relevance_of_points

__all__ = [
    "BIN_CONSTRAINTS",
    "RELEVANCE_CONSTRAINT",
    "bin_sizes",
    "grown_bins",
    "interpolated_bin",
    "relevance_bins",
    "relevance_values",
    "thinned_bins",
]

RELEVANCE_CONSTRAINT: list[Any] = [sk.StrOptions({"extremes"}), "array-like", callable]
BIN_CONSTRAINTS: dict[str, Any] = {
    **BaseSampler._parameter_constraints,
    "relevance": RELEVANCE_CONSTRAINT,
    "relevance_threshold": [sk.Interval(Real, 0, 1, closed="right")],
    "sampling_strategy": [sk.StrOptions({"balance", "extreme"})],
    "k_neighbors": SEARCH,
    "neighbors": NEIGHBORS,
    "under_sampling": ["boolean"],
    "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    "n_jobs": sk.N_JOBS,
}

SampleBin = Callable[[Table, Any, Indices, int, np.random.Generator], list[Batch]]


def relevance_values(relevance: Any, y: Floats, owner: str) -> Floats:
    """Return the relevance of each target, (n,), as the parameter `relevance` says."""
    if isinstance(relevance, str):
        function: Any = relevance_of_extremes(y)
    elif callable(relevance):
        function = relevance
    else:
        function = relevance_of_points(relevance)
    values = np.asarray(function(y), dtype=np.float64)
    if values.shape != y.shape or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            f"relevance of {owner} must return a number from 0 to 1 for each of the {len(y)} "
            f"targets; got an array of shape {values.shape} from {values.min():g} to "
            f"{values.max():g}."
        )
    return values


def relevance_bins(y: Floats, relevance: Floats, threshold: float) -> Indices:
    """Cut the sorted targets where relevance crosses the threshold; return each row's bin.

    Bins are numbered from the smallest targets up; relevant and irrelevant ones take turns.
    """
    order = np.argsort(y, kind="stable")
    is_relevant = relevance[order] >= threshold
    bin_of = np.empty(len(y), dtype=np.intp)
    bin_of[order] = np.cumsum(np.append(False, is_relevant[1:] != is_relevant[:-1]))
    return bin_of


def bin_sizes(counts: Indices, strategy: Literal["balance", "extreme"]) -> Indices:
    r"""Return how many rows each bin is to have.

    With :math:`B = n / \#bins` it is B for all ("balance"), or proportional to
    :math:`B^2 / n_{bin}` with the same total ("extreme"), which turns the frequencies over.
    """
    n_rows = int(counts.sum())
    share = np.ones(len(counts)) if strategy == "balance" else 1 / counts
    exact = n_rows * share / share.sum()
    sizes = np.floor(exact).astype(np.intp)
    most = np.argsort(-(exact - sizes), kind="stable")
    sizes[most[: n_rows - sizes.sum()]] += 1  # largest remainder
    return np.maximum(sizes, 1)


def thinned_bins(sampler: Any, y: Any, seed: np.random.SeedSequence) -> Indices | None:
    """Put the rows into bins and return those to keep, None for all.

    Sets ``relevance_``, ``bins_`` and ``bin_sizes_`` of the sampler, by its parameters.
    """
    sampler.relevance_ = relevance_values(sampler.relevance, y.values, type(sampler).__name__)
    sampler.bins_ = relevance_bins(y.values, sampler.relevance_, sampler.relevance_threshold)
    sampler.bin_sizes_ = bin_sizes(np.bincount(sampler.bins_), sampler.sampling_strategy)
    y.group(sampler.bins_)
    if not sampler.under_sampling:
        return None
    kept = []
    for code, size in enumerate(sampler.bin_sizes_.tolist()):
        members, rng = y.members(code), class_rng(seed, f"kept of bin {code}")
        kept.append(members if len(members) <= size else rng.permutation(members)[:size])
    return np.sort(np.concatenate(kept))


def grown_bins(
    sampler: Any, X: Table, y: Any, seed: np.random.SeedSequence, sample_bin: SampleBin
) -> list[Batch]:
    """Let ``sample_bin(X, y, members, n_samples, rng)`` make what each small bin lacks."""
    batches = []
    for code, size in enumerate(sampler.bin_sizes_.tolist()):
        members = y.members(code)
        if size > len(members):
            n_samples = size - len(members)
            batches += sample_bin(X, y, members, n_samples, class_rng(seed, code))
    return batches


def interpolated_bin(
    sampler: Any,
    X: Table,
    y: Any,
    members: Indices,
    position: Indices,
    rng: np.random.Generator,
    *,
    alone: str,
) -> Batch:
    """Plan rows and targets between neighbours of a bin, from seeds at ``members[position]``.

    `alone` says what becomes of the only row of a bin, for the warning.
    """
    low, high = y.values[members].min(), y.values[members].max()
    where = f"the bin of targets from {low:g} to {high:g}"
    owner = type(sampler).__name__
    wanted = checked_k(sampler.k_neighbors, owner, "k_neighbors")
    k = min(wanted, len(members) - 1)
    if k < wanted:
        instead = "all are neighbours" if k else alone
        warnings.warn(
            f"{owner} looks for k_neighbors = {wanted} neighbours, but {where} has "
            f"{len(members)} row(s): {instead}.",
            UserWarning,
            stacklevel=2,
        )
    if k == 0:
        return Batch(seed=members[position])
    batch = interpolated_batch(
        X,
        y,
        members,
        position,
        rng,
        k_neighbors=sampler.k_neighbors if k == wanted else k,
        neighbors=sampler.neighbors,
        n_jobs=sampler.n_jobs,
        owner=owner,
        where=where,
    )
    return _with_interpolated_target(batch, y, rng)


def _with_interpolated_target(batch: Batch, y: Any, rng: np.random.Generator) -> Batch:
    """Give the rows targets between those of their parents, as far along as the rows are."""
    if batch.partner is None:
        return batch
    step = rng.random(len(batch)) if batch.step is None else batch.step
    own, other = y.values[batch.seed], y.values[batch.partner]
    between = own + step * (other - own)  # but for rounding
    return replace(batch, y=np.clip(between, np.minimum(own, other), np.maximum(own, other)))
