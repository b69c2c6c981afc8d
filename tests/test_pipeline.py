"""Weights that travel: laws first, then the cases by name, then the life of a pipeline."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn import over_sampling as imblearn_over
from imblearn import under_sampling as imblearn_under
from imblearn.base import BaseSampler as ImblearnBaseSampler
from imblearn.combine import SMOTEENN
from imblearn.pipeline import Pipeline as ImblearnPipeline
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline as make_sklearn_pipeline
from sklearn.preprocessing import StandardScaler

from skaug.compose import FunctionSampler
from skaug.over_sampling import SMOTE, RandomOverSampler
from skaug.pipeline import Pipeline, make_pipeline


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted to."""

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.weight_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class RecordingScaler(TransformerMixin, BaseEstimator):
    """Remembers the weights it was fitted with; leaves X as it is."""

    def fit(self, X, y=None, sample_weight=None):
        self.n_rows_, self.weight_ = len(X), sample_weight
        return self

    def transform(self, X):
        return X


class Mixer(BaseEstimator):
    """Makes weights of its own, as a mixing sampler does: each row twice, at 0.7 and 0.3."""

    def fit(self, X, y):
        return self

    def fit_resample(self, X, y, sample_weight=None):
        w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
        return np.r_[X, X], np.r_[y, y], np.r_[0.7 * w, 0.3 * w]


class WeightMaker(BaseEstimator):
    """Makes weights, and takes none."""

    def fit(self, X, y):
        return self

    def fit_resample(self, X, y):
        return X, y, np.ones(len(y))


class Steered(ImblearnBaseSampler):
    """Uses weights in imbalanced-learn's way: takes them by its hook and returns none."""

    _sampling_type = "bypass"
    _parameter_constraints = {}
    __metadata_request__fit_resample = {"sample_weight": True}

    def _fit_resample(self, X, y, sample_weight=None):
        self.seen_ = sample_weight
        kept = np.asarray(sample_weight) > np.median(sample_weight)
        return X[kept], y[kept]


def make_data(seed=0, n_rows=60, n_rare=15):
    rng = np.random.default_rng(seed)
    X = rng.uniform(0.5, 2.0, size=(n_rows, 3))
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
    RandomOverSampler(random_state=0, sampling_strategy="all"),
    imblearn_over.RandomOverSampler(random_state=0),
    imblearn_under.RandomUnderSampler(random_state=0),
    imblearn_under.TomekLinks(),
    imblearn_under.EditedNearestNeighbours(n_neighbors=1),
]


@given(
    chosen=st.lists(st.sampled_from(CARRIERS), min_size=1, max_size=3),
    seed=st.integers(0, 1000),
    on=st.booleans(),
)
def test_each_row_keeps_its_own_weight_through_any_samplers(chosen, seed, on):
    # weights that equal a column are mixed and taken with it, so they equal it at the end
    X, y = make_data(seed)
    with config_context(enable_metadata_routing=on):
        samplers = [asks(clone(sampler), on) for sampler in chosen]
        pipe = make_pipeline(*samplers, asks(Recorder(), on)).fit(X, y, sample_weight=X[:, 0])
    assert_allclose(pipe[-1].weight_, pipe[-1].X_[:, 0], rtol=1e-12)


@given(chosen=st.lists(st.sampled_from(CARRIERS), min_size=1, max_size=3), on=st.booleans())
def test_without_weights_it_is_the_pipeline_of_imbalanced_learn(chosen, on):
    steps = [StandardScaler(), *map(clone, chosen), LogisticRegression()]
    with config_context(enable_metadata_routing=on):
        ours = make_pipeline(*steps).fit(X, Y)
        theirs = ImblearnPipeline(clone(ours).steps).fit(X, Y)
    assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    assert_array_equal(ours.decision_function(X), theirs.decision_function(X))
    assert ours.score(X, Y) == theirs.score(X, Y)


# (a) no weights given, the sampler makes them -----------------------------------------------


