"""Neural augmentation: what is made of a pair, what it is made for, and who may use it."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug import AugmentedClassifier
from skaug.deep import NeuralAugmentationSampler, NeuralAugmentedClassifier
from skaug.pipeline import make_pipeline

torch = pytest.importorskip("torch")

from skaug.deep._network_estimator import TrainingRows  # noqa: E402
from skaug.deep._neural_augmentation import (  # noqa: E402
    NeuralAugmentation,
    content_losses,
    style_losses,
)

TINY = {"max_iter": 2, "hidden": (8,), "random_state": 0}
LOSSES = ["content", "style", None]
X, Y = load_digits(return_X_y=True)
X, Y = X[:120], Y[:120]


@pytest.fixture(scope="module")
def model():
    return NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(X, Y)


# Networks and losses ------------------------------------------------------------------------------


@given(st.integers(0, 2**31), st.integers(1, 4))
def test_losses_are_those_of_the_formulas(seed, n_channels):
    rng = np.random.default_rng(seed)
    made, wanted = rng.random((2, 3, 5 * n_channels))
    tensors = torch.tensor(made), torch.tensor(wanted)
    assert_allclose(content_losses(*tensors), ((made - wanted) ** 2).mean(axis=1))
    grams = []
    for rows in (made, wanted):
        pixels = rows.reshape(3, 5, n_channels)
        grams.append(np.einsum("npc,npd->ncd", pixels, pixels) / 5)
    expected = ((grams[0] - grams[1]) ** 2).mean(axis=(1, 2))
    assert_allclose(style_losses(*tensors, n_channels), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 4, 1), (6, 6, 3), (1, 7, 2)])
def test_an_untrained_augmenter_makes_the_mean(shape):
    with torch.random.fork_rng():
        network = NeuralAugmentation(shape, (8, 8), (4,), 3)
        one, other = torch.rand(2, 5, int(np.prod(shape)))
        made = network.augmented(one, other)
        assert_allclose(made.detach(), (one + other) / 2, atol=1e-5)
        assert network(one).shape == (5, 3)


@given(st.integers(0, 2**31), st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_classmates_are_other_rows_to_train_on_of_the_class(seed, groups):
    rng = np.random.default_rng(seed)
    pool = np.flatnonzero(rng.random(len(groups)) < 0.7)
    pool = pool if len(pool) else np.arange(1)
    rows = TrainingRows(None, None, torch.tensor(groups), None, torch.tensor(pool))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        mate = rows.classmates(torch.tensor(pool)).numpy()
    groups = np.array(groups)
    assert_array_equal(groups[mate], groups[pool])
    assert set(mate) <= set(pool)
    is_alone = np.bincount(groups[pool], minlength=4)[groups[pool]] == 1
    assert_array_equal(mate == pool, is_alone)


def test_all_classmates_come_up():
    rows = TrainingRows(None, None, torch.zeros(6, dtype=int), None, torch.arange(6))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mate = rows.classmates(torch.zeros(600, dtype=int)).numpy()
    assert (np.bincount(mate, minlength=6)[1:] > 80).all()


# Learning -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_both_networks_learn(loss):
    model = NeuralAugmentedClassifier(
        augmentation_loss=loss, image_shape=(8, 8), max_iter=40, random_state=0
    ).fit(X, Y)
    assert model.score(X, Y) > 0.9
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 2
    last = model._weights["augmenter.8.weight"]
    assert (last != 0).any()  # where it began


def test_more_weight_on_the_content_brings_images_nearer_to_their_class():
    far = {}
    for beta in (0.0, 50.0):
        model = NeuralAugmentedClassifier(
            beta=beta,
            image_shape=(8, 8),
            max_iter=60,
            hidden=(8,),
            learning_rate=0.01,
            random_state=0,
        ).fit(X, Y)
        made = model.augment(X, Y)
        centre = np.array([X[label == Y].mean(axis=0) for label in Y])
        far[beta] = ((made - centre) ** 2).mean()
    assert far[50.0] < 0.9 * far[0.0]


def test_a_seed_says_all_and_nothing_given_or_global_moves():
    given_X, state = X.copy(), torch.random.get_rng_state()
    first = NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(X, Y)
    made = first.augment(X, Y)
    torch.manual_seed(7)
    again = NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(X, Y)
    assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    assert_array_equal(made, again.augment(X, Y))
    assert_array_equal(X, given_X)
    torch.random.set_rng_state(state)
    NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(X, Y).augment(X, Y)
    assert torch.equal(state, torch.random.get_rng_state())


def test_the_augmenter_is_dropped_to_predict(model):
    other = pickle.loads(pickle.dumps(model))
    for name, value in other._weights.items():
        if name.startswith("augmenter"):
            value += 1
    assert_array_equal(model.predict_proba(X), other.predict_proba(X))
    assert not np.array_equal(model.augment(X, Y), other.augment(X, Y))


def test_however_images_are_given_they_are_the_same(model):
    images = X.reshape(-1, 8, 8)
    of_images = NeuralAugmentedClassifier(**TINY).fit(images, Y)
    assert_array_equal(of_images.predict_proba(images), model.predict_proba(X))
    assert_array_equal(of_images.augment(images, Y).reshape(len(X), -1), model.augment(X, Y))
    frame = pd.DataFrame(X).rename(columns="p{}".format)
    of_frame = NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(frame, Y)
    made = of_frame.augment(frame, Y)
    assert list(made.columns) == list(frame.columns)
    assert_array_equal(made, model.augment(X, Y))


def test_colour_planes_first_or_last_are_the_same():
    last = np.random.default_rng(0).random((20, 4, 4, 3)).astype(np.float32)
    y = np.arange(20) % 2
    first = np.moveaxis(last, 3, 1).copy()
    one = NeuralAugmentedClassifier(**TINY).fit(last, y)
    other = NeuralAugmentedClassifier(channels="first", **TINY).fit(first, y)
    assert_array_equal(one.predict_proba(last), other.predict_proba(first))
    made = other.augment(first, y)
    assert made.dtype == np.float32
    assert_array_equal(np.moveaxis(made, 1, 3), one.augment(last, y))


# Making -------------------------------------------------------------------------------------------


def test_images_are_made_of_two_of_a_class_whose_label_they_have(model):
    sampler = model.as_sampler(copies=2, random_state=1)
    X_res, y_res = sampler.fit_resample(X, Y)
    assert_array_equal(X_res[:120], X)
    assert_array_equal(y_res, np.tile(Y, 3))
    seed, partner = sampler.sample_indices_[120:], sampler.partner_indices_[120:]
    assert_array_equal(Y[seed], Y[partner])
    assert (seed != partner).all()
    assert X_res.min() >= 0
    assert X_res.max() <= 16
    made = model._weights, X[seed] / 16, X[partner] / 16
    with torch.random.fork_rng():
        network = NeuralAugmentation((8, 8, 1), (32, 64), (8,), 10)
    network.load_state_dict({name: torch.tensor(value) for name, value in made[0].items()})
    pair = (torch.tensor(part, dtype=torch.float32) for part in made[1:])
    assert_allclose(X_res[120:], 16 * network.augmented(*pair).detach().numpy(), atol=1e-4)


def test_the_sampler_makes_what_augment_makes(model):
    X_res, _ = model.as_sampler(random_state=0).fit_resample(X, Y)
    assert_array_equal(X_res[120:], model.augment(X, Y))
    assert_array_equal(model.augment(X[:7], Y[:7], rows=range(7)), model.augment(X[:7], Y[:7]))
    assert not np.array_equal(model.augment(X, Y, copy=1), model.augment(X, Y))


def test_chunks_and_threads_do_not_matter(model, monkeypatch):
    whole = model.as_sampler(random_state=0).fit_resample(X, Y)[0]
    monkeypatch.setattr(NeuralAugmentationSampler, "_chunk_pixels", 64 * 4)
    assert_array_equal(model.as_sampler(random_state=0, n_jobs=2).fit_resample(X, Y)[0], whole)
    monkeypatch.setattr(NeuralAugmentationSampler, "_chunk_pixels", 1)
    assert_array_equal(model.as_sampler(random_state=0).fit_resample(X, Y)[0], whole)


def test_a_clone_keeps_the_trained_network(model):
    sampler = model.as_sampler(random_state=0)
    for other in (clone(sampler), pickle.loads(pickle.dumps(sampler))):
        assert_array_equal(other.fit_resample(X, Y)[0], sampler.fit_resample(X, Y)[0])
    assert model.as_sampler(copies=3).copies == 3
    assert isinstance(sampler.classifier_, NeuralAugmentedClassifier)


def test_a_sampler_keeps_the_network_that_it_was_given(model):
    other = clone(model).fit(X, Y)
    sampler = other.as_sampler(random_state=0)
    before = sampler.fit_resample(X, Y)[0]
    other.set_params(random_state=1).fit(X[::-1], Y[::-1])
    assert_array_equal(sampler.fit_resample(X, Y)[0], before)


@pytest.mark.parametrize("factor", [255 / 16, -1])
def test_pixels_of_another_scale_are_refused(model, factor):
    with pytest.raises(ValueError, match="was trained on pixels from 0 to 16; X has pixels from"):
        model.as_sampler().fit_resample(X * factor, Y)
    assert model.as_sampler().fit_resample(X * 1.5, Y)[0].shape == (240, 64)


def test_other_estimators_use_it(model):
    sampler = model.as_sampler(random_state=0)
    for used in (
        make_pipeline(sampler, LogisticRegression(max_iter=500)),
        AugmentedClassifier(LogisticRegression(max_iter=500), sampler),
    ):
        assert used.fit(X / 16, Y).score(X / 16, Y) > 0.9


def test_one_that_is_not_trained_trains_itself():
    classifier = NeuralAugmentedClassifier(max_iter=2, hidden=(8,))
    sampler = NeuralAugmentationSampler(
        classifier, image_shape=(8, 8), sampling_strategy={0: 30}, random_state=0
    )
    X_res, y_res = sampler.fit_resample(X, Y)
    assert (y_res == 0).sum() == 30
    assert_array_equal(clone(sampler).fit_resample(X, Y)[0], X_res)
    assert not hasattr(classifier, "classes_")
    assert_array_equal(sampler.classifier_.predict(X.reshape(-1, 8, 8)).shape, (120,))


def test_the_only_image_of_a_class_is_copied():
    y = Y.copy()
    y[:1] = 99
    model = NeuralAugmentedClassifier(image_shape=(8, 8), **TINY).fit(X, y)
    with pytest.warns(UserWarning, match="at least 2 rows in each class; class 99 has 1"):
        X_res, y_res = model.as_sampler(random_state=0).fit_resample(X, y)
    assert_array_equal(X_res[120], X[0])
    assert (y_res == 99).sum() == 2


def test_a_search_over_losses_and_weights():
    model = NeuralAugmentedClassifier(image_shape=(8, 8), **TINY)
    search = GridSearchCV(model, {"augmentation_loss": LOSSES, "beta": [0.1, 1]}, cv=2)
    assert search.fit(X[:60], Y[:60]).best_params_.keys() == {"augmentation_loss", "beta"}


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "needs to know how many pixels an image is high and wide"),
        ({"image_shape": (7, 8)}, r"image_shape=\(7, 8\) of NeuralAugmentedClassifier does not fi"),
        ({"image_shape": (8, 8), "hidden": (0,)}, "hidden of NeuralAugmentedClassifier must hold"),
        ({"image_shape": (8, 8), "beta": -1}, "'beta' parameter of NeuralAugmentedClassifier"),
    ],
)
def test_wrong_parameters_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        NeuralAugmentedClassifier(**params).fit(X, Y)


def test_wrong_data_is_refused(model):
    new = NeuralAugmentedClassifier(image_shape=(8, 8))
    with pytest.raises(ValueError, match="needs at least 2 classes in y; all 120 rows"):
        new.fit(X, np.zeros(120))
    with pytest.raises(ValueError, match="contains NaN"):
        new.fit(np.where(X == 3, np.nan, X), Y)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        new.augment(X, Y)
    with pytest.raises(ValueError, match=r"trained on images of shape \(8, 8, 1\)"):
        model.as_sampler(image_shape=(4, 4)).fit_resample(X[:, :16], Y)
    with pytest.raises(ValueError, match="NeuralAugmentationSampler needs the labels"):
        model.as_sampler().augment(X)
    with pytest.raises(NotFittedError, match="NeuralAugmentationSampler has no trained network"):
        NeuralAugmentationSampler(image_shape=(8, 8)).augment(X, Y)
    with pytest.raises(TypeError, match="must be a NeuralAugmentedClassifier, or one in a Frozen"):
        NeuralAugmentationSampler(LogisticRegression(), image_shape=(8, 8)).fit_resample(X, Y)


CHECKED = NeuralAugmentedClassifier(
    image_shape=(1, -1), hidden=(16,), max_iter=30, learning_rate=1e-2, random_state=0
)
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "batches are drawn by row",
    "check_classifiers_train": "an image of 1 x 2 pixels has no places to normalise over",
}


@parametrize_with_checks([CHECKED], expected_failed_checks=lambda _: EXPECTED)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)
