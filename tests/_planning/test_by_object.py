"""Objects of the user's that search: whatever they answer is used, or refused with a reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from strategies import generators

from skaug._planning.by_object import first_valid
from skaug.over_sampling import (
    ADASYN,
    SMOTE,
    SVMSMOTE,
    BorderlineSMOTE,
    GeometricSMOTE,
    KMeansSMOTE,
    MGSSampler,
    ProWSyn,
)

RNG = np.random.default_rng(0)
X, y = RNG.normal(size=(80, 3)), RNG.permutation(np.repeat([0, 1], [50, 30]))
SAMPLERS = [
    SMOTE(),
    BorderlineSMOTE(),
    BorderlineSMOTE(kind="borderline-2"),
    SVMSMOTE(),
    KMeansSMOTE(kmeans_estimator=2, cluster_balance_threshold=0.0),
    ADASYN(),
    GeometricSMOTE(),
    MGSSampler(k_neighbors=4),
    ProWSyn(),
]


class Plain:
    """A search without parameters of scikit-learn's kind, in float32."""

    def __init__(self, n_neighbors=6, change=None):
        self.n_neighbors, self.change = n_neighbors, change

    def fit(self, rows):
        self.rows_ = np.asarray(rows)
        return self

    def kneighbors(self, rows, n_neighbors):
        search = NearestNeighbors(n_neighbors=min(n_neighbors, len(self.rows_))).fit(self.rows_)
        distances, found = search.kneighbors(rows)
        return distances, found if self.change is None else self.change(found)


class ByItsOwnNumber(Plain):
    """One that is asked for nothing but the rows."""

    def kneighbors(self, rows):
        return super().kneighbors(rows, self.n_neighbors)[1].astype(np.float32)


class TakesAnything(Plain):
    """One whose signature says nothing."""

    def kneighbors(self, rows, **options):
        assert options["return_distance"] is False
        return super().kneighbors(rows, options["n_neighbors"])[1].astype(np.int32)


class ArrayLike:
    """What a tensor of another library looks like to NumPy."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype=dtype)


class OnAnotherDevice:
    def __array__(self, dtype=None, copy=None):
        raise TypeError("implicit conversion is not allowed")


def resample(sampler, **params):
    return clone(sampler).set_params(random_state=0, **params).fit_resample(X, y)[0]


def counts_of(sampler):
    return {name: k for name, k in sampler.get_params().items() if name.endswith("_neighbors")}


def with_last(value):
    """Return the change that puts a value where the last answer was."""

    def change(found):
        found = found.astype(np.float64)
        found[:, -1] = value
        return found

    return change


@pytest.mark.parametrize("kind", [NearestNeighbors, Plain, ByItsOwnNumber, TakesAnything])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_an_object_gives_what_its_number_gives(sampler, kind):
    objects = {name: kind(n_neighbors=k + 1) for name, k in counts_of(sampler).items()}
    assert_array_equal(resample(sampler, **objects), resample(sampler))


@pytest.mark.parametrize(
    "change",
    [
        lambda found: ArrayLike(found),
        lambda found: found.tolist(),
        lambda found: np.repeat(found, 2, axis=1),
        lambda found: found[:, 1:],
        lambda found: found[:, :3],
        lambda found: found[:, :0],
        with_last(-1),
        with_last(np.nan),
        with_last(30),
        lambda found: np.full_like(found, -1),
    ],
)
def test_what_is_not_found_is_searched_exactly(change):
    assert_array_equal(resample(SMOTE(), k_neighbors=Plain(change=change)), resample(SMOTE()))


@pytest.mark.parametrize("change", [with_last(-1), lambda found: found[:, :1]])
def test_what_is_not_found_among_other_rows_is_searched_exactly(change):
    search = Plain(change=change)
    assert_array_equal(resample(ProWSyn(), n_neighbors=search), resample(ProWSyn()))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda found: found.ravel(), r"returned indices of shape \(102,\) for 17 rows"),
        (lambda found: found[:-1], r"returned indices of shape \(16, 6\) for 17 rows"),
        (with_last(31), r"returned the index 31.0. The 30 rows"),
        (with_last(-2), r"returned the index -2.0. The 30 rows"),
        (with_last(1.5), r"returned the index 1.5. The 30 rows"),
        (with_last(np.inf), r"returned the index inf. The 30 rows"),
        (lambda found: OnAnotherDevice(), "returned a OnAnotherDevice that does not become"),
        (lambda found: found.astype(str) + "th", "returned a ndarray that does not become"),
    ],
)
def test_answers_without_a_meaning_are_refused(change, found):
    with pytest.raises(ValueError, match=f"k_neighbors of SMOTE is an object whose .* {found}"):
        resample(SMOTE(), k_neighbors=Plain(change=change))


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_the_object_is_left_as_it_is(sampler):
    objects = {name: Plain(n_neighbors=k + 1) for name, k in counts_of(sampler).items()}
    sampler = clone(sampler).set_params(**objects)
    sampler.fit_resample(X, y)
    assert not any(hasattr(search, "rows_") for search in objects.values())


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_an_object_must_search_more_than_the_row_itself(sampler):
    for name in counts_of(sampler):
        with pytest.raises(ValueError, match=f"{name} of .* with n_neighbors = 1, of which a row"):
            resample(sampler, **{name: Plain(n_neighbors=1)})


def test_an_object_without_a_number_is_asked_for_six():
    assert_array_equal(resample(SMOTE(), k_neighbors=Plain(n_neighbors=None)), resample(SMOTE()))


@given(st.integers(0, 9), st.integers(1, 4), generators())
def test_first_valid(n_answers, k, rng):
    found, itself = rng.integers(-1, 8, size=(12, n_answers)), rng.integers(8, size=12)
    first, is_full = first_valid(found, k, itself)
    for answers, own, kept, full in zip(found.tolist(), itself, first, is_full, strict=True):
        expected = [i for i in dict.fromkeys(answers) if i >= 0 and i != own][:k]
        assert full == (len(expected) == k)
        if full:
            assert_array_equal(kept, expected)
