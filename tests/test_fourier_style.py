"""StyleTransferSampler by amplitudes and by bands: what needs no PyTorch."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from skaug.deep._bands import band_windows, moments_matched
from skaug.deep._fourier import amplitudes_swapped
from skaug.deep._style_transfer_sampler import StyleTransferSampler
from skaug.image import Compose, RandomFlip
from skaug.pipeline import Pipeline

METHODS = ["adain", "fourier"]
LAWS = ["any", "same_class", "other_class"]


@st.composite
def two_images(draw):
    """Return contents and styles, (1, height, width, n_channels), with values from 0 to 1."""
    shape = (1, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 4)))
    cells = hnp.arrays(np.uint8, shape)
    return draw(cells) / 255, draw(cells) / 255


def colours(n=12, seed=0, dtype=np.uint8):
    return np.random.default_rng(seed).integers(256, size=(n, 6, 5, 3)).astype(dtype)


LABELS = np.array(["a", "b", "c"])[np.arange(12) % 3]


def sampler(method="fourier", **params):
    return StyleTransferSampler(**{"method": method, "random_state": 0, **params})


# The mathematics -------------------------------------------------------------------------------


@given(two_images())
def test_all_amplitudes_become_those_of_the_style(pair):
    content, style = pair
    made = amplitudes_swapped(content, style, beta=0.5)
    amplitude = [np.abs(np.fft.rfft2(images, axes=(1, 2))) for images in (made, style, content)]
    has_phase = amplitude[2] > 1e-9
    assert_allclose(amplitude[0][has_phase], amplitude[1][has_phase], atol=1e-9)


@given(two_images(), st.floats(0, 1))
def test_phases_stay_and_so_do_high_frequencies(pair, beta):
    content, style = pair
    made = np.fft.rfft2(amplitudes_swapped(content, style, beta=beta), axes=(1, 2))
    own = np.fft.rfft2(content, axes=(1, 2))
    assert_allclose(made * np.conj(own), np.abs(made) * np.abs(own), atol=1e-9)
    reach = int(content.shape[2] * beta)
    assert_allclose(made[:, :, reach + 1 :], own[:, :, reach + 1 :], atol=1e-9)


@given(two_images())
def test_without_width_only_the_mean_is_swapped(pair):
    content, style = pair
    made = amplitudes_swapped(content, style, beta=0)
    shift = (style - content).mean(axis=(1, 2), keepdims=True)
    assert_allclose(made, content + shift, atol=1e-12)


@given(st.integers(1, 40), st.integers(1, 40))
def test_bands_sum_to_the_image(height, width):
    assert_allclose(band_windows(height, width).sum(axis=0), 1)


@given(two_images())
def test_an_image_in_its_own_style_is_itself(pair):
    content, _ = pair
    assert_allclose(moments_matched(content, content), content, atol=1e-6)
    assert_allclose(amplitudes_swapped(content, content, beta=0.5), content, atol=1e-9)


@given(two_images())
def test_bands_have_the_mean_of_the_style(pair):
    content, style = pair
    mean = moments_matched(content, style).mean(axis=(1, 2))
    assert_allclose(mean, style.mean(axis=(1, 2)), atol=1e-9)


def test_bands_have_the_moments_of_the_style():
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(3, 3))
    content, style = rng.normal(size=(1, 64, 64, 3)), rng.normal(size=(1, 64, 64, 3)) @ mix
    made = moments_matched(content, style)
    covariances = [np.cov(images.reshape(-1, 3).T) for images in (made, style)]
    assert_allclose(*covariances, rtol=0.05, atol=0.05)


# What is made of a row ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64, np.int16])
def test_strength_goes_from_the_content_to_the_style_in_a_straight_line(method, dtype):
    X = colours(dtype=dtype)
    made = [sampler(method, strength=s, value_range=(0, 255)).augment(X) for s in (0, 0.25, 0.5, 1)]
    assert_array_equal(made[0], X)
    full = made[3].astype(float) - X
    for share, images in zip((0.25, 0.5), made[1:3], strict=True):
        assert_allclose(images.astype(float) - X, share * full, atol=1.01)
    assert np.abs(full).mean() > 10


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("p", [0.5, 1.0])
def test_styles_obey_the_law_and_no_row_lends_itself_its_own(method, law, p):
    X, y = colours(60), np.tile(LABELS, 5)
    styler = sampler(method, styles=law, copies=5, p=p)
    X_res, y_res = styler.fit_resample(X, y)
    made = styler.is_synthetic_
    seed, partner = styler.sample_indices_[made], styler.partner_indices_[made]
    assert_array_equal(y_res, y[styler.sample_indices_])
    assert_array_equal(styler.partner_indices_, styler.style_indices_)
    assert (styler.partner_indices_[:60] == -1).all()
    is_changed = partner >= 0
    assert_array_equal(X_res[made][~is_changed], X[seed[~is_changed]])
    assert abs(is_changed.mean() - p) < 0.15
    own, other = y[seed[is_changed]], y[partner[is_changed]]
    assert (seed[is_changed] != partner[is_changed]).all()
    if law != "any":
        assert ((own == other) == (law == "same_class")).all()
    allowed = {"any": 59, "same_class": 19, "other_class": 40}[law]
    drawn = StyleTransferSampler(styles=law, method=method, copies=300, random_state=1)
    drawn.fit_resample(X, y)
    assert len(set(drawn.partner_indices_[drawn.sample_indices_ == 7]) - {-1}) == allowed


@pytest.mark.parametrize("method", METHODS)
def test_a_row_does_not_depend_on_chunks_threads_and_other_rows(method):
    X = colours(200)

    class Small(StyleTransferSampler):
        _chunk_pixels = 128

    whole = sampler(method, p=0.7).fit(X, np.zeros(200))
    expected = whole.augment(X, copy=3)
    assert_array_equal(whole.set_params(n_jobs=2).augment(X, copy=3), expected)
    small = Small(method=method, p=0.7, random_state=0).fit(X, np.zeros(200))
    assert_array_equal(small.augment(X, copy=3), expected)
    rows = np.array([150, 3, 77])
    assert_array_equal(whole.augment(X[rows], copy=3, rows=rows), expected[rows])


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("p", [0.5, 1.0])
def test_augment_and_batches_make_what_fit_resample_makes(law, p):
    X, y = colours(), LABELS
    styler = sampler(styles=law, copies=3, p=p, strength=(0.2, 0.9))
    X_res, _ = styler.fit_resample(X, y)
    unfitted = clone(styler)
    for copy in range(3):
        expected = X_res[12 * (copy + 1) : 12 * (copy + 2)]
        assert_array_equal(styler.augment(X, y, copy=copy), expected)
        assert_array_equal(unfitted.augment(X, y, copy=copy), expected)
    batches = list(styler.iter_batches(X, y, batch_size=5, epochs=3))
    assert_array_equal(np.concatenate([images for images, _ in batches]), X_res[12:])
    travelled = pickle.loads(pickle.dumps(styler))
    assert_array_equal(travelled.augment(X, y), X_res[12:24])


def test_new_images_take_their_styles_from_the_fit():
    X, new = np.full((5, 4, 4), 200.0), np.arange(32.0).reshape(2, 4, 4)
    styler = sampler(beta=0, strength=1, value_range=(0, 255)).fit(X, np.zeros(5))
    assert_allclose(styler.augment(new).mean(axis=(1, 2)), 200)
    assert_allclose(clone(styler).augment(new).mean(axis=(1, 2)), [23.5, 7.5])


def test_given_styles_are_no_partners():
    X, styles = colours(), colours(4, seed=1)
    styler = sampler(styles=styles, copies=3)
    X_res, _ = styler.fit_resample(X, LABELS)
    assert (styler.partner_indices_ == -1).all()
    assert set(styler.style_indices_[12:]) == {0, 1, 2, 3}
    assert (styler.style_indices_[:12] == -1).all()
    flat = clone(styler).set_params(styles=styles.reshape(4, -1), image_shape=(6, 5, 3))
    assert_array_equal(flat.fit_resample(X.reshape(12, -1), LABELS)[0], X_res.reshape(48, -1))
    planes = clone(styler).set_params(styles=np.moveaxis(styles, 3, 1), channels="first")
    made = planes.fit_resample(np.moveaxis(X, 3, 1), LABELS)[0]
    assert_array_equal(np.moveaxis(made, 1, 3), X_res)


def test_counts_are_exact_and_a_lone_row_is_copied_with_a_warning():
    X, y = colours(7), np.array([0, 0, 0, 0, 1, 1, 2])
    styler = sampler(styles="same_class", sampling_strategy={1: 5, 2: 4})
    with pytest.warns(UserWarning, match="at least 2 rows in each class; class 2 has 1"):
        X_res, y_res = styler.fit_resample(X, y)
    assert np.bincount(y_res).tolist() == [4, 5, 4]
    assert_array_equal(X_res[y_res == 2], np.repeat(X[6:], 4, axis=0))
    assert set(styler.partner_indices_[7:10]) <= {4, 5}
    assert (styler.partner_indices_[10:] == -1).all()


def test_weights_are_those_of_the_content():
    weight = np.arange(1.0, 13.0)
    *_, w_res = sampler().fit_resample(colours(), LABELS, sample_weight=weight)
    assert_array_equal(w_res, np.tile(weight, 2))


@settings(max_examples=20)
@given(st.sampled_from(METHODS), st.integers(0, 2**32))
def test_images_stay_within_the_range_and_nothing_is_changed(method, seed):
    X = np.random.default_rng(seed).normal(size=(6, 7, 4))
    before, state = X.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    made = sampler(method, strength=1, random_state=seed).fit_resample(X, np.zeros(6))[0]
    assert X.min() <= made.min() <= made.max() <= X.max()
    assert_array_equal(X, before)
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("method", METHODS)
def test_blank_images_stay_finite(method):
    X = np.zeros((3, 4, 4))
    X[2] = np.arange(16).reshape(4, 4)
    made = sampler(method, strength=1, copies=4).fit_resample(X, [0, 1, 2])[0]
    assert np.isfinite(made).all()


# With others -------------------------------------------------------------------------------------


def test_it_is_searched_over_in_a_pipeline():
    X, y = load_digits(return_X_y=True)
    X, y = X[:200], y[:200]
    styler = sampler(image_shape=(8, 8))
    model = Pipeline([("style", styler), ("knn", KNeighborsClassifier(1))])
    grid = {"style__styles": LAWS, "style__strength": [0.2, (0, 1)], "style__method": METHODS}
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ > 0.8


def test_frames_come_back_as_frames():
    X = pd.DataFrame(colours(dtype=np.float64).reshape(12, -1)).add_prefix("pixel")
    made = sampler(image_shape=(6, 5, 3), value_range=(0, 255)).fit_resample(X, LABELS)[0]
    expected = sampler(value_range=(0, 255)).fit_resample(colours(dtype=np.float64), LABELS)[0]
    assert list(made.columns) == list(X.columns)
    assert_array_equal(made.to_numpy(), expected.reshape(24, -1))


def test_inside_another_sampler_styles_have_to_be_given():
    X, styles = colours(), colours(4, seed=1)
    both = Compose([sampler(styles=styles), RandomFlip(p=1)], random_state=0)
    made, _ = both.fit_resample(X, LABELS)
    assert (made[12:] != X).mean() > 0.5
    assert_array_equal(made, clone(both).set_params(n_jobs=2).fit_resample(X, LABELS)[0])
    with pytest.raises(ValueError, match="or set styles to an array of images"):
        Compose([sampler(), RandomFlip()]).fit_resample(X, LABELS)


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"strength": 2}, "'strength' parameter"),
        ({"strength": (0.5, 0.2)}, "strength of StyleTransferSampler must be a number from 0 to 1"),
        ({"strength": "full"}, "'strength' parameter"),
        ({"styles": "none"}, "'any', 'other_class', 'same_class'"),
        ({"method": "cyclegan"}, "'adain', 'fourier', 'gatys'"),
        ({"beta": -0.1}, "'beta' parameter"),
        ({"features": 3}, "'features' parameter"),
        ({"styles": np.zeros((2, 4, 4, 3))}, r"must have shape \(n_styles, 6, 5, 3\)"),
        ({"styles": np.zeros((6, 5, 3))}, "put a single one into a list"),
        ({"styles": np.zeros((0, 6, 5, 3))}, "1 or more images"),
        ({"styles": np.full((2, 6, 5, 3), np.nan)}, "styles of .* contains NaN"),
        ({"styles": np.full((2, 6, 5, 3), 256)}, "within the range of X, 0 to 255; they go"),
        ({"styles": [["a", "b"]]}, "needs numbers"),
        ({"styles": [[1, 2], [1]]}, "images of one shape"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        sampler(**params).fit_resample(colours(), LABELS)


def test_too_few_rows_or_classes_are_refused():
    with pytest.raises(ValueError, match="needs at least 2 classes; y has 1 class: 'a'"):
        sampler(styles="other_class").fit_resample(colours(), np.full(12, "a"))
    with pytest.raises(ValueError, match=r"needs at least 2; X has n_samples = 1"):
        sampler().fit_resample(colours(1), ["a"])
    assert len(sampler(styles=colours(1)).fit_resample(colours(1), ["a"])[0]) == 2


def test_laws_by_class_need_labels():
    styler = sampler(styles="same_class").fit(colours(), LABELS)
    for call in (styler.augment, styler.iter_batches, clone(styler).augment):
        with pytest.raises(ValueError, match="needs the labels of the images"):
            call(colours())
    with pytest.raises(ValueError, match="class 'd' has 0"):
        styler.augment(colours(2), ["a", "d"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        styler.augment(colours(2), ["a"])
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        styler.fit(colours(), np.arange(12) + 0.5)
    other = sampler(styles="other_class").fit(colours(), LABELS)
    assert other.augment(colours(2), ["a", "d"]).shape == (2, 6, 5, 3)
