"""How weights travel: from whoever gives or makes them, through samplers, to estimators."""

from collections.abc import Iterable, Mapping
from inspect import Parameter, signature
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object

from skaug._core import sklearn as sk
from skaug._core.reading import read_weight, restored_weight

__all__ = [
    "WEIGHT",
    "common_weight",
    "described",
    "is_sampler",
    "requests_weight",
    "require_sampler",
    "resample",
    "restrict_tags",
    "should_hand_over",
    "takes_weight",
    "unpacked",
    "weight_keys",
    "weight_keyword",
    "weighted",
]

WEIGHT = "sample_weight"
_ADVICE = "Use a sampler that returns weights, as those of skaug do, or fit without weights."


def described(role: str, step: Any) -> str:
    """Name a part of a composition the same way in every message."""
    absent = step is None or isinstance(step, str)
    return f"{role} ({step if absent else type(step).__name__})"


def is_sampler(step: Any) -> bool:
    """Whether `step` resamples; None and 'passthrough' do not."""
    return hasattr(step, "fit_resample")


def require_sampler(sampler: Any, owner: str) -> None:
    """Raise if `sampler` cannot stand alone as the sampler of `owner`."""
    if isinstance(sampler, type):
        name = sampler.__name__
        raise TypeError(f"{owner} needs samplers that are instances: write {name}(), not {name}.")
    if isinstance(sampler, Pipeline):
        raise TypeError(
            f"{owner} got a pipeline as sampler. What it does to X while fitting would not be "
            "done when predicting. Join samplers with SamplerChain, and put transformers into "
            "the estimator or before it."
        )
    if not is_sampler(sampler):
        raise TypeError(f"{owner} needs a sampler, an object with fit_resample; got {sampler!r}.")


# What is given -----------------------------------------------------------------------------


def weight_keys(params: Mapping[str, Any]) -> list[str]:
    """Return the keys of `params` that hold weights, for nested pipelines too."""
    return [
        key
        for key, value in params.items()
        if value is not None and (key == WEIGHT or key.endswith(f"__{WEIGHT}"))
    ]


def common_weight(given: Iterable[tuple[str, Mapping[str, Any]]]) -> Any:
    """Return the one vector of weights in parameters by name; None if there is none."""
    found = [(name, params[key]) for name, params in given for key in weight_keys(params)]
    if not found:
        return None
    (first, weight), *others = found
    for name, other in others:
        if other is not weight and not np.array_equal(np.asarray(other), np.asarray(weight)):
            raise ValueError(
                f"sample_weight given to {first!r} and to {name!r} differ. One vector of weights "
                "goes through the samplers; give both the same."
            )
    return weight


# Samplers ----------------------------------------------------------------------------------


def takes_weight(sampler: Any) -> bool:
    """Whether ``sampler.fit_resample`` has a parameter sample_weight."""
    parameters = signature(sampler.fit_resample).parameters
    if WEIGHT in parameters:
        return True
    # imbalanced-learn's base class hands ``**params`` on to this method of its subclasses
    hook = getattr(sampler, "_fit_resample", None)
    passes_on = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    return passes_on and hook is not None and WEIGHT in signature(hook).parameters


def should_hand_over(sampler: Any, params: Mapping[str, Any], label: str) -> bool:
    """Whether to call the sampler with the weights; with routing on it must have asked."""
    if not takes_weight(sampler):
        return False
    if not sk.routing_enabled() or WEIGHT in params:
        return True
    request = _request(sampler, "fit_resample")
    if request is None:
        raise ValueError(
            f"{label} has not said whether it wants the sample_weight that comes down to it. Call "
            f"{type(sampler).__name__}.set_fit_resample_request(sample_weight=True), or =False "
            "to have the weights of its rows looked up by its sample_indices_."
        )
    return request is not False


def resample(
    sampler: Any,
    X: Any,
    y: Any,
    weight: Any = None,
    params: Mapping[str, Any] | None = None,
    *,
    label: str,
    hand_over: bool = True,
    needed: bool = True,
) -> tuple[Any, Any, Any]:
    """Fit the sampler and return X, y and weights, or None for weights where there are none.

    Parameters
    ----------
    weight : array-like of shape (n,) or None
        Weights of the rows of X, whoever they are meant for.

    params : dict
        What else ``fit_resample`` is called with.

    label : str
        How messages name the sampler.

    hand_over : bool
        Call the sampler with the weights. Otherwise, or if it does not return them, they are
        looked up by its ``sample_indices_``.

    needed : bool
        Raise if weights went in and none can come out. False: the sampler was the only one
        to want them.
    """
    params = {key: value for key, value in (params or {}).items() if key != WEIGHT}
    if y is not None and sk.num_samples(y) != sk.num_samples(X):
        raise ValueError(
            f"{label} was given {sk.num_samples(X)} rows of X, but {sk.num_samples(y)} of y."
        )
    if weight is not None:
        read_weight(weight, sk.num_samples(X), label)
        if hand_over:
            params[WEIGHT] = weight
    X_res, y_res, returned = unpacked(sampler.fit_resample(X, y, **params), label)
    if weight is None or (hand_over and returned is not None):
        return X_res, y_res, returned
    if returned is not None:
        raise ValueError(
            f"{label} makes weights of its own without taking those that come down to it, which "
            f"would be lost. {_ADVICE}"
        )
    if hand_over and not needed:
        return X_res, y_res, None
    return X_res, y_res, _looked_up(sampler, weight, sk.num_samples(X), X_res, label, hand_over)


