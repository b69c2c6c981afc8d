"""Sampler and estimator as one: laws, weights, validation rows, and life inside scikit-learn."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn import over_sampling as imblearn_over
from imblearn import under_sampling as imblearn_under
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.pipeline import make_pipeline as make_sklearn_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.compose import FunctionSampler, OneOfSampler, SamplerChain
from skaug.over_sampling import SMOTE, RandomOverSampler
from skaug.pipeline import make_pipeline


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted to, validation rows too."""

    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
        self.X_, self.y_, self.weight_ = X, y, sample_weight
        self.X_val_, self.y_val_, self.weight_val_ = X_val, y_val, sample_weight_val
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class EvalSetRecorder(RegressorMixin, BaseEstimator):
    """Takes validation rows as xgboost does."""

    def fit(self, X, y, sample_weight=None, eval_set=None, sample_weight_eval_set=None):
        self.X_, self.eval_set_, self.weight_eval_set_ = X, eval_set, sample_weight_eval_set
        return self

    def predict(self, X):
        return np.zeros(len(X))


class LightRecorder(ClassifierMixin, BaseEstimator):
    """Takes validation rows as lightgbm does."""

    def fit(
        self,
        X,
        y,
        sample_weight=None,
        eval_set=None,
        eval_sample_weight=None,
        *,
        eval_X=None,
        eval_y=None,
    ):
        assert eval_set is None
        self.X_, self.eval_X_, self.eval_y_ = X, eval_X, eval_y
        self.weight_val_ = eval_sample_weight
        self.classes_ = np.unique(y)
        return self


class Keep:
    """Returns what it is given; its name in test ids is the same in every process."""

    def __call__(self, X, y, sample_weight=None):
        return (X, y) if sample_weight is None else (X, y, sample_weight)

    def __repr__(self):
        return "keep"


keep = Keep()


def mix(X, y, sample_weight=None):
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    return np.r_[X, X], np.r_[y, y], np.r_[0.7 * w, 0.3 * w]


def make_data(seed=0, n_rows=60, n_rare=15):
    X = np.random.default_rng(seed).uniform(0.5, 2.0, size=(n_rows, 3))
    return X, np.repeat([0, 1], [n_rows - n_rare, n_rare])


X, Y = make_data()
W = np.random.default_rng(1).uniform(0.5, 2.0, size=len(Y))


@pytest.fixture(params=[False, True], ids=["routing off", "routing on"])
def routing(request):
    with config_context(enable_metadata_routing=request.param):
        yield request.param


def asks(step, routing=True):
    """Request sample_weight, where that is needed and possible."""
    if not routing:
        return step
    for method in ("set_fit_resample_request", "set_fit_request"):
        if hasattr(step, method):
            getattr(step, method)(sample_weight=True)
            break
    return step


def unweighted_accuracy(routing):
    scorer = make_scorer(accuracy_score)
    return scorer.set_score_request(sample_weight=False) if routing else scorer


# Laws ---------------------------------------------------------------------------------------

CARRIERS = [
    SMOTE(random_state=0, k_neighbors=3),
    RandomOverSampler(random_state=0),
    imblearn_over.RandomOverSampler(random_state=0),
    imblearn_under.RandomUnderSampler(random_state=0),
    imblearn_under.TomekLinks(),
]


@given(sampler=st.sampled_from([*CARRIERS, None]), seed=st.integers(0, 1000), on=st.booleans())
def test_each_row_keeps_its_own_weight(sampler, seed, on):
    # weights that equal a column are mixed and taken with it, so they equal it at the end
    X, y = make_data(seed)
    with config_context(enable_metadata_routing=on):
        sampler = None if sampler is None else asks(clone(sampler), on)
        model = AugmentedClassifier(asks(Recorder(), on), sampler).fit(X, y, sample_weight=X[:, 0])
    assert_allclose(model.estimator_.weight_, model.estimator_.X_[:, 0], rtol=1e-12)


@given(sampler=st.sampled_from(CARRIERS), weighted=st.booleans(), on=st.booleans())
def test_it_is_the_pipeline_of_sampler_and_estimator(sampler, weighted, on):
    with config_context(enable_metadata_routing=on):
        parts = [asks(clone(sampler), on), asks(LogisticRegression(), on)]
        metadata = {"sample_weight": W} if weighted else {}
        pipe = make_pipeline(*map(clone, parts)).fit(X, Y, **metadata)
        model = AugmentedClassifier(parts[1], parts[0]).fit(X, Y, **metadata)
    assert_array_equal(model.predict_proba(X), pipe.predict_proba(X))
    assert_array_equal(model.predict_log_proba(X), pipe.predict_log_proba(X))
    assert_array_equal(model.decision_function(X), pipe.decision_function(X))


