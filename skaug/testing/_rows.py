"""Checks of the rows: which come back, how many, where from, and with what weight."""

from collections import Counter
from typing import Any

import numpy as np

from skaug.testing._data import (
    kept_rows,
    numbers,
    prepared,
    require_input,
    require_parameter,
    resampled,
)


def check_originals_come_first(name: str, sampler: Any) -> None:
    """Check that the rows of X stand first, in order and unchanged, and so their labels."""
    X, y = numbers(sampler)
    result = resampled(prepared(sampler), X, y)
    n = len(y)
    assert len(result.X) == len(result.y) >= n, (
        f"{name} returned {len(result.X)} rows of X and {len(result.y)} of y for {n}"
    )
    assert result.X.dtype == X.dtype, f"{name} turned {X.dtype} into {result.X.dtype}"
    assert result.y.dtype == y.dtype, f"{name} turned labels {y.dtype} into {result.y.dtype}"
    assert result.X.shape[1] == X.shape[1], f"{name} changed the number of columns"
    np.testing.assert_array_equal(result.X[:n], X, f"{name} changed original rows")
    np.testing.assert_array_equal(result.y[:n], y, f"{name} changed original labels")


def check_counts_follow_sampling_strategy(name: str, sampler: Any) -> None:
    """Check that each form of ``sampling_strategy`` is met to the row."""
    require_parameter(sampler, "sampling_strategy")
    X, y = numbers(sampler)
    ask = {1: 25, 2: 33}
    cases = [
        ("auto", {0: 40, 1: 40, 2: 40}),
        ("not majority", {0: 40, 1: 40, 2: 40}),
        ("all", {0: 40, 1: 40, 2: 40}),
        ("minority", {0: 40, 1: 20, 2: 40}),
        ("not minority", {0: 40, 1: 40, 2: 12}),
        (ask, {0: 40, **ask}),
        (dict(reversed(ask.items())), {0: 40, **ask}),
        ({}, {0: 40, 1: 20, 2: 12}),
        (_one_more_of_each, {0: 41, 1: 21, 2: 13}),
    ]
    for strategy, expected in cases:
        _check_counts(name, prepared(sampler, sampling_strategy=strategy), X, y, expected)
    X, y = numbers(sampler, n_classes=2)
    for ratio, made in [(1.0, 40), (0.75, 30), (0.69, 28), (0.5, 20)]:  # 0.69 * 40 = 27.6
        _check_counts(name, prepared(sampler, sampling_strategy=ratio), X, y, {0: 40, 1: made})


def _one_more_of_each(y: Any) -> dict[int, int]:
    return {label: n + 1 for label, n in Counter(y.tolist()).items()}


def _check_counts(name: str, sampler: Any, X: Any, y: Any, expected: dict[int, int]) -> None:
    counts = Counter(resampled(sampler, X, y).y.tolist())
    assert counts == expected, (
        f"{name} with sampling_strategy={sampler.sampling_strategy!r} returned {dict(counts)}, "
        f"not {expected}"
    )


def check_provenance(name: str, sampler: Any) -> None:
    """Check what ``sample_indices_``, ``partner_indices_`` and ``is_synthetic_`` say."""
    X, y = numbers(sampler)
    sampler = prepared(sampler)
    result = resampled(sampler, X, y)
    n, n_res = len(y), len(result.y)
    seed, partner = sampler.sample_indices_, sampler.partner_indices_
    for indices, attribute in [(seed, "sample_indices_"), (partner, "partner_indices_")]:
        assert indices.shape == (n_res,), f"{attribute} of {name} has shape {indices.shape}"
        assert indices.dtype.kind == "i", f"{attribute} of {name} is {indices.dtype}, not int"
        inside = (indices >= -1) & (indices < n)
        assert inside.all(), f"{attribute} of {name} holds what are not rows of X"
    made = sampler.is_synthetic_
    assert made.dtype == bool, f"is_synthetic_ of {name} is {made.dtype}, not bool"
    assert made.shape == (n_res,), f"is_synthetic_ of {name} has shape {made.shape}"
    assert (made == np.sort(made)).all(), f"{name} put synthetic rows before original ones"
    assert (seed[~made] >= 0).all(), f"{name} does not know where its original rows are from"
    assert (partner[~made] == -1).all(), f"original rows of {name} have partners"
    np.testing.assert_array_equal(
        result.X[~made], X[seed[~made]], f"sample_indices_ of {name}, rows that are not synthetic"
    )
    known = seed >= 0
    same = result.y[known] == y[seed[known]]
    assert same.all(), f"{name} returned rows whose label is not that of their seed"


def check_missing_values_follow_the_seed(name: str, sampler: Any) -> None:
    """Check that a row misses what its seed misses, so that this does not tell the class."""
    require_input(sampler, "allow_nan")
    X, y = numbers(sampler)
    X[np.random.default_rng(2).random(X.shape) < 0.2] = np.nan
    sampler = prepared(sampler)
    result = resampled(sampler, X, y)
    known = sampler.sample_indices_ >= 0
    np.testing.assert_array_equal(
        np.isnan(result.X[known]),
        np.isnan(X)[sampler.sample_indices_[known]],
        f"{name} changed which values are missing",
    )


def check_weights_in_weights_out(name: str, sampler: Any) -> None:
    """Check that weights come back when they went in, in their container, originals first."""
    X, y = numbers(sampler)
    weight = np.random.default_rng(3).uniform(0.5, 2, len(y))
    plain = resampled(prepared(sampler), X, y)
    sampler = prepared(sampler)
    for dtype in (np.float64, np.float32):
        given = weight.astype(dtype)
        result = resampled(sampler, X, y, sample_weight=given)
        assert result.weight is not None, f"{name} lost the weights"
        assert result.weight.dtype == dtype, f"{name} changed the dtype of the weights"
        assert result.weight.shape == (len(result.y),), f"{name} returned too few weights"
        kept = kept_rows(sampler)
        np.testing.assert_array_equal(
            result.weight[: len(kept)], given[kept], f"{name} changed original weights"
        )
        assert np.isfinite(result.weight).all(), f"{name} made weights that are not finite"
        np.testing.assert_array_equal(result.X, plain.X, f"{name}: weights changed the rows")
    as_list = resampled(sampler, X, y, sample_weight=weight.tolist()).weight
    assert isinstance(as_list, list), f"{name} turned a list of weights into {type(as_list)}"
    as_array = resampled(sampler, X, y, sample_weight=weight).weight
    assert as_list == as_array.tolist(), f"{name} makes other weights of a list"
    ones = resampled(sampler, X, y, sample_weight=np.ones(len(y))).weight
    assert ones.max() <= 1 + 1e-6, f"{name}: of parents of weight 1 came rows that weigh more"


def check_results_are_fresh(name: str, sampler: Any) -> None:
    """Check that what comes back can be written to without writing into what went in."""
    X, y = numbers(sampler)
    keep = np.concatenate([np.flatnonzero(y == label)[:12] for label in range(3)])
    weight = np.ones(len(y))
    for rows in (np.arange(len(y)), keep):  # of the second nothing is made by default
        given = X[rows], y[rows], weight[rows]
        result = resampled(prepared(sampler), *given[:2], sample_weight=given[2])
        for before, after in zip(given, result, strict=True):
            assert after.flags.writeable, f"{name} returned an array that is read-only"
            assert not np.shares_memory(before, after), f"{name} returned its input itself"
