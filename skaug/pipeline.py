"""imbalanced-learn's pipeline, with sample_weight travelling through the samplers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Self, TypeAlias

from imblearn.pipeline import Pipeline as ImblearnPipeline
from sklearn.base import clone
from sklearn.pipeline import Pipeline as SklearnPipeline
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted, check_memory

from skaug._core import sklearn as sk
from skaug._core.metadata import (
    WEIGHT,
    common_weight,
    described,
    is_sampler,
    requests_weight,
    resample,
    should_hand_over,
    weight_keys,
    weight_keyword,
    weighted,
)

__all__ = ["Pipeline", "make_pipeline"]

# for each method of a step, the keywords to call it with
_Params: TypeAlias = dict[str, dict[str, Any]]

_FIT_METHODS = ("fit", "fit_transform", "fit_predict", "fit_resample")
_PREDICT_METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score",
    "transform",
)


def _last_step_has(*methods: str, or_passes_through: bool = False) -> Callable[[Any], bool]:
    def check(self: Any) -> bool:
        last = self._final_estimator
        if last == "passthrough":
            return or_passes_through
        return any(hasattr(last, method) for method in methods)

    return check


class Pipeline(ImblearnPipeline):
    """Chain transformers, samplers and an estimator, and carry sample_weight along.

    It is imbalanced-learn's pipeline: samplers act in ``fit`` and its kin and are skipped when
    predicting. Added to it:

    - What a sampler returns as third value, sample_weight, goes to every later sampler and to
      the last step.
    - Weights given by the user go through the samplers too, and reach the last step with one
      for each row. A sampler that takes none must have ``sample_indices_``, by which they are
      looked up; many of imbalanced-learn have. Otherwise an error says so.
    - A transformer before the samplers gets the weights it was given; one after them gets
      those of the rows it sees, if it was given or has requested any.
    - An intermediate step may be a scikit-learn pipeline of transformers.

    All this holds with scikit-learn's metadata routing off and on. Off, weights are given as
    ``clf__sample_weight=w``, or as ``sample_weight=w``, which means the last step. On, they are
    requested with ``clf.set_fit_request(sample_weight=True)`` and
    ``sampler.set_fit_resample_request(sample_weight=True)``, also where a sampler makes them. To
    a sampler that requests False they are not handed, but looked up by ``sample_indices_``: a
    synthetic row takes the weight of its seed.

    Parameters
    ----------
    steps : list of (str, estimator)
        Names and steps. All but the last are transformers or samplers; None and 'passthrough'
        leave a step out.

    transform_input : list of str, default=None
        Metadata to apply the transformers before a step to, such as ``["X_val"]``. Needs
        metadata routing.

    memory : str or joblib.Memory, default=None
        Where to cache fitted transformers and samplers. What a sampler with
        ``random_state=None`` has drawn is then used again for as long as the cache lives.

    verbose : bool, default=False
        Print the time that each step took.

    Raises
    ------
    ValueError
        If weights cannot come through a sampler, if the last step takes none, or if steps that
        share them were given different ones.

    See Also
    --------
    skaug.augmented.AugmentedClassifier : Sampler and estimator for scikit-learn's own pipeline.

    Notes
    -----
    As in scikit-learn, fitting fits the given steps themselves, and with `memory` replaces them
    by fitted clones.

    ``fit_transform(X, y)`` returns resampled rows, ``fit(X, y).transform(X)`` does not. Metadata
    other than weights are handed to the steps as they came, also after a sampler.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skaug.over_sampling import SMOTE
    >>> from skaug.pipeline import make_pipeline
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> pipe = make_pipeline(SMOTE(random_state=0), LogisticRegression())
    >>> pipe.fit(X, y, sample_weight=1.0 + y).predict(X[:3])
    array([0, 0, 0])
    """

    steps: list[tuple[str, Any]]

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit the steps one after the other, each on what the one before returned.

        Parameters
        ----------
        X : iterable
            The rows, as the first step takes them.

        y : iterable, default=None
            The targets.

        **params : dict
            Metadata. With routing off ``step__parameter=value``, or ``sample_weight`` for the
            last step; with routing on, what the steps have requested.

        Returns
        -------
        self : Pipeline
            The pipeline itself.
        """
        X, y, weight, last_params = self._fit_steps("fit", X, y, params)
        with self._timed(len(self) - 1):
            if self._final_estimator != "passthrough":
                last_params = self._with_weight_for_last("fit", last_params, weight)
                self._final_estimator.fit(X, y, **last_params["fit"])
        return self

    @sk.available_if(_last_step_has("transform", "fit_transform", or_passes_through=True))
    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit the steps and return the resampled rows, as the last step transforms them.

        Parameters
        ----------
        X, y, **params
            As in `fit`.

        Returns
        -------
        Xt : array-like of shape (n_res, n_transformed_features)
            The rows.
        """
        X, y, weight, last_params = self._fit_steps("fit_transform", X, y, params)
        with self._timed(len(self) - 1):
            last = self._final_estimator
            if last == "passthrough":
                return X
            callee = _fitting_method(last)
            last_params = self._with_weight_for_last(callee, last_params, weight)
            return _fit_transform_one(last, X, y, last_params)[0]

    @sk.available_if(_last_step_has("fit_resample", or_passes_through=True))
    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit_resample(self, X: Any, y: Any = None, **params: Any) -> tuple[Any, ...]:
        """Fit the steps and return X, y and, if weights were given or made, sample_weight.

        Parameters
        ----------
        X, y, **params
            As in `fit`.

        Returns
        -------
        X_res : array-like of shape (n_res, n_transformed_features)
            The rows.

        y_res : array-like of shape (n_res,)
            Their targets.

        sample_weight_res : array-like of shape (n_res,)
            Their weights; only where there are any.
        """
        X, y, weight, last_params = self._fit_steps("fit_resample", X, y, params)
        with self._timed(len(self) - 1):
            if self._final_estimator != "passthrough":
                call = self._sampler_call(len(self) - 1, last_params, weight, needed=True)
                X, y, weight, _ = _fit_resample_one(self._final_estimator, X, y, weight, call)
        return (X, y) if weight is None else (X, y, weight)

    @sk.available_if(_last_step_has("fit_predict"))
    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit_predict(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit the steps and return what the last one predicts for the resampled rows.

        Parameters
        ----------
        X, y, **params
            As in `fit`.

        Returns
        -------
        y_pred : array-like of shape (n_res,)
            The predictions.
        """
        X, y, weight, last_params = self._fit_steps("fit_predict", X, y, params)
        with self._timed(len(self) - 1):
            last_params = self._with_weight_for_last("fit_predict", last_params, weight)
            return self._final_estimator.fit_predict(X, y, **last_params["fit_predict"])

    @sk.available_if(_last_step_has("score"))
    def score(self, X: Any, y: Any = None, sample_weight: Any = None, **params: Any) -> float:
        """Return the score of the last step on X as transformed, not resampled.

        Parameters
        ----------
        X : iterable
            The rows.

        y : iterable, default=None
            Their targets.

        sample_weight : array-like of shape (n,), default=None
            Their weights.

        **params : dict
            What the steps have requested; needs metadata routing.

        Returns
        -------
        score : float
            The score.
        """
        if sample_weight is not None or not sk.routing_enabled():
            return super().score(X, y, sample_weight=sample_weight, **params)
        # both libraries route a sample_weight of None, which fails where score declines weights
        check_is_fitted(self)
        routed = process_routing(self, "score", **params)
        for _, name, step in self._iter(with_final=False):
            X = step.transform(X, **routed[name]["transform"])
        name, last = self.steps[-1]
        return last.score(X, y, **routed[name]["score"])

    def _fit_steps(
        self, method: str, X: Any, y: Any, metadata: dict[str, Any]
    ) -> tuple[Any, Any, Any, _Params]:
        """Fit all steps but the last; return X, y, weights and the parameters of the last."""
        self.steps = list(self.steps)
        self._validate_steps()
        given = self._given_params(method, metadata)
        first = next((i for i, (_, step) in enumerate(self.steps) if is_sampler(step)), len(self))
        # no step before the first sampler changes the rows; from there on one vector travels
        carried = weight = _shared_weight(self.steps[first:], given[first:])
        memory = check_memory(self.memory)
        is_cached = getattr(memory, "location", "somewhere") is not None
        fit_transform_one = memory.cache(_fit_transform_one)
        fit_resample_one = memory.cache(_fit_resample_one)

        for index, (name, step) in enumerate(self.steps[:-1]):
            with self._timed(index):
                if step is None or step == "passthrough":
                    continue
                step = clone(step) if is_cached else step
                params = self._get_metadata_for_step(
                    step_idx=index, step_params=given[index], all_params=metadata
                )
                if is_sampler(step):
                    # weights may only end here if nobody but this sampler was given them
                    later = _shared_weight(self.steps[index + 1 :], given[index + 1 :])
                    needed = carried is None or later is not None
                    call = self._sampler_call(index, params, weight, needed=needed)
                    X, y, weight, step = fit_resample_one(step, X, y, weight, call)
                else:
                    if index > first and weight is not None:
                        params = _with_weight(step, params, weight)
                    X, step = fit_transform_one(step, X, y, params)
            self.steps[index] = (name, step)  # the one from the cache, where there is one
        last_params = self._get_metadata_for_step(
            step_idx=len(self) - 1, step_params=given[-1], all_params=metadata
        )
        return X, y, weight, last_params

    def _given_params(self, method: str, metadata: dict[str, Any]) -> list[_Params]:
        """Return for each step the parameters of each method of it that may be called."""
        if self.transform_input is not None and not sk.routing_enabled():
            raise ValueError(
                "transform_input of Pipeline needs metadata routing. Switch it on with "
                "sklearn.set_config(enable_metadata_routing=True)."
            )
        routed = self._check_method_params(method, metadata)
        methods = (*_FIT_METHODS, "transform")
        by_step = (routed.get(name, {}) for name, _ in self.steps)
        return [{name: dict(calls.get(name, {})) for name in methods} for calls in by_step]

    def _check_method_params(self, method: str, props: dict[str, Any], **kwargs: Any) -> Any:
        if sk.routing_enabled():
            return process_routing(self, method, **props, **kwargs)
        steps = dict(self.steps)
        routed: dict[str, dict[str, Any]] = {name: {} for name in steps}
        for key, value in props.items():
            if key == WEIGHT and value is None:
                continue
            full_key = self._last_weight_key(method) if key == WEIGHT else key
            name, _, parameter = full_key.partition("__")
            problem = ""
            if name not in steps or not parameter:
                problem = (
                    f"it takes step__parameter, where step is one of {list(steps)}, and "
                    "sample_weight, which is meant for the last step"
                )
            elif key == WEIGHT and full_key in props:
                problem = f"for which {full_key!r} stands too; give one of them"
            elif key != WEIGHT and steps[name] in (None, "passthrough"):
                problem = (
                    f"but step {name!r} is {steps[name]!r} and takes no parameters; write weights "
                    "that are meant for the last step as sample_weight"
                )
            if problem:
                raise ValueError(f"{method} of Pipeline got {key!r}, {problem}.")
            routed[name][parameter] = value
        return {name: dict.fromkeys(_FIT_METHODS, params) for name, params in routed.items()}

    def _last_weight_key(self, method: str) -> str:
        """Return the parameter that sample_weight is short for while routing is off."""
        name, last = self.steps[-1]
        if method == "fit_resample":
            return f"{name}__{WEIGHT}"
        return f"{name}__{weight_keyword(last, described(f'step {name!r}', last), method)}"

    def _sampler_call(
        self, index: int, params: _Params, weight: Any, *, needed: bool
    ) -> dict[str, Any]:
        """Return how `resample` is to be called, apart from the rows."""
        name, sampler = self.steps[index]
        given = params["fit_resample"]
        label = described(f"step {name!r}", sampler)
        return {
            "params": given,
            "label": label,
            "hand_over": weight is not None and should_hand_over(sampler, given, label),
            "needed": needed or WEIGHT not in given,
        }

    def _with_weight_for_last(self, callee: str, params: _Params, weight: Any) -> _Params:
        name, last = self.steps[-1]
        if is_sampler(last):  # its fit only checks
            return params
        label = described(f"step {name!r}", last)
        call = weighted(last, params[callee], weight, label=label, method=callee)
        return {**params, callee: call}

    def _get_metadata_for_step(self, *, step_idx: int, step_params: Any, all_params: Any) -> Any:
        """Apply the transformers before the step to what `transform_input` names."""
        if self.transform_input is None:
            return step_params
        before = [(name, step) for name, step in self.steps[:step_idx] if not is_sampler(step)]
        without_samplers = ImblearnPipeline(
            [*before, self.steps[step_idx]], transform_input=self.transform_input
        )
        transformed = ImblearnPipeline._get_metadata_for_step(
            without_samplers, step_idx=len(before), step_params=step_params, all_params=all_params
        )
        return dict(transformed)

    def _validate_steps(self) -> None:
        if not self.steps:
            raise ValueError("Pipeline has no steps.")
        names, steps = zip(*self.steps, strict=True)
        self._validate_names(names)
        for name, step in self.steps[:-1]:
            if step is not None and step != "passthrough":
                _check_intermediate(step, described(f"step {name!r}", step))
        last = steps[-1]
        if last is not None and last != "passthrough" and not hasattr(last, "fit"):
            raise TypeError(
                f"The last step of Pipeline must have fit, or be 'passthrough'; got {last!r}."
            )

    def _timed(self, index: int) -> AbstractContextManager[None]:
        return sk.print_elapsed_time("Pipeline", self._log_message(index))

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata each step has requested.

        Returns
        -------
        routing : MetadataRouter
            The requests, for scikit-learn's metadata routing.
        """
        router = MetadataRouter(owner=type(self).__name__)
        for name, step in self.steps[:-1]:
            if step is not None and step != "passthrough":
                router.add(method_mapping=_mapping_of_intermediate(step), **{name: step})
        name, last = self.steps[-1]
        if last is not None and last != "passthrough":
            mapping = MethodMapping()
            for method in (*_FIT_METHODS, *_PREDICT_METHODS, "inverse_transform"):
                mapping.add(caller=method, callee=method)
            if not hasattr(last, "fit_transform"):
                mapping.add(caller="fit_transform", callee="fit")
                mapping.add(caller="fit_transform", callee="transform")
            router.add(method_mapping=mapping, **{name: last})
        return router


def _mapping_of_intermediate(step: Any) -> MethodMapping:
    mapping = MethodMapping()
    if is_sampler(step):
        callees = ["fit_resample"]
    elif hasattr(step, "fit_transform"):
        callees = ["fit_transform"]
    else:
        callees = ["fit", "transform"]
    for caller in _FIT_METHODS:
        for callee in callees:
            mapping.add(caller=caller, callee=callee)
    for caller in _PREDICT_METHODS:
        mapping.add(caller=caller, callee="transform")
    return mapping.add(caller="inverse_transform", callee="inverse_transform")


def _check_intermediate(step: Any, label: str) -> None:
    if isinstance(step, type):
        raise TypeError(f"Steps of Pipeline are instances: write {step.__name__}().")
    if isinstance(step, SklearnPipeline) and _has_samplers(step):
        raise TypeError(
            f"{label} is a pipeline with a sampler in it. Move its steps up into this pipeline, "
            "or join samplers with SamplerChain."
        )
    transforms = hasattr(step, "transform") and hasattr(step, _fitting_method(step))
    if transforms == is_sampler(step):
        found = "both" if transforms else "neither"
        raise TypeError(
            "Steps of Pipeline before the last are transformers, with fit and transform, samplers, "
            f"with fit_resample, or 'passthrough'; {label} is {found}."
        )


def _has_samplers(pipeline: SklearnPipeline) -> bool:
    return any(
        _has_samplers(step) if isinstance(step, SklearnPipeline) else is_sampler(step)
        for _, step in pipeline.steps
    )


def _shared_weight(steps: list[tuple[str, Any]], given: list[_Params]) -> Any:
    """Return the weights given to these steps, None if there are none."""
    return common_weight(
        (name, call)
        for (name, _), params in zip(steps, given, strict=True)
        for call in params.values()
    )


def _fitting_method(transformer: Any) -> str:
    return "fit_transform" if hasattr(transformer, "fit_transform") else "fit"


def _with_weight(transformer: Any, params: _Params, weight: Any) -> _Params:
    """Give a transformer the weights of the rows it sees, if it was given or requested any."""
    params = {
        method: {**call, **dict.fromkeys(weight_keys(call), weight)}
        for method, call in params.items()
    }
    callee = _fitting_method(transformer)
    if sk.routing_enabled() and requests_weight(transformer, callee):
        params[callee][WEIGHT] = weight
    return params


def _fit_transform_one(transformer: Any, X: Any, y: Any, params: _Params) -> tuple[Any, Any]:
    if hasattr(transformer, "fit_transform"):
        return transformer.fit_transform(X, y, **params["fit_transform"]), transformer
    fitted = transformer.fit(X, y, **params["fit"])
    return fitted.transform(X, **params["transform"]), transformer


def _fit_resample_one(
    sampler: Any, X: Any, y: Any, weight: Any, call: dict[str, Any]
) -> tuple[Any, Any, Any, Any]:
    return *resample(sampler, X, y, weight, **call), sampler


def make_pipeline(
    *steps: Any, memory: Any = None, transform_input: list[str] | None = None, verbose: bool = False
) -> Pipeline:
    """Make a `Pipeline` whose steps are named after their types, in lower case.

    Parameters
    ----------
    *steps : estimators
        Transformers and samplers, and the last step.

    memory : str or joblib.Memory, default=None
        Where to cache fitted transformers and samplers.

    transform_input : list of str, default=None
        Metadata to apply the transformers before a step to.

    verbose : bool, default=False
        Print the time that each step took.

    Returns
    -------
    pipeline : Pipeline
        The pipeline.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skaug.over_sampling import SMOTE
    >>> from skaug.pipeline import make_pipeline
    >>> make_pipeline(SMOTE(), GaussianNB())
    Pipeline(steps=[('smote', SMOTE()), ('gaussiannb', GaussianNB())])
    """
    return Pipeline(
        sk.name_estimators(steps), memory=memory, transform_input=transform_input, verbose=verbose
    )
