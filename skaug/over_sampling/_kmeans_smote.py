"""k-means SMOTE: SMOTE inside the clusters where the class is at home."""

import warnings
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import requested_k
from skaug.base import ClassSampler, Table, Target
from skaug.neighbors import distinct_rows
from skaug.over_sampling._embedding import embedded, mean_distance, seeded_clone
from skaug.over_sampling._neighborhood import apportioned, joined_batches, warn_of_fall_back
from skaug.over_sampling._smote import SMOTE

__all__ = ["KMeansSMOTE"]


class KMeansSMOTE(ClassSampler):
    r"""Over-sample by SMOTE inside clusters rich in the class, more rows in sparser ones.

    The whole table is clustered once. Clusters take part in which the class has at least
    ``cluster_balance_threshold`` of the rows, and more than ``k_neighbors``. Cluster c, with
    :math:`n_c` rows of the class at a mean distance :math:`\bar d_c` from each other, gets a
    share of the new rows in proportion to its sparsity

    .. math:: \bar d_c^{\,e} / n_c, \quad e = 0.16 \, (\log_{1.6} n_c)^{1.8}

    or the given ``density_exponent`` for e. Rows are made as in `SMOTE`, from neighbours in the
    same cluster, so that none falls between clusters.

    Cost: the clustering; the distances of up to 4 million pairs in each cluster for the sparsity;
    and a search within each cluster. The exponent makes shares very unequal: often one
    cluster gets nearly all rows. Distances decide everything: scale the columns first.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    k_neighbors : int or object with fit and kneighbors, default=2
        Neighbours to choose from, as in `SMOTE`.

    kmeans_estimator : int or clusterer, default=None
        The number of clusters, or an estimator with ``fit`` and ``predict``, which is cloned.
        None: `~sklearn.cluster.MiniBatchKMeans` with 8 clusters.

    cluster_balance_threshold : 'auto' or float, default='auto'
        Share of the class from which a cluster takes part. 'auto' is an even share, 1 / number
        of classes. Ignored where there is only one cluster.

    density_exponent : 'auto' or float, default='auto'
        Exponent of the mean distance.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours given by their number are searched, as in `SMOTE`.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    kmeans_estimator_ : estimator
        The fitted clusterer.

    cluster_labels_ : ndarray of shape (n,)
        The cluster of each row of X.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, its seed.

    partner_indices_ : ndarray of shape (n_res,)
        The neighbour each synthetic row was interpolated with; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If a class to over-sample has fewer than ``k_neighbors + 1`` rows, or X fewer rows than
        clusters are asked for.

    Warns
    -----
    UserWarning
        If no cluster reaches the threshold: it is halved until one does. If no cluster has
        enough rows of a class: its new rows are made by plain SMOTE.

    See Also
    --------
    SMOTE : Without clusters.

    Notes
    -----
    For the clustering missing numbers are replaced by their column's mean, and categories by
    indicators scaled to SMOTE-NC's distance.

    The mean distance of a cluster with more than 2,896 rows of the class is that of some pairs,
    the same ones whatever the random state, to about one part in ten thousand.

    In imbalanced-learn 'auto' is half the class's part in all rows to make: the same for two
    classes; with more, what one class gets would depend on the others.

    References
    ----------
    .. [1] G. Douzas, F. Bacao, F. Last, "Improving imbalanced learning through a heuristic
       oversampling method based on k-means and SMOTE", Information Sciences 465, 2018.
       :doi:`10.1016/j.ins.2018.06.056`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import KMeansSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> X[80:] += 5
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = KMeansSMOTE(kmeans_estimator=3, random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SMOTE._parameter_constraints,
        "kmeans_estimator": [
            sk.Interval(Integral, 1, None, closed="left"),
            sk.HasMethods(["fit", "predict"]),
            None,
        ],
        "cluster_balance_threshold": [
            sk.StrOptions({"auto"}),
            sk.Interval(Real, 0, 1, closed="both"),
        ],
        "density_exponent": [
            sk.StrOptions({"auto"}),
            sk.Interval(Real, None, None, closed="neither"),
        ],
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 2,
        kmeans_estimator: Any = None,
        cluster_balance_threshold: float | str = "auto",
        density_exponent: float | str = "auto",
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.kmeans_estimator = kmeans_estimator
        self.cluster_balance_threshold = cluster_balance_threshold
        self.density_exponent = density_exponent
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        self.kmeans_estimator_ = self._clusterer(len(y), seed)
        self.cluster_labels_ = _clusters(self.kmeans_estimator_, embedded(X))
        return super()._synthesize(X, y, seed)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members, label = y.members(code), y.classes.tolist()[code]
        space = embedded(X)
        clusters = {
            c: rows
            for c, rows in self._rich_clusters(y, code, n_samples).items()
            if len(distinct_rows(X.numeric[rows], X.codes[rows])[0]) > 1
        }
        distance = {c: mean_distance(space[rows]) for c, rows in clusters.items()}
        # 0 where rows differ in what they miss only
        clusters = {c: rows for c, rows in clusters.items() if distance[c] > 0}
        if not clusters:
            seed = random_indices(rng, len(members), n_samples)
            batch = self._interpolated(X, y, members, seed, rng)
            found = "no cluster with enough different rows of"
            warn_of_fall_back("KMeansSMOTE", label, n_samples, found, "made by plain SMOTE")
            return batch
        sizes = [len(rows) for rows in clusters.values()]
        weight = self._sparsity([distance[c] for c in clusters], sizes)
        batches = []
        for n, (c, rows) in zip(apportioned(n_samples, weight, rng), clusters.items(), strict=True):
            if n:
                seed = random_indices(rng, len(rows), n)
                where = f"class {label!r} in cluster {c}"
                batches.append(self._interpolated(X, y, rows, seed, rng, where=where))
        return joined_batches(batches, members)

    def _clusterer(self, n_rows: int, seed: np.random.SeedSequence) -> Any:
        if self.kmeans_estimator is None:
            estimator = MiniBatchKMeans(n_clusters=min(8, n_rows))
        elif isinstance(self.kmeans_estimator, Integral):
            estimator = MiniBatchKMeans(n_clusters=int(self.kmeans_estimator))
        else:
            estimator = self.kmeans_estimator
        n_clusters = getattr(estimator, "n_clusters", None)
        if isinstance(n_clusters, Integral) and int(n_clusters) > n_rows:
            raise ValueError(
                f"kmeans_estimator of KMeansSMOTE asks for {n_clusters} clusters; X has {n_rows} "
                "rows. Ask for fewer."
            )
        return seeded_clone(estimator, seed)

    def _rich_clusters(self, y: Target, code: int, n_samples: int) -> dict[int, Indices]:
        """Return the rows of the class in each cluster that takes part, by cluster."""
        members = y.members(code)
        labels, cluster = np.unique(self.cluster_labels_, return_inverse=True)
        own = np.bincount(cluster[members], minlength=len(labels))
        share = own / np.bincount(cluster)
        large = own > requested_k(self.k_neighbors)
        if not large.any():
            return {}
        threshold = self._threshold(y, len(labels))
        lowered = threshold
        while lowered > share[large].max():
            lowered /= 2
        if lowered < threshold:
            warn_of_fall_back(
                "KMeansSMOTE",
                y.classes.tolist()[code],
                n_samples,
                f"no cluster that reaches cluster_balance_threshold = {threshold:.3g} for",
                f"made in clusters with a share of at least {lowered:.3g}",
            )
        chosen = np.flatnonzero(large & (share >= lowered))
        return {int(labels[c]): members[cluster[members] == c] for c in chosen}

    def _threshold(self, y: Target, n_clusters: int) -> float:
        if n_clusters == 1:
            return 0.0
        if self.cluster_balance_threshold == "auto":
            return 1 / len(y.classes)
        return float(self.cluster_balance_threshold)

    def _sparsity(self, distance: Iterable[float], size: Iterable[int]) -> Floats:
        """Return each cluster's sparsity, the largest being 1; as logarithms it cannot overflow."""
        n = np.array(list(size))
        if self.density_exponent == "auto":
            exponent = 0.16 * (np.log(n) / np.log(1.6)) ** 1.8
        else:
            exponent = np.full(len(n), float(self.density_exponent))
        logarithm = exponent * np.log(list(distance)) - np.log(n)
        return np.exp(logarithm - logarithm.max())

    def _interpolated(
        self,
        X: Table,
        y: Target,
        pool: Indices,
        seed: Indices,
        rng: np.random.Generator,
        **options: Any,
    ) -> Batch:
        return interpolated_batch(
            X,
            y,
            pool,
            seed,
            rng,
            k_neighbors=self.k_neighbors,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="KMeansSMOTE",
            **options,
        )


def _clusters(estimator: Any, space: Any) -> Indices:
    """Fit the clusterer and return the cluster of each row."""
    # the batches of MiniBatchKMeans are so small that threads cost more than they save
    is_batched = isinstance(estimator, MiniBatchKMeans)
    with warnings.catch_warnings(), threadpool_limits(1 if is_batched else None):
        # fewer distinct rows than clusters: some clusters stay empty, which does no harm
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(space)
    labels = getattr(estimator, "labels_", None)
    return np.asarray(estimator.predict(space) if labels is None else labels)
