"""SelectedSampler: laws of counts, of what is kept, of weights and seeds; then in company."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from imblearn import over_sampling as imblearn_over
from imblearn.combine import SMOTETomek as ImblearnSMOTETomek
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from imblearn.under_sampling import RandomUnderSampler
from imblearn.under_sampling import TomekLinks as ImblearnTomekLinks
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline as make_sklearn_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skaug.augmented import AugmentedClassifier
from skaug.combine import SMOTETomek
from skaug.compose import FunctionSampler, OneOfSampler, SamplerChain
from skaug.mixing import Mixup
from skaug.over_sampling import (
    ADASYN,
    SMOTE,
    BorderlineSMOTE,
    GeometricSMOTE,
    MGSSampler,
    RandomOverSampler,
)
from skaug.pipeline import make_pipeline
from skaug.selection import (
    ConfidenceScorer,
    DensityScorer,
    ElkanNotoScorer,
    IPFScorer,
    MinRankScorer,
    NeighborhoodScorer,
    PUBaggingScorer,
    SelectedSampler,
    SpyScorer,
)
from skaug.selection._judging import seeded
from tests import containers, strategies


def cells(rows):
    """Numbers of any container."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=float)


class First(BaseEstimator):
    """Scores by the first column; random rows of it if there is noise."""

    def __init__(self, scale=1.0, noise=0.0, random_state=None):
        self.scale = scale
        self.noise = noise
        self.random_state = random_state

    def score(self, P, U, N=None, *, parents=None):
        rng = np.random.default_rng(self.random_state)
        first = cells(U)[:, 0]
        return self.scale * first + self.noise * rng.normal(size=len(first))


class Says(BaseEstimator):
    """Returns what a function of the rows returns."""

    def __init__(self, function):
        self.function = function

    def score(self, P, U, N=None, *, parents=None):
        return self.function(P, U, N, parents)


class Noted:
    """Notes what the scorer is given; a copy notes in the same place."""

    def __init__(self):
        self.calls = []

    def __call__(self, P, U, N, parents):
        self.calls.append((P, U, N, parents))
        return np.zeros(len(cells(U)))

    def __deepcopy__(self, memo):
        return self


def make_data(seed=0, sizes=(50, 25, 10)):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.uniform(1, 2, size=(len(y), 3)), y


X, Y = make_data()
W = np.random.default_rng(1).uniform(0.5, 2.0, size=len(Y))
MAKERS = [
    SMOTE(k_neighbors=3),
    RandomOverSampler(shrinkage=1.0),
    GeometricSMOTE(k_neighbors=3),
    MGSSampler(),
    imblearn_over.SMOTE(k_neighbors=3),
    imblearn_over.RandomOverSampler(),
]
SMALL = DecisionTreeClassifier(max_depth=3)
oversamples = st.sampled_from([1.01, 1.5, 2, 3.7])


def asked_for(sampler, y):
    """How many rows of each class there are afterwards."""
    classes, counts = np.unique(y, return_counts=True)
    targets = sampler.sampling_strategy if isinstance(sampler.sampling_strategy, dict) else {}
    return {
        label: targets.get(label, n if targets else counts.max())
        for label, n in zip(classes.tolist(), counts.tolist(), strict=True)
    }


# Laws ---------------------------------------------------------------------------------------


