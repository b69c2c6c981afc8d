"""SMOTEENN and SMOTETomek are their two steps, whichever they are; laws first."""

import pickle

import numpy as np
import pandas as pd
import pytest
from containers import DENSE, SPARSE
from hypothesis import given
from hypothesis import strategies as st
from imblearn import combine as imblearn_combine
from imblearn import over_sampling as imblearn_over
from imblearn import under_sampling as imblearn_under
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from strategies import labelled_categories, labelled_numbers, smooth_numbers

from skaug.combine import SMOTEENN, SMOTETomek
from skaug.compose import SamplerChain
from skaug.datasets import load_german, load_hypothyroid
from skaug.over_sampling import ADASYN, SMOTE, MGSSampler, RandomOverSampler
from skaug.pipeline import make_pipeline
from skaug.testing._data import values_of
from skaug.under_sampling import EditedNearestNeighbours, TomekLinks

may_warn = pytest.mark.filterwarnings(
    "ignore:[A-Za-z]+ (would remove every|looks for|found no):UserWarning"
)
COMBINED = [SMOTEENN, SMOTETomek]
CLEANING = {SMOTEENN: EditedNearestNeighbours, SMOTETomek: TomekLinks}
NAME = {SMOTEENN: "enn", SMOTETomek: "tomek"}
kinds = st.sampled_from(COMBINED)

X, Y = make_blobs([50, 25, 15], n_features=3, cluster_std=4, random_state=0)
W = np.random.default_rng(1).uniform(0.5, 2, size=len(Y))

OVER = [
    SMOTE(random_state=0, k_neighbors=3),
    RandomOverSampler(random_state=0),
    ADASYN(random_state=0, n_neighbors=3),
    MGSSampler(random_state=0),
    SamplerChain([SMOTE(random_state=0, sampling_strategy="minority"), RandomOverSampler()]),
    imblearn_over.SMOTE(random_state=0, k_neighbors=3),
    imblearn_over.BorderlineSMOTE(random_state=0),
    imblearn_over.RandomOverSampler(random_state=0),
]
OVER[4].steps[1].random_state = 0
CLEANERS = [
    EditedNearestNeighbours(),
    EditedNearestNeighbours(sampling_strategy="all", kind_sel="mode"),
    TomekLinks(sampling_strategy="all"),
    imblearn_under.EditedNearestNeighbours(kind_sel="mode"),
    imblearn_under.TomekLinks(sampling_strategy="all"),
    imblearn_under.AllKNN(kind_sel="mode"),
    imblearn_under.OneSidedSelection(random_state=0),
    imblearn_under.RandomUnderSampler(random_state=0, sampling_strategy={0: 30}),
]


def combined(kind, over=None, cleaning=None, **params):
    return kind(random_state=0, smote=over, **{NAME[kind]: cleaning}, **params)


def rows_of(X, y):
    return sorted((*row, label) for row, label in zip(X.tolist(), y.tolist(), strict=True))


def cleaner_of(sampler):
    return getattr(sampler, NAME[type(sampler)] + "_")


# Laws ---------------------------------------------------------------------------------------


@may_warn
@given(labelled_numbers(missing=True) | labelled_categories(), kinds)
def test_they_are_smote_and_then_the_cleaning(Xy, kind):
    X, y = Xy
    weight = np.linspace(1, 2, len(y))
    sampler, over = combined(kind), SMOTE(random_state=0)
    cleaning = CLEANING[kind](sampling_strategy="all")
    result = sampler.fit_resample(X, y, sample_weight=weight)
    made = over.fit_resample(X, y, sample_weight=weight)
    expected = cleaning.fit_resample(*made[:2], sample_weight=made[2])
    for part, other in zip(result, expected, strict=True):
        assert_array_equal(part, other)
    for name in ("sample_indices_", "partner_indices_", "is_synthetic_"):
        assert_array_equal(getattr(sampler, name), getattr(over, name)[cleaning.sample_indices_])
    assert sampler.sampling_strategy_ == over.sampling_strategy_