@given(absent=st.sets(st.integers(0, 44), max_size=20), on=st.booleans())
def test_a_row_of_weight_zero_is_no_row(absent, on):
    weight = W.copy()
    weight[list(absent)] = 0
    present = weight > 0
    with config_context(enable_metadata_routing=on):
        parts = asks(LogisticRegression(), on), asks(SMOTE(random_state=0), on)
        model = AugmentedClassifier(*parts).fit(X, Y, sample_weight=weight)
        smaller = AugmentedClassifier(*parts).fit(X[present], Y[present], sample_weight=W[present])
    assert_array_equal(model.estimator_.coef_, smaller.estimator_.coef_)


@given(fraction=st.floats(0.1, 0.6), seed=st.integers(0, 2**32 - 1), weighted=st.booleans())
def test_validation_rows_are_held_out_before_resampling(fraction, seed, weighted):
    metadata = {"sample_weight": X[:, 0]} if weighted else {}
    model = AugmentedClassifier(
        Recorder(),
        SMOTE(random_state=0, k_neighbors=1),
        validation_fraction=fraction,
        random_state=seed,
    ).fit(X, Y, **metadata)
    fitted = model.estimator_
    held_out = {tuple(row) for row in fitted.X_val_}
    originals = fitted.X_[: len(X) - len(held_out)]
    assert held_out | {tuple(row) for row in originals} == {tuple(row) for row in X}
    assert held_out.isdisjoint(tuple(row) for row in fitted.X_)
    assert abs(np.mean(fitted.y_val_) - 0.25) <= 1 / len(held_out)  # stratified
    if weighted:
        assert_array_equal(fitted.weight_val_, fitted.X_val_[:, 0])
        assert_allclose(fitted.weight_, fitted.X_[:, 0], rtol=1e-12)
    else:
        assert fitted.weight_val_ is None


# Weights ------------------------------------------------------------------------------------


def test_made_weights_reach_the_estimator(routing):
    model = AugmentedClassifier(asks(Recorder(), routing), FunctionSampler(mix)).fit(X, Y)
    assert_array_equal(model.estimator_.weight_, np.repeat([0.7, 0.3], len(Y)))


def test_made_weights_name_the_estimator_that_takes_none(routing):
    model = AugmentedClassifier(KNeighborsClassifier(), FunctionSampler(mix))
    with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight"):
        model.fit(X, Y)


@config_context(enable_metadata_routing=True)
def test_made_weights_name_the_request_that_is_missing():
    model = AugmentedClassifier(LogisticRegression(), FunctionSampler(mix))
    with pytest.raises(ValueError, match=r"LogisticRegression\.set_fit_request"):
        model.fit(X, Y)


def test_weights_that_the_sampler_loses_are_an_error(routing):
    model = AugmentedClassifier(asks(LogisticRegression(), routing), imblearn_over.SMOTE())
    with pytest.raises(
        ValueError, match=r"sampler of AugmentedClassifier \(SMOTE\) takes no sample_weight"
    ):
        model.fit(X, Y, sample_weight=W)


def test_an_estimator_that_takes_no_weights_is_named():
    for sampler in (None, SMOTE()):
        with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight"):
            AugmentedClassifier(KNeighborsClassifier(), sampler).fit(X, Y, sample_weight=W)


def test_weights_reach_the_last_step_of_a_pipeline_inside():
    pipe = Pipeline([("scale", StandardScaler()), ("model", Recorder())])
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    model = AugmentedClassifier(pipe, SMOTE(random_state=0))
    for metadata in ({"sample_weight": W}, {"model__sample_weight": W}):
        model.fit(X, Y, **metadata)
        assert_array_equal(model.estimator_["model"].weight_, expected)
    assert model.n_features_in_ == 3


def test_weights_that_differ_are_refused():
    pipe = Pipeline([("scale", StandardScaler()), ("model", Recorder())])
    with pytest.raises(ValueError, match="given to 'estimator' and to 'estimator' differ"):
        AugmentedClassifier(pipe, SMOTE()).fit(X, Y, sample_weight=W, scale__sample_weight=W + 1)


