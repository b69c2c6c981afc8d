"""Samplers made of samplers or functions: laws of rows, weights and provenance first."""

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
from imblearn.combine import SMOTEENN
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from imblearn.utils.estimator_checks import estimator_checks_generator
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline as SklearnPipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.compose import FunctionSampler, OneOfSampler, SamplerChain, SamplerUnion
from skaug.mixing import Mixup
from skaug.over_sampling import SMOTE, RandomOverSampler
from skaug.perturbation import GaussianNoise
from skaug.pipeline import make_pipeline
from skaug.under_sampling import TomekLinks


class Keep:
    """Returns what it is given; its name in test ids is the same in every process."""

    def __call__(self, X, y, sample_weight=None):
        return (X, y) if sample_weight is None else (X, y, sample_weight)

    def __repr__(self):
        return "keep"


keep = Keep()


def twice(X, y):
    return np.r_[X, X], np.r_[y, y]


def mix(X, y, sample_weight=None):
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    return np.r_[X, X], np.r_[y, y], np.r_[0.7 * w, 0.3 * w]


def make_data(seed=0, n_rows=60, n_rare=15):
    X = np.random.default_rng(seed).uniform(0.5, 2.0, size=(n_rows, 3))
    return X, np.repeat([0, 1], [n_rows - n_rare, n_rare])


X, Y = make_data()
W = np.random.default_rng(1).uniform(0.5, 2.0, size=len(Y))

CARRIERS = [
    SMOTE(random_state=0, k_neighbors=3),
    RandomOverSampler(random_state=0),
    RandomOverSampler(random_state=0, shrinkage=1.0),
    imblearn_over.RandomOverSampler(random_state=0),
    imblearn_under.RandomUnderSampler(random_state=0),
    imblearn_under.TomekLinks(),
    imblearn_under.EditedNearestNeighbours(n_neighbors=1),
]
STEPS = [
    *CARRIERS,
    imblearn_over.SMOTE(random_state=0, k_neighbors=3),
    FunctionSampler(twice),
    None,
]

chains = st.lists(st.sampled_from(STEPS), min_size=1, max_size=4).map(
    lambda steps: SamplerChain([(f"s{i}", clone(step, safe=False)) for i, step in enumerate(steps)])
)


# Laws ---------------------------------------------------------------------------------------


@given(chain=chains)
def test_a_chain_is_its_samplers_one_after_the_other(chain):
    expected = X, Y
    for _, step in chain.steps:
        if step is not None:
            expected = clone(step).fit_resample(*expected)
    for part, other in zip(chain.fit_resample(X, Y), expected, strict=True):
        assert_array_equal(part, other)


@given(chain=chains, seed=st.integers(0, 100))
def test_rows_that_were_not_made_are_those_that_the_indices_say(chain, seed):
    X, y = make_data(seed)
    X_res, y_res = chain.fit_resample(X, y)
    kept = ~chain.is_synthetic_
    assert len(chain.sample_indices_) == len(chain.partner_indices_) == len(kept) == len(X_res)
    assert_array_equal(X_res[kept], X[chain.sample_indices_[kept]])
    known = chain.sample_indices_ >= 0
    assert_array_equal(y_res[known], y[chain.sample_indices_[known]])
    partnered = chain.partner_indices_ >= 0
    assert_array_equal(y_res[partnered], y[chain.partner_indices_[partnered]])
    assert chain.is_synthetic_[~known].all()
    assert len(np.unique(chain.sample_indices_[kept])) == kept.sum()


@given(
    steps=st.lists(st.sampled_from([c for c in CARRIERS if "shrink" not in str(c)]), min_size=1),
    seed=st.integers(0, 100),
    on=st.booleans(),
)
def test_each_row_keeps_its_own_weight_through_a_chain(steps, seed, on):
    # weights that equal a column are mixed and taken with it, so they equal it at the end
    X, y = make_data(seed)
    chain = SamplerChain([(f"s{i}", clone(step)) for i, step in enumerate(steps[:4])])
    with config_context(enable_metadata_routing=on):
        X_res, y_res, w_res = chain.fit_resample(X, y, sample_weight=X[:, 0])
    assert len(y_res) == len(X_res)
    assert_allclose(w_res, X_res[:, 0], rtol=1e-12)


@given(sampler=st.sampled_from(CARRIERS), weighted=st.booleans())
def test_the_selected_sampler_does_what_it_does_alone(sampler, weighted):
    one = OneOfSampler([("other", SMOTE()), ("this", clone(sampler))], selected="this")
    metadata = {"sample_weight": W} if weighted else {}
    result = one.fit_resample(X, Y, **metadata)
    for part, other in zip(result, clone(sampler).fit_resample(X, Y), strict=False):
        assert_array_equal(part, other)
    assert len(result) == 2 + weighted
    assert_array_equal(one.sample_indices_, one.sampler_.sample_indices_)


