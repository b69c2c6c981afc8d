from collections import Counter

import imblearn.over_sampling
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans, MiniBatchKMeans
from strategies import smooth_numbers

from skaug.over_sampling import KMeansSMOTE
from skaug.over_sampling._embedding import mean_distance

may_fall_back = pytest.mark.filterwarnings("ignore:KMeansSMOTE found no cluster:UserWarning")


def resample(X, y, **params):
    sampler = KMeansSMOTE(random_state=0).set_params(**params)
    return sampler, *sampler.fit_resample(X, y)


def parents(sampler):
    made = sampler.is_synthetic_
    return sampler.sample_indices_[made], sampler.partner_indices_[made]


def blobs(sizes, spread=1.0):
    """Blobs 20 apart on a line; `sizes` are the rows of class 0 and of class 1 in each."""
    rng = np.random.default_rng(0)
    y = np.concatenate([np.repeat([0, 1], pair) for pair in sizes])
    blob = np.repeat(np.arange(len(sizes)), [sum(pair) for pair in sizes])
    X = rng.normal(size=(len(y), 2)) * np.broadcast_to(spread, len(sizes))[blob, None]
    X[:, 0] += 20 * blob
    return X, y, blob


class CountingKMeans(KMeans):
    """Counts its fits."""

    fits = 0

    def fit(self, X, y=None, sample_weight=None):
        type(self).fits += 1
        return super().fit(X, y, sample_weight)


@may_fall_back
@given(
    smooth_numbers(),
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from(["auto", 0.0, 0.2, 1.0]),
    st.sampled_from(["auto", 0.0, 2.0, -1.5]),
)
def test_rows_are_made_in_rich_clusters_by_sparsity(Xy, n_clusters, k, threshold, exponent):
    X, y = Xy
    sampler, _, _ = resample(
        X,
        y,
        k_neighbors=k,
        kmeans_estimator=n_clusters,
        cluster_balance_threshold=threshold,
        density_exponent=exponent,
    )
    cluster = sampler.cluster_labels_
    assert_array_equal(cluster, sampler.kmeans_estimator_.predict(X))
    seed, partner = parents(sampler)
    assert_array_equal(y[seed], y[partner])
    for label, n in sampler.sampling_strategy_.items():
        own = {c: np.flatnonzero((y == label) & (cluster == c)) for c in np.unique(cluster)}
        share = {c: len(rows) / (cluster == c).sum() for c, rows in own.items()}
        large = [c for c, rows in own.items() if len(rows) > k]
        mine = y[seed] == label
        if not large or not n:
            continue
        assert_array_equal(cluster[seed[mine]], cluster[partner[mine]])
        limit = 1 / len(set(y.tolist())) if threshold == "auto" else threshold
        limit = 0 if len(own) == 1 else limit
        while not any(share[c] >= limit for c in large):
            limit /= 2
        chosen = [c for c in large if share[c] >= limit]
        size = np.array([len(own[c]) for c in chosen])
        e = 0.16 * np.log(size) ** 1.8 / np.log(1.6) ** 1.8 if exponent == "auto" else exponent
        sparsity = np.array([pdist(X[own[c]]).mean() for c in chosen]) ** e / size
        quota = n * sparsity / sparsity.sum()
        count = np.array([(cluster[seed[mine]] == c).sum() for c in chosen])
        assert count.sum() == n
        assert (np.abs(count - quota) < 1 + 1e-6).all()


def test_the_threshold_is_lowered_step_by_step_with_a_warning():
    X, y, blob = blobs([(80, 20), (95, 5), (50, 0)])
    with pytest.warns(
        UserWarning,
        match="KMeansSMOTE found no cluster that reaches cluster_balance_threshold = 0.5 for class "
        "1: its 200 new rows are made in clusters with a share of at least 0.125",
    ):
        sampler, _, _ = resample(X, y, kmeans_estimator=KMeans(n_clusters=3))
    seed, _ = parents(sampler)
    assert set(blob[seed]) == {0}


def test_a_single_cluster_is_smote():
    X, y, _ = blobs([(90, 10)])
    sampler, _, y_res = resample(X, y, kmeans_estimator=1)
    assert Counter(y_res.tolist()) == {0: 90, 1: 90}
    assert len(set(parents(sampler)[0])) == 10


def test_without_a_large_cluster_it_is_smote_with_a_warning():
    X, y, blob = blobs([(20, 2), (20, 2), (20, 2)])
    with pytest.warns(
        UserWarning,
        match="KMeansSMOTE found no cluster with enough different rows of class 1: its 54 new "
        "rows are made by plain SMOTE",
    ):
        sampler, _, y_res = resample(X, y, kmeans_estimator=KMeans(n_clusters=3))
    assert (y_res == 1).sum() == 60
    assert set(blob[parents(sampler)[0]]) == {0, 1, 2}


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_clusters_of_equal_rows_take_no_part(container):
    X, y, blob = blobs([(5, 15), (5, 15), (60, 0)])
    X[(blob == 0) & (y == 1)] = np.sqrt([3.0, 0.7])
    estimator = KMeans(n_clusters=3)
    sampler, _, _ = resample(container(X), y, kmeans_estimator=estimator, density_exponent=0.0)
    assert set(blob[parents(sampler)[0]]) == {1}


