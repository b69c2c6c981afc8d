"""BaseGenerator: what fit, sample and fit_resample do whatever the model."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from strategies import labelled_numbers, targets

from skaug.generative import BaseGenerator, GaussianCopula, KernelDensity
from skaug.generative._wanted import divided
from skaug.pipeline import make_pipeline

GENERATORS = [GaussianCopula(random_state=0), KernelDensity(random_state=0)]
pytestmark = pytest.mark.filterwarnings("ignore:GaussianCopula finds no column:UserWarning")
each = pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: type(g).__name__)


def mixed(n=40, seed=0):
    """A frame with whole numbers, fractions, text, booleans and missing values, and labels."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "whole": rng.integers(0, 9, n),
            "number": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "nullable": pd.array(rng.integers(0, 5, n), dtype="Int64"),
            "text": pd.Series(rng.choice(["x", "y", None], n), dtype="str"),
            "category": pd.Categorical(rng.choice(list("bc"), n), categories=list("abc")),
            "flag": rng.random(n) < 0.5,
        }
    )
    X.loc[3, "nullable"] = pd.NA
    return X, np.repeat(["common", "rare"], [n - n // 4, n // 4])


def as_bytes(drawn):
    return pickle.dumps([np.asarray(part).tolist() for part in drawn])


# How many rows, of which classes ---------------------------------------------------------------


@each
@given(data=st.data())
def test_counts_are_exact_however_they_are_asked_for(generator, data):
    X, y = data.draw(labelled_numbers(missing=True))
    classes, counts = np.unique(y, return_counts=True)
    model = clone(generator).fit(X, y)
    wanted = data.draw(
        st.dictionaries(st.sampled_from(classes.tolist()), st.integers(1, 30), min_size=1)
    )
    y_new = model.sample(y=wanted)[1]
    assert y_new.tolist() == [label for label, n in wanted.items() for _ in range(n)]
    labels = np.array(data.draw(st.lists(st.sampled_from(classes.tolist()), min_size=1)))
    assert_array_equal(model.sample(y=labels)[1], labels)
    assert_array_equal(np.unique(model.sample()[1], return_counts=True)[1], counts)


@each
@given(data=st.data())
def test_fit_resample_gives_what_sampling_strategy_asks_for(generator, data):
    X, y = data.draw(labelled_numbers())
    wanted = data.draw(targets(y))
    model = clone(generator).set_params(sampling_strategy=wanted)
    X_res, y_res = model.fit_resample(X, y)
    assert_array_equal(X_res[: len(y)], X)
    for label, n in wanted.items():
        assert (y_res == label).sum() == n


@given(st.integers(0, 1000), st.lists(st.integers(1, 50), min_size=1).map(np.array))
def test_rows_are_divided_by_largest_remainder(n, counts):
    sizes, quota = divided(n, counts), n * counts / counts.sum()
    assert sizes.sum() == n
    assert (np.abs(sizes - quota) < 1).all()
    up, down = quota[sizes > quota] % 1, quota[sizes < quota] % 1
    assert up.min(initial=1) >= down.max(initial=0) - 1e-9


def test_an_array_of_labels_may_come_in_any_container():
    X, y = mixed()
    model = GENERATORS[0].fit(X, y)
    expected = as_bytes(model.sample(y=["rare", "common"], random_state=1))
    for labels in (np.array(["rare", "common"]), pd.Series(["rare", "common"])):
        assert as_bytes(model.sample(y=labels, random_state=1)) == expected


def test_one_hot_labels_come_back_one_hot():
    X, _ = mixed()
    y = np.eye(3, dtype=int)[np.arange(len(X)) % 3]
    model = clone(GENERATORS[0]).fit(X, y)
    assert model.sample(y=y[:4])[1].tolist() == y[:4].tolist()
    assert model.sample(y={2: 1})[1].tolist() == [[0, 0, 1]]


def test_one_class_can_be_learnt_though_not_resampled():
    X = np.random.default_rng(0).normal(size=(30, 2))
    model = GaussianCopula(random_state=0).fit(X, np.zeros(30))
    assert model.sample(5)[0].shape == (5, 2)
    with pytest.raises(ValueError, match="needs at least 2 classes; y has 1 class"):
        model.fit_resample(X, np.zeros(30))


# Randomness ------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("state", [int, np.random.RandomState, np.random.default_rng])
def test_calls_differ_and_are_the_same_when_all_is_run_again(generator, state):
    X, y = mixed()
    runs = []
    for learn in ("fit", "fit", "fit_resample"):
        model = clone(generator).set_params(random_state=state(7))
        getattr(model, learn)(X, y)
        runs.append([as_bytes(model.sample(20)) for _ in range(3)])
    assert runs[0] == runs[1] == runs[2]
    assert len(set(runs[0])) == 3


@each
def test_a_seed_of_a_call_fixes_that_call_and_moves_no_other(generator):
    X, y = mixed()
    model = clone(generator).fit(X, y)
    fixed = as_bytes(model.sample(9, random_state=3))
    first = as_bytes(model.sample(9))
    assert as_bytes(model.sample(9, random_state=3)) == fixed != first
    assert as_bytes(clone(generator).fit(X, y).sample(9)) == first


@each
def test_without_a_seed_models_differ(generator):
    X, y = mixed()
    model = clone(generator).set_params(random_state=None)
    assert as_bytes(model.fit(X, y).sample(9)) != as_bytes(model.fit(X, y).sample(9))


@each
def test_a_pickled_model_goes_on_where_it_was(generator):
    X, y = mixed()
    model = clone(generator).fit(X, y)
    model.sample(5)
    stored = pickle.loads(pickle.dumps(model))
    assert as_bytes(stored.sample(5)) == as_bytes(model.sample(5))


@each
def test_rows_of_sample_and_fit_resample_are_drawn_apart(generator):
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], 20)
    model = clone(generator).set_params(sampling_strategy={0: 30, 1: 30})
    made = model.fit_resample(X, y)[0][40:]
    assert not (model.sample(20)[0] == made).all(axis=1).any()


