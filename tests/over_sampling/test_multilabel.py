"""MLRandomOverSampler, MLSMOTE and REMEDIAL: laws, and the papers' algorithms as loops."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from containers import DENSE, SPARSE
from hypothesis import given
from hypothesis import strategies as st
from imblearn import pipeline as imblearn_pipeline
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug import pipeline
from skaug.augmented import AugmentedClassifier
from skaug.compose import SamplerChain
from skaug.metrics import imbalance_per_label, mean_imbalance, scumble, scumble_per_row
from skaug.over_sampling import MLSMOTE, REMEDIAL, MLRandomOverSampler

pytestmark = pytest.mark.filterwarnings("ignore:MLSMOTE looks for k_neighbors:UserWarning")

SAMPLERS = [
    MLRandomOverSampler(random_state=0),
    MLRandomOverSampler(random_state=0, sampling_strategy=2.0),
    MLSMOTE(random_state=0),
    MLSMOTE(random_state=0, labels="union", k_neighbors=2),
    REMEDIAL(),
]
EXPECTED_FAILURES = {
    "check_estimators_dtypes": "gives class labels 1 and 2, which are no columns of 0 and 1"
}


@parametrize_with_checks(
    [SAMPLERS[0], SAMPLERS[2], SAMPLERS[4]], expected_failed_checks=lambda _: EXPECTED_FAILURES
)
def test_scikit_learn(estimator, check):
    check(estimator)


def for_all(samplers):
    return pytest.mark.parametrize("sampler", samplers, ids=str)


def resample(sampler, X, y, **params):
    fitted = clone(sampler)
    return fitted, *fitted.fit_resample(X, y, **params)


def parents(sampler):
    """Seeds and partners of the synthetic rows."""
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


@st.composite
def tables(draw, missing=False, max_labels=5):
    """X without ties, and labels from very rare to very frequent; some rows have none, some all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, n_labels = draw(st.integers(2, 60)), draw(st.integers(1, max_labels))
    X = rng.normal(size=(n_rows, 3))
    if missing:
        X[:, 1:][rng.random((n_rows, 2)) < 0.2] = np.nan
    y = (rng.random((n_rows, n_labels)) < rng.uniform(size=n_labels) ** 2).astype(np.int8)
    y[rng.integers(n_rows)] = draw(st.sampled_from([0, 1]))
    return X, y


# what every one of them obeys


@for_all(SAMPLERS)
@given(tables(missing=True))
def test_kept_rows_come_first_and_untouched(sampler, table):
    X, y = table
    before = X.tobytes(), y.tobytes()
    fitted, X_res, y_res = resample(sampler, X, y)
    kept = fitted.sample_indices_[~fitted.is_synthetic_]
    is_split = getattr(fitted, "is_split_", np.zeros(len(y), dtype=bool))
    assert_array_equal(kept, np.flatnonzero(~is_split))
    assert not fitted.is_synthetic_[: len(kept)].any()
    assert_array_equal(X_res[: len(kept)], X[kept])
    assert_array_equal(y_res[: len(kept)], y[kept])
    assert (X_res.dtype, y_res.dtype) == (X.dtype, y.dtype)
    assert np.isin(y_res, (0, 1)).all()
    assert len(fitted.sample_indices_) == len(fitted.partner_indices_) == len(y_res)
    assert (X.tobytes(), y.tobytes()) == before


@for_all(SAMPLERS)
@given(tables(missing=True))
def test_same_seed_same_bytes_and_the_global_state_is_untouched(sampler, table):
    X, y = table
    state = np.random.get_state()[1].tobytes()  # noqa: NPY002
    _, X_res, y_res = resample(sampler, X, y)
    again = clone(sampler)
    if "n_jobs" in again.get_params():
        again.set_params(n_jobs=2)
    X_again, y_again = again.fit_resample(X, y)
    assert X_res.tobytes() == X_again.tobytes()
    assert y_res.tobytes() == y_again.tobytes()
    assert np.random.get_state()[1].tobytes() == state  # noqa: NPY002


@for_all(SAMPLERS)
@given(tables())
def test_weights_are_inherited(sampler, table):
    X, y = table
    weight = np.random.default_rng(0).random(len(y))
    fitted, X_res, _, w_res = resample(sampler, X, y, sample_weight=weight)
    seed, partner = parents(fitted)
    own, other = weight[seed], weight[np.where(partner < 0, seed, partner)]
    made = w_res[fitted.is_synthetic_]
    assert len(w_res) == len(X_res)
    assert (made >= np.minimum(own, other) - 1e-12).all()
    assert (made <= np.maximum(own, other) + 1e-12).all()