# SamplerChain -------------------------------------------------------------------------------


def test_provenance_is_traced_through_a_chain():
    chain = SamplerChain(
        [
            ("under", imblearn_under.RandomUnderSampler(random_state=0, sampling_strategy=0.5)),
            ("over", SMOTE(random_state=0)),
        ]
    ).fit(X, Y)
    under, over = (sampler for _, sampler in chain.steps_)
    assert_array_equal(chain.sample_indices_, under.sample_indices_[over.sample_indices_])
    made = chain.is_synthetic_
    assert_array_equal(made, over.is_synthetic_)
    assert_array_equal(
        chain.partner_indices_[made], under.sample_indices_[over.partner_indices_[made]]
    )
    assert (chain.partner_indices_[~made] == -1).all()


def test_copies_of_made_rows_keep_their_parents():
    chain = SamplerChain([SMOTE(random_state=0), imblearn_under.RandomUnderSampler(random_state=0)])
    chain.fit(X, Y)
    smote, under = (sampler for _, sampler in chain.steps_)
    for attribute in ("sample_indices_", "partner_indices_", "is_synthetic_"):
        expected = getattr(smote, attribute)[under.sample_indices_]
        assert_array_equal(getattr(chain, attribute), expected)


def test_what_a_sampler_says_of_its_rows_is_believed():
    class Replacing(BaseEstimator):
        def fit(self, X, y):
            return self

        def fit_resample(self, X, y):
            self.sample_indices_ = np.arange(len(y))[::-1]
            self.is_synthetic_ = np.arange(len(y)) < 20
            return X[::-1], y[::-1]

    chain = SamplerChain([Replacing(), imblearn_under.RandomUnderSampler(random_state=0)])
    chain.fit(X, Y)
    assert_array_equal(chain.is_synthetic_, chain.sample_indices_ >= 40)


def test_of_rows_taken_twice_the_first_is_the_original():
    chain = SamplerChain([imblearn_over.RandomOverSampler(random_state=0)]).fit(X, Y)
    assert_array_equal(chain.is_synthetic_, np.arange(90) >= 60)
    assert_array_equal(chain.sample_indices_[:60], np.arange(60))
    assert (chain.sample_indices_[60:] >= 45).all()


@pytest.mark.parametrize(
    "make_table",
    [
        np.asarray,
        np.ndarray.tolist,
        lambda X: X.astype(object),
        sparse.csr_matrix,
        sparse.csc_array,
        sparse.coo_matrix,
        lambda X: pd.DataFrame(X, columns=list("abc"), index=np.arange(60) * 2),
        lambda X: pl.DataFrame(X, schema=list("abc")),
        lambda X: pa.table(pd.DataFrame(X, columns=list("abc"))),
    ],
)
def test_rows_returned_first_and_unchanged_are_known(make_table):
    table = make_table(X)
    unknown_maker = SamplerChain([Opaque(SMOTE(random_state=0))]).fit(table, Y)
    expected = np.r_[np.arange(60), np.full(30, -1)]
    assert_array_equal(unknown_maker.sample_indices_, expected)
    assert_array_equal(unknown_maker.is_synthetic_, expected < 0)
    assert_array_equal(unknown_maker.partner_indices_, np.full(90, -1))


class Opaque(BaseEstimator):
    """A sampler that does not tell where its rows come from."""

    def __init__(self, sampler):
        self.sampler = sampler

    def fit(self, X, y):
        return self

    def fit_resample(self, X, y):
        return self.sampler.fit_resample(X, y)


def test_missing_values_are_unchanged_where_they_are_missing_still():
    table = X.copy()
    table[::7, 1] = np.nan
    chain = SamplerChain([FunctionSampler(keep)]).fit(table, Y)
    assert_array_equal(chain.sample_indices_, np.arange(60))


@pytest.mark.parametrize(
    "sampler", [SMOTEENN(random_state=0), imblearn_under.ClusterCentroids(random_state=0)], ids=str
)
def test_rows_of_samplers_that_tell_nothing_are_unknown(sampler):
    chain = SamplerChain([sampler]).fit(X, Y)
    assert (chain.sample_indices_ == -1).all()
    assert chain.is_synthetic_.all()


