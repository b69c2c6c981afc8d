"""GaussianCopula: the ranks of each class as those of a normal distribution."""

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.codec import TableCodec
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug.base import Table, Target
from skaug.generative._base import AnyTarget, BaseGenerator
from skaug.generative._latent_normal import LatentNormal, ordered_levels

__all__ = ["GaussianCopula"]


class GaussianCopula(BaseGenerator):
    r"""Draw rows whose ranks are those of a normal distribution, with the columns' own values.

    Behind each column j of a class stands one coordinate of a normal vector with correlations R:

    .. math:: x_j = F_j^{-1}(\Phi(z_j)), \quad z \sim N(0, R)

    :math:`F_j` is the empirical distribution of the column, so each column has the values, ties
    and spikes it has in the class, whole numbers among them. A category is steps of its
    coordinate, as wide as its levels are frequent, in the order of the first axis of a
    correspondence analysis with the other columns. Whether a number is missing is two steps of a
    coordinate of its own. R is estimated from the scores of the ranks, freed of what
    ties and steps take from correlations, and shrunk by Ledoit and Wolf's intensity. Where y is
    numbers it is one more column, and rows are drawn given its value.

    Cost: O(n d log n + n d^2 + d^3), d being the columns. It is the fastest generator here, and
    needs few rows. It knows of two columns only whether they rise together: of clusters, curves
    and categories that interact nothing is left. There use `KernelDensity` or a tree generator.

    Parameters
    ----------
    smooth : bool, default=False
        Draw values between those observed, in columns of numbers with fractions. Values that
        occur more than once keep their share.

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has after `fit_resample`, as in `SMOTE`. If y is numbers, the
        rows made as a share of those given: a float, or 'auto' for as many.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        How y is read. 'auto': numbers with fractions are continuous, all else is labels.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    shrinkage_ : dict
        How far the correlations of each class were shrunk towards 0, from 0 to 1; under the key
        'all' if y is numbers.

    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each row of `fit_resample`: -1 for synthetic ones.

    partner_indices_ : ndarray of shape (n_res,)
        All -1.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse.

    Warns
    -----
    UserWarning
        If the rows of a class are all equal: it has only copies to give.

    See Also
    --------
    KernelDensity : Rows near observed ones, whatever the shape of a class.
    skaug.feature_space.ClassGaussian : A normal distribution of the values themselves.

    Notes
    -----
    A synthetic row weighs what the rows of its class do on average.

    References
    ----------
    .. [1] H. Liu, F. Han, M. Yuan, J. Lafferty, L. Wasserman, "High-dimensional semiparametric
       Gaussian copula graphical models", The Annals of Statistics 40(4), 2012.
       :doi:`10.1214/12-AOS1037`
    .. [2] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance
       matrices", Journal of Multivariate Analysis 88(2), 2004.
       :doi:`10.1016/S0047-259X(03)00096-4`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skaug.generative import GaussianCopula
    >>> X, y = load_iris(return_X_y=True)
    >>> copula = GaussianCopula(random_state=0).fit(X, y)
    >>> X_new, y_new = copula.sample(y={2: 3, 0: 1})
    >>> X_new.shape, y_new.tolist()
    ((4, 4), [2, 2, 2, 0])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseGenerator._parameter_constraints,
        "smooth": ["boolean"],
    }

    def __init__(
        self,
        *,
        smooth: bool = False,
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.smooth = smooth
        self.sampling_strategy = sampling_strategy
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _fit_table(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        if isinstance(y, Target):
            labels = y.classes.tolist()
            members = [y.members(code) for code in range(len(labels))]
            models = [RowModel(X.numeric[m], X.codes[m], smooth=self.smooth) for m in members]
        else:
            labels = ["all"]
            models = [RowModel(X.numeric, X.codes, y.values, smooth=self.smooth)]
        self._models = dict(zip(labels, models, strict=True))
        self.shrinkage_ = {label: model.latent.shrinkage for label, model in self._models.items()}

    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        if y.dtype.kind == "f":
            return self._models["all"].draw(len(y), rng, given=y)
        labelled = list(self._models.items())
        n_numeric, n_categorical = labelled[0][1].shape
        numeric = np.empty((len(y), n_numeric))
        codes = np.empty((len(y), n_categorical), dtype=np.int32)
        for code in np.unique(y):
            label, model = labelled[code]
            if model.is_constant:
                _warn_of_copies(label)
            rows = np.flatnonzero(y == code)
            numeric[rows], codes[rows] = model.draw(len(rows), rng)
        return numeric, codes


class RowModel:
    """A latent normal distribution of rows: numbers, whether they are missing, and categories.

    Parameters
    ----------
    numeric : ndarray of shape (n, n_numeric)
        The numeric columns, NaN where missing.

    codes : ndarray of shape (n, n_categorical)
        The categories, -1 where missing.

    last : ndarray of shape (n,), default=None
        One more column of numbers, for `draw` to be given.

    smooth : bool
        Whether values between those observed are drawn.
    """

    def __init__(
        self, numeric: Floats, codes: Indices, last: Floats | None = None, *, smooth: bool
    ) -> None:
        is_missing = np.isnan(numeric)
        self.shape = numeric.shape[1], codes.shape[1]
        self.may_miss = np.flatnonzero(is_missing.any(axis=0) & ~is_missing.all(axis=0))
        self.levels, ranks = _ranked_levels(numeric, codes)
        A = [numeric, is_missing[:, self.may_miss], ranks]
        A += [] if last is None else [last[:, None]]
        self.latent = LatentNormal.fit(np.column_stack(A).astype(np.float64), smooth=smooth)

    @property
    def is_constant(self) -> bool:
        """Whether all rows are equal."""
        return all(len(column.values) < 2 for column in self.latent.columns)

    def draw(
        self, n_rows: int, rng: np.random.Generator, given: Floats | None = None
    ) -> tuple[Floats, Indices]:
        """Draw rows: their numbers and the codes of their categories."""
        if given is None:
            A = self.latent.draw(n_rows, rng)
        else:
            A = self.latent.draw_given_last(given, rng)
        n_numeric, n_marks = self.shape[0], len(self.may_miss)
        numeric, marks = A[:, :n_numeric], A[:, n_numeric : n_numeric + n_marks]
        numeric[:, self.may_miss] = np.where(marks == 1, np.nan, numeric[:, self.may_miss])
        codes = np.empty((n_rows, self.shape[1]), dtype=np.int32)
        for j, levels in enumerate(self.levels):
            codes[:, j] = levels[A[:, n_numeric + n_marks + j].astype(np.intp)]
        return numeric, codes


def _ranked_levels(numeric: Floats, codes: Indices) -> tuple[list[Indices], Indices]:
    """Return the levels of each category in an order that tells of the others, and the ranks."""
    levels: list[Indices] = []
    ranks = np.empty(codes.shape, dtype=np.intp)
    if not codes.shape[1]:
        return levels, ranks
    codec = TableCodec(numeric, codes)
    Z = codec.encode(numeric, codes)
    Z -= Z.mean(axis=0)
    spread = Z.std(axis=0)
    Z /= np.where(spread > 0, spread, 1)
    for j, block in enumerate(codec.levels):
        found, position = np.unique(codes[:, j], return_inverse=True)
        rank = ordered_levels(position, np.delete(Z, block, axis=1))
        levels.append(found[np.argsort(rank)])
        ranks[:, j] = rank[position]
    return levels, ranks


def _warn_of_copies(label: Any) -> None:
    warnings.warn(
        f"GaussianCopula finds no column that varies in class {label!r}: its rows are copied.",
        UserWarning,
        stacklevel=2,
    )