@for_all(SAMPLERS)
@given(tables(), st.sampled_from([np.int64, bool, float]))
def test_y_in_any_container(sampler, table, dtype):
    X, y = table
    y = y.astype(dtype)
    _, X_res, y_res = resample(sampler, X, y)
    forms = [y.tolist(), sparse.csr_array(y), sparse.csc_matrix(y), pd.DataFrame(y)]
    for form in forms:
        _, X_form, y_form = resample(sampler, X, form)
        cells = y_form.toarray() if sparse.issparse(y_form) else np.asarray(y_form)
        assert type(y_form) is type(form)
        assert_array_equal(cells, y_res)
        assert_array_equal(X_form, X_res)


# MLRandomOverSampler


def cloned_by_the_paper(y, minority, mean, drawn, n_rows):
    """Clone in turns, counting all labels anew each time; `drawn` holds the rows of each label."""
    bags, count = {code: iter(drawn[code]) for code in minority}, 0
    used = {code: [] for code in minority}
    while bags and count < n_rows:
        for code in list(bags):
            if count == n_rows:
                break
            row = next(bags[code])
            used[code].append(row)
            y, count = np.vstack([y, y[row]]), count + 1
            if imbalance_per_label(y)[code] <= mean:
                del bags[code]
    return used, not bags


@given(tables(), st.sampled_from([0.0, 0.1, 0.25, 1.0, 3.0]))
def test_ml_ros_by_the_paper(table, share):
    X, y = table
    sampler = MLRandomOverSampler(sampling_strategy=share, random_state=0)
    sampler, X_res, y_res = resample(sampler, X, y)
    seed, _ = parents(sampler)
    sizes = sampler.sampling_strategy_
    assert list(sizes) == sampler.minority_labels_
    ends = np.cumsum(list(sizes.values()), dtype=int)
    drawn = dict(zip(sizes, np.split(seed, ends)[:-1], strict=True))
    expected, is_balanced = cloned_by_the_paper(
        y, list(sizes), mean_imbalance(y), drawn, round(share * len(y))
    )
    assert {code: len(rows) for code, rows in expected.items()} == sizes
    assert sampler.is_balanced_ == is_balanced
    assert is_balanced or len(seed) == round(share * len(y))
    for code, rows in drawn.items():
        assert (y[rows, code] == 1).all()
    assert_array_equal(X_res, X[sampler.sample_indices_])
    assert_array_equal(y_res, y[sampler.sample_indices_])


@given(tables(max_labels=4), st.floats(0, 2))
def test_where_labels_share_no_row_ml_ros_lowers_the_mean_imbalance(table, share):
    X, y = table
    y[np.cumsum(y, axis=1) > 1] = 0  # the first label of each row only
    sampler = MLRandomOverSampler(sampling_strategy=share, random_state=0)
    _, y_res = sampler.fit_resample(X, y)
    if y.any():
        assert mean_imbalance(y_res) <= mean_imbalance(y)
    if sampler.is_balanced_ and y.any():
        assert (imbalance_per_label(y_res)[y.any(axis=0)] <= mean_imbalance(y)).all()


def test_ml_ros_draws_every_row_of_a_label():
    X, y = np.arange(100.0)[:, None], np.zeros((100, 2), dtype=int)
    y[:, 0], y[90:, 1] = 1, 1
    drawn = set()
    for random_state in range(30):
        sampler = MLRandomOverSampler(random_state=random_state)
        sampler.fit_resample(X, y)
        drawn |= set(parents(sampler)[0].tolist())
    assert drawn == set(range(90, 100))


def test_ml_ros_takes_any_x():
    X = pd.DataFrame({"text": ["a", None, "c", "d"], "when": pd.date_range("2020", periods=4)})
    X_res, y_res = MLRandomOverSampler(random_state=0).fit_resample(
        X, [[1, 0], [1, 0], [1, 0], [0, 1]]
    )
    assert X_res.dtypes.equals(X.dtypes)
    assert X_res["text"].tolist()[4:] == ["d"]
    assert y_res[4:] == [[0, 1]]


# MLSMOTE


def neighbors_by_the_paper(X, bag, row, k):
    """The k nearest rows of the bag, the row itself excepted."""
    distance = ((X[bag] - X[row]) ** 2).sum(axis=1)
    distance[bag == row] = np.inf
    return bag[np.argsort(distance)[: min(k, len(bag) - 1)]]