def test_weights_made_by_a_sampler_reach_the_last_step(routing):
    pipe = make_pipeline(Mixer(), asks(Recorder(), routing)).fit(X, Y)
    assert_array_equal(pipe[-1].weight_, np.repeat([0.7, 0.3], len(Y)))


def test_weights_made_by_a_sampler_go_through_later_samplers(routing):
    steps = [Mixer(), asks(SMOTE(random_state=0), routing), imblearn_under.RandomUnderSampler()]
    pipe = make_pipeline(*steps, asks(Recorder(), routing)).fit(X, Y)
    weight = pipe[-1].weight_
    assert len(weight) == len(pipe[-1].X_) == 180
    assert 0.3 <= weight.min() < weight.max() <= 0.7


def test_made_weights_name_the_estimator_that_takes_none(routing):
    pipe = make_pipeline(Mixer(), KNeighborsClassifier())
    with pytest.raises(
        ValueError, match=r"'kneighborsclassifier' \(KNeighborsClassifier\) takes no"
    ):
        pipe.fit(X, Y)


@config_context(enable_metadata_routing=True)
def test_made_weights_name_the_request_that_is_missing():
    with pytest.raises(ValueError, match=r"Call Recorder\.set_fit_request\(sample_weight=True\)"):
        make_pipeline(Mixer(), Recorder()).fit(X, Y)
    with pytest.raises(ValueError, match=r"Call SMOTE\.set_fit_resample_request"):
        make_pipeline(Mixer(), SMOTE(), asks(Recorder())).fit(X, Y)


@config_context(enable_metadata_routing=True)
def test_an_estimator_may_decline_made_weights():
    pipe = make_pipeline(Mixer(), Recorder().set_fit_request(sample_weight=False)).fit(X, Y)
    assert pipe[-1].weight_ is None
    assert len(pipe[-1].X_) == 2 * len(X)


def test_made_weights_reach_the_last_step_of_a_nested_pipeline(routing):
    scaler = StandardScaler()
    if routing:
        scaler.set_fit_request(sample_weight=False)
    nested = make_sklearn_pipeline(scaler, asks(Recorder(), routing))
    pipe = make_pipeline(Mixer(), nested).fit(X, Y)
    assert_array_equal(pipe[-1][-1].weight_, np.repeat([0.7, 0.3], len(Y)))


# (b) weights given, meant for the last step -------------------------------------------------


def test_weights_for_the_last_step_go_through_the_sampler(routing):
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    pipe = make_pipeline(asks(SMOTE(random_state=0), routing), asks(Recorder(), routing))
    assert_array_equal(pipe.fit(X, Y, sample_weight=W)[-1].weight_, expected)


@pytest.mark.parametrize("key", ["sample_weight", "recorder__sample_weight"])
@pytest.mark.parametrize("sampler", [SMOTE(random_state=0), None, "passthrough"])
def test_both_names_of_the_weights_mean_the_same(key, sampler):
    pipe = Pipeline([("sampler", sampler), ("recorder", Recorder())]).fit(X, Y, **{key: W})
    assert_array_equal(pipe[-1].weight_[: len(W)], W)
    assert len(pipe[-1].weight_) == len(pipe[-1].X_)


def test_weights_may_not_be_given_under_both_names():
    with pytest.raises(ValueError, match="got 'sample_weight', for which 'recorder__sample_weight"):
        make_pipeline(Recorder()).fit(X, Y, sample_weight=W, recorder__sample_weight=W)


def test_none_stands_for_no_weights():
    pipe = make_pipeline(SMOTE(), Recorder())
    assert pipe.fit(X, Y, sample_weight=None)[-1].weight_ is None
    assert pipe.fit(X, Y, recorder__sample_weight=None)[-1].weight_ is None


def test_weights_reach_into_a_nested_last_pipeline_with_routing_off():
    nested = make_sklearn_pipeline(RecordingScaler(), Recorder())
    pipe = Pipeline([("smote", SMOTE(random_state=0)), ("model", nested)])
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    assert_array_equal(pipe.fit(X, Y, sample_weight=W)[-1][-1].weight_, expected)
    pipe.fit(X, Y, model__recorder__sample_weight=W, model__recordingscaler__sample_weight=W)
    assert_array_equal(pipe[-1][0].weight_, expected)
    assert_array_equal(pipe[-1][-1].weight_, expected)


