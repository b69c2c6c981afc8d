"""The life of one call, with samplers made for the purpose."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skaug.base import BaseSampler, Batch, ClassSampler
from skaug.over_sampling import SMOTE, RandomOverSampler

X = np.arange(12.0).reshape(6, 2)
Y = np.array(["a", "b", "a", "b", "a", "a"])


class LastRow(BaseSampler):
    """Append the last row `times` times."""

    def __init__(self, *, times=1, random_state=None):
        self.times = times
        self.random_state = random_state

    _parameter_constraints = {**BaseSampler._parameter_constraints, "times": [int]}

    def _synthesize(self, X, y, seed):
        return [Batch(seed=np.full(1, len(y) - 1)) for _ in range(self.times)]


class Drawn(ClassSampler):
    """Append rows of a model, which have no seed, with weights of its own."""

    def __init__(self, *, sampling_strategy="auto", random_state=None):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state

    def _sample_class(self, X, y, code, n_samples, rng):
        return Batch(
            seed=np.full(n_samples, -1),
            label_rows=np.full(n_samples, y.members(code)[0]),
            values=rng.normal(size=(n_samples, X.n_numeric)),
            sample_weight=np.full(n_samples, 0.25),
        )


def test_base_classes_are_abstract():
    for abstract in (BaseSampler, ClassSampler):
        with pytest.raises(TypeError, match="abstract"):
            abstract()


def test_batches_stand_in_the_order_in_which_they_are_returned():
    sampler = LastRow(times=3)
    X_res, y_res = sampler.fit_resample(X, Y)
    assert_array_equal(X_res[6:], X[[5, 5, 5]])
    assert y_res[6:].tolist() == ["a"] * 3
    assert sampler.sample_indices_.tolist() == [0, 1, 2, 3, 4, 5, 5, 5, 5]
    assert sampler.partner_indices_.tolist() == [-1] * 9
    assert sampler.is_synthetic_.tolist() == [False] * 6 + [True] * 3


def test_a_sampler_may_make_nothing():
    sampler = LastRow(times=0)
    frame = pd.DataFrame(X, index=list("uvwxyz"))
    X_res, y_res, weight = sampler.fit_resample(frame, Y, sample_weight=np.ones(6))
    pd.testing.assert_frame_equal(X_res, frame)
    assert X_res is not frame
    assert_array_equal(y_res, Y)
    assert_array_equal(weight, np.ones(6))
    assert sampler.sample_indices_.tolist() == list(range(6))
    assert not sampler.is_synthetic_.any()


def test_rows_of_a_model():
    sampler = Drawn(random_state=0)
    X_res, y_res, weight = sampler.fit_resample(X, Y, sample_weight=np.arange(6.0))
    assert sampler.sampling_strategy_ == {"b": 2}
    assert y_res[6:].tolist() == ["b", "b"]
    assert sampler.sample_indices_[6:].tolist() == [-1, -1]
    assert weight.tolist() == [0, 1, 2, 3, 4, 5, 0.25, 0.25]
    assert np.isfinite(X_res).all()


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_rows_of_a_model_in_frames(library):
    frame = library({"a": X[:, 0], "b": X[:, 1].astype(int)})
    X_res, _ = Drawn(random_state=0).fit_resample(frame, Y)
    expected, _ = Drawn(random_state=0).fit_resample(X, Y)
    assert list(X_res.dtypes) == list(frame.dtypes)
    assert_array_equal(X_res["a"].to_numpy(), expected[:, 0])
    assert_array_equal(X_res["b"].to_numpy(), np.rint(expected[:, 1]))


def test_weights_in_weights_out():
    assert len(LastRow().fit_resample(X, Y)) == 2
    assert len(LastRow().fit_resample(X, Y, np.ones(6))) == 3
    *_, weight = RandomOverSampler(random_state=0).fit_resample(
        X, Y, sample_weight=[1, 2, 1, 2, 1, 1]
    )
    assert weight == [1, 2, 1, 2, 1, 1, 2, 2]


def test_fit_checks_and_makes_nothing():
    sampler = SMOTE()
    assert sampler.fit(X, Y) is sampler
    check_is_fitted(sampler)
    assert sampler.n_features_in_ == 2
    assert sampler.sampling_strategy_ == {"b": 2}
    assert not hasattr(sampler, "sample_indices_")
    with pytest.raises(ValueError, match="The 'k_neighbors' parameter of SMOTE must be"):
        SMOTE(k_neighbors=0).fit(X, Y)
    with pytest.raises(ValueError, match="y has missing values"):
        SMOTE().fit(X, [None, *Y[1:]])


def test_attributes_need_a_call():
    sampler = SMOTE(k_neighbors=1)
    for attribute in ("sample_indices_", "partner_indices_", "is_synthetic_"):
        assert not hasattr(sampler, attribute)
    with pytest.raises(sklearn.exceptions.NotFittedError, match="SMOTE"):
        check_is_fitted(sampler)


def test_a_second_call_forgets_the_first():
    sampler = LastRow()
    sampler.fit_resample(X, Y)
    sampler.fit_resample(X[:4], Y[:4])
    assert sampler.sample_indices_.tolist() == [0, 1, 2, 3, 3]


def test_there_is_no_transform():
    for method in ("transform", "fit_transform", "set_output", "predict"):
        assert not hasattr(SMOTE(), method)


def test_names_of_columns_go_through():
    sampler = SMOTE(k_neighbors=1).fit(pd.DataFrame(X, columns=["u", "v"]), Y)
    assert sampler.feature_names_in_.tolist() == ["u", "v"]
    assert sampler.get_feature_names_out().tolist() == ["u", "v"]


def test_provenance_does_not_share_memory_with_the_sampler():
    sampler = LastRow()
    sampler.fit_resample(X, Y)
    sampler.sample_indices_[:] = -7
    assert sampler.sample_indices_.min() == 0


def test_random_states():
    def rows(state):
        return Drawn(random_state=state).fit_resample(X, Y)[0][6:].tolist()

    assert rows(0) == rows(np.int64(0)) == rows(0)
    assert rows(0) != rows(1)
    assert rows(np.random.RandomState(0)) == rows(np.random.RandomState(0))
    assert rows(np.random.default_rng(0)) == rows(np.random.default_rng(0))
    assert rows(None) != rows(None)
    with pytest.raises(ValueError, match="The 'random_state' parameter of Drawn must be"):
        rows(-1)


def test_tags():
    tags = get_tags(SMOTE())
    assert tags.target_tags.required
    assert tags.input_tags.allow_nan
    assert tags.transformer_tags is None


def test_metadata_can_be_requested():
    with sklearn.config_context(enable_metadata_routing=True):
        sampler = SMOTE().set_fit_resample_request(sample_weight=True)
        request = sampler.get_metadata_routing().fit_resample.requests
    assert request == {"sample_weight": True}


@pytest.mark.parametrize("y", [Y.tolist(), Y.copy(), pd.Series(Y), Y[:, None].copy()], ids=type)
@pytest.mark.parametrize("times", [0, 2])
def test_what_comes_back_can_be_written_to(y, times):
    given = X.copy()
    X_res, y_res = LastRow(times=times).fit_resample(given, y)
    X_res[:] = 0
    y_res[0] = "z"
    assert_array_equal(given, X)
    assert np.ravel(y).tolist() == Y.tolist()


def test_repr_shows_what_was_changed():
    assert repr(SMOTE(k_neighbors=3)) == "SMOTE(k_neighbors=3)"
