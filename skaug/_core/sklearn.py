"""The one door to names that scikit-learn and imbalanced-learn do not promise to keep.

Nothing else in skaug imports a private name of either. Importing `imblearn.base` also adds
"fit_resample" to the methods that scikit-learn's metadata routing knows; that has to happen
before the first sampler class is made, because ``set_fit_resample_request`` is generated when
a class is created. So this module is imported first by every module that defines one.
"""

from collections.abc import Callable, Iterable
from numbers import Integral
from typing import Any, TypeVar

import imblearn.base  # registers "fit_resample" for metadata routing, see above
from imblearn.over_sampling.base import BaseOverSampler as ImblearnOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler as ImblearnCleaningSampler
from imblearn.under_sampling.base import BaseUnderSampler as ImblearnUnderSampler
from imblearn.utils._tags import InputTags, SamplerTags, Tags
from sklearn.base import _fit_context
from sklearn.pipeline import _name_estimators as name_estimators
from sklearn.utils import TargetTags, _param_validation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._user_interface import _print_elapsed_time as print_elapsed_time
from sklearn.utils.metadata_routing import _routing_enabled as routing_enabled
from sklearn.utils.metaestimators import available_if as _available_if
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _num_samples as num_samples

__all__ = [
    "N_JOBS",
    "HasMethods",
    "ImblearnCleaningSampler",
    "ImblearnOverSampler",
    "ImblearnUnderSampler",
    "InputTags",
    "Interval",
    "Options",
    "SamplerTags",
    "StrOptions",
    "Tags",
    "available_if",
    "check_method_params",
    "fit_context",
    "imblearn",
    "name_estimators",
    "num_samples",
    "print_elapsed_time",
    "routing_enabled",
    "safe_indexing",
    "sampler_tags",
]

Method = TypeVar("Method", bound=Callable[..., Any])

HasMethods = _param_validation.HasMethods
Interval = _param_validation.Interval
Options = _param_validation.Options


class StrOptions(_param_validation.StrOptions):
    """A set of strings whose message lists them in order, not in the order of their hashes."""

    def __init__(self, options: Iterable[str]) -> None:
        super().__init__(set(options))

    def __str__(self) -> str:
        return f"a str among {{{', '.join(repr(option) for option in sorted(self.options))}}}"


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Method], Method]:
    """Return the decorator that validates parameters before a method that fits."""
    return _fit_context(prefer_skip_nested_validation=prefer_skip_nested_validation)


def sampler_tags(*, allow_nan: bool, string: bool = True) -> Any:
    """Return the tags of a sampler as both libraries' checks read them."""
    return Tags(
        estimator_type="sampler",
        target_tags=TargetTags(required=True),
        transformer_tags=None,
        regressor_tags=None,
        classifier_tags=None,
        sampler_tags=SamplerTags(sample_indices=True),
        input_tags=InputTags(
            two_d_array=True,
            sparse=True,
            dataframe=True,
            categorical=True,
            string=string,
            allow_nan=allow_nan,
        ),
    )


def available_if(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Return the decorator that hides a method of instances that fail the check."""
    return _available_if(check)


# what n_jobs may be: joblib has no meaning for 0
N_JOBS: list[Any] = [
    Interval(Integral, None, -1, closed="right"),
    Interval(Integral, 1, None, closed="left"),
    None,
]

# what checks a parameter of a sampler that runs inside another one
validate_parameter_constraints = _param_validation.validate_parameter_constraints
