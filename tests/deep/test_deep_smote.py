"""DeepSMOTE: the preset it is, and images in their shape."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import get_tags

from skaug.deep import AutoencoderTransformer, DeepSMOTE
from skaug.feature_space import FeatureSpaceSampler
from skaug.over_sampling import SMOTE

torch = pytest.importorskip("torch")

TINY = {"max_iter": 3, "hidden": (8,), "n_components": 2}


def mixed_table(n, seed=0):
    """Return a frame of numbers and a category, both with gaps, and labels."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=["a", "b", "c"])
    X = X.mask(rng.random(X.shape) < 0.3)
    X["d"] = pd.Categorical(rng.choice(["x", "y", None], n))
    return X, np.repeat([0, 1], [n - n // 4, n // 4])


@pytest.mark.parametrize("decode", ["residual", "inverse"])
@pytest.mark.parametrize("kind", ["images", "mixed"])
def test_its_rows_are_those_of_smote_in_the_space(decode, kind):
    X, y = mixed_table(80)
    if kind == "images":
        X, y = load_digits(return_X_y=True)
        X, y = X[:200], y[:200] == 3
    settings = TINY if kind == "mixed" else {"image_shape": (8, 8), **TINY}
    sampler = DeepSMOTE(decode=decode, random_state=0, k_neighbors=3, **settings)
    X_res, y_res = sampler.fit_resample(X, y)
    network_seed = sampler.transformer_.random_state
    parts = FeatureSpaceSampler(
        AutoencoderTransformer(random_state=network_seed, **settings),
        SMOTE(k_neighbors=3, random_state=0),
        decode=decode,
    )
    same = pd.testing.assert_frame_equal if kind == "mixed" else assert_array_equal
    same(X_res, parts.fit_resample(X, y)[0])
    assert len(set(np.bincount(y_res))) == 1
    same(X_res[: len(X)], X)
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
        (
            [0] * 10 + [1] * 10,
            {"sampling_strategy": {4: 3}},
            "class 4 in sampling_strategy of Deep",
        ),
        (np.arange(20) / 3, {}, "DeepSMOTE needs class labels, but y holds numbers such as 0.33"),
    ],
)
def test_what_is_wrong_with_labels_is_said_before_any_training(y, settings, message, monkeypatch):
    monkeypatch.setattr(AutoencoderTransformer, "_learn", None)
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


# Missing values ------------------------------------------------------------------------------


@pytest.mark.parametrize("decode", ["residual", "inverse"])
@pytest.mark.parametrize("as_frame", [False, True])
def test_a_row_misses_what_its_seed_misses(decode, as_frame):
    X, y = mixed_table(60)
    X["whole"] = np.nan
    given = X if as_frame else X.drop(columns="d").to_numpy()
    sampler = DeepSMOTE(decode=decode, random_state=0, **TINY)
    X_res, _ = sampler.fit_resample(given, y)
    absent = pd.isna(X_res if as_frame else pd.DataFrame(X_res)).to_numpy()
    assert absent[60:].any()
    assert not absent[60:].all()
    assert_array_equal(absent, absent[sampler.sample_indices_])


def test_images_are_to_be_without_gaps_by_its_tags():
    assert get_tags(DeepSMOTE()).input_tags.allow_nan
    assert not get_tags(DeepSMOTE(image_shape=(8, 8))).input_tags.allow_nan


# What is wrong is said in its own name -------------------------------------------------------

NUMBERS = np.random.default_rng(0).normal(size=(20, 6))
GAPS = np.where(np.arange(120).reshape(20, 6) == 8, np.nan, NUMBERS)
INFINITE = np.where(np.arange(120).reshape(20, 6) == 6, np.inf, NUMBERS)
MIXED = pd.DataFrame(NUMBERS).rename(columns=str).assign(c=pd.Categorical(list("xy") * 10))
LABELS = np.repeat([0, 1], [14, 6])


