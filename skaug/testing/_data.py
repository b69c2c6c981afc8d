"""The small tables that the checks hand to samplers, and how to look into what comes back."""

from importlib import import_module
from typing import Any, NamedTuple
from unittest import SkipTest

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import get_tags

SIZES = (40, 20, 12)  # rows of each class, mixed in the table
COLUMNS = ["a", "b", "c", "d", "e", "f"]


class Result(NamedTuple):
    """What `fit_resample` returned; `weight` is None where there were two values."""

    X: Any
    y: Any
    weight: Any = None


def prepared(sampler: Any, /, **params: Any) -> Any:
    """Return a clone with ``random_state=0`` and those of `params` that it has."""
    known = sampler.get_params(deep=False)
    wanted = {"random_state": 0, **params}
    return clone(sampler).set_params(**{k: v for k, v in wanted.items() if k in known})


def resampled(sampler: Any, X: Any, y: Any, **params: Any) -> Result:
    """Call ``sampler.fit_resample``."""
    output = sampler.fit_resample(X, y, **params)
    good = isinstance(output, tuple) and len(output) in (2, 3)
    assert good, f"fit_resample must return (X, y) or (X, y, sample_weight), got {output!r:.99}"
    return Result(*output)


def kept_rows(sampler: Any) -> NDArray[np.int64]:
    """Return the rows of X that a fitted sampler returned as they are: by default all."""
    return np.asarray(sampler.sample_indices_)[~np.asarray(sampler.is_synthetic_)]


def has_parameter(sampler: Any, parameter: str) -> bool:
    """Whether the sampler has a parameter of that name."""
    return parameter in sampler.get_params(deep=False)


def require_parameter(sampler: Any, parameter: str) -> None:
    """Skip the check for samplers without `parameter`."""
    if not has_parameter(sampler, parameter):
        raise SkipTest(f"{type(sampler).__name__} has no parameter {parameter}")


def require_input(sampler: Any, *kinds: str) -> None:
    """Skip the check for samplers whose tags say that they do not take this kind of X."""
    tags = get_tags(sampler).input_tags
    lacking = [kind for kind in kinds if not getattr(tags, kind, False)]
    if lacking:
        raise SkipTest(f"the input tags of {type(sampler).__name__} exclude {', '.join(lacking)}")


def require_module(name: str) -> Any:
    """Import an optional package or skip the check."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise SkipTest(f"{name} is not installed") from None


def labels(n_classes: int = 3) -> NDArray[np.int64]:
    """Return 0, 1, … in `SIZES`, in no order."""
    y = np.repeat(np.arange(n_classes), SIZES[:n_classes])
    return np.random.default_rng(7).permutation(y)


def numbers(sampler: Any, n_classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return a table of floats and its labels; the first column has three values only.

    All values are exact in float32, and the first column can be declared categorical.
    """
    y = labels(n_classes)
    rng = np.random.default_rng(0)
    X = np.rint(rng.normal(size=(len(y), len(COLUMNS))) * 1024) / 1024
    X[:, 0] = rng.integers(3, size=len(y))
    if get_tags(sampler).input_tags.positive_only:
        X = np.abs(X)
    return X, y


def whole_numbers(n_classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return a table of whole numbers from 0 to 199 and its labels."""
    y = labels(n_classes)
    rng = np.random.default_rng(1)
    X = rng.integers(200, size=(len(y), len(COLUMNS))).astype(np.float64)
    X[:, 0] %= 3
    return X, y


def values_of(container: Any) -> NDArray[Any]:
    """Return the cells of any container."""
    if sparse.issparse(container):
        matrix: Any = container
        return matrix.toarray()
    wrapped = nw.from_native(container, pass_through=True, allow_series=True)
    if isinstance(wrapped, (nw.DataFrame, nw.Series)):
        return wrapped.to_numpy()
    return np.asarray(container)


def assert_same_cells(actual: Any, expected: Any, what: str) -> None:
    """Compare two arrays or lists of any objects; missing values equal each other."""
    actual, expected = np.asarray(actual, dtype=object), np.asarray(expected, dtype=object)
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}"
    for a, b in zip(actual.ravel().tolist(), expected.ravel().tolist(), strict=True):
        assert (_is_missing(a) and _is_missing(b)) or a == b, f"{what}: {a!r}, not {b!r}"


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value