def test_weights_of_another_length_than_x_are_refused(routing):
    pipe = make_pipeline(imblearn_under.RandomUnderSampler(), asks(Recorder(), routing))
    with pytest.raises(ValueError, match=r"'randomundersampler'.*must have shape \(60,\)"):
        pipe.fit(X, Y, sample_weight=W[:50])


def test_the_last_step_is_named_when_it_takes_no_weights():
    with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight"):
        make_pipeline(SMOTE(), KNeighborsClassifier()).fit(X, Y, sample_weight=W)
    with pytest.raises(ValueError, match=r"\(passthrough\) takes no sample_weight"):
        make_pipeline(SMOTE(), "passthrough").fit(X, Y, sample_weight=W)


@config_context(enable_metadata_routing=True)
def test_a_sampler_may_decline_the_weights():
    sampler = SMOTE(random_state=0).set_fit_resample_request(sample_weight=False)
    pipe = make_pipeline(sampler, asks(Recorder())).fit(X, Y, sample_weight=W)
    assert_array_equal(pipe[-1].weight_, W[sampler.sample_indices_])


@config_context(enable_metadata_routing=True)
def test_an_alias_is_followed():
    recorder = Recorder().set_fit_request(sample_weight="exposure")
    sampler = SMOTE(random_state=0).set_fit_resample_request(sample_weight="exposure")
    pipe = make_pipeline(sampler, recorder).fit(X, Y, exposure=W)
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    assert_array_equal(recorder.weight_, expected)
    assert_array_equal(pipe.fit(X, Y, exposure=W.tolist())[-1].weight_, expected)


# (c) samplers that take no weights ----------------------------------------------------------


@pytest.mark.parametrize("sampler", CARRIERS[3:], ids=str)
def test_weights_are_looked_up_by_sample_indices(sampler, routing):
    pipe = make_pipeline(clone(sampler), asks(Recorder(), routing)).fit(X, Y, sample_weight=W)
    assert_array_equal(pipe[-1].weight_, W[pipe[0].sample_indices_])


@pytest.mark.parametrize("sampler", [imblearn_over.SMOTE(), SMOTEENN()], ids=str)
def test_a_sampler_that_loses_weights_is_named(sampler, routing):
    pipe = make_pipeline(sampler, asks(Recorder(), routing))
    with pytest.raises(ValueError, match=rf"\({type(sampler).__name__}\) takes no sample_weight"):
        pipe.fit(X, Y, sample_weight=W)
    assert pipe.fit(X, Y)[-1].weight_ is None


def test_indices_that_do_not_fit_the_rows_are_no_help(routing):
    class Confused(BaseEstimator):
        sample_indices_ = np.array([0, -1])

        def fit(self, X, y):
            return self

        def fit_resample(self, X, y):
            return X[:2], y[:2]

    pipe = make_pipeline(Confused(), asks(Recorder(), routing))
    with pytest.raises(ValueError, match="sample_indices_ do not say where each of the 2 rows"):
        pipe.fit(X, Y, sample_weight=W)


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((60, 1))], ids=["too short", "2-d"])
def test_weights_of_the_wrong_length_are_not_accepted_from_a_sampler(bad, routing):
    sampler = FunctionSampler(lambda X, y: (X, y, bad))
    with pytest.raises(ValueError, match="returned 60 rows of X, but sample_weight of shape"):
        make_pipeline(sampler, asks(Recorder(), routing)).fit(X, Y)


# (d) weights given to a sampler, routing off ------------------------------------------------


def test_weights_given_to_a_sampler_are_not_dropped():
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    pipe = make_pipeline(SMOTE(random_state=0), Recorder()).fit(X, Y, smote__sample_weight=W)
    assert_array_equal(pipe[-1].weight_, expected)
    pipe = make_pipeline(imblearn_under.RandomUnderSampler(), Recorder())
    pipe.fit(X, Y, randomundersampler__sample_weight=W)
    assert_array_equal(pipe[-1].weight_, W[pipe[0].sample_indices_])
    with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight"):
        make_pipeline(SMOTE(), KNeighborsClassifier()).fit(X, Y, smote__sample_weight=W)


