"""ClassGaussian: rows drawn from a Gaussian fitted to each class."""

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.covariance import ledoit_wolf_shrinkage

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats
from skaug._core.rng import RandomState, random_indices
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import is_sparse
from skaug.base import ClassSampler, Table, Target

__all__ = ["ClassGaussian", "FittedGaussian", "fitted_gaussian"]

_BLOCK_CELLS = 1 << 16


class ClassGaussian(ClassSampler):
    r"""Over-sample by drawing from a Gaussian fitted to each class.

    .. math:: \tilde x \sim N(\mu_c, \; D_c ((1 - \delta) R_c + \delta I) D_c)

    with :math:`\mu_c` the means, :math:`D_c` the standard deviations and :math:`R_c` the
    correlations of class c. The shrinkage :math:`\delta` is 0 for the full covariance, 1 for the
    diagonal one, and otherwise what Ledoit and Wolf's formula gives for the standardised columns,
    so that the deviations of the columns stay what they are.

    This is the baseline that every fancier method has to beat: it knows two moments of each class
    and nothing of its shape. Where a class is one cloud, as in a space of learned features, it is
    hard to beat; where it is curved, in pieces or skewed, its rows fall where there are none,
    and past limits that columns have.

    Categories, and which values are missing, are those of a row of the class drawn at random, as
    a whole, so that no new combination arises; they do not go with the numbers. Integers are
    rounded.

    Cost: O(n_c x columns^2) for each class, and O(rows made x columns x min(n_c, columns)); linear
    in the columns with ``covariance='diag'``.

    Parameters
    ----------
    covariance : {'diag', 'full', 'shrunk'}, default='shrunk'
        How columns vary together.

        - 'diag': not at all.
        - 'full': as they do in the class. A class with no more rows than there are columns gives a
          singular covariance, and rows in the plane through its own.
        - 'shrunk': between the two, nearer to 'diag' the fewer rows the class has.

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `skaug.over_sampling.SMOTE`.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    shrinkage_ : dict
        The shrinkage of each class of which rows were made by `fit_resample`.

    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row; -1 for synthetic ones, which come from all rows of
        the class.

    partner_indices_ : ndarray of shape (n_res,)
        The row that gave a synthetic one its categories and missing values, where the table has
        any; otherwise -1.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: draws fill the zeros.

    Warns
    -----
    UserWarning
        If no column varies in a class, as with a single row: its rows are copied.

    See Also
    --------
    skaug.over_sampling.MGSSampler : Gaussians fitted to neighbourhoods.
    skaug.over_sampling.RandomOverSampler : With `shrinkage`, a density estimate of the class.

    Notes
    -----
    Each mean and deviation is taken over the values that are there. A missing value counts as the
    mean in the correlations, which weakens them and keeps the covariance positive.

    Rows weigh what the row that gave their categories does, or one drawn at random.

    References
    ----------
    .. [1] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance
       matrices", Journal of Multivariate Analysis 88, 2004.
       :doi:`10.1016/S0047-259X(03)00096-4`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.feature_space import ClassGaussian
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> y = np.repeat(["common", "rare"], [90, 10])
    >>> sampler = ClassGaussian(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, (y_res == "rare").sum().item(), 0 < sampler.shrinkage_["rare"] <= 1
    ((180, 4), 90, True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "covariance": [sk.StrOptions({"diag", "full", "shrunk"})],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }

    def __init__(
        self,
        *,
        covariance: Literal["diag", "full", "shrunk"] = "shrunk",
        sampling_strategy: SamplingStrategy = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.covariance = covariance
        self.sampling_strategy = sampling_strategy
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        self.shrinkage_: dict[Any, float] = {}
        return super()._synthesize(X, y, seed)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members, label = y.members(code), y.classes.tolist()[code]
        donor = members[random_indices(rng, len(members), n_samples)]
        numeric = X.numeric[members]
        gaussian = fitted_gaussian(numeric, self.covariance)
        if gaussian is None:
            _warn_of_copies(label)
            return Batch(seed=donor)
        self.shrinkage_[label] = gaussian.shrinkage
        noise = int(rng.integers(2**63))

        def write(X: Floats, out: Floats) -> None:
            gaussian.draw(np.random.default_rng(noise), out)
            out[np.isnan(X[donor])] = np.nan

        gives = X.codes.shape[1] > 0 or bool(np.isnan(numeric).any())
        return Batch(
            seed=np.full(n_samples, -1, dtype=donor.dtype),
            partner=donor if gives else None,
            label_rows=donor,
            codes=X.codes[donor] if X.codes.shape[1] else None,
            writer=write,
        )

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        if is_sparse(X):
            raise ValueError(
                "ClassGaussian does not work on sparse data: its draws fill the zeros. Use SMOTE, "
                "which keeps them, or pass X.toarray()."
            )
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


@dataclass(frozen=True)
class FittedGaussian:
    """A Gaussian with the covariance D ((1 - shrinkage) F'F + shrinkage I) D, F'F correlations.

    Parameters
    ----------
    mean, std : ndarray of shape (d,)
        Of the columns; D is diagonal with `std`.

    factor : ndarray of shape (r, d)
        F.

    shrinkage : float
        From 0 to 1.
    """

    mean: Floats
    std: Floats
    factor: Floats
    shrinkage: float

    def draw(self, rng: np.random.Generator, out: Floats) -> None:
        """Write draws into `out`, block by block."""
        rank, n_columns = self.factor.shape
        size = max(1, _BLOCK_CELLS // max(rank, n_columns))
        together, alone = np.sqrt(1 - self.shrinkage), np.sqrt(self.shrinkage)
        for begin in range(0, len(out), size):
            rows = out[begin : begin + size]
            z = np.zeros(rows.shape)
            if together:
                z += together * (rng.standard_normal((len(rows), rank)) @ self.factor)
            if alone:
                z += alone * rng.standard_normal(rows.shape)
            rows[...] = self.mean + self.std * z


def fitted_gaussian(X: Floats, covariance: str) -> FittedGaussian | None:
    """Fit a Gaussian to rows that may have missing values; None where no column varies.

    The factor of the correlations is the standardised rows themselves where these are fewer than
    the columns, and else the symmetric square root, which is unique.
    """
    n_rows, n_columns = X.shape
    present = ~np.isnan(X)
    counted = np.maximum(present.sum(axis=0), 1)
    origin = np.nan_to_num(np.fmin.reduce(X, axis=0))  # a constant column has its exact mean
    centred = np.where(present, X - origin, 0.0).astype(np.float64)
    mean = centred.sum(axis=0) / counted
    std = column_std(X).astype(np.float64)
    varies = std > 0
    if not varies.any():
        return None
    if covariance == "diag":
        return FittedGaussian(origin + mean, std, np.empty((0, n_columns)), 1.0)
    # standardised, missing values at the mean; the length of every column that varies is 1
    A = np.where(present, centred - mean, 0.0)
    A[:, varies] /= std[varies] * np.sqrt(counted[varies])
    A[:, ~varies] = 0
    shrinkage = 0.0
    if covariance == "shrunk":
        shrinkage = float(ledoit_wolf_shrinkage(A[:, varies], assume_centered=True))
    factor = A if n_rows <= n_columns else _symmetric_root(A.T @ A)
    return FittedGaussian(origin + mean, std, factor, shrinkage)


def _symmetric_root(S: Floats) -> Floats:
    values, vectors = np.linalg.eigh(S)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def _warn_of_copies(label: Any) -> None:
    warnings.warn(
        f"ClassGaussian finds no numeric column that varies in class {label!r}: its rows are "
        "copied.",
        UserWarning,
        stacklevel=2,
    )