@config_context(enable_metadata_routing=True)
def test_sampler_and_estimator_may_decline_weights():
    sampler = SMOTE(random_state=0).set_fit_resample_request(sample_weight=False)
    model = AugmentedClassifier(asks(Recorder()), sampler).fit(X, Y, sample_weight=W)
    assert_array_equal(model.estimator_.weight_, W[model.sampler_.sample_indices_])
    declining = Recorder().set_fit_request(sample_weight=False)
    model = AugmentedClassifier(declining, asks(SMOTE()), validation_fraction=0.2)
    model.fit(X, Y, sample_weight=W)
    assert model.estimator_.weight_ is None
    assert model.estimator_.weight_val_ is None


@pytest.mark.parametrize("bad", [W[:50], np.ones((60, 1)), np.full(60, np.nan)])
def test_bad_weights_are_refused(bad):
    with pytest.raises(ValueError, match="sample_weight of AugmentedClassifier must"):
        AugmentedClassifier(Recorder(), SMOTE()).fit(X, Y, sample_weight=bad)


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(ValueError, match="sample_weight of AugmentedClassifier is zero for every"):
        AugmentedClassifier(Recorder(), SMOTE()).fit(X, Y, sample_weight=np.zeros(60))


def test_other_parameters_go_to_the_estimator():
    model = AugmentedClassifier(Recorder(), SMOTE()).fit(X, Y, X_val=X[:4], y_val=Y[:4])
    assert_array_equal(model.estimator_.X_val_, X[:4])
    with pytest.raises(TypeError, match="unexpected keyword argument 'unknown'"):
        AugmentedClassifier(Recorder(), SMOTE()).fit(X, Y, unknown=3)


def test_row_metadata_is_cut_with_the_rows():
    class Grouped(Recorder):
        def fit(self, X, y, sample_weight=None, groups=None):
            self.groups_ = groups
            return super().fit(X, y, sample_weight)

    weight = np.where(np.arange(60) < 10, 0, 1.0)
    model = AugmentedClassifier(Grouped(), FunctionSampler(keep))
    model.fit(X, Y, sample_weight=weight, groups=np.arange(60))
    assert_array_equal(model.estimator_.groups_, np.arange(10, 60))


def test_scores_are_the_estimators_own_and_may_be_weighted(routing):
    estimator = asks(LogisticRegression(), routing)
    if routing:
        estimator.set_score_request(sample_weight=True)
    model = AugmentedClassifier(estimator, SMOTE(random_state=0)).fit(X, Y)
    assert model.score(X, Y) == model.estimator_.score(X, Y)
    assert model.score(X, Y, sample_weight=W) == model.estimator_.score(X, Y, sample_weight=W)


# Validation rows ----------------------------------------------------------------------------


def test_validation_rows_as_eval_set():
    model = AugmentedRegressor(EvalSetRecorder(), validation_fraction=0.25, random_state=0)
    fitted = model.fit(X, X[:, 0], sample_weight=W).estimator_
    [(X_val, y_val)] = fitted.eval_set_
    assert X_val.shape == (15, 3)
    assert_array_equal(y_val, X_val[:, 0])
    assert fitted.weight_eval_set_[0].shape == (15,)
    assert model.fit(X, X[:, 0]).estimator_.weight_eval_set_ is None


def test_validation_rows_as_eval_x_and_eval_y():
    model = AugmentedClassifier(LightRecorder(), SMOTE(), validation_fraction=0.2)
    fitted = model.fit(X, Y, sample_weight=W).estimator_
    assert fitted.eval_X_.shape == (12, 3)
    assert fitted.eval_y_.shape == fitted.weight_val_[0].shape == (12,)


@pytest.mark.parametrize(
    "make_frame",
    [
        lambda X: pd.DataFrame(X, columns=list("abc"), index=np.arange(60) * 2),
        lambda X: pl.DataFrame(X, schema=list("abc")),
        lambda X: pa.table(pd.DataFrame(X, columns=list("abc"))),
        sparse.csr_array,
        sparse.coo_matrix,
        np.ndarray.tolist,
    ],
)
def test_validation_rows_of_any_container(make_frame):
    model = AugmentedClassifier(
        Recorder(), SMOTE(random_state=0), validation_fraction=0.2, random_state=0
    )
    expected = model.fit(X, Y, sample_weight=W).estimator_
    fitted = model.fit(make_frame(X), Y.tolist(), sample_weight=pd.Series(W)).estimator_
    dense = fitted.X_val_.toarray() if sparse.issparse(fitted.X_val_) else fitted.X_val_
    assert_allclose(np.asarray(dense), expected.X_val_)
    assert_array_equal(fitted.y_val_, expected.y_val_)
    assert_array_equal(fitted.weight_val_, expected.weight_val_)