def label_set_by_the_paper(y, row, neighbors, rule):
    votes, voters = y[row].astype(int) + y[neighbors].sum(axis=0), 1 + len(neighbors)
    needed = {"ranking": voters / 2 + 0.25, "union": 1, "intersection": voters}[rule]
    return (votes >= needed).astype(int)


@given(tables(), st.integers(1, 6), st.sampled_from(["ranking", "union", "intersection"]))
def test_mlsmote_by_the_paper(table, k, rule):
    X, y = table
    sampler = MLSMOTE(k_neighbors=k, labels=rule, random_state=0)
    sampler, _, y_res = resample(sampler, X, y)
    imbalance = imbalance_per_label(y)
    minority = [
        code
        for code in range(y.shape[1])
        if imbalance[code] < np.inf and imbalance[code] > mean_imbalance(y)
    ]
    assert sampler.minority_labels_ == minority
    assert sampler.sampling_strategy_ == {code: y[:, code].sum() for code in minority}
    made = iter(range(len(y), len(y_res)))
    for code in minority:
        bag = np.flatnonzero(y[:, code])
        for row in bag:
            new = next(made)
            neighbors = neighbors_by_the_paper(X, bag, row, k)
            assert sampler.sample_indices_[new] == row
            assert sampler.partner_indices_[new] in (neighbors if len(neighbors) else [-1])
            assert_array_equal(y_res[new], label_set_by_the_paper(y, row, neighbors, rule))
            assert y_res[new, code] == 1
    assert next(made, None) is None


@given(tables(missing=True))
def test_mlsmote_rows_lie_between_their_parents(table):
    X, y = table
    sampler, X_res, _ = resample(MLSMOTE(random_state=0), X, y)
    seed, partner = parents(sampler)
    partner = np.where(partner < 0, seed, partner)
    made, a, b = X_res[len(y) :], X[seed], X[partner]
    assert_array_equal(np.isnan(made), np.isnan(a))
    b = np.where(np.isnan(b), a, b)
    with np.errstate(invalid="ignore"):
        low, high = np.minimum(a, b) - 1e-12, np.maximum(a, b) + 1e-12
        assert (np.isnan(made) | ((made >= low) & (made <= high))).all()


@given(tables(), st.permutations([0, 1, 2, 3]))
def test_the_order_of_labels_does_not_matter(table, order):
    X, y = table
    labels = pd.DataFrame(y).rename(columns="label {}".format)
    order = [column for column in order if column < y.shape[1]]
    order += [column for column in range(y.shape[1]) if column not in order]
    _, X_res, y_res = resample(MLSMOTE(random_state=0), X, labels)
    _, X_other, y_other = resample(MLSMOTE(random_state=0), X, labels.iloc[:, order])
    one = pd.concat([pd.DataFrame(X_res), y_res], axis=1)
    other = pd.concat([pd.DataFrame(X_other), y_other[labels.columns]], axis=1)
    columns = [0, 1, 2, *labels.columns]
    assert_array_equal(one.sort_values(columns), other.sort_values(columns))


def test_rows_equal_in_x_are_one_neighbour_with_a_vote_each():
    X = np.array([[0.0], [1.0], [1.0], [1.0], [9.0], [9.5], [5.0], [5.0], [5.0], [5.0]])
    y = np.ones((10, 3), dtype=int)
    y[:6, 2], y[6:, 1] = 0, 0
    y[[1, 4], 2] = 1
    y[:, 0] = 1
    sampler, _, y_res = resample(MLSMOTE(k_neighbors=1, random_state=0, labels="union"), X, y)
    assert sampler.minority_labels_ == [1, 2] or sampler.minority_labels_ == [1]
    first = len(y) + np.flatnonzero(parents(sampler)[0] == 0)[0]
    assert y_res[first].tolist() == [1, 1, 1]  # row 1 has the third label, rows 2 and 3 not
    sampler.set_params(labels="ranking")
    _, y_res = sampler.fit_resample(X, y)
    assert y_res[first].tolist() == [1, 1, 0]


