"""DeepSMOTE: the preset it is, and images in their shape."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from skaug.deep import AutoencoderTransformer, DeepSMOTE
from skaug.feature_space import FeatureSpaceSampler
from skaug.over_sampling import SMOTE

pytest.importorskip("torch")

TINY = {"max_iter": 3, "hidden": (8,), "n_components": 2}


@pytest.mark.parametrize("decode", ["residual", "inverse"])
def test_it_is_the_preset_it_says_it_is(decode):
    X, y = load_digits(return_X_y=True)
    X, y = X[:300], y[:300] == 3
    sampler = DeepSMOTE(decode=decode, random_state=0, k_neighbors=3, **TINY)
    X_res, y_res = sampler.fit_resample(X, y)
    seeds = sampler.sampler_.get_params()
    parts = FeatureSpaceSampler(
        AutoencoderTransformer(random_state=seeds["transformer__random_state"], **TINY),
        SMOTE(k_neighbors=3, random_state=seeds["sampler__random_state"]),
        decode=decode,
        random_state=seeds["random_state"],
    )
    assert_array_equal(X_res, parts.fit_resample(X, y)[0])
    assert np.bincount(y_res).tolist() == [(~y).sum()] * 2
    assert_array_equal(X_res[:300], X)
    assert_array_equal(y_res[sampler.sample_indices_], y_res)
    made = sampler.is_synthetic_
    assert_array_equal(y[sampler.partner_indices_[made]], y_res[made])


@pytest.mark.parametrize("as_list", [False, True])
def test_images_come_back_as_images(as_list):
    X, y = load_digits(return_X_y=True)
    X, y = X[:200], y[:200] == 3
    flat = DeepSMOTE(image_shape=(8, 8), random_state=0, **TINY).fit_resample(X, y)[0]
    images = X.reshape(-1, 8, 8)
    given = images.tolist() if as_list else images
    sampler = DeepSMOTE(random_state=0, **TINY)
    X_res = sampler.fit_resample(given, y)[0]
    assert sampler.n_features_in_ == 64
    assert isinstance(X_res, list) is as_list
    assert_array_equal(np.asarray(X_res).reshape(len(flat), -1), flat)


def test_categories_are_voted_on():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=40), "b": pd.Categorical(rng.choice(["x", "y"], 40))})
    y = np.repeat([0, 1], [30, 10])
    sampler = DeepSMOTE(random_state=0, **TINY)
    X_res, _ = sampler.fit_resample(X, y)
    assert X_res["b"].dtype == X["b"].dtype
    pd.testing.assert_frame_equal(X_res, pickle.loads(pickle.dumps(sampler)).fit_resample(X, y)[0])


@pytest.mark.parametrize(
    ("y", "settings", "message"),
    [
        ([0] * 17 + [1] * 3, {}, r"k_neighbors \+ 1 = 6 rows in each class .* class 1 has 3\. Set"),
        ([0] * 10 + [1] * 10, {"sampling_strategy": {4: 3}}, "class 4 in sampling_strategy of SMO"),
        (np.arange(20) / 3, {}, "SMOTE needs class labels, but y holds numbers such as 0.33"),
    ],
)
def test_what_is_wrong_with_labels_is_said_before_any_training(y, settings, message, monkeypatch):
    monkeypatch.setattr(AutoencoderTransformer, "fit", None)
    X = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ValueError, match=message):
        DeepSMOTE(**settings).fit_resample(X, y)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_pixels_neither_wrap_nor_change_their_dtype(dtype):
    X, y = load_digits(return_X_y=True)
    X, y = (X[:200] * 15.9375).astype(dtype).reshape(-1, 8, 8), y[:200] == 3
    sampler = DeepSMOTE(random_state=0, **{**TINY, "max_iter": 50})
    X_res = sampler.fit_resample(X, y)[0]
    assert X_res.dtype == dtype
    assert_array_equal(X_res[:200], X)
    made = sampler.is_synthetic_
    moved = X_res[made].astype(float) - X[sampler.sample_indices_[made]]
    assert 0 < np.abs(moved).mean() < 20  # 255 less 0 would be a wrap


def test_neighbours_by_an_object_know_the_codes():
    X, y = load_digits(return_X_y=True)
    metric = {"metric": "mahalanobis", "metric_params": {"VI": np.eye(2)}, "algorithm": "brute"}
    search = NearestNeighbors(n_neighbors=6, **metric)  # a matrix for codes of 2 numbers
    X_res, _ = DeepSMOTE(k_neighbors=search, random_state=0, **TINY).fit_resample(
        X[:99], y[:99] > 6
    )
    assert len(X_res) > 99


def test_missing_numbers_are_refused_by_name():
    X = np.array([[np.nan, 1.0]] * 6)
    with pytest.raises(ValueError, match=r"takes no missing values \(NaN\), and X has some"):
        DeepSMOTE(k_neighbors=1, **TINY).fit_resample(X, [0, 0, 0, 0, 1, 1])