def test_weights_given_to_the_second_sampler_go_through_the_first():
    pipe = Pipeline([("a", RandomOverSampler()), ("b", SMOTE()), ("recorder", Recorder())])
    pipe.fit(X, Y, b__sample_weight=X[:, 0])
    assert_allclose(pipe[-1].weight_, pipe[-1].X_[:, 0], rtol=1e-12)


def test_a_sampler_that_uses_weights_up_is_let(routing):
    pipe = Pipeline([("steered", Steered()), ("recorder", Recorder())])
    if routing:
        pipe["recorder"].set_fit_request(sample_weight=False)
        pipe.fit(X, Y, sample_weight=W)
    else:
        pipe.fit(X, Y, steered__sample_weight=W)
    assert_array_equal(pipe["steered"].seen_, W)
    assert pipe["recorder"].weight_ is None
    assert len(pipe["recorder"].X_) == 30


def test_a_sampler_that_uses_weights_up_is_named_where_others_need_them(routing):
    pipe = Pipeline([("steered", Steered()), ("recorder", asks(Recorder(), routing))])
    with pytest.raises(ValueError, match=r"\(Steered\) took sample_weight but returned none"):
        pipe.fit(X, Y, sample_weight=W)


# (e) after a sampler that makes weights -----------------------------------------------------


def test_made_weights_do_not_get_lost_in_a_sampler_that_takes_none(routing):
    pipe = make_pipeline(Mixer(), imblearn_over.SMOTE(), asks(Recorder(), routing))
    with pytest.raises(ValueError, match=r"'smote' \(SMOTE\) takes no sample_weight and has no"):
        pipe.fit(X, Y)


def test_weights_are_not_replaced_by_those_of_a_sampler_that_takes_none(routing):
    pipe = make_pipeline(WeightMaker(), asks(Recorder(), routing))
    assert_array_equal(pipe.fit(X, Y)[-1].weight_, np.ones(len(Y)))
    with pytest.raises(ValueError, match=r"\(WeightMaker\) makes weights of its own"):
        pipe.fit(X, Y, sample_weight=W)


# Transformers -------------------------------------------------------------------------------


def test_transformers_get_the_weights_of_the_rows_they_see(routing):
    pipe = Pipeline(
        [
            ("before", asks(RecordingScaler(), routing)),
            ("smote", asks(SMOTE(random_state=0), routing)),
            ("after", asks(RecordingScaler(), routing)),
            ("recorder", asks(Recorder(), routing)),
        ]
    )
    keys = [f"{name}__sample_weight" for name in ("before", "after", "recorder")]
    pipe.fit(X, Y, **({"sample_weight": W} if routing else dict.fromkeys(keys, W)))
    expected = SMOTE(random_state=0).fit_resample(X, Y, sample_weight=W)[2]
    assert_array_equal(pipe["before"].weight_, W)
    assert_array_equal(pipe["after"].weight_, expected)
    assert_array_equal(pipe["recorder"].weight_, expected)


def test_weights_given_to_a_transformer_before_the_sampler_stay_there():
    pipe = Pipeline([("s", RecordingScaler()), ("smote", SMOTE()), ("recorder", Recorder())])
    pipe.fit(X, Y, s__sample_weight=W)
    assert_array_equal(pipe["s"].weight_, W)
    assert pipe["recorder"].weight_ is None
    pipe.fit(X, Y, s__sample_weight=W + 1, sample_weight=W)
    assert_array_equal(pipe["s"].weight_, W + 1)
    assert_array_equal(pipe["recorder"].weight_[:60], W)


