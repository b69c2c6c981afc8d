"""DensityScorer: how near to the class a candidate is, beside its own rows."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.covariance import ledoit_wolf
from sklearn.neighbors import NearestNeighbors

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.stats import column_std
from skaug._core.table import is_sparse
from skaug.selection._encoding import with_indicators
from skaug.selection._rows import Rows
from skaug.selection._scorer import Scorer

__all__ = ["DensityScorer", "empirical_p_value", "mean_distance_to", "whitened"]

_SMALLEST = 1e-8  # eigenvalue, as a share of the largest: rounding is not a deviation


class DensityScorer(Scorer):
    r"""Score candidates by how near to rows of the class they are, as a p-value.

    Distances are Mahalanobis distances: the columns are standardised and whitened by the
    covariance of the class, shrunk after Ledoit and Wolf. With d the mean distance to the
    ``k_neighbors`` nearest rows of the class that are not parents of the candidate, and
    :math:`d_1, \dots, d_n` the same of the class's own rows, themselves left out,

    .. math:: s(u) = \frac{\#\{i: d_i \geq d\} + \tilde d / (\tilde d + d)}{n + 1}

    Were candidates drawn as the class was, s would be uniform: keep those above 0.05, say. The
    second term, :math:`\tilde d` being the median of the :math:`d_i`, is below 1: it orders
    candidates between two real rows, and those that are farther than all.

    It finds candidates in empty space and those that break the relations between columns, and is
    the cheapest scorer and the first to try on numeric columns: O(n_candidates n_class d). It knows
    nothing of other classes, and keeping the highest scores keeps the middle of the class. Scores
    do not depend on the other candidates, but for columns that are constant in the class.

    Parameters
    ----------
    k_neighbors : int, default=3
        Over how many rows the distance is averaged; as many as there are if the class has fewer.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. A category is
        a column of 0 and 1, as is whether a number is missing; the number is then the mean.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for one. Does not change the result.

    Raises
    ------
    ValueError
        If the table is sparse, as whitening fills the zeros; if the class has fewer than 2 rows,
        or no more than a candidate has parents.

    See Also
    --------
    PUBaggingScorer : Learns what tells candidates from the class, in any kind of column.

    Notes
    -----
    The covariance is that of all rows of the class, parents included.

    References
    ----------
    .. [1] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance
       matrices", Journal of Multivariate Analysis 88(2), 2004.
       :doi:`10.1016/S0047-259X(03)00096-4`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import DensityScorer
    >>> x = np.random.default_rng(0).normal(size=(50, 1))
    >>> P = np.hstack([x, x])  # a line
    >>> scores = DensityScorer().score(P, np.array([[0.5, 0.5], [0.5, -0.5]]))
    >>> scores.round(1).tolist()
    [0.3, 0.0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Scorer._parameter_constraints,
        "k_neighbors": [sk.Interval(Integral, 1, None, closed="left")],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        k_neighbors: int = 3,
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.k_neighbors = k_neighbors
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _score(self, rows: Rows) -> Floats:
        k = self._checked_k(rows)
        W = whitened(with_indicators(rows.encoded, rows.n_class), rows.n_class)
        own = W[: rows.n_class]
        themselves = np.arange(len(own))[:, None]
        reference = mean_distance_to(own, own, themselves, k, self.n_jobs)
        of_candidates = W[rows.candidates]
        return empirical_p_value(
            mean_distance_to(own, of_candidates, rows.parents, k, self.n_jobs), reference
        )

    def _checked_k(self, rows: Rows) -> int:
        if is_sparse(rows.encoded):
            raise ValueError(
                f"{rows.owner} whitens the columns, which fills the zeros of a sparse table. Pass "
                "X.toarray(), or use PUBaggingScorer."
            )
        n_left_out = max(1, rows.parents.shape[1])
        if rows.n_class <= n_left_out:
            raise ValueError(
                f"{rows.owner} needs at least {n_left_out + 1} rows of the class, to have one to "
                f"compare with that is no parent; got {rows.n_class}. Leave such a class out of "
                "sampling_strategy, or use all that is made of it."
            )
        return min(self.k_neighbors, rows.n_class - n_left_out)


def whitened(E: Floats, n_class: int) -> Floats:
    """Return the rows in coordinates in which the first `n_class` are uncorrelated.

    A column that is constant in the class is measured in deviations of all rows.

    Parameters
    ----------
    E : ndarray of shape (n, d)
        Rows without missing values.

    n_class : int
        How many of them are the class, which stands first.
    """
    E = np.asarray(E, dtype=np.float64)
    E = E - E[:n_class].mean(axis=0)
    scale = column_std(E[:n_class])
    scale = np.where(scale > 1e-12 * np.abs(E).max(axis=0), scale, column_std(E))
    Z = E / np.where(scale > 0, scale, 1.0)
    covariance, _ = ledoit_wolf(Z[:n_class])
    values, axes = np.linalg.eigh(covariance)
    return Z @ (axes / np.sqrt(np.maximum(values, _SMALLEST * max(values[-1], _SMALLEST))))


def mean_distance_to(
    own: Floats, asked: Floats, left_out: Indices, k: int, n_jobs: int | None = None
) -> Floats:
    """Return the mean distance to the k nearest rows but those left out.

    Parameters
    ----------
    own : ndarray of shape (n_class, d)
        The rows to be near to.

    asked : ndarray of shape (n, d)
        The rows that are asked about.

    left_out : ndarray of shape (n, m)
        For each of them, the rows of `own` that do not count; -1 for none.

    k : int
        At most ``n_class - m``.

    n_jobs : int or None
        Threads.
    """
    search = NearestNeighbors(n_neighbors=k + left_out.shape[1], n_jobs=n_jobs).fit(own)
    distance, found = search.kneighbors(asked)
    counts = ~(found[:, :, None] == left_out[:, None, :]).any(axis=2)
    counts &= np.cumsum(counts, axis=1) <= k
    return np.sum(distance, axis=1, where=counts) / k


def empirical_p_value(distance: Floats, reference: Floats) -> Floats:
    """Return the share of reference distances that are as large, ordered within steps too.

    Parameters
    ----------
    distance : ndarray of shape (n,)
        How far each row is.

    reference : ndarray of shape (n_reference,)
        How far rows are that are what they should be.
    """
    n_larger = len(reference) - np.searchsorted(np.sort(reference), distance, side="left")
    middle = max(float(np.median(reference)), np.finfo(float).tiny)
    return (n_larger + middle / (middle + distance)) / (len(reference) + 1)