# Containers, dtypes and values -----------------------------------------------------------------

FRAMES = {
    "pandas": lambda X: X,
    "polars": pl.from_pandas,
    "pyarrow": lambda X: pa.Table.from_pandas(X, preserve_index=False),
}


@each
@pytest.mark.parametrize("kind", FRAMES)
def test_frames_keep_names_dtypes_and_categories(generator, kind):
    X, y = mixed()
    X = FRAMES[kind](X)
    X_new, y_new = clone(generator).fit(X, y).sample(60)
    X_res, _ = clone(generator).fit_resample(X, y)
    for made in (X_new, X_res):
        assert type(made) is type(X)
        if kind == "pyarrow":
            assert made.schema.equals(X.schema)
        else:
            assert dict(zip(made.columns, made.dtypes, strict=True)) == dict(
                zip(X.columns, X.dtypes, strict=True)
            )
    assert len(X_new) == len(y_new) == 60
    if kind == "pandas":
        assert_array_equal(X_new.index, np.arange(60))


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.uint8, object])
def test_arrays_keep_their_dtype(generator, dtype):
    X = np.random.default_rng(0).integers(0, 9, size=(30, 3)).astype(dtype)
    X_new, _ = clone(generator).fit(X, np.repeat([0, 1], 15)).sample(9)
    assert X_new.dtype == dtype
    assert type(X_new[0, 0]) is type(X[0, 0])


@each
@pytest.mark.parametrize("box", [list, np.array, pd.Series, pl.Series, pa.array])
def test_labels_keep_their_container(generator, box):
    X, y = mixed()
    y_new = clone(generator).fit(X.to_numpy().tolist(), box(y.tolist())).sample(4)[1]
    assert type(y_new) is type(box(y.tolist()))
    assert [str(label) for label in y_new] == ["common"] * 3 + ["rare"]


@each
def test_lists_give_lists(generator):
    X, y = mixed()
    rows = X[["whole", "number"]].to_numpy().tolist()
    X_new, y_new = clone(generator).fit(rows, y.tolist()).sample(4)
    assert isinstance(X_new, list)
    assert isinstance(X_new[0], list)
    assert isinstance(y_new, list)


@each
def test_a_column_that_is_all_missing_stays_so(generator):
    X, y = mixed()
    X["nothing"] = np.nan
    X["no text"] = pd.Series([None] * len(X), dtype="str")
    X_new, _ = clone(generator).fit(X, y).sample(10)
    assert X_new[["nothing", "no text"]].isna().all(axis=None)


@each
@pytest.mark.parametrize("columns", [["whole", "number"], ["text", "flag"]])
def test_tables_of_one_kind_of_columns(generator, columns):
    X, y = mixed()
    X_new, _ = clone(generator).fit(X[columns], y).sample(10)
    assert X_new.shape == (10, 2)


@each
def test_nothing_is_mutated_and_the_model_keeps_no_view(generator):
    X, y = np.random.default_rng(0).normal(size=(30, 3)), np.repeat([0, 1], 15)
    X_before, y_before = X.copy(), y.copy()
    model = clone(generator).fit(X, y)
    other = clone(generator).fit(X, y)
    other.sample(5)
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)
    X[:], y[:] = 0, 0
    assert as_bytes(model.sample(5)) == as_bytes(clone(generator).fit(X_before, y_before).sample(5))


# Numbers to predict ----------------------------------------------------------------------------


@each
def test_a_continuous_target_is_learnt_and_given(generator):
    rng = np.random.default_rng(0)
    y = rng.uniform(0, 10, 400)
    X = pd.DataFrame({"near": y + rng.normal(0, 0.3, 400), "other": rng.normal(size=400)})
    model = clone(generator).fit(X, pd.Series(y, name="price"))
    wanted = np.repeat([1.0, 9.0], 200)
    X_new, y_new = model.sample(y=wanted)
    assert_array_equal(y_new, wanted)
    assert y_new.name == "price"
    near = X_new["near"].groupby(wanted)
    assert abs(near.mean() - [1, 9]).max() < 0.5
    assert near.std().max() < 1


