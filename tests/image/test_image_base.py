"""BaseImageSampler: what every image sampler shares, by operations of a few lines."""

import pickle

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from containers import DENSE
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from imblearn.pipeline import make_pipeline
from numpy.testing import assert_allclose, assert_array_equal
from operations import Broken, Jitter, Vandal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from strategies import targets

from skaug.augmented import AugmentedClassifier
from skaug.image import BaseImageSampler

DTYPES = ["uint8", "float32", "float64"]
ALL_DTYPES = [*DTYPES, "bool", "int8", "int16", "uint16", "int64", "float16", ">f8", "object"]


@st.composite
def images(draw, dtype=None, min_rows=1, max_rows=9):
    """Return (n, height, width, n_channels) images with values from 0 to 255."""
    sides = st.integers(1, 4)
    shape = (draw(st.integers(min_rows, max_rows)), draw(sides), draw(sides), draw(sides))
    cells = draw(hnp.arrays(np.uint8, shape))
    return cells.astype(dtype or draw(st.sampled_from(DTYPES)))


def flat(X):
    return X.reshape(len(X), -1)


def jitter(X, **params):
    """Return a sampler for images (n, height, width, n_channels) as rows, with a fixed range."""
    given = {"value_range": (0, 255), "image_shape": X.shape[1:], "random_state": 0}
    return Jitter(**{**given, **params})


def made(sampler, X):
    """Return the rows that a sampler makes of X."""
    X_res, _ = sampler.fit_resample(X, np.zeros(len(X)))
    return X_res[sampler.is_synthetic_]


# What is made of a row depends on the seed, the copy and the row -----------------------------


@given(images(), st.integers(1, 3), st.data())
def test_fewer_rows_get_what_they_get_among_more(X, copies, data):
    n = data.draw(st.integers(1, len(X)))
    whole, part = (made(jitter(X, copies=copies), flat(rows)) for rows in (X, X[:n]))
    first = np.arange(len(whole)) % len(X) < n
    assert_array_equal(whole[first], part)


@given(images(), st.integers(1, 3))
def test_fewer_copies_are_the_first_of_more(X, copies):
    fewer, more = (made(jitter(X, copies=c), flat(X)) for c in (copies, copies + 1))
    assert_array_equal(more[: len(fewer)], fewer)


@given(images(min_rows=2), st.data())
def test_other_images_change_nothing(X, data):
    row = data.draw(st.integers(0, len(X) - 1))
    others = data.draw(hnp.arrays(X.dtype, X.shape, elements=st.integers(0, 255)))
    others[row] = X[row]
    assert_array_equal(made(jitter(X), flat(X))[row], made(jitter(X), flat(others))[row])


@given(images(), st.integers(0, 7), st.floats(0, 1))
def test_chunks_change_nothing(X, log_pixels, p):
    whole = made(jitter(X, p=p), flat(X))

    class Small(Jitter):
        _chunk_pixels = 1 << log_pixels

    params = jitter(X, p=p).get_params()
    assert_array_equal(made(Small(**params), flat(X)), whole)


@pytest.mark.parametrize("p", [0.5, 1.0])
def test_threads_change_nothing(p):
    X = np.random.default_rng(0).integers(256, size=(3000, 8, 8, 1), dtype=np.uint8)
    one, two = (made(jitter(X, n_jobs=n, p=p, copies=2), flat(X)) for n in (1, 2))
    assert_array_equal(one, two)


@given(images())
def test_the_same_seed_gives_the_same_and_another_one_another(X):
    repeated = jitter(X)
    assert_array_equal(made(repeated, flat(X)), made(repeated, flat(X)))
    X = np.full((40, 4, 4, 1), 128.0)
    first, second = (made(jitter(X, random_state=seed), flat(X)) for seed in (0, 1))
    assert (first != second).mean() > 0.9


