"""AutoencoderTransformer: the way to the codes and back, and what each loss does."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug._core.image_layout import ImageLayout
from skaug.deep import AutoencoderTransformer
from skaug.deep._autoencoder_transformer import _cell_weight
from skaug.deep._scaling import Scaling

torch = pytest.importorskip("torch")

from skaug.deep._autoencoder import (  # noqa: E402 - needs PyTorch
    Autoencoder,
    _partners,
    mixed_codes_loss,
    reconstruction_loss,
)

TINY = {"max_iter": 3, "hidden": (8,), "n_components": 2, "random_state": 0}


NUMBERS = st.floats(-1e3, 1e3) | st.just(np.nan)
TABLES = hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=NUMBERS)


@parametrize_with_checks([AutoencoderTransformer(**TINY)])
def test_scikit_learn(estimator, check):
    check(estimator)


def test_the_way_back_loses_little():
    X, _ = load_digits(return_X_y=True)
    transformer = AutoencoderTransformer(image_shape=(8, 8), max_iter=400, random_state=0)
    back = transformer.inverse_transform(transformer.fit_transform(X))
    assert back.dtype == np.float64
    assert ((back - X) ** 2).mean() < 0.4 * X.var(axis=0).mean()
    assert back.min() >= 0
    assert back.max() <= 16
    assert transformer.loss_curve_[-1] < transformer.loss_curve_[0]


def test_numbers_of_any_scale_come_back_in_it():
    X, _ = load_iris(return_X_y=True)
    moved = X * [1e-3, 1, 1e6, 1] + [0, 5, 0, -1e3]
    settings = {"n_components": 4, "max_iter": 600, "penalty": 0, "random_state": 0}
    transformer = AutoencoderTransformer(**settings)
    back = transformer.inverse_transform(transformer.fit_transform(moved))
    assert (((back - moved) / moved.std(axis=0)) ** 2).mean() < 0.1


def test_a_fit_is_the_same_for_the_same_seed_and_travels():
    X, y = load_iris(return_X_y=True)
    state = torch.random.get_rng_state()
    first = AutoencoderTransformer(**TINY).fit(X, y)
    assert torch.equal(state, torch.random.get_rng_state())
    Z = first.transform(X)
    assert_array_equal(Z, AutoencoderTransformer(**TINY).fit(X, y).transform(X))
    assert_array_equal(Z, pickle.loads(pickle.dumps(first)).transform(X))


def test_labels_shape_the_codes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 10)), np.repeat([0, 1], 150)
    X[:, 0] += 1.5 * y
    X[:, 1:] *= [9, 8, 7, 6, 5, 4, 3, 2, 1]
    score = []
    for weight in (0.0, 10.0):
        settings = {**TINY, "max_iter": 300, "n_components": 1, "supervised": weight}
        Z = AutoencoderTransformer(**settings).fit(X, y).transform(X)
        score.append(LogisticRegression().fit(Z, y).score(Z, y))
    assert score[1] > score[0] + 0.1


def test_numbers_can_shape_the_codes():
    X = np.random.default_rng(0).normal(size=(200, 6))
    y = X[:, 0] * 100 + 0.5
    settings = {**TINY, "max_iter": 400, "n_components": 1, "supervised": 10.0}
    Z = AutoencoderTransformer(**settings).fit(X, y).transform(X)
    assert abs(np.corrcoef(Z[:, 0], y)[0, 1]) > 0.9


def test_supervised_needs_labels():
    with pytest.raises(ValueError, match=r"supervised=1 needs y\. Pass y to fit, or set"):
        AutoencoderTransformer(supervised=1, **TINY).fit(np.eye(4))


@pytest.mark.parametrize("hidden", [(0,), (-3,), (8.5,), ("a",), [[8]]])
def test_widths_are_whole_numbers(hidden):
    with pytest.raises(ValueError, match="hidden of AutoencoderTransformer must hold the widths"):
        AutoencoderTransformer(hidden=hidden).fit(np.eye(4))


def test_parameters_set_after_the_fit_wait_for_the_next():
    X, y = load_iris(return_X_y=True)
    transformer = AutoencoderTransformer(**TINY).fit(X, y)
    Z = transformer.transform(X)
    transformer.set_params(hidden=(4,), n_components=5, supervised=1.0, image_shape=(2, 2))
    assert_array_equal(transformer.transform(X), Z)
    assert transformer.inverse_transform(Z).shape == X.shape
    assert len(transformer.get_feature_names_out()) == 2


def test_rows_far_from_all_learnt_have_codes():
    X = np.c_[np.ones(5), np.arange(5)]  # the first column has no spread to divide by
    transformer = AutoencoderTransformer(**TINY).fit(X)
    far = np.array([[1e39, 1], [1, 1e308], [-1e308, -1e308]])
    assert np.isfinite(transformer.inverse_transform(transformer.transform(far))).all()


def test_codes_have_to_have_their_length():
    transformer = AutoencoderTransformer(**TINY).fit(np.eye(4))
    with pytest.raises(ValueError, match="takes codes of n_components = 2 numbers; X has 3"):
        transformer.inverse_transform(np.eye(3))


def test_the_default_penalty_costs_next_to_nothing_of_the_way_back():
    X, y = load_iris(return_X_y=True)
    lost = []
    for penalty in ({"penalty": 0}, {}):
        transformer = AutoencoderTransformer(**{**TINY, "max_iter": 300}, **penalty).fit(X, y)
        back = transformer.inverse_transform(transformer.transform(X))
        lost.append(((back - X) ** 2 / X.var(axis=0)).mean())
    assert lost[1] < 1.08 * lost[0]  # 1.17 with a penalty of 1


def test_the_penalty_reaches_the_encoder():
    torch.manual_seed(0)
    transformer = AutoencoderTransformer(**TINY).fit(np.random.default_rng(0).normal(size=(30, 5)))
    network = transformer._network()
    codes = network.encoder(torch.randn(30, 5))
    mixed_codes_loss(network, codes, torch.arange(30) % 3).backward()
    assert all(p.grad.abs().sum() > 0 for p in network.encoder.parameters())


def test_partners_have_the_label_and_are_others():
    torch.manual_seed(0)
    labels = torch.tensor([0, 1, 0, 2, 1, 0, 1])
    for _ in range(20):
        partner = _partners(labels)
        assert torch.equal(labels[partner], labels)
        assert (partner == torch.arange(7)).nonzero().ravel().tolist() == [3]


@pytest.mark.parametrize("shape", [(1, 200), (5, 1), (6, 3)])
def test_columns_without_spread_are_no_reason_for_nan(shape):
    X = np.full(shape, 0.1)
    transformer = AutoencoderTransformer(**TINY).fit(X)
    assert_allclose(transformer.inverse_transform(transformer.transform(X)), X, rtol=1e-12)
    if shape == (6, 3):
        images = AutoencoderTransformer(image_shape=(3, 1), **TINY).fit(X)
        assert (images.inverse_transform(images.transform(X)) == 0.1).all()


def test_frames_give_frames():
    X = pd.DataFrame(np.eye(5), columns=list("abcde"))
    Z = AutoencoderTransformer(**TINY).set_output(transform="pandas").fit_transform(X)
    assert Z.columns.tolist() == ["autoencodertransformer0", "autoencodertransformer1"]


# Missing values ------------------------------------------------------------------------------


@given(TABLES)
def test_scaling_leaves_missing_numbers_out(X):
    scaling = Scaling.of(X, None)
    Z = scaling.encode(X)
    assert (Z[np.isnan(X)] == 0).all()
    known = ~np.isnan(X)
    assert_allclose(scaling.decode(Z)[known], X[known], rtol=1e-4, atol=1e-2)
    for j in np.flatnonzero(known.any(axis=0)):
        own = X[known[:, j]][:, [j]]
        assert_array_equal(Z[known[:, j], j], Scaling.of(own, None).encode(own)[:, 0])


@pytest.mark.parametrize("size", [1e-200, 1, 1e200])
def test_scaling_of_numbers_of_any_size(size):
    X = np.array([[-1.0], [1], [np.nan]]) * size
    scaling = Scaling.of(X, None)
    assert_allclose(scaling.encode(X), [[-1], [1], [0]])
    assert_allclose(scaling.decode(scaling.encode(X)), [[-size], [size], [0]])


def test_scaling_of_images_is_one_for_all_pixels():
    X = np.array([[0.0, 5, 10], [2, 3, 20]])
    scaling = Scaling.of(X, ImageLayout.of(X.shape, (1, 3), "last", "Net"))
    assert_allclose(scaling.encode(X), X / 20)
    assert_allclose(scaling.decode(scaling.encode(X)), X, atol=1e-5)


@given(TABLES)
def test_known_cells_count_for_the_missing_ones(X):
    weight, known = _cell_weight(X), ~np.isnan(X)
    if known.all():
        assert weight is None
        return
    has_values = known.any(axis=0)
    assert (weight[:, has_values][~known[:, has_values]] == 0).all()
    assert (weight[:, ~has_values] == 1).all()
    assert len(np.unique(weight[known])) <= 1
    assert weight.sum() == pytest.approx(X.size, rel=1e-5)


def test_what_stands_in_a_missing_cell_does_not_matter_to_the_loss():
    torch.manual_seed(0)
    network = Autoencoder(4, 2, (8,), None, 0)
    rows, codes = torch.randn(6, 4), torch.randn(6, 2)
    is_known = torch.arange(24).reshape(6, 4) % 5 > 0
    other = torch.where(is_known, rows, 99)
    loss = reconstruction_loss(network, rows, codes, is_known.float())
    assert loss == reconstruction_loss(network, other, codes, is_known.float())
    every = torch.ones(6, 4)
    assert reconstruction_loss(network, rows, codes, every) == reconstruction_loss(
        network, rows, codes
    )


def test_missing_numbers_are_guessed_from_the_others():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 1)) * [1.0, 1, 100] + rng.normal(size=(300, 3)) * [0.1, 0.1, 10]
    gaps = X.copy()
    gaps[rng.random(300) < 0.7, 2] = np.nan
    is_gap = np.isnan(gaps[:, 2])
    settings = {**TINY, "hidden": (16,), "max_iter": 500, "n_components": 1}
    transformer = AutoencoderTransformer(**settings)
    back = transformer.inverse_transform(transformer.fit_transform(gaps))
    assert np.isfinite(back).all()
    missed = (back - X)[is_gap, 2].var() / X[is_gap, 2].var()
    assert missed < 0.25  # 0.48 where the loss takes the mean for what is missing


def test_decoded_columns_without_any_value_are_what_the_encoder_saw():
    X = np.random.default_rng(0).normal(size=(100, 3))
    X[:, 1] = np.nan
    transformer = AutoencoderTransformer(**{**TINY, "max_iter": 200}).fit(X)
    codes = transformer.transform(X).astype(np.float32)
    out = transformer._through(codes, lambda network: network.decode)
    assert np.abs(out[:, 1]).max() < 0.2


@pytest.mark.parametrize("columns", [[1], [0, 1, 2]])
def test_columns_may_be_missing_wholly(columns):
    X = np.random.default_rng(0).normal(size=(20, 3))
    X[:, columns] = np.nan
    frame = pd.DataFrame(X, columns=list("abc"))
    transformer = AutoencoderTransformer(**TINY)
    back = transformer.inverse_transform(transformer.fit_transform(frame, np.arange(20) % 2))
    assert np.isfinite(back).all()
    assert (back[:, columns] == 0).all()


def test_images_have_all_their_pixels():
    X = np.random.default_rng(0).random((9, 4))
    assert get_tags(AutoencoderTransformer()).input_tags.allow_nan
    images = AutoencoderTransformer(image_shape=(2, 2), **TINY)
    assert not get_tags(images).input_tags.allow_nan
    images.fit(X)
    X[3, 1] = np.nan
    message = r"AutoencoderTransformer cannot use missing values \(NaN\) in images, .* row 3 of X"
    for method in (images.transform, images.fit):
        with pytest.raises(ValueError, match=message):
            method(X)