@given(
    data=st.data(),
    table=strategies.labelled_numbers(min_rows=5, max_rows=12),
    sampler=st.sampled_from(MAKERS),
    oversample=oversamples,
    keep=st.sampled_from(["count", -1e9, 1e9, 0.0, 0.8]),
    max_rounds=st.integers(1, 3),
)
def test_counts_are_exact_and_originals_untouched(
    data, table, sampler, oversample, keep, max_rounds
):
    X, y = table
    assume(y.dtype.kind != "S" or type(sampler).__module__.startswith("skaug"))
    sampler = clone(sampler)
    if data.draw(st.booleans()):
        sampler.set_params(sampling_strategy=data.draw(strategies.targets(y)))
    selected = SelectedSampler(
        sampler,
        First(noise=1.0),
        oversample=oversample,
        keep=keep,
        max_rounds=max_rounds,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SelectedSampler keeps", UserWarning)
        warnings.filterwarnings("ignore", ".*(looks for|copied|distinct)", UserWarning)
        X_res, y_res = selected.fit_resample(X, y)
    assert_array_equal(X_res[: len(y)], X)
    assert_array_equal(y_res[: len(y)], y)
    classes, counts = np.unique(y_res, return_counts=True)
    expected = asked_for(sampler, y) if sampler.sampling_strategy != {} else None
    if expected is not None:
        assert dict(zip(classes.tolist(), counts.tolist(), strict=True)) == expected
    assert_array_equal(np.isnan(selected.selection_scores_), ~selected.is_synthetic_)
    assert_array_equal(selected.is_synthetic_, np.arange(len(y_res)) >= len(y))


@given(seed=st.integers(0, 1000), oversample=oversamples, scale=st.sampled_from([-1, 1]))
def test_the_best_candidates_are_kept_in_the_order_in_which_they_were_made(seed, oversample, scale):
    X, y = make_data(seed)
    maker = SMOTE(random_state=seed)
    made = {1: int(np.ceil(oversample * 25)), 2: int(np.ceil(oversample * 40))}
    asked = {1: 25 + made[1], 2: 10 + made[2]}
    X_all, y_all = clone(maker).set_params(sampling_strategy=asked).fit_resample(X, y)
    selected = SelectedSampler(maker, First(scale=scale), oversample=oversample)
    X_res, y_res = selected.fit_resample(X, y)
    for label, n in {1: 25, 2: 40}.items():
        candidates = X_all[len(y) :][y_all[len(y) :] == label]
        order = np.argsort(-scale * candidates[:, 0])
        kept = X_res[len(y) :][y_res[len(y) :] == label]
        assert_array_equal(kept, candidates[np.sort(order[:n])])
    made = selected.is_synthetic_
    assert_array_equal(selected.selection_scores_[made], scale * X_res[made, 0])


@given(seed=st.integers(0, 1000), keep=st.floats(1.1, 1.7))
def test_the_first_candidates_that_reach_a_threshold_are_kept(seed, keep):
    X, y = make_data(seed)
    maker = SMOTE(random_state=seed)
    selected = SelectedSampler(maker, First(), keep=keep, max_rounds=50)
    X_res, y_res = selected.fit_resample(X, y)
    assert (selected.selection_scores_[selected.is_synthetic_] >= keep).all()
    asked = {1: 25 + 75, 2: 10 + 120}
    X_all, y_all = clone(maker).set_params(sampling_strategy=asked).fit_resample(X, y)
    for label, n in {1: 25, 2: 40}.items():
        candidates = X_all[len(y) :][y_all[len(y) :] == label]
        passed = candidates[candidates[:, 0] >= keep][:n]
        kept = X_res[len(y) :][y_res[len(y) :] == label]
        assert_array_equal(kept[: len(passed)], passed)
        assert len(np.unique(kept, axis=0)) == n  # later rounds make other rows


@given(seed=st.integers(0, 1000), sampler=st.sampled_from(MAKERS[:4]), rounds=st.integers(1, 3))
def test_the_scorer_is_told_the_parents(seed, sampler, rounds):
    X, y = make_data(seed)
    seen = Noted()
    selected = SelectedSampler(
        clone(sampler), Says(seen), keep=1.0, max_rounds=rounds, random_state=seed
    )
    with pytest.warns(UserWarning, match="reached it"):
        selected.fit_resample(X, y)
    assert len(seen.calls) == 2 * rounds
    for call, (P, U, N, parents) in enumerate(seen.calls):
        label = 1 + call % 2
        assert_array_equal(P, X[y == label])
        assert_array_equal(N, X[y != label])
        assert parents.shape == (len(U), 2)
        if isinstance(sampler, SMOTE):
            first, second = P[parents[:, 0]], P[parents[:, 1]]
            step = (U - first)[:, :1] / (second - first)[:, :1]
            assert_allclose(U, first + step * (second - first), atol=1e-9)
        if not isinstance(sampler, MGSSampler):
            assert (parents[:, 0] >= 0).all()


@given(seed=st.integers(0, 1000), keep=st.sampled_from(["count", 1.6]))
def test_provenance_is_that_of_the_rows_that_were_kept(seed, keep):
    X, y = make_data(seed)
    selected = SelectedSampler(SMOTE(), First(), keep=keep, max_rounds=40, random_state=seed)
    X_res, y_res = selected.fit_resample(X, y)
    first, second = X[selected.sample_indices_], X[selected.partner_indices_]
    assert_array_equal(y[selected.sample_indices_], y_res)
    made = selected.is_synthetic_
    assert_array_equal(selected.partner_indices_ >= 0, made)
    between = np.minimum(first, second) - 1e-12, np.maximum(first, second) + 1e-12
    assert (between[0][made] <= X_res[made]).all()
    assert (X_res[made] <= between[1][made]).all()


@given(seed=st.integers(0, 1000), keep=st.sampled_from(["count", 1.5]), weighted=st.booleans())
def test_the_same_seed_makes_the_same_bytes(seed, keep, weighted):
    def run(random_state):
        selected = SelectedSampler(
            SMOTE(),
            First(noise=0.3),
            keep=keep,
            max_rounds=9,
            random_state=random_state,
        )
        parts = selected.fit_resample(X, Y, **({"sample_weight": W} if weighted else {}))
        return [np.asarray(part).tobytes() for part in parts]

    assert run(seed) == run(seed) != run(seed + 1)
    assert run(np.random.default_rng(seed)) == run(np.random.default_rng(seed))


@given(seed=st.integers(0, 1000), keep=st.sampled_from(["count", 1.5]))
def test_a_class_does_not_depend_on_how_many_rows_others_get(seed, keep):
    def rows_of_1(others):
        sampler = SMOTE(sampling_strategy={1: 31, **others})
        scorer = First(noise=0.3)
        selected = SelectedSampler(sampler, scorer, keep=keep, max_rounds=9, random_state=seed)
        X_res, y_res = selected.fit_resample(X, Y)
        return X_res[y_res == 1]

    assert_array_equal(rows_of_1({}), rows_of_1({2: 35}))


@given(seed=st.integers(0, 1000), oversample=oversamples, given_too=st.booleans())
def test_weights_of_all_candidates_total_what_those_that_are_kept_would(
    seed, oversample, given_too
):
    weights = {"sample_weight": W} if given_too else {}
    scorer = Says(lambda P, U, N, parents: np.full(len(U), 0.3))
    selected = SelectedSampler(
        RandomOverSampler(), scorer, oversample=oversample, as_weights=True, random_state=seed
    )
    X_res, y_res, w_res = selected.fit_resample(X, Y, **weights)
    assert_array_equal(w_res[: len(Y)], W if given_too else np.ones(len(Y)))
    for label, n in {1: 25, 2: 40}.items():
        rows = np.flatnonzero(selected.is_synthetic_ & (y_res == label))
        assert len(rows) == np.ceil(oversample * n)
        inherited = W[selected.sample_indices_[rows]] if given_too else np.ones(len(rows))
        assert_allclose(w_res[rows], inherited * n / len(rows))
    assert len(X_res) == len(y_res) == len(w_res)


def test_weights_go_with_the_scores():
    selected = SelectedSampler(SMOTE(), First(), as_weights=True, random_state=0)
    _, y_res, w_res = selected.fit_resample(X, Y)
    for label, n in {1: 25, 2: 40}.items():
        rows = selected.is_synthetic_ & (y_res == label)
        scores = selected.selection_scores_[rows]
        assert_allclose(w_res[rows], n * scores / scores.sum())


@given(seed=st.integers(0, 1000), keep=st.sampled_from(["count", 1.5]))
def test_each_row_keeps_its_own_weight(seed, keep):
    # weights that equal a column are interpolated with it
    X, y = make_data(seed)
    selected = SelectedSampler(SMOTE(), First(), keep=keep, max_rounds=9, random_state=seed)
    X_res, y_res, w_res = selected.fit_resample(X, y, sample_weight=X[:, 1])
    assert_allclose(w_res, X_res[:, 1])
    assert len(y_res) == len(w_res)


# Containers ---------------------------------------------------------------------------------

GRID = np.rint(X * 64) / 64  # exact in float16


@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
@pytest.mark.parametrize("keep", ["count", 1.6])
@pytest.mark.parametrize("kind", [*containers.DENSE, *containers.SPARSE])
def test_any_container_comes_back_as_it_went_in(kind, keep):
    given_rows = {**containers.DENSE, **containers.SPARSE}[kind](GRID)
    seen = []

    def score(P, U, N, parents):
        seen.append({type(P), type(U), type(N)})
        return cells(U)[:, 0]

    selected = SelectedSampler(
        RandomOverSampler(), Says(score), keep=keep, max_rounds=9, random_state=0
    )
    X_res, y_res = selected.fit_resample(given_rows, Y)
    expected, y_expected = selected.set_params(scorer=First()).fit_resample(GRID, Y)
    assert type(X_res) is type(given_rows)
    assert_array_equal(cells(X_res), expected)
    assert_array_equal(y_res, y_expected)
    assert {len(kinds) for kinds in seen} == {1}
    if hasattr(given_rows, "dtypes"):
        assert list(X_res.dtypes) == list(given_rows.dtypes)
        assert list(X_res.columns) == list(given_rows.columns)
    elif hasattr(given_rows, "dtype"):
        assert X_res.dtype == given_rows.dtype.newbyteorder("=") or X_res.dtype == given_rows.dtype


@pytest.mark.parametrize("keep", ["count", 0.9])
@pytest.mark.parametrize("kind", containers.CATEGORIES)
def test_categories_and_missing_values_reach_the_scorer_and_come_back(kind, keep):
    rng = np.random.default_rng(0)
    make = containers.CATEGORIES[kind]
    names = np.array(["a", "b", "c", None], dtype=object)[rng.integers(4, size=len(Y))].tolist()
    column = make(names)
    number = np.where(rng.random(len(Y)) < 0.2, np.nan, X[:, 0])
    frame = containers.frame(name=column, number=containers.like(column, number))
    seen = []

    def score(P, U, N, parents):
        seen.append([containers.dtype(part, "name") for part in (P, U, N)])
        return np.linspace(0, 1, len(U))

    selected = SelectedSampler(SMOTE(), Says(score), keep=keep, max_rounds=9, random_state=0)
    res, _ = selected.fit_resample(frame, Y)
    assert {str(dtype) for dtypes in seen for dtype in dtypes} == {
        str(containers.dtype(frame, "name"))
    }
    assert containers.dtype(res, "name") == containers.dtype(frame, "name")
    assert containers.cells(res, "name")[: len(Y)] == containers.cells(frame, "name")
    assert len(containers.cells(res, "name")) == 150


def test_labels_come_back_in_their_container():
    text = np.array(["common", "rare", "third"])[Y]
    one_hot = np.eye(3, dtype=int)[Y]
    labels = [text, text.tolist(), pd.Series(text, name="y", index=Y + 9), one_hot]
    results = [
        SelectedSampler(SMOTE(), First(), random_state=0).fit_resample(X, y)[1] for y in labels
    ]
    for y, y_res in zip(labels, results, strict=True):
        assert type(y_res) is type(y)
    assert results[1] == results[0].tolist() == results[2].tolist()
    assert results[2].name == "y"
    assert_array_equal(results[3].sum(axis=1), 1)
    assert_array_equal(results[3].sum(axis=0), 50)


# Samplers inside ----------------------------------------------------------------------------


def test_the_defaults_are_smote_and_density():
    default = SelectedSampler(random_state=0).fit_resample(X, Y)
    named = SelectedSampler(SMOTE(), DensityScorer(), random_state=0).fit_resample(X, Y)
    assert_array_equal(default[0], named[0])
    assert_array_equal(np.bincount(default[1]), [50, 50, 50])
    with pytest.raises(TypeError, match="no sparse X with its default scorer"):
        SelectedSampler().fit_resample(sparse.csr_array(X), Y)


@pytest.mark.parametrize(
    "scorer",
    [
        ConfidenceScorer(SMALL),
        DensityScorer(),
        ElkanNotoScorer(SMALL),
        IPFScorer(),
        MinRankScorer([DensityScorer(), NeighborhoodScorer()]),
        NeighborhoodScorer(),
        PUBaggingScorer(n_estimators=2),
        SpyScorer(SMALL, n_rounds=2),
    ],
    ids=lambda scorer: type(scorer).__name__,
)
def test_every_scorer(scorer):
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(60, 2)), rng.normal(3, 1, size=(24, 2))])
    y = np.repeat(["common", "rare"], [60, 24])
    for as_weights in (False, True):
        selected = SelectedSampler(SMOTE(), scorer, as_weights=as_weights, random_state=0)
        X_res, _, *weights = selected.fit_resample(rows, y)
        assert len(X_res) == 84 + 36 * (3 if as_weights else 1)
        if as_weights:
            assert_allclose(weights[0][84:].sum(), 36)
        again = selected.fit_resample(rows, y)
        assert_array_equal(again[0], X_res)