def test_weights_that_a_sampler_loses_are_an_error():
    chain = SamplerChain([SMOTE(), imblearn_over.SMOTE()])
    with pytest.raises(ValueError, match=r"'smote-2' in SamplerChain \(SMOTE\) takes no sample_w"):
        chain.fit_resample(X, Y, sample_weight=W)


def test_the_samplers_given_are_left_alone():
    given = SMOTE(random_state=0)
    SamplerChain([given]).fit(X, Y)
    OneOfSampler([given], selected="smote").fit(X, Y)
    assert not hasattr(given, "n_features_in_")


def test_made_weights_go_on_through_a_chain():
    chain = SamplerChain([FunctionSampler(mix), SMOTE(random_state=0)])
    *_, w_res = chain.fit_resample(X, Y)
    assert_array_equal(w_res[:120], np.repeat([0.7, 0.3], 60))
    assert len(w_res) == 180


def test_a_chain_ends_balanced():
    chain = SamplerChain(
        [
            SMOTE(random_state=0, sampling_strategy=0.6),
            imblearn_under.RandomUnderSampler(random_state=0),
        ]
    )
    _, y_res = chain.fit_resample(X, Y)
    assert_array_equal(np.bincount(y_res), [27, 27])


def test_steps_may_be_left_out():
    for absent in (None, "passthrough"):
        chain = SamplerChain([("a", absent), ("b", absent)])
        X_res, y_res, w_res = chain.fit_resample(X, Y, sample_weight=W)
        assert_array_equal(X_res, X)
        assert_array_equal(y_res, Y)
        assert_array_equal(w_res, W)
        assert_array_equal(chain.sample_indices_, np.arange(60))


# Names and parameters of both ---------------------------------------------------------------


@pytest.mark.parametrize("kind", [SamplerChain, OneOfSampler, SamplerUnion])
def test_nested_parameters_are_parameters(kind):
    bare = kind([SMOTE(), RandomOverSampler(), SMOTE(k_neighbors=2)])
    assert {"smote-1", "randomoversampler", "smote-2__k_neighbors"} <= bare.get_params().keys()
    named = kind([("a", SMOTE()), ("b", None)])
    named.set_params(a__k_neighbors=2, b=RandomOverSampler())
    assert named.get_params()["a"].k_neighbors == 2
    assert isinstance(named.get_params()["b"], RandomOverSampler)
    assert clone(named).get_params()["a__k_neighbors"] == 2
    assert clone(named).get_params()["a"] is not named.get_params()["a"]
    replaced = kind([SMOTE()]).set_params(smote=SMOTE(k_neighbors=1), smote__n_jobs=1)
    assert replaced.get_params()["smote__k_neighbors"] == 1
    list_name = "steps" if kind is SamplerChain else "samplers"
    swapped = kind([SMOTE()]).set_params(**{list_name: [("x", SMOTE())], "x__k_neighbors": 4})
    assert swapped.get_params()["x__k_neighbors"] == 4
    with pytest.raises(ValueError, match="Invalid parameter 'missing'"):
        named.set_params(missing=3)


@pytest.mark.parametrize("kind", [SamplerChain, OneOfSampler, SamplerUnion])
@pytest.mark.parametrize(
    "samplers",
    [
        [],
        [("a", SMOTE()), ("a", SMOTE())],
        [("a__b", SMOTE())],
        [("steps", SMOTE()), ("samplers", SMOTE())],
        [SMOTE(), ("a", SMOTE())],
        [("a", SMOTE(), 3)],
        [(3, SMOTE())],
    ],
    ids=["none", "twice", "dunder", "reserved", "mixed", "triple", "no name"],
)
def test_names_that_cannot_be_are_refused(kind, samplers):
    with pytest.raises(ValueError, match="must be a list of samplers or of \\(name, sampler\\)"):
        kind(samplers).fit_resample(X, Y)


@pytest.mark.parametrize("kind", [SamplerChain, OneOfSampler, SamplerUnion])
@pytest.mark.parametrize(
    ("sampler", "message"),
    [
        (SMOTE, r"write SMOTE\(\), not SMOTE"),
        (StandardScaler(), "an object with fit_resample; got StandardScaler"),
        (make_pipeline(StandardScaler(), SMOTE()), "got a pipeline as sampler"),
    ],
)
def test_what_is_no_sampler_is_refused(kind, sampler, message):
    with pytest.raises(TypeError, match=message):
        kind([("a", sampler)]).fit_resample(X, Y)


# OneOfSampler -------------------------------------------------------------------------------


