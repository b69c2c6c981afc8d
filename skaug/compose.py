"""Samplers made of samplers, or of a function."""

from collections.abc import Callable
from inspect import signature
from typing import Any, ClassVar, Self

from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.metadata import WEIGHT, require_sampler, restrict_tags, unpacked
from skaug._core.provenance import Provenance

__all__ = ["FunctionSampler", "OneOfSampler", "SamplerChain"]


class _NamedSamplers(ComposedSampler):
    """Samplers in a list, with or without names, whose parameters are parameters of the whole."""

    _list: ClassVar[str]  # the parameter that holds them

    def _named(self) -> list[tuple[str, Any]]:
        """Return the samplers with names, their types' if none were given; [] if malformed."""
        given = getattr(self, self._list)
        if not isinstance(given, (list, tuple)):
            return []
        pairs = [entry for entry in given if isinstance(entry, tuple)]
        if not pairs:
            return list(sk.name_estimators(given))
        well_formed = all(len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
        return pairs if well_formed and len(pairs) == len(given) else []

    def _checked(self) -> list[tuple[str, Any]]:
        owner, named = type(self).__name__, self._named()
        names = [name for name, _ in named]
        reserved = set(self.get_params(deep=False))
        bad = [name for name in names if "__" in name or name in reserved or names.count(name) > 1]
        if not named or bad:
            raise ValueError(
                f"{self._list} of {owner} must be a list of samplers or of (name, sampler), at "
                f"least one, with different names, without '__' and none of {sorted(reserved)}; "
                f"got {bad or getattr(self, self._list)!r}."
            )
        for _, sampler in named:
            if not _is_absent(sampler):
                require_sampler(sampler, owner)
        return named

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, with those of the samplers as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Include the samplers, by name, and their parameters.

        Returns
        -------
        params : dict
            The parameters.
        """
        params = super().get_params(deep=False)
        if deep:
            for name, sampler in self._named():
                params[name] = sampler
                if hasattr(sampler, "get_params"):
                    nested = sampler.get_params(deep=True)
                    params.update({f"{name}__{key}": value for key, value in nested.items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, replace samplers by name, or set their parameters.

        Parameters
        ----------
        **params : dict
            ``parameter=value``, ``name=sampler`` or ``name__parameter=value``.

        Returns
        -------
        self : object
            The sampler itself.
        """
        if self._list in params:
            setattr(self, self._list, params.pop(self._list))
        named = self._named()
        new = {name: params.pop(name) for name, _ in named if name in params}
        if new:
            setattr(self, self._list, [(name, new.get(name, old)) for name, old in named])
        return super().set_params(**params)

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
