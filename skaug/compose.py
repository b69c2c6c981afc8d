"""Samplers made of samplers, or of a function."""

from collections.abc import Callable, Sequence
from functools import reduce
from inspect import signature
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.metadata import WEIGHT, require_sampler, restrict_tags, unpacked
from skaug._core.named_parts import NamedParts
from skaug._core.provenance import Provenance
from skaug._core.stacking import stacked
from skaug._core.table import gathered_rows

__all__ = ["FunctionSampler", "OneOfSampler", "SamplerChain", "SamplerUnion"]


class _NamedSamplers(NamedParts, ComposedSampler):
    """Samplers in a list, with or without names, whose parameters are parameters of the whole."""

    _noun = "sampler"

    def _checked(self) -> list[tuple[str, Any]]:
        named = super()._checked()
        for _, sampler in named:
            if not _is_absent(sampler):
                require_sampler(sampler, type(self).__name__)
        return named

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [sampler for _, sampler in self._named() if not _is_absent(sampler)])
        return tags


def _is_absent(sampler: Any) -> bool:
    return sampler is None or (isinstance(sampler, str) and sampler == "passthrough")


class SamplerChain(_NamedSamplers):
    """Apply samplers one after the other, each to what the one before returned.

    For instance over-sample and then clean or under-sample; any sampler of skaug,
    imbalanced-learn or your own will do. Weights go through all of them: handed to a sampler that
    takes them, looked up by its ``sample_indices_`` otherwise, an error where it has none.

    `skaug.pipeline.Pipeline` takes several samplers too, and transformers between them; a chain
    is for where one sampler is asked for.

    Parameters
    ----------
    steps : list of samplers or of (str, sampler)
        The samplers; None or 'passthrough' leaves one out. Without names they are named as by
        `make_pipeline`. Their parameters are set and searched as ``name__parameter``.

    Attributes
    ----------
    steps_ : list of (str, sampler)
        The fitted samplers.

    sample_indices_ : ndarray of shape (n_res,)
        The row of X that each returned row comes from, traced back through the chain; -1 where
        that is not known.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent; -1 where there is none. Of a row made from rows that were made
        themselves, the first parents of these are recorded.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made, at any step; also where its source is not known.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If there are weights that cannot come through one of the samplers.

    See Also
    --------
    OneOfSampler : Choose among samplers.
    SamplerUnion : Apply them side by side.

    Notes
    -----
    Of a sampler without ``sample_indices_``, as SMOTE of imbalanced-learn, rows are known if it
    returns those it was given first and unchanged, which is looked at; the others have source -1,
    as have all where it does not. Samplers have their own ``random_state``; metadata requests of
    samplers inside the chain are not looked at.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.under_sampling import TomekLinks
    >>> from skaug.compose import SamplerChain
    >>> from skaug.over_sampling import SMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat([0, 1], [80, 20])
    >>> chain = SamplerChain([SMOTE(random_state=0), TomekLinks(sampling_strategy="all")])
    >>> X_res, y_res, w_res = chain.fit_resample(X, y, sample_weight=np.ones(100))
    """

    _list = "steps"
    _parameter_constraints: ClassVar[dict[str, Any]] = {"steps": [list, tuple]}

    def __init__(self, steps: Any) -> None:
        self.steps = steps

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        self.steps_ = [
            (name, clone(step)) for name, step in self._checked() if not _is_absent(step)
        ]
        provenance = Provenance.unchanged(sk.num_samples(X))
        for name, sampler in self.steps_:
            X, y, weight, step = run_nested(sampler, name, self, X, y, weight)
            provenance = provenance.then(step)
        return X, y, weight, provenance


class SamplerUnion(_NamedSamplers):
    """Apply samplers side by side, and return the rows that each of them makes of the same rows.

    The rows of X that all samplers keep come first, then what is made of X by the first sampler,
    by the second, and so on: `sklearn.pipeline.FeatureUnion`, for rows. Unlike in a
    `SamplerChain`, no sampler sees the rows of another. For instance some rows between neighbours
    and some with noise; with ``sampling_strategy`` each says how many it makes.

    Parameters
    ----------
    samplers : list of samplers or of (str, sampler)
        The samplers; None or 'passthrough' leaves one out. Without names they are named as by
        `make_pipeline`. Their parameters are set and searched as ``name__parameter``.

    Attributes
    ----------
    samplers_ : list of (str, sampler)
        The fitted samplers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row, -1 where that is not known; see `SamplerChain`.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    SamplerChain : Apply samplers one after the other.

    Notes
    -----
    Where a sampler returns weights, rows of the others have a weight of 1, or their own where
    weights are given.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.compose import SamplerUnion
    >>> from skaug.over_sampling import SMOTE, GeometricSMOTE
    >>> X, y = np.random.default_rng(0).normal(size=(100, 2)), np.repeat([0, 1], [80, 20])
    >>> union = SamplerUnion([SMOTE(sampling_strategy={1: 50}), GeometricSMOTE()])
    >>> X_res, y_res = union.fit_resample(X, y)
    >>> np.bincount(y_res).tolist()
    [80, 110]
    """

    _list = "samplers"
    _parameter_constraints: ClassVar[dict[str, Any]] = {"samplers": [list, tuple]}

    def __init__(self, samplers: Any) -> None:
        self.samplers = samplers

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        self.samplers_ = [
            (name, clone(sampler)) for name, sampler in self._checked() if not _is_absent(sampler)
        ]
        if not self.samplers_:
            return X, y, weight, Provenance.unchanged(sk.num_samples(X))
        results = [
            run_nested(sampler, name, self, X, y, weight) for name, sampler in self.samplers_
        ]
        origins = [origin for *_, origin in results]
        kept = reduce(np.intersect1d, [origin.source[~origin.synthetic] for origin in origins])
        made = [np.flatnonzero(origin.synthetic) for origin in origins]
        own = Provenance.unchanged(sk.num_samples(X)).at(kept)
        origin = _followed(own, [o.at(rows) for o, rows in zip(origins, made, strict=True)])
        X_res, y_res = (
            stacked([gathered_rows(given, kept), *_parts(results, made, column)])
            for column, given in enumerate((X, y))
        )
        if all(result[2] is None for result in results):
            return X_res, y_res, None, origin
        given = np.ones(sk.num_samples(X)) if weight is None else np.asarray(weight)
        weighted = [
            (*part, np.ones(sk.num_samples(part[0])) if w is None else np.asarray(w))
            for *part, w, _ in results
        ]
        return X_res, y_res, stacked([given[kept], *_parts(weighted, made, 2)]), origin