def test_weights_of_a_scorer_stand_for_its_scores():
    scorer = ElkanNotoScorer(SMALL, random_state=0)
    sampler = SMOTE(sampling_strategy={2: 20}, random_state=0)
    selected = SelectedSampler(sampler, scorer, as_weights=True)
    *_, w_res = selected.fit_resample(X, Y)
    expected = selected.selection_scores_[len(Y) :]
    U = selected.sampler_.fit_resample(X, Y)[0][len(Y) :]
    rows = np.flatnonzero(Y == 2)
    parents = np.column_stack([selected.sample_indices_, selected.partner_indices_])[len(Y) :]
    weights = scorer.weights(X[rows], U, X[Y != 2], parents=np.searchsorted(rows, parents))
    assert_array_equal(expected, weights)
    assert_allclose(w_res[len(Y) :], 10 * weights / weights.sum())


@pytest.mark.parametrize("sampler", [ADASYN(), BorderlineSMOTE(), imblearn_over.ADASYN()], ids=str)
def test_samplers_that_look_at_other_classes(sampler):
    _, y_res = SelectedSampler(sampler, First(), random_state=0).fit_resample(X, Y)
    assert_array_equal(np.bincount(y_res), [50, 50, 50])


def test_parents_are_unknown_where_the_sampler_does_not_tell():
    seen = Noted()
    SelectedSampler(imblearn_over.SMOTE(), Says(seen)).fit_resample(X, Y)
    assert [parents for *_, parents in seen.calls] == [None, None]


