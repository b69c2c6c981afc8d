"""GANSampler: its losses, its guard, and what a draw is."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skaug.deep import GANSampler
from skaug.deep._encoding import Block
from skaug.metrics import precision_recall_density_coverage

torch = pytest.importorskip("torch")

from skaug.deep import _gan  # noqa: E402 - needs PyTorch

pytestmark = pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
TINY = {"max_iter": 3, "hidden": (8,), "latent_dim": 2, "random_state": 0}
LOSSES = ["hinge", "misleading", "wgan-gp"]


def clusters(n=400):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    centre = np.array([[-3.0, 0.0], [3.0, 1.0]])[y] + [0, 4] * rng.integers(2, size=(n, 1))
    return centre + 0.3 * rng.normal(size=(n, 2)), y


@pytest.mark.parametrize("loss", LOSSES)
def test_a_mixed_table_comes_back_as_one(loss):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "amount": rng.lognormal(size=60),
            "colour": pd.Categorical(rng.choice(["red", "green"], 60)),
            "gaps": np.where(rng.random(60) < 0.3, np.nan, rng.normal(size=60)),
            "constant": 1.5,
            "nothing": np.nan,
        }
    )
    y = np.repeat(["common", "rare"], [50, 10])
    state, n_threads = torch.random.get_rng_state(), torch.get_num_threads()
    sampler = GANSampler(loss=loss, **TINY)
    X_res, y_res = sampler.fit_resample(X, y)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.get_num_threads() == n_threads
    assert pd.Series(y_res).value_counts().to_dict() == {"common": 50, "rare": 50}
    pd.testing.assert_frame_equal(X_res.iloc[:60], X)
    assert set(X_res["amount"]) <= set(X["amount"])
    assert (X_res["constant"] == 1.5).all()
    assert X_res["nothing"].isna().all()
    assert (sampler.sample_indices_[60:] == -1).all()
    pd.testing.assert_frame_equal(X_res, GANSampler(loss=loss, **TINY).fit_resample(X, y)[0])


def test_a_fitted_model_travels_and_its_draws_differ():
    X, y = clusters()
    sampler = GANSampler(**TINY).fit(X, y)
    travelled = pickle.loads(pickle.dumps(sampler))
    first, second = sampler.sample(20)[0], sampler.sample(20)[0]
    assert not np.array_equal(first, second)
    assert_array_equal(first, travelled.sample(20)[0])


@pytest.mark.parametrize("shape", [(8, 8), (34, 33), (33, 32, 2)])
def test_images_come_back_in_their_shape(shape):
    X = np.random.default_rng(0).random((12, *shape))
    sampler = GANSampler(**TINY)
    X_res, _ = sampler.fit_resample(X, np.repeat([0, 1], [8, 4]))
    assert X_res.shape == (16, *shape)
    assert X.min() <= X_res.min() <= X_res.max() <= X.max()


def test_every_cluster_of_every_class_is_covered():
    X, y = clusters()
    sampler = GANSampler(hidden=(32, 32), max_iter=1000, batch_size=64, random_state=0)
    X_new, y_new = sampler.fit(X, y).sample(400)
    centres = np.array([[-3, 0], [-3, 4], [3, 1], [3, 5]])
    nearest = np.linalg.norm(X_new[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest // 2 == y_new).mean() > 0.9
    assert np.bincount(nearest, minlength=4).min() > 40
    assert sampler.recall_ > 0.5


@pytest.mark.filterwarnings("default:GANSampler has collapsed")
def test_collapse_is_told_with_its_figures():
    X, y = load_digits(return_X_y=True)
    sampler = GANSampler(image_shape=(8, 8), **TINY)
    with pytest.warns(UserWarning, match=r"collapsed: \d+% of the rows it was given lie among"):
        sampler.fit(X[:300], y[:300])
    assert sampler.recall_ < 0.2


@pytest.mark.filterwarnings("default:GANSampler has collapsed")
def test_one_row_for_each_label_is_a_collapse():
    X, y = load_digits(return_X_y=True)
    sampler = GANSampler(**TINY)
    made = np.array([X[y == label].mean(axis=0) for label in range(10)])[y]
    made = made + 0.1 * np.random.default_rng(0).normal(size=X.shape)
    with pytest.warns(UserWarning, match="collapsed: 0% of the rows"):
        sampler._note_quality(X, made)
    half = len(X) // 2
    sampler._note_quality(X[:half], X[half : 2 * half])
    assert min(sampler.precision_, sampler.recall_) > 0.7


def test_recall_is_about_that_of_rows_never_seen():
    X, y = load_digits(return_X_y=True)
    X, X_out, y, y_out = train_test_split(X, y, train_size=1100, stratify=y, random_state=0)
    settings = {"hidden": (64,), "max_iter": 300, "learning_rate": 3e-3, "random_state": 0}
    sampler = GANSampler(image_shape=(8, 8), **settings).fit(X, y)
    counts = dict(zip(*np.unique(y_out, return_counts=True), strict=True))
    made, _ = sampler.sample(y={int(label): int(n) for label, n in counts.items()})
    found = precision_recall_density_coverage(X_out, made)
    assert abs(sampler.recall_ - found.recall) < 0.1


@pytest.mark.parametrize("shape", [(4, 4, 1), (36, 32, 1)])
def test_normalised_features_are_leaky_and_the_head_is_free(shape):
    width = int(np.prod(shape))
    critic = _gan.Critic([Block("unit", slice(0, width))], 2, (8, 8), shape, normalised=True)
    kinds = [type(module) for module in critic.features.modules()]
    assert torch.nn.SiLU not in kinds
    assert torch.nn.LeakyReLU in kinds
    for name, module in critic.named_modules():
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
            is_free = not name.startswith("features")
            assert is_free != torch.nn.utils.parametrize.is_parametrized(module)


def test_normalised_critic_sees_pixels_from_minus_1_to_1_and_scores_as_they_are():
    blocks = [Block("normal", slice(0, 2)), Block("unit", slice(2, 4))]
    seen = []
    for normalised in (True, False):
        critic = _gan.Critic(blocks, 1, (8,), None, normalised=normalised)
        critic.features.register_forward_pre_hook(lambda _, rows: seen.append(rows[0].tolist()))
        critic(torch.tensor([[3.0, -2.0, 0.0, 1.0]]), torch.ones(1, 1))
    assert seen == [[[3, -2, -1, 1]], [[3, -2, 0, 1]]]


@pytest.mark.parametrize("kind", ["levels", "whole numbers", "missing", "pixels of one value"])
def test_rows_are_judged_as_they_are_drawn(kind):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [60, 40])
    X, settings = {
        "levels": (pd.DataFrame({"a": pd.Categorical(rng.choice(["x", "y"], 100))}), {}),
        "whole numbers": (rng.integers(2, size=(100, 2)).astype(float), {}),
        "missing": (np.full((100, 2), np.nan), {}),
        "pixels of one value": (np.ones((100, 4)), {"image_shape": (2, 2)}),
    }[kind]
    sampler = GANSampler(hidden=(16,), max_iter=100, random_state=0, **settings).fit(X, y)
    assert sampler.precision_ == 1  # whatever is drawn is one of the few rows there are


@pytest.mark.parametrize("n_columns", [1, 200])
def test_few_rows_are_no_reason_for_nan(n_columns):
    X = np.random.default_rng(0).normal(size=(5, n_columns))
    X_res, _ = GANSampler(**TINY).fit_resample(X, [0, 0, 0, 0, 1])
    assert np.isfinite(X_res).all()
    X_new, _ = GANSampler(**TINY).fit(X[:1], [0]).sample(3)
    assert np.isfinite(X_new).all()


def test_numbers_to_predict_are_given_and_come_back():
    X = np.random.default_rng(0).normal(size=(80, 3))
    sampler = GANSampler(**TINY).fit(X, X[:, 0] + 0.5)
    assert sampler.sample(y=np.array([0.25, 0.75]))[1].tolist() == [0.25, 0.75]


def test_discrepancy_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(20, 3)), rng.normal(size=(30, 3)) + 1
    off = [((a - b) ** 2).sum() for i, a in enumerate(real) for j, b in enumerate(real) if i != j]
    median = np.sort(off)[(len(off) - 1) // 2]

    def mean(first, second, *, same):
        values = [
            sum(np.exp(-((a - b) ** 2).sum() / (f * median)) for f in (0.25, 0.5, 1, 2, 4))
            for i, a in enumerate(first)
            for j, b in enumerate(second)
            if not (same and i == j)
        ]
        return np.mean(values)

    expected = mean(real, real, same=True) + mean(made, made, same=True)
    expected -= 2 * mean(real, made, same=False)
    found = _gan.mmd(torch.tensor(real), torch.tensor(made))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert abs(_gan.mmd(torch.tensor(real[:1]), torch.tensor(made[:1]))) < np.inf