def test_sparser_clusters_get_more_rows():
    X, y, blob = blobs([(10, 30), (10, 30), (100, 0)], spread=[0.5, 2, 1])
    params = {"kmeans_estimator": KMeans(n_clusters=3), "density_exponent": 1.0}
    sampler, _, _ = resample(X, y, **params)
    count = np.bincount(blob[parents(sampler)[0]])
    assert count[1] == pytest.approx(4 * count[0], rel=0.3)


def test_one_clustering_for_all_classes():
    X, y, _ = blobs([(40, 20), (30, 30), (20, 10)])
    y[::7] = 2
    CountingKMeans.fits = 0
    estimator = CountingKMeans(n_clusters=3)
    sampler, _, y_res = resample(
        X, y, kmeans_estimator=estimator, cluster_balance_threshold=0.0, sampling_strategy="all"
    )
    assert CountingKMeans.fits == 1
    assert len(set(Counter(y_res.tolist()).values())) == 1
    assert not hasattr(estimator, "labels_")
    assert estimator.random_state is None
    assert isinstance(sampler.kmeans_estimator_, CountingKMeans)


@pytest.mark.parametrize("number", [2, np.int64(2), np.uint8(2)])
def test_any_integer_is_a_number_of_clusters(number):
    X, y, _ = blobs([(10, 20), (40, 0)])
    sampler, _, _ = resample(X, y, kmeans_estimator=number)
    assert isinstance(sampler.kmeans_estimator_, MiniBatchKMeans)
    assert len(set(sampler.cluster_labels_.tolist())) == 2


def test_few_rows_get_few_clusters_and_too_many_are_refused():
    X, y = np.arange(7.0)[:, None], np.array([0, 0, 0, 0, 1, 1, 1])
    with pytest.warns(UserWarning, match="KMeansSMOTE found no cluster with enough"):
        sampler, _, y_res = resample(X, y)
    assert sampler.kmeans_estimator_.n_clusters == 7
    assert Counter(y_res.tolist()) == {0: 4, 1: 4}
    with pytest.raises(
        ValueError, match="kmeans_estimator of KMeansSMOTE asks for 9 clusters; X has 7 rows"
    ):
        resample(X, y, kmeans_estimator=9)


def test_a_clusterer_that_keeps_no_labels():
    X, y, _ = blobs([(10, 20), (40, 0)])
    estimator = MiniBatchKMeans(n_clusters=2, compute_labels=False)
    sampler, _, y_res = resample(X, y, kmeans_estimator=estimator)
    assert len(sampler.cluster_labels_) == len(y)
    assert Counter(y_res.tolist()) == {0: 50, 1: 50}


def test_far_apart_rows_do_not_overflow():
    X, y, blob = blobs([(20, 200), (20, 200), (600, 0)])
    sampler, _, y_res = resample(
        X * 1e60, y, kmeans_estimator=KMeans(n_clusters=3), density_exponent=40.0
    )
    assert Counter(y_res.tolist()) == {0: 640, 1: 640}
    assert set(blob[parents(sampler)[0]]) <= {0, 1}


def test_rows_that_differ_in_what_they_miss_only():
    X, y, _ = blobs([(40, 20)])
    X[:, 1] = 0
    X[y == 1] = [[1.0, np.nan], [1.0, 0.0]] * 10
    with pytest.warns(UserWarning, match="found no cluster with enough different rows"):
        _, _, y_res = resample(X, y, kmeans_estimator=1, k_neighbors=1)
    assert Counter(y_res.tolist()) == {0: 40, 1: 40}


@given(st.integers(3, 40), st.integers(1, 4), st.sampled_from(["auto", 0.0, 2.0, -1.5]))
def test_sparsity_is_that_of_imbalanced_learn(n, d, exponent):
    rng = np.random.default_rng(n)
    clusters = [rng.normal(size=(n + 7 * i, d)) * (i + 1) for i in range(3)]
    peer = imblearn.over_sampling.KMeansSMOTE(density_exponent=exponent)
    expected = np.array([peer._find_cluster_sparsity(rows) for rows in clusters])
    found = KMeansSMOTE(density_exponent=exponent)._sparsity(
        [mean_distance(rows) for rows in clusters], [len(rows) for rows in clusters]
    )
    assert_allclose(found, expected / expected.max(), rtol=1e-6)
