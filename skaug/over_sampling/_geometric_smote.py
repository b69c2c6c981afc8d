"""GeometricSMOTE: points drawn in a ball round a row instead of on a segment."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import NEIGHBORS, SEARCH, among_of, category_metric
from skaug.base import ClassSampler, Table, Target
from skaug.neighbors import distinct_rows
from skaug.over_sampling._parents import refuse_sparse

__all__ = ["GeometricSMOTE", "shaped"]

_BLOCK_BYTES = 1 << 17


class GeometricSMOTE(ClassSampler):
    r"""Over-sample by points in a ball round a row, as wide as the way to a neighbour.

    With c a row of the class, s a neighbour, :math:`R = |s - c|` and :math:`e = (s - c) / R`,
    a new row is

    .. math:: x_{new} = c + R \, v, \quad
       v = u^{1/d} \, \varepsilon / |\varepsilon|, \quad
       u \sim U(0, 1), \; \varepsilon \sim N(0, I_d)

    v, uniform in the unit ball, being changed first: with truncation t > 0 it is mirrored, along
    e, where :math:`v \cdot e < t - 1` (t < 0: where :math:`v \cdot e > t + 1`), so that t = 1
    leaves the half of the ball that faces s; with deformation f its part across e is shrunk by
    1 - f, so that f = 1 leaves the line through s. Categories are voted by the neighbours of the
    class, as in `SMOTE`; a new row misses what c misses, and columns that s misses are not moved.

    Cost: the search of `SMOTE`, one from its seeds to all rows of other classes, and
    O(rows made x columns). All columns are moved by as much, whatever their own spread, constant
    ones included: scale X first, and do not use it for columns that are tied to each other.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours within the class to choose from, as in `SMOTE`; 5 is the paper's value.

    truncation_factor : float, default=1.0
        From -1 to 1; 0 keeps the whole ball. The default is that of imbalanced-learn-extra.

    deformation_factor : float, default=0.0
        From 0, the ball, to 1, a line. The default is that of imbalanced-learn-extra.

    selection_strategy : {'combined', 'majority', 'minority'}, default='combined'
        What s is: 'minority', a random one of the neighbours within the class; 'majority', the
        nearest row of another class; 'combined', the nearer of these two.

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
        The source row of each returned row: for a synthetic one, the centre c.

    partner_indices_ : ndarray of shape (n_res,)
        The row s of each synthetic row, maybe of another class; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: a ball round a row fills the zeros. If a class to over-sample has fewer
        than ``k_neighbors + 1`` rows, but for 'majority' without categories.

    See Also
    --------
    SMOTE : Interpolate on the segment between c and s.
    MGSSampler : Draw from a Gaussian that follows the neighbours.

    Notes
    -----
    With 'minority', t = 1 and f = 1 a new row is on the segment from c to s, as in `SMOTE`, but
    not uniformly. A table of categories only has no ball: it gets `SMOTE`'s votes.

    References
    ----------
    .. [1] G. Douzas, F. Bacao, "Geometric SMOTE: a geometrically enhanced drop-in replacement
       for SMOTE", Information Sciences 501, 2019. :doi:`10.1016/j.ins.2019.06.007`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import GeometricSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X_res, y_res = GeometricSMOTE(random_state=0).fit_resample(X, y)
    >>> (y_res == "rare").sum().item()
    80
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "k_neighbors": SEARCH,
        "truncation_factor": [sk.Interval(Real, -1, 1, closed="both")],
        "deformation_factor": [sk.Interval(Real, 0, 1, closed="both")],
        "selection_strategy": [sk.StrOptions({"combined", "majority", "minority"})],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "neighbors": NEIGHBORS,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        k_neighbors: Any = 5,
        truncation_factor: float = 1.0,
        deformation_factor: float = 0.0,
        selection_strategy: str = "combined",
        categorical_features: Any = "from_dtype",
        neighbors: str = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.truncation_factor = truncation_factor
        self.deformation_factor = deformation_factor
        self.selection_strategy = selection_strategy
        self.categorical_features = categorical_features
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        position = random_indices(rng, len(members), n_samples)
        planned = Batch(seed=members[position])
        if self.selection_strategy != "majority" or X.codes.shape[1]:
            planned = interpolated_batch(
                X,
                y,
                members,
                position,
                rng,
                k_neighbors=self.k_neighbors,
                neighbors=self.neighbors,
                n_jobs=self.n_jobs,
                owner="GeometricSMOTE",
            )
            if planned.partner is None or not X.n_numeric:  # equal rows, or categories only
                return planned
        center = planned.seed
        surface = self._surface(X, y, members, code, position, planned.partner)
        radius = rng.random(n_samples)

        def write(X: Floats, out: Floats) -> None:
            shape = self.truncation_factor, self.deformation_factor
            _in_balls(X, center, surface, radius, *shape, rng, out)

        return Batch(seed=center, partner=surface, writer=write, codes=planned.codes)

    def _surface(
        self,
        X: Table,
        y: Target,
        members: Indices,
        code: int,
        position: Indices,
        neighbor: Indices | None,
    ) -> Indices:
        """Return the row on the surface of each ball, given the neighbours within the class."""
        if neighbor is not None and self.selection_strategy == "minority":
            return neighbor
        foreign = self._nearest_foreign(X, y, members, code)[position]
        if neighbor is None or self.selection_strategy == "majority":
            return foreign
        center = members[position]
        to_foreign = _mean_square(X.numeric, center, foreign)
        to_neighbor = _mean_square(X.numeric, center, neighbor)
        return np.where(to_foreign < to_neighbor, foreign, neighbor)

    def _nearest_foreign(self, X: Table, y: Target, members: Indices, code: int) -> Indices:
        """Return the nearest row of another class to each row of a class."""
        foreign = np.flatnonzero(y.codes != code)
        first, group = distinct_rows(X.numeric[members], X.codes[members])
        found = among_of(
            members[first],
            foreign,
            X.numeric,
            X.codes,
            category_metric(X, y, members),
            k=1,
            k_neighbors=1,
            owner="GeometricSMOTE",
            parameter="k_neighbors",
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
        )
        return foreign[found[group, 0]]

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        refuse_sparse(X, "GeometricSMOTE", "it draws from a ball round a row")
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def shaped(v: Floats, e: Floats, truncation: float, deformation: float) -> Floats:
    """Mirror vectors of the unit ball to the wanted side of directions, and flatten them.

    Parameters
    ----------
    v : ndarray of shape (n, d)
        Vectors of length up to 1.

    e : ndarray of shape (n, d)
        Directions, of length 1.

    truncation, deformation : float
        See `GeometricSMOTE`.
    """
    along = np.einsum("ij,ij->i", v, e)
    if truncation > 0:
        is_cut = along < truncation - 1
    else:
        is_cut = along > truncation + 1
    across = v - along[:, None] * e
    along[is_cut] *= -1
    return along[:, None] * e + (1 - deformation) * across


