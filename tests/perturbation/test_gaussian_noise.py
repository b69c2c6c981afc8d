"""GaussianNoise, and by it the base of samplers that change single rows."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from strategies import labelled_numbers, labels, targets

from skaug._core import row_rng
from skaug.perturbation import GaussianNoise, PerturbationSampler

pytestmark = pytest.mark.filterwarnings("ignore:[A-Za-z]+ finds no numeric column:UserWarning")


def resample(sampler, X, y):
    """Return a fitted sampler and the rows and labels it made."""
    X_res, y_res = sampler.fit_resample(X, y)
    made = sampler.is_synthetic_
    return sampler, np.asarray(X_res)[made], np.asarray(y_res)[made]


def noise_of(sampler, X, y):
    """Return the standard normal numbers that were added, copy by copy."""
    fitted, rows, _ = resample(sampler, X, y)
    seed = fitted.sample_indices_[fitted.is_synthetic_]
    return (rows - X[seed]) / (fitted.scale * fitted.std_)


# What is made ------------------------------------------------------------------------------


@given(labelled_numbers(missing=True), st.integers(1, 3), st.booleans(), st.booleans())
def test_rows_are_copies_in_order_with_the_labels_and_gaps_of_theirs(Xy, copies, by_class, keep):
    X, y = Xy
    sampler = GaussianNoise(copies=copies, by_class=by_class, keep_original=keep, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    n = len(y)
    expected = np.tile(np.arange(n), copies + keep)
    assert_array_equal(sampler.sample_indices_, expected)
    assert_array_equal(y_res, y[expected])
    assert_array_equal(np.isnan(X_res), np.isnan(X[expected]))
    assert_array_equal(sampler.is_synthetic_, np.arange(len(expected)) >= n * keep)
    if keep:
        assert_array_equal(X_res[:n], X)


@given(st.data(), st.booleans())
def test_with_a_strategy_counts_are_what_it_asks_for(data, by_class):
    X, y = data.draw(labelled_numbers())
    wanted = data.draw(targets(y))
    sampler = GaussianNoise(sampling_strategy=wanted, copies=7, by_class=by_class, random_state=0)
    fitted, _, labels_made = resample(sampler, X, y)
    assert_array_equal(labels_made, y[fitted.sample_indices_[len(y) :]])
    for label in np.unique(y).tolist():
        made = wanted.get(label, 0) - (y == label).sum() if label in wanted else 0
        assert (labels_made == label).sum() == made


def test_noise_is_gaussian_with_the_deviations_asked_for():
    rng = np.random.default_rng(0)
    X = rng.exponential(size=(5000, 3)) * [1, 100, 1e-3]
    y = np.repeat([0, 1], [4000, 1000])
    X[y == 1] *= 5
    _, rows, _ = resample(GaussianNoise(scale=0.3, random_state=0), X, y)
    added = (rows - X) / X.std(axis=0)
    assert stats.kstest(added.ravel() / 0.3, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(np.c_[added, X].T) - np.eye(6))[:3].max() < 0.06
    _, rows, _ = resample(GaussianNoise(scale=0.5, by_class=True, random_state=0), X, y)
    for label in (0, 1):
        own = y == label
        assert_allclose((rows - X)[own].std(axis=0), 0.5 * X[own].std(axis=0), rtol=0.08)


def test_integers_are_rounded_and_constants_and_categories_stay():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"n": rng.integers(0, 200, 50).astype(np.uint8), "one": 0.1})
    X["kind"] = pd.Categorical(rng.choice(list("abc"), 50))
    X_res, _ = GaussianNoise(scale=1, random_state=0).fit_resample(X, np.repeat([0, 1], 25))
    assert X_res.dtypes.equals(X.dtypes)
    assert (X_res["one"] == 0.1).all()
    assert X_res["kind"].tolist() == X["kind"].tolist() * 2
    assert (X_res["n"][50:].to_numpy() != X["n"].to_numpy()).mean() > 0.9


@given(labelled_numbers(missing=True), st.floats(0.5, 5))
def test_clip_keeps_columns_in_their_range_and_changes_nothing_else(Xy, scale):
    X, y = Xy
    _, free, _ = resample(GaussianNoise(scale=scale, random_state=0), X, y)
    _, clipped, _ = resample(GaussianNoise(scale=scale, clip="range", random_state=0), X, y)
    assert_array_equal(clipped, np.clip(free, *(f.reduce(X) for f in (np.fmin, np.fmax))))


@pytest.mark.parametrize("features", [[0, 2], [True, False, True, False], ["a", "c"]])
def test_only_the_features_named_are_changed(features):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 4)), columns=list("abcd"))
    X_res, _ = GaussianNoise(features=features, random_state=0).fit_resample(X, np.arange(40) % 2)
    changed = (X_res[40:].to_numpy() != X.to_numpy()).all(axis=0)
    assert changed.tolist() == [True, False, True, False]
    assert (X_res[40:].to_numpy() == X.to_numpy()).all(axis=0).tolist() == [False, True] * 2


@pytest.mark.parametrize(
    "y",
    [
        np.linspace(0, 1, 30),
        np.random.default_rng(0).normal(size=(30, 2)),
        np.arange(90).reshape(30, 3) % 2,
        ["one label"] * 30,
        pl.Series("y", np.linspace(0, 1, 30)),
    ],
    ids=["numbers", "two numbers", "sets of labels", "one class", "polars"],
)
def test_y_may_be_anything_and_is_repeated(y):
    X = np.random.default_rng(0).normal(size=(30, 2))
    _, y_res = GaussianNoise(random_state=0).fit_resample(X, y)
    assert type(y_res) is type(y)
    assert_array_equal(np.asarray(y_res), np.concatenate([y, y]))


# Determinism -------------------------------------------------------------------------------


@given(st.integers(3, 60), st.integers(1, 60), st.integers(1, 4), st.integers(1, 4))
def test_the_noise_of_a_row_depends_on_seed_copy_and_row_only(n, more, copies, width):
    rng = np.random.default_rng(0)
    short = rng.normal(size=(n, width))
    long = np.concatenate([short, 100 * rng.normal(size=(more, width))])
    few = noise_of(GaussianNoise(copies=copies, random_state=3), short, np.zeros(n))
    many = noise_of(GaussianNoise(copies=copies + 1, random_state=3), long, np.zeros(n + more))
    for c in range(copies):
        start = c * (n + more)
        assert_allclose(few[c * n : (c + 1) * n], many[start : start + n], atol=1e-4)


def test_blocks_do_not_matter_beyond_the_numbers_they_hold(monkeypatch):
    """Chunks of writing are as long as blocks of numbers; other chunks give the same rows."""
    X, y = np.random.default_rng(0).normal(size=(500, 3)), np.arange(500) % 2
    whole, _ = GaussianNoise(copies=2, random_state=0).fit_resample(X, y)
    monkeypatch.setattr("skaug.perturbation._base.rows_per_block", lambda width: 7)
    chunked, _ = GaussianNoise(copies=2, random_state=0).fit_resample(X, y)
    assert_array_equal(chunked, whole)
    assert row_rng.rows_per_block(3) > 500


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20))
def test_what_a_class_gets_does_not_depend_on_how_many_others_get(n, fewer, other):
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], 20)
    asked = {1: 20 + n + fewer, 0: 20 + other}
    _, rows, made = resample(GaussianNoise(sampling_strategy=asked, random_state=0), X, y)
    _, first, _ = resample(GaussianNoise(sampling_strategy={1: 20 + n}, random_state=0), X, y)
    assert_array_equal(rows[made == 1][:n], first)


def test_classes_have_noise_of_their_own():
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], 20)
    sampler = GaussianNoise(sampling_strategy={0: 1020, 1: 1020}, random_state=0)
    noise = noise_of(sampler, X, y).reshape(2, -1)
    assert abs(np.corrcoef(noise)[0, 1]) < 5 / np.sqrt(2000)


@given(labelled_numbers(missing=True), st.integers(1, 3))
def test_augment_makes_the_copies_of_fit_resample(Xy, copies):
    X, y = Xy
    sampler = GaussianNoise(copies=copies, random_state=0)
    _, rows, _ = resample(sampler, X, y)
    again = [sampler.augment(X, copy=copy) for copy in range(copies)]
    assert_array_equal(np.concatenate(again), rows)
    assert_array_equal(clone(sampler).fit(X, y).augment(X[:3]), rows[:3])
    assert_array_equal(sampler.augment(X[3:], rows=np.arange(3, len(y))), again[0][3:])


def test_augment_draws_anew_without_a_seed():
    X, y = np.random.default_rng(0).normal(size=(10, 2)), np.arange(10) % 2
    for state in (None, np.random.default_rng(0), np.random.RandomState(0)):
        sampler = GaussianNoise(random_state=state).fit(X, y)
        assert (sampler.augment(X) != sampler.augment(X)).all()


def test_augment_keeps_containers_and_what_was_learned():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=20), "kind": list("ab") * 10, "n": range(20)})
    y = np.arange(20) % 2
    sampler = GaussianNoise(scale=0.5, random_state=0).fit(X, y)
    before = sampler.std_.copy()
    row = sampler.augment(X[:1])
    assert isinstance(row, pd.DataFrame)
    assert row.dtypes.equals(X.dtypes)
    assert row["kind"].tolist() == ["a"]
    assert row["x"][0] != X["x"][0]
    assert_array_equal(sampler.std_, before)
    assert sampler.n_features_in_ == 3
    as_list = GaussianNoise(random_state=0).fit([[0.0], [1.0]], [0, 1]).augment([[0.5]])
    assert isinstance(as_list, list)


# A sampler of one's own --------------------------------------------------------------------


class Shift(PerturbationSampler):
    """Moves numbers up by a uniform number of the row, and codes on by one."""

    def __init__(
        self,
        *,
        copies=1,
        keep_original=True,
        sampling_strategy=None,
        features=None,
        categorical_features="from_dtype",
        random_state=None,
    ):
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.features = features
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _perturb(self, X, classes, rng):
        assert classes is None
        return X + 1 + rng.uniforms(1)

    def _perturb_codes(self, codes, classes, rng):
        return np.where(codes >= 0, (codes + 1) % 2, codes)


def test_numbers_and_categories_can_be_changed():
    X = pd.DataFrame({"x": [0.0, np.nan, 2.0], "kind": ["a", "b", None], "same": ["u", "v", "u"]})
    X_res, _ = Shift(features=["x", "kind"], random_state=0).fit_resample(X, [0, 1, 0])
    moved = X_res["x"][3:].to_numpy() - X["x"].to_numpy()
    assert np.isnan(moved[1])
    assert ((moved[[0, 2]] >= 1) & (moved[[0, 2]] < 2)).all()
    assert X_res["kind"][3:5].tolist() == ["b", "a"]
    assert pd.isna(X_res["kind"][5])
    assert X_res["same"][3:].tolist() == ["u", "v", "u"]
    assert X["kind"].tolist()[:2] == ["a", "b"]


# What is refused ---------------------------------------------------------------------------


def fitted(**params):
    X = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 5.0]})
    return GaussianNoise(**params).fit(X, [0, 1, 0]), X


def test_augment_needs_a_table_like_the_one_it_learned_from():
    sampler, X = fitted()
    with pytest.raises(ValueError, match="feature names should match"):
        sampler.augment(X.rename(columns={"a": "z"}))
    with pytest.raises(ValueError, match="feature names"):
        sampler.augment(X[["a"]])
    with pytest.raises(ValueError, match="X has 1 features, but GaussianNoise is expecting 2"):
        GaussianNoise().fit(X.to_numpy(), [0, 1, 0]).augment(X[["a"]].to_numpy())
    with pytest.raises(NotFittedError, match="GaussianNoise instance is not fitted"):
        GaussianNoise().augment(X)
    with pytest.raises(ValueError, match=r"copy of GaussianNoise.augment must be an int from 0"):
        sampler.augment(X, copy=-1)
    with pytest.raises(ValueError, match="GaussianNoise does not work on sparse data"):
        sampler.augment(sparse.csr_array(X.to_numpy()))


def test_deviations_of_classes_need_labels():
    sampler, X = fitted(by_class=True)
    with pytest.raises(
        ValueError, match="augment of GaussianNoise is given no labels, which by_cl"
    ):
        sampler.augment(X)
    with pytest.raises(ValueError, match=r"Unknown label type: continuous\. GaussianNoise needs"):
        GaussianNoise(by_class=True).fit_resample(X, [0.5, 0.1, 0.2])
    with pytest.raises(ValueError, match=r"Unknown label type: continuous\. GaussianNoise needs"):
        GaussianNoise(sampling_strategy="auto").fit_resample(X, [0.5, 0.1, 0.2])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([0, 7], r"features of GaussianNoise must be indices from 0 to 1, got \[7\]"),
        ([True], "features of GaussianNoise is a mask of 1 values; X has 2 columns"),
        (["z"], "features of GaussianNoise"),
        ("z", "features of GaussianNoise"),
    ],
)
def test_features_that_are_not_there(features, message):
    with pytest.raises(ValueError, match=message):
        fitted(features=features)


def test_bad_targets():
    X = np.eye(3)
    for y in ([0.5, np.nan, 1], ["a", None, "b"], [0, np.inf, 1.5]):
        with pytest.raises(ValueError, match=r"y has missing or infinite values .* in row 1"):
            GaussianNoise().fit_resample(X, y)


def test_sparse_is_refused():
    with pytest.raises(ValueError, match="GaussianNoise does not work on sparse data"):
        GaussianNoise().fit_resample(sparse.eye_array(4, format="csr"), [0, 0, 1, 1])


@pytest.mark.filterwarnings("error")
def test_rows_that_can_only_be_copied_are_told_of():
    with pytest.warns(UserWarning, match="no numeric column that varies in X"):
        GaussianNoise().fit_resample(np.ones((4, 2)), [0, 0, 1, 1])
    with pytest.warns(UserWarning, match="no numeric column that varies in X"):
        GaussianNoise().fit_resample(np.array([["a"], ["b"]]), [0, 1])
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    with pytest.warns(UserWarning, match="no numeric column that varies in class 'rare'"):
        GaussianNoise(by_class=True).fit_resample(X, ["a", "a", "a", "rare"])


@given(labels())
def test_scale_zero_gives_copies(y):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    _, rows, _ = resample(GaussianNoise(scale=0, random_state=0), X, y)
    assert_array_equal(rows, X)
