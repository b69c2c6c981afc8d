"""AugmentationSearchCV: stand-ins, finalists, the search, and its life inside scikit-learn."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn import over_sampling as imblearn_over
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.stats import randint
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.datasets import load_digits, make_classification
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug._core.provenance import Provenance
from skaug._core.sklearn import num_samples
from skaug._core.stacking import stacked
from skaug._core.table import gathered_rows
from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.compose import FunctionSampler, SamplerUnion
from skaug.generative import GaussianCopula
from skaug.image import GaussianBlur, RandomAffine, RandomFlip
from skaug.mixing import Mixup
from skaug.model_selection import AugmentationSearchCV
from skaug.model_selection._augmentation_results import finalists
from skaug.model_selection._stand_ins import chosen_stand_ins, replaced_rows
from skaug.over_sampling import SMOTE, RandomOverSampler
from skaug.perturbation import GaussianNoise, QuantileJitter
from skaug.soft_targets import SoftTargetClassifier
from skaug.under_sampling import TomekLinks

X, Y = make_classification(n_samples=120, n_features=5, weights=[0.7], random_state=0)
NOISE = GaussianNoise(), {"scale": [0.01, 0.1, 0.5, 2.0]}


class Repeat:
    """Returns every row once more; its name in test ids is the same in every process."""

    def __call__(self, X, y, sample_weight=None):
        parts = (X, y) if sample_weight is None else (X, y, sample_weight)
        return tuple(gathered_rows(part, np.tile(np.arange(num_samples(y)), 2)) for part in parts)

    def __repr__(self):
        return "repeat"


repeat = Repeat()


def fail(X, y):
    raise ValueError("there is nothing to augment")


def fail_on_few(X, y):
    if len(y) < 50:
        raise ValueError("too few rows")
    return repeat(X, y)


REPEAT = FunctionSampler(repeat)


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps, for the class, the rows it was fitted to and asked about."""

    fits: list = []
    asked: list = []

    def fit(self, X, y, sample_weight=None):
        self.fits.append((np.asarray(X).copy(), np.asarray(y).copy(), sample_weight))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        self.asked.append(np.asarray(X).copy())
        return np.full(len(X), self.classes_[0])


@pytest.fixture
def recorder():
    Recorder.fits, Recorder.asked = [], []
    return Recorder()


def search(estimator=None, samplers=(NOISE,), **kwargs):
    estimator = LogisticRegression() if estimator is None else estimator
    return AugmentationSearchCV(estimator, list(samplers), **{"cv": 3, "random_state": 0} | kwargs)


# Stand-ins -------------------------------------------------------------------------------------


@given(st.data())
def test_a_row_is_replaced_by_one_made_of_it_or_of_its_label(data):
    n_rows, n_made = data.draw(st.integers(1, 12)), data.draw(st.integers(0, 20))
    integers = st.integers(-1, n_rows - 1)
    truth = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n_rows, max_size=n_rows)))
    source = np.array(data.draw(st.lists(integers, min_size=n_made, max_size=n_made)), dtype=int)
    made = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n_made, max_size=n_made)), int)
    labels = np.r_[truth, made]
    origin = Provenance(
        np.r_[np.arange(n_rows), source],
        np.full(n_rows + n_made, -1),
        np.repeat([False, True], [n_rows, n_made]),
    )
    rng = np.random.default_rng(0)
    chosen = chosen_stand_ins(origin, truth, labels, np.ones(len(labels)), rng)
    replaced = np.flatnonzero(chosen >= 0)
    assert len(set(chosen[replaced])) == len(replaced)
    assert origin.synthetic[chosen[replaced]].all()
    for row in replaced:
        parent = origin.source[chosen[row]]
        assert parent == row if parent >= 0 else labels[chosen[row]] == truth[row]
    assert set(source[source >= 0]) <= set(replaced)
    for label in set(made[source < 0]):  # rows stay only for want of rows to replace them
        waiting = np.sum((truth == label) & (chosen < 0))
        unused = set(n_rows + np.flatnonzero((source < 0) & (made == label))) - set(chosen)
        assert waiting == 0 or not unused