class OneOfSampler(_NamedSamplers):
    """Apply the one of several samplers that a parameter names, so that a search can choose.

    Parameters
    ----------
    samplers : list of samplers or of (str, sampler)
        The samplers. Without names they are named as by `make_pipeline`. Their parameters are
        set and searched as ``name__parameter``.

    selected : str or None, default=None
        The name of the sampler to apply; None returns X, y and weights as they are.

    Attributes
    ----------
    sampler_ : sampler or None
        The fitted one.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row, -1 where that is not known; see `SamplerChain`.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    SamplerChain : Apply all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.compose import OneOfSampler
    >>> from skaug.over_sampling import SMOTE, RandomOverSampler
    >>> sampler = OneOfSampler([SMOTE(), RandomOverSampler()], selected="smote")
    >>> sampler.set_params(selected="randomoversampler", smote__k_neighbors=3)
    OneOfSampler(samplers=[SMOTE(k_neighbors=3), RandomOverSampler()], selected='randomoversampler')
    """

    _list = "samplers"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "samplers": [list, tuple],
        "selected": [str, None],
    }

    def __init__(self, samplers: Any, *, selected: str | None = None) -> None:
        self.samplers = samplers
        self.selected = selected

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        named: dict[str | None, Any] = dict(self._checked())
        if self.selected is not None and self.selected not in named:
            raise ValueError(
                f"selected of OneOfSampler must be None or one of {sorted(map(str, named))}; got "
                f"{self.selected!r}."
            )
        chosen = named.get(self.selected)
        self.sampler_ = None if _is_absent(chosen) else clone(chosen)
        if self.sampler_ is None:
            return X, y, weight, Provenance.unchanged(sk.num_samples(X))
        return run_nested(self.sampler_, self.selected, self, X, y, weight)


class FunctionSampler(ComposedSampler):
    """Make a sampler of a function ``func(X, y)`` that returns X and y.

    The function is given X and y in the containers in which they came, unchecked: frames, sparse
    matrices, images, a continuous y, several outputs.

    Parameters
    ----------
    func : callable
        ``func(X, y, **kw_args)`` returns ``(X, y)`` or ``(X, y, sample_weight)``, with as many
        rows each. To be used with weights it must take a keyword ``sample_weight`` and return
        them. It must not change X and y in place. To be pickled it must be a function of a
        module, not a lambda.

    kw_args : dict, default=None
        Further keywords for `func`, such as a seed.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row. Rows of X that are returned first and unchanged
        are known; -1 for all others.

    partner_indices_ : ndarray of shape (n_res,)
        All -1.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the source is not known.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If `func` does not return a tuple of two or three.

    ValueError
        If what it returns differs in length, or if there are weights and it takes none.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.compose import FunctionSampler
    >>> def repeat(X, y, times):
    ...     return np.tile(X, (times, 1)), np.tile(y, times)
    >>> sampler = FunctionSampler(repeat, kw_args={"times": 3})
    >>> X_res, y_res = sampler.fit_resample(np.eye(2), np.array([0.5, 1.5]))
    >>> y_res
    array([0.5, 1.5, 0.5, 1.5, 0.5, 1.5])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "func": [callable],
        "kw_args": [dict, None],
    }

    def __init__(
        self, func: Callable[..., tuple[Any, ...]], *, kw_args: dict[str, Any] | None = None
    ) -> None:
        self.func = func
        self.kw_args = kw_args

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        keywords = dict(self.kw_args or {})
        if weight is not None:
            if WEIGHT not in signature(self.func).parameters:
                raise ValueError(
                    "func of FunctionSampler takes no sample_weight, but there are weights. Give "
                    "it a keyword sample_weight=None and return three values when it is not None."
                )
            keywords[WEIGHT] = weight
        output = self.func(X, y, **keywords)
        X_res, y_res, returned = unpacked(output, "func of FunctionSampler")
        if weight is not None and returned is None:
            raise ValueError(
                "func of FunctionSampler was given sample_weight and must return three values, "
                "(X, y, sample_weight); it returned two."
            )
        return X_res, y_res, returned, Provenance.by_comparison(X, X_res)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.target_tags.multi_output = True
        return tags


def _parts(results: Sequence[Any], made: Sequence[Indices], column: int) -> list[Any]:
    """Return the rows made by each sampler, of what it returned at a position of the tuple."""
    pairs = zip(results, made, strict=True)
    return [gathered_rows(result[column], rows) for result, rows in pairs]


def _followed(own: Provenance, parts: Sequence[Provenance]) -> Provenance:
    whole = [own, *parts]
    return Provenance(
        np.concatenate([part.source for part in whole]),
        np.concatenate([part.partner for part in whole]),
        np.concatenate([part.synthetic for part in whole]),
    )