def test_a_parent_of_another_class_is_no_parent():
    seen = Noted()
    sampler = BorderlineSMOTE(kind="borderline-2", random_state=0)
    SelectedSampler(sampler, Says(seen)).fit_resample(X, Y)
    parents = np.concatenate([parents for *_, parents in seen.calls])
    assert (parents[:, 0] >= 0).all()
    assert 0 < (parents[:, 1] < 0).sum() < len(parents)


def test_a_sampler_inside_a_composition_is_asked_for_more():
    chain = SamplerChain([("only", SMOTE(sampling_strategy={1: 30}))])
    seen = Noted()
    selected = SelectedSampler(chain, Says(seen), oversample=4, random_state=0)
    _, y_res = selected.fit_resample(X, Y)
    assert_array_equal(np.bincount(y_res), [50, 30, 10])
    assert [len(U) for _, U, *_ in seen.calls] == [20]


def test_a_seed_of_the_sampler_is_kept():
    runs = [
        SelectedSampler(SMOTE(random_state=3), First(), keep=keep, max_rounds=9).fit_resample(X, Y)
        for keep in ("count", "count", 1.7, 1.7)
    ]
    assert_array_equal(runs[0][0], runs[1][0])
    assert_array_equal(runs[2][0], runs[3][0])


def test_seeds_are_set_where_nothing_around_has_one():
    tree = DecisionTreeClassifier()
    scorers = MinRankScorer(
        [("pu", PUBaggingScorer(tree)), ("ipf", IPFScorer(random_state=5)), ("own", First())]
    )
    seeds = {
        name: value
        for name, value in seeded(scorers, np.random.default_rng(0)).get_params().items()
        if name.endswith("random_state")
    }
    assert seeds["pu__estimator__random_state"] is None  # PUBaggingScorer draws it for each fit
    assert seeds["ipf__random_state"] == 5
    assert None not in (seeds["pu__random_state"], seeds["own__random_state"])
    assert seeds["pu__random_state"] != seeds["own__random_state"]
    assert scorers.get_params()["pu__random_state"] is None


