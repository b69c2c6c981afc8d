"""Nearest rows found approximately, by the inverted lists of Faiss."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.extras import require
from skaug.neighbors._workers import n_threads

__all__ = ["ApproximateNeighbors"]

_TRAINING_ROWS = 40  # for each list; Faiss asks for 39 at least
_TRAINING_ROUNDS = 5
_BLOCK_ROWS = 65_536


class ApproximateNeighbors(BaseEstimator):
    r"""Find most of the nearest rows, by searching only the lists whose centres are nearest.

    The rows are put into lists by k-means; a query is compared with the rows of the
    ``n_probes`` lists whose centres are nearest, and may miss a neighbour that is in another.
    With about :math:`\sqrt{n \cdot n_{probes}}` lists the cost is
    :math:`O(n \sqrt{n \cdot n_{probes}})` for all neighbours of n rows, against :math:`O(n^2)`.

    Most of the neighbours are found where the rows have few intrinsic dimensions, as those of
    most tables; of 100,000 isotropic rows in 128 columns it misses the larger part. An exact
    search is as fast below some 50,000 rows, and with the extra ``fast`` on many larger tables:
    try it first. Needs the extra ``approximate`` (Faiss).

    Parameters
    ----------
    n_neighbors : int, default=6
        Rows to find; a row that was fitted finds itself too. So 6 is what a sampler's
        ``k_neighbors=5`` asks for.

    n_probes : int, default=16
        Lists searched for each query. More find more and take longer.

    n_jobs : int, default=None
        Threads; None for all cores. Does not change the result.

    Attributes
    ----------
    n_lists_ : int
        Number of lists.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If Faiss is not installed.

    Notes
    -----
    Rows are compared in float32, centred. The lists do not depend on a random state: the same
    rows have the same neighbours.

    References
    ----------
    .. [1] M. Douze et al., "The Faiss library", 2024. :doi:`10.48550/arXiv.2401.08281`

    Examples
    --------
    >>> from skaug.neighbors import ApproximateNeighbors
    >>> from skaug.over_sampling import SMOTE
    >>> sampler = SMOTE(k_neighbors=ApproximateNeighbors(n_neighbors=6, n_probes=64))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_neighbors": [sk.Interval(Integral, 1, None, closed="left")],
        "n_probes": [sk.Interval(Integral, 1, None, closed="left")],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self, *, n_neighbors: int = 6, n_probes: int = 16, n_jobs: int | None = None
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_probes = n_probes
        self.n_jobs = n_jobs

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Put the rows of X into lists.

        Parameters
        ----------
        X : array-like of shape (n, d)
            The rows, without missing values.

        y : None
            Not used.

        Returns
        -------
        ApproximateNeighbors
            Itself.
        """
        faiss = require("faiss", "approximate", "ApproximateNeighbors")
        X = validate_data(self, X, dtype=(np.float64, np.float32))
        n_rows, n_columns = X.shape
        self._factor = 1 / (float(np.abs(X).max()) or 1.0)
        self._center = (X * self._factor).mean(axis=0)
        rows = self._moderate(X)
        self.n_lists_ = max(1, min(n_rows, round(np.sqrt(n_rows * self.n_probes))))
        self._index = faiss.IndexIVFFlat(faiss.IndexFlatL2(n_columns), n_columns, self.n_lists_)
        self._index.cp.niter = _TRAINING_ROUNDS
        self._index.cp.max_points_per_centroid = _TRAINING_ROWS
        self._index.cp.min_points_per_centroid = 1
        with self._threads():
            self._index.train(rows)
            self._index.add(rows)
        return self

    def kneighbors(
        self, X: Any, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Return the nearest fitted rows of each row of X, nearest first.

        Parameters
        ----------
        X : array-like of shape (n_queries, d)
            Rows, fitted ones or others.

        n_neighbors : int, default=None
            How many; None for the parameter of the same name.

        return_distance : bool, default=True
            Whether to return distances too.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors)
            Euclidean distances, infinite where fewer rows were found; only with
            `return_distance`.

        indices : ndarray of shape (n_queries, n_neighbors)
            Positions of the rows; -1 where fewer were found.
        """
        check_is_fitted(self, "n_lists_")
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        k = int(self.n_neighbors if n_neighbors is None else n_neighbors)
        indices: Indices = np.empty((len(X), k), dtype=np.intp)
        distances: Floats = np.empty((len(X), k))
        self._index.nprobe = min(self.n_probes, self.n_lists_)
        with self._threads():
            for begin in range(0, len(X), _BLOCK_ROWS):
                block = slice(begin, begin + _BLOCK_ROWS)
                squared, indices[block] = self._index.search(self._moderate(X[block]), k)
                distances[block] = np.sqrt(squared, dtype=np.float64) / self._factor
        distances[indices < 0] = np.inf
        return (distances, indices) if return_distance else indices

    def _moderate(self, X: Floats) -> NDArray[np.float32]:
        """Return rows in float32, centred and of moderate size, so that little is rounded off."""
        rows = np.empty(X.shape, dtype=np.float32)
        for begin in range(0, len(X), _BLOCK_ROWS):
            block = slice(begin, begin + _BLOCK_ROWS)
            rows[block] = X[block] * self._factor - self._center
        return rows

    def _threads(self) -> Any:
        return threadpool_limits(n_threads(self.n_jobs))
