"""What is known of the parts of a FeatureSpaceSampler before any work."""

from typing import Any

from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

__all__ = ["refuse_classes", "refuse_named_columns", "takes", "why_no_inverse"]


def why_no_inverse(transformer: Any, how: str) -> str | None:
    """Return why there is no way back through a transformer, None if there may be one.

    Some have the method and no inverse, and it is better to know before any work.
    """
    name = type(transformer).__name__
    if transformer is None or isinstance(transformer, str):
        return None
    if isinstance(transformer, Pipeline):
        reasons = [why_no_inverse(step, how) for _, step in transformer.steps]
        return next((reason for reason in reasons if reason is not None), None)
    if not hasattr(transformer, "inverse_transform"):
        return f"{name} has no inverse_transform"
    if getattr(transformer, "fit_inverse_transform", True) is False:
        return f"{name} has fit_inverse_transform=False"
    if isinstance(transformer, SimpleImputer):
        return f"{name} has no inverse here; it belongs before the sampler, in a pipeline"
    if (
        isinstance(transformer, FunctionTransformer)
        and transformer.func is not None
        and transformer.inverse_func is None
    ):
        return f"{name} has no inverse_func, and would return what it is given"
    if isinstance(transformer, SelectorMixin) and how == "inverse":
        return f"{name} fills the columns that it drops with zeros; decode='residual' keeps them"
    return None


def takes(part: Any, kind: str, *, unknown: bool) -> bool:
    """Whether an estimator takes a kind of X, by its tags; `unknown` where it has none."""
    try:
        return bool(getattr(get_tags(part).input_tags, kind, unknown))
    except (AttributeError, TypeError):  # made without scikit-learn's base class
        return unknown


def refuse_classes(owner: str, **parts: Any) -> None:
    """Refuse what was given as a class where an instance is needed."""
    for name, part in parts.items():
        if isinstance(part, type):
            raise TypeError(
                f"{name} of {owner} must be an instance: write {part.__name__}(), not "
                f"{part.__name__}."
            )


def refuse_named_columns(sampler: Any, has_categories: bool, owner: str) -> None:
    """Refuse samplers in which columns of X are named: in the space there are others."""
    params = sampler.get_params(deep=True) if hasattr(sampler, "get_params") else {}
    for name, value in params.items():
        *path, last = name.split("__")
        part = params["__".join(path)] if path else sampler
        if last != "categorical_features" or not hasattr(part, "fit_resample"):
            continue
        if not (isinstance(value, str) or (value is None and not has_categories)):
            raise ValueError(
                f"{name}={value!r} of {type(sampler).__name__}, the sampler of {owner}, names "
                "columns of X, but the sampler sees those of the space. Leave it at 'from_dtype', "
                f"and set categorical_features of {owner}."
            )
