"""FeatureMask: rows with cells hidden."""

from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import Table
from skaug.base import Target
from skaug.perturbation._base import PerturbationSampler
from skaug.perturbation._cell_sampler import CellSampler
from skaug.perturbation._cells import CellBatch, Replacement
from skaug.perturbation._fills import fill_row, fills_of_numbers, missing_cells

__all__ = ["FeatureMask"]


class FeatureMask(CellSampler):
    r"""Append copies of rows in which cells are hidden: set to the mean, or to missing.

    .. math:: \tilde x_j = \begin{cases} v_j & \text{with probability } p \\
       x_j & \text{otherwise} \end{cases}, \quad \tilde y = y

    with :math:`v_j` the mean of column j, its median, a number or a missing value. A model learns
    to do without any one column, as with dropout on its inputs. With ``value='missing'`` a model
    that takes missing values learns what to do where columns are missing at predict.

    A row with several cells hidden may look like one of another class: `p` has to be small. Where
    one column tells the classes apart, and is always there at predict, hiding it only costs.
    Cost: O(rows made x columns).

    Parameters
    ----------
    p : float in [0, 1], default=0.1
        Probability that a cell is hidden.

    value : {'mean', 'median', 'missing'} or float, default='mean'
        What hidden cells become. Integers are rounded. Categories become the most frequent one,
        or missing with 'missing'.

    rescale : bool, default=False
        Move the numbers that are not hidden away from `value` by 1 / (1 - p), so that each cell is
        in the mean what it was, as in dropout. Not for ``value='missing'``.

    copies : int, default=1
        Changed rows for each original one, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all rows. Otherwise rows are made class by class, to the counts
        that it asks for as in `skaug.over_sampling.SMOTE`, of rows of the class drawn with
        replacement.

    features : str, array-like or None, default=None
        The columns in which cells are hidden: a mask, indices or names; None for all.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

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

    Raises
    ------
    ValueError
        If X is sparse, or a column cannot hold a missing value and ``value='missing'``.

    See Also
    --------
    SwapNoise : Puts the value of another row there, so that hidden cells look like any other.
    skaug.image.RandomErasing : Hides a part of an image.

    Notes
    -----
    Which cells of row i in copy c are hidden is a function of (random_state, c, i). What a row
    misses, its copies miss.

    References
    ----------
    .. [1] N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Dropout: a
       simple way to prevent neural networks from overfitting", JMLR 15, 2014.

    .. [2] J. Yoon, Y. Zhang, J. Jordon, M. van der Schaar, "VIME: extending the success of self-
       and semi-supervised learning to tabular domain", NeurIPS 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import FeatureMask
    >>> X, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), [0, 1, 1]
    >>> FeatureMask(p=0.5, random_state=0).fit_resample(X, y)[0][3:]
    array([[1., 4.],
           [3., 4.],
           [3., 6.]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CellSampler._parameter_constraints,
        "value": [
            sk.StrOptions({"mean", "median", "missing"}),
            sk.Interval(Real, None, None, closed="neither"),
        ],
        "rescale": ["boolean"],
    }

    def __init__(
        self,
        *,
        p: float = 0.1,
        value: Literal["mean", "median", "missing"] | float = "mean",
        rescale: bool = False,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        features: Any = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.p = p
        self.value = value
        self.rescale = rescale
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.features = features
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        if self.rescale and (self.value == "missing" or self.p == 1):
            raise ValueError(
                "rescale=True of FeatureMask needs a value that is a number, and cells that are "
                f"not hidden; got value={self.value!r} and p={self.p}. Set rescale=False."
            )

    def _donors_of(self, table: Table, y: Target | None) -> Any:
        self._fills = fills_of_numbers(table.numeric, self.value)
        return fill_row(table, self._fills, self._is_changed, self.value)

    def _donor_rows(self, share: Floats, classes: Indices | None) -> NDArray[np.intp]:
        return np.zeros(len(share), dtype=np.intp)

    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        """Move numbers away from the fills, which none but those not hidden keep."""
        fills = self._fills[self._is_changed[~self._is_categorical]]
        away = (X - fills) * (self.p / (1 - self.p))
        away[np.isnan(away)] = 0  # of a column that was all missing
        return X + away

    def _batch(self, X: Any, rows: Indices, classes: Indices | None, rng: RowRng) -> CellBatch:
        batch = super()._batch(X, rows, classes, rng)
        if self.rescale:
            numbers = PerturbationSampler._batch(self, X.table, rows, classes, rng)
            batch = replace(batch, writer=numbers.writer)
        if self.value == "missing":
            return batch
        missing = missing_cells(X.table)[:, batch.columns]
        return replace(batch, replaced=_but_missing(batch, missing)) if missing.any() else batch


def _but_missing(batch: CellBatch, missing: NDArray[np.bool_]) -> Callable[[slice], Replacement]:
    """Return what is replaced without the cells that are missing."""

    def replaced(part: slice) -> Replacement:
        cell, donor = batch.replaced(part)
        row = cell // missing.shape[1]
        there = ~missing[batch.seed[part][row], cell - row * missing.shape[1]]
        return cell[there], donor[there]

    return replaced
