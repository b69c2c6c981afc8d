"""AugmentationSearchCV: which augmenter helps an estimator, found with few fits."""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.parallel import Parallel
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.delegating import DelegatingEstimator, estimator_type
from skaug._core.extras import require
from skaug._core.metadata import WEIGHT
from skaug._core.rng import RandomState, child_rng, child_sequence, seed_sequence, set_seeds
from skaug.compose import SamplerUnion
from skaug.model_selection._augmentation_results import (
    best_index,
    best_rows,
    finalists,
    results_table,
)
from skaug.model_selection._search_space import (
    NONE,
    UNION,
    Candidate,
    Entry,
    candidates_of,
    check_entries,
    entries_of,
    replaced,
)
from skaug.model_selection._trials import Trials, augmented

__all__ = ["AugmentationSearchCV"]


class AugmentationSearchCV(DelegatingEstimator, BaseEstimator):
    r"""Choose an augmenter by density matching and few refits, and fit with it.

    On each fold the estimator is fitted once, to rows as they are. Each candidate then changes the
    *held-out* rows, and the fitted estimator is scored on the result: where it still recognises
    them, the augmented rows have the density of the data. That is the idea of Fast AutoAugment
    [1]_, and tells without a fit for each candidate which ones spoil labels. By it alone the
    augmenter that changes least would win, and its score (the affinity of [2]_) does not tell
    whether training on its rows helps. So a few finalists are refitted on the same folds, and the
    best of them is chosen by its score on held-out rows as they are, if that beats no sampler:

    1. *match*: the worse half of the candidates is left out, by their density scores;
    2. *refit*: of the better half ``n_finalists``, spread evenly over its ranks so that strong
       augmenters have their chance as well as mild ones, are fitted and compared with none;
    3. the estimator is fitted to all rows with the best.

    Cost: ``n_splits * (1 + n_finalists) + 1`` fits, however many candidates there are, and
    ``n_splits * n_draws`` times predicting for each.

    Use it for many augmenters or settings and an estimator that is slow to fit. With a handful,
    ``n_finalists=None`` refits all. To learn whether augmentation helps at all, use
    `compare_samplers`, or cross-validate the search: ``best_score_`` is the highest of several
    and flatters the winner.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor. It is cloned.

    samplers : list or mapping of str to sampler
        The samplers to try, of any kind: image transforms, perturbation, over-sampling, mixing,
        chains. An entry is ``sampler``, ``(sampler, settings)``, ``(name, sampler)`` or
        ``(name, sampler, settings)``; of a mapping, ``name: sampler`` or
        ``name: (sampler, settings)``. Settings are as for `GridSearchCV` and
        `RandomizedSearchCV`: a dict, or list of dicts, from parameters of the sampler to lists
        of values or distributions. No sampler, named "none", is always a candidate.

    n_iter : int or None, default=None
        Settings to draw for each sampler that has some. None tries all of a grid.

    n_draws : int, default=3
        How often each candidate augments the held-out rows of a fold, anew each time.

    n_finalists : int or None, default=5
        Candidates to refit. None refits all, as `GridSearchCV` would. 0 refits none, and chooses
        by density alone as Fast AutoAugment does: then no sampler is never chosen.

    n_best : int, default=1
        With more than 1, that many of the best together are one more candidate, which is refitted
        too: each of them adds what it makes of the original rows. With ``n_finalists=0`` it is
        what is chosen.

    scoring : str, callable or None, default=None
        A scorer of scikit-learn, for both stages. None takes the estimator's own score.

    cv : int, splitter, iterable or None, default=None
        The folds, as in `GridSearchCV`; None makes 5.

    refit : bool or callable, default=True
        Whether to fit the best to all rows. A callable is given `cv_results_` and returns the
        position of the candidate to take.

    error_score : 'raise' or float, default=nan
        The score of a candidate that fails on a fold. A candidate whose density score is NaN, as
        that of a sampler for which the held-out rows are too few, may still be a finalist.
        Without a sampler errors are always raised.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the settings and draws, and of every ``random_state`` in estimator and samplers
        that is None. The result does not depend on `n_jobs`.

    n_jobs : int or None, default=None
        Number of processes: of folds when matching, of fits when refitting.

    Attributes
    ----------
    results_ : DataFrame
        `cv_results_` as a data frame of pandas; the dict itself where pandas is not installed.

    cv_results_ : dict of str to ndarray
        For each candidate, "none" first: "candidate" (its name and settings), "sampler",
        "params"; "mean_density_score", "std_density_score" and "rank_density_score";
        "affinity", which is the mean density score less that of "none"; "mean_test_score",
        "std_test_score" and "rank_test_score", NaN where it was no finalist; and the scores of
        each split.

    best_index_ : int
        The position of the chosen candidate.

    best_params_ : dict
        Its settings.

    best_score_ : float
        Its mean test score; its mean density score with ``n_finalists=0``.

    best_sampler_ : sampler or None
        Its sampler, with settings and seeds, not fitted; None for "none".

    best_estimator_ : AugmentedClassifier or AugmentedRegressor
        The estimator and the best sampler, fitted to all rows. Only with `refit`.

    scorer_ : callable
        What has scored.

    n_splits_ : int
        The number of folds.

    classes_ : ndarray of shape (n_classes,)
        The labels, of a classifier.

    estimator_ : AugmentedClassifier or AugmentedRegressor
        The same as `best_estimator_`.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If an entry of `samplers` is no sampler, or has another form than those above.

    ValueError
        If there are distributions but no `n_iter`, or if no candidate could be scored.

    See Also
    --------
    compare_samplers : A few samplers compared with none, with intervals.
    skaug.augmented.AugmentedClassifier : Fit with one sampler.

    Notes
    -----
    A held-out row is replaced by one of the rows made of it, and stays where none was made. So
    classes keep their shares, and density scores can be compared with the score of the rows as
    they are, for samplers that make rows of some classes only too. Rows that a model drew replace
    rows with their label. A sampler that only removes or repeats rows scores as "none" does.

    A mixture has the label it is returned with. Of those that come twice with weights, one is
    drawn by its weight, and of soft labels one by its share, so that scores see plain labels.
    Mixtures lie between classes on purpose and match density badly: give them a search of their
    own, or enough finalists. What SMOTE makes lies between real rows and matches better than
    they do, and what a change of the class shares does is not seen before the refits: where
    classes are imbalanced, prefer ``n_finalists=None``.

    Weights go through the sampler to the estimator; they weigh scores only where metadata routing
    is on and the scorer has requested them.

    References
    ----------
    .. [1] Lim, S., Kim, I., Kim, T., Kim, C. and Kim, S. (2019). Fast AutoAugment. NeurIPS 2019.
       :doi:`10.48550/arXiv.1905.00397`

    .. [2] Gontijo-Lopes, R., Smullin, S. J., Cubuk, E. D. and Dyer, E. (2020). Affinity and
       diversity: quantifying mechanisms of data augmentation. :doi:`10.48550/arXiv.2002.08973`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skaug.image import RandomAffine, RandomFlip
    >>> from skaug.model_selection import AugmentationSearchCV
    >>> X, y = load_digits(return_X_y=True)
    >>> affine = RandomAffine(image_shape=(8, 8)), {"degrees": [5, 15], "translate": [0.0, 0.1]}
    >>> samplers = {"affine": affine, "flip": RandomFlip(image_shape=(8, 8))}
    >>> search = AugmentationSearchCV(KNeighborsClassifier(), samplers, cv=3, random_state=0)
    >>> search.fit(X[:300], y[:300]).best_params_
    {'degrees': 5, 'translate': 0.0}
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [sk.HasMethods(["fit"])],
        "samplers": [list, tuple, Mapping],
        "n_iter": [sk.Interval(Integral, 1, None, closed="left"), None],
        "n_draws": [sk.Interval(Integral, 1, None, closed="left")],
        "n_finalists": [sk.Interval(Integral, 0, None, closed="left"), None],
        "n_best": [sk.Interval(Integral, 1, None, closed="left")],
        "scoring": [sk.StrOptions(get_scorer_names()), callable, None],
        "cv": ["cv_object"],
        "refit": ["boolean", callable],
        "error_score": [sk.StrOptions({"raise"}), Real],
        "random_state": ["random_state", np.random.Generator],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        estimator: Any,
        samplers: Any,
        *,
        n_iter: int | None = None,
        n_draws: int = 3,
        n_finalists: int | None = 5,
        n_best: int = 1,
        scoring: Any = None,
        cv: Any = None,
        refit: bool | Callable[[dict[str, NDArray[Any]]], int] = True,
        error_score: Any = np.nan,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.samplers = samplers
        self.n_iter = n_iter
        self.n_draws = n_draws
        self.n_finalists = n_finalists
        self.n_best = n_best
        self.scoring = scoring
        self.cv = cv
        self.refit = refit
        self.error_score = error_score
        self.random_state = random_state
        self.n_jobs = n_jobs

    # The search --------------------------------------------------------------------------------

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, **params: Any) -> Self:
        """Search among the samplers, and fit the estimator to all rows with the best.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (n, n_features)
            The rows, as samplers and estimator take them.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets.

        **params : dict
            With metadata routing off, ``sample_weight`` of the rows, ``groups`` for the splitter
            and further parameters of the estimator's ``fit``; with routing on, what estimator,
            samplers, scorer and splitter have requested.

        Returns
        -------
        self : object
            The search itself.
        """
        entries = entries_of(self.samplers)
        check_entries(entries, self.get_params(deep=False))
        root = seed_sequence(self.random_state)
        candidates = candidates_of(entries, self.n_iter, child_rng(root, 0))
        for candidate in candidates:  # alike, so that settings of one sampler are compared fairly
            set_seeds(candidate.sampler, child_rng(root, 1), only_unset=True)
        X, y = indexable(X, y)
        self.scorer_ = check_scoring(self.estimator, scoring=self.scoring)
        trials, split_params = self._trials(X, y, entries, params, child_rng(root, 2))
        splitter = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(splitter.split(X, y, **split_params))
        self.n_splits_ = len(splits)
        with Parallel(n_jobs=self.n_jobs) as parallel:
            density = trials.match_all(parallel, candidates, splits, child_sequence(root, 3))
            chosen = finalists(density.mean(axis=1), self.n_finalists)
            test = np.full(density.shape, np.nan)
            test[0] = density[0]
            test[chosen] = trials.refit_all(parallel, [candidates[row] for row in chosen], splits)
            best = best_rows(density if self.n_finalists == 0 else test, self.n_best)
            if len(best) > 1:
                candidates.append(_union([candidates[row] for row in best]))
                density = np.vstack([density, density[best].mean(axis=0)])
                alone = [] if self.n_finalists == 0 else candidates[-1:]
                scores = trials.refit_all(parallel, alone, splits)
                test = np.vstack([test, scores if alone else np.full(len(splits), np.nan)])
        self.cv_results_ = results_table(candidates, density, test)
        self._choose(candidates)
        if self.refit:
            self.best_estimator_ = trials.fit(candidates[self.best_index_])
        return self

    def _choose(self, candidates: Sequence[Candidate]) -> None:
        column = "mean_density_score" if self.n_finalists == 0 else "mean_test_score"
        self.best_index_ = best_index(self.cv_results_, column, self.refit)
        best = candidates[self.best_index_]
        self.best_params_, self.best_sampler_ = best.params, best.sampler
        self.best_score_ = float(self.cv_results_[column][self.best_index_])

    def _trials(
        self, X: Any, y: Any, entries: Sequence[Entry], params: Any, rng: np.random.Generator
    ) -> tuple[Trials, dict[str, Any]]:
        """Return what all trials have in common, and the parameters of the splitter."""
        estimator = clone(self.estimator)
        set_seeds(estimator, rng, only_unset=True)
        params = {key: value for key, value in params.items() if value is not None}
        names = [NONE, *(entry.name for entry in entries)]
        if sk.routing_enabled():
            routed = process_routing(self, "fit", **params)
            fit_params = {name: dict(routed[_fit_with(name)]["fit"]) for name in names}
            score_params, split_params = routed["scorer"]["score"], routed["splitter"]["split"]
        else:
            split_params = {"groups": params.pop("groups", None)}
            fit_params, score_params = dict.fromkeys(names, params), {}
        fit_params[UNION] = fit_params[NONE]
        trials = Trials(
            estimator=estimator,
            X=X,
            y=y,
            scorer=self.scorer_,
            fit_params=fit_params,
            score_params=score_params,
            n_draws=self.n_draws,
            error_score=self.error_score,
            owner=self._name,
        )
        return trials, split_params

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata the parts have requested.

        Returns
        -------
        routing : MetadataRouter
            The requests, for scikit-learn's metadata routing.
        """
        router = MetadataRouter(owner=self._name)
        predicting = MethodMapping().add(caller="predict", callee="predict")
        router.add(method_mapping=predicting, estimator=self.estimator)
        fitting = MethodMapping().add(caller="fit", callee="fit")
        for entry in [Entry(NONE, None), *entries_of(self.samplers)]:
            whole = augmented(self.estimator, entry.sampler)
            router.add(method_mapping=fitting, **{_fit_with(entry.name): whole})
        scoring = MethodMapping().add(caller="fit", callee="score")
        scorer = check_scoring(self.estimator, scoring=self.scoring)
        router.add(method_mapping=scoring.add(caller="score", callee="score"), scorer=scorer)
        splitting = MethodMapping().add(caller="fit", callee="split")
        return router.add(method_mapping=splitting, splitter=self.cv)

    # What was found ----------------------------------------------------------------------------

    @property
    def results_(self) -> Any:
        """The table of candidates."""
        if find_spec("pandas") is None:
            return self.cv_results_
        return require("pandas", "cli", f"results_ of {self._name}").DataFrame(self.cv_results_)

    @property
    def estimator_(self) -> Any:
        """The fitted estimator."""
        if not hasattr(self, "best_estimator_"):
            done = "is not fitted: call fit first" if not hasattr(self, "best_index_") else ""
            done = done or "was made with refit=False, and has no estimator to ask"
            raise NotFittedError(f"This {self._name} {done}.")
        return self.best_estimator_

    @property
    def classes_(self) -> Any:
        """The labels."""
        return self.estimator_.classes_

    def score(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> float:
        """Return the score of the fitted estimator by ``scoring``, on rows as they are.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            Their targets.

        sample_weight : array-like of shape (n,), default=None
            Their weights.

        **params : dict
            Further parameters of the scorer; with metadata routing on, those that it has
            requested.

        Returns
        -------
        score : float
            The score.
        """
        check_is_fitted(self)
        if sample_weight is not None:
            params = {**params, WEIGHT: sample_weight}
        if sk.routing_enabled():
            params = process_routing(self, "score", **params)["scorer"]["score"]
        return float(self.scorer_(self.estimator_.estimator_, X, y, **params))

    # Parameters --------------------------------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, with those of estimator and samplers by their names.

        Parameters
        ----------
        deep : bool, default=True
            Include the samplers, by name, and ``name__parameter`` of estimator and samplers.

        Returns
        -------
        params : dict
            The parameters.
        """
        params: dict[str, Any] = super().get_params(deep=deep)
        if deep:
            for entry in self._entries():
                params[entry.name] = entry.sampler
                if hasattr(entry.sampler, "get_params"):
                    nested = entry.sampler.get_params(deep=True)
                    params.update({f"{entry.name}__{key}": nested[key] for key in nested})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, replace samplers by name, or set parameters of estimator and samplers.

        Parameters
        ----------
        **params : dict
            ``parameter=value``, ``name=sampler`` or ``name__parameter=value``.

        Returns
        -------
        self : object
            The search itself.
        """
        if "samplers" in params:
            self.samplers = params.pop("samplers")
        new = {
            entry.name: params.pop(entry.name) for entry in self._entries() if entry.name in params
        }
        if new:
            self.samplers = replaced(self.samplers, new)
        return super().set_params(**params)

    def _entries(self) -> list[Entry]:
        """Return the samplers with names; [] if malformed, which `fit` says."""
        try:
            return entries_of(self.samplers)
        except TypeError:
            return []

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = estimator_type(self.estimator)
        return tags


def _fit_with(name: str) -> str:
    """Name, for metadata routing, the estimator with one of the samplers."""
    return f"estimator with {name}"


def _union(members: Sequence[Candidate]) -> Candidate:
    """Return samplers together as one more candidate."""
    sampler = SamplerUnion([member.sampler for member in members])
    if sk.routing_enabled():
        sampler.set_fit_resample_request(sample_weight=True)
    label = " + ".join(member.label for member in members)
    return Candidate(label, UNION, {}, sampler)
