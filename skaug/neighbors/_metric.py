"""How far apart two categories are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["CategoryMetric", "mismatch_metric", "value_difference_metric"]


_LARGEST = 1e300  # squares of deviations beyond 1e150 are cut off here


@dataclass(frozen=True)
class CategoryMetric:
    """Squared distances between the levels of each categorical column.

    Attributes
    ----------
    mismatch : float or None
        The same squared distance between any two levels of any column, or

    tables : tuple of ndarray of shape (n_levels + 1, n_levels + 1)
        one for each pair of levels of each column; the last row and column are for missing.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import CategoryMetric, kneighbors
    >>> X, codes = np.array([[0.0], [1.0], [2.0]]), np.array([[0], [1], [0]])
    >>> kneighbors(X, 1, codes=codes, metric=CategoryMetric(mismatch=9.0)).ravel().tolist()
    [2, 0, 0]
    """

    mismatch: float | None = None
    tables: tuple[Floats, ...] = ()

    def scaled(self, factor: float) -> "CategoryMetric":
        """Return the metric that goes with numeric columns multiplied by `factor`."""
        if factor == 1:
            return self
        mismatch = None if self.mismatch is None else self.mismatch * factor * factor
        return CategoryMetric(mismatch, tuple(table * factor * factor for table in self.tables))


def mismatch_metric(std: Floats) -> CategoryMetric:
    """Return SMOTE-NC's penalty: two levels are as far apart as the median deviation.

    Parameters
    ----------
    std : ndarray of shape (n_numeric,)
        Standard deviations of the numeric columns within the class.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import mismatch_metric
    >>> mismatch_metric(np.array([1.0, 3.0, 10.0]))
    CategoryMetric(mismatch=9.0, tables=())
    """
    median = float(np.median(std)) if len(std) else 1.0
    return CategoryMetric(mismatch=min(median * median, _LARGEST) or 1.0)


def value_difference_metric(
    codes: Indices, n_levels: list[int], y_codes: NDArray[Any], n_classes: int
) -> CategoryMetric:
    r"""Return the value difference metric: levels are near if they go with the same classes.

    .. math:: \delta(u, v) = \Big(\sum_c |P(c \mid u) - P(c \mid v)|\Big)^2

    Parameters
    ----------
    codes : ndarray of shape (n, n_categorical)
        Categories of all rows of all classes.

    n_levels : list of int
        Levels of each column.

    y_codes : ndarray of shape (n,)
        The class of each row.

    n_classes : int
        Number of classes.

    References
    ----------
    .. [1] C. Stanfill, D. Waltz, "Toward memory-based reasoning", Communications of the ACM
       29(12), 1986. :doi:`10.1145/7902.7906`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.neighbors import value_difference_metric
    >>> codes, y = np.array([[0], [0], [1], [1]]), np.array([0, 0, 0, 1])
    >>> value_difference_metric(codes, [2], y, 2).tables[0][0, 1].item()  # (1/2 + 1/2)^2
    1.0
    """
    tables = []
    for j, n in enumerate(n_levels):
        counts = np.zeros((n + 1, n_classes))
        np.add.at(counts, (codes[:, j], y_codes), 1)  # code -1, missing, is the last row
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        difference = np.zeros((n + 1, n + 1))
        for of_class in share.T:  # class by class: a third axis would not fit for many levels
            difference += np.abs(of_class[:, None] - of_class)
        tables.append(difference**2)
    return CategoryMetric(tables=tuple(tables))
