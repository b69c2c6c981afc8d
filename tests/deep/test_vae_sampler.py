"""VAESampler: what a draw is, what stays as it was, and how good the rows are."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors

from skaug.deep import GANSampler, VAESampler
from skaug.deep._vae_sampler import rows_with

torch = pytest.importorskip("torch")

TINY = {"max_iter": 3, "hidden": (8,), "latent_dim": 2, "random_state": 0}
NOISES = ["residual", "posterior", "prior"]


def table(n=60):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "amount": rng.lognormal(size=n),
            "visits": rng.poisson(2, n),
            "colour": pd.Categorical(rng.choice(["red", "green"], n)),
            "gaps": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
            "constant": 1.5,
            "nothing": np.nan,
        }
    )
    return X, np.repeat(["common", "rare"], [n - 10, 10])


def recall(real, made, k=5):
    """The share of real rows that lie within the k-th neighbour distance of some made row."""
    radius = NearestNeighbors(n_neighbors=k + 1).fit(made).kneighbors(made)[0][:, -1]
    square = ((real[:, None] - made[None]) ** 2).sum(axis=2)
    return float((np.sqrt(square) <= radius).any(axis=1).mean())


@pytest.mark.parametrize("noise", NOISES)
def test_a_mixed_table_comes_back_as_one(noise):
    X, y = table()
    X_res, y_res = VAESampler(noise=noise, **TINY).fit_resample(X, y)
    assert pd.Series(y_res).value_counts().to_dict() == {"common": 50, "rare": 50}
    pd.testing.assert_frame_equal(X_res.iloc[:60], X)
    made = X_res.iloc[60:]
    assert made["visits"].dtype == X["visits"].dtype
    assert set(made["amount"]) <= set(X["amount"])
    assert (made["constant"] == 1.5).all()
    assert made["nothing"].isna().all()


@pytest.mark.parametrize("noise", ["residual", "posterior"])
def test_a_row_misses_what_its_seed_misses(noise):
    X, y = table()
    sampler = VAESampler(noise=noise, **TINY)
    X_res, y_res = sampler.fit_resample(X, y)
    seed = sampler.sample_indices_[60:]
    assert_array_equal(X_res["gaps"].isna()[60:], X["gaps"].isna().to_numpy()[seed])
    assert_array_equal(y_res[60:], y[seed])


@pytest.mark.parametrize("noise", NOISES)
def test_a_seed_says_all_and_nothing_global_moves(noise):
    X, y = table()
    before, n_threads = torch.random.get_rng_state(), torch.get_num_threads()
    first = VAESampler(noise=noise, **TINY).fit_resample(X, y)[0]
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.get_num_threads() == n_threads
    torch.manual_seed(5)
    pd.testing.assert_frame_equal(first, VAESampler(noise=noise, **TINY).fit_resample(X, y)[0])
    other = VAESampler(noise=noise, **{**TINY, "random_state": 1}).fit_resample(X, y)[0]
    assert not first.equals(other)


@pytest.mark.parametrize("noise", NOISES)
def test_a_fitted_model_travels_and_its_draws_differ(noise):
    X, y = table()
    sampler = VAESampler(noise=noise, **TINY).fit(X, y)
    travelled = pickle.loads(pickle.dumps(sampler))
    first, second = sampler.sample(20)[0], sampler.sample(20)[0]
    assert not first.equals(second)
    pd.testing.assert_frame_equal(first, travelled.sample(20)[0])
    assert all(isinstance(value, np.ndarray) for value in sampler._weights.values())
    assert not hasattr(clone(sampler), "loss_curve_")


@pytest.mark.parametrize("noise", ["residual", "posterior"])
def test_a_decoder_that_is_deaf_to_codes_shows_the_residual(noise):
    """Then d(z) = d(mu), and x_i + d(z) - d(mu) is x_i itself."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:50], y[:50]
    sampler = VAESampler(noise=noise, image_shape=(8, 8), **TINY).fit(X, y)
    sampler._weights["decoder.0.weight"][:] = 0
    made = sampler._draw_batch(y[:10], np.random.default_rng(0))
    off = np.abs(made.values - X[made.seed]).max()
    assert off < 1e-4 if noise == "residual" else off > 1


@pytest.mark.parametrize("shape", [(8, 8), (4, 4, 4)])
@pytest.mark.parametrize("channels", ["first", "last"])
def test_images_come_back_in_their_shape(shape, channels):
    X, y = load_digits(return_X_y=True)
    images, y = X[:40].reshape(-1, *shape), y[:40]
    sampler = VAESampler(channels=channels, sampling_strategy={0: 9}, **TINY)
    X_res, _ = sampler.fit_resample(images, y)
    flat, _ = sampler.set_params(
        image_shape=shape[-2:] + shape[:1] if channels == "first" and len(shape) == 3 else shape
    ).fit_resample(X[:40], y)
    assert X_res.shape[1:] == shape
    assert_array_equal(X_res.reshape(len(X_res), -1), flat)
    assert sampler.fit(images, y).sample(3)[0].shape == (3, *shape)