def test_nothing_to_make_is_no_error():
    X_res, y_res, w_res = SelectedSampler(
        SMOTE(sampling_strategy={}), First(), as_weights=True
    ).fit_resample(X, Y)
    assert_array_equal(X_res, X)
    assert_array_equal(y_res, Y)
    assert_array_equal(w_res, np.ones(len(Y)))
    assert not np.shares_memory(X_res, X)


# Warnings and errors ------------------------------------------------------------------------


def test_it_warns_how_many_did_not_pass():
    selected = SelectedSampler(
        SMOTE(sampling_strategy={2: 20}), First(), keep=99, max_rounds=2, random_state=0
    )
    words = (
        "keeps 10 of 10 rows for class 2 though they score below keep=99: of 60 candidates, made "
        "in 2 rounds, 0 reached it"
    )
    with pytest.warns(UserWarning, match=words):
        selected.fit_resample(X, Y)


def test_it_warns_if_all_scores_are_0():
    selected = SelectedSampler(SMOTE(), First(scale=0), as_weights=True, random_state=0)
    with pytest.warns(UserWarning, match="same weight for class [12], as the scores of all"):
        *_, w_res = selected.fit_resample(X, Y)
    assert_allclose(w_res[len(Y) :], 1 / 3)


def few(X, y):
    return np.r_[X, X[y == 2]], np.r_[y, y[y == 2]]


