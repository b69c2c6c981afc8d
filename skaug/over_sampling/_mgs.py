"""MGSSampler: draws from Gaussians fitted to neighbourhoods."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.special import log_ndtr

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import effective_k
from skaug._planning.table_search import NEIGHBORS, SEARCH, category_metric, neighbors_of
from skaug.base import ClassSampler, Table, Target
from skaug.neighbors import distinct_rows
from skaug.over_sampling._parents import donated_codes, refuse_sparse, warn_of_copies

__all__ = ["MGSSampler", "gaussian_rows"]

_BLOCK_BYTES = 1 << 19


class MGSSampler(ClassSampler):
    r"""Over-sample by drawing from Gaussians fitted to a row and its nearest neighbours.

    Multivariate Gaussian SMOTE: with :math:`\mu` and :math:`\Sigma` the mean and covariance of a
    row of the class and its K nearest rows of that class, a new row is a draw from
    :math:`N(\mu, \lambda \Sigma)`. It is made without :math:`\Sigma`, as

    .. math:: x_{new} = \mu + \sqrt{\frac{\lambda}{K + 1}} \, A^\top z, \quad z \sim N(0, I_{K+1})

    A being the centred neighbourhood, K + 1 rows: the same law, for no Cholesky decomposition, no
    jitter and any K. Categories are those of one row of the neighbourhood as a whole, so that no
    new combination arises; each is as likely, and it is the one whose entry of z is largest, which
    pulls the new row most. What the seed misses stays missing; means and covariances are taken
    over the values that are there.

    Cost: the search of `SMOTE` and O(rows made x K x columns). Unlike SMOTE's rows these leave the
    segments between rows and, with K large enough, have the local spread of the class. They
    may leave its range too: do not use it where columns have limits that must hold.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    k_neighbors : int or object with fit and kneighbors, default=None
        K. None, as in the authors' package: the number of numeric columns, but at least 2 and at
        most as many as the class has other distinct rows.

    scale : float, default=1.0
        Lambda, the factor of the covariance; 1 is the paper's.

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

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, the row whose neighbourhood
        was drawn from.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: a row has K + 1 parents here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: a covariance fills the zeros. If a class to over-sample has fewer than
        ``k_neighbors + 1`` rows.

    Warns
    -----
    UserWarning
        If a class has fewer distinct rows than that, or a single one, which is copied.

    See Also
    --------
    SMOTE : Interpolate between two rows.

    Notes
    -----
    Neighbours are searched among the distinct rows of the class, and a row that occurs m times
    counts m times in the mean and the covariance.

    References
    ----------
    .. [1] A. Sakho, E. Malherbe, E. Scornet, "Do we need rebalancing strategies? A theoretical and
       empirical study around SMOTE and its variants", 2024.
       :doi:`10.48550/arXiv.2402.03819`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import MGSSampler
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = MGSSampler(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "k_neighbors": [*SEARCH, None],
        "scale": [sk.Interval(Real, 0, None, closed="neither")],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "neighbors": NEIGHBORS,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = None,
        scale: float = 1.0,
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.scale = scale
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        numeric, codes = X.numeric[members], X.codes[members]
        first, group = distinct_rows(numeric, codes)
        seed = random_indices(rng, len(members), n_samples)
        k = self._k(X.n_numeric, len(members), len(first), y.classes.tolist()[code])
        if k == 0:
            return Batch(seed=members[seed])
        around = np.empty((len(first), k + 1), dtype=np.intp)
        around[:, 0] = np.arange(len(first))
        around[:, 1:] = neighbors_of(
            np.arange(len(first)),
            numeric[first],
            codes[first],
            category_metric(X, y, members),
            k=k,
            k_neighbors=k if self.k_neighbors is None else self.k_neighbors,
            owner="MGSSampler",
            parameter="k_neighbors",
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
        )
        weight = np.bincount(group)[around]
        around, row = first[around], group[seed]
        noise = int(rng.integers(2**63))  # drawn twice, for categories and for numbers, the same
        donated = None
        if codes.shape[1]:
            donor = around[row, _donors(weight, row, np.random.default_rng(noise))]
            donated = donated_codes(codes, seed, donor)

        def write(X: Floats, out: Floats) -> None:
            gaussian_rows(
                X, members[around], weight, row, self.scale, np.random.default_rng(noise), out
            )

        writer = write if X.n_numeric else None
        return Batch(seed=members[seed], writer=writer, codes=donated)

    def _k(self, n_numeric: int, n_rows: int, n_distinct: int, label: Any) -> int:
        if self.k_neighbors is not None:
            where = f"class {label!r}"
            return effective_k(
                self.k_neighbors, n_rows, n_distinct, "MGSSampler", "k_neighbors", where
            )
        if n_distinct == 1:
            warn_of_copies("MGSSampler", label, "whose rows are all equal")
        return min(max(n_numeric, 2), n_distinct - 1)

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        refuse_sparse(X, "MGSSampler", "it draws from a covariance")
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def gaussian_rows(
    X: Floats,
    around: Indices,
    weight: Indices,
    row: Indices,
    scale: float,
    rng: np.random.Generator,
    out: Floats,
) -> None:
    """Write draws from the Gaussians of neighbourhoods into `out`, block by block.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        The numeric columns.

    around : ndarray of shape (n_seeds, K + 1)
        The rows of each neighbourhood, the seed first.

    weight : ndarray of shape (n_seeds, K + 1)
        How often each counts.

    row : ndarray of shape (n_out,)
        The neighbourhood that each row is drawn from.

    scale : float
        Factor of the covariance.

    rng : Generator
        Draws K + 1 normal numbers for each row.

    out : ndarray of shape (n_out, d)
        Where the rows go.
    """
    n_parents, n_columns = around.shape[1], X.shape[1]
    size = max(1, _BLOCK_BYTES // (8 * n_parents * n_columns))
    for begin in range(0, len(out), size):
        rows = slice(begin, begin + size)
        near = around[row[rows]]
        seed = X[near[:, 0]].astype(np.float64)
        # from the seed: a column in which the neighbourhood agrees stays exactly as it is
        A = X[near] - seed[:, None, :]
        share = _shares(weight[row[rows]], A)
        mean = np.einsum("ijk,ijk->ik", share, A)
        A -= mean[:, None, :]
        z = rng.standard_normal((len(near), n_parents))
        out[rows] = seed + mean + np.sqrt(scale) * np.einsum("ij,ijk,ijk->ik", z, np.sqrt(share), A)
        out[rows][np.isnan(seed)] = np.nan


def _shares(weight: Indices, A: Floats) -> Floats:
    """Return the share of each row in each column, 0 for what is missing, which becomes 0 in A."""
    is_missing = np.isnan(A)
    A[is_missing] = 0
    share = np.where(is_missing, 0.0, weight[:, :, None])
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    return share


def _donors(weight: Indices, row: Indices, rng: np.random.Generator) -> Indices:
    """Draw which row of each neighbourhood gives the categories, in proportion to the weights.

    It is the row whose normal number, of those `gaussian_rows` draws, is largest; turned into
    Gumbel numbers, so that adding the logarithm of the weights makes the shares theirs.
    """
    n_parents = weight.shape[1]
    donor = np.empty(len(row), dtype=np.intp)
    size = max(1, _BLOCK_BYTES // (8 * n_parents))
    for begin in range(0, len(row), size):
        rows = slice(begin, begin + size)
        z = rng.standard_normal((len(row[rows]), n_parents))
        gumbel = -np.log(-log_ndtr(z))
        donor[rows] = (np.log(weight[row[rows]]) + gumbel).argmax(axis=1)
    return donor