def unpacked(output: Any, label: str) -> tuple[Any, Any, Any]:
    """Return X, y and weights or None from what a sampler returned, if their lengths agree."""
    if not isinstance(output, tuple) or len(output) not in (2, 3):
        found = f"{len(output)} values" if isinstance(output, tuple) else type(output).__name__
        raise TypeError(f"{label} must return (X, y) or (X, y, sample_weight); got {found}.")
    X, y, weight = output if len(output) == 3 else (*output, None)
    n_rows = sk.num_samples(X)
    if y is not None and sk.num_samples(y) != n_rows:
        raise ValueError(f"{label} returned {n_rows} rows of X, but {sk.num_samples(y)} of y.")
    if weight is not None and np.asarray(weight).shape != (n_rows,):
        raise ValueError(
            f"{label} returned {n_rows} rows of X, but sample_weight of shape "
            f"{np.asarray(weight).shape}; there must be one weight for each row."
        )
    return X, y, weight


def _looked_up(
    sampler: Any, weight: Any, n_rows: int, X_res: Any, label: str, hand_over: bool
) -> Any:
    """Return the weights of the rows that the sampler says it took."""
    did = "took sample_weight but returned none" if hand_over else "takes no sample_weight"
    indices = getattr(sampler, "sample_indices_", None)
    if indices is None:
        raise ValueError(
            f"{label} {did} and has no sample_indices_, so the weights of the rows it returns "
            f"are unknown. {_ADVICE}"
        )
    indices = np.asarray(indices)
    n_res = sk.num_samples(X_res)
    if indices.shape != (n_res,) or (n_res and not 0 <= indices.min() <= indices.max() < n_rows):
        raise ValueError(
            f"{label} {did}, and its sample_indices_ do not say where each of the {n_res} rows "
            f"it returns comes from, so their weights are unknown. {_ADVICE}"
        )
    return restored_weight(read_weight(weight, n_rows, label)[indices], weight)


# Estimators --------------------------------------------------------------------------------


def weighted(
    estimator: Any, params: Mapping[str, Any], weight: Any, *, label: str, method: str = "fit"
) -> dict[str, Any]:
    """Return `params` of the estimator's `method`, with the weights where it wants them."""
    if weight is None:
        return dict(params)
    keys = weight_keys(params)
    if not keys:
        keyword = weight_keyword(estimator, label, method)
        keys = [] if keyword is None else [keyword]
    return {**params, **dict.fromkeys(keys, weight)}


def weight_keyword(estimator: Any, label: str, method: str = "fit") -> str | None:
    """Return the keyword by which to hand weights to an estimator, None if it wants none."""
    if not sk.routing_enabled():
        return _keyword_without_routing(estimator, label, method)
    request = _request(estimator, method)
    if request is False:
        return None
    if request is None:
        if not _has_parameter(estimator, method):
            raise _refusal(label)
        ask = "fit" if method == "fit_transform" else method
        raise ValueError(
            f"{label} has not asked for the sample_weight that comes down to it. Call "
            f"{type(estimator).__name__}.set_{ask}_request(sample_weight=True), or the same on "
            "the estimators inside it."
        )
    return WEIGHT


def _keyword_without_routing(estimator: Any, label: str, method: str) -> str:
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        keyword = _keyword_without_routing(last, described(f"{label}, step {name!r}", last), method)
        return f"{name}__{keyword}"
    if not _has_parameter(estimator, method):
        raise _refusal(label)
    return WEIGHT


def _has_parameter(estimator: Any, method: str) -> bool:
    # fit_transform hands its keywords on to fit
    called = getattr(estimator, "fit" if method == "fit_transform" else method, None)
    if called is None:
        return False
    parameters = signature(called).parameters
    return WEIGHT in parameters or any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())


def _refusal(label: str) -> ValueError:
    return ValueError(
        f"{label} takes no sample_weight, but is to be fitted with weights, given to it or made "
        "by a sampler before it. Use an estimator that takes them, or no weights."
    )


def requests_weight(step: Any, method: str) -> bool:
    """Whether a step has requested sample_weight for a method; of use with routing on."""
    return bool(_request(step, method))


def _request(step: Any, method: str) -> bool | str | None:
    """Return what a step has requested of sample_weight: True, False, an alias, or None."""
    routing = get_routing_for_object(step)
    if isinstance(routing, MetadataRequest):
        return getattr(routing, method).requests.get(WEIGHT)
    return True if routing.consumes(method, [WEIGHT]) else None


# Tags --------------------------------------------------------------------------------------


def restrict_tags(tags: Any, parts: Iterable[Any]) -> None:
    """Switch off the kinds of X and y that one of `parts` does not take."""
    for part in parts:
        try:
            limits = get_tags(part)
        except (AttributeError, TypeError):  # made without scikit-learn's base class
            continue
        for kind in ("sparse", "allow_nan", "string", "categorical"):
            if not getattr(limits.input_tags, kind, True):
                setattr(tags.input_tags, kind, False)
        if not limits.target_tags.multi_output:
            tags.target_tags.multi_output = False