class Few(FunctionSampler):
    """Makes a few rows only, whatever it is asked for."""

    def __init__(self, sampling_strategy="auto"):
        self.sampling_strategy = sampling_strategy

    _parameter_constraints = {}
    func, kw_args = staticmethod(few), None


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"scorer": 3}, ValueError, "'scorer' parameter of SelectedSampler must be"),
        ({"scorer": First}, TypeError, r"write First\(\)"),
        ({"scorer": LogisticRegression()}, TypeError, r"LogisticRegression\) must have score\(P"),
        ({"sampler": SMOTE}, TypeError, r"write SMOTE\(\), not SMOTE"),
        ({"sampler": RandomUnderSampler()}, TypeError, "RandomUnderSampler removes some"),
        ({"sampler": ImblearnTomekLinks()}, TypeError, "TomekLinks removes some"),
        ({"sampler": ImblearnSMOTETomek()}, ValueError, "SMOTETomek does not. To clean"),
        ({"sampler": Mixup()}, TypeError, "sampling_strategy.*; Mixup has none"),
        (
            {"sampler": SamplerChain([SMOTE(), RandomOverSampler()])},
            TypeError,
            "has randomoversampler__sampling_strategy and smote__sampling_strategy",
        ),
        ({"sampler": SMOTE(sampling_strategy="few")}, ValueError, "parameter of SMOTE must be"),
        ({"sampler": SMOTE(sampling_strategy={7: 9})}, ValueError, "7 in .* SMOTE, the sampler of"),
        ({"sampler": Few()}, ValueError, "needs 25 candidates or more for class 1.*made only 0"),
        ({"oversample": 1}, ValueError, "'oversample' parameter of SelectedSampler"),
        ({"keep": "best"}, ValueError, "'keep' parameter of SelectedSampler"),
        ({"as_weights": True, "keep": 0.5}, ValueError, "keep must then be 'count'; got 0.5"),
        ({"as_weights": True, "scorer": First(scale=-1)}, ValueError, "not below 0; for class 1"),
        (
            {"scorer": Says(lambda P, U, N, parents: np.zeros(3))},
            ValueError,
            r"\(Says\) must return one number for each of 75 candidates; it .* shape \(3,\)",
        ),
        (
            {"scorer": Says(lambda P, U, N, parents: ["good"] * len(U))},
            ValueError,
            "must return one number for each",
        ),
        (
            {"scorer": Says(lambda P, U, N, parents: np.full(len(U), np.nan))},
            ValueError,
            "75 of 75 for class 1 are NaN",
        ),
    ],
    ids=lambda value: "" if isinstance(value, type) else str(value)[:40],
)
def test_errors_say_what_to_do(params, error, words):
    selected = SelectedSampler(**{"scorer": First(), **params})
    with pytest.raises(error, match=words):
        selected.fit_resample(X, Y)


