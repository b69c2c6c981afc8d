"""StyleTransferSampler by optimisation: the losses, what does not matter, and what is left."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from skaug.deep._style_transfer_sampler import StyleTransferSampler
from skaug.image import Compose, RandomFlip
from skaug.pipeline import Pipeline

torch = pytest.importorskip("torch")

from skaug.deep._style_losses import (  # noqa: E402 - needs PyTorch
    StyleLosses,
    feature_maps,
)

CPU = torch.device("cpu")


def colours(n=9, seed=0, shape=(8, 8, 3)):
    return np.random.default_rng(seed).integers(256, size=(n, *shape)).astype(np.uint8)


LABELS = np.arange(9) % 3


def sampler(**params):
    return StyleTransferSampler(**{"n_iter": 4, "random_state": 0, **params})


# Losses ------------------------------------------------------------------------------------------


def planes(n, size=8, n_channels=3, seed=0):
    return torch.rand(n, n_channels, size, size, generator=torch.Generator().manual_seed(seed))


def test_losses_are_those_of_the_formula():
    content, style, x = planes(2), planes(2, seed=1), planes(2, seed=2)
    losses = StyleLosses.of(lambda images: [images, 3 * images[:, :1]], content, style)
    found = losses(x)[1].double()
    expected = 0.0
    for pick in (slice(None), slice(1)):
        f, g, c = (im[1, pick].flatten(1).double() for im in (x, style, content))
        scale = (c.square().mean() + g.square().mean()) / 2
        gram = (f @ f.T - g @ g.T) / scale
        expected += gram.square().sum() / (4 * f.numel() ** 2) / 2
    content_loss = (f - c).square().mean() / scale
    image = x[1].double()
    variation = sum(
        (
            (image[k, min(i + 1, 7), j] - image[k, i, j]) ** 2
            + (image[k, i, min(j + 1, 7)] - image[k, i, j]) ** 2
        )
        ** 1.25
        for k in range(3)
        for i in range(8)
        for j in range(8)
    )
    wanted = torch.stack([expected, content_loss, variation / 192])
    assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-5)


def test_features_in_other_units_give_the_same_losses():
    network = feature_maps("random", (16, 16, 3), CPU)
    content, style, x = planes(2, 16), planes(2, 16, seed=1), planes(2, 16, seed=2)
    one = StyleLosses.of(network, content, style)(x)
    large = StyleLosses.of(lambda images: [100 * f for f in network(images)], content, style)(x)
    assert_allclose(one.detach(), large.detach(), rtol=1e-4)


@pytest.mark.parametrize("side", [1, 2, 7, 8, 28, 33, 64])
def test_maps_of_small_images_are_not_halved(side):
    maps = feature_maps("random", (side, side + 1, 1), CPU)(planes(1, side, 1))
    assert 2 <= len(maps) <= 4
    assert maps[-1].shape[2] >= min(side, 7)


def test_the_style_comes_nearer_step_by_step():
    X = np.zeros((4, 16, 16, 3))
    X[:2, :, ::2] = [1, 0.5, 0]
    X[2:] = np.linspace(0, 1, 16)[:, None]
    y = [0, 0, 1, 1]
    styler = StyleTransferSampler(styles="other_class", strength=1, random_state=0)
    styler.fit_resample(X, y)
    curve = np.array(styler.loss_curve_)
    assert curve.shape == (100,)
    assert curve[-1] < 0.2 * curve[0]
    assert styler.loss_terms_["style"][-1] < 0.1 * styler.loss_terms_["style"][0]
    assert_allclose(np.sum(list(styler.loss_terms_.values()), axis=0), curve)


# What is made of a row -----------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 8, 3), (9, 13, 1), (28, 28, 1)])
def test_batches_and_threads_change_no_byte(shape):
    X = colours(9, shape=shape)
    expected = sampler().augment(X)
    for params in ({"batch_size": 1}, {"batch_size": 2}, {"batch_size": 7}, {"n_jobs": 2}):
        assert_array_equal(sampler(**{"batch_size": 4, **params}).augment(X), expected)
    styler = sampler().fit(X, LABELS)
    rows = np.array([5, 2])
    assert_array_equal(styler.augment(X[rows], rows=rows), expected[rows])


def test_floats_do_not_depend_on_batches_either():
    X = np.random.default_rng(0).random((9, 8, 8, 3))
    made = [sampler(batch_size=b).fit_resample(X, LABELS)[0] for b in (1, 2, 5, 9)]
    for other in made[1:]:
        assert_array_equal(other, made[0])


@pytest.mark.parametrize("law", ["any", "same_class", "other_class"])
def test_it_repeats_and_travels_and_losses_do_not_depend_on_threads(law):
    X, y = colours(), LABELS
    styler = sampler(styles=law, copies=2, p=0.6, batch_size=2)
    X_res, _ = styler.fit_resample(X, y)
    again = clone(styler).set_params(n_jobs=2)
    assert_array_equal(again.fit_resample(X, y)[0], X_res)
    assert again.loss_curve_ == styler.loss_curve_
    travelled = pickle.loads(pickle.dumps(styler))
    assert_array_equal(travelled.augment(X, y, copy=1), X_res[18:])
    batches = styler.iter_batches(X, y, batch_size=4, epochs=2)
    assert_array_equal(np.concatenate([images for images, _ in batches]), X_res[9:])
    other = clone(styler).set_params(random_state=1).fit_resample(X, y)[0]
    assert (other[9:] != X_res[9:]).mean() > 0.3


def test_strength_goes_in_a_straight_line():
    X = np.random.default_rng(0).random((4, 8, 8))
    made = {s: sampler(strength=s).augment(X) for s in (0, 0.5, 1)}
    assert_array_equal(made[0], X)
    assert_allclose(made[0.5] - X, (made[1] - X) / 2, atol=1e-7)
    assert np.abs(made[1] - X).mean() > 0.01


def test_the_same_network_serves_every_class():
    X = colours()
    styler = sampler(styles=X[:1], sampling_strategy={0: 12, 1: 12, 2: 12}, strength=1)
    X_res, y_res = styler.fit_resample(X, LABELS)
    assert np.bincount(y_res).tolist() == [12, 12, 12]
    for row in range(9):
        same = X_res[(styler.sample_indices_ == row) & styler.is_synthetic_]
        assert (same == same[:1]).all()


def test_nothing_else_is_touched():
    X = colours()
    before, state = X.copy(), torch.random.get_rng_state()
    threads, numbers = torch.get_num_threads(), np.random.get_state()[1].copy()  # noqa: NPY002
    with torch.inference_mode():
        made, _ = sampler().fit_resample(X, LABELS)
    assert_array_equal(made, sampler(n_jobs=2).fit_resample(X, LABELS)[0])
    assert_array_equal(X, before)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads
    assert_array_equal(np.random.get_state()[1], numbers)  # noqa: NPY002


def test_large_images_are_changed_few_at_a_time():
    X = colours(3, shape=(224, 224, 1))
    styler = sampler(n_iter=1)
    made, _ = styler.fit_resample(X, [0, 1, 2])
    assert made.shape == (6, 224, 224, 1)
    assert (made[3:] != X).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("value", [0, 127.5, 255])
def test_blank_images_stay_finite(value):
    X = np.full((4, 8, 8), value)
    X[3] = np.arange(64).reshape(8, 8)
    made, _ = sampler(value_range=(0, 255), n_iter=20, copies=3).fit_resample(X, LABELS[:4])
    assert np.isfinite(made).all()


# Features of the user ------------------------------------------------------------------------


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3), torch.nn.BatchNorm2d(5))

    def forward(self, images):
        return [self.layer(images)]


def test_a_module_is_left_as_it_was():
    network = Network().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    styler = sampler(features=network)
    made, _ = styler.fit_resample(colours(), LABELS)
    assert styler.features is network
    assert network.training
    assert all(weight.requires_grad and weight.grad is None for weight in network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert_array_equal(clone(styler).fit_resample(colours(), LABELS)[0], made)


def test_a_function_leaves_no_gradients():
    network = Network().eval()
    made, _ = sampler(features=lambda x: network(x)).fit_resample(colours(), LABELS)
    assert all(weight.grad is None for weight in network.parameters())
    assert_array_equal(made, sampler(features=network).fit_resample(colours(), LABELS)[0])


@pytest.mark.parametrize(
    ("features", "error", "message"),
    [
        (lambda x: [], TypeError, "it returned an empty list"),
        (lambda x: x, TypeError, "it returned a Tensor"),
        (lambda x: [1], TypeError, "map 0 is a int"),
        (lambda x: [x, x.mean(3)], ValueError, r"map 1 has shape \(9, 3, 8\)"),
        (lambda x: [x / 0], ValueError, "NaN or infinity in map 0"),
        (lambda x: [x.detach()], ValueError, "do not depend on the images"),
    ],
)
def test_features_must_be_maps(features, error, message):
    with pytest.raises(error, match=message):
        sampler(features=features).fit_resample(colours(), LABELS)


def test_a_step_too_long_is_told():
    with pytest.raises(ValueError, match="diverged: a loss is no longer finite"):
        sampler(features=lambda x: [(x - 0.5).sqrt().nan_to_num(1.0)]).augment(colours())


# With others ---------------------------------------------------------------------------------


def test_losses_are_printed(capsys):
    sampler(verbose=1).fit_resample(colours(), LABELS)
    assert "StyleTransferSampler: 9 images, loss" in capsys.readouterr().out


def test_methods_without_losses_have_no_curve():
    styler = sampler().fit(colours(), LABELS)
    assert not hasattr(styler, "loss_curve_")
    styler.fit_resample(colours(), LABELS)
    assert len(styler.loss_curve_) == 4
    styler.set_params(method="fourier").fit_resample(colours(), LABELS)
    assert not hasattr(styler, "loss_curve_")


def test_it_works_inside_another_sampler_on_two_threads():
    X, styles = colours(40), colours(3, seed=1)
    both = Compose([sampler(styles=styles), RandomFlip(p=1)], random_state=0)
    both._chunk_pixels = 512
    state = torch.random.get_rng_state()
    made, _ = both.fit_resample(X, np.zeros(40))
    assert_array_equal(made, both.set_params(n_jobs=2).fit_resample(X, np.zeros(40))[0])
    assert torch.equal(state, torch.random.get_rng_state())


def test_it_is_searched_over_in_a_pipeline():
    X, y = load_digits(return_X_y=True)
    X, y = X[:120], y[:120]
    model = Pipeline([("style", sampler(image_shape=(8, 8))), ("knn", KNeighborsClassifier(1))])
    grid = {"style__style_weight": [10, 100], "style__method": ["adain", "gatys"]}
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ > 0.6


def test_no_gpu_no_cuda():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ValueError, match="device='cuda'"):
        sampler(device="cuda").fit_resample(colours(), LABELS)
