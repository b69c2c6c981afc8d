"""Mixup: what holds for any table, and that its labels give the loss of soft ones."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from strategies import generators, labelled_categories, labelled_numbers

from skaug._core import batch as batch_module
from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.mixing import Mixup
from skaug.mixing._codes import looks_like_codes
from skaug.pipeline import make_pipeline

LABELS = ["hard", "weighted", "bernoulli", "soft"]
PAIRS = ["random", "same_class", "other_class", "neighbors", "balanced"]
CHOICES = [(labels, pairs) for labels in LABELS for pairs in PAIRS]
CHOICES = [c for c in CHOICES if c not in [("hard", "neighbors"), ("hard", "balanced")]]
X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
N = len(Y)


def resample(X, y, weight=None, **params):
    sampler = Mixup(**{"random_state": 0, **params})
    return sampler, *sampler.fit_resample(X, y, weight)


# Laws --------------------------------------------------------------------------------------


@given(
    labelled_numbers(missing=True),
    st.sampled_from(CHOICES),
    st.sampled_from([0.1, 0.5, 1.0, 3.0]),
    st.floats(0.1, 3),
    st.booleans(),
)
def test_rows_lie_between_their_parents(data, choice, alpha, ratio, keep):
    X, y = data
    labels, pairs = choice
    before = X.copy(), y.copy()
    params = {"alpha": alpha, "ratio": ratio, "keep_original": keep, "labels": labels}
    sampler, X_res, y_res, *weight = resample(X, y, pairs=pairs, **params)
    n_kept = len(y) if keep else 0
    n_made = max(1, round(ratio * len(y)))
    assert len(X_res) == len(y_res) == n_kept + n_made * (2 if labels == "weighted" else 1)
    assert_array_equal(X_res[:n_kept], X[:n_kept])
    assert sampler.is_synthetic_.tolist() == [False] * n_kept + [True] * (len(X_res) - n_kept)
    seed, partner = sampler.sample_indices_[n_kept:], sampler.partner_indices_[n_kept:]
    assert (seed != partner).all()
    a, b, made = X[seed], X[partner], X_res[n_kept:]
    assert_array_equal(np.isnan(made), np.isnan(a))
    b = np.where(np.isnan(b), a, b)
    low, high = np.minimum(a, b), np.maximum(a, b)
    slack = 1e-12 * np.nanmax(np.abs(X), initial=1)
    with np.errstate(invalid="ignore"):
        assert ((low - slack <= made) & (made <= high + slack) | np.isnan(made)).all()
    assert len(weight) == (labels == "weighted")
    again = clone(sampler).fit_resample(X, y)
    assert X_res.tobytes() == again[0].tobytes()
    assert_array_equal(y_res, again[1])
    assert_array_equal(X, before[0])
    assert_array_equal(y, before[1])
    assert_array_equal(sampler.classes_, np.unique(y))


@given(labelled_numbers(missing=True), st.sampled_from([1, 100, 2000]), st.floats(0.1, 3))
def test_blocks_do_not_matter(data, block_bytes, ratio):
    """Neither do runs of rows that stand one after the other, which are read where they are."""
    X, y = data
    _, expected, _ = resample(X, y, ratio=ratio)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_module, "_BLOCK_BYTES", block_bytes)
        _, X_res, _ = resample(X, y, ratio=ratio)
        patch.setattr(batch_module, "_are_consecutive", lambda rows: False)
        _, gathered, _ = resample(X, y, ratio=ratio)
    assert_array_equal(X_res, expected)
    assert_array_equal(gathered, expected)


@given(labelled_numbers(), st.sampled_from(PAIRS), generators())
def test_weights_of_the_two_rows_sum_to_one(data, pairs, rng):
    X, y = data
    params = {"labels": "weighted", "pairs": pairs}
    sampler, X_res, y_res, weight = resample(X, y, **params)
    n = len(y)
    first, second = np.split(np.arange(n, 3 * n), 2)
    assert_array_equal(weight[:n], 1)
    assert_allclose(weight[first] + weight[second], 1)
    assert_array_equal(X_res[first], X_res[second])
    seed, partner = sampler.sample_indices_[first], sampler.partner_indices_[first]
    assert_array_equal(y_res[first], y[seed])
    assert_array_equal(y_res[second], y[partner])
    given = rng.uniform(0, 5, n)
    sampler, _, _, given_res = resample(X, y, given, **params)
    assert_allclose(given_res[first], weight[first] * given[seed])
    assert_allclose(given_res[second], weight[second] * given[partner])


@given(labelled_numbers())
def test_soft_labels_are_the_weights_of_the_two_rows(data):
    X, y = data
    n = len(y)
    _, X_soft, soft = resample(X, y, labels="soft")
    _, X_res, y_res, weight = resample(X, y, labels="weighted")
    classes = np.unique(y)
    assert_array_equal(X_soft[n:], X_res[n : 2 * n])
    assert_array_equal(soft[:n], y[:, None] == classes)
    one_hot = weight[:, None] * (y_res[:, None] == classes)
    assert_allclose(soft[n:], one_hot[n : 2 * n] + one_hot[2 * n :], atol=1e-12)


@given(labelled_categories())
def test_categories_come_from_one_of_both_rows(data):
    X, y = data
    sampler, X_res, _ = resample(X, y)
    n = len(y)
    own, other = X[sampler.sample_indices_[n:]], X[sampler.partner_indices_[n:]]
    made = X_res[n:]
    assert ((made == own) | (made == other)).all()
    assert ((made == None) == (own == None)).all()  # noqa: E711


def test_categories_are_the_seeds_with_the_probability_of_its_share():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"row": np.arange(3000), "number": rng.normal(size=3000)})
    frame["text"] = frame.pop("row").astype(str)
    y = rng.integers(2, size=3000)
    sampler, X_res, _, weight = resample(frame, y, labels="weighted")
    own = X_res["text"][3000:6000].to_numpy() == frame["text"][sampler.sample_indices_[3000:6000]]
    share = weight[3000:6000]
    for low in (0, 0.25, 0.5, 0.75):
        inside = (share >= low) & (share < low + 0.25)
        assert np.mean(own[inside]) == pytest.approx(share[inside].mean(), abs=0.06)


@given(labelled_numbers(), st.sampled_from([1.0, 0.3]))
def test_sparse_stays_sparse_with_the_values_of_dense(data, alpha):
    X, y = data
    X[np.median(X) > X] = 0
    _, dense, _ = resample(X, y, alpha=alpha)
    _, made, _ = resample(sparse.csr_array(X), y, alpha=alpha)
    assert isinstance(made, sparse.csr_array)
    assert_allclose(made.toarray(), dense, rtol=1e-9, atol=1e-9 * np.abs(X).max())


def test_variance_is_kept_where_asked():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20_000, 2)), rng.integers(2, size=20_000)
    for labels in ("hard", "bernoulli"):
        for keeps, variance in [(True, 1), (False, 2 / 3)]:
            params = {"labels": labels, "preserve_variance": keeps, "keep_original": False}
            _, X_res, _ = resample(X, y, **params)
            assert_allclose(X_res.var(axis=0), variance, rtol=0.05)
    _, _, soft = resample(X, y, labels="soft", preserve_variance=True)
    assert soft.min() >= 0
    assert soft.max() <= 1


# The loss of soft labels -------------------------------------------------------------------


def soft_optimum(X, soft, C):
    """Minimise the cross-entropy with shares of classes plus the penalty of LogisticRegression."""
    n_classes, n_columns = soft.shape[1], X.shape[1]

    def loss(flat):
        W = flat.reshape(n_classes, n_columns + 1)
        scores = X @ W[:, :-1].T + W[:, -1]
        log_p = log_softmax(scores, axis=1)
        difference = (np.exp(log_p) - soft).T
        gradient = np.c_[C * difference @ X + W[:, :-1], C * difference.sum(axis=1)]
        value = -C * np.sum(soft * log_p) + 0.5 * np.sum(W[:, :-1] ** 2)
        return value, gradient.ravel()

    start = np.zeros(n_classes * (n_columns + 1))
    options = {"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(n_classes, n_columns + 1)[:, :-1]


def test_two_weighted_rows_give_the_coefficients_of_soft_labels():
    _, X_soft, soft = resample(X, Y, labels="soft")
    _, X_res, y_res, weight = resample(X, Y, labels="weighted")
    fitted = LogisticRegression(tol=1e-10, max_iter=5000).fit(X_res, y_res, weight)
    assert_allclose(fitted.coef_, soft_optimum(X_soft, soft, C=1.0), atol=1e-5)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("pairs", ["random", "same_class", "other_class"])
def test_hard_labels_have_the_loss_of_soft_ones_in_expectation(alpha, pairs):
    """On uneven classes; the difference is a few standard errors of a mean over 100,000 rows."""
    rows = np.r_[0:50, 50:70, 100:105]
    model = LogisticRegression().fit(X, Y)
    params = {"alpha": alpha, "pairs": pairs, "ratio": 1500, "keep_original": False}
    _, X_soft, soft = resample(X[rows], Y[rows], labels="soft", **params)
    losses = -np.sum(soft * model.predict_log_proba(X_soft), axis=1)
    for labels in ("hard", "bernoulli"):
        _, X_res, y_res = resample(X[rows], Y[rows], labels=labels, random_state=1, **params)
        found = -model.predict_log_proba(X_res)[np.arange(len(y_res)), y_res]
        error = np.sqrt(losses.var() / len(losses) + found.var() / len(found))
        assert abs(losses.mean() - found.mean()) < 4 * error


def test_weights_of_each_choice_of_labels():
    """Those of the row whose label it is, or of both by their shares; the sums agree."""
    rng = np.random.default_rng(0)
    given = rng.uniform(0, 5, N)
    params = {"ratio": 100, "keep_original": False}
    totals = {}
    for labels in LABELS:
        sampler, _, y_res, weight = resample(X, Y, given, labels=labels, **params)
        totals[labels] = weight.sum() / (100 * N)
        if labels == "hard":
            assert_array_equal(weight, given[sampler.sample_indices_])
        if labels == "bernoulli":
            own = y_res == Y[sampler.sample_indices_]
            assert_array_equal(weight[~own], given[sampler.partner_indices_][~own])
        if labels == "soft":
            low, high = np.sort(
                [given[sampler.sample_indices_], given[sampler.partner_indices_]], axis=0
            )
            assert ((low - 1e-12 <= weight) & (weight <= high + 1e-12)).all()
    assert_allclose(list(totals.values()), given.mean(), rtol=0.03)


def test_a_list_of_weights_comes_back_as_a_list():
    *_, weight = resample(X, Y, [1] * N, labels="weighted")
    assert isinstance(weight, list)
    assert sum(weight) == pytest.approx(2 * N)


def test_a_second_call_forgets_the_classes():
    sampler = Mixup(random_state=0)
    sampler.fit_resample(X, Y)
    sampler.fit_resample(X, X[:, 0])
    assert not hasattr(sampler, "classes_")


# y -----------------------------------------------------------------------------------------


@given(st.sampled_from([1, 2]), st.sampled_from([True, False]))
def test_numbers_are_mixed_like_the_columns(n_outputs, keeps):
    W = np.array([[1.0, -2, 3, 0.5], [0.1, 0, 0, 1]])[:n_outputs]
    y = X @ W.T + 7
    y = y[:, 0] if n_outputs == 1 else y
    sampler, X_res, y_res = resample(X, y, preserve_variance=keeps)
    expected = X_res @ W.T + 7
    assert_allclose(y_res, expected[:, 0] if n_outputs == 1 else expected, atol=1e-9)
    assert not hasattr(sampler, "classes_")


def test_whole_numbers_may_be_a_regression_target():
    y = np.arange(150)
    with pytest.warns(UserWarning, match="150 distinct whole numbers in 150 rows"):
        resample(X, y)
    _, _, y_res = resample(X, y, target_type="continuous")
    assert y_res.dtype == y.dtype
    assert len(np.unique(y_res[150:])) > 50


def test_numbers_have_no_labels_to_draw():
    for labels in ("weighted", "bernoulli"):
        with pytest.raises(ValueError, match=f"labels='{labels}' of Mixup is for class labels"):
            resample(X, X[:, 0], labels=labels)
    for pairs in ("same_class", "other_class", "balanced"):
        with pytest.raises(ValueError, match=f"pairs='{pairs}' of Mixup needs one class label"):
            resample(X, X[:, 0], pairs=pairs)
    resample(X, X[:, 0], pairs="neighbors")


# Refusals and warnings ---------------------------------------------------------------------


@pytest.mark.parametrize("pairs", ["neighbors", "balanced"])
def test_asymmetric_pairs_refuse_hard_labels(pairs):
    with pytest.raises(ValueError, match=f"as likely as its reverse; with pairs='{pairs}'"):
        resample(X, Y, pairs=pairs)


def test_what_cannot_be_paired():
    with pytest.raises(ValueError, match="mixes two rows; X has n_samples = 1"):
        resample([[1.0]], ["a"])
    with pytest.raises(ValueError, match="at least 2 rows in each class; class 'b' has 1"):
        resample(X[:3], ["a", "a", "b"], pairs="same_class")
    with pytest.raises(ValueError, match="at least 2 classes; y has 1 class: 'a'"):
        resample(X[:3], ["a"] * 3, pairs="other_class")
    with pytest.raises(
        ValueError, match=r"k_neighbors \+ 1 = 6 rows; X has 3. Set k_neighbors to 2"
    ):
        resample(X[:3], ["a", "a", "b"], pairs="neighbors", labels="soft")


@pytest.mark.parametrize("params", [{"alpha": 0}, {"ratio": 0}, {"labels": "mixed"}, {"pairs": 1}])
def test_parameters_are_checked(params):
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter of Mixup must be"):
        resample(X, Y, **params)


def test_codes_of_categories():
    rng = np.random.default_rng(0)
    codes = rng.choice([0, 1, 2, 3], p=[0.4, 0.1, 0.4, 0.1], size=1000)
    assert looks_like_codes(codes.astype(float))
    assert looks_like_codes(np.r_[codes + 1.0, np.nan])
    for mean in (0.5, 1, 2, 3):
        assert not looks_like_codes(rng.poisson(mean, size=1000).astype(float))
    assert not looks_like_codes(rng.integers(2, size=1000).astype(float))
    assert not looks_like_codes(rng.integers(0, 100, size=1000).astype(float))
    assert not looks_like_codes(codes[:20].astype(float))
    assert not looks_like_codes(codes * 2.0)
    assert not looks_like_codes(np.full(10, np.nan))


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, lambda d: np.c_[*d.values()]])
def test_a_warning_where_integers_look_like_codes(library):
    rng = np.random.default_rng(0)
    codes = rng.choice([0, 1, 2, 3], p=[0.4, 0.1, 0.4, 0.1], size=1000)
    table = library({"count": rng.poisson(2, size=1000), "job": codes})
    y = rng.integers(2, size=1000)
    with pytest.warns(UserWarning, match="mixes and rounds column .*(job|1).* look like codes"):
        resample(table, y)
    resample(table, y, categorical_features=None)
    _, X_res, _ = resample(table, y, categorical_features=[1])
    assert set(np.asarray(X_res)[:, 1].tolist()) == {0, 1, 2, 3}


# In use ------------------------------------------------------------------------------------


def test_weights_reach_the_classifier():
    sampler = Mixup(labels="weighted", random_state=0)
    pipe = make_pipeline(StandardScaler(), sampler, LogisticRegression()).fit(X, Y)
    X_res, y_res, weight = sampler.fit_resample(StandardScaler().fit_transform(X), Y)
    expected = LogisticRegression().fit(X_res, y_res, weight)
    assert_allclose(pipe[-1].coef_, expected.coef_)
    wrapped = AugmentedClassifier(LogisticRegression(), clone(sampler)).fit(X, Y)
    assert_allclose(wrapped.estimator_.coef_, expected.coef_, atol=1e-6)
    with pytest.raises(ValueError, match="takes no sample_weight"):
        make_pipeline(clone(sampler), KNeighborsClassifier()).fit(X, Y)
    make_pipeline(Mixup(random_state=0), KNeighborsClassifier()).fit(X, Y)


def test_alpha_can_be_searched():
    estimator = AugmentedClassifier(LogisticRegression(), Mixup(random_state=0))
    search = GridSearchCV(estimator, {"sampler__alpha": [0.1, 1.0]}, cv=3).fit(X, Y)
    assert search.best_score_ > 0.9
    regressor = AugmentedRegressor(Ridge(), Mixup(random_state=0))
    search = GridSearchCV(regressor, {"sampler__alpha": [0.1, 1.0]}, cv=3)
    assert search.fit(X, X @ [1, 2, 3, 4] + 0.5).best_score_ > 0.9