def test_a_sampler_that_removes_rows_is_refused():
    mixed = np.random.default_rng(0).normal(size=(60, 2)), np.repeat([0, 1], [40, 20])
    for sampler in (SMOTETomek(random_state=0), SMOTETomek(random_state=0, smote=SMOTE())):
        with pytest.raises((TypeError, ValueError), match="SMOTETomek"):
            SelectedSampler(sampler, First()).fit_resample(*mixed)


def test_a_continuous_target_is_refused():
    with pytest.raises(ValueError, match="SelectedSampler needs class labels"):
        SelectedSampler(SMOTE(), First()).fit_resample(X, X[:, 0])


def test_a_pickle_knows_what_was_selected():
    selected = SelectedSampler(SMOTE(), First(), random_state=0)
    selected.fit_resample(X, Y)
    copied = pickle.loads(pickle.dumps(selected))
    assert_array_equal(copied.selection_scores_, selected.selection_scores_)
    assert not hasattr(selected.fit(X, Y), "selection_scores_")


# In company ---------------------------------------------------------------------------------


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("as_weights", [False, True])
def test_a_search_over_scorers(routing, as_weights):
    with config_context(enable_metadata_routing=routing):
        estimator = LogisticRegression()
        if routing:
            estimator.set_fit_request(sample_weight=True)
        model = AugmentedClassifier(
            estimator, SelectedSampler(SMOTE(), First(), as_weights=as_weights, random_state=0)
        )
        search = GridSearchCV(
            model,
            {
                "sampler__scorer": [First(), First(noise=0.1)],
                "sampler__scorer__scale": [2.0],
                "sampler__sampler__k_neighbors": [2, 4],
            },
            cv=3,
        ).fit(X, Y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_estimator_.sampler_.scorer.scale == 2.0
    assert search.best_estimator_.sampler_.sampler_.k_neighbors in (2, 4)


def test_a_search_over_kinds_of_scorers_and_what_is_inside_them():
    forest = PUBaggingScorer(DecisionTreeClassifier(max_depth=2), n_estimators=2)
    model = AugmentedClassifier(
        LogisticRegression(), SelectedSampler(SMOTE(), forest, random_state=0)
    )
    grid = [
        {"sampler__scorer": [DensityScorer(), NeighborhoodScorer()], "sampler__keep": ["count"]},
        {"sampler__scorer__estimator__max_depth": [1, 2], "sampler__sampler__k_neighbors": [3]},
    ]
    search = GridSearchCV(model, grid, cv=3, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("routing", [False, True])
def test_pipelines_of_all_three_libraries_agree(routing):
    selected = SelectedSampler(SMOTE(), First(), random_state=0)
    with config_context(enable_metadata_routing=routing):
        models = [
            make_imblearn_pipeline(StandardScaler(), clone(selected), LogisticRegression()),
            make_pipeline(StandardScaler(), clone(selected), LogisticRegression()),
            make_sklearn_pipeline(
                StandardScaler(), AugmentedClassifier(LogisticRegression(), clone(selected))
            ),
        ]
        shares = [model.fit(X, Y).predict_proba(X) for model in models]
        scores = [cross_val_score(model, X, Y, cv=3) for model in models]
    for other in (1, 2):
        assert_allclose(shares[0], shares[other])
        assert_allclose(scores[0], scores[other])


def test_it_stands_in_compositions():
    selected = SelectedSampler(SMOTE(), First(), random_state=0)
    chain = SamplerChain([("selected", selected), ("clean", ImblearnTomekLinks())])
    X_res, _ = chain.fit_resample(X, Y)
    assert_array_equal(X_res[~chain.is_synthetic_], X[chain.sample_indices_[~chain.is_synthetic_]])
    one = OneOfSampler([("plain", SMOTE()), ("best", selected)], selected="best")
    assert_array_equal(one.fit_resample(X, Y)[0], selected.fit_resample(X, Y)[0])