@may_warn
@given(kinds, st.sampled_from(OVER), st.sampled_from(CLEANERS), st.integers(0, 50))
def test_rows_come_in_order_and_from_where_the_indices_say(kind, over, cleaning, seed):
    X, y = make_blobs([50, 25, 15], n_features=3, cluster_std=4, random_state=seed)
    sampler = combined(kind, over, cleaning)
    X_res, y_res = sampler.fit_resample(X, y)
    source, partner = sampler.sample_indices_, sampler.partner_indices_
    made = sampler.is_synthetic_
    assert len(source) == len(partner) == len(made) == len(y_res) == len(X_res)
    assert (made == np.sort(made)).all()
    assert (np.diff(source[~made]) > 0).all()
    assert_array_equal(X_res[~made], X[source[~made]])
    for parent in (source, partner):
        assert_array_equal(y_res[parent >= 0], y[parent[parent >= 0]])
    two_steps = clone(cleaning).fit_resample(*clone(over).fit_resample(X, y))
    assert rows_of(X_res, y_res) == rows_of(*two_steps)
    tells = hasattr(sampler.smote_, "is_synthetic_")
    assert (source[made] >= 0).all() == (tells or "Random" in str(over) or not made.any())


@may_warn
@given(kinds, st.sampled_from(OVER[:3] + OVER[4:5] + OVER[7:]), st.sampled_from(CLEANERS))
def test_each_row_keeps_its_weight(kind, over, cleaning):
    # weights that equal a column are mixed and taken with it, so they equal it at the end
    table = X - X.min() + 1
    weight = pd.Series(table[:, 0])
    X_res, _, w_res = combined(kind, over, cleaning).fit_resample(table, Y, sample_weight=weight)
    assert isinstance(w_res, pd.Series)
    assert_allclose(w_res, X_res[:, 0], rtol=1e-12)


@may_warn
@given(smooth_numbers(), kinds, st.sampled_from(["auto", "minority", "all"]))
def test_imbalanced_learn_removes_the_same_rows(Xy, kind, strategy):
    X, y = Xy
    _, y = np.unique(y, return_inverse=True)
    over = imblearn_over.SMOTE(random_state=0, sampling_strategy=strategy)
    theirs = getattr(imblearn_combine, kind.__name__)(smote=over)
    X_expected, y_expected = theirs.fit_resample(X, y)
    ours = combined(kind, over)
    X_res, y_res = ours.fit_resample(X, y)
    there = np.isin(y_res, y_expected)  # imbalanced-learn may have emptied a class
    assert rows_of(X_res[there], y_res[there]) == rows_of(X_expected, y_expected)


# Tables -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("container", [*DENSE, *SPARSE])
def test_containers_come_back(kind, container):
    exact = X.astype(np.float16).astype(float)
    table = {**DENSE, **SPARSE}[container](exact)
    sampler = combined(kind)
    X_res, y_res = sampler.fit_resample(table, Y.tolist())
    assert type(X_res) is type(table)
    assert isinstance(y_res, list)
    if hasattr(table, "dtypes"):
        assert list(X_res.dtypes) == list(table.dtypes)
    kept = sampler.sample_indices_[~sampler.is_synthetic_]
    assert 0 < len(kept) < len(Y)
    assert sampler.is_synthetic_.sum() > 5
    assert_array_equal(values_of(X_res)[: len(kept)].astype(float), exact[kept])


@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("load", [load_german, load_hypothyroid])
def test_mixed_tables_with_missing_values(kind, load):
    table, y = load(return_X_y=True)
    table, y = table.iloc[:600], y.iloc[:600]
    sampler = combined(kind)
    X_res, y_res = sampler.fit_resample(table, y)
    assert list(X_res.dtypes) == list(table.dtypes)
    kept = sampler.sample_indices_[~sampler.is_synthetic_]
    assert X_res[: len(kept)].equals(table.iloc[kept].reset_index(drop=True))
    assert set(y_res) == set(y)
    assert sampler.is_synthetic_.any()


@pytest.mark.parametrize("kind", COMBINED)
def test_categories_by_parameter_reach_both_steps(kind):
    table = np.c_[X, np.random.default_rng(0).integers(3, size=len(Y))]
    sampler = combined(kind, categorical_features=[3])
    X_res, _ = sampler.fit_resample(table, Y)
    assert set(X_res[:, 3]) == {0, 1, 2}
    assert sampler.smote_.categorical_features == [3]
    assert cleaner_of(sampler).categorical_features == [3]