def _in_balls(
    X: Floats,
    center: Indices,
    surface: Indices,
    radius: Floats,
    truncation: float,
    deformation: float,
    rng: np.random.Generator,
    out: Floats,
) -> None:
    """Write points of the shaped balls into `out`, drawing row after row, block by block."""
    for rows in _blocks(*out.shape):
        c = X[center[rows]].astype(np.float64)
        way = X[surface[rows]] - c
        v: Floats = rng.standard_normal(way.shape)
        is_missing = np.isnan(way)
        way[is_missing] = v[is_missing] = 0  # the ball lies in the columns that both rows have
        e, length = _normalised(way)
        v, _ = _normalised(v)
        d = np.maximum((~is_missing).sum(axis=1), 1)
        v *= (radius[rows] ** (1 / d))[:, None]
        out[rows] = c + length[:, None] * shaped(v, e, truncation, deformation)


def _normalised(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows of length 1, or 0, and the lengths they had; squares do not overflow."""
    largest = np.abs(rows).max(axis=1)
    unit = rows / np.where(largest > 0, largest, 1)[:, None]
    length = np.sqrt(np.einsum("ij,ij->i", unit, unit))
    unit /= np.where(length > 0, length, 1)[:, None]
    return unit, largest * length


def _mean_square(X: Floats, a: Indices, b: Indices) -> Floats:
    """Return the mean squared difference of pairs of rows; infinity if they share no column."""
    result: Floats = np.empty(len(a))
    scale = np.fmax.reduce(np.abs(X), axis=None, initial=0) or 1.0
    for rows in _blocks(len(a), X.shape[1]):
        difference = X[a[rows]].astype(np.float64) / scale - X[b[rows]] / scale
        is_shared = ~np.isnan(difference)
        n_shared = is_shared.sum(axis=1)
        total = np.sum(difference**2, axis=1, where=is_shared)
        result[rows] = np.where(n_shared > 0, total / np.maximum(n_shared, 1), np.inf)
    return result


def _blocks(n_rows: int, n_columns: int) -> list[slice]:
    size = max(1, _BLOCK_BYTES // (8 * n_columns))
    return [slice(begin, begin + size) for begin in range(0, n_rows, size)]