def test_transformers_get_made_weights_only_if_they_asked(routing):
    pipe = make_pipeline(Mixer(), RecordingScaler(), asks(Recorder(), routing)).fit(X, Y)
    assert pipe[1].weight_ is None
    if routing:
        pipe = clone(pipe)
        asks(pipe[1])
        assert_array_equal(pipe.fit(X, Y)[1].weight_, np.repeat([0.7, 0.3], len(Y)))


def test_weights_that_differ_are_refused():
    pipe = Pipeline([("smote", SMOTE()), ("s", RecordingScaler()), ("recorder", Recorder())])
    with pytest.raises(ValueError, match="given to 's' and to 'recorder' differ"):
        pipe.fit(X, Y, s__sample_weight=W, recorder__sample_weight=W + 1)
    pipe.fit(X, Y, s__sample_weight=W, recorder__sample_weight=W.copy())


# Faults of imbalanced-learn's pipeline ------------------------------------------------------


def test_fit_resample_ending_in_passthrough_returns_x_and_y_and_weights(routing):
    for last in ("passthrough", None):
        pipe = make_pipeline(StandardScaler(), SMOTE(random_state=0), last)
        X_res, y_res = pipe.fit_resample(X, Y)
        assert X_res.shape == (90, 3)
        assert_array_equal(np.bincount(y_res), [45, 45])
    pipe = make_pipeline(asks(SMOTE(random_state=0), routing), "passthrough")
    *_, w_res = pipe.fit_resample(X, Y, sample_weight=W)
    assert_array_equal(w_res[:60], W)
    assert w_res.shape == (90,)


def test_fit_resample_ending_in_a_sampler_returns_weights_where_there_are_some(routing):
    pipe = make_pipeline(Mixer(), asks(SMOTE(random_state=0), routing))
    assert [part.shape[0] for part in pipe.fit_resample(X, Y)] == [180, 180, 180]
    pipe = make_pipeline(asks(SMOTE(random_state=0), routing))
    assert len(pipe.fit_resample(X, Y)) == 2
    assert len(pipe.fit_resample(X, Y, sample_weight=W)) == 3


def test_fit_transform_gives_the_resampled_y_to_a_last_step_without_fit_transform(routing):
    class Checking(BaseEstimator):
        def fit(self, X, y, sample_weight=None):
            assert len(X) == len(y) == len(sample_weight)
            return self

        def transform(self, X):
            return -X

    pipe = make_pipeline(Mixer(), asks(Checking(), routing))
    assert_array_equal(pipe.fit_transform(X, Y), -np.r_[X, X])


def test_fit_transform_and_fit_predict_hand_weights_over(routing):
    weighted = make_pipeline(Mixer(), asks(StandardScaler(), routing))
    assert_allclose(weighted.fit_transform(X, Y)[:60], StandardScaler().fit_transform(X))
    with pytest.raises(ValueError, match=r"\(PCA\) takes no sample_weight"):
        make_pipeline(Mixer(), PCA()).fit_transform(X, Y)
    clusters = make_pipeline(Mixer(), asks(KMeans(2, n_init=1, random_state=0), routing))
    assert clusters.fit_predict(X, Y).shape == (120,)
    assert make_pipeline(SMOTE(), "passthrough").fit_transform(X, Y).shape == (90, 3)