@pytest.mark.parametrize("make", [*DENSE.values(), *SPARSE.values()], ids=[*DENSE, *SPARSE])
def test_mlsmote_takes_x_in_any_container(make):
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(40, 3)) * 8) / 8 * (rng.random((40, 3)) < 0.7)
    y = (rng.random((40, 3)) < [0.9, 0.2, 0.4]).astype(int)
    native = make(X)
    sampler, X_res, y_res = resample(MLSMOTE(random_state=0), native, y)
    assert type(X_res) is type(native)
    assert getattr(X_res, "dtype", None) == getattr(native, "dtype", None)
    _, expected, y_expected = resample(MLSMOTE(random_state=0), X, y)
    cells = X_res.toarray() if sparse.issparse(X_res) else np.asarray(X_res)
    assert_allclose(cells.astype(float), expected, atol=1e-2)
    assert_array_equal(y_res, y_expected)
    assert len(parents(sampler)[0]) == sum(sampler.sampling_strategy_.values()) > 0


def test_mlsmote_on_mixed_tables():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "count": pd.array(rng.integers(5, size=60), dtype="Int64"),
            "colour": pd.Categorical(rng.choice(["red", "green", "blue"], size=60)),
            "size": rng.normal(size=60).astype("float32"),
        }
    )
    X.loc[::7, "count"] = pd.NA
    y = pd.DataFrame({"common": np.ones(60, dtype=bool), "rare": np.arange(60) % 5 == 0})
    sampler, X_res, y_res = resample(MLSMOTE(random_state=0), X, y)
    assert sampler.minority_labels_ == ["rare"]
    assert sampler.sampling_strategy_ == {"rare": 12}
    assert X_res.dtypes.equals(X.dtypes)
    assert y_res.dtypes.equals(y.dtypes)
    assert_array_equal(X_res.index, np.arange(72))
    assert_array_equal(y_res.index, np.arange(72))
    seed, _ = parents(sampler)
    assert_array_equal(X_res["count"].isna()[60:], X["count"].isna()[seed])
    seen = set(X["colour"][y["rare"]])
    assert set(X_res["colour"][60:]) <= seen
    only_text, _ = MLSMOTE(random_state=0).fit_resample(pl.DataFrame({"a": list("xyz") * 20}), y)
    assert only_text.shape == (72, 1)


def test_categories_are_compared_by_how_they_go_with_the_label():
    colour = np.array(["a"] * 20 + ["b"] * 20 + ["c"] * 20, dtype=object)
    y = np.zeros((60, 2), dtype=int)
    y[:, 0] = 1
    y[:4, 1], y[20:24, 1], y[40:41, 1] = 1, 1, 1  # a and b go with the label alike, c does not
    X = np.column_stack([colour, colour])
    sampler, _, _ = resample(MLSMOTE(k_neighbors=1, random_state=0), X, y)
    seed, partner = parents(sampler)
    assert set(colour[partner[colour[seed] == "a"]]) == {"b"}


def test_a_label_with_few_rows():
    X = np.arange(20.0).reshape(10, 2)
    y = np.zeros((10, 3), dtype=int)
    y[:, 0], y[9, 1] = 1, 1
    with pytest.warns(UserWarning, match=r"label 1 has 1 row\(s\): it is copied"):
        X_res, y_res = MLSMOTE(random_state=0).fit_resample(X, y)
    assert_array_equal(X_res[10:], X[[9]])
    assert_array_equal(y_res[10:], [[1, 1, 0]])
    y[8, 1] = 1
    with pytest.warns(UserWarning, match=r"label 1 has 2 row\(s\): all are neighbours"):
        X_res, _ = MLSMOTE(random_state=0).fit_resample(X, y)
    assert len(X_res) == 12


# REMEDIAL


def split_by_the_paper(X, y):
    """Rows that stay, then the frequent and the minority halves of the others."""
    score, is_minority = scumble_per_row(y), imbalance_per_label(y) > mean_imbalance(y)
    stays, frequent, rare = [], [], []
    for features, labels, value in zip(X, y, score, strict=True):
        halves = np.where(is_minority, 0, labels), np.where(is_minority, labels, 0)
        if value > score.mean() and halves[0].any() and halves[1].any():
            frequent.append((features, halves[0]))
            rare.append((features, halves[1]))
        else:
            stays.append((features, labels))
    rows = stays + frequent + rare
    return np.array([row for row, _ in rows]), np.array([labels for _, labels in rows])


@given(tables())
def test_remedial_by_the_paper(table):
    X, y = table
    sampler, X_res, y_res = resample(REMEDIAL(), X, y)
    expected_X, expected_y = split_by_the_paper(X, y)
    assert_array_equal(X_res, expected_X)
    assert_array_equal(y_res, expected_y)
    assert len(y_res) == len(y) + sampler.is_split_.sum()