@given(images(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_p_changes_the_same_rows_and_more(X, p, q):
    low, high = sorted((p, q))
    fewer, more, all_rows = (made(jitter(X, p=share), flat(X)) for share in (low, high, 1.0))
    changed = (fewer != flat(X)).any(axis=1)
    assert_array_equal(fewer[changed], more[changed])
    assert_array_equal(fewer[changed], all_rows[changed])


def test_p_is_the_share_of_rows_that_are_changed():
    X = np.full((4000, 2, 2, 1), 128.0)
    changed = (made(jitter(X, p=0.3), flat(X)) != 128).any(axis=1)
    assert abs(changed.mean() - 0.3) < 0.03


@given(images())
def test_with_p_zero_rows_are_exact_copies(X):
    assert_array_equal(made(jitter(X, p=0.0, copies=2), flat(X)), np.tile(flat(X), (2, 1)))


# How images are passed -----------------------------------------------------------------------


@given(images())
def test_flat_rows_arrays_and_colour_planes_are_the_same_images(X):
    expected = made(jitter(X), flat(X))
    array = made(jitter(X, image_shape=None), X)
    planes = np.moveaxis(X, 3, 1)
    first = made(jitter(X, channels="first"), planes)
    rows_of_planes = made(jitter(X, channels="first"), flat(planes))
    assert array.shape == X.shape
    assert first.shape == planes.shape
    assert_array_equal(flat(array), expected)
    assert_array_equal(flat(np.moveaxis(first, 1, 3)), expected)
    assert_array_equal(rows_of_planes, flat(first))


@given(images())
def test_grey_images_need_no_axis_of_channels(X):
    X = X[..., 0]
    array = made(jitter(X, image_shape=None), X)
    assert array.shape == X.shape
    assert_array_equal(flat(array), made(jitter(X, image_shape=X.shape[1:]), flat(X)))
    assert_array_equal(array, made(jitter(X, image_shape=None, channels="first"), X))


@given(images(), st.integers(0, 2))
def test_one_size_may_be_left_open(X, axis):
    shape = [-1 if i == axis else size for i, size in enumerate(X.shape[1:])]
    sampler = jitter(X, image_shape=shape)
    assert_array_equal(made(sampler, flat(X)), made(jitter(X), flat(X)))
    assert sampler.image_shape_ == X.shape[1:]


@pytest.mark.parametrize("dtype", ALL_DTYPES)
def test_the_dtype_is_kept_and_the_rows_with_it(dtype):
    X = np.random.default_rng(0).integers(2, 100, size=(6, 3, 3, 1)).astype(dtype)
    X_res, _ = jitter(X, value_range=None).fit_resample(flat(X), np.zeros(6))
    assert X_res.dtype == X.dtype
    assert_array_equal(X_res[:6], flat(X))
    copied, _ = jitter(X, value_range=None, p=0.0).fit_resample(flat(X), np.zeros(6))
    assert_array_equal(copied[6:], flat(X))


@given(images(dtype="uint8"), st.sampled_from(["float32", "float64", "int16", "int64", "object"]))
def test_every_dtype_agrees_with_bytes(X, dtype):
    expected = made(jitter(X), flat(X)).astype(float)
    result = made(jitter(X), flat(X.astype(dtype))).astype(float)
    assert_allclose(result, expected, atol=0.5 if "float" in dtype else 1)


@pytest.mark.parametrize("container", DENSE)
def test_containers_come_back(container):
    X = np.random.default_rng(0).integers(1, 255, size=(6, 12)).astype(float)
    X[0, 0], X[0, 1] = 0, 255
    given = DENSE[container](X)
    sampler = Jitter(image_shape=(2, 2, 3), random_state=0)
    X_res, _ = sampler.fit_resample(given, np.arange(6))
    assert type(X_res) is type(given) or isinstance(X_res, np.ndarray)
    expected, _ = Jitter(image_shape=(2, 2, 3), random_state=0).fit_resample(X, np.arange(6))
    assert_allclose(np.asarray(X_res, dtype=float), expected, rtol=1e-2, atol=1e-2)
    batch = sampler.augment(given)
    assert type(batch) is type(X_res)
    assert_array_equal(np.asarray(batch), np.asarray(X_res)[6:])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_frames_of_one_dtype_are_arrays_with_names(frame, dtype):
    X = np.random.default_rng(0).integers(256, size=(6, 12)).astype(dtype)
    names = [f"pixel{i}" for i in range(12)]
    given = frame(dict(zip(names, X.T, strict=True)))
    sampler = Jitter(image_shape=(2, 2, 3), random_state=0)
    X_res, _ = sampler.fit_resample(given, np.arange(6))
    assert list(sampler.feature_names_in_) == names
    assert nw.from_native(X_res).schema == nw.from_native(given).schema
    expected = clone(sampler).fit_resample(X, np.arange(6))[0]
    assert_array_equal(nw.from_native(X_res).to_numpy(), expected)
    assert_array_equal(nw.from_native(sampler.augment(given)).to_numpy(), expected[6:])


def test_columns_may_have_several_dtypes():
    X = pd.DataFrame({"a": [0, 9], "b": [0.5, 9.0], "c": pd.array([1, 9], "UInt8")})
    X_res, _ = Jitter(image_shape=(1, 3), random_state=0).fit_resample(X, [0, 1])
    assert_array_equal(X_res.dtypes, X.dtypes)
    wide = Jitter(image_shape=(1, 3), random_state=0).augment(X.to_numpy(float))
    assert_array_equal(X_res["b"][2:], wide[:, 1])
    assert_array_equal(X_res["a"][2:], np.rint(wide[:, 0]))


def test_lists_of_images_come_back_as_lists():
    X = np.arange(24.0).reshape(2, 3, 4)
    X_res, y_res = Jitter(random_state=0).fit_resample(X.tolist(), [0, 1])
    assert isinstance(X_res[3][2], list)
    assert y_res == [0, 1, 0, 1]
    assert_array_equal(np.array(X_res), Jitter(random_state=0).fit_resample(X, [0, 1])[0])


@given(images())
def test_what_is_given_is_not_written_to(X):
    for array in (flat(X), np.moveaxis(X, 3, 1)):
        array.flags.writeable = False
        first = array.ndim == 4
        made(jitter(X, channels="first" if first else "last"), array)


def test_an_operation_cannot_write_to_the_rows():
    X = np.ones((3, 2, 2))
    with pytest.raises(ValueError, match="read-only"):
        Vandal().fit_resample(X, [0, 1, 2])
    assert (X == 1).all()


def test_an_operation_must_return_what_it_is_given():
    with pytest.raises(TypeError, match="_augment of Broken must return what it is given, float64"):
        Broken().fit_resample(np.ones((3, 2, 2)), [0, 1, 2])


# Rows, targets and weights -------------------------------------------------------------------


@given(images(), st.integers(1, 3), st.booleans())
def test_originals_come_first_then_copy_after_copy(X, copies, keep):
    n = len(X)
    sampler = jitter(X, copies=copies, keep_original=keep)
    y = [f"row {i}" for i in range(n)]
    X_res, y_res, w_res = sampler.fit_resample(flat(X), y, sample_weight=np.arange(n) + 0.5)
    source = np.tile(np.arange(n), copies + keep)
    assert_array_equal(sampler.sample_indices_, source)
    assert_array_equal(sampler.partner_indices_, -1)
    assert_array_equal(sampler.is_synthetic_, np.arange(len(source)) >= n * keep)
    assert y_res == [y[i] for i in source]
    assert_array_equal(w_res, source + 0.5)
    assert X_res.shape == (len(source), X[0].size)
    if keep:
        assert_array_equal(X_res[:n], flat(X))


@given(st.data(), st.booleans())
def test_with_a_strategy_counts_are_what_it_asks_for(data, keep):
    X = data.draw(images(min_rows=4))
    y = np.array(data.draw(st.lists(st.sampled_from("ab"), min_size=len(X), max_size=len(X))))
    y[:2] = ["a", "b"]
    wanted = data.draw(targets(y))
    sampler = jitter(X, sampling_strategy=wanted, keep_original=keep)
    _, y_res = sampler.fit_resample(flat(X), y)
    assert_array_equal(y_res, y[sampler.sample_indices_])
    for label in "ab":
        own = (y == label).sum()
        n_made = (y_res[sampler.is_synthetic_] == label).sum()
        assert n_made == wanted.get(label, own) - own
        assert (y_res == label).sum() == n_made + own * keep


def test_with_a_strategy_every_copy_is_another_one():
    X, y = np.full((12, 4, 4), 5.0), np.r_[np.zeros(10), np.ones(2)]
    sampler = Jitter(sampling_strategy="auto", value_range=(0, 9), random_state=0)
    X_res, y_res = sampler.fit_resample(X, y)
    assert np.bincount(y_res.astype(int)).tolist() == [10, 10]
    assert len(np.unique(flat(X_res[12:]), axis=0)) == 8


@pytest.mark.parametrize(
    "y",
    [
        np.linspace(0, 1, 6),
        np.arange(12.0).reshape(6, 2) / 7,
        np.arange(12).reshape(6, 2) % 2,
        sparse.csr_array(np.eye(6)),
        ["a", "b", "c", "a", "b", "c"],
        pd.Series([0.5, 1, 2, 3, 4, 5]),
    ],
    ids=["continuous", "two outputs", "sets of labels", "sparse", "text", "series"],
)
def test_targets_of_every_kind_are_repeated(y):
    X = np.arange(24.0).reshape(6, 2, 2)
    _, y_res = Jitter().fit_resample(X, y)
    dense = [part.toarray() if sparse.issparse(part) else np.asarray(part) for part in (y, y_res)]
    assert type(y_res) is type(y)
    assert_array_equal(dense[1], np.concatenate([dense[0], dense[0]]))


# By hand, in batches, and into memory of your own --------------------------------------------


@given(images(), st.integers(0, 2), st.booleans())
def test_augment_returns_a_copy_of_fit_resample(X, copy, fitted):
    sampler = jitter(X, copies=3, keep_original=False)
    expected = made(clone(sampler), flat(X)).reshape(3, len(X), -1)[copy]
    if fitted:
        sampler.fit(flat(X), np.zeros(len(X)))
    assert_array_equal(sampler.augment(flat(X), copy=copy), expected)
    array = sampler.set_params(image_shape=None).augment(X, copy=copy)
    assert_array_equal(array, expected.reshape(X.shape))


@given(images(), st.data())
def test_augment_finds_rows_by_their_numbers(X, data):
    rows = np.array(data.draw(st.lists(st.integers(0, len(X) - 1), min_size=1)))
    whole = jitter(X).augment(flat(X))
    assert_array_equal(jitter(X).augment(flat(X)[rows], rows=rows), whole[rows])
    alike = jitter(X).augment(np.repeat(flat(X)[:1], 3, axis=0), rows=0)
    assert_array_equal(alike, np.repeat(whole[:1], 3, axis=0))


def test_augment_leaves_the_sampler_as_it_was():
    X = np.arange(24.0).reshape(6, 2, 2)
    sampler = Jitter()
    sampler.augment(X)
    assert vars(sampler) == vars(Jitter())
    sampler.fit(X, np.zeros(6)).augment(X / 2)
    assert sampler.value_range_ == (0, 23)
    assert sampler.augment(X * 10).max() == 23  # the range is that of the fit


@given(images(), st.integers(1, 5), st.integers(1, 3), st.booleans())
def test_batches_are_the_copies_of_fit_resample(X, batch_size, epochs, shuffle):
    n = len(X)
    sampler = jitter(X, copies=epochs, keep_original=False)
    expected = made(clone(sampler), flat(X)).reshape(epochs, n, -1)
    batches = list(
        sampler.iter_batches(
            flat(X), np.arange(n), batch_size=batch_size, epochs=epochs, shuffle=shuffle
        )
    )
    assert [len(y) for _, y in batches[:-1]] == [
        min(batch_size, n - begin) for _ in range(epochs) for begin in range(0, n, batch_size)
    ][:-1]
    rows = np.concatenate([y for _, y in batches]).reshape(epochs, n)
    made_rows = np.concatenate([X for X, _ in batches]).reshape(epochs, n, -1)
    for epoch in range(epochs):
        assert_array_equal(made_rows[epoch], expected[epoch][rows[epoch]])
        assert_array_equal(np.sort(rows[epoch]), np.arange(n))
        if not shuffle:
            assert_array_equal(rows[epoch], np.arange(n))


def test_shuffled_epochs_differ():
    X = np.arange(200.0).reshape(50, 2, 2)
    batches = Jitter(random_state=0).iter_batches(
        X, np.arange(50), batch_size=50, epochs=2, shuffle=True
    )
    first, second = (y.tolist() for _, y in batches)
    assert first != second != sorted(second)


def test_without_targets_batches_are_images_alone():
    X = np.arange(24.0).reshape(6, 2, 2)
    first, second = Jitter(random_state=0).iter_batches(X, batch_size=4)
    assert_array_equal(np.concatenate([first, second]), Jitter(random_state=0).augment(X))


@pytest.mark.parametrize("shape", [(6, 8), (6, 4, 2), (6, 2, 2, 2)])
def test_memmaps_are_read_and_written(tmp_path, shape):
    X = np.random.default_rng(0).integers(256, size=shape, dtype=np.uint8)
    np.save(tmp_path / "X.npy", X)
    X_map = np.load(tmp_path / "X.npy", mmap_mode="r")
    out = np.lib.format.open_memmap(
        tmp_path / "out.npy", mode="w+", dtype=np.uint8, shape=(18, *shape[1:])
    )
    sampler = Jitter(image_shape=None if len(shape) > 2 else (2, 4), copies=2, random_state=0)
    X_res, y_res = sampler.fit_resample(X_map, np.arange(6), out=out)
    assert X_res is out
    expected, y_expected = sampler.fit_resample(X, np.arange(6))
    assert_array_equal(np.load(tmp_path / "out.npy"), expected)
    assert_array_equal(y_res, y_expected)
    batches = sampler.iter_batches(X_map, batch_size=4, epochs=2)
    assert_array_equal(np.concatenate(list(batches)), expected[6:])


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.empty((5, 2, 2)), r"must have shape \(6, 2, 2\) and dtype float64"),
        (np.empty((6, 2, 2), np.float32), "dtype float64, be writeable"),
        (np.empty((6, 2, 4))[:, :, ::2], "C order: False"),
        ([[0]], "must be an ndarray or memmap, got list"),
    ],
)
def test_an_out_that_does_not_fit_is_refused(out, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Jitter().fit_resample(np.ones((3, 2, 2)), [0, 1, 2], out=out)


def test_out_is_not_for_frames():
    with pytest.raises(TypeError, match="X a data frame"):
        Jitter(image_shape=(2, 2)).fit_resample(
            pd.DataFrame(np.ones((3, 4))), [0, 1, 2], out=np.empty((6, 4))
        )


# The range of values -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (np.array([[0, 16]], np.uint8), (0, 255)),
        (np.array([[3, 16]], np.int64), (3, 16)),
        (np.array([[-1.5, 16]]), (-1.5, 16)),
        (np.array([[False, True]]), (0, 1)),
        (np.array([[7.0, 7.0]]), (7, 8)),
    ],
)
def test_the_range_is_read_from_the_images(X, expected):
    assert Jitter(image_shape=(1, 2)).fit(X, [0]).value_range_ == expected


