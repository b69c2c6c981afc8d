"""Laws of scorers, and what they say to input they cannot use."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skaug.selection import (
    ConfidenceScorer,
    DensityScorer,
    ElkanNotoScorer,
    IPFScorer,
    MinRankScorer,
    NeighborhoodScorer,
    PUBaggingScorer,
    SpyScorer,
)
from skaug.selection._density import empirical_p_value, mean_distance_to
from skaug.selection._held_out import splits
from skaug.selection._rows import read_rows
from tests import containers
from tests.strategies import generators, numbers

TREE = DecisionTreeClassifier(min_samples_leaf=3)
FAST = {"random_state": 0, "estimator": TREE}
SCORERS = {
    "confidence": ConfidenceScorer(**FAST),
    "density": DensityScorer(),
    "elkan_noto": ElkanNotoScorer(**FAST),
    "ipf": IPFScorer(random_state=0, max_rounds=3),
    "min_rank": MinRankScorer([DensityScorer(), NeighborhoodScorer()]),
    "neighborhood": NeighborhoodScorer(),
    "pu_bagging": PUBaggingScorer(random_state=0, n_estimators=3),
    "spy": SpyScorer(**FAST, n_rounds=2),
    "tomek": NeighborhoodScorer(kind="tomek"),
}
DEFAULTS = {  # with their own classifiers, which are forests
    "confidence": ConfidenceScorer(random_state=0, cv=3),
    "elkan_noto": ElkanNotoScorer(random_state=0, cv=3),
    "ipf": IPFScorer(random_state=0, max_rounds=3),
    "pu_bagging": PUBaggingScorer(random_state=0, n_estimators=5, cv=3),
    "spy": SpyScorer(random_state=0, n_rounds=1, cv=3),
}
SEEDED = sorted(DEFAULTS)
UNSEEDED = sorted(SCORERS.keys() - DEFAULTS.keys())


def problem(n_class=25, n_candidates=12, n_others=40, n_columns=3, seed=0):
    rng = np.random.default_rng(seed)
    P, U = (rng.normal(size=(n, n_columns)) for n in (n_class, n_candidates))
    N = rng.normal(size=(n_others, n_columns)) + 1
    return P, U, N, rng.integers(-1, n_class, size=(n_candidates, 2))


@st.composite
def problems(draw):
    """Tables of any kind of numbers, with enough rows for all scorers, and parents or none."""
    sizes = draw(st.integers(20, 30)), draw(st.integers(1, 15)), draw(st.integers(4, 15))
    X = draw(numbers(sum(sizes), missing=True))
    P, U, N = np.split(X, np.cumsum(sizes)[:-1])
    m = draw(st.integers(0, 2))
    parents = draw(generators()).integers(-1, len(P), size=(len(U), m)) if m else None
    return P, U, N, parents


# Laws ------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*too few candidates")
@pytest.mark.parametrize("name", SCORERS)
@given(problems())
def test_scores_are_finite_and_nothing_is_changed(name, given_problem):
    P, U, N, parents = given_problem
    before = [None if part is None else part.copy() for part in given_problem]
    scorer = clone(SCORERS[name])
    attributes = set(vars(scorer))
    scores = scorer.score(P, U, N, parents=parents)
    assert scores.shape == (len(U),)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    assert scores.max() <= 1
    for part, copy in zip(given_problem, before, strict=True):
        np.testing.assert_array_equal(part, copy)
    assert set(vars(scorer)) == attributes


@pytest.mark.parametrize("name", UNSEEDED)
@given(st.integers(0, 10**6))
def test_the_order_of_the_candidates_does_not_matter(name, seed):
    P, U, N, parents = problem(seed=seed)
    order = np.random.default_rng(seed).permutation(len(U))
    scores = SCORERS[name].score(P, U, N, parents=parents)
    moved = SCORERS[name].score(P, U[order], N, parents=parents[order])
    np.testing.assert_allclose(moved, scores[order])


@given(st.integers(0, 10**6), st.integers(-20, 20))
def test_the_units_of_the_columns_do_not_matter_to_densities(seed, power):
    P, U, N, parents = problem(seed=seed)
    factor, shift = np.array([1.0, 10.0**power, -3.7]), np.array([0.0, 10.0**power, 100.0])
    scores = DensityScorer().score(P, U, N, parents=parents)
    moved = DensityScorer().score(
        P * factor + shift, U * factor + shift, N * factor, parents=parents
    )
    np.testing.assert_allclose(moved, scores, atol=1e-6)


@given(st.integers(0, 10**6))
def test_neighbours_see_a_parent_as_if_it_were_not_there(seed):
    P, U, N, _ = problem(n_class=8, seed=seed)
    U[0] = P[3]
    scorer = NeighborhoodScorer(n_neighbors=3)
    held_out = scorer.score(P, U[:1], N, parents=[[3]])
    np.testing.assert_array_equal(held_out, scorer.score(np.delete(P, 3, axis=0), U[:1], N))
    assert held_out <= scorer.score(P, U[:1], N)


@given(st.integers(0, 10**6), st.integers(1, 5))
def test_distances_see_a_parent_as_if_it_were_not_there(seed, k):
    P, U, _, _ = problem(n_class=8, seed=seed)
    U[0] = P[3]
    held_out = mean_distance_to(P, U[:1], np.array([[3, -1]]), k)
    deleted = mean_distance_to(np.delete(P, 3, axis=0), U[:1], np.array([[-1]]), k)
    np.testing.assert_array_equal(held_out, deleted)


@pytest.mark.parametrize("name", ["confidence", "density", "min_rank", "neighborhood"])
def test_a_copy_of_an_outlier_is_praised_only_if_it_is_not_its_parent(name):
    P, U, N, _ = problem(n_class=40, n_candidates=60)
    P[0] = [9.0, -9.0, 9.0]
    N[:20] = P[0] + np.linspace(0.05, 0.3, 20)[:, None]  # it is among the others, as it were
    U[:20] = P[0] + np.linspace(-0.3, -0.05, 20)[:, None]
    U[0] = P[0]
    parents = np.full((len(U), 1), -1)
    parents[:20] = 0
    held_out = SCORERS[name].score(P, U, N, parents=parents)
    assert held_out[0] <= SCORERS[name].score(P, U, N)[0] + 1e-12
    assert held_out[0] <= np.median(held_out[20:])


@given(problems(), st.integers(2, 6))
@pytest.mark.filterwarnings("ignore:.*too few candidates")
def test_no_candidate_is_scored_by_a_model_that_saw_it_or_its_parents(given_problem, n_folds):
    P, U, N, parents = given_problem
    rows = read_rows(DensityScorer(), P, U, N, parents, "from_dtype")
    scored = np.zeros(len(U), dtype=int)
    for split in splits(rows, n_folds, np.random.default_rng(0)):
        assert len(split.own)
        assert not np.isin(split.held_out, split.own).any()
        assert len(split.own) + len(split.held_out) == len(P)
        position = split.scored - len(P)
        scored[position] += 1
        known = rows.parents[position]
        assert not np.isin(known[known >= 0], split.own).any()
        if len(split.candidates) < len(U):
            assert not np.isin(split.scored, split.candidates).any()
    assert (scored > 0).all()


@given(st.integers(0, 10**6))
def test_p_values_fall_with_the_distance_and_are_uniform(seed):
    rng = np.random.default_rng(seed)
    reference, distance = rng.random(40), np.sort(rng.random(300) * 3)
    score = empirical_p_value(distance, reference)
    assert (np.diff(score) < 0).all()
    assert score.min() > 0
    assert score.max() < 1
    n_larger = (reference[None, :] >= distance[:, None]).sum(axis=1)
    np.testing.assert_array_equal(np.floor(score * 41 + 1e-9), n_larger)


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_makes_the_scores_repeatable(name):
    P, U, N, parents = problem()
    scores = DEFAULTS[name].score(P, U, N, parents=parents)
    np.testing.assert_array_equal(DEFAULTS[name].score(P, U, N, parents=parents), scores)
    other = clone(DEFAULTS[name]).set_params(random_state=1)
    assert (other.score(P, U, N, parents=parents) != scores).any()


@pytest.mark.parametrize("name", [name for name in SCORERS if name not in ("ipf", "min_rank")])
def test_n_jobs_does_not_change_the_scores(name):
    P, U, N, parents = problem()
    parallel = clone(SCORERS[name]).set_params(n_jobs=2)
    np.testing.assert_array_equal(
        parallel.score(P, U, N, parents=parents), SCORERS[name].score(P, U, N, parents=parents)
    )


@pytest.mark.parametrize("name", SCORERS)
def test_scorers_are_estimators(name):
    scorer = SCORERS[name]
    copy = pickle.loads(pickle.dumps(clone(scorer)))
    assert repr(copy) == repr(scorer)
    params = copy.get_params()
    copy.set_params(**params)
    assert set(type(scorer)._parameter_constraints) == set(scorer.get_params(deep=False))
    assert not hasattr(scorer, "set_score_request")


# Tables ----------------------------------------------------------------------------------------


def mixed(n, seed, library):
    rng = np.random.default_rng(seed)
    text = rng.choice(["a", "b", "c"], n).tolist()
    text[0] = None
    number = rng.normal(size=n)
    number[1] = np.nan
    columns = {"number": number, "text": text, "flag": rng.random(n) < 0.5, "whole": np.arange(n)}
    if library == "polars":
        return pl.DataFrame(columns)
    frame = pd.DataFrame(columns)
    if library == "pandas category":
        frame["text"] = frame["text"].astype("category")
    return frame


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("library", ["pandas", "pandas category", "polars"])
def test_frames_with_categories_and_missing_values(name, library):
    P, U, N = mixed(30, 0, library), mixed(12, 1, library), mixed(40, 2, library)
    scores = SCORERS[name].score(P, U, N, parents=np.arange(12))
    assert np.isfinite(scores).all()
    if library != "polars":
        as_objects = SCORERS[name].score(
            *(part.astype(object).to_numpy() for part in (P, U, N)),
            parents=np.arange(12),
        )
        assert np.isfinite(as_objects).all()


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("kind", ["list", "pandas", "polars", "pyarrow", "float32", "object"])
def test_the_container_does_not_matter(name, kind):
    P, U, N, parents = (np.round(part * 8) / 8 for part in problem())  # exact in float32
    parents = parents.astype(int)
    build = containers.DENSE[kind]
    expected = SCORERS[name].score(P, U, N, parents=parents)
    found = SCORERS[name].score(build(P), build(U), build(N), parents=parents)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in SCORERS if name not in ("density", "min_rank")])
def test_sparse_tables(name):
    P, U, N, parents = problem()
    scores = SCORERS[name].score(P, U, N, parents=parents)
    build = sparse.csc_array
    found = SCORERS[name].score(build(P), build(U), build(N), parents=parents)
    np.testing.assert_allclose(found, scores, atol=0.35)  # trees are grown another way
    if name != "tomek":  # 1 for all
        assert np.corrcoef(found, scores)[0, 1] > 0.3


def test_densities_refuse_sparse_tables():
    with pytest.raises(ValueError, match=r"DensityScorer whitens the columns.*X\.toarray"):
        DensityScorer().score(sparse.eye_array(5, format="csr"), sparse.eye_array(5, format="csr"))


@pytest.mark.parametrize("name", SCORERS)
def test_numbers_beyond_float32(name):
    P, U, N, parents = problem()
    factor = np.array([1e300, 1e-300, 1.0])
    scores = SCORERS[name].score(P * factor, U * factor, N * factor, parents=parents)
    assert np.isfinite(scores).all()


def test_a_category_that_the_class_has_not_is_far():
    P = pd.DataFrame({"x": np.linspace(0, 1, 30), "c": ["a", "b"] * 15})
    U = pd.DataFrame({"x": [0.5, 0.5, 0.5], "c": ["a", "b", "z"]})
    scores = DensityScorer().score(P, U)
    assert scores[2] < scores[:2].min()
    by_number = DensityScorer(categorical_features=["c"]).score(P, U)
    np.testing.assert_array_equal(scores, by_number)


# Small sets ------------------------------------------------------------------------------------

SMALL = [name for name in SCORERS if name != "spy"]


@pytest.mark.filterwarnings("ignore:.*too few candidates")
@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("n_class", [3, 4, 5])
@pytest.mark.parametrize("n_candidates", [1, 2, 7])
def test_small_sets(name, n_class, n_candidates):
    P, U, N, parents = problem(n_class=n_class, n_candidates=n_candidates)
    scores = SCORERS[name].score(P, U, N, parents=parents % n_class)
    assert np.isfinite(scores).all()


@pytest.mark.filterwarnings("ignore:.*too few candidates")
@pytest.mark.parametrize("name", SMALL)
def test_a_class_of_no_more_rows_than_parents_is_scored_or_refused(name):
    P, U, N, _ = problem(n_class=2)
    parents = np.tile([0, 1], (len(U), 1))
    if name in ("ipf", "neighborhood", "tomek"):
        assert np.isfinite(SCORERS[name].score(P, U, N, parents=parents)).all()
    else:
        with pytest.raises(ValueError, match=r"needs at least 3 rows of the class.*got 2"):
            SCORERS[name].score(P, U, N, parents=parents)


@pytest.mark.parametrize("name", SCORERS)
def test_equal_rows_everywhere(name):
    X = np.ones((25, 2))
    assert np.isfinite(SCORERS[name].score(X, X, X[:9])).all()


@pytest.mark.parametrize("name", SCORERS)
def test_candidates_that_are_the_class(name):
    P, _, N, _ = problem()
    scores = SCORERS[name].score(P, P, N, parents=np.arange(len(P)))
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", SCORERS)
def test_no_candidates(name):
    P, U, N, _ = problem()
    assert SCORERS[name].score(P, U[:0], N).shape == (0,)


def test_one_candidate_is_trained_on():
    P, U, _, _ = problem()
    with pytest.warns(UserWarning, match=r"too few candidates, 1 of the same parents"):
        assert np.isfinite(PUBaggingScorer(n_estimators=3).score(P, U[:1]))


def test_spies_need_rows_to_hide():
    P, U, _, _ = problem(n_class=7)
    message = r"SpyScorer needs at least 20 rows of the class.*got 7\. Use DensityScorer"
    with pytest.raises(ValueError, match=message):
        SpyScorer().score(P, U)


# Classifiers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEEDED)
@pytest.mark.parametrize("classifier", [LogisticRegression(), LinearSVC(), None])
def test_any_classifier(name, classifier):
    P, U, N, parents = problem(n_candidates=30)
    U[:10] += 4
    scorer = clone(DEFAULTS[name]).set_params(estimator=classifier)
    scores = scorer.score(P, U, N, parents=parents)
    assert np.isfinite(scores).all()
    assert scores[:10].mean() < scores[10:].mean()
    if classifier is not None:
        assert not hasattr(classifier, "classes_")


def test_parameters_of_the_classifier_are_nested():
    scorer = ConfidenceScorer(DecisionTreeClassifier())
    scorer.set_params(estimator__max_depth=1)
    assert scorer.estimator.max_depth == 1


@pytest.mark.parametrize("name", SEEDED)
def test_a_classifier_that_takes_no_missing_values(name):
    P, U, N, parents = problem()
    U[0, 0] = np.nan
    scorer = clone(DEFAULTS[name]).set_params(estimator=LogisticRegression())
    with pytest.raises(ValueError, match=r"LogisticRegression.*does not take.*SimpleImputer"):
        scorer.score(P, U, N, parents=parents)
    scorer.set_params(estimator=make_pipeline(SimpleImputer(), LogisticRegression()))
    assert np.isfinite(scorer.score(P, U, N, parents=parents)).all()


def test_weights_are_those_of_elkan_and_noto():
    P, U, _, parents = problem(n_candidates=30)
    U[:15] += 4
    scorer = clone(DEFAULTS["elkan_noto"])
    weights = scorer.weights(P, U, parents=parents)
    assert weights.shape == (30,)
    assert 0 <= weights.min() <= weights.max() <= 1
    assert weights[:15].mean() < weights[15:].mean()
    assert scorer.weights(P, U[:0]).shape == (0,)


@pytest.mark.parametrize("max_samples", [1, 5, 0.5, 1.0, None])
def test_the_size_of_the_draws(max_samples):
    P, U, _, _ = problem()
    scorer = PUBaggingScorer(n_estimators=3, max_samples=max_samples, random_state=0)
    assert np.isfinite(scorer.score(P, U)).all()


@pytest.mark.parametrize("spy_fraction", [0.01, 0.5, 0.99])
def test_the_share_of_spies(spy_fraction):
    P, U, _, parents = problem(n_class=20)
    scorer = SpyScorer(**FAST, spy_fraction=spy_fraction, n_rounds=2, cv=2)
    assert np.isfinite(scorer.score(P, U, parents=parents)).all()


# Several scorers -------------------------------------------------------------------------------


def test_the_smallest_rank_counts():
    class Fixed:
        def __init__(self, scores):
            self.scores = scores

        def score(self, P, U, N=None, *, parents=None):
            return np.array(self.scores)

    P, U, N, _ = problem(n_candidates=4)
    scorer = MinRankScorer([("one", Fixed([1, 2, 3, 4])), ("two", Fixed([0.5, 0.7, 0.6, 0.1]))])
    assert scorer.score(P, U, N).tolist() == [0.25, 0.5, 0.75, 0.25]


def test_scorers_have_names():
    scorer = MinRankScorer([DensityScorer(), NeighborhoodScorer(), NeighborhoodScorer()])
    scorer.set_params(densityscorer__k_neighbors=7)
    assert scorer.get_params()["densityscorer__k_neighbors"] == 7
    assert "neighborhoodscorer-2__kind" in scorer.get_params()
    scorer.set_params(densityscorer=DensityScorer(k_neighbors=2))
    assert scorer.scorers[0][1].k_neighbors == 2


@pytest.mark.parametrize(
    "scorers",
    [[], [("a", DensityScorer()), ("a", DensityScorer())], [("a__b", DensityScorer())], [("a",)]],
)
def test_names_that_cannot_be(scorers):
    P, U, N, _ = problem()
    with pytest.raises(ValueError, match=r"scorers of MinRankScorer must be a list of scorers"):
        MinRankScorer(scorers).score(P, U, N)


def test_what_is_no_scorer():
    P, U, N, _ = problem()
    with pytest.raises(TypeError, match=r"scorers of MinRankScorer must have a method score"):
        MinRankScorer([("a", "density")]).score(P, U, N)


# Errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["confidence", "ipf", "neighborhood", "tomek"])
@pytest.mark.parametrize("absent", ["None", "empty"])
def test_some_need_the_other_classes(name, absent):
    P, U, N, _ = problem()
    with pytest.raises(ValueError, match=rf"needs their rows: N is {absent}\. Pass N"):
        SCORERS[name].score(P, U, None if absent == "None" else N[:0])


@pytest.mark.parametrize("name", ["density", "elkan_noto", "pu_bagging", "spy"])
def test_some_do_not(name):
    P, U, N, _ = problem()
    without = SCORERS[name].score(P, U)
    np.testing.assert_array_equal(SCORERS[name].score(P, U, N[:0]), without)


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ([[0.5]] * 12, r"must be integers of shape \(12, n_parents\)"),
        ([[0]] * 3, r"must be integers of shape \(12, n_parents\).*\(3, 1\)"),
        ([[25]] * 12, r"positions in P, from 0 to 24, or -1 for none; got 25"),
        ([[-2]] * 12, r"positions in P.*got -2"),
    ],
)
def test_parents_that_cannot_be(parents, message):
    P, U, _, _ = problem()
    with pytest.raises(ValueError, match=message):
        DensityScorer().score(P, U, parents=parents)


@pytest.mark.parametrize(
    ("P", "U", "error", "message"),
    [
        (np.eye(3), np.eye(4), ValueError, r"as many columns; got P: \(3, 3\), U: \(4, 4\)"),
        (np.eye(3), pd.DataFrame(np.eye(3)), TypeError, r"one kind of container"),
        (np.eye(3), None, TypeError, r"needs U as a list.*got NoneType"),
        (np.eye(3)[:0], np.eye(3), ValueError, r"at least 1 row of the class"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), ValueError, r"the columns of P"),
        (pl.DataFrame({"a": [1]}), pl.DataFrame({"a": ["x"]}), TypeError, r"the same dtypes"),
        (np.full((3, 1), np.inf), np.ones((2, 1)), ValueError, r"cannot use infinity"),
    ],
)
def test_tables_that_do_not_fit(P, U, error, message):
    with pytest.raises(error, match=message):
        DensityScorer().score(P, U)


@pytest.mark.parametrize("name", SCORERS)
def test_parameters_are_checked(name):
    P, U, N, _ = problem()
    for parameter in SCORERS[name].get_params(deep=False):
        scorer = clone(SCORERS[name]).set_params(**{parameter: object()})
        with pytest.raises(ValueError, match=f"The '{parameter}' parameter"):
            scorer.score(P, U, N)


def test_too_few_parts():
    P, U, N, parents = problem(n_others=3)
    with pytest.raises(ValueError, match=r"IPFScorer needs 4 parts.*has 3.*DensityScorer"):
        IPFScorer().score(P, U, N, parents=parents)
