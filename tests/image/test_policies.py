"""RandAugment, TrivialAugment and AugMix: operations drawn for each image."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from skaug._core.row_rng import RowRng
from skaug.image import (
    AugMix,
    AutoContrast,
    ColorJitter,
    Equalize,
    Posterize,
    RandAugment,
    RandomAffine,
    Sharpness,
    Solarize,
    TrivialAugment,
)
from skaug.image._aug_mix import dirichlet
from skaug.image._operation_kernels import apply_operations, operation_matrices
from skaug.image._operations import AUG_MIX, RAND_AUGMENT, TRIVIAL_AUGMENT, Op, strengths_of
from skaug.image._warp import warped

BYTES = (0.0, 255.0)
POLICIES = {
    "RandAugment": RandAugment(num_ops=3, magnitude=15),
    "TrivialAugment": TrivialAugment(),
    "AugMix": AugMix(),
}
DTYPES = ["uint8", "float32", "float64"]
WARPED = [Op.SHEAR_X, Op.SHEAR_Y, Op.TRANSLATE_X, Op.TRANSLATE_Y, Op.ROTATE]
each_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def noise(n_images, shape, dtype="uint8", seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n_images, *shape)).astype(dtype)


def row_rng(n_rows):
    return RowRng(seed=np.random.SeedSequence(5), copy=0, rows=np.arange(n_rows))


def applied(images, codes, strengths):
    """Return images after the operations in each row of `codes`."""
    warp = partial(warped, value_range=BYTES)
    return apply_operations(images, np.asarray(codes), np.asarray(strengths), BYTES, warp)


def jitter(**changes):
    return ColorJitter(**{"brightness": 0, "contrast": 0, "saturation": 0, "hue": 0, **changes})


def turned(**changes):
    return RandomAffine(**{"degrees": 0, "translate": 0, "scale": (1, 1), **changes})


def everywhere(images, op, strength):
    """Return images after one operation, the same for all."""
    n_images = len(images)
    return applied(images, np.full((n_images, 1), op), np.full((n_images, 1), float(strength)))


# Determinism and range -------------------------------------------------------------------------


@each_policy
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 9, 3), (2, 2, 2), (1, 1, 1)])
def test_rows_depend_on_seed_copy_and_row(policy, dtype, shape):
    X, y = noise(60, shape, dtype), np.zeros(60)
    before = X.copy()
    policy = clone(policy).set_params(random_state=0, copies=2, value_range=BYTES)
    made = policy.fit_resample(X, y)[0]
    assert_array_equal(X, before)
    assert_array_equal(X, made[:60])
    assert made.dtype == X.dtype
    assert made.min() >= 0
    assert made.max() <= 255
    small = type("Small", (type(policy),), {"_chunk_pixels": 1 << 7})(**policy.get_params())
    assert_array_equal(small.set_params(n_jobs=2).fit_resample(X, y)[0], made)
    part = policy.fit_resample(X[:13], y[:13])[0]
    assert_array_equal(part[13:26], made[60:73])
    assert_array_equal(part[26:], made[120:133])
    other = X.copy()
    other[:30] = 100
    assert_array_equal(policy.fit_resample(other, y)[0][90:120], made[90:120])
    assert (made[60:120] != made[120:]).any()


@each_policy
def test_digits_stay_in_their_range(policy):
    X, y = load_digits(return_X_y=True)
    sampler = clone(policy).set_params(image_shape=(8, 8), random_state=0)
    made = sampler.fit_resample(X, y)[0][len(X) :]
    assert made.dtype == np.float64
    assert made.min() == 0
    assert made.max() == 16
    assert 0.7 < (made != X).any(axis=1).mean() < 1


@each_policy
def test_bytes_and_floats_agree(policy):
    X = noise(400, (9, 9, 3))
    sampler = clone(policy).set_params(random_state=0, value_range=BYTES)
    expected = sampler.augment(X).astype(float)
    scaled = clone(sampler).set_params(value_range=(0, 1)).augment(X / np.float32(255))
    # but where a step falls to the other side: at a threshold, at a level
    assert (np.abs(sampler.augment(X.astype(np.float32)) - expected) > 3).mean() < 0.03
    assert (np.abs(scaled * 255 - expected) > 3).mean() < 0.03


# The operations --------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(list(Op)), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_a_sequence_is_its_operations_one_by_one(ops, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (6, 8, 9, 3), dtype=np.uint8)
    codes = np.array([rng.permutation(ops) for _ in images])
    strengths = strengths_of(codes, rng.random(codes.shape), rng.random(codes.shape), RAND_AUGMENT)
    made = applied(images, codes, strengths)
    for i, image in enumerate(images):
        expected, last = image[None], np.eye(3)[None]
        for op, strength in zip(codes[i], strengths[i], strict=True):
            if op in WARPED:
                last = last @ operation_matrices(np.array([op]), np.array([strength]), 8, 9)
            elif op != Op.IDENTITY:
                expected = warped(expected, last, value_range=BYTES)
                last = np.eye(3)[None]
                expected = everywhere(expected, op, strength)
        assert_array_equal(made[i], warped(expected, last, value_range=BYTES)[0])


@pytest.mark.parametrize("shape", [(8, 9, 1), (8, 9, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("op", "strength", "sampler"),
    [
        (Op.BRIGHTNESS, 0.4, jitter(brightness=(1.4, 1.4))),
        (Op.BRIGHTNESS, -0.4, jitter(brightness=(0.6, 0.6))),
        (Op.CONTRAST, 0.4, jitter(contrast=(1.4, 1.4))),
        (Op.COLOR, -0.4, jitter(saturation=(0.6, 0.6))),
        (Op.SHARPNESS, 0.4, Sharpness(factor=(1.4, 1.4))),
        (Op.POSTERIZE, 3, Posterize(bits=5)),
        (Op.SOLARIZE, 0.4, Solarize(threshold=0.6)),
        (Op.AUTO_CONTRAST, 0, AutoContrast()),
        (Op.EQUALIZE, 0, Equalize()),
        (Op.ROTATE, 20, turned(degrees=(20, 20))),
        (Op.SHEAR_X, 0.3, turned(shear=(np.rad2deg(np.arctan(0.3)),) * 2)),
        (Op.SHEAR_Y, -0.3, turned(shear=(0, 0, *(-np.rad2deg(np.arctan(0.3)),) * 2))),
    ],
)
def test_an_operation_is_the_sampler_of_its_name(op, strength, sampler, dtype, shape):
    images = 40 + noise(20, shape, dtype) // 2
    expected = sampler._apply(images, row_rng(20), BYTES)
    made = everywhere(images, op, strength)
    assert_allclose(
        made.astype(float), expected.astype(float), atol=1 if dtype == "uint8" else 1e-3
    )


def test_directions():
    image = np.zeros((1, 9, 9, 1), dtype=np.uint8)
    image[0, 3, 4] = 255
    right = np.zeros_like(image)
    right[0, 3, 6] = 255
    down = np.zeros_like(image)
    down[0, 5, 4] = 255
    assert_array_equal(everywhere(image, Op.TRANSLATE_X, 2 / 9), right)
    assert_array_equal(everywhere(image, Op.TRANSLATE_Y, 2 / 9), down)
    centre = np.zeros((1, 9, 9, 1))
    centre[0, 4] = 200
    assert_allclose(everywhere(centre, Op.SHEAR_X, 0.5)[0, 4, 2:-2], 200)
    assert_allclose(everywhere(centre, Op.ROTATE, 90), np.swapaxes(centre, 1, 2), atol=1e-3)


@given(st.sampled_from(list(Op)), st.floats(0, 1), st.floats(0, 1))
def test_strengths_are_in_their_range_and_some_go_either_way(op, level, sign):
    for table in (RAND_AUGMENT, TRIVIAL_AUGMENT, AUG_MIX):
        if op in table:
            (strength,) = strengths_of(np.array([op]), level, np.array([sign]), table)
            low, high = table[op]
            assert low <= abs(strength) <= high
            assert (strength >= 0) or (op in WARPED or op < Op.POSTERIZE)


def test_colour_leaves_grey_images():
    for shape in [(5, 5, 1), (5, 5, 2)]:
        images = noise(5, shape)
        assert_array_equal(everywhere(images, Op.COLOR, 0.9), images)


# RandAugment -----------------------------------------------------------------------------------


def test_at_magnitude_zero_only_what_has_no_strength_changes_images():
    images = 40 + noise(4000, (4, 4, 3)) // 2
    made = RandAugment(num_ops=1, magnitude=0, random_state=0, value_range=BYTES).augment(images)
    changed = (made != images).any(axis=(1, 2, 3))
    others = [AutoContrast(value_range=BYTES).augment(images), Equalize().augment(images)]
    is_one = [(made == other).all(axis=(1, 2, 3)) for other in others]
    assert_array_equal(changed, is_one[0] | is_one[1])
    assert abs(changed.mean() - 2 / 14) < 0.02


def test_all_fourteen_are_as_likely():
    sampler, seen = RandAugment(num_ops=3), []
    sampler._applied = lambda images, codes, strengths, value_range: seen.append(codes) or images
    sampler._augment(noise(5000, (1, 1, 1)), row_rng(5000), BYTES)
    assert seen[0].shape == (5000, 3)
    counts = np.bincount(seen[0].ravel(), minlength=14)
    assert len(counts) == 14
    assert stats.chisquare(counts).pvalue > 1e-3


def test_the_scale_of_magnitude_is_the_number_of_bins():
    X = noise(50, (9, 9, 1))
    a = RandAugment(magnitude=9, num_magnitude_bins=31, random_state=0).augment(X)
    b = RandAugment(magnitude=3, num_magnitude_bins=11, random_state=0).augment(X)
    assert_allclose(a.astype(int), b, atol=1)


def test_it_is_searched_over_its_two_numbers():
    X, y = load_digits(return_X_y=True)
    policy = RandAugment(image_shape=(8, 8), random_state=0)
    pipeline = make_pipeline(policy, DecisionTreeClassifier(random_state=0))
    grid = {"randaugment__magnitude": [3, 9.5], "randaugment__num_ops": [1, 2]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X[:400], y[:400])
    assert len(set(search.cv_results_["mean_test_score"])) == 4
    assert search.best_score_ > 0.55


@pytest.mark.parametrize(
    ("policy", "match"),
    [
        (RandAugment(magnitude=31), r"magnitude of RandAugment must be at most .* = 30, got 31"),
        (RandAugment(magnitude=-1), "'magnitude' parameter of RandAugment"),
        (RandAugment(num_ops=0), "'num_ops' parameter of RandAugment"),
        (RandAugment(fill=2), "'fill' parameter of RandAugment"),
        (TrivialAugment(num_magnitude_bins=1), "'num_magnitude_bins' parameter of TrivialAugment"),
        (TrivialAugment(strength=1.5), "'strength' parameter of TrivialAugment"),
        (AugMix(severity=11), "'severity' parameter of AugMix"),
        (AugMix(chain_depth=0), "'chain_depth' parameter of AugMix"),
        (AugMix(alpha=0), "'alpha' parameter of AugMix"),
        (AugMix(mixture_width=0), "'mixture_width' parameter of AugMix"),
    ],
)
def test_bad_parameters_are_refused(policy, match):
    with pytest.raises(ValueError, match=match):
        policy.augment(noise(3, (4, 4, 1)))


# TrivialAugment --------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [8, 28, 32])
def test_no_image_is_blank(side):
    images = np.full((1500, side, side, 1), 60, dtype=np.uint8)
    images[:, side // 4 : -side // 4, side // 4 : -side // 4] = 180
    made = TrivialAugment(random_state=0, value_range=BYTES).augment(images)
    assert (np.ptp(made, axis=(1, 2, 3)) > 0).all()


def test_without_strength_little_is_changed():
    X = noise(2000, (6, 6, 3))
    made = TrivialAugment(strength=0, random_state=0).augment(X)
    assert abs((made != X).any(axis=(1, 2, 3)).mean() - 2 / 14) < 0.03


# AugMix ----------------------------------------------------------------------------------------


def test_mixtures_of_bytes_are_rounded_and_not_cut_off():
    X = noise(3000, (6, 6, 1))
    mixed = AugMix(random_state=0, severity=1, all_ops=False)
    exact = mixed.set_params(value_range=BYTES).augment(X.astype(np.float64))
    error = mixed.augment(X) - exact
    is_same_step = np.abs(error) < 1.5  # not to another side of a level
    assert is_same_step.mean() > 0.9
    assert abs(error[is_same_step].mean()) < 0.02


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_mixture_of_no_change_is_no_change(dtype):
    X, sampler = noise(50, (4, 4, 3), dtype) / np.array(3, dtype), AugMix()
    X = X.astype(dtype)
    sampler._applied = lambda images, codes, strengths, value_range: images
    assert_array_equal(sampler._augment(X, row_rng(50), BYTES), X)


def test_chains_are_one_to_three_deep_and_weak():
    sampler = AugMix(severity=3)
    codes, strengths = sampler._chain(row_rng(3000))
    depths = (codes != Op.IDENTITY).sum(axis=1)
    assert_allclose(np.bincount(depths, minlength=4) / 3000, [0, 1 / 3, 1 / 3, 1 / 3], atol=0.03)
    assert (np.sort(codes == Op.IDENTITY, axis=1) == (codes == Op.IDENTITY)).all()
    assert np.abs(strengths[codes == Op.ROTATE]).max() == pytest.approx(30 * 2 / 9)
    codes, _ = AugMix(chain_depth=5, all_ops=False)._chain(row_rng(3000))
    assert codes.shape == (3000, 5)
    assert len(np.unique(codes)) == 9
    assert Op.BRIGHTNESS not in codes


def test_it_stays_nearer_to_the_image_than_its_chains():
    X = noise(500, (8, 8, 1), "float64")
    mixed = AugMix(random_state=0, value_range=BYTES)
    near = AugMix(random_state=0, value_range=BYTES, alpha=1000, mixture_width=1).augment(X)
    far = np.abs(RandAugment(random_state=0, value_range=BYTES).augment(X) - X).mean()
    assert 0 < np.abs(mixed.augment(X) - X).mean() < far
    assert 0 < np.abs(near - X).mean() < far


@pytest.mark.parametrize("alpha", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("k", [2, 3])
def test_shares_have_the_distribution_of_dirichlet(alpha, k):
    shares = dirichlet(np.random.default_rng(0).random((4000, 2 * k)), alpha)
    assert_allclose(shares.sum(axis=1), 1)
    marginal = stats.beta(alpha, (k - 1) * alpha)
    for share in shares.T:
        assert stats.kstest(np.maximum(share, 1e-300), marginal.cdf).pvalue > 1e-3


def test_with_a_small_alpha_one_share_is_all():
    shares = dirichlet(np.random.default_rng(0).random((4000, 6)), 1e-3)
    assert_allclose(shares.sum(axis=1), 1)
    assert_allclose(shares.mean(axis=0), 1 / 3, atol=0.03)
    assert (shares.max(axis=1) > 0.99).mean() > 0.98


def test_shares_are_numbers_even_of_the_least_uniforms():
    for alpha in (1e-3, 1.0, 1e3):
        assert_allclose(dirichlet(np.zeros((2, 6)), alpha), 1 / 3)