def test_fit_resample_does_not_ignore_unknown_parameters():
    pipe = make_pipeline(StandardScaler(), SMOTE())
    with pytest.raises(ValueError, match="got 'step__unknown', it takes step__parameter"):
        pipe.fit_resample(X, Y, step__unknown=3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'unknown'"):
        pipe.fit_resample(X, Y, smote__unknown=3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'unknown'"):
        pipe.fit_resample(X, Y, standardscaler__unknown=3)
    with pytest.raises(ValueError, match="got 'unknown', it takes step__parameter"):
        pipe.fit_resample(X, Y, unknown=3)


def test_parameters_for_a_step_that_is_left_out_are_not_ignored():
    pipe = Pipeline([("smote", None), ("recorder", Recorder())])
    with pytest.raises(ValueError, match="step 'smote' is None and takes no parameters"):
        pipe.fit(X, Y, smote__sample_weight=W)


@config_context(enable_metadata_routing=True)
def test_transform_input_skips_the_samplers():
    class Validated(Recorder):
        def fit(self, X, y, X_val=None):
            self.X_val_ = X_val
            return super().fit(X, y)

    last = Validated().set_fit_request(X_val=True)
    pipe = make_pipeline(StandardScaler(), SMOTE(), last, transform_input=["X_val"])
    pipe.fit(X, Y, X_val=X[:5])
    assert_allclose(last.X_val_, pipe[0].transform(X[:5]))
    booster = HistGradientBoostingClassifier(early_stopping=True, max_iter=3)
    booster.set_fit_request(X_val=True, y_val=True)
    pipe = make_pipeline(StandardScaler(), SMOTE(), booster, transform_input=["X_val"])
    assert pipe.fit(X, Y, X_val=X[:40], y_val=Y[:40]).score(X, Y) > 0.5


def test_transform_input_needs_routing():
    with pytest.raises(ValueError, match="transform_input of Pipeline needs metadata routing"):
        make_pipeline(SMOTE(), Recorder(), transform_input=["X_val"]).fit(X, Y)


# Life ---------------------------------------------------------------------------------------


def test_it_is_a_pipeline_of_both_libraries_and_pickles():
    pipe = make_pipeline(SMOTE(random_state=0), LogisticRegression()).fit(X, Y, sample_weight=W)
    assert isinstance(pipe, ImblearnPipeline)
    assert_array_equal(pickle.loads(pickle.dumps(pipe)).predict(X), pipe.predict(X))
    assert clone(pipe).get_params()["smote__k_neighbors"] == 5
    assert type(pipe[:1]) is Pipeline
    assert pipe.n_features_in_ == 3
    assert_array_equal(pipe.classes_, [0, 1])
    assert "SMOTE" in pipe._repr_html_()


def test_memory_caches_samplers_with_their_weights(tmp_path, routing):
    calls = tmp_path / "calls"
    calls.write_text("")
    sampler = FunctionSampler(count_calls, kw_args={"log": str(calls)})
    steps = [asks(sampler, routing), asks(Recorder(), routing)]
    for _ in range(2):
        pipe = make_pipeline(*map(clone, steps), memory=str(tmp_path)).fit(X, Y, sample_weight=W)
        assert_array_equal(pipe[-1].weight_, 2 * W)
    assert calls.read_text() == "x"
    make_pipeline(*map(clone, steps), memory=str(tmp_path)).fit(X, Y, sample_weight=W + 1)
    assert calls.read_text() == "xx"


def count_calls(X, y, log, sample_weight=None):
    with open(log, "a") as file:
        file.write("x")
    return X, y, 2 * sample_weight


def test_fitting_fits_the_given_steps_but_not_with_memory(tmp_path):
    given = SMOTE(random_state=0)
    assert make_pipeline(given, Recorder()).fit(X, Y)[0] is given
    unfitted = SMOTE(random_state=0)
    pipe = make_pipeline(unfitted, Recorder(), memory=str(tmp_path)).fit(X, Y)
    assert pipe[0] is not unfitted
    assert not hasattr(unfitted, "n_features_in_")


def test_a_search_replaces_the_sampler(routing):
    pipe = Pipeline(
        [
            ("scale", StandardScaler()),
            ("sampler", asks(SMOTE(random_state=0), routing)),
            ("model", asks(LogisticRegression(), routing)),
        ]
    )
    if routing:
        pipe["scale"].set_fit_request(sample_weight=False)
    grid = [
        {"sampler__k_neighbors": [2, 3], "model__C": [0.1, 1.0]},
        {"sampler": [None, "passthrough", imblearn_under.RandomUnderSampler(random_state=0)]},
    ]
    scoring = unweighted_accuracy(routing)
    search = GridSearchCV(pipe, grid, cv=2, scoring=scoring, error_score="raise")
    search.fit(X, Y, sample_weight=W)
    assert len(search.cv_results_["params"]) == 7


def test_cross_validation_cuts_the_weights(routing):
    pipe = make_pipeline(asks(SMOTE(random_state=0), routing), asks(Recorder(), routing))
    result = cross_validate(
        pipe,
        X,
        Y,
        cv=3,
        scoring=unweighted_accuracy(routing),
        params={"sample_weight": X[:, 0]},
        return_estimator=True,
    )
    for fitted in result["estimator"]:
        assert_allclose(fitted[-1].weight_, fitted[-1].X_[:, 0], rtol=1e-12)


@config_context(enable_metadata_routing=True)
def test_scores_may_decline_the_weights_that_fit_takes():
    model = asks(LogisticRegression()).set_score_request(sample_weight=False)
    pipe = make_pipeline(StandardScaler(), asks(SMOTE(random_state=0)), model)
    pipe[0].set_fit_request(sample_weight=False)
    pipe.fit(X, Y, sample_weight=W)
    assert pipe.score(X, Y) == np.mean(pipe.predict(X) == Y)
    model.set_score_request(sample_weight=True)
    weighted = np.average(pipe.predict(X) == Y, weights=W)
    assert pipe.score(X, Y, sample_weight=W) == pytest.approx(weighted)


def test_bagging_draws_rows_before_they_are_resampled(routing):
    bag = BaggingClassifier(
        make_pipeline(RandomOverSampler(random_state=0), KNeighborsClassifier()),
        n_estimators=3,
        random_state=0,
    )
    assert bag.fit(X, Y).score(X, Y) > 0.5


def test_nested_pipelines_of_transformers_may_be_steps(routing):
    inner = make_sklearn_pipeline(StandardScaler(), PCA(2))
    pipe = make_pipeline(inner, SMOTE(random_state=0), LogisticRegression()).fit(X, Y)
    assert pipe.predict(X).shape == (60,)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (make_pipeline(StandardScaler(), SMOTE()), r"'step' \(Pipeline\) is a pipeline with a"),
        (make_pipeline(SMOTE(), StandardScaler()), r"'step' \(Pipeline\) is a pipeline with a"),
        (LogisticRegression(), r"'step' \(LogisticRegression\) is neither"),
        (make_pipeline(StandardScaler(), "passthrough"), r"'step' \(Pipeline\) is both"),
        (SMOTE, r"are instances: write SMOTE\(\)"),
    ],
)
def test_steps_that_cannot_be_steps_are_refused(step, message):
    with pytest.raises(TypeError, match=message):
        Pipeline([("step", step), ("model", Recorder())]).fit(X, Y)


