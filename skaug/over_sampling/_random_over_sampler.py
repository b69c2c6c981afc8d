"""Random over-sampling, plain or as a smoothed bootstrap."""

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.rng import RandomState, random_indices
from skaug._core.stats import column_std
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import is_sparse
from skaug.base import ClassSampler, Table, Target

__all__ = ["RandomOverSampler", "bootstrap_bandwidth", "jitter"]


class RandomOverSampler(ClassSampler):
    r"""Over-sample by drawing rows with replacement, optionally adding Gaussian noise.

    With ``shrinkage`` the drawn row becomes a draw from a kernel density estimate of its class
    (the smoothed bootstrap, ROSE):

    .. math:: x_{new} = x_i + h \odot \varepsilon, \quad \varepsilon \sim N(0, I), \quad
       h_j = shrinkage \left(\frac{4}{(d + 2) n_c}\right)^{1/(d + 4)} s_j

    with :math:`n_c` the rows and :math:`s_j` the standard deviations of the class. Numeric
    columns are moved, categories are copied, missing values stay missing. Without shrinkage X
    may hold anything. Cost: O(rows made x columns).

    For models that take weights, ``class_weight`` does the same as plain over-sampling without
    the rows; this is for those that do not.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards. A float is the ratio of the minority to the
        majority (2 classes only); 'auto' is 'not majority'; 'minority', 'not minority' and
        'all' name the classes brought to the size of the largest; a dict gives final counts by
        class; a callable takes y and returns such a dict.

    shrinkage : float or dict, default=None
        Factor of the bandwidth, or one for each class; None or 0 copies rows. 1 is the
        bandwidth that is optimal for a Gaussian, and ROSE's default.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The columns to copy and not to move: a mask, indices, names, or by their dtype (category,
        enum, string, boolean). Only of use with `shrinkage`.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted.

    shrinkage_ : dict or None
        The factor of each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    See Also
    --------
    SMOTE : Interpolate between neighbours instead.

    Notes
    -----
    imbalanced-learn takes the number of rows of all of X for :math:`n_c`; here, as in the paper
    and its R package, it is that of the class, so the noise is a little wider.

    A sparse X with `shrinkage` gets dense new rows in a sparse container.

    References
    ----------
    .. [1] G. Menardi, N. Torelli, "Training and assessing classification rules with imbalanced
       data", Data Mining and Knowledge Discovery 28, 2014. :doi:`10.1007/s10618-012-0295-5`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import RandomOverSampler
    >>> X, y = np.arange(10.0).reshape(5, 2), ["a", "a", "a", "a", "b"]
    >>> X_res, y_res = RandomOverSampler(random_state=0).fit_resample(X, y)
    >>> X_res[5:].tolist(), y_res[5:]
    ([[8.0, 9.0], [8.0, 9.0], [8.0, 9.0]], ['b', 'b', 'b'])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        "shrinkage": [sk.Interval(Real, 0, None, closed="left"), Mapping, None],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        shrinkage: float | Mapping[Any, float] | None = None,
        categorical_features: Any = "from_dtype",
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.shrinkage = shrinkage
        self.categorical_features = categorical_features

    def _prepare(self, y: Target) -> None:
        super()._prepare(y)
        self.shrinkage_ = self._shrinkage_by_class(y)

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        seed = members[random_indices(rng, len(members), n_samples)]
        factor = (self.shrinkage_ or {}).get(y.classes.tolist()[code], 0)
        if not factor or not X.n_numeric:
            return Batch(seed=seed)
        bandwidth = factor * bootstrap_bandwidth(X.numeric[members])
        if is_sparse(X.numeric):
            values = X.numeric[seed].toarray()
            return Batch(seed=seed, values=values + bandwidth * rng.standard_normal(values.shape))
        return Batch(seed=seed, writer=lambda X, out: jitter(X, seed, bandwidth, rng, out))

    def _shrinkage_by_class(self, y: Target) -> dict[Any, float] | None:
        if self.shrinkage is None:
            return None
        if not isinstance(self.shrinkage, Mapping):
            return dict.fromkeys(self.sampling_strategy_, float(self.shrinkage))
        unknown = [label for label in self.shrinkage if label not in y.counts]
        if unknown:
            raise ValueError(
                f"shrinkage of RandomOverSampler names the classes {unknown}, which y does not "
                f"have; its classes are {list(y.counts)}."
            )
        lacking = [label for label in self.sampling_strategy_ if label not in self.shrinkage]
        if lacking:
            raise ValueError(
                "shrinkage of RandomOverSampler must have a value for each class that is "
                f"over-sampled; it lacks {lacking}."
            )
        wrong = {label: value for label, value in self.shrinkage.items() if not _is_factor(value)}
        if wrong:
            raise ValueError(
                f"shrinkage of RandomOverSampler must be a finite number >= 0, got {wrong}."
            )
        return {label: float(self.shrinkage[label]) for label in self.sampling_strategy_}


def _is_factor(value: Any) -> bool:
    return isinstance(value, Real) and 0 <= float(value) < np.inf


def bootstrap_bandwidth(X: Any) -> Floats:
    """Return Silverman's bandwidth of each column, (n_numeric,), from the class's own rows."""
    n_rows, n_columns = X.shape
    smoothing = (4 / ((n_columns + 2) * n_rows)) ** (1 / (n_columns + 4))
    return smoothing * column_std(X)


def jitter(
    X: Floats,
    seed: Indices,
    spread: Floats,
    rng: np.random.Generator,
    out: Floats,
    factor: Floats | None = None,
) -> None:
    """Write the seeds plus Gaussian noise into `out`, drawing row after row.

    Its standard deviation is that of the column, `spread`, times that of the row, `factor`.
    """
    size = max(1, (1 << 17) // max(1, 8 * out.shape[1]))
    for begin in range(0, len(out), size):
        rows = slice(begin, begin + size)
        block = X[seed[rows]]
        noise = spread * rng.standard_normal(block.shape)
        if factor is not None:
            noise *= factor[rows, None]
        out[rows] = block + noise
