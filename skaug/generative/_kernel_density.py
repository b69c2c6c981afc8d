"""KernelDensity: a smoothed bootstrap of each class."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.donors import donors_near
from skaug._core.rng import RandomState, random_indices
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug.base import Table, Target
from skaug.generative._base import AnyTarget, BaseGenerator
from skaug.generative._latent_normal import shrinkage_of, shrunk_factor

__all__ = ["Kernel", "KernelDensity", "silverman"]


class KernelDensity(BaseGenerator):
    r"""Draw a row of the class with replacement and add normal noise to its numbers.

    This draws from a kernel density estimate of each class,

    .. math:: x_{new} = x_i + h \, b \, \varepsilon, \quad \varepsilon \sim N(0, S), \quad
        b = \left( \tfrac{n (d + 2)}{4} \right)^{-1 / (d + 4)}

    h being ``bandwidth``, S the covariance of the class with correlations shrunk by Ledoit and
    Wolf's intensity, and b Silverman's rule for n rows of d numeric columns that vary.
    Categories, and what is missing, are those of row i. Columns that hold whole numbers only are
    rounded. Where y is numbers it is one more column, and rows are drawn given its value.

    Cost: O(n d^2 + d^3), and O(d^2) for a row. The rows are easily told from real ones, and
    train a classifier well nevertheless: it is a strong baseline. Do not use it where columns
    are bound to one another (totals, one-hot columns), or have spikes; nor to hide the rows
    learnt, for it keeps them all, and with a small bandwidth returns them nearly.

    Parameters
    ----------
    bandwidth : float, default=1.0
        h, the factor of Silverman's rule, which suits one normal cluster. For several clusters
        or many columns try 0.3; 0 copies rows.

    bounds : {'clip', 'reflect'} or None, default='reflect'
        What becomes of numbers outside the range that the column has in the class: the limit,
        or as far inside as they were outside. None leaves them there.

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
    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each row of `fit_resample`: for a synthetic one, row i.

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

    See Also
    --------
    GaussianCopula : One normal distribution for the ranks of a class.
    skaug.over_sampling.RandomOverSampler : With `shrinkage`, the same with independent columns.
    sklearn.neighbors.KernelDensity : The density itself, of numbers.

    References
    ----------
    .. [1] B. W. Silverman, "Density Estimation for Statistics and Data Analysis", Chapman and
       Hall, 1986. :doi:`10.1201/9781315140919`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skaug.generative import KernelDensity
    >>> X, y = load_iris(return_X_y=True)
    >>> X_new, y_new = KernelDensity(random_state=0).fit(X, y).sample(6)
    >>> X_new.shape, y_new.tolist()
    ((6, 4), [0, 0, 1, 1, 2, 2])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseGenerator._parameter_constraints,
        "bandwidth": [sk.Interval(Real, 0, None, closed="left")],
        "bounds": [sk.StrOptions({"clip", "reflect"}), None],
    }

    def __init__(
        self,
        *,
        bandwidth: float = 1.0,
        bounds: Literal["clip", "reflect"] | None = "reflect",
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.bounds = bounds
        self.sampling_strategy = sampling_strategy
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _fit_table(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        numbers = X.numeric.astype(np.float64)  # copies: what is in X later is the user's
        if isinstance(y, Target):
            self._members = [y.members(code) for code in range(len(y.classes))]
        else:
            self._members = [np.arange(len(y))]
            numbers = np.column_stack([numbers, y.values])
        self._numbers, self._codes = numbers, X.codes.copy()
        self._kernels = [Kernel.fit(numbers[rows], self.bandwidth) for rows in self._members]

    def _draw_batch(self, y: NDArray[Any], rng: np.random.Generator) -> Batch:
        if y.dtype.kind == "f":
            kernel = self._kernels[0]
            seed = donors_near(y, self._numbers[:, -1], kernel.spread_of_last, rng)
            made = kernel.around(self._numbers[seed], self.bounds, rng, last=y)
            return Batch(seed=seed, values=made[:, :-1], codes=self._codes[seed])
        seed = np.empty(len(y), dtype=np.intp)
        values = np.empty((len(y), self._numbers.shape[1]))
        for code in np.unique(y):
            rows, members = np.flatnonzero(y == code), self._members[code]
            seed[rows] = members[random_indices(rng, len(members), len(rows))]
            values[rows] = self._kernels[code].around(self._numbers[seed[rows]], self.bounds, rng)
        return Batch(seed=seed, values=values, codes=self._codes[seed])

    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        batch = self._draw_batch(y, rng)
        assert batch.values is not None
        assert batch.codes is not None
        return batch.values, batch.codes


@dataclass(frozen=True, eq=False)
class Kernel:
    """The noise of one class.

    Parameters
    ----------
    factor : ndarray of shape (d, r)
        F; its covariance is F F'.

    low, high : ndarray of shape (d,)
        The range of each column.

    is_whole : ndarray of bool of shape (d,)
        The columns of whole numbers.
    """

    factor: Floats
    low: Floats
    high: Floats
    is_whole: NDArray[np.bool_]

    @classmethod
    def fit(cls, X: Floats, bandwidth: float) -> Self:
        """Fit rows of numbers, which may be missing."""
        std = column_std(X)
        width = bandwidth * silverman(len(X), int(np.count_nonzero(std)))
        present = ~np.isnan(X)
        mean = np.sum(X, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
        Z = np.where(present, X - mean, 0) / np.where(std > 0, std, 1)
        both = np.maximum(present.T.astype(np.float64) @ present, 1)
        correlations = np.clip(Z.T @ Z / both, -1, 1)
        factor = width * std[:, None] * shrunk_factor(correlations, shrinkage_of(Z))
        is_whole = ((np.rint(X) == X) | ~present).all(axis=0)
        return cls(factor, np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0), is_whole)

    @property
    def spread_of_last(self) -> float:
        """The standard deviation of the noise of the last column."""
        return float(np.linalg.norm(self.factor[-1]))

    def around(
        self,
        seeds: Floats,
        bounds: str | None,
        rng: np.random.Generator,
        last: Floats | None = None,
    ) -> Floats:
        """Draw a row around each seed, given the values of the last column if they are."""
        z = rng.standard_normal((len(seeds), self.factor.shape[1]))
        if last is not None and self.spread_of_last:
            axis = self.factor[-1] / self.spread_of_last  # what moves the last column
            z += np.outer((last - seeds[:, -1]) / self.spread_of_last - z @ axis, axis)
        X = seeds + z @ self.factor.T
        if bounds == "reflect":
            X = np.where(self.low > X, 2 * self.low - X, X)
            X = np.where(self.high < X, 2 * self.high - X, X)
        if bounds is not None:
            X = np.clip(X, self.low, self.high)
        X[:, self.is_whole] = np.rint(X[:, self.is_whole])
        return X


def silverman(n_rows: int, n_columns: int) -> float:
    """Return the bandwidth that is best for a normal density, in standard deviations."""
    return float((n_rows * (n_columns + 2) / 4) ** (-1 / (n_columns + 4)))