@pytest.mark.parametrize(
    ("kind", "booster", "target"),
    [
        (AugmentedClassifier, HistGradientBoostingClassifier, Y),
        (AugmentedRegressor, HistGradientBoostingRegressor, X[:, 0]),
    ],
)
def test_boosting_stops_on_clean_rows(kind, booster, target, routing):
    stopping = asks(booster(early_stopping=True, n_iter_no_change=2, random_state=0), routing)
    sampler = asks(FunctionSampler(keep), routing)
    model = kind(stopping, sampler, validation_fraction=0.25, random_state=0)
    assert model.fit(X, target, sample_weight=W).estimator_.n_iter_ < 100


def test_rows_held_out_for_nothing_give_a_warning():
    model = AugmentedClassifier(HistGradientBoostingClassifier(), validation_fraction=0.2)
    with pytest.warns(UserWarning, match="held out rows for nothing.*early_stopping to True"):
        model.fit(X, Y)


def test_the_split_has_a_seed():
    def held_out(seed):
        model = AugmentedClassifier(Recorder(), validation_fraction=0.3, random_state=seed)
        return model.fit(X, Y).estimator_.X_val_

    assert_array_equal(held_out(0), held_out(0))
    assert_array_equal(held_out(np.random.default_rng(0)), held_out(np.random.default_rng(0)))
    assert not np.array_equal(held_out(0), held_out(1))
    np.random.seed(0)  # noqa: NPY002 - what is shown is that it is not used
    first = held_out(None)
    np.random.seed(0)  # noqa: NPY002
    assert not np.array_equal(first, held_out(None))


def test_an_estimator_without_validation_rows_is_named(routing):
    model = AugmentedClassifier(LogisticRegression(), validation_fraction=0.2)
    with pytest.raises(ValueError, match=r"\(LogisticRegression\) takes neither"):
        model.fit(X, Y)


def test_validation_rows_do_not_go_past_the_transformers_of_a_pipeline(routing):
    pipe = make_sklearn_pipeline(StandardScaler(), HistGradientBoostingClassifier())
    with pytest.raises(ValueError, match="past its transformers"):
        AugmentedClassifier(pipe, SMOTE(), validation_fraction=0.2).fit(X, Y)


@config_context(enable_metadata_routing=True)
def test_validation_rows_go_through_the_transformers_where_the_pipeline_does_that():
    last = Recorder().set_fit_request(X_val=True, y_val=True)
    pipe = Pipeline([("scale", StandardScaler()), ("last", last)], transform_input=["X_val"])
    model = AugmentedClassifier(pipe, SMOTE(), validation_fraction=0.5, random_state=0).fit(X, Y)
    plain = AugmentedClassifier(Recorder(), validation_fraction=0.5, random_state=0).fit(X, Y)
    scaled = model.estimator_["scale"].transform(plain.estimator_.X_val_)
    assert_allclose(model.estimator_["last"].X_val_, scaled)


def test_weights_for_validation_rows_that_take_none_are_an_error():
    class Unweighted(Recorder):
        def fit(self, X, y, sample_weight=None, X_val=None, y_val=None):
            return super().fit(X, y, sample_weight)

    model = AugmentedClassifier(Unweighted(), validation_fraction=0.2)
    with pytest.raises(ValueError, match="takes validation rows, but no weights for them"):
        model.fit(X, Y, sample_weight=W)
    made = AugmentedClassifier(Unweighted(), FunctionSampler(mix), validation_fraction=0.2)
    assert made.fit(X, Y).estimator_.weight_.shape == (96,)


def test_validation_rows_given_twice_are_refused():
    model = AugmentedClassifier(Recorder(), validation_fraction=0.2)
    with pytest.raises(ValueError, match=r"was given \['X_val', 'y_val'\], but validation"):
        model.fit(X, Y, X_val=X, y_val=Y)