def test_the_range_may_be_given():
    X = np.array([[0, 16]], np.uint8)
    sampler = Jitter(image_shape=(1, 2), value_range=(0, 16), copies=50, random_state=0)
    assert sampler.fit_resample(X, [0])[0].max() == 16
    assert sampler.value_range_ == (0, 16)


@pytest.mark.parametrize("value_range", [(0, 0), (1, 0), (0, np.inf), (0, 1, 2), ("a", "b"), [0]])
def test_a_range_must_be_two_numbers(value_range):
    with pytest.raises(ValueError, match=r"value_range of Jitter must be \(lowest, highest\)"):
        Jitter(image_shape=(1, 2), value_range=value_range).fit([[0.0, 1.0]], [0])


def test_a_range_must_hold_the_images_and_the_dtype_the_range():
    X = np.array([[0, 16]], np.uint8)
    with pytest.raises(ValueError, match=r"value_range=\(0, 1\) of Jitter must hold all of X"):
        Jitter(image_shape=(1, 2), value_range=(0, 1)).fit(X, [0])
    with pytest.raises(ValueError, match=r"goes beyond what the dtype of X, uint8, holds: 0 to"):
        Jitter(image_shape=(1, 2), value_range=(0, 256)).fit(X, [0])


# What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "X", "message"),
    [
        ({}, np.ones((3, 4)), r"how many pixels .* rows of 4 numbers. Set image_shape="),
        ({"image_shape": (2, 3)}, np.ones((3, 4)), r"2 \* 3 \* 1 = 6 numbers an image, .* have 4"),
        ({"image_shape": (-1, 3)}, np.ones((3, 4)), "does not fit"),
        ({"image_shape": (-1, -1)}, np.ones((3, 4)), "of which one may be -1"),
        ({"image_shape": (4,)}, np.ones((3, 4)), r"must be \(height, width\) or"),
        ({"image_shape": (2.0, 2.0)}, np.ones((3, 4)), "whole numbers"),
        ({"image_shape": (0, 2)}, np.ones((3, 4)), "whole numbers from 1 on"),
        ({"image_shape": ((1, 2), 3)}, np.ones((3, 4)), "whole numbers from 1 on"),
        ({"image_shape": (2, 3)}, np.ones((3, 2, 2)), r"is not the shape of .* \(2, 2, 1\)"),
        ({}, np.ones((3, 2, 2, 1, 1)), "X has 5 dimensions"),
        ({}, np.ones((3, 0, 2)), "with pixels"),
        ({}, np.full((3, 2, 2), np.nan), "cannot use NaN in X: column 0 misses a value in row 0"),
        ({}, np.full((3, 2, 2), np.inf), "cannot use infinity in X"),
        ({}, [np.ones((2, 2)), np.ones((3, 2)), np.ones((2, 2))], "images of one shape"),
        ({}, [[["a"]], [["b"]], [["c"]]], "Jitter needs numbers in X, which has dtype <U1"),
        ({}, np.array([[["a"]], [[1]], [[2]]], object), "needs numbers in X: could not convert"),
        ({}, np.ones((3, 2, 2), "M8[s]"), "needs numbers in X, which has dtype datetime64"),
        ({"image_shape": (1, 1)}, pd.DataFrame({"a": list("abc")}), "column 'a' is String"),
        ({"image_shape": (1, 1)}, pd.DataFrame({"a": [1, None, 2]}), "column 'a' misses a value"),
        ({"p": 2}, np.ones((3, 2, 2)), "The 'p' parameter of Jitter"),
        ({"channels": "middle"}, np.ones((3, 2, 2)), "'channels' parameter of Jitter"),
        ({"n_jobs": 0}, np.ones((3, 2, 2)), "'n_jobs' parameter of Jitter"),
    ],
)
def test_bad_input_is_refused(params, X, message):
    with pytest.raises(ValueError, match=message):
        Jitter(**params).fit_resample(X, [0, 1, 2])
    with pytest.raises(ValueError, match=message):
        Jitter(**params).augment(X)