@pytest.mark.parametrize(
    ("X", "settings", "message"),
    [
        (NUMBERS, {"image_shape": (3, 3)}, r"image_shape=\(3, 3\) of DeepSMOTE does not fit: 3 \*"),
        (NUMBERS, {"image_shape": (3, "a")}, "image_shape of DeepSMOTE must be"),
        (NUMBERS.reshape(-1, 2, 3), {"image_shape": (3, 2)}, "of DeepSMOTE is not the shape of"),
        (
            NUMBERS.reshape(-1, 1, 2, 3, 1),
            {},
            r"DeepSMOTE takes X of shape .* got \(20, 1, 2, 3, 1",
        ),
        (GAPS, {"image_shape": (2, 3)}, r"DeepSMOTE cannot use missing values .* row 1 of X"),
        (GAPS.reshape(-1, 2, 3), {}, r"DeepSMOTE cannot use missing values \(NaN\) in images"),
        (
            MIXED,
            {"image_shape": (2, 3)},
            r"DeepSMOTE needs numbers .* 1 of the 7 columns of X hold",
        ),
        (NUMBERS.reshape(-1, 2, 3), {"categorical_features": [0]}, "DeepSMOTE needs numbers in"),
        (MIXED[["c"]], {}, "DeepSMOTE needs at least 1 numeric column; all 1 of X are categorical"),
        (NUMBERS, {"categorical_features": [9]}, "categorical_features of DeepSMOTE must be indic"),
        (sparse.csr_array(NUMBERS), {}, r"DeepSMOTE does not work on sparse data.* X\.toarray\(\)"),
        (INFINITE, {}, "DeepSMOTE cannot use infinity in X: column 0 has"),
        ([[1.0, 2], [3]] * 10, {}, "DeepSMOTE needs rows of one length"),
        (NUMBERS, {"hidden": (0,)}, "hidden of DeepSMOTE must hold the widths"),
        (
            NUMBERS,
            {"k_neighbors": 6},
            r"DeepSMOTE needs .* k_neighbors \+ 1 = 7 rows .* class 1 has 6",
        ),
        (NUMBERS, {"sampling_strategy": {1: 3}}, "DeepSMOTE only adds rows"),
        (NUMBERS, {"learning_rate": 1e30, "max_iter": 50}, "DeepSMOTE diverged: its loss is"),
    ],
)
def test_errors_are_in_its_own_name(X, settings, message):
    with pytest.raises(ValueError, match=message) as caught:
        DeepSMOTE(**{**TINY, **settings}).fit_resample(X, LABELS)
    for inner in ("AutoencoderTransformer", "FeatureSpaceSampler"):
        assert inner not in str(caught.value)


@pytest.mark.parametrize(
    ("n", "message"),
    [
        (14, "DeepSMOTE needs at least 2 classes; y has 1 class: 0"),
        (15, r"DeepSMOTE needs .* class 1 has 1\. Use RandomOverSampler"),
    ],
)
def test_labels_are_judged_in_its_own_name(n, message):
    with pytest.raises(ValueError, match=message):
        DeepSMOTE(**TINY).fit_resample(NUMBERS[:n], LABELS[:n])


def test_progress_is_told_in_its_own_name(capsys):
    DeepSMOTE(verbose=1, **TINY).fit(NUMBERS, LABELS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("DeepSMOTE: step ") for line in lines)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_missed_in_its_own_name():
    with pytest.raises(ValueError, match="DeepSMOTE cannot use device='cuda': PyTorch finds no"):
        DeepSMOTE(device="cuda", **TINY).fit(NUMBERS, LABELS)


def test_rows_are_the_same_whatever_the_default_device():
    sampler = DeepSMOTE(random_state=0, **TINY)
    X_res, _ = sampler.fit_resample(NUMBERS, LABELS)
    with torch.device("meta"):
        assert_array_equal(sampler.fit_resample(NUMBERS, LABELS)[0], X_res)


def test_fit_learns_the_space():
    sampler = DeepSMOTE(random_state=0, **TINY).fit(NUMBERS, LABELS)
    assert sampler.sampling_strategy_ == {1: 8}
    Z = sampler.transformer_.transform(NUMBERS)
    assert Z.shape == (20, 2)
    sampler.fit_resample(NUMBERS, LABELS)
    assert_array_equal(sampler.transformer_.transform(NUMBERS), Z)
    assert not hasattr(sampler.fit(NUMBERS, LABELS), "sample_indices_")
