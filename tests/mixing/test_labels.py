"""The labels of the variants for imbalanced classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skaug.mixing import BalancedMixup, MAMix, Remix, UniMix
from skaug.mixing._labels import mamix_share, remix_share, unimix_share

X = np.random.default_rng(0).normal(size=(400, 3))
Y = np.repeat(["common", "rare", "third"], [320, 20, 60])
PRESETS = [Remix, MAMix, UniMix, BalancedMixup]

SHARES = st.floats(0, 1)
SIZES = st.integers(1, 10_000)


@given(SHARES, SIZES, SIZES)
def test_labels_do_not_depend_on_which_row_is_first(share, n_seed, n_partner):
    """Swapping the rows swaps the shares, but where both cases of a rule meet."""
    one, other = np.array([share]), np.array([1 - share])
    a, b = np.array([float(n_seed)]), np.array([float(n_partner)])
    assert_allclose(mamix_share(one, a, b, -0.25), 1 - mamix_share(other, b, a, -0.25), atol=1e-9)
    assert_allclose(
        remix_share(one, a, b, 3.0, 0.5), 1 - remix_share(other, b, a, 3.0, 0.5), atol=1e-9
    )


@given(st.lists(SHARES, min_size=2, max_size=20), SIZES, SIZES)
def test_shares_stay_shares_and_in_order(shares, n_seed, n_partner):
    share = np.sort(shares)
    a, b = np.full(len(share), float(n_seed)), np.full(len(share), float(n_partner))
    for law in (remix_share(share, a, b, 3.0, 0.5), mamix_share(share, a, b, -0.25)):
        assert ((law >= 0) & (law <= 1)).all()
        assert (np.diff(law) >= -1e-12).all()
    moved = unimix_share(share, a, b)
    assert ((moved >= 0) & (moved <= 1)).all()


def test_remix():
    share = np.array([0.3, 0.6, 0.4, 0.7, 0.3])
    n_seed = np.array([30.0, 30, 10, 10, 29])
    n_partner = np.array([10.0, 10, 30, 30, 10])
    assert_array_equal(remix_share(share, n_seed, n_partner, 3, 0.5), [0, 0.6, 0.4, 1, 0.3])


def test_mamix():
    """Its middle, for sizes of 16 and 1 and the power -1/4, is 1 / (1 + 2)."""
    share = np.array([1, 2 / 3, 0, 5 / 6, 1 / 3])
    found = mamix_share(share, np.full(5, 16.0), np.ones(5), -0.25)
    assert_allclose(found, [1, 0.5, 0, 0.75, 0.25], atol=1e-12)
    assert_allclose(mamix_share(share, np.full(5, 16.0), np.ones(5), 0.0), share)


def test_unimix():
    assert_allclose(
        unimix_share(np.array([0.2, 0.9]), np.array([3.0, 3]), np.ones(2)), [0.45, 0.15]
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_small_classes_gain(preset):
    """They have a larger part of the labels than of the rows."""
    _, soft = preset(labels="soft", ratio=50, random_state=0).fit_resample(X, Y)
    assert_allclose(soft.sum(axis=1), 1)
    assert soft[400:, 1].mean() > 0.055  # of 5 %


def test_the_second_row_of_balanced_mixup_has_a_small_share():
    sampler = BalancedMixup(alpha=0.25, labels="weighted", ratio=20, random_state=0)
    weight = sampler.fit_resample(X, Y)[2]
    assert weight[-8000:].mean() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("preset", PRESETS)
def test_labels_agree_in_expectation(preset):
    soft = preset(labels="soft", ratio=50, random_state=0).fit_resample(X, Y)[1][400:].mean(axis=0)
    y = preset(labels="bernoulli", ratio=50, random_state=1).fit_resample(X, Y)[1][400:]
    _, y_twice, weight = preset(labels="weighted", ratio=50, random_state=2).fit_resample(X, Y)
    for j, label in enumerate(["common", "rare", "third"]):
        assert np.mean(y == label) == pytest.approx(soft[j], abs=0.01)
        of_label = weight[400:][y_twice[400:] == label].sum() / weight[400:].sum()
        assert of_label == pytest.approx(soft[j], abs=0.01)


@pytest.mark.parametrize("preset", PRESETS)
def test_hard_labels_are_refused_with_a_reason(preset):
    with pytest.raises(
        ValueError, match=r"labels='hard' of .* is not the mixture's: .*'bernoulli'"
    ):
        preset(labels="hard").fit_resample(X, Y)


@pytest.mark.parametrize("preset", PRESETS)
def test_they_need_classes(preset):
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        preset().fit_resample(X, X[:, 0])
    with pytest.raises(ValueError, match="needs at least 2 classes; y has 1 class: 'only'"):
        preset().fit_resample(X, ["only"] * 400)