@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("make", [list, pd.Series, lambda y: np.eye(3)[y], lambda y: y[:, None]])
def test_labels_come_back_in_their_container(kind, make):
    labels = make(Y)
    _, y_res = combined(kind).fit_resample(X, labels)
    assert type(y_res) is type(labels)
    assert np.shape(y_res)[1:] == np.shape(labels)[1:]


@pytest.mark.parametrize("kind", COMBINED)
def test_what_imbalanced_learn_returns_is_sorted_in_its_container(kind):
    cleaning = imblearn_under.EditedNearestNeighbours(kind_sel="mode")
    sampler = combined(kind, cleaning=cleaning)
    expected, y_expected = sampler.fit_resample(X, Y)
    frame, series = pd.DataFrame(X, columns=list("abc")), pd.Series(Y, name="label")
    for rows, labels in [(X.tolist(), Y.tolist()), (frame, series)]:
        X_res, y_res = sampler.fit_resample(rows, labels)
        assert type(X_res) is type(rows)
        assert type(y_res) is type(labels)
        assert_array_equal(X_res, expected)
        assert_array_equal(y_res, y_expected)
    assert list(X_res.index) == list(y_res.index) == list(range(len(X_res)))


# Steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMBINED)
def test_defaults_and_parameters_that_reach_them(kind):
    sampler = combined(kind, sampling_strategy={2: 20}, n_jobs=2)
    sampler.fit_resample(X, Y)
    assert (
        sampler.smote_.get_params()
        == SMOTE(sampling_strategy={2: 20}, random_state=0, n_jobs=2).get_params()
    )
    cleaning = CLEANING[kind](sampling_strategy="all", n_jobs=2)
    assert cleaner_of(sampler).get_params() == cleaning.get_params()
    assert sampler.sampling_strategy_ == {2: 5}


@pytest.mark.parametrize("kind", COMBINED)
def test_the_samplers_given_are_left_alone(kind):
    over, cleaning = SMOTE(k_neighbors=2, random_state=5), TomekLinks(sampling_strategy=[0])
    sampler = combined(kind, over, cleaning)
    sampler.fit_resample(X, Y)
    assert not hasattr(over, "n_features_in_")
    assert not hasattr(cleaning, "n_features_in_")
    assert sampler.smote_.k_neighbors == 2
    assert cleaner_of(sampler).sampling_strategy_ == {0: 50}


def test_a_first_step_without_a_strategy():
    class Repeat(BaseEstimator):
        def fit(self, X, y):
            return self

        def fit_resample(self, X, y):
            return np.r_[X, X], np.r_[y, y]

    sampler = SMOTEENN(smote=Repeat()).fit(X, Y)
    assert sampler.sampling_strategy_ is None
    sampler.fit_resample(X, Y)
    made = sampler.is_synthetic_
    assert (sampler.sample_indices_[made] == -1).all()
    assert 0 < made.sum() < len(made)


@pytest.mark.parametrize("kind", COMBINED)
def test_fit_checks_and_makes_nothing(kind):
    sampler = combined(kind)
    sampler.fit_resample(pd.DataFrame(X, columns=list("abc")), Y)
    assert_array_equal(sampler.feature_names_in_, list("abc"))
    sampler.fit(X[:, :2], Y)
    assert sampler.n_features_in_ == 2
    assert not hasattr(sampler, "sample_indices_")
    with pytest.raises(ValueError, match="needs at least 2 classes; y has 1 class"):
        sampler.fit(X, np.zeros(len(Y), int))


@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("state", [7, np.random.default_rng(7), np.random.RandomState(7), None])
def test_only_a_seed_repeats_itself(kind, state):
    sampler = kind(random_state=state)
    first, second = (sampler.fit_resample(X, Y)[0] for _ in range(2))
    assert np.array_equal(first, second) == (state == 7)