def test_a_class_too_rare_to_split_is_named():
    with pytest.raises(ValueError, match=r"validation_fraction=0\.2.*cannot split these 60 rows"):
        AugmentedClassifier(Recorder(), validation_fraction=0.2).fit(X, np.arange(60) == 0)


# Regression ---------------------------------------------------------------------------------


def test_regression_with_several_outputs(routing):
    model = AugmentedRegressor(asks(Ridge(), routing), FunctionSampler(mix))
    targets = X @ [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert model.fit(X, targets).predict(X).shape == (60, 2)
    assert model.fit(X, targets[:, 0]).predict(X).shape == (60,)
    assert get_tags(model).target_tags.multi_output
    assert not get_tags(AugmentedRegressor(Ridge(), SMOTE())).target_tags.multi_output


def test_parameters_of_predict_are_handed_on(routing):
    process = GaussianProcessRegressor()
    if routing:
        process.set_predict_request(return_std=True)
    model = AugmentedRegressor(process, FunctionSampler(keep)).fit(X, X[:, 0])
    mean, std = model.predict(X, return_std=True)
    assert mean.shape == std.shape == (60,)


# Life ---------------------------------------------------------------------------------------

PLAIN = AugmentedClassifier(LogisticRegression(), SMOTE(random_state=0))


@pytest.mark.parametrize(
    "outer",
    [
        CalibratedClassifierCV(PLAIN, cv=2),
        TunedThresholdClassifierCV(PLAIN, cv=2),
        StackingClassifier([("a", PLAIN), ("b", LogisticRegression())], cv=2),
        VotingClassifier([("a", PLAIN), ("b", LogisticRegression())], voting="soft"),
        BaggingClassifier(PLAIN, n_estimators=2, random_state=0),
        make_sklearn_pipeline(StandardScaler(), PLAIN),
        make_pipeline(StandardScaler(), RandomOverSampler(random_state=0), PLAIN),
    ],
    ids=lambda outer: type(outer).__name__,
)
def test_it_works_inside(outer, routing):
    outer = clone(outer).fit(X, Y)
    assert outer.predict_proba(X).shape == (60, 2)
    assert_array_equal(pickle.loads(pickle.dumps(outer)).predict(X), outer.predict(X))


def test_it_takes_weights_inside(routing):
    model = AugmentedClassifier(asks(LogisticRegression(), routing), asks(SMOTE(), routing))
    for outer in (CalibratedClassifierCV(model, cv=2), BaggingClassifier(model, n_estimators=2)):
        assert outer.fit(X, Y, sample_weight=W).predict(X).shape == (60,)


def test_boosting_by_weights():
    model = AugmentedClassifier(LogisticRegression(), SMOTE(random_state=0))
    boosted = AdaBoostClassifier(model, n_estimators=2).fit(X + Y[:, None], Y)
    assert boosted.score(X + Y[:, None], Y) > 0.8


def test_searches_over_sampler_and_estimator(routing):
    pipe = Pipeline([("scale", StandardScaler()), ("model", PLAIN)])
    grid = [
        {"model__sampler__k_neighbors": [2, 3], "model__estimator__C": [0.1, 1.0]},
        {"model__sampler": [SMOTE(), imblearn_over.ADASYN(), None]},
        {"model__estimator": [KNeighborsClassifier()], "model__sampler": [SamplerChain([SMOTE()])]},
    ]
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 8
    choice = OneOfSampler([("smote", SMOTE()), ("ros", RandomOverSampler())])
    grid = {"sampler__selected": ["smote", "ros", None], "sampler__smote__k_neighbors": [3]}
    model = AugmentedClassifier(LogisticRegression(), choice)
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 3


def test_cross_validation_cuts_the_weights(routing):
    model = AugmentedClassifier(asks(Recorder(), routing), asks(SMOTE(random_state=0), routing))
    result = cross_validate(
        model,
        X,
        Y,
        cv=3,
        scoring=unweighted_accuracy(routing),
        params={"sample_weight": X[:, 0]},
        return_estimator=True,
    )
    for fitted in result["estimator"]:
        assert_allclose(fitted.estimator_.weight_, fitted.estimator_.X_[:, 0], rtol=1e-12)


def test_memory_of_a_pipeline_around_it(tmp_path):
    pipe = make_sklearn_pipeline(StandardScaler(), PLAIN, memory=str(tmp_path))
    assert_array_equal(clone(pipe).fit(X, Y).predict(X), clone(pipe).fit(X, Y).predict(X))


def test_parts_are_cloned_and_parameters_left_alone():
    estimator, sampler = LogisticRegression(), SMOTE(random_state=0)
    model = AugmentedClassifier(estimator, sampler).fit(X, Y)
    assert model.estimator is estimator
    assert model.sampler is sampler
    assert not hasattr(estimator, "coef_")
    assert not hasattr(sampler, "n_features_in_")
    assert model.sampler_.sample_indices_.shape == (90,)
    assert model.set_params(sampler=None).fit(X, Y).sampler_ is None


def test_frames_and_names():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = AugmentedClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, Y)
    assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
    assert_array_equal(model.classes_, [0, 1])
    labels = np.array(["no", "yes"])[Y]
    assert set(model.fit(frame, labels).predict(frame)) <= {"no", "yes"}