def test_of_several_a_stand_in_is_drawn_by_its_weight():
    origin = Provenance(np.array([0, 0, 0]), np.full(3, -1), np.array([False, True, True]))
    truth, labels, weight = np.zeros(1), np.zeros(3), np.array([1, 0.8, 0.2])
    rng = np.random.default_rng(0)
    drawn = [chosen_stand_ins(origin, truth, labels, weight, rng)[0] for _ in range(2000)]
    assert set(drawn) == {1, 2}
    assert_allclose(np.mean(np.array(drawn) == 1), 0.8, atol=0.03)


@pytest.mark.parametrize(
    "sampler",
    [SMOTE(), GaussianNoise(), GaussianCopula(), imblearn_over.SMOTE(), TomekLinks()],
    ids=lambda sampler: f"{type(sampler).__module__.split('.')[0]} {type(sampler).__name__}",
)
def test_held_out_rows_keep_their_number_and_their_classes(sampler):
    rng = np.random.default_rng(0)
    table, labels = replaced_rows(sampler, X, Y, rng, owner="search", by_label=True)
    assert table.shape == X.shape
    assert_array_equal(labels, Y)
    unchanged = (table == X).all(axis=1)
    if isinstance(sampler, TomekLinks):
        assert unchanged.all()
    else:
        assert unchanged[labels == 1].mean() < 0.5
    if "SMOTE" in str(sampler):
        assert unchanged[labels == 0].all()


@pytest.mark.parametrize("labels", ["hard", "bernoulli", "weighted", "soft"])
def test_labels_of_mixtures_are_labels_drawn_by_their_shares(labels):
    names = np.array(["a", "b"])[Y]
    sampler, rng = Mixup(labels=labels), np.random.default_rng(0)
    table, made = replaced_rows(sampler, X, names, rng, owner="search", by_label=True)
    assert made.shape == names.shape
    assert set(made) == {"a", "b"}
    assert not (table == X).all(axis=1).any()
    changed = np.mean(made != names)
    # two rows differ in label with a chance of 2 p q = 0.42, and half of these show the other's
    assert changed == 0 if labels == "hard" else 0.1 < changed < 0.35