@pytest.mark.parametrize("shape", [(33, 35), (32, 34), (36, 31, 3)])
def test_large_images_of_any_size_go_through_convolutions(shape):
    X = np.random.default_rng(0).random((12, *shape)).astype(np.float32)
    y = np.repeat([0, 1], [8, 4])
    sampler = VAESampler(**TINY)
    X_res, y_res = sampler.fit_resample(X, y)
    assert X_res.shape == (16, *shape)
    assert X_res.dtype == np.float32
    assert any("encoder.body" in name for name in sampler._weights)
    assert X_res.min() >= X.min()
    assert X_res.max() <= X.max()
    assert np.bincount(y_res).tolist() == [8, 8]


@pytest.mark.parametrize("noise", NOISES)
def test_numbers_to_predict_are_given_and_come_back(noise):
    X = np.random.default_rng(0).normal(size=(80, 3))
    y = X[:, 0] + 0.5
    sampler = VAESampler(noise=noise, sampling_strategy=0.5, **TINY)
    X_res = sampler.fit_resample(X, y)[0]
    assert len(X_res) == 120
    assert sampler.fit(X, y).sample(y=np.array([0.25, 0.75]))[1].tolist() == [0.25, 0.75]


@given(st.integers(1, 40), st.integers(0, 10))
def test_seeds_have_the_label_asked_for(n, seed):
    rng = np.random.default_rng(seed)
    known, y = np.arange(20) % 3, rng.integers(3, size=n)
    assert_array_equal(known[rows_with(known, y, rng)], y)


def test_seeds_of_numbers_are_near():
    rng = np.random.default_rng(0)
    known = np.linspace(0, 1, 10_000)
    y = rng.random(500)
    assert np.abs(known[rows_with(known, y, rng)] - y).max() < 0.06


@pytest.mark.parametrize("n_columns", [1, 200])
def test_few_rows_are_no_reason_for_nan(n_columns):
    X = np.random.default_rng(0).normal(size=(5, n_columns))
    X_res, y_res = VAESampler(**TINY).fit_resample(X, [0, 0, 0, 0, 1])
    assert np.isfinite(X_res).all()
    assert np.bincount(y_res).tolist() == [4, 4]


def test_images_need_numbers_in_every_pixel():
    X, y = np.full((4, 4), np.nan), [0, 0, 0, 1]
    with pytest.raises(ValueError, match="cannot use missing values: an image has a number"):
        VAESampler(image_shape=(2, 2), **TINY).fit(X, y)
    X = pd.DataFrame({"a": pd.Categorical(["x", "y", "x", "y"]), "b": 1.0})
    with pytest.raises(ValueError, match="needs numbers in every column of X, and 1 are"):
        VAESampler(image_shape=(1, 2), **TINY).fit(X, y)
    with pytest.raises(ValueError, match=r"X has rows of 4|image_shape"):
        VAESampler(image_shape=(3, 3), **TINY).fit(np.ones((4, 4)), y)


def test_a_loss_that_explodes_is_told():
    X = np.random.default_rng(0).normal(size=(40, 3))
    sampler = VAESampler(**{**TINY, "max_iter": 200}, learning_rate=1e20)
    with pytest.raises(ValueError, match=r"VAESampler diverged: .* Lower learning_rate"):
        sampler.fit(X, np.arange(40) % 2)


def test_the_loss_falls_and_the_best_weights_are_kept():
    X, y = load_digits(return_X_y=True)
    sampler = VAESampler(image_shape=(8, 8), max_iter=300, early_stopping=True, random_state=0)
    sampler.fit(X, y)
    assert sampler.loss_curve_[-1] < 0.6 * sampler.loss_curve_[0]
    assert len(sampler.validation_loss_curve_) == len(sampler.loss_curve_) <= 50
    assert sampler.n_iter_ <= 300


@pytest.mark.slow
def test_residuals_bring_back_the_spread():
    """The bar: recall of at least 0.8 against rows held out, on scikit-learn's digits."""
    X, y = load_digits(return_X_y=True)
    X, X_out, y, _ = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    sampler = VAESampler(image_shape=(8, 8), max_iter=600, random_state=0).fit(X, y)
    found = {}
    for noise in NOISES:
        sampler.set_params(noise=noise)
        found[noise] = recall(X_out, sampler.sample(1000, random_state=1)[0])
    assert found["residual"] >= 0.8
    assert found["residual"] > max(found["posterior"], found["prior"]) + 0.3


@pytest.mark.parametrize("model", [VAESampler, GANSampler])
@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
def test_widths_are_checked_and_those_of_the_fit_are_kept(model):
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 2
    with pytest.raises(ValueError, match=f"hidden of {model.__name__} must hold the widths"):
        model(**{**TINY, "hidden": (8.5,)}).fit(X, y)
    fitted = model(**TINY).fit(X, y)
    expected = fitted.sample(4, random_state=0)[0]
    fitted.set_params(hidden=(3, 4), latent_dim=7)
    assert_array_equal(fitted.sample(4, random_state=0)[0], expected)