def test_only_methods_of_the_estimator_are_there():
    assert not hasattr(AugmentedClassifier(SVC()), "predict_proba")
    assert hasattr(AugmentedClassifier(SVC()), "decision_function")
    assert not hasattr(AugmentedRegressor(Ridge()), "predict_proba")
    assert not hasattr(AugmentedClassifier(SVC()), "classes_")
    with pytest.raises(NotFittedError, match="AugmentedClassifier instance is not fitted"):
        AugmentedClassifier(SVC()).predict(X)


def test_tags_are_what_both_parts_take():
    boosting = HistGradientBoostingClassifier()
    assert get_tags(AugmentedClassifier(boosting)).input_tags.allow_nan
    assert get_tags(AugmentedClassifier(boosting, SMOTE())).input_tags.allow_nan
    assert not get_tags(AugmentedClassifier(boosting, imblearn_over.SMOTE())).input_tags.allow_nan
    assert not get_tags(AugmentedClassifier(boosting, SMOTE())).input_tags.sparse
    assert get_tags(AugmentedClassifier(LogisticRegression(), SMOTE())).input_tags.sparse


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (AugmentedClassifier(Ridge()), TypeError, "is a regressor; use AugmentedRegressor"),
        (AugmentedRegressor(SVC()), TypeError, "is a classifier; use AugmentedClassifier"),
        (AugmentedClassifier(SVC(), SMOTE), TypeError, r"write SMOTE\(\), not SMOTE"),
        (
            AugmentedClassifier(SVC(), make_pipeline(StandardScaler(), SMOTE())),
            TypeError,
            "got a pipeline as sampler",
        ),
        (AugmentedClassifier(SVC(), StandardScaler()), ValueError, "'sampler' parameter"),
        (AugmentedClassifier(SVC(), validation_fraction=1.5), ValueError, "'validation_fraction'"),
    ],
)
def test_parts_that_do_not_fit_are_refused(model, error, message):
    with pytest.raises(error, match=message):
        model.fit(X, Y)


COUNTS = "a sampler counts rows, so a weight of 2 is not the same as a row given twice"
RAVELS = "imbalanced-learn makes a column of y a vector before the estimator can warn of it"
FAILING = {
    "check_sample_weight_equivalence_on_dense_data": COUNTS,
    "check_sample_weight_equivalence_on_sparse_data": COUNTS,
}


def expected_failures(model):
    if model.sampler is None or isinstance(model.sampler, FunctionSampler):
        return {}
    if isinstance(model.sampler, RandomOverSampler):
        return FAILING
    return {**FAILING, "check_supervised_y_2d": RAVELS}


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@parametrize_with_checks(
    [
        AugmentedClassifier(LogisticRegression()),
        AugmentedClassifier(LogisticRegression(), RandomOverSampler(random_state=0)),
        AugmentedClassifier(
            LogisticRegression(), imblearn_under.RandomUnderSampler(random_state=0)
        ),
        AugmentedRegressor(Ridge()),
        AugmentedRegressor(Ridge(), FunctionSampler(keep)),
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn(estimator, check):
    check(estimator)


def test_rows_are_held_out_of_several_labels_a_row():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.integers(2, size=(60, 4))
    seen = []

    class Remembering(DecisionTreeClassifier):
        def fit(self, X, y, X_val=None, y_val=None):
            seen.append((len(X), len(X_val), y_val.shape))
            return super().fit(X, y)

    AugmentedClassifier(Remembering(), None, validation_fraction=0.2, random_state=0).fit(X, y)
    assert seen == [(48, 12, (12, 4))]
