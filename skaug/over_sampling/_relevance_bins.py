"""What the samplers for regression share: relevance, its bins, and how large each should be."""

from typing import Any, Literal

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug.metrics import relevance_of_extremes, relevance_of_points

__all__ = ["bin_sizes", "relevance_bins", "relevance_values"]


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