def test_none_selected_leaves_everything_as_it_is():
    for one in (OneOfSampler([SMOTE()]), OneOfSampler([("a", None)], selected="a")):
        X_res, y_res, w_res = one.fit_resample(X, Y, sample_weight=W)
        assert_array_equal(X_res, X)
        assert_array_equal(y_res, Y)
        assert_array_equal(w_res, W)
        assert one.sampler_ is None
        assert not one.is_synthetic_.any()


def test_a_name_that_is_not_there_is_refused():
    one = OneOfSampler([SMOTE(), RandomOverSampler()], selected="smot")
    with pytest.raises(ValueError, match=r"one of \['randomoversampler', 'smote'\]; got 'smot'"):
        one.fit_resample(X, Y)


def test_weights_that_the_selected_sampler_loses_are_an_error():
    one = OneOfSampler([imblearn_over.SMOTE()], selected="smote")
    with pytest.raises(ValueError, match=r"'smote' in OneOfSampler \(SMOTE\) takes no sample_w"):
        one.fit_resample(X, Y, sample_weight=W)


def test_a_search_chooses_in_a_pipeline():
    one = OneOfSampler([("smote", SMOTE()), ("ros", RandomOverSampler())])
    grid = {
        "sampler__selected": ["smote", "ros", None],
        "sampler__smote__k_neighbors": [2, 3],
    }
    pipe = make_imblearn_pipeline(one, LogisticRegression())
    pipe.steps[0] = ("sampler", one)
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 6


# SamplerUnion -------------------------------------------------------------------------------


def test_a_union_has_the_rows_that_each_makes_of_the_originals():
    noise, smote = GaussianNoise(random_state=0), SMOTE(random_state=0)
    union = SamplerUnion([noise, smote])
    X_res, y_res, w_res = union.fit_resample(X, Y, sample_weight=W)
    parts = [clone(part).fit(X, Y) for part in (noise, smote)]
    made = [part.fit_resample(X, Y, sample_weight=W) for part in parts]
    for position, found in enumerate((X_res, y_res, w_res)):
        own = [(X, Y, W)[position], *(rows[position][len(Y) :] for rows in made)]
        assert_array_equal(found, np.concatenate(own))
    sources = [part.sample_indices_[len(Y) :] for part in parts]
    assert_array_equal(union.sample_indices_, np.concatenate([np.arange(len(Y)), *sources]))
    assert union.is_synthetic_.sum() == len(X_res) - len(Y)


def test_a_union_leaves_out_what_one_leaves_out_and_carries_weights_that_are_made():
    union = SamplerUnion([TomekLinks(), Mixup(labels="weighted", random_state=0)])
    frame = pd.DataFrame(X, columns=list("abc"))
    X_res, y_res, w_res = union.fit_resample(frame, pd.Series(Y, name="y"))
    kept = TomekLinks().fit(X, Y)
    n_kept = len(kept.fit_resample(X, Y)[1])
    assert n_kept < len(Y)
    assert len(X_res) == len(y_res) == len(w_res) == n_kept + 2 * len(Y)
    assert_allclose(w_res.sum(), n_kept + len(Y))
    assert y_res.name == "y"


def test_parts_of_a_union_may_be_left_out():
    union = SamplerUnion([("a", None), ("b", "passthrough")])
    X_res, y_res, w_res = union.fit_resample(X, Y, sample_weight=W)
    for found, given_ in ((X_res, X), (y_res, Y), (w_res, W)):
        assert_array_equal(found, given_)
    alone, _ = union.set_params(a=SMOTE(random_state=0)).fit_resample(X, Y)
    assert_array_equal(alone, SMOTE(random_state=0).fit_resample(X, Y)[0])
    assert [name for name, _ in union.samplers_] == ["a"]


# FunctionSampler ----------------------------------------------------------------------------


def seen_types(X, y, sample_weight=None, seen=None):
    seen.append((type(X), type(y)))
    return keep(X, y, sample_weight)


@pytest.mark.parametrize(
    "table", [X.tolist(), pd.DataFrame(X), pl.DataFrame(X), sparse.coo_matrix(X), X[:, :, None]]
)
def test_a_function_is_given_what_came(table):
    seen = []
    sampler = FunctionSampler(seen_types, kw_args={"seen": seen})
    X_res, y_res = sampler.fit_resample(table, Y.tolist())
    assert seen == [(type(table), list)]
    assert X_res is table
    assert y_res == Y.tolist()


def test_a_function_may_take_any_y():
    targets = np.c_[X[:, 0], X[:, 1]]
    assert FunctionSampler(keep).fit_resample(X, targets)[1] is targets


