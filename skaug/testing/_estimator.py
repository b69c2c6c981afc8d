"""Checks of the estimator: its constructor, parameters, attributes and methods."""

import pickle
import re
from copy import deepcopy
from inspect import Parameter, signature
from typing import Any
from unittest import SkipTest

import joblib
import numpy as np
from sklearn.base import clone

from skaug.testing._data import numbers, prepared, resampled


def check_no_transform(name: str, sampler: Any) -> None:
    """Check that there is no transform: pipelines resample while fitting and never after."""
    assert callable(getattr(sampler, "fit_resample", None)), f"{name} has no fit_resample"
    for method in ("transform", "fit_transform", "inverse_transform"):
        assert not hasattr(sampler, method), f"{name} has both fit_resample and {method}"


def check_constructor_only_stores(name: str, sampler: Any) -> None:
    """Check that ``__init__`` stores what it is given, as it is, and nothing else."""
    params = sampler.get_params(deep=False)
    made = type(sampler)(**params)
    assert set(vars(made)) == set(params), (
        f"{name}.__init__ sets {sorted(set(vars(made)) ^ set(params))} besides its parameters"
    )
    changed = [key for key, value in params.items() if getattr(made, key) is not value]
    assert not changed, f"{name}.__init__ changes {changed}"


def check_constructor_is_keyword_only(name: str, sampler: Any) -> None:
    """Check that parameters are given by name; one leading one may be positional."""
    parameters = signature(type(sampler)).parameters.values()
    positional = [p.name for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD]
    assert len(positional) <= 1, f"{name} takes {positional} by position"
    assert all(p.kind is not Parameter.VAR_KEYWORD for p in parameters), (
        f"{name} takes any keyword, so that a misspelt parameter goes unnoticed"
    )


def check_fit_validates_and_returns_self(name: str, sampler: Any) -> None:
    """Check that ``fit`` checks X and y, makes nothing and returns the sampler."""
    X, y = numbers(sampler)
    sampler = prepared(sampler)
    assert sampler.fit(X, y) is sampler, f"{name}.fit does not return the sampler"
    assert sampler.n_features_in_ == X.shape[1], f"{name}.fit does not set n_features_in_"
    assert not hasattr(sampler, "sample_indices_"), f"{name}.fit makes rows"


def check_fitted_attributes_end_in_underscore(name: str, sampler: Any) -> None:
    """Check that what `fit_resample` sets ends in an underscore or is private."""
    X, y = numbers(sampler)
    sampler = prepared(sampler)
    params = set(vars(sampler))
    resampled(sampler, X, y)
    wrong = [
        attribute
        for attribute in set(vars(sampler)) - params
        if not attribute.endswith("_") and not attribute.startswith("_")
    ]
    assert not wrong, f"{name}.fit_resample sets {sorted(wrong)}, which do not end in an underscore"


def check_clone_and_set_params(name: str, sampler: Any) -> None:
    """Check that a clone, and one given all parameters by `set_params`, make the same rows."""
    X, y = numbers(sampler)
    original = prepared(sampler)
    expected = resampled(original, X, y).X
    copied = clone(original)
    assert not hasattr(copied, "sample_indices_"), f"a clone of {name} is fitted"
    given = clone(sampler).set_params(**original.get_params(deep=False))
    for other, how in [(copied, "a clone"), (given, "set_params")]:
        np.testing.assert_array_equal(resampled(other, X, y).X, expected, f"{name}: {how} differs")


def check_pickle(name: str, sampler: Any) -> None:
    """Check that a fitted sampler comes back from a pickle with all it knows."""
    X, y = numbers(sampler)
    sampler = prepared(sampler)
    expected = resampled(sampler, X, y).X
    copied = pickle.loads(pickle.dumps(sampler))
    for attribute in ("sample_indices_", "partner_indices_", "is_synthetic_"):
        before, after = getattr(sampler, attribute), getattr(copied, attribute)
        np.testing.assert_array_equal(before, after, f"{name}: a pickle changed {attribute}")
    np.testing.assert_array_equal(resampled(copied, X, y).X, expected, f"{name}: a pickle differs")


def check_errors_name_the_sampler(name: str, sampler: Any) -> None:
    """Check that the error for a parameter of a wrong type names it and the sampler."""
    constraints = getattr(sampler, "_parameter_constraints", None)
    if constraints is None:
        raise SkipTest(f"{name} has no table of parameter constraints")
    X, y = numbers(sampler)
    for parameter in sampler.get_params(deep=False):
        assert parameter in constraints, f"{name} does not constrain {parameter}"
        if constraints[parameter] == "no_validation":
            continue
        message = _message_of_error(prepared(sampler, **{parameter: object()}), X, y)
        assert {name, parameter} <= set(re.findall(r"\w+", message)), (
            f"the error for a bad {parameter} must name {name} and {parameter}, got: {message!r}"
        )


def _message_of_error(sampler: Any, X: Any, y: Any) -> str:
    try:
        resampled(sampler, X, y)
    except (TypeError, ValueError) as error:
        return str(error)
    return "no error"


def check_weights_can_be_requested(name: str, sampler: Any) -> None:
    """Check that with metadata routing the sampler can ask for ``sample_weight``."""
    assert hasattr(sampler, "get_metadata_routing"), f"{name} knows no metadata routing"
    assert "sample_weight" in signature(sampler.fit_resample).parameters, (
        f"{name}.fit_resample takes no sample_weight"
    )
    assert hasattr(sampler, "set_fit_resample_request"), (
        f"{name} has no set_fit_resample_request: import skaug.base before its class is made"
    )


def check_nothing_is_mutated(name: str, sampler: Any) -> None:
    """Check that X, y, weights and parameters stay what they were, and may be read-only."""
    X, y = numbers(sampler)
    weight = np.linspace(0.5, 2, len(y))
    sampler = prepared(sampler)
    given = (X, y, weight)
    before = deepcopy(given)
    params = joblib.hash(sampler.get_params())
    resampled(sampler, X, y, sample_weight=weight)
    for old, new, what in zip(before, given, ("X", "y", "sample_weight"), strict=True):
        np.testing.assert_array_equal(old, new, f"{name} changed {what} in place")
    assert joblib.hash(sampler.get_params()) == params, f"{name} changed its parameters"
    for array in given:
        array.flags.writeable = False
    resampled(sampler, X, y, sample_weight=weight)
