"""Images moved, turned, mirrored, cut and bent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from strategies import generators

from skaug import AugmentedClassifier
from skaug.image import (
    ElasticTransform,
    RandomAffine,
    RandomCrop,
    RandomFlip,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotate90,
)
from skaug.image._matrices import affine_matrices, crop_matrices, homographies, symmetry_matrices
from skaug.image._warp import displaced, warped

OPS = [
    RandomAffine(degrees=30, shear=(-10, 10, -5, 5)),
    RandomAffine(degrees=30, interpolation="nearest", fill=0.5),
    RandomPerspective(),
    RandomResizedCrop(scale=(0.3, 1)),
    ElasticTransform(alpha=0.1),
    RandomFlip(p=1),
    RandomFlip(direction="both"),
    RandomRotate90(),
    RandomRotate90(flips=True),
    RandomCrop(),
    RandomCrop(padding=(0.5, 0.2), padding_mode="reflect"),
    RandomCrop(padding=0.4, padding_mode="edge"),
]
SWAP = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])  # x and y, for scipy counts rows first
per_op = pytest.mark.parametrize("op", OPS, ids=str)


def images_of(rng, m, shape, dtype):
    values = rng.random((m, *shape))
    return (255 * values).astype(np.uint8) if dtype == np.uint8 else values.astype(dtype)


@st.composite
def some_images(draw, max_images=4):
    rng = draw(generators())
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 5])))
    dtype = draw(st.sampled_from([np.uint8, np.float32, np.float64]))
    images = images_of(rng, draw(st.integers(1, max_images)), shape, dtype)
    return images, rng, (0, 255) if dtype == np.uint8 else (0, 1)


@given(some_images(), st.sampled_from(["bilinear", "nearest"]), st.floats(0, 1))
def test_warps_are_those_of_scipy(case, interpolation, fill):
    images, rng, value_range = case
    m, height, width, n_channels = images.shape
    matrices = affine_matrices(
        height,
        width,
        angle=rng.uniform(-3, 3, m),
        translate=rng.uniform(-2, 2, (m, 2)),
        scale=rng.uniform(0.6, 1.5, m),
        shear=rng.uniform(-0.5, 0.5, (m, 2)),
    )
    settings = {"value_range": value_range, "fill": fill, "interpolation": interpolation}
    made = warped(images, matrices, **settings)
    assert made.dtype == images.dtype
    expected = np.empty(images.shape)
    for i in range(m):
        for c in range(n_channels):
            expected[i, ..., c] = ndimage.affine_transform(
                images[i, ..., c].astype(float),
                SWAP @ matrices[i] @ SWAP,
                order=1 if interpolation == "bilinear" else 0,
                mode="grid-constant",
                cval=fill * value_range[1],
            )
    far = np.abs(made - expected) > (0.51 if images.dtype == np.uint8 else 1e-4)
    # a place half-way between two pixels is nearest to either
    assert far.mean() <= (0.05 if interpolation == "nearest" else 0)


@given(some_images())
def test_the_identity_and_the_symmetries_are_exact(case):
    images, rng, value_range = case
    m, height, width = images.shape[:3]
    still = np.tile(np.eye(3), (m, 1, 1))
    assert_array_equal(warped(images, still, value_range=value_range), images)
    zero = np.zeros((m, height, width))
    assert_array_equal(displaced(images, zero, zero, value_range=value_range), images)
    mirrored, turns = rng.random(m) < 0.5, rng.integers(4, size=m)
    if height != width:
        turns = turns // 2 * 2
    matrices = symmetry_matrices(height, width, turns=turns, mirrored=mirrored)
    expected = [
        np.rot90(image[:, ::-1] if flip else image, turn)
        for image, flip, turn in zip(images, mirrored, turns, strict=True)
    ]
    assert_array_equal(warped(images, matrices, value_range=value_range), expected)


@given(some_images(), st.integers(-3, 3), st.integers(-3, 3))
def test_whole_pixels_and_fields_move_alike(case, dx, dy):
    images, _, value_range = case
    m, height, width = images.shape[:3]
    nothing, ones = np.zeros(m), np.ones(m)
    matrices = affine_matrices(
        height,
        width,
        angle=nothing,
        translate=np.tile([dx, dy], (m, 1)),
        scale=ones,
        shear=np.zeros((m, 2)),
    )
    expected = np.zeros_like(images)
    for y in range(height):
        for x in range(width):
            if 0 <= y - dy < height and 0 <= x - dx < width:
                expected[:, y, x] = images[:, y - dy, x - dx]
    assert_allclose(warped(images, matrices, value_range=value_range), expected, atol=1e-5)
    field = [np.full((m, height, width), -d) for d in (dx, dy)]
    assert_array_equal(displaced(images, *field, value_range=value_range), expected)


@given(generators())
def test_matrices(rng):
    m = 5
    # an affine matrix is the inverse of the steps, one after the other
    angle, scale = rng.uniform(-3, 3, m), rng.uniform(0.5, 2, m)
    translate, shear = rng.uniform(-3, 3, (m, 2)), rng.uniform(-1, 1, (m, 2))
    found = affine_matrices(7, 11, angle=angle, translate=translate, scale=scale, shear=shear)
    for i in range(m):
        c, s = np.cos(angle[i]), np.sin(angle[i])
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        along_x = np.array([[1, -np.tan(shear[i, 0]), 0], [0, 1, 0], [0, 0, 1]])
        along_y = np.array([[1, 0, 0], [-np.tan(shear[i, 1]), 1, 0], [0, 0, 1]])
        grow = np.diag([scale[i], scale[i], 1])
        there, back = np.eye(3), np.eye(3)
        there[:2, 2] = np.array([5, 3]) + translate[i]
        back[:2, 2] = -5, -3
        forward = there @ grow @ turn @ along_y @ along_x @ back
        assert_allclose(found[i] @ forward, np.eye(3), atol=1e-9)
    # four places go where they should
    square = np.array([[0, 0], [6, 0], [6, 4], [0, 4]], dtype=float)
    source = square + rng.uniform(-1, 1, (m, 4, 2))
    target = square + rng.uniform(-1, 1, (m, 4, 2))
    homogeneous = np.concatenate([source, np.ones((m, 4, 1))], axis=2)
    mapped = homogeneous @ homographies(source, target).transpose(0, 2, 1)
    assert_allclose(mapped[..., :2] / mapped[..., 2:], target, atol=1e-8)
    low, high = rng.uniform(0, 1, (m, 2)), rng.uniform(2, 3, (m, 2))
    crops = crop_matrices(5, 7, low=low, high=high)
    assert_allclose((crops @ [0, 0, 1])[:, :2], low)
    assert_allclose((crops @ [6, 4, 1])[:, :2], high)


def test_a_warp_there_and_back():
    rng = np.random.default_rng(0)
    smooth = ndimage.gaussian_filter(rng.random((4, 40, 40, 1)), (0, 4, 4, 0))
    settings = {"angle": rng.uniform(-1, 1, 4), "translate": np.zeros((4, 2)), "scale": np.ones(4)}
    matrices = affine_matrices(40, 40, shear=np.zeros((4, 2)), **settings)
    there = warped(smooth, matrices, value_range=(0, 1))
    back = warped(there, np.linalg.inv(matrices), value_range=(0, 1))
    inside = slice(12, 28)
    assert np.abs(back - smooth)[:, inside, inside].max() < 0.02 * np.ptp(smooth)


def test_what_is_behind_a_projection_is_filled():
    images = np.ones((1, 4, 4, 1))
    folded = np.array([[[1.0, 0, 0], [0, 1, 0], [-0.5, 0, 1]]])  # x = 2 is the horizon
    made = warped(images, folded, value_range=(0, 1), fill=0.25)[0, :, :, 0]
    assert_array_equal(made[:, 2:], 0.25)
    assert (made[0, :2] == 1).all()


@per_op
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6, 6), (9, 9, 3)])
def test_copies_keep_shape_dtype_and_range(op, dtype, shape):
    images = images_of(np.random.default_rng(0), 12, shape, dtype)
    images.flags.writeable = False
    op.set_params(random_state=0)
    made = op.augment(images)
    assert made.shape == images.shape
    assert made.dtype == dtype
    fill = getattr(op, "fill", 0) * (255 if dtype == np.uint8 else images.max() - images.min())
    assert made.min() >= min(images.min(), fill)
    assert made.max() <= images.max()
    assert (made != images).any()
    assert_array_equal(op.augment(images[:5]) if dtype == np.uint8 else made[:5], made[:5])
    flat = op.set_params(image_shape=shape).augment(images.reshape(12, -1))
    op.set_params(image_shape=None)
    assert_array_equal(flat, made.reshape(12, -1))


@per_op
def test_bytes_and_floats_agree(op):
    bytes_ = images_of(np.random.default_rng(0), 20, (8, 8, 3), np.uint8)
    op.set_params(random_state=0)
    floats = op.set_params(value_range=(0, 1)).augment(bytes_ / 255)
    made = op.set_params(value_range=None).augment(bytes_)
    assert np.abs(made - 255 * floats).max() <= 0.51


@pytest.mark.parametrize("op", [op for op in OPS if hasattr(op, "_matrices")], ids=str)
def test_matrices_say_what_is_done(op):
    """What fuses several steps goes by the matrices."""
    images = images_of(np.random.default_rng(0), 30, (8, 8, 1), np.float64)
    op.set_params(random_state=0, value_range=(0, 1))
    rng = op._row_rng(30, 0, None)
    matrices = np.tile(np.eye(3), (30, 1, 1))
    picked = np.flatnonzero(rng.child(1).uniforms(1)[:, 0] < op.p)
    matrices[picked] = op._matrices(rng.child(0).at(picked), 8, 8)
    settings = {name: getattr(op, name) for name in ("fill", "interpolation") if hasattr(op, name)}
    expected = warped(images, matrices, value_range=(0, 1), **settings)
    assert_allclose(op.augment(images), expected, atol=1e-12)


def test_a_crop_is_a_warp_only_where_a_constant_comes_in():
    assert hasattr(RandomCrop(), "_matrices")
    assert not hasattr(RandomCrop(padding_mode="edge"), "_matrices")
    assert not hasattr(RandomCrop(padding_mode="reflect"), "_matrices")


def test_flips_and_turns_are_those_of_numpy():
    images = images_of(np.random.default_rng(0), 200, (5, 5, 2), np.float32)
    across = RandomFlip(p=1).augment(images)
    assert_array_equal(across, images[:, :, ::-1])
    down = RandomFlip(direction="vertical", p=1).augment(images)
    assert_array_equal(down, images[:, ::-1])
    either = {
        which.tobytes(): 0 for which in (images[0, :, ::-1], images[0, ::-1], images[0, ::-1, ::-1])
    }
    repeated = np.repeat(images[:1], 300, axis=0)
    for made in RandomFlip(direction="both", p=1, random_state=0).augment(repeated):
        either[made.tobytes()] += 1
    assert min(either.values()) > 60
    symmetries = {
        np.rot90(image, k).tobytes(): 0
        for image in (images[0], images[0, :, ::-1])
        for k in range(4)
    }
    for made in RandomRotate90(flips=True, random_state=0).augment(repeated):
        symmetries[made.tobytes()] += 1
    assert symmetries.pop(images[0].tobytes()) == 0
    assert min(symmetries.values()) > 20
    half = RandomFlip(random_state=0).augment(repeated)
    assert 100 < (half != repeated).any(axis=(1, 2, 3)).sum() < 200


@pytest.mark.parametrize(("mode", "numpys"), [("constant",) * 2, ("edge",) * 2, ("reflect",) * 2])
def test_crops_are_cut_from_padded_images(mode, numpys):
    rng = np.random.default_rng(0)
    images = rng.integers(1, 255, size=(300, 6, 4, 1)).astype(np.uint8)
    images[:] = images[:1]
    made = RandomCrop(padding=(0.25, 0.34), padding_mode=mode, random_state=0).augment(images)
    padded = np.pad(images[0, :, :, 0], ((2, 2), (1, 1)), mode=numpys)
    cuts = {padded[i : i + 6, j : j + 4].tobytes(): 0 for i in range(5) for j in range(3)}
    for copy in made:
        cuts[copy.tobytes()] += 1  # a KeyError would be a cut that does not exist
    assert min(cuts.values()) > 4
    nothing = RandomCrop(padding=0, random_state=0).augment(images)
    assert_array_equal(nothing, images)


def test_translation_and_rotation_are_as_large_as_asked():
    image = np.zeros((400, 21, 21, 1))
    image[:, 10, 10] = 1
    moved = RandomAffine(degrees=0, translate=(0.2, 0), scale=0, random_state=0).augment(image)
    place = (moved[..., 0] * np.arange(21)).sum(axis=(1, 2)) - 10
    assert np.abs(place).max() <= 0.2 * 21 + 1e-6
    assert np.abs(place).max() > 3.9
    assert_allclose((moved[..., 0] * np.arange(21)[:, None]).sum(axis=(1, 2)), 10)
    image[:] = 0
    image[:, 10, 15] = 1  # to the right; clockwise is down
    turned = RandomAffine(degrees=(30, 30), translate=0, scale=0).augment(image)[0, :, :, 0]
    down, right = ndimage.center_of_mass(turned)
    assert_allclose([down - 10, right - 10], 5 * np.array([0.5, np.sqrt(0.75)]), atol=0.2)
    wide = RandomAffine(degrees=0, translate=0, scale=(2, 2)).augment(image)[0, :, :, 0]
    assert_allclose(ndimage.center_of_mass(wide), [10, 19.67], atol=0.01)  # the border cuts it


def test_elastic_displacements_have_the_deviation_asked_for():
    ramp = np.tile(np.arange(32.0), (500, 32, 1))[..., None]
    made = ElasticTransform(alpha=0.05, sigma=0.1, value_range=(0, 31)).augment(ramp)
    inside = (made - ramp)[:, 8:24, 8:24]
    assert_allclose(inside.std(), 0.05 * 32, rtol=0.05)
    assert_allclose(inside[:, 0].std(), inside[:, 8].std(), rtol=0.15)


def test_resized_crops_show_the_share_asked_for():
    x, y = np.meshgrid(np.arange(41.0), np.arange(41.0))
    ramps = np.tile(np.stack([x, y], axis=-1), (300, 1, 1, 1))
    made = RandomResizedCrop(scale=(0.25, 0.25), ratio=1).augment(ramps)
    spans = np.ptp(made, axis=(1, 2))
    assert_allclose(spans, 20, atol=1e-6)
    wide = RandomResizedCrop(scale=(0.1, 0.5), ratio=(0.5, 2), random_state=0).augment(ramps)
    spans = np.ptp(wide, axis=(1, 2)) / 40
    shares, ratios = spans.prod(axis=1), spans[:, 0] / spans[:, 1]
    assert shares.min() > 0.0999
    assert shares.max() < 0.5001
    assert 0.499 < ratios.min() < 0.6
    assert 1.7 < ratios.max() < 2.001
    assert_array_equal(RandomResizedCrop(scale=1.0, ratio=1.0).augment(ramps[:3]), ramps[:3])


@pytest.mark.parametrize(
    "op",
    [
        RandomAffine(degrees=0, translate=0, scale=0),
        RandomAffine(degrees=0, translate=None, scale=None, shear=None),
        RandomPerspective(distortion_scale=0),
        ElasticTransform(alpha=0),
    ],
    ids=str,
)
def test_nothing_is_done_exactly(op):
    images = np.random.default_rng(0).random((5, 7, 9, 3))
    assert_allclose(op.augment(images), images, atol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (2, 2)])
@per_op
def test_tiny_images(op, size):
    images = np.random.default_rng(0).random((4, *size))
    if isinstance(op, RandomRotate90) and size[0] != size[1]:
        with pytest.raises(ValueError, match=r"RandomRotate90 needs square images.* 1 pixels high"):
            op.augment(images)
        return
    assert np.isfinite(op.augment(images)).all()


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (RandomAffine(degrees=(20, 10)), "degrees of RandomAffine must be a number"),
        (RandomAffine(scale=2), "scale of RandomAffine must be above 0"),
        (RandomAffine(shear=90), "shear of RandomAffine must be"),
        (RandomAffine(shear=(1, 2, 3)), "shear of RandomAffine must be"),
        (RandomAffine(translate=(0.1, -0.1)), "translate of RandomAffine must be"),
        (RandomResizedCrop(scale=(0.5, 2)), "scale of RandomResizedCrop must be"),
        (RandomCrop(padding=(0.1, 0.2, 0.3)), "padding of RandomCrop must be"),
    ],
)
def test_wrong_parameters(op, message):
    with pytest.raises(ValueError, match=message):
        op.augment(np.zeros((2, 4, 4)))


@pytest.mark.parametrize("op", [RandomAffine(shear=20), RandomPerspective()], ids=str)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("n_channels", [1, 3, 5])
def test_opencv_warps_the_same(op, dtype, n_channels):
    pytest.importorskip("cv2")
    images = images_of(np.random.default_rng(0), 20, (24, 31, n_channels), dtype)
    images = ndimage.uniform_filter(images, (0, 3, 3, 0))
    op.set_params(random_state=0, fill=0.25)
    found = [op.set_params(backend=backend).augment(images) for backend in ("numpy", "cv2")]
    op.set_params(fill=0.0, backend="numpy")
    difference = np.abs(found[0].astype(float) - found[1])
    assert difference.max() <= (1 if dtype == np.uint8 else 1e-3)


@pytest.mark.parametrize("op", [RandomAffine, RandomPerspective, RandomResizedCrop])
def test_opencv_is_asked_for_by_name(op, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    message = rf'{op.__name__}\(backend=.cv2.\) needs .*pip install "skaug\[cv2\]"'
    with pytest.raises(ImportError, match=message):
        op(backend="cv2").augment(np.zeros((2, 4, 4)))


def test_a_search_over_magnitudes():
    X, y = load_digits(return_X_y=True)
    affine = RandomAffine(image_shape=(8, 8), random_state=0)
    model = AugmentedClassifier(LogisticRegression(max_iter=50, tol=0.1), affine)
    grid = {"sampler__degrees": [5, 15], "sampler__scale": [(0.9, 1.1), 0.2]}
    search = GridSearchCV(model, grid, cv=2).fit(X[:200], y[:200])
    assert (search.cv_results_["mean_test_score"] > 0.6).all()
