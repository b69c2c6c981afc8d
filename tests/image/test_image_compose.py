"""Compose and OneOf: what is fused is what the steps one after the other do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from operations import Jitter
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.tree import DecisionTreeClassifier

from skaug._core.row_rng import RowRng
from skaug.image import (
    AutoContrast,
    Compose,
    Equalize,
    Invert,
    OneOf,
    Posterize,
    RandomAffine,
    RandomFlip,
    RandomGamma,
    RandomPerspective,
    Solarize,
)
from skaug.image._warp import warped
from skaug.over_sampling import SMOTE

BYTES = (0.0, 255.0)
TONES = [
    RandomGamma(gamma=(0.4, 2.5)),
    Solarize(threshold=(0.2, 0.8)),
    Posterize(bits=(2, 7)),
    AutoContrast(),
    Equalize(),
    Invert(),
]


def noise(n_images, shape, dtype=np.uint8, seed=0):
    return np.random.default_rng(seed).integers(40, 210, (n_images, *shape)).astype(dtype)


def row_rng(n_rows):
    return RowRng(seed=np.random.SeedSequence(5), copy=0, rows=np.arange(n_rows))


def one_by_one(parts, images, rng):
    """Return the images after the augmenters, each by itself, as `Compose` would draw for it."""
    for number, part in enumerate(parts):
        images = part._apply(images, rng.child(number), BYTES)
    return images


def with_p(part, p):
    return clone(part).set_params(p=p)


# Fusing --------------------------------------------------------------------------------------


@given(
    st.lists(
        st.builds(with_p, st.sampled_from(TONES), st.sampled_from([0.0, 0.4, 1.0])), min_size=1
    ),
    st.sampled_from([(16, 16, 1), (17, 16, 3), (3, 4, 1)]),
    st.sampled_from([np.uint8, np.float32, np.float64]),
)
def test_tones_are_what_they_are_one_by_one(parts, shape, dtype):
    images, rng = noise(7, shape, dtype), row_rng(7)
    assert_array_equal(Compose(parts)._augment(images, rng, BYTES), one_by_one(parts, images, rng))


def test_two_warps_are_one_with_the_product_of_their_matrices():
    images, rng = noise(30, (12, 15, 3)), row_rng(30)
    parts = [RandomAffine(degrees=30, shear=10), RandomAffine(degrees=0, translate=0.2)]
    first, second = (part._matrices(rng.child(i).child(0), 12, 15) for i, part in enumerate(parts))
    expected = warped(images, first @ second, value_range=BYTES)
    assert_array_equal(Compose(parts)._augment(images, rng, BYTES), expected)


def test_a_fused_warp_is_the_two_but_for_interpolation():
    y, x = np.mgrid[:40, :40]
    waves = 127 + 60 * np.sin(x / 6 + np.arange(20)[:, None, None]) + 60 * np.cos(y / 7)
    images, rng = waves[..., None], row_rng(20)
    parts = [
        RandomAffine(degrees=15, translate=0.05),
        RandomPerspective(distortion_scale=0.2),
        RandomFlip(),
    ]
    fused = Compose(parts)._augment(images, rng, BYTES)
    assert_allclose(
        fused[:, 14:-14, 14:-14], one_by_one(parts, images, rng)[:, 14:-14, 14:-14], atol=4
    )


def test_a_turn_there_and_back_loses_nothing():
    images, rng = noise(10, (20, 20, 1)), row_rng(10)
    turn = RandomAffine(degrees=(20, 20), translate=0, scale=(1, 1))
    parts = [turn, clone(turn).set_params(degrees=(-20, -20))]
    assert_allclose(Compose(parts)._augment(images, rng, BYTES), images, atol=1)
    blurred = one_by_one(parts, images, rng)[:, 6:-6, 6:-6].astype(float)
    assert np.abs(blurred - images[:, 6:-6, 6:-6]).mean() > 10


@pytest.mark.parametrize(
    "settings", [{"fill": 1.0}, {"interpolation": "nearest"}], ids=["fill", "interpolation"]
)
def test_warps_that_make_pixels_differently_are_not_fused(settings):
    images, rng = noise(10, (9, 9, 1)), row_rng(10)
    parts = [RandomAffine(degrees=30), RandomAffine(degrees=30, **settings)]
    assert_array_equal(Compose(parts)._augment(images, rng, BYTES), one_by_one(parts, images, rng))


def test_each_step_of_a_warp_has_its_own_p():
    images, rng = noise(400, (9, 9, 1)), row_rng(400)
    turn, shift = RandomAffine(degrees=30, translate=0, p=0.5), RandomFlip(p=0.5)
    both = Compose([turn, shift])._augment(images, rng, BYTES)
    one = turn._apply(images, rng.child(0), BYTES)
    other = shift._apply(images, rng.child(1), BYTES)
    is_turned, is_flipped = ((made != images).any(axis=(1, 2, 3)) for made in (one, other))
    assert_array_equal(both[~is_turned], other[~is_turned])
    assert_array_equal(both[~is_flipped], one[~is_flipped])
    assert 60 < (is_turned & is_flipped).sum() < 140


def test_without_steps_images_stay():
    X = noise(5, (4, 4, 1))
    compose = Compose([Jitter()], random_state=0)
    compose.set_params(jitter="passthrough")
    assert_array_equal(compose.augment(X), X)


def test_a_step_left_out_does_not_change_what_others_draw():
    images, rng = noise(20, (9, 9, 1)), row_rng(20)
    part = Jitter()
    with_gap = Compose(["passthrough", part])._augment(images, rng, BYTES)
    assert_array_equal(with_gap, part._apply(images, rng.child(1), BYTES))


# Determinism -----------------------------------------------------------------------------------


WHOLES = {
    "Compose": Compose([RandomAffine(p=0.7), RandomFlip(), RandomGamma(), Equalize(p=0.5)]),
    "OneOf": OneOf([RandomAffine(), Jitter(p=0.5), RandomGamma(), "passthrough"]),
}


@pytest.mark.parametrize("whole", WHOLES.values(), ids=WHOLES)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("shape", [(16, 16, 1), (16, 17, 3)])
def test_rows_depend_on_seed_copy_and_row(whole, dtype, shape):
    X, y = noise(40, shape, dtype), np.zeros(40)
    before = X.copy()
    whole = clone(whole).set_params(random_state=0, copies=2, value_range=BYTES)
    made = whole.fit_resample(X, y)[0]
    assert_array_equal(X, before)
    assert made.dtype == X.dtype
    assert made.min() >= 0
    assert made.max() <= 255
    small = type("Small", (type(whole),), {"_chunk_pixels": 1 << 9})(**whole.get_params(deep=False))
    assert_array_equal(small.set_params(n_jobs=2).fit_resample(X, y)[0], made)
    part = whole.fit_resample(X[:13], y[:13])[0]
    assert_array_equal(part[13:26], made[40:53])
    assert_array_equal(part[26:], made[80:93])
    other = X.copy()
    other[:20] = 100
    assert_array_equal(whole.fit_resample(other, y)[0][60:80], made[60:80])
    assert (made[40:80] != made[80:]).any()


# Choosing --------------------------------------------------------------------------------------


def test_each_image_gets_what_one_of_the_augmenters_makes_of_it():
    images, rng = noise(3000, (4, 4, 1)), row_rng(3000)
    parts = [Jitter(), Invert(), None]
    made = OneOf(parts, weights=[3, 1, 2])._augment(images, rng, BYTES)
    alone = [
        images if part is None else part._apply(images, rng.child(i), BYTES)
        for i, part in enumerate(parts)
    ]
    is_from = np.array([(made == each).all(axis=(1, 2, 3)) for each in alone])
    assert is_from.any(axis=0).all()
    assert_allclose(is_from.mean(axis=1), [1 / 2, 1 / 6, 1 / 3], atol=0.03)


def test_an_augmenter_of_weight_zero_is_never_chosen():
    images, rng = noise(500, (4, 4, 1)), row_rng(500)
    parts = [Jitter(), Invert(), Jitter()]
    made = OneOf(parts, weights=(0, 1, 0))._augment(images, rng, BYTES)
    assert_array_equal(made, 255 - images)


def test_without_weights_all_are_as_likely():
    images = noise(3000, (4, 4, 1))
    made = OneOf([Invert(), None, None])._augment(images, row_rng(3000), BYTES)
    assert abs((made == 255 - images).all(axis=(1, 2, 3)).mean() - 1 / 3) < 0.03


@pytest.mark.parametrize("weights", [[1], [1, -1], [0, 0], [1, np.nan], [[1, 1]], [1, "x"]])
def test_bad_weights_are_refused(weights):
    one_of = OneOf([Invert(), Jitter()], weights=weights)
    with pytest.raises(ValueError, match=r"weights .*OneOf.* must be"):
        one_of.augment(noise(2, (4, 4, 1)))


# Parts -----------------------------------------------------------------------------------------


def test_parameters_are_set_and_found_by_name():
    compose = Compose([("turn", RandomAffine()), ("light", RandomGamma())])
    compose.set_params(turn__degrees=45, light__p=0.5, copies=3)
    assert compose.get_params()["turn__degrees"] == 45
    copied = clone(compose)
    assert copied.get_params()["light__p"] == 0.5
    assert copied.augmenters[0][1] is not compose.augmenters[0][1]
    assert "randomaffine__fill" in Compose([RandomAffine()]).get_params()


def test_they_nest():
    X = noise(30, (8, 8, 1))
    inner = OneOf([RandomAffine(), Compose([Invert(), RandomGamma()])])
    whole = Compose([inner, Jitter(p=0.5)], random_state=0)
    whole.set_params(oneof__compose__randomgamma__gamma=(1, 1))
    made = whole.augment(X)
    assert made.shape == X.shape
    assert (made != X).any(axis=(1, 2, 3)).mean() > 0.9


def test_the_seed_of_a_part_is_not_read():
    X = noise(10, (8, 8, 1))
    a, b = (Compose([Jitter(random_state=s)], random_state=0).augment(X) for s in (1, 2))
    assert_array_equal(a, b)


@pytest.mark.parametrize("whole", [Compose, OneOf])
@pytest.mark.parametrize(
    ("parts", "error", "match"),
    [
        ([], ValueError, "at least one"),
        ([("a", Jitter()), Jitter()], ValueError, "must be a list of image samplers"),
        ([("p", Jitter())], ValueError, r"none of \["),
        ([SMOTE()], TypeError, "must be image samplers.*'smote' is SMOTE"),
        (["skip"], TypeError, "must be image samplers.*'skip' is str"),
        ([("turn", RandomAffine)], TypeError, "'turn' is the class RandomAffine"),
        ([Jitter(copies=2)], ValueError, "copies=2 of Jitter 'jitter' .* has no effect"),
        ([Jitter(keep_original=False)], ValueError, "keep_original=False of Jitter"),
        ([Jitter(sampling_strategy="auto")], ValueError, "sampling_strategy='auto' of Jitter"),
        ([Jitter(p=2)], ValueError, "'p' parameter of Jitter"),
        ([RandomGamma(gamma=(2, 1))], ValueError, "gamma of RandomGamma"),
    ],
)
def test_bad_parts_are_refused(whole, parts, error, match):
    X = noise(4, (4, 4, 1))
    with pytest.raises(error, match=match):
        whole(parts).fit_resample(X, [0, 1, 0, 1])
    with pytest.raises(error, match=match):
        whole(parts).augment(X)


def test_it_stands_in_a_search():
    from imblearn.pipeline import make_pipeline
    from sklearn.model_selection import GridSearchCV

    X, y = load_digits(return_X_y=True)
    aug = Compose([RandomAffine(), RandomGamma()], image_shape=(8, 8), random_state=0)
    pipeline = make_pipeline(aug, DecisionTreeClassifier(random_state=0))
    grid = {
        "compose__randomaffine__degrees": [0, 15],
        "compose__randomgamma": ["passthrough", RandomGamma()],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(X[:300], y[:300])
    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ > 0.5