def test_a_last_sampler_is_fitted_without_the_weights_that_come_to_it(routing):
    pipe = make_pipeline(Mixer(), SMOTE()).fit(X, Y)
    assert pipe[-1].n_features_in_ == 3


def test_a_last_step_needs_fit_and_a_pipeline_needs_steps():
    with pytest.raises(TypeError, match="last step of Pipeline must have fit"):
        Pipeline([("smote", SMOTE()), ("model", 3)]).fit(X, Y)
    with pytest.raises(ValueError, match="Pipeline has no steps"):
        Pipeline([]).fit(X, Y)


def test_verbose_tells_of_each_step(capsys):
    make_pipeline(StandardScaler(), SMOTE(), LogisticRegression(), verbose=True).fit(X, Y)
    out = capsys.readouterr().out
    assert [f"(step {i} of 3)" in out for i in (1, 2, 3)] == [True] * 3


def test_set_output_reaches_the_transformers():
    pipe = make_pipeline(StandardScaler(), SMOTE()).set_output(transform="pandas")
    X_res, _ = pipe.fit_resample(X, Y)
    assert list(X_res.columns) == ["x0", "x1", "x2"]
    assert len(X_res) == 90


def test_only_methods_of_the_last_step_are_there():
    assert not hasattr(make_pipeline(SMOTE(), LogisticRegression()), "fit_resample")
    assert not hasattr(make_pipeline(SMOTE(), LogisticRegression()), "fit_predict")
    assert not hasattr(make_pipeline(StandardScaler(), SMOTE()), "predict")
    assert not hasattr(make_pipeline(StandardScaler(), SMOTE()), "fit_transform")