@pytest.mark.parametrize("kind", COMBINED)
def test_clone_pickle_and_threads(kind):
    sampler = combined(kind, SMOTE(random_state=0), CLEANING[kind](sampling_strategy="all"))
    expected = sampler.fit_resample(X, Y)[0]
    loaded = pickle.loads(pickle.dumps(sampler))
    assert_array_equal(loaded.sample_indices_, sampler.sample_indices_)
    params = {"smote__n_jobs": 2, f"{NAME[kind]}__n_jobs": 2}
    for other in (loaded, clone(sampler), clone(sampler).set_params(**params)):
        assert_array_equal(other.fit_resample(X, Y)[0], expected)


@may_warn
@pytest.mark.parametrize("make", [make_pipeline, make_imblearn_pipeline])
def test_a_search_over_both_steps(make):
    sampler = SMOTEENN(smote=SMOTE(random_state=0), enn=EditedNearestNeighbours())
    grid = {
        "smoteenn__smote__k_neighbors": [2, 5],
        "smoteenn__enn__n_neighbors": [1, 3],
        "smoteenn__enn": [TomekLinks(), EditedNearestNeighbours(kind_sel="mode")],
    }
    grids = [
        {key: grid[key] for key in list(grid)[:2]},
        {key: grid[key] for key in ("smoteenn__smote__k_neighbors", "smoteenn__enn")},
    ]
    pipe = make(StandardScaler(), sampler, LogisticRegression())
    search = GridSearchCV(pipe, grids, cv=3, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 8
    assert search.predict(X).shape == Y.shape


@pytest.mark.parametrize("kind", COMBINED)
def test_weights_by_metadata_routing(kind):
    with config_context(enable_metadata_routing=True):
        sampler = combined(kind).set_fit_resample_request(sample_weight=True)
        last = LogisticRegression().set_fit_request(sample_weight=True)
        make_pipeline(sampler, last).fit(X, Y, sample_weight=W)
        assert len(combined(kind).fit_resample(X, Y, sample_weight=W)) == 3


def test_weights_that_a_step_loses_are_an_error():
    sampler = SMOTEENN(smote=imblearn_over.SMOTE())
    with pytest.raises(ValueError, match=r"'smote' in SMOTEENN \(SMOTE\) takes no sample_weight"):
        sampler.fit_resample(X, Y, sample_weight=W)


def test_tags_are_what_both_steps_take():
    assert get_tags(SMOTEENN()).input_tags.allow_nan
    assert not get_tags(SMOTEENN(enn=imblearn_under.TomekLinks())).input_tags.allow_nan
    assert not get_tags(SMOTETomek(smote=imblearn_over.SMOTE())).input_tags.allow_nan


# What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("parameter", ["smote", "second"])
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (3, ValueError, "'{}' parameter of {} must be an object implementing 'fit' and"),
        (StandardScaler(), ValueError, "'{}' parameter of {} must be an object implementing"),
        (SMOTE, TypeError, r"{} of {} needs samplers that are instances: write SMOTE\(\)"),
        (make_pipeline(SMOTE()), TypeError, "{} of {} got a pipeline as sampler"),
    ],
    ids=["number", "transformer", "class", "pipeline"],
)
def test_what_is_no_sampler_is_refused(kind, parameter, wrong, error, message):
    parameter = NAME[kind] if parameter == "second" else parameter
    sampler = kind(**{parameter: wrong})
    for method in (sampler.fit, sampler.fit_resample):
        with pytest.raises(error, match=message.format(parameter, kind.__name__)):
            method(X, Y)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"smote": TomekLinks()},
            "smote of SMOTEENN is TomekLinks, which removes rows. smote must",
        ),
        ({"smote": imblearn_under.NearMiss()}, "smote of SMOTEENN is NearMiss, which removes rows"),
        ({"enn": SMOTE()}, "enn of SMOTEENN is SMOTE, which adds rows.* give this one as smote"),
        ({"enn": imblearn_over.ADASYN()}, "enn of SMOTEENN is ADASYN, which adds rows"),
    ],
)
def test_interchanged_steps_are_refused(params, message):
    with pytest.raises(TypeError, match=message):
        SMOTEENN(**params).fit_resample(X, Y)
