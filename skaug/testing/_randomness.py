"""Checks of the randomness: what the result depends on, and what it must not depend on."""

import random
from typing import Any
from unittest import SkipTest

import numpy as np
from numpy.typing import NDArray

from skaug.testing._data import numbers, prepared, require_parameter, resampled


def check_same_seed_same_result(name: str, sampler: Any) -> None:
    """Check that a seed gives the same bytes: an int, a generator or a state made anew."""
    require_parameter(sampler, "random_state")
    X, y = numbers(sampler)
    for make in (int, np.int64, np.random.RandomState, np.random.default_rng):
        runs = [resampled(prepared(sampler, random_state=make(5)), X, y) for _ in range(2)]
        assert runs[0].X.tobytes() == runs[1].X.tobytes(), f"{name} varies with {make.__name__}"
    repeated = prepared(sampler)
    first, second = (resampled(repeated, X, y).X.tobytes() for _ in range(2))
    assert first == second, f"{name} varies between two calls of one instance with an int seed"


def check_no_seed_varies(name: str, sampler: Any) -> None:
    """Check that rows differ without a seed, and between two calls with one generator."""
    require_parameter(sampler, "random_state")
    X, y = numbers(sampler)
    for state in (None, np.random.RandomState(0), np.random.default_rng(0)):
        repeated = prepared(sampler, random_state=state)
        first, second = (resampled(repeated, X, y).X for _ in range(2))
        if len(first) == len(y):
            raise SkipTest(f"{name} made no rows")
        same = first.shape == second.shape and (first == second).all()
        assert not same, f"{name} made the same rows twice with random_state={state!r}"


def check_global_state_is_untouched(name: str, sampler: Any) -> None:
    """Check that the global random states, NumPy's and Python's, are not advanced."""
    X, y = numbers(sampler)
    legacy, python = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    for seed in (None, 0):
        resampled(prepared(sampler, random_state=seed), X, y)
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert _words(legacy) == _words(after), f"{name} advanced NumPy's global random state"
    assert python == random.getstate(), f"{name} advanced Python's global random state"


def _words(state: Any) -> tuple[bytes, int]:
    return state["state"]["key"].tobytes(), state["state"]["pos"]


def check_n_jobs_does_not_matter(name: str, sampler: Any) -> None:
    """Check that the number of threads or processes does not change the result."""
    require_parameter(sampler, "n_jobs")
    X, y = numbers(sampler)
    first, second = (resampled(prepared(sampler, n_jobs=n), X, y) for n in (1, 2))
    np.testing.assert_array_equal(first.X, second.X, f"{name}: n_jobs changed the rows")


def check_other_counts_do_not_matter(name: str, sampler: Any) -> None:
    """Check that how many rows other classes get does not change what a class gets."""
    require_parameter(sampler, "sampling_strategy")
    X, y = numbers(sampler)
    made = [
        _made(prepared(sampler, sampling_strategy={**others, 1: 31}), X, y, label=1)
        for others in ({}, {2: 20}, {0: 45, 2: 13})
    ]
    for rows in made[1:]:
        message = f"{name}: the counts of other classes changed the rows of a class"
        np.testing.assert_array_equal(made[0], rows, message)


def check_other_classes_do_not_matter(name: str, sampler: Any) -> None:
    """Check that removing a class does not change what the others get.

    A sampler that looks at rows of other classes fails this by design.
    """
    require_parameter(sampler, "sampling_strategy")
    X, y = numbers(sampler)
    sampler = prepared(sampler, sampling_strategy={1: 31})
    kept = y != 2
    message = f"{name}: removing a class changed the rows of another"
    np.testing.assert_array_equal(
        _made(sampler, X, y, label=1), _made(sampler, X[kept], y[kept], label=1), message
    )


def _made(sampler: Any, X: Any, y: Any, *, label: int) -> NDArray[Any]:
    result = resampled(sampler, X, y)
    return result.X[len(y) :][result.y[len(y) :] == label]
