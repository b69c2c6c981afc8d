"""What the methods that look beyond the class share: foreign neighbours, shares, fall-backs."""

import warnings
from typing import Any

import numpy as np

from skaug._core.batch import Batch, Floats, Indices
from skaug._core.table import Table
from skaug._core.target import Target
from skaug._planning.table_search import category_metric, checked_k, neighbors_of

__all__ = ["apportioned", "foreign_share", "joined_batches", "warn_of_fall_back"]


def foreign_share(
    X: Table,
    y: Target,
    rows: Indices,
    *,
    n_neighbors: Any,
    n_jobs: int | None,
    owner: str,
    parameter: str,
    neighbors: str = "exact",
) -> Floats:
    """Return the share of other classes among the nearest rows, of all classes, of each row.

    Parameters
    ----------
    X, y : Table, Target
        What is resampled.

    rows : ndarray of shape (n,)
        The rows to look at.

    n_neighbors : int or object with fit and kneighbors
        How many nearest rows.

    n_jobs : int or None
        Threads of the search.

    owner, parameter : str
        The sampler and its name for `n_neighbors`, for the messages.

    neighbors : {'exact', 'approximate'}, default='exact'
        How a number of neighbours is searched.
    """
    k = checked_against_table(n_neighbors, len(y), owner=owner, parameter=parameter)
    found = neighbors_of(
        rows,
        X.numeric,
        X.codes,
        category_metric(X, y, np.arange(len(y))),
        k=k,
        k_neighbors=n_neighbors,
        n_jobs=n_jobs,
        owner=owner,
        parameter=parameter,
        neighbors=neighbors,
    )
    return (y.codes[found] != y.codes[rows][:, None]).mean(axis=1)


def checked_against_table(n_neighbors: Any, n_rows: int, *, owner: str, parameter: str) -> int:
    """Return the number of neighbours asked for, if the whole table has as many."""
    k = checked_k(n_neighbors, owner, parameter)
    if n_rows < k + 1:
        raise ValueError(
            f"{owner} needs at least {parameter} + 1 = {k + 1} rows in X; it has {n_rows}. "
            f"Set {parameter} to {n_rows - 1} or less, or use RandomOverSampler."
        )
    return k


def apportioned(n_samples: int, weight: Floats, rng: np.random.Generator) -> Indices:
    """Divide `n_samples` in proportion to the weights: by largest remainder, ties at random.

    Parameters
    ----------
    n_samples : int
        What is divided; the result adds up to it.

    weight : ndarray of shape (n,)
        Not negative, and not all 0.

    rng : Generator
        Draws among equal remainders.
    """
    quota = n_samples * (weight / weight.sum())
    count = np.floor(quota + 1e-9).astype(np.int64)  # a quota of 3 may come out as 2.999...
    remainder = np.round(quota - count, 9)
    order = rng.permutation(len(weight))
    order = order[np.argsort(-remainder[order], kind="stable")]
    count[order[: n_samples - count.sum()]] += 1
    return count


def joined_batches(batches: list[Batch], pool: Indices) -> Batch:
    """Return one recipe for what several say, all of them with partners.

    Parameters
    ----------
    batches : list of Batch
        At least one, all of one table.

    pool : ndarray of shape (n_pool,)
        Rows among which all parents are.
    """

    def column(name: str) -> Any:
        parts = [getattr(batch, name) for batch in batches]
        return None if parts[0] is None else np.concatenate(parts)

    return Batch(
        seed=column("seed"),
        partner=column("partner"),
        step=column("step"),
        codes=column("codes"),
        pool=pool,
    )


def warn_of_fall_back(owner: str, label: Any, n_samples: int, found: str, instead: str) -> None:
    """Say that a method has nothing to work on in a class, and what is done instead."""
    warnings.warn(
        f"{owner} found {found} class {label!r}: its {n_samples} new rows are {instead}.",
        UserWarning,
        stacklevel=2,
    )
