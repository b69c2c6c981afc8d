"""Rows and continuous targets with a little Gaussian noise."""

from typing import Any

import numpy as np

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import MISSING
from skaug._core.rng import random_indices
from skaug._core.stats import column_std
from skaug._core.table import is_sparse
from skaug.base import Table
from skaug.over_sampling._random_over_sampler import jitter

__all__ = ["drawn_categories", "noisy_batch", "refuse_noise_on_sparse"]


def noisy_batch(
    X: Table,
    y: Any,
    seed: Indices,
    factor: Floats,
    rng: np.random.Generator,
    *,
    like: Indices,
    within: Indices,
    codes: Indices | None = None,
) -> Batch:
    """Plan rows that are their seeds with Gaussian noise, targets included.

    Parameters
    ----------
    X, y : Table, ContinuousTarget
        What is resampled.

    seed : ndarray of shape (n,)
        The rows to start from.

    factor : ndarray of shape (n,)
        Standard deviation of each row's noise, as a share of that of the column.

    rng : Generator
        Draws the noise: of the targets now, of X when it is written.

    like : ndarray of shape (n_like,)
        The rows whose deviations the noise has.

    within : ndarray of shape (n_within,)
        The rows whose range of targets is not left.

    codes : ndarray of shape (n, n_categorical), default=None
        The categories of the new rows; None copies the seeds'.
    """
    targets = y.values[seed] + factor * y.values[like].std() * rng.standard_normal(len(seed))
    targets = np.clip(targets, y.values[within].min(), y.values[within].max())
    if not X.n_numeric:
        return Batch(seed=seed, codes=codes, y=targets)
    spread = column_std(X.numeric[like])

    def write(X: Floats, out: Floats) -> None:
        jitter(X, seed, spread, rng, out, factor)

    return Batch(seed=seed, writer=write, codes=codes, y=targets)


def refuse_noise_on_sparse(X: Any, owner: str) -> None:
    """Raise for a sparse table, whose zeros noise would fill."""
    if is_sparse(X):
        raise ValueError(
            f"{owner} does not work on sparse data: it adds noise to every cell, which fills the "
            "zeros. Use SMOTER, which keeps them, or pass X.toarray()."
        )


def drawn_categories(codes: Indices, own: Indices, rng: np.random.Generator) -> Indices | None:
    """Draw categories, column by column, by their frequencies in `codes`; None if there are none.

    What `own`, of shape (n, n_categorical), misses stays missing.
    """
    if not own.shape[1]:
        return None
    drawn = own.copy()
    for j, column in enumerate(codes.T):
        present, is_missing = column[column != MISSING], own[:, j] == MISSING
        if len(present):
            choice = present[random_indices(rng, len(present), len(own))]
            drawn[:, j] = np.where(is_missing, MISSING, choice)
    return drawn