@each
def test_numbers_drawn_are_those_of_y_equally_often(generator):
    y = np.random.default_rng(0).normal(size=30)
    model = clone(generator).fit(y[:, None] ** 2, y)
    assert sorted(model.sample()[1]) == sorted(y)
    values, counts = np.unique(model.sample(70)[1], return_counts=True)
    assert set(counts) == {2, 3}
    assert_array_equal(values, np.sort(y))


@each
@pytest.mark.parametrize(("strategy", "made"), [("auto", 30), (0.5, 15), (0.01, 0)])
def test_a_continuous_target_is_resampled_by_share(generator, strategy, made):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    model = clone(generator).set_params(sampling_strategy=strategy)
    X_res, y_res, w_res = model.fit_resample(X, y, sample_weight=np.ones(30))
    assert len(X_res) == len(y_res) == len(w_res) == 30 + made
    assert model.sampling_strategy_ == {"all": made}
    assert model.is_synthetic_.sum() == made
    assert_array_equal(y_res[:30], y)


def test_whole_numbers_are_a_continuous_target_if_told_so():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 30, 60)
    model = GaussianCopula(target_type="continuous", random_state=0).fit(X, y)
    y_new = model.sample(20)[1]
    assert y_new.dtype == y.dtype
    assert np.isin(y_new, y).all()


# Weights, provenance, company -------------------------------------------------------------------


def test_rows_of_a_model_weigh_what_their_class_does_on_average():
    X, y = mixed()
    weight = np.random.default_rng(0).uniform(1, 2, len(y))
    model = clone(GENERATORS[0])
    _, y_res, w_res = model.fit_resample(X, y, sample_weight=weight)
    assert_array_equal(w_res[: len(y)], weight)
    np.testing.assert_allclose(w_res[len(y) :], weight[y == "rare"].mean())
    assert (model.sample_indices_[len(y) :] == -1).all()
    assert (model.partner_indices_ == -1).all()
    assert (y_res[len(y) :] == "rare").all()


@each
def test_it_works_in_a_pipeline_under_a_search(generator):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [80, 20])
    X = rng.normal(size=(100, 3)) + y[:, None]
    pipeline = make_pipeline(clone(generator), LogisticRegression())
    name = pipeline.steps[0][0]
    search = GridSearchCV(pipeline, {f"{name}__sampling_strategy": [0.5, 1.0]}, cv=3).fit(X, y)
    assert search.predict(X).shape == (100,)


def test_fit_forgets_the_provenance_of_other_rows():
    X, y = mixed()
    model = clone(GENERATORS[0])
    model.fit_resample(X, y)
    model.fit(X, y)
    with pytest.raises(AttributeError, match="_provenance"):
        model.sample_indices_  # noqa: B018


def test_it_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        BaseGenerator()


# Refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"y": ["rarest"]}, "has seen, \\['common', 'rare'\\]; y asks for 'rarest'"),
        ({"y": {"rarest": 1}}, "y asks for 'rarest'"),
        ({"y": {"rare": -1}}, "class 'rare' in GaussianCopula.sample must be a whole number"),
        ({"y": {"rare": 1.5}}, "whole number of at least 0; got 1.5"),
        ({"n_samples": 2.5}, "n_samples of GaussianCopula.sample must be a whole number"),
        ({"n_samples": True}, "got True"),
        ({"random_state": "a"}, "'random_state' parameter of GaussianCopula.sample must be"),
        ({"n_samples": 0}, "needs at least 1 row to draw"),
        ({"y": {}}, "needs at least 1 row to draw"),
        ({"n_samples": 2, "y": ["rare", "rare"]}, "n_samples or y, not both"),
    ],
)
def test_what_cannot_be_drawn_is_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        GaussianCopula(random_state=0).fit(*mixed()).sample(**asked)


def test_refusals_where_y_is_numbers():
    X = np.random.default_rng(0).normal(size=(20, 2))
    model = GaussianCopula(random_state=0).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="a dict of rows by class is for models"):
        model.sample(y={0: 3})
    with pytest.raises(ValueError, match="needs numbers in y"):
        model.sample(y=["a"])
    model.set_params(sampling_strategy="minority")
    with pytest.raises(ValueError, match="can name classes only where y holds labels"):
        model.fit_resample(X, X[:, 0])


@each
def test_refusals_of_fit(generator):
    X, y = mixed()
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        clone(generator).sample(3)
    with pytest.raises(ValueError, match="does not work on sparse data: it models every column"):
        clone(generator).fit(sparse.csr_array(np.eye(4)), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="Multilabel and multioutput targets are not supported"):
        clone(generator).fit(X[:3], [[1, 1], [0, 1], [1, 1]])
    with pytest.raises(ValueError, match="Unknown label type"):
        clone(generator).fit(X[:2], [[0.4, 0.6], [0.5, 0.5]])
    with pytest.raises(ValueError, match="cannot use infinity in X"):
        clone(generator).fit(X.assign(number=np.inf), y)
