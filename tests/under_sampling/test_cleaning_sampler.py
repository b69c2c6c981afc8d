"""What holds for every cleaning sampler: laws of the rows that are kept."""

import pickle

import numpy as np
import pytest
from containers import DENSE, SPARSE
from hypothesis import assume, given
from hypothesis import strategies as st
from imblearn import under_sampling as imblearn_under
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.neighbors import NearestNeighbors
from strategies import labelled_categories, labelled_numbers, smooth_numbers

from skaug.datasets import load_german
from skaug.testing._data import values_of
from skaug.under_sampling import EditedNearestNeighbours, TomekLinks

SAMPLERS = [
    TomekLinks(sampling_strategy="all"),
    EditedNearestNeighbours(sampling_strategy="all"),
    EditedNearestNeighbours(sampling_strategy="all", kind_sel="mode"),
]
samplers = st.sampled_from(SAMPLERS).map(clone)
may_empty = pytest.mark.filterwarnings("ignore:[A-Za-z]+ would remove every:UserWarning")
strategies = st.sampled_from(["all", "auto", "majority", "not majority", "not minority"])

X, Y = make_blobs([40, 25, 15], n_features=3, cluster_std=3, random_state=0)


@may_empty
@given(
    labelled_numbers(missing=True, min_rows=2) | labelled_categories(min_rows=2),
    samplers,
    strategies,
)
def test_what_is_kept_stands_as_it_stood(Xy, sampler, strategy):
    X, y = Xy
    weight = np.arange(float(len(y)))
    sampler.set_params(sampling_strategy=strategy)
    X_res, y_res, w_res = sampler.fit_resample(X, y, sample_weight=weight)
    kept = sampler.sample_indices_
    assert (np.diff(kept) > 0).all()
    assert X_res.dtype == X.dtype
    assert_array_equal(X_res, X[kept])
    assert_array_equal(y_res, y[kept])
    assert_array_equal(w_res, kept)
    assert not sampler.is_synthetic_.any()
    assert_array_equal(sampler.partner_indices_, np.full(len(kept), -1))


@may_empty
@given(labelled_numbers(missing=True, min_rows=2), samplers, strategies)
def test_classes_keep_a_row_and_those_not_targeted_all(Xy, sampler, strategy):
    X, y = Xy
    sampler.set_params(sampling_strategy=strategy)
    _, y_res = sampler.fit_resample(X, y)
    before, after = (
        dict(zip(*map(np.ndarray.tolist, np.unique(labels, return_counts=True)), strict=True))
        for labels in (y, y_res)
    )
    assert before.keys() == after.keys()
    targeted = sampler.sampling_strategy_
    assert targeted == {label: before[label] for label in targeted}
    assert all(after[label] == n for label, n in before.items() if label not in targeted)
    largest, smallest = max(before, key=before.get), min(before, key=before.get)
    expected = {
        "all": set(before),
        "auto": set(before) - {smallest},
        "not minority": set(before) - {smallest},
        "not majority": set(before) - {largest},
        "majority": {largest},
    }
    assert set(targeted) == expected[strategy]