CONTAINERS = {
    "list": (lambda X: X.tolist(), np.asarray),
    "csr": (sparse.csr_array, lambda X: X.toarray()),
    "csr matrix": (sparse.csr_matrix, lambda X: X.toarray()),
    "pandas": (lambda X: pd.DataFrame(X, columns=list("abcde")), np.asarray),
    "polars": (lambda X: pl.DataFrame(X, schema=list("abcde")), np.asarray),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_stay_what_they_are(name):
    write, read = CONTAINERS[name]
    parts = [write(X[:3]), write(X[3:5])]
    found = stacked(parts)
    assert type(found) is type(parts[0])
    assert_array_equal(read(found), X[:5])


def test_a_series_stays_a_series():
    found = stacked([pd.Series([1, 2], index=[7, 8], name="y"), pd.Series([3], name="y")])
    pd.testing.assert_series_equal(found, pd.Series([1, 2, 3], name="y"))


# Finalists -------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1, 1) | st.just(np.nan), min_size=1, max_size=40),
    st.integers(0, 12),
)
def test_finalists_are_spread_over_the_better_half(scores, n_finalists):
    density = np.array([0.5, *scores])
    chosen = finalists(density, n_finalists)
    assert len(set(chosen)) == len(chosen) == min(n_finalists, len(scores))
    assert (chosen > 0).all()
    judged = np.where(np.isnan(density), 0.5, density)
    if 0 < n_finalists < len(scores):
        assert judged[chosen].max() == judged[1:].max()
        n_better = max(n_finalists, -(-len(scores) // 2))
        assert judged[chosen].min() >= np.sort(judged[1:])[::-1][n_better - 1]


def test_all_are_finalists_if_none_is_said():
    assert_array_equal(finalists(np.array([1, 0, 0.2, np.nan]), None), [1, 2, 3])


def test_mild_and_strong_ones_are_refitted():
    density = np.r_[1.0, np.linspace(1, 0, 12)]
    assert_array_equal(finalists(density, 3), [1, 3, 6])


# The search ------------------------------------------------------------------------------------


def test_held_out_rows_only_are_augmented_to_match_and_training_rows_only_to_fit(recorder):
    """Rows can be told apart by their first column, which no sampler changes."""
    table = np.c_[np.arange(60.0), np.random.default_rng(0).normal(size=(60, 2))]
    y = np.repeat([0, 1], 30)

    def shifted(X, y):
        return np.r_[X, X + np.array([0, 100, 0])], np.r_[y, y]

    model = search(recorder, [FunctionSampler(shifted)], cv=StratifiedKFold(3), refit=False)
    model.fit(table, y)
    splits = list(StratifiedKFold(3).split(table, y))
    plain, refits = Recorder.fits[:3], Recorder.fits[3:]
    for (train, test), (X_plain, *_), (X_refit, *_) in zip(splits, plain, refits, strict=True):
        assert_array_equal(X_plain, table[train])
        assert set(X_refit[:, 0]) == set(train)
        assert np.sum(X_refit[:, 1] > 50) == len(train)
        asked = [rows for rows in Recorder.asked if set(rows[:, 0]) == set(test)]
        assert len(asked) == 1 + 3 + 1  # as they are, three draws, and after refitting
        assert sum((rows[:, 1] > 50).all() for rows in asked) == 3
    assert len(Recorder.asked) == 15


def test_it_fits_once_a_fold_and_the_finalists(recorder):
    search(recorder, [NOISE, SMOTE(), Mixup()], n_finalists=2).fit(X, Y)
    assert len(Recorder.fits) == 3 * (1 + 2) + 1


def test_the_score_of_none_is_that_of_cross_validation():
    model = search(cv=StratifiedKFold(4)).fit(X, Y)
    expected = cross_validate(LogisticRegression(), X, Y, cv=StratifiedKFold(4))["test_score"]
    found = [model.cv_results_[f"split{split}_test_score"][0] for split in range(4)]
    assert_allclose(found, expected)
    assert model.cv_results_["affinity"][0] == 0
    assert model.n_splits_ == 4


@pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss", "balanced_accuracy", None])
def test_the_score_of_a_finalist_is_that_of_cross_validation(scoring):
    """With a sampler of some classes only, too, for which AUC would not be defined."""
    sampler = SMOTE(random_state=3)
    model = search(samplers=[sampler], scoring=scoring).fit(X, Y)
    expected = cross_validate(
        AugmentedClassifier(LogisticRegression(), sampler), X, Y, cv=3, scoring=scoring
    )["test_score"]
    assert_allclose(model.cv_results_["mean_test_score"][1], expected.mean())
    assert np.isfinite(model.cv_results_["mean_density_score"]).all()


def test_a_copy_matches():
    model = AugmentationSearchCV(
        LogisticRegression(), {"copy": REPEAT, "right": RandomOverSampler()}, cv=3, random_state=0
    ).fit(X, Y)
    assert_allclose(model.cv_results_["affinity"], 0, atol=1e-12)


def test_what_spoils_labels_is_never_refitted():
    digits, y = load_digits(return_X_y=True)
    shape = {"image_shape": (8, 8)}
    upside_down = RandomFlip(direction="vertical", p=1, **shape)
    samplers = {"down": upside_down, "blur": (GaussianBlur(**shape), {"sigma": [(0.3, 0.3)]})}
    model = AugmentationSearchCV(
        KNeighborsClassifier(), samplers, n_finalists=1, cv=3, random_state=0
    ).fit(digits[:300], y[:300])
    affinity = model.cv_results_["affinity"]
    assert affinity[1] < -0.2 < affinity[2]
    assert np.isnan(model.cv_results_["mean_test_score"][1])
    assert np.isfinite(model.cv_results_["mean_test_score"][2])


def test_none_is_chosen_where_nothing_is_better():
    shuffled = FunctionSampler(lambda X, y: (np.r_[X, X, X], np.r_[y, 1 - y, 1 - y]))
    model = search(samplers=[shuffled]).fit(X, Y)
    assert model.best_index_ == 0
    assert model.best_sampler_ is None
    assert model.best_params_ == {}
    assert_array_equal(model.predict(X), LogisticRegression().fit(X, Y).predict(X))


def test_of_equals_none_is_chosen():
    model = search(DecisionTreeClassifier(random_state=0), [REPEAT]).fit(X, Y)
    assert_allclose(np.ptp(model.cv_results_["mean_test_score"]), 0)
    assert model.best_index_ == 0


def test_the_best_is_fitted_to_all_rows():
    model = search(n_finalists=None, scoring="neg_log_loss").fit(X, Y)
    scores = model.cv_results_["mean_test_score"]
    assert model.best_score_ == scores.max() == scores[model.best_index_]
    again = AugmentedClassifier(LogisticRegression(), model.best_sampler_).fit(X, Y)
    assert_allclose(model.predict_proba(X), again.predict_proba(X))
    assert_allclose(model.decision_function(X), again.decision_function(X))
    expected = get_scorer("neg_log_loss")(again.estimator_, X, Y)
    assert_allclose(model.score(X, Y), expected)
    assert_array_equal(model.classes_, [0, 1])
    assert model.n_features_in_ == 5


def test_by_density_alone_the_mildest_wins_and_none_never(recorder):
    noise = GaussianNoise(), {"scale": [3.0, 0.05]}
    model = search(samplers=[noise], n_finalists=0, scoring="neg_log_loss").fit(X, Y)
    assert model.best_params_ == {"scale": 0.05}
    assert model.best_score_ == model.cv_results_["mean_density_score"][1:].max()
    assert np.isnan(model.cv_results_["mean_test_score"][1:]).all()
    search(recorder, [NOISE], n_finalists=0).fit(X, Y)
    assert len(Recorder.fits) == 3 + 1


def test_the_best_together_are_one_more_candidate():
    model = search(samplers=[SMOTE(), GaussianNoise(), REPEAT], n_best=2, n_finalists=None)
    table = model.fit(X, Y).results_
    assert table["sampler"].tolist() == [
        "none",
        "smote",
        "gaussiannoise",
        "functionsampler",
        "union",
    ]
    ranked = table[1:4].sort_values("mean_test_score", ascending=False, kind="stable")
    assert table["candidate"][4] == " + ".join(ranked["candidate"][:2])
    assert np.isfinite(table["mean_test_score"]).all()


def test_by_density_alone_the_best_together_are_chosen():
    model = search(samplers=[SMOTE(), NOISE], n_best=2, n_finalists=0).fit(X, Y)
    assert isinstance(model.best_sampler_, SamplerUnion)
    assert len(model.best_sampler_.samplers) == 2
    assert len(model.best_estimator_.sampler_.is_synthetic_) > 2 * len(Y)


def test_a_callable_may_choose():
    model = search(refit=lambda results: 2).fit(X, Y)
    assert model.best_index_ == 2
    assert model.best_params_ == {"scale": 0.1}
    with pytest.raises(ValueError, match=r"refit .* an int from 0 to 4; got 'smote'"):
        search(refit=lambda results: "smote").fit(X, Y)


def test_results_are_a_frame():
    model = search(samplers=[NOISE, SMOTE()], n_finalists=2).fit(X, Y)
    frame = model.results_
    assert isinstance(frame, pd.DataFrame)
    assert list(frame) == list(model.cv_results_)
    assert frame["candidate"][:3].tolist() == [
        "none",
        "gaussiannoise(scale=0.01)",
        "gaussiannoise(scale=0.1)",
    ]
    splits = [f"split{split}_density_score" for split in range(3)]
    assert_allclose(frame["mean_density_score"], frame[splits].mean(axis=1))
    assert frame["mean_test_score"].notna().sum() == 3
    assert frame["rank_density_score"].min() == 1


def test_without_pandas_they_are_a_dict(monkeypatch):
    model = search().fit(X, Y)
    module = "skaug.model_selection._augmentation_search_cv.find_spec"
    monkeypatch.setattr(module, lambda name: None)
    assert model.results_ is model.cv_results_


# What is searched ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samplers", "names"),
    [
        ([SMOTE(), SMOTE()], ["smote-1", "smote-2"]),
        ([("a", SMOTE()), Mixup()], ["a", "mixup"]),
        ({"a": SMOTE(), "b": (Mixup(), {"alpha": [0.1, 1]})}, ["a", "b(alpha=0.1)", "b(alpha=1)"]),
        (
            [("a", SMOTE(), [{"k_neighbors": [3]}, {"n_jobs": [1]}])],
            ["a(k_neighbors=3)", "a(n_jobs=1)"],
        ),
    ],
)
def test_forms_of_samplers(samplers, names):
    model = AugmentationSearchCV(LogisticRegression(), samplers, cv=2, random_state=0).fit(X, Y)
    assert model.cv_results_["candidate"].tolist() == ["none", *names]


def test_settings_are_drawn():
    spread = SMOTE(), {"k_neighbors": randint(1, 9), "sampling_strategy": ["auto", 0.8]}
    model = search(samplers=[spread, NOISE, Mixup()], n_iter=3, n_finalists=1)
    table = model.fit(X, Y).results_
    assert table["sampler"].value_counts(sort=False).tolist() == [1, 3, 3, 1]
    assert all(1 <= params["k_neighbors"] < 9 for params in table["params"][1:4])
    assert_array_equal(table["candidate"], clone(model).fit(X, Y).results_["candidate"])
    other = clone(model).set_params(random_state=1).fit(X, Y).results_
    assert (table["candidate"] != other["candidate"]).any()
    with pytest.raises(ValueError, match="Set n_iter to how many to draw"):
        search(samplers=[spread]).fit(X, Y)


@pytest.mark.parametrize(
    ("samplers", "error", "message"),
    [
        ([], ValueError, "must be at least one, .*; got none"),
        ({"none": SMOTE()}, ValueError, r"got \['none'\]"),
        ({"cv": SMOTE()}, ValueError, r"got \['cv'\]"),
        ([("a", SMOTE()), ("a", Mixup())], ValueError, r"got \['a', 'a'\]"),
        ([SMOTE], TypeError, r"write SMOTE\(\), not SMOTE"),
        (["smote"], TypeError, r"it has the entry \('smote',\)"),
        ([(SMOTE(), {}, {})], TypeError, "or a mapping of names to samplers"),
        ([(SMOTE(), "k_neighbors")], TypeError, "with a dict or a list of dicts as settings"),
        ([(SMOTE(), {"k_neighbors": 5})], TypeError, "needs to be a list or a numpy array"),
        ({"a": StandardScaler()}, TypeError, "needs a sampler"),
        ([(SMOTE(), {"k": [1]})], ValueError, "Invalid parameter 'k'"),
        (SMOTE(), ValueError, "The 'samplers' parameter of AugmentationSearchCV must be"),
    ],
)
def test_bad_samplers_are_refused(samplers, error, message):
    with pytest.raises(error, match=message):
        AugmentationSearchCV(LogisticRegression(), samplers).fit(X, Y)


def test_a_callable_that_is_no_single_score_is_refused():
    def several(estimator, X, y):
        return {"a": 1.0, "b": 2.0}

    with pytest.raises(TypeError, match="scoring of AugmentationSearchCV must return one number"):
        search(scoring=several).fit(X, Y)


def test_images_can_be_candidates():
    images, y = load_digits(return_X_y=True)
    affine = RandomAffine(image_shape=(8, 8)), {"degrees": [5, 90]}
    model = AugmentationSearchCV(
        KNeighborsClassifier(), [affine], n_finalists=0, cv=3, random_state=0
    ).fit(images[:200], y[:200])
    assert model.best_params_ == {"degrees": 5}
    assert model.predict(images[200:203]).shape == (3,)


def test_soft_labels_can_be_candidates():
    model = SoftTargetClassifier(LogisticRegression())
    found = search(model, [Mixup(labels="soft")], n_finalists=None).fit(X, Y)
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("columns", [1, 2])
def test_regression(columns):
    y = X[:, :columns].squeeze() + 0.1 * X[:, 1:2].squeeze()[(...,) + (None,) * (columns > 1)]
    model = search(Ridge(), [(GaussianNoise(), {"scale": [0.1, 5]}), Mixup()], n_finalists=None)
    model.fit(X, y)
    assert is_regressor(model)
    assert isinstance(model.best_estimator_, AugmentedRegressor)
    assert model.predict(X).shape == y.shape
    assert model.cv_results_["affinity"][2] < model.cv_results_["affinity"][1] < 0.01
    assert not hasattr(model, "classes_")


def test_several_labels_a_row():
    y = np.c_[Y, X[:, 0] > 0].astype(int)
    model = search(KNeighborsClassifier(), [QuantileJitter(), GaussianNoise()]).fit(X, y)
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize("to", [pd.DataFrame, pl.DataFrame])
def test_frames(to):
    frame = to(dict(zip("abcde", X.T, strict=True)))
    y = np.array(["no", "yes"])[Y]
    whole = make_pipeline(StandardScaler(), LogisticRegression())
    model = search(whole, [SMOTE(), GaussianNoise(), TomekLinks()], n_best=2).fit(frame, y)
    assert_array_equal(model.feature_names_in_, list("abcde"))
    assert set(model.predict(frame)) == {"no", "yes"}
    as_array = search(whole, [SMOTE(), GaussianNoise(), TomekLinks()], n_best=2).fit(X, y)
    columns = ["mean_density_score", "mean_test_score"]
    assert_allclose(model.results_[columns], as_array.results_[columns])


def test_sparse_rows():
    model = search(LinearSVC(), [SMOTE(), Mixup()], n_best=2).fit(sparse.csr_array(X), Y)
    assert model.decision_function(sparse.csr_array(X)).shape == (120,)
    assert not hasattr(model, "predict_proba")


# Failures --------------------------------------------------------------------------------------


def test_candidates_that_fail_are_warned_about_and_never_chosen():
    samplers = {"bad": FunctionSampler(fail), "noise": GaussianNoise()}
    model = AugmentationSearchCV(LogisticRegression(), samplers, cv=3, random_state=0)
    matching = pytest.warns(FitFailedWarning, match="to augment.*\nbad, on 3 of 3.*nothing to aug")
    fitting = pytest.warns(FitFailedWarning, match="failed to fit.*\nbad, on 3 of 3 folds")
    with matching, fitting:
        model.fit(X, Y)
    assert np.isnan(model.cv_results_["mean_test_score"][1])
    assert model.cv_results_["rank_test_score"][1] == 3
    assert model.best_index_ != 1


def test_what_fails_on_few_rows_may_still_be_refitted():
    model = search(samplers=[FunctionSampler(fail_on_few), NOISE], n_finalists=1)
    with pytest.warns(FitFailedWarning, match="failed to augment held-out rows.*\n.*too few rows"):
        model.fit(X, Y)
    assert np.isnan(model.cv_results_["mean_density_score"][1])
    assert np.isfinite(model.cv_results_["mean_test_score"][1])


def test_errors_can_be_raised():
    with pytest.raises(ValueError, match="nothing to augment"):
        search(samplers=[FunctionSampler(fail)], error_score="raise").fit(X, Y)


@pytest.mark.filterwarnings("ignore:Candidates of:sklearn.exceptions.FitFailedWarning")
def test_an_error_score_can_be_given():
    model = search(samplers=[FunctionSampler(fail)], error_score=-1.0).fit(X, Y)
    assert model.cv_results_["mean_density_score"][1] == -1
    assert model.cv_results_["mean_test_score"][1] == -1
    with pytest.raises(ValueError, match="no candidate with a density score to choose by"):
        search(samplers=[FunctionSampler(fail)], n_finalists=0).fit(X, Y)


def test_what_fails_without_a_sampler_is_raised():
    X_missing = np.where(X > 2, np.nan, X)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        search().fit(X_missing, Y)


# Weights and groups ----------------------------------------------------------------------------

W = np.random.default_rng(1).uniform(0.5, 2, size=len(Y))


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_every_fit(recorder, routing):
    with config_context(enable_metadata_routing=routing):
        noise = GaussianNoise()
        if routing:
            recorder.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
            noise.set_fit_resample_request(sample_weight=True)
        search(recorder, [("noise", noise), ("same", clone(noise))], n_best=2).fit(
            X, Y, sample_weight=W
        )
    assert len(Recorder.fits) == 3 * (1 + 2 + 1) + 1
    weight_of = dict(zip(X[:, 0], W, strict=True))
    for X_fit, _, weights in Recorder.fits:
        assert len(weights) == len(X_fit)
        n_own = np.sum(np.isin(X_fit[:, 0], X[:, 0]))
        assert_allclose(weights[:n_own], [weight_of[value] for value in X_fit[:n_own, 0]])
        assert weights.sum() == pytest.approx(weights[:n_own].sum() * len(X_fit) / n_own)


def test_weights_go_into_a_pipeline():
    model = search(make_pipeline(StandardScaler(), LogisticRegression()), [SMOTE()])
    weighted = clone(model).fit(X, Y, sample_weight=np.where(Y == 1, 9.0, 1.0))
    assert np.mean(weighted.predict(X)) > np.mean(model.fit(X, Y).predict(X))


def test_scores_are_weighted_where_the_scorer_asks():
    scorer = make_scorer(accuracy_score)
    with config_context(enable_metadata_routing=True):
        scorer.set_score_request(sample_weight=True)
        estimator = LogisticRegression().set_fit_request(sample_weight=False)
        model = search(estimator, [TomekLinks()], scoring=scorer, cv=2)
        model.set_params(tomeklinks=TomekLinks().set_fit_resample_request(sample_weight=False))
        model.fit(X, Y, sample_weight=W)
        ((train, test), _) = StratifiedKFold(2).split(X, Y)
        plain = LogisticRegression().fit(X[train], Y[train])
        expected = accuracy_score(Y[test], plain.predict(X[test]), sample_weight=W[test])
        assert_allclose(model.cv_results_["split0_test_score"][0], expected)
        assert_allclose(model.cv_results_["split0_density_score"][1], expected)
        found = model.score(X, Y, sample_weight=W)
        assert_allclose(found, accuracy_score(Y, model.predict(X), sample_weight=W))


@pytest.mark.parametrize("routing", [False, True])
def test_groups_reach_the_splitter(recorder, routing):
    groups = np.arange(len(Y)) // 4
    with config_context(enable_metadata_routing=routing):
        search(recorder, [GaussianNoise()], cv=GroupKFold(3)).fit(X, Y, groups=groups)
    for X_fit, *_ in Recorder.fits[:3]:
        inside = np.isin(X[:, 0], X_fit[:, 0])
        assert not set(groups[inside]) & set(groups[~inside])


# Inside scikit-learn ---------------------------------------------------------------------------


def assert_same_results(one, other):
    for name, column in one.cv_results_.items():
        if name != "params":
            assert_array_equal(column, other.cv_results_[name])


def test_the_same_seed_gives_the_same_whatever_n_jobs_is():
    model = search(DecisionTreeClassifier(), [NOISE, SMOTE(), Mixup()], n_best=2).fit(X, Y)
    again = clone(model).set_params(n_jobs=2).fit(X, Y)
    assert_same_results(model, again)
    assert_array_equal(model.predict(X), again.predict(X))
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    assert_same_results(model, model.fit(X, Y))
    assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_what_one_candidate_scores_does_not_depend_on_the_ones_after_it():
    alone = search(samplers=[GaussianNoise()]).fit(X, Y)
    more = search(samplers=[GaussianNoise(), SMOTE()]).fit(X, Y)
    for name in ("mean_density_score", "mean_test_score"):
        assert_array_equal(alone.cv_results_[name], more.cv_results_[name][:2])


def test_it_can_be_pickled():
    model = search(samplers=[NOISE, SMOTE()]).fit(X, Y)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(model.predict(X), again.predict(X))
    assert_same_results(model, again)


@pytest.mark.parametrize("as_mapping", [True, False])
def test_parameters_of_parts_are_parameters(as_mapping):
    samplers = {"noise": NOISE, "smote": SMOTE()}
    if not as_mapping:
        samplers = [("noise", *NOISE), SMOTE()]
    model = AugmentationSearchCV(LogisticRegression(), samplers)
    params = model.get_params()
    assert params["smote__k_neighbors"] == 5
    assert params["estimator__C"] == 1.0
    copy = clone(model).set_params(smote__k_neighbors=3, noise=Mixup(), estimator__C=2.0)
    assert copy.get_params()["smote__k_neighbors"] == 3
    assert isinstance(copy.get_params()["noise"], Mixup)
    assert copy.estimator.C == 2.0
    assert model.get_params()["smote__k_neighbors"] == 5
    assert isinstance(copy.samplers, dict) == as_mapping
    settings = copy.samplers["noise"][1] if as_mapping else copy.samplers[0][2]
    assert settings == NOISE[1]


def test_a_search_in_a_search():
    inner = search(samplers=[GaussianNoise(), SMOTE()], cv=2)
    grid = {"estimator__C": [0.1, 1], "smote__k_neighbors": [2, 4]}
    outer = GridSearchCV(inner, grid, cv=2).fit(X, Y)
    assert set(outer.best_params_) == set(grid)
    nested = cross_validate(Pipeline([("search", inner)]), X, Y, cv=2, scoring="roc_auc")
    assert np.isfinite(nested["test_score"]).all()


def test_it_is_what_its_estimator_is():
    assert is_classifier(search())
    assert is_regressor(search(Ridge()))
    assert hasattr(search(), "predict_proba")
    assert not hasattr(search(LinearSVC()), "predict_proba")


def test_before_fitting_and_without_refit_there_is_nothing_to_ask():
    with pytest.raises(NotFittedError, match="is not fitted"):
        search().predict(X)
    model = search(refit=False).fit(X, Y)
    assert not hasattr(model, "best_estimator_")
    assert isinstance(model.best_index_, int)
    with pytest.raises(NotFittedError, match="made with refit=False"):
        model.predict(X)


def test_settings_and_samplers_are_left_as_they_are():
    noise = GaussianNoise()
    model = search(samplers=[(noise, {"scale": [0.3]})]).fit(X, Y)
    assert noise.scale == 0.1
    assert noise.random_state is None
    assert not hasattr(noise, "n_features_in_")
    assert model.samplers[0][0] is noise


# Checks ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Candidates of:sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@parametrize_with_checks(
    [
        AugmentationSearchCV(LogisticRegression(), [REPEAT, SMOTE()], cv=2, random_state=0),
        AugmentationSearchCV(Ridge(), [REPEAT, Mixup()], cv=2, random_state=0),
        AugmentationSearchCV(Ridge(), [REPEAT], n_finalists=0, cv=2, random_state=0),
    ]
)
def test_scikit_learn(estimator, check):
    check(estimator)