def test_sparse_tables_are_refused():
    with pytest.raises(TypeError, match=r"Jitter does not work on sparse data.*toarray"):
        Jitter(image_shape=(2, 2)).fit_resample(sparse.csr_array(np.eye(4)), [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"copy": -1}, "copy of Jitter.augment must be an int from 0 on, got -1"),
        ({"copy": 0.5}, "copy of Jitter.augment must be an int"),
        ({"rows": [0, 1]}, r"rows of Jitter.augment must be an int, or one for each of the 3"),
        ({"rows": 0.5}, "dtype float64"),
        ({"rows": -1}, "count from 0, got -1"),
    ],
)
def test_bad_arguments_of_augment_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        Jitter().augment(np.ones((3, 2, 2)), **params)


def test_other_images_than_those_of_the_fit_are_refused():
    sampler = Jitter().fit(np.ones((3, 2, 4)), [0, 1, 2])
    with pytest.raises(ValueError, match="X has 9 features, but Jitter is expecting 8 features"):
        sampler.augment(np.ones((3, 3, 3)))
    with pytest.raises(ValueError, match=r"fitted to images of shape \(2, 4, 1\)"):
        sampler.augment(np.ones((3, 4, 2)))


@pytest.mark.parametrize("params", [{"batch_size": 0}, {"epochs": 0}, {"batch_size": 1.5}])
def test_bad_batches_are_refused_before_the_first(params):
    with pytest.raises((TypeError, ValueError), match="of Jitter"):
        Jitter().iter_batches(np.ones((3, 2, 2)), **params)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Jitter().iter_batches(np.ones((3, 2, 2)), [0, 1])