@may_empty
@given(smooth_numbers(missing=True), samplers, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(Xy, sampler, random):
    X, y = Xy
    order = np.array(random.sample(range(len(y)), len(y)))
    there = clone(sampler).fit(X, y)
    there.fit_resample(X, y)
    sampler.fit_resample(X[order], y[order])
    assert_array_equal(np.sort(order[sampler.sample_indices_]), there.sample_indices_)


@may_empty
@given(smooth_numbers(missing=True), samplers, st.sampled_from([2.0**-40, 0.25, 2.0**30]))
def test_the_scale_does_not_matter(Xy, sampler, scale):
    X, y = Xy
    sampler.fit_resample(X, y)
    expected = sampler.sample_indices_
    sampler.fit_resample(X * scale, y)
    assert_array_equal(sampler.sample_indices_, expected)


@may_empty
@given(smooth_numbers(), samplers, strategies)
def test_imbalanced_learn_removes_the_same_rows(Xy, sampler, strategy):
    X, y = Xy
    if sampler.get_params().get("kind_sel") == "mode":  # its ties go to the class sorted first
        y = (y == y[0]).astype(int)
    _, y = np.unique(y, return_inverse=True)
    sampler.set_params(sampling_strategy=strategy)
    params = sampler.get_params()
    del params["categorical_features"]
    theirs = getattr(imblearn_under, type(sampler).__name__)(**params)
    _, y_theirs = theirs.fit_resample(X, y)
    assume(len(np.unique(y_theirs)) == len(np.unique(y)))  # there a class may be lost
    sampler.fit_resample(X, y)
    assert_array_equal(sampler.sample_indices_, np.sort(theirs.sample_indices_))


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@pytest.mark.parametrize("kind", [*DENSE, *SPARSE])
def test_containers_come_back_with_the_same_rows(sampler, kind):
    exact = X.astype(np.float16).astype(float)
    container = {**DENSE, **SPARSE}[kind](exact)
    sampler = clone(sampler)
    X_res, y_res = sampler.fit_resample(container, Y.tolist())
    kept = sampler.sample_indices_
    assert 0 < len(kept) < len(Y)
    assert type(X_res) is type(container)
    assert isinstance(y_res, list)
    if hasattr(container, "dtype"):
        assert X_res.dtype == container.dtype
    if hasattr(container, "dtypes"):
        assert list(X_res.dtypes) == list(container.dtypes)
        assert_array_equal(X_res.columns, container.columns)
    assert_array_equal(values_of(X_res).astype(float), exact[kept])
    sampler.fit_resample(exact, Y)
    assert_array_equal(sampler.sample_indices_, kept)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_mixed_table(sampler):
    table, y = load_german(return_X_y=True)
    sampler = clone(sampler)
    X_res, y_res = sampler.fit_resample(table, y)
    kept = sampler.sample_indices_
    assert 0 < len(kept) < len(y)
    assert X_res.equals(table.iloc[kept].reset_index(drop=True))
    assert y_res.equals(y.iloc[kept].reset_index(drop=True))


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_threads_do_not_matter_and_a_pickle_remembers(sampler):
    sampler = clone(sampler)
    sampler.set_params(n_jobs=1).fit_resample(X, Y)
    kept = sampler.sample_indices_
    loaded = pickle.loads(pickle.dumps(sampler))
    assert_array_equal(loaded.sample_indices_, kept)
    loaded.set_params(n_jobs=2).fit_resample(X, Y)
    assert_array_equal(loaded.sample_indices_, kept)


def test_nothing_is_drawn():
    assert "random_state" not in TomekLinks().get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'random_state'"):
        TomekLinks().set_params(random_state=0)


# Classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_classes_by_list_and_by_function(sampler):
    for strategy in ([0, 2], lambda y: [0, 2], lambda y: {0: 3, 2: len(y)}, lambda y: {2, 0}):
        cleaning = clone(sampler).set_params(sampling_strategy=strategy)
        cleaning.fit_resample(X, Y)
        removed = np.setdiff1d(np.arange(len(Y)), cleaning.sample_indices_)
        assert cleaning.sampling_strategy_ == {0: 40, 2: 15}
        assert set(Y[removed]) == {0, 2}
    nothing = clone(sampler).set_params(sampling_strategy=[])
    assert_array_equal(nothing.fit_resample(X, Y)[0], X)


def test_a_function_is_given_the_labels():
    names = np.array(["a", "b", "c"])[Y]

    def largest(y):
        assert_array_equal(y, names)
        return ["a"]

    sampler = TomekLinks(sampling_strategy=largest).fit(X, names.tolist())
    assert sampler.sampling_strategy_ == {"a": 40}


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ([7], "The class 7 in sampling_strategy of TomekLinks is not present in y, whose classes"),
        (lambda y: "all", "The callable given to TomekLinks as sampling_strategy must return the"),
        (lambda y: 3, "list or as the keys of a mapping; got 3"),
        ("minority", "'sampling_strategy' parameter of TomekLinks must be a str among {'all'"),
        ({0: 10}, "'sampling_strategy' parameter of TomekLinks must be"),
        (0.5, "'sampling_strategy' parameter of TomekLinks must be"),
    ],
)
def test_classes_that_cannot_be_are_refused(strategy, message):
    with pytest.raises(ValueError, match=message):
        TomekLinks(sampling_strategy=strategy).fit(X, Y)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="TomekLinks needs at least 2 classes; y has 1 class: 1"):
        TomekLinks().fit(X, np.ones(len(X), int))


@pytest.mark.parametrize(
    ("sampler", "emptied"), [(SAMPLERS[0], ["no", "yes"]), (SAMPLERS[1], ["no", "yes"])], ids=str
)
def test_a_class_that_would_be_emptied_is_kept_whole(sampler, emptied):
    rng = np.random.default_rng(0)
    pairs = rng.uniform(size=(20, 1)) * 1e4
    table = np.concatenate([pairs, pairs + 1e-3])  # each row's nearest is of the other class
    y = np.repeat(["yes", "no"], 20)
    with pytest.warns(UserWarning, match="would remove every row") as caught:
        X_res, y_res = clone(sampler).fit_resample(table, y)
    assert [str(warning.message) for warning in caught] == [
        f"{type(sampler).__name__} would remove every row of class {label!r}, 20 in all: the class "
        "is kept whole. Leave it out of sampling_strategy, or clean less."
        for label in emptied
    ]
    assert_array_equal(X_res, table)
    assert_array_equal(y_res, y)


def test_numbers_with_infinity_are_refused():
    with pytest.raises(ValueError, match="EditedNearestNeighbours cannot use infinity in X"):
        EditedNearestNeighbours().fit_resample(np.r_[X, [[np.inf, 0, 0]]], np.r_[Y, 0])


def test_objects_search_numbers_only():
    table, y = load_german(return_X_y=True)
    cleaning = EditedNearestNeighbours(n_neighbors=NearestNeighbors(n_neighbors=4))
    with pytest.raises(ValueError, match="n_neighbors of EditedNearestNeighbours is an object"):
        cleaning.fit_resample(table, y)