def test_a_function_with_weights():
    assert len(FunctionSampler(keep).fit_resample(X, Y)) == 2
    assert FunctionSampler(keep).fit_resample(X, Y, sample_weight=W)[2] is W
    assert len(FunctionSampler(mix).fit_resample(X, Y)) == 3
    with pytest.raises(ValueError, match="func of FunctionSampler takes no sample_weight"):
        FunctionSampler(twice).fit_resample(X, Y, sample_weight=W)
    forgetful = FunctionSampler(lambda X, y, sample_weight: (X, y))
    with pytest.raises(ValueError, match="must return three values"):
        forgetful.fit_resample(X, Y, sample_weight=W)


@pytest.mark.parametrize(
    ("output", "error", "message"),
    [
        (X, TypeError, r"must return \(X, y\) or \(X, y, sample_weight\); got ndarray"),
        ((X,), TypeError, "got 1 values"),
        ((X, Y, W, W), TypeError, "got 4 values"),
        ((X, Y[:5]), ValueError, "returned 60 rows of X, but 5 of y"),
        ((X, Y, W[:5]), ValueError, r"returned 60 rows of X, but sample_weight of shape \(5,\)"),
    ],
)
def test_what_a_function_returns_is_checked(output, error, message):
    with pytest.raises(error, match=message):
        FunctionSampler(lambda X, y: output).fit_resample(X, Y)


def test_a_function_is_cloned_and_pickled():
    sampler = FunctionSampler(mix)
    assert clone(sampler).func is mix
    loaded = pickle.loads(pickle.dumps(sampler.fit(X, Y)))
    assert_array_equal(loaded.fit_resample(X, Y)[2], sampler.fit_resample(X, Y)[2])
    with pytest.raises(ValueError, match="'func' parameter of FunctionSampler must be a callable"):
        FunctionSampler(3).fit_resample(X, Y)


# Common -------------------------------------------------------------------------------------

COMPOSED = [
    SamplerChain([RandomOverSampler(random_state=0), SMOTE(random_state=0)]),
    OneOfSampler([("ros", RandomOverSampler(random_state=0)), ("smote", SMOTE())], selected="ros"),
    SamplerUnion(
        [RandomOverSampler(random_state=0), RandomOverSampler(shrinkage=1, random_state=1)]
    ),
    FunctionSampler(keep),
]


@pytest.mark.parametrize("sampler", COMPOSED, ids=lambda s: type(s).__name__)
def test_they_are_samplers_of_both_libraries(sampler):
    assert not hasattr(sampler, "transform")
    assert hasattr(sampler, "set_fit_resample_request")
    assert get_tags(sampler).estimator_type == "sampler"
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    fitted = pickle.loads(pickle.dumps(clone(sampler).fit(frame, Y)))
    assert fitted.n_features_in_ == 3
    assert_array_equal(fitted.feature_names_in_, ["a", "b", "c"])
    pipe = make_imblearn_pipeline(clone(sampler), LogisticRegression()).fit(X, Y)
    assert pipe.predict(X).shape == (60,)
    with pytest.raises(TypeError, match="should be transformers"):
        SklearnPipeline([("a", sampler), ("b", LogisticRegression())]).fit(X, Y)


def test_tags_are_what_all_samplers_take():
    assert get_tags(SamplerChain([SMOTE()])).input_tags.allow_nan
    assert not get_tags(SamplerChain([SMOTE(), imblearn_over.SMOTE()])).input_tags.allow_nan


@parametrize_with_checks(COMPOSED)
def test_scikit_learn(estimator, check):
    check(estimator)


NO_STRATEGY = "it has no sampling_strategy; the samplers in it have"
ANY_TARGET = "its function decides which targets it takes"
EXCEPTIONS = {
    SamplerChain: {"check_samplers_fit": NO_STRATEGY},
    OneOfSampler: {"check_samplers_fit": NO_STRATEGY},
    SamplerUnion: {"check_samplers_fit": NO_STRATEGY},
    FunctionSampler: {
        "check_samplers_fit": NO_STRATEGY,
        "check_target_type": ANY_TARGET,
        "check_samplers_one_label": ANY_TARGET,
    },
}


@pytest.mark.parametrize(
    ("sampler", "check"),
    [
        pytest.param(sampler, check, id=f"{type(original).__name__}-{check.func.__name__}")
        for original in COMPOSED
        for sampler, check in estimator_checks_generator(original)
    ],
)
def test_imbalanced_learn(sampler, check):
    reason = EXCEPTIONS[type(sampler)].get(check.func.__name__)
    if reason is None:
        check(sampler)
    else:
        with pytest.raises(
            AssertionError, match=r"sampling_strategy_|Unknown label|only one class"
        ):
            check(sampler)
