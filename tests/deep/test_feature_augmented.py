"""Networks augmented inside: what each change is, what stays as it was, and what comes out."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.deep._feature_augmented import FeatureAugmentedClassifier, FeatureAugmentedRegressor
from skaug.feature_space import FeatureSpaceSampler
from skaug.mixing._moments import Groups, exchange_moments, image_groups
from skaug.over_sampling import SMOTE

torch = pytest.importorskip("torch")

from skaug.deep import _feature_augmentation as change  # noqa: E402
from skaug.deep._feature_network import FeatureNetwork  # noqa: E402

AUGMENTATIONS = ["manifold_mixup", "moex", "interpolate", "extrapolate", "noise"]
TINY = {"max_iter": 4, "hidden": (8, 6), "random_state": 0}
SEEDS = st.integers(0, 2**31)


def batch(seed, n=9, shape=(5,)):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, *shape)).astype(np.float32), rng.permutation(n)


def digits(n=80):
    X, y = load_digits(return_X_y=True)
    return X[:n], y[:n]


def weights(model):
    return {name: value.tobytes() for name, value in model._weights.items()}


# each change of a batch


@given(SEEDS)
def test_mixtures_are_between_their_rows(seed):
    features, partner = batch(seed, shape=(2, 3, 3))
    share = np.random.default_rng(seed).random(9, dtype=np.float32)
    made = change.blended(*map(torch.tensor, (features, partner, share))).numpy()
    own = share[:, None, None, None]
    assert_allclose(made, own * features + (1 - own) * features[partner], rtol=1e-5, atol=1e-6)


@given(SEEDS, st.sampled_from([0.01, 0.2, 1.0, 8.0]))
def test_shares_are_shares(seed, alpha):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        share = change.shares(alpha, 50).numpy()
    assert ((share >= 0) & (share <= 1)).all()


def test_shares_have_the_moments_of_their_law():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for alpha in (0.2, 1.0, 4.0):
            share = change.shares(alpha, 20_000).numpy()
            assert share.mean() == pytest.approx(0.5, abs=0.01)
            assert share.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.05)


@given(SEEDS)
def test_mixed_targets_sum_to_one_and_train_as_two_losses(seed):
    rng = np.random.default_rng(seed)
    target = torch.tensor(np.eye(3)[rng.integers(3, size=9)])
    weight, share = torch.tensor(rng.random(9) + 0.01), torch.tensor(rng.random(9))
    partner = torch.tensor(rng.permutation(9))
    mixed, total = change.mixed_targets(target, weight, partner, share)
    assert_allclose(mixed.sum(dim=1), 1)
    log_p = torch.tensor(rng.normal(size=(9, 3))).log_softmax(dim=1)
    two = share * weight * (target * log_p).sum(dim=1)
    two += (1 - share) * weight[partner] * (target[partner] * log_p).sum(dim=1)
    assert_allclose(total * (mixed * log_p).sum(dim=1), two)


@given(SEEDS)
def test_mixed_numbers_have_the_gradient_of_two_squares(seed):
    rng = np.random.default_rng(seed)
    target, weight = torch.tensor(rng.normal(size=(9, 2))), torch.tensor(rng.random(9) + 0.01)
    share, partner = torch.tensor(rng.random(9)), torch.tensor(rng.permutation(9))
    mixed, total = change.mixed_targets(target, weight, partner, share)
    outputs = torch.tensor(rng.normal(size=(9, 2)))
    two = (share * weight)[:, None] * (outputs - target)
    two += ((1 - share) * weight[partner])[:, None] * (outputs - target[partner])
    assert_allclose(total[:, None] * (outputs - mixed), two, atol=1e-12)


def test_equal_weights_leave_the_shares_of_the_targets():
    target, partner = torch.eye(2), torch.tensor([1, 0])
    mixed, total = change.mixed_targets(target, torch.ones(2), partner, torch.tensor([0.75, 1.0]))
    assert_allclose(mixed, [[0.75, 0.25], [0, 1]])
    assert_allclose(total, [1, 1])


@given(SEEDS)
def test_moments_are_exchanged_as_in_numpy(seed):
    features, partner = batch(seed)
    expected = np.empty_like(features)
    groups = Groups.of(np.zeros(5, dtype=int))
    exchange_moments(features, np.arange(9), partner, groups, 1e-5, expected)
    made = change.exchanged(torch.tensor(features), torch.tensor(partner)).numpy()
    assert_allclose(made, expected, rtol=1e-3, atol=1e-4)


@given(SEEDS)
def test_moments_of_images_are_those_of_their_positions(seed):
    features, partner = batch(seed, shape=(4, 2, 3))
    flat, expected = features.reshape(9, -1), np.empty((9, 24), dtype=np.float32)
    groups = image_groups("positional", (2, 3, 4), channels="first")
    exchange_moments(flat, np.arange(9), partner, groups, 1e-5, expected)
    made = change.exchanged(torch.tensor(features), torch.tensor(partner)).numpy()
    assert_allclose(made.reshape(9, -1), expected, rtol=1e-3, atol=1e-4)


def test_a_row_that_exchanges_moments_with_itself_stays():
    features, _ = batch(0)
    made = change.exchanged(torch.tensor(features), torch.arange(9))
    assert_allclose(made, features, atol=1e-6)


def test_what_does_not_vary_has_moments_and_slopes_all_the_same():
    features = torch.zeros(4, 3, requires_grad=True)
    made = change.exchanged(features, torch.tensor([1, 0, 3, 2])) + change.noisy(features, 1.0)
    made.sum().backward()
    assert torch.isfinite(made).all()
    assert torch.isfinite(features.grad).all()


@given(SEEDS, st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_mates_are_of_the_same_group_and_another_row_where_there_is_one(seed, groups):
    groups = np.array(groups)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        partner = change.mates(torch.tensor(groups)).numpy()
    assert_array_equal(groups[partner], groups)
    assert_array_equal(np.sort(partner), np.arange(len(groups)))
    alone = np.bincount(groups)[groups] == 1
    assert_array_equal(partner == np.arange(len(groups)), alone)


@given(SEEDS, st.integers(1, 12))
def test_the_nearest_mate_is_the_nearest(seed, n):
    target = np.random.default_rng(seed).normal(size=(n, 2))
    partner = change.nearest_mates(torch.tensor(target)).numpy()
    distance = np.linalg.norm(target[:, None] - target[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = distance.min(axis=1)
    assert_allclose(distance[np.arange(n), partner], nearest)


@pytest.mark.parametrize("step", [0.5, -0.5, 0.0])
def test_steps_lead_to_the_partner_or_away_from_it(step):
    features, partner = batch(0)
    made = change.moved(torch.tensor(features), torch.tensor(partner), step).numpy()
    assert_allclose(made, features + step * (features[partner] - features), atol=1e-6)


def test_noise_has_the_deviation_of_each_unit():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20_000, 3)) * [1, 10, 0]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        added = change.noisy(torch.tensor(features), 0.5).numpy() - features
    assert_allclose(added.std(axis=0), [0.5, 5, 0], rtol=0.03, atol=1e-9)
    assert_allclose(added.mean(axis=0), 0, atol=0.15)


def test_nothing_given_is_changed():
    features, partner = (torch.tensor(part) for part in batch(0))
    before = features.clone()
    change.blended(features, partner, change.shares(1.0, 9))
    change.exchanged(features, partner)
    change.moved(features, partner, 0.5)
    change.noisy(features, 0.5)
    assert torch.equal(features, before)


def test_layers_are_drawn_as_often_as_told():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = [change.drawn_layer([1, 3], 0.5) for _ in range(2000)]
    share = {layer: drawn.count(layer) / 2000 for layer in (None, 1, 3)}
    assert share == pytest.approx({None: 0.5, 1: 0.25, 3: 0.25}, abs=0.04)


# the network


@pytest.mark.parametrize("shape", [None, (8, 8, 1), (5, 4, 3), (1, 1, 60), (60, 1, 1)])
def test_a_network_may_be_left_and_entered_at_each_layer(shape):
    n_in = 60 if shape is None else int(np.prod(shape))
    network = FeatureNetwork(n_in, shape, () if shape is None else (8, 16), (7, 5), 3)
    rows = torch.rand(4, n_in)
    for layer in range(len(network.stages) + 1):
        features = network.features(rows, layer)
        assert_allclose(network.outputs(features, layer).detach(), network(rows).detach())
    assert network(rows).shape == (4, 3)
    assert network.features(rows).shape == (4, 5)


# the estimators


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_p_0_is_no_augmentation_to_the_byte(augmentation):
    X, y = digits()
    plain = FeatureAugmentedClassifier(augmentation=None, **TINY).fit(X, y)
    never = FeatureAugmentedClassifier(augmentation=augmentation, p=0, **TINY).fit(X, y)
    assert weights(plain) == weights(never)
    changed = FeatureAugmentedClassifier(augmentation=augmentation, p=1, **TINY).fit(X, y)
    assert weights(plain) != weights(changed)


@pytest.mark.parametrize("model", [FeatureAugmentedClassifier, FeatureAugmentedRegressor])
@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS, None])
def test_a_seed_says_all_and_nothing_given_or_global_moves(augmentation, model):
    X, y = digits()
    y = y.astype(float)
    X_before, y_before = X.copy(), y.copy()
    before = torch.random.get_rng_state()
    estimator = model(augmentation=augmentation, **TINY)
    params = estimator.get_params()
    first = weights(estimator.fit(X, y))
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(5)
    assert first == weights(clone(estimator).fit(X, y))
    assert first != weights(clone(estimator).set_params(random_state=1).fit(X, y))
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)
    assert estimator.get_params() == params


@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS, None])
def test_a_row_of_weight_0_is_no_row(augmentation):
    X, y = digits()
    weight = np.random.default_rng(0).integers(0, 3, len(y)).astype(float)
    model = FeatureAugmentedClassifier(augmentation=augmentation, p=1, **TINY)
    first = weights(clone(model).fit(X, y, sample_weight=weight))
    is_in = weight > 0
    assert first == weights(clone(model).fit(X[is_in], y[is_in], sample_weight=weight[is_in]))
    assert first != weights(clone(model).fit(X[is_in], y[is_in]))


def test_one_weight_for_all_is_no_weight():
    X, y = digits()
    model = FeatureAugmentedClassifier(p=1, **TINY)
    plain, weighted = model.fit(X, y)._weights, model.fit(X, y, np.full(len(y), 3.0))._weights
    for name, value in plain.items():
        assert_allclose(weighted[name], value)


@pytest.mark.parametrize("augmentation", ["interpolate", "moex"])
def test_however_images_are_given_they_are_the_same(augmentation):
    X, y = digits()
    settings = {"augmentation": augmentation, **TINY}
    frame = pd.DataFrame(X, columns=[f"pixel{i}" for i in range(64)])
    flat = FeatureAugmentedClassifier(image_shape=(8, -1), **settings).fit(X, y)
    framed = FeatureAugmentedClassifier(image_shape=(8, 8), **settings).fit(frame, y)
    given = FeatureAugmentedClassifier(**settings).fit(X.reshape(-1, 8, 8), y)
    shares = flat.predict_proba(X)
    assert_allclose(framed.predict_proba(frame), shares)
    assert_allclose(given.predict_proba(X.reshape(-1, 8, 8)), shares)
    assert_allclose(given.predict_proba(X), shares)
    table = FeatureAugmentedClassifier(**settings).fit(X, y)
    assert not np.allclose(table.predict_proba(X), shares)


def test_colour_planes_first_or_last_are_the_same():
    rng = np.random.default_rng(0)
    images, y = rng.random((30, 6, 5, 3)), np.arange(30) % 2
    last = FeatureAugmentedClassifier(**TINY).fit(images, y)
    planes = np.moveaxis(images, 3, 1)
    first = FeatureAugmentedClassifier(channels="first", **TINY).fit(planes, y)
    assert_array_equal(first.predict_proba(planes), last.predict_proba(images))


def test_a_fitted_model_travels_without_torch_inside():
    X, y = digits()
    model = FeatureAugmentedClassifier(**TINY).fit(X, y)
    data = pickle.dumps(model)
    assert b"torch" not in data
    travelled = pickle.loads(data)
    assert_array_equal(travelled.predict_proba(X), model.predict_proba(X))
    assert_array_equal(travelled.transform(X), model.transform(X))


def test_parameters_set_after_fit_do_not_change_what_was_learnt():
    X, y = digits()
    model = FeatureAugmentedClassifier(**TINY).fit(X, y)
    before = model.transform(X)
    model.set_params(hidden=(3,), layer=1, features_layer=0, augmentation="moex")
    assert_array_equal(model.transform(X), before)
    assert len(model.get_feature_names_out()) == 6


def test_kinds():
    assert is_classifier(FeatureAugmentedClassifier())
    assert is_regressor(FeatureAugmentedRegressor())


@pytest.mark.parametrize(
    ("layer", "image_shape", "width"),
    [
        (None, None, 6),
        (1, None, 8),
        (0, None, 64),
        (None, (8, 8), 6),
        (0, (8, 8), 64),
        (1, (8, 8), 16 * 32),
        (2, (8, 8), 4 * 64),
    ],
)
def test_features_are_those_of_the_layer_by_name(layer, image_shape, width):
    X, y = digits()
    model = FeatureAugmentedClassifier(features_layer=layer, image_shape=image_shape, **TINY)
    Z = model.set_output(transform="pandas").fit_transform(X, y)
    assert Z.shape == (len(X), width)
    assert Z.columns[-1] == f"featureaugmentedclassifier{width - 1}"


def test_layer_0_is_the_scaled_table():
    X, y = load_wine(return_X_y=True)
    Z = FeatureAugmentedClassifier(features_layer=0, **TINY).fit_transform(X, y)
    assert_allclose(Z, (X - X.mean(axis=0)) / X.std(axis=0), atol=1e-5)


def test_no_hidden_layers_is_a_linear_model():
    X, y = load_wine(return_X_y=True)
    model = FeatureAugmentedClassifier(hidden=(), max_iter=100, learning_rate=1e-2, random_state=0)
    for augmentation in (*AUGMENTATIONS, None):
        assert model.set_params(augmentation=augmentation).fit(X, y).score(X, y) > 0.9
        assert model.transform(X).shape == X.shape


def test_other_estimators_and_samplers_work_in_its_features():
    X, y = load_wine(return_X_y=True)
    model = FeatureAugmentedClassifier(max_iter=100, hidden=(64, 4), random_state=0)
    pipeline = make_pipeline(model, LogisticRegression())
    assert pipeline.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9
    sampler = FeatureSpaceSampler(model, SMOTE(), decode="none", random_state=0)
    Z, y_res = sampler.fit_resample(X, y)
    assert Z.shape == (3 * 71, 4)
    assert np.unique(y_res, return_counts=True)[1].tolist() == [71, 71, 71]
    assert_array_equal(Z[: len(X)], sampler.transformer_.transform(X))


def test_a_search_over_augmentations_and_layers():
    X, y = load_wine(return_X_y=True)
    grid = {"augmentation": ["moex", "noise", None], "layer": [1, "random"]}
    search = GridSearchCV(FeatureAugmentedClassifier(**TINY), grid, cv=2).fit(X, y)
    assert search.best_params_.keys() == grid.keys()
    assert search.predict(X).shape == y.shape


@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS, None])
@pytest.mark.parametrize("image_shape", [None, (8, 8)])
def test_it_learns_classes(augmentation, image_shape):
    X, y = digits(400)
    n_steps = 150 if image_shape is None else 50
    model = FeatureAugmentedClassifier(
        augmentation=augmentation, image_shape=image_shape, max_iter=n_steps, random_state=0
    ).fit(X[:300], y[:300])
    assert model.score(X[300:], y[300:]) > 0.8
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)


@pytest.mark.parametrize("augmentation", [*AUGMENTATIONS, None])
def test_it_learns_numbers(augmentation):
    X, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, -y])
    model = FeatureAugmentedRegressor(augmentation=augmentation, max_iter=80, random_state=0)
    one, two = clone(model).fit(X[::2], y[::2]), clone(model).fit(X[::2], both[::2])
    assert one.score(X[1::2], y[1::2]) > 0.3
    assert two.score(X[1::2], both[1::2]) > 0.3
    assert two.predict(X).shape == both.shape


def test_early_stopping_keeps_the_best_weights_and_says_how_it_went():
    X, y = digits(300)
    model = FeatureAugmentedClassifier(
        early_stopping=True, max_iter=500, n_iter_no_change=2, learning_rate=0.03, random_state=0
    ).fit(X, y)
    assert model.n_iter_ < 500
    assert len(model.loss_curve_) == len(model.validation_loss_curve_) == model.n_iter_ // 10
    assert min(model.validation_loss_curve_[:-2]) < min(model.validation_loss_curve_[-2:])


# what is refused


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"layer": 3}, r"hidden layers, 2 with hidden=\(8, 6\); got 3"),
        ({"features_layer": 3}, "features_layer of FeatureAugmentedClassifier must be from 0"),
        (
            {"image_shape": (8, 8), "layer": 5},
            "layers, 4 with 2 blocks of convolutions and hidden=",
        ),
        ({"image_shape": (8, 7)}, r"image_shape=\(8, 7\) of FeatureAugmentedClassifier does not"),
        ({"image_shape": (8, 8), "layer": 0, "augmentation": "moex"}, "layer 0 has 1"),
        ({"hidden": (0,)}, "hidden of FeatureAugmentedClassifier must hold the widths"),
        ({"augmentation": "mixup"}, "'augmentation' parameter of FeatureAugmentedClassifier"),
        ({"layer": -1}, "'layer' parameter"),
        ({"p": 1.5}, "'p' parameter"),
        ({"alpha": 0}, "'alpha' parameter"),
        ({"lam": 2}, "'lam' parameter"),
        ({"strength": -1}, "'strength' parameter"),
    ],
)
def test_wrong_parameters_are_refused(params, message):
    X, y = digits()
    with pytest.raises(ValueError, match=message):
        FeatureAugmentedClassifier(**{**TINY, **params}).fit(X, y)


def test_wrong_data_is_refused():
    X, y = digits()
    model = FeatureAugmentedClassifier(**TINY)
    with pytest.raises(ValueError, match="needs at least 2 classes in y; all 80 rows are of class"):
        model.fit(X, np.zeros(80))
    with pytest.raises(ValueError, match="Input X contains NaN"):
        model.fit(np.where(X == 0, np.nan, X), y)
    with pytest.raises(ValueError, match=r"fitted to images of shape \(8, 8, 1\)"):
        model.fit(X.reshape(-1, 8, 8), y).predict(X.reshape(-1, 4, 16))


@pytest.mark.parametrize("kind", [str, "category"])
def test_text_is_refused_by_the_name_of_its_column(kind):
    frame = pd.DataFrame({"size": [1.0, 2, 3, 4], "colour": ["r", "g", "r", "b"]})
    frame["colour"] = frame["colour"].astype(kind)
    for model in (FeatureAugmentedClassifier(**TINY), FeatureAugmentedRegressor(**TINY)):
        with pytest.raises(
            ValueError, match=r"1 of 2 hold text or categories, .* 'colour'. Encode"
        ):
            model.fit(frame, [0, 1, 0, 1])
        model.fit(frame[["size"]].astype(object), [0, 1, 0, 1])  # numbers are numbers


@parametrize_with_checks(
    [
        FeatureAugmentedClassifier(hidden=(16,), max_iter=40, learning_rate=3e-2),
        FeatureAugmentedRegressor(hidden=(16,), max_iter=40, learning_rate=3e-2),
    ],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": "batches are drawn by row"
    },
)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)
