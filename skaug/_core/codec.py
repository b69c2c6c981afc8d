"""TableCodec: a mixed table as a matrix of floats that models of numbers can learn, and back."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from skaug._core.batch import Floats, Indices

__all__ = ["Quantiles", "TableCodec"]


class Quantiles:
    """The empirical distribution of a column: from values to shares of the rows and back.

    Of n rows sorted, the i-th holds the shares from (i - 1) / n to i / n. A value held by m rows
    holds m such cells, and its share is the middle of them.

    Parameters
    ----------
    column : ndarray of shape (n,)
        The values; NaN, the missing ones, are left out.

    smooth : bool, default=False
        Interpolate between the values in `value`, unless all are whole numbers. A value that
        several rows hold keeps its cells to itself, so that spikes stay as high as they are.

    Attributes
    ----------
    values : ndarray of shape (n_values,)
        The distinct values, sorted; none where all are missing.

    edges : ndarray of shape (n_values + 1,)
        The shares where the cells of each value end, from 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug._core.codec import Quantiles
    >>> column = Quantiles(np.array([3.0, 0.0, 0.0, 7.0]))
    >>> column.share(np.array([0.0, 3.0])).tolist(), column.value(np.array([0.3, 0.9])).tolist()
    ([0.25, 0.625], [0.0, 7.0])
    """

    def __init__(self, column: Floats, *, smooth: bool = False) -> None:
        present = column[~np.isnan(column)].astype(np.float64)
        self.values, counts = np.unique(present, return_counts=True)
        self.edges = np.concatenate([[0], np.cumsum(counts)]) / max(1, len(present))
        self.is_smooth = smooth and bool((self.values != np.rint(self.values)).any())
        self._counts = counts

    def position(self, values: Floats) -> Indices:
        """Return which of the distinct values each value is, or the next above; NaN: the last."""
        return np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)

    def share(self, values: Floats) -> Floats:
        """Return the share of the rows below each value, and half those at it; NaN if missing.

        It is that of the nearest value where there is none below or above.
        """
        if not len(self.values):
            return np.full(len(values), np.nan)
        below = np.searchsorted(self.values, values)
        up_to = np.searchsorted(self.values, values, side="right")
        share = (self.edges[below] + self.edges[up_to]) / 2
        lowest, highest = self.edges[:2].mean(), self.edges[-2:].mean()
        return np.where(np.isnan(values), np.nan, np.clip(share, lowest, highest))

    def value(self, share: Floats) -> Floats:
        """Return the value that holds each share; NaN where the column holds none."""
        if not len(self.values):
            return np.full(len(share), np.nan)
        if not self.is_smooth:
            cell = np.searchsorted(self.edges[1:-1], share, side="right")
            found: Floats = self.values[cell]
            return found
        starts, ends = self.edges[:-1].copy(), self.edges[1:].copy()
        alone = self._counts == 1
        starts[alone] = ends[alone] = (starts[alone] + ends[alone]) / 2
        knots = np.column_stack([starts, ends]).ravel()
        return np.interp(share, knots, np.repeat(self.values, 2))


class TableCodec:
    """A mixed table as a matrix: normal scores, marks of what is missing, and one-hot levels.

    A number is encoded by the normal quantile of its share of the rows, which makes every column
    a standard normal one, and decoded to the value that holds its share: so whatever comes out
    of a model, the values, ties, spikes and whole numbers of the column come back, and no value
    out of its range. What is missing has the score 0, and a mark in a column of its own.

    Parameters
    ----------
    numeric : ndarray of shape (n, n_numeric)
        The numeric columns, NaN where missing.

    codes : ndarray of shape (n, n_categorical)
        The categories, -1 where missing.

    smooth : bool, default=False
        Interpolate between the values of a column in `decode`; see `Quantiles`.

    Attributes
    ----------
    width : int
        Columns of the matrix.

    scores : slice
        Its columns that hold the scores of the numeric columns.

    marks : slice
        Its columns that are 1 where a value is missing, for the numeric columns that miss any.

    levels : list of slice
        For each categorical column those that hold its levels, in the order of `codes`.

    codes : list of ndarray
        The codes of the levels that each categorical column has, missing (-1) among them.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug._core.codec import TableCodec
    >>> numeric, codes = np.array([[1.0], [np.nan], [3.0]]), np.array([[0], [1], [0]])
    >>> codec = TableCodec(numeric, codes)
    >>> Z = codec.encode(numeric, codes)
    >>> Z.round(2).tolist()
    [[-0.67, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.67, 0.0, 1.0, 0.0]]
    >>> codec.decode(Z)[0].ravel().tolist()
    [1.0, nan, 3.0]
    """

    def __init__(self, numeric: Floats, codes: Indices, *, smooth: bool = False) -> None:
        self.columns = [Quantiles(column, smooth=smooth) for column in numeric.T]
        self.may_miss = np.flatnonzero(np.isnan(numeric).any(axis=0))
        self.codes = [np.unique(column) for column in codes.T]
        n_numeric, n_marks = len(self.columns), len(self.may_miss)
        self.scores, self.marks = slice(0, n_numeric), slice(n_numeric, n_numeric + n_marks)
        ends = np.cumsum([n_numeric + n_marks, *map(len, self.codes)]).tolist()
        self.levels = [slice(begin, end) for begin, end in pairwise(ends)]
        self.width = ends[-1]

    def encode(self, numeric: Floats, codes: Indices) -> Floats:
        """Return the matrix, of shape (n, `width`), of rows of the table."""
        Z = np.zeros((len(numeric), self.width))
        for j, column in enumerate(self.columns):
            Z[:, j] = np.nan_to_num(ndtri(column.share(numeric[:, j])))
        Z[:, self.marks] = np.isnan(numeric[:, self.may_miss])
        rows = np.arange(len(codes))
        for j, block in enumerate(self.levels):
            Z[:, block][rows, np.searchsorted(self.codes[j], codes[:, j])] = 1
        return Z

    def decode(self, Z: Floats) -> tuple[Floats, Indices]:
        """Return the numeric columns and the codes of any matrix: its most likely levels."""
        numeric = np.empty((len(Z), len(self.columns)))
        for j, column in enumerate(self.columns):
            numeric[:, j] = column.value(ndtr(Z[:, j]))
        missing: NDArray[np.bool_] = Z[:, self.marks] > 0.5
        numeric[:, self.may_miss] = np.where(missing, np.nan, numeric[:, self.may_miss])
        codes = np.empty((len(Z), len(self.levels)), dtype=np.int32)
        for j, block in enumerate(self.levels):
            codes[:, j] = self.codes[j][Z[:, block].argmax(axis=1)]
        return numeric, codes
