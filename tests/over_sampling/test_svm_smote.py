from collections import Counter

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, NuSVC
from strategies import generators, labels, smooth_numbers

from skaug._core.target import Target
from skaug.over_sampling import SVMSMOTE, _svm_smote

may_fall_back = pytest.mark.filterwarnings("ignore:SVMSMOTE found no support:UserWarning")


def resample(X, y, **params):
    sampler = SVMSMOTE(random_state=0).set_params(**params)
    return sampler, *sampler.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


def steps(X, X_res, sampler):
    seed, partner = parents(sampler)
    across = X[partner] - X[seed]
    return ((X_res[len(X) :] - X[seed]) * across).sum(axis=1) / (across**2).sum(axis=1)


def overlapping(n=400):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1], [n * 3 // 4, n // 4]))
    X = rng.normal(size=(n, 2))
    X[:, 0] += 2 * y
    return X, y


class CountingSVC(SVC):
    """Counts its fits."""

    fits = 0

    def fit(self, X, y):
        type(self).fits += 1
        return super().fit(X, y)


@may_fall_back
@given(smooth_numbers(), st.integers(1, 12), st.floats(0, 1))
def test_seeds_are_support_vectors_but_noise(Xy, m, out_step):
    X, y = Xy[0], Xy[1].astype(str)
    sampler, X_res, _ = resample(
        X, y, m_neighbors=m, out_step=out_step, svm_estimator=SVC(gamma="scale")
    )
    support = SVC(gamma="scale").fit(X, y).support_
    assert_array_equal(sampler.support_indices_, np.sort(support))
    squared = reference.squared_distances(X)
    np.fill_diagonal(squared, np.inf)
    foreign = (y[np.argsort(squared, axis=1)[:, :m]] != y[:, None]).sum(axis=1)
    seed, partner = parents(sampler)
    assert_array_equal(y[seed], y[partner])
    for i, step in zip(seed, steps(X, X_res, sampler), strict=True):
        usable = support[(y[support] == y[i]) & (foreign[support] < m)]
        if not len(usable):
            assert -1e-9 <= step <= 1 + 1e-9
            continue
        assert i in usable
        if foreign[i] >= m / 2:
            assert -1e-9 <= step <= 1 + 1e-9
        else:
            assert -out_step - 1e-9 <= step <= 1e-9


def test_the_share_in_danger_is_beta():
    X, y = overlapping()
    shares = []
    for seed in range(60):
        sampler, X_res, _ = resample(X, y, random_state=seed)
        shares.append((steps(X, X_res, sampler) > 0).mean())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.07)  # five standard errors
    assert np.std(shares) == pytest.approx(0.109, abs=0.05)


@pytest.mark.parametrize("shift", [0, 3])
def test_an_empty_set_gives_its_share_to_the_other(shift):
    X, y = overlapping()
    X[y == 1] = X[y == 1] * 0.3 + [0, shift * 10]
    y[y == 1] = np.arange((y == 1).sum()) % 2 if not shift else 1
    sampler, X_res, y_res = resample(X, y, m_neighbors=1 if shift else 10)
    if shift:  # far from the others: all support vectors are safe
        assert (steps(X, X_res, sampler) <= 0).all()
    assert Counter(y_res.tolist())[0] == Counter(y_res.tolist())[1]


def test_without_support_vectors_it_is_smote_with_a_warning():
    X = np.random.default_rng(0).normal(size=(70, 2))
    y = np.repeat(["common", "rare"], [64, 6])
    X[y == "rare"] = 20 * np.arange(1, 7)[:, None]
    X[:60] = np.repeat(X[y == "rare"], 10, axis=0) + 0.01 * X[:60]
    with pytest.warns(
        UserWarning,
        match="SVMSMOTE found no support vector that is not noise in class 'rare': its 58 new "
        "rows are made by plain SMOTE",
    ):
        sampler, X_res, _ = resample(X, y, m_neighbors=5)
    seed, _ = parents(sampler)
    assert set(y[seed]) == {"rare"}
    assert (steps(X, X_res, sampler) >= 0).all()


def test_the_classifier_is_fitted_once_and_cloned():
    X, y = overlapping()
    y[:90] = 2 + np.arange(90) % 3
    CountingSVC.fits = 0
    estimator = CountingSVC(class_weight={1: 5.0})
    sampler, _, y_res = resample(X, y, svm_estimator=estimator, sampling_strategy="all")
    assert len(set(Counter(y_res.tolist()).values())) == 1
    assert CountingSVC.fits == 1
    assert not hasattr(estimator, "support_")
    assert sampler.svm_estimator_.class_weight == {1: 5.0}


def test_any_estimator_with_support():
    X, y = overlapping()
    sampler, _, _ = resample(X, y, svm_estimator=NuSVC(nu=0.3))
    assert isinstance(sampler.svm_estimator_, NuSVC)
    with pytest.raises(
        ValueError, match="must have the attribute support_ once fitted, as SVC has; Logistic"
    ):
        resample(X, y, svm_estimator=LogisticRegression())


def test_the_origin_does_not_matter():
    X, y = overlapping()
    X = np.rint(X * 2**10) / 2**10
    _, expected, _ = resample(X, y)
    _, shifted, _ = resample(X + 2.0**20, y)
    assert_allclose(shifted - 2.0**20, expected, atol=1e-6)


@given(labels(min_rows=1), st.integers(8, 60), generators())
def test_the_cap_cuts_the_largest_classes(y, most, rng):
    target = Target(y, owner="A")
    rows = _svm_smote._capped(target, most, rng)
    assert_array_equal(rows, np.unique(rows))
    kept = np.bincount(target.codes[rows], minlength=len(target.classes))
    counts = np.bincount(target.codes)
    assert most - len(counts) < kept.sum() <= most or (kept == counts).all()
    cut = kept < counts
    if cut.any():  # none that is cut has fewer than any other, but for the remainder
        assert kept[cut].min() >= kept.max() - 1
    if len(y) <= most:
        assert_array_equal(rows, np.arange(len(y)))


def test_of_many_rows_the_default_sees_some(monkeypatch):
    X, y = overlapping()
    monkeypatch.setattr(_svm_smote, "_MOST_ROWS", 150)
    sampler, X_res, y_res = resample(X, y)
    assert sampler.svm_estimator_.shape_fit_ == (150, 2)
    assert Counter(y_res.tolist()) == {0: 300, 1: 300}
    assert X_res.tobytes() == resample(X, y)[1].tobytes()
    assert X_res.tobytes() != resample(X, y, random_state=1)[1].tobytes()
    whole, _, _ = resample(X, y, svm_estimator=SVC())
    assert whole.svm_estimator_.shape_fit_ == (400, 2)
