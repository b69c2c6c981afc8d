"""REMEDIAL: rows with rare and frequent labels are split in two."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.batch import Batch, Indices
from skaug.base import Table
from skaug.metrics import scumble_per_row
from skaug.over_sampling._multilabel import MultilabelSampler

__all__ = ["REMEDIAL"]


class REMEDIAL(MultilabelSampler):
    r"""Split the rows of a multi-label table that have rare and frequent labels in two.

    Of a row whose labels differ in frequency more than those of the average row,

    .. math:: SCUMBLE_i > \frac{1}{n} \sum_{i'} SCUMBLE_{i'}

    two copies are made: one with its frequent labels (IRLbl up to MeanIR), one with its minority
    labels. **Split rows are replaced**: the other rows come first, unchanged and in their order,
    then all copies with frequent labels, then all copies with minority labels. X may hold
    anything, and nothing is drawn at random. Cost: O(labels of all rows).

    It comes before over-sampling (REMEDIAL-HwR), which would otherwise grow the frequent labels
    too. A copy without labels that its row has tells a classifier that they are absent: for
    classifiers that learn each label on its own, half of these rows contradict the other half.
    Watch a metric; where `skaug.metrics.scumble` is low, leave it out.

    Attributes
    ----------
    imbalance_ : ndarray of shape (n_labels,)
        IRLbl of each label before; infinity for a label that no row has.

    mean_imbalance_ : float
        MeanIR before.

    minority_labels_ : list
        The labels rarer than that: names of columns of y, or their numbers.

    scumble_ : ndarray of shape (n,)
        SCUMBLE of each row before.

    is_split_ : ndarray of bool of shape (n,)
        Which rows were split.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row is a copy with some of its labels.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If y is not a table of 0 and 1 with a column for each label.

    See Also
    --------
    MLSMOTE, MLRandomOverSampler : What it prepares for.
    skaug.compose.SamplerChain : Apply one after the other.

    Notes
    -----
    A row all of whose labels are on one side stays as it is; the paper's pseudo-code would add a
    copy without any label. Both copies inherit the weight of the row, which then counts twice.

    References
    ----------
    .. [1] F. Charte, A. Rivera, M. J. del Jesus, F. Herrera, "Resampling multilabel datasets by
       decoupling highly imbalanced labels", Hybrid Artificial Intelligence Systems, 2015.
       :doi:`10.1007/978-3-319-19644-2_41`
    .. [2] F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera, "REMEDIAL-HwR: tackling
       multilabel imbalance through label decoupling and data resampling hybridization",
       Neurocomputing 326, 2019. :doi:`10.1016/j.neucom.2017.01.118`

    Examples
    --------
    >>> from skaug.compose import SamplerChain
    >>> from skaug.over_sampling import MLRandomOverSampler, REMEDIAL
    >>> X, y = [[0], [1], [2], [3]], [[1, 0], [1, 1], [1, 0], [1, 0]]
    >>> REMEDIAL().fit_resample(X, y)
    ([[0], [2], [3], [1], [1]], [[1, 0], [1, 0], [1, 0], [1, 0], [0, 1]])
    >>> hybrid = SamplerChain([REMEDIAL(), MLRandomOverSampler(random_state=0)])
    >>> len(hybrid.fit_resample(X, y)[0])
    6
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    random_state = None  # not a parameter: nothing is drawn

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        n_labels = np.diff(y.indicator.indptr)
        n_minority = y.indicator @ self._is_minority.astype(np.int64)
        self.scumble_ = scumble_per_row(y.indicator)
        is_high = self.scumble_ > self.scumble_.mean()
        self.is_split_ = is_high & (n_minority > 0) & (n_minority < n_labels)

    def _select(self, X: Table, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        return np.flatnonzero(~self.is_split_) if self.is_split_.any() else None

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        rows = np.flatnonzero(self.is_split_)
        sides = (~self._is_minority, self._is_minority)
        return [Batch(seed=rows, y=_only(y.indicator[rows], side)) for side in sides]


def _only(rows: sparse.csr_array, is_kept: NDArray[np.bool_]) -> sparse.csr_array:
    """Return the rows without the labels that are not kept."""
    kept = rows.copy()
    kept.data *= is_kept[kept.indices]
    kept.eliminate_zeros()
    return kept