@given(tables())
def test_remedial_splits_and_loses_no_label(table):
    X, y = table
    sampler, X_res, y_res = resample(REMEDIAL(), X, y)
    assert_array_equal(y_res.sum(axis=0), y.sum(axis=0))
    assert_array_equal(X_res, X[sampler.sample_indices_])
    seed, _ = parents(sampler)
    frequent, rare = np.split(y_res[sampler.is_synthetic_], 2)
    assert_array_equal(frequent + rare, y[seed[: len(frequent)]])
    assert (frequent.any(axis=1) & rare.any(axis=1)).all()


def test_remedial_then_mlsmote():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = (rng.random((300, 4)) < [0.9, 0.5, 0.1, 0.05]).astype(int)
    hybrid = SamplerChain([REMEDIAL(), MLSMOTE(random_state=0)])
    _, y_res = hybrid.fit_resample(X, y)
    _, y_plain = MLSMOTE(random_state=0).fit_resample(X, y)
    assert scumble(y_res) < scumble(y_plain) / 2
    assert mean_imbalance(y_res) < mean_imbalance(y_plain)
    assert (hybrid.sample_indices_ >= 0).all()


# edges, errors, and life in pipelines


@for_all(SAMPLERS)
@pytest.mark.parametrize(
    "y",
    [
        np.ones((6, 1), dtype=int),
        np.zeros((6, 3), dtype=int),
        np.ones((6, 3), dtype=int),
        np.eye(6, dtype=int),
    ],
    ids=["one label", "no label", "all labels", "balanced"],
)
def test_nothing_is_done_where_no_label_is_rare(sampler, y):
    X = np.arange(12.0).reshape(6, 2)
    sampler, X_res, y_res = resample(sampler, X, y)
    assert_array_equal(X_res, X)
    assert_array_equal(y_res, y)
    assert X_res is not X
    assert y_res is not y
    assert sampler.minority_labels_ == []


@for_all(SAMPLERS)
def test_one_label_a_row_is_refused_with_advice(sampler):
    X = np.ones((3, 1))
    with pytest.raises(ValueError, match=f"^{type(sampler).__name__} needs y of shape .* SMOTE"):
        clone(sampler).fit_resample(X, ["a", "b", "b"])
    with pytest.raises(ValueError, match=r"row 2 of column 1 has 7"):
        clone(sampler).fit(X, [[0, 1], [1, 1], [0, 7]])


def test_bad_parameters():
    X, y = np.ones((3, 1)), np.eye(3, dtype=int)
    with pytest.raises(ValueError, match="'labels' parameter of MLSMOTE must be a str among"):
        MLSMOTE(labels="all").fit_resample(X, y)
    with pytest.raises(ValueError, match="'sampling_strategy' parameter of MLRandomOverSampler"):
        MLRandomOverSampler(sampling_strategy=-0.1).fit_resample(X, y)
    with pytest.raises(TypeError, match="takes no arguments"):
        REMEDIAL(random_state=0)


@pytest.fixture(scope="module")
def learnable():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    y = (X @ rng.normal(size=(4, 3)) > [-1, 0, 2]).astype(int)
    return X, y


@for_all([SAMPLERS[0], SAMPLERS[2], SAMPLERS[4]])
def test_classifiers_and_pipelines(sampler, learnable):
    X, y = learnable
    forest = RandomForestClassifier(5, random_state=0)
    logistic = LogisticRegression()
    weight = np.linspace(0.5, 1.5, len(y))
    for estimator in (forest, MultiOutputClassifier(logistic), OneVsRestClassifier(logistic)):
        model = AugmentedClassifier(estimator, sampler).fit(X, y)
        assert (model.predict(X) == y).mean() > 0.85
    AugmentedClassifier(forest, sampler).fit(X, y, sample_weight=weight)
    sparse_y = sparse.csr_array(y)
    model = AugmentedClassifier(OneVsRestClassifier(logistic), sampler).fit(X, sparse_y)
    assert (model.predict(X) != sparse_y).nnz < 0.15 * y.size
    for module in (pipeline, imblearn_pipeline):
        model = module.make_pipeline(StandardScaler(), sampler, forest).fit(X, y)
        assert model.predict(X).shape == y.shape


def test_grid_search_changes_the_result(learnable):
    X, y = learnable
    forest = RandomForestClassifier(10, random_state=0)
    model = AugmentedClassifier(forest, MLSMOTE(random_state=0))
    grid = {"sampler__labels": ["intersection", "union"], "sampler__k_neighbors": [2]}
    search = GridSearchCV(model, grid, scoring="f1_macro", cv=3).fit(X, y)
    assert len(set(search.cv_results_["mean_test_score"])) == 2