# In the company of scikit-learn --------------------------------------------------------------


def test_a_sampler_is_cloned_and_pickled():
    X = np.arange(24.0).reshape(6, 2, 2)
    sampler = Jitter(copies=2, random_state=0).fit(X, np.zeros(6))
    restored = pickle.loads(pickle.dumps(sampler))
    assert restored.get_params() == clone(sampler).get_params() == sampler.get_params()
    assert_array_equal(restored.augment(X), sampler.augment(X))


def test_a_subclass_must_say_how_to_change_images():
    with pytest.raises(TypeError, match="abstract"):
        BaseImageSampler()


def test_a_search_finds_its_parameters():
    X, y = load_digits(return_X_y=True)
    X, y = X[:200].astype(np.uint8), y[:200]
    aug = Jitter(image_shape=(8, 8), value_range=(0, 16), random_state=0)
    grid = {"aug__p": [0.0, 0.5], "aug__copies": [1, 3]}
    pipeline = make_pipeline(aug, KNeighborsClassifier(1))
    pipeline.steps[0] = ("aug", aug)
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.score(X, y) > 0.9
    model = AugmentedClassifier(RandomForestClassifier(20, random_state=0), aug)
    search = GridSearchCV(model, {"sampler__copies": [1, 3]}, cv=3, error_score="raise")
    assert search.fit(X, y).best_score_ > 0.7
