"""Rows as vectors whose products are squared distances, or less where these are dearer."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug.neighbors._axes import principal_axes
from skaug.neighbors._rows import Rows
from skaug.neighbors._workers import Each

__all__ = ["Centred", "Points", "centred", "points"]

_SAMPLE = 128  # rows that the centre is taken from
_BOX_AXES = 16
_AXES_COLUMNS = 1024  # above, finding the axes costs what they save
_AXES_ROWS = 4_000  # and below
_LARGEST_EXPONENT = 511.0  # of 4: a unit beyond that of the smallest squares is no float
_ROWS = 2_048  # that are made together: what they are made from stays in cache
_BUCKETS = 64  # levels of a column that are told apart


@dataclass(frozen=True, eq=False)
class Centred:
    """The numbers about a point amid them.

    Attributes
    ----------
    numeric : ndarray of shape (n, m)
        Coordinates to multiply, 0 where missing; m is smaller than d where a few axes do.

    norms : ndarray of shape (n,)
        Distances from the centre in all columns.

    boxed : ndarray of shape (n, n_axes)
        Coordinates by which rows are put into blocks; no columns where there is no order.
    """

    numeric: Floats
    norms: Floats
    boxed: Floats


def centred(rows: Rows, *, turned: bool = True) -> Centred:
    """Centre the numbers, and turn them to their principal axes where that saves work.

    Parameters
    ----------
    rows : Rows
        The table.

    turned : bool, default=True
        Whether they may be turned, and their last axes left out.
    """
    numeric, (n_rows, n_columns) = rows.numeric, rows.numeric.shape
    if rows.has_missing:
        present = ~np.isnan(numeric)
        center = np.sum(numeric, axis=0, where=present) / np.maximum(present.sum(axis=0), 1)
        about = np.where(present, numeric - center, 0)
        return Centred(about, _lengths(about), np.empty((n_rows, 0)))
    if not turned or n_rows < _AXES_ROWS or not 0 < n_columns <= _AXES_COLUMNS:
        sample = numeric[:: max(1, n_rows // _SAMPLE)]
        about = numeric - np.median(sample, axis=0)
        return Centred(about, _lengths(about), np.empty((n_rows, 0)))
    axes = principal_axes(numeric)
    about = numeric - axes.center
    norms = _lengths(about)
    n_leading = axes.leading()
    few = n_leading <= n_columns // 2
    along = about @ axes.vectors[:, : max(n_leading if few else 0, min(_BOX_AXES, n_columns))]
    return Centred(along[:, :n_leading] if few else about, norms, along[:, :_BOX_AXES])


@dataclass(frozen=True, eq=False)
class Points:
    r"""Two vectors for each row: ``left[i] @ right[j]`` is a squared distance, or less.

    Attributes
    ----------
    left, right : ndarray of shape (n, m)
        The vectors; the right ones perhaps in panels.

    unit : float
        A power of four: products are in units of ``1 / unit``.

    error : ndarray of shape (n,)
        How far the products of a row, in any order of summing, may be above
        ``unit * squared_distance``.

    is_tight : bool
        Whether products are not below that by more, either.
    """

    left: Floats
    right: Floats
    unit: float
    error: Floats
    is_tight: bool

    def __getitem__(self, which: slice | Indices) -> "Points":
        return replace(
            self, left=self.left[which], right=self.right[which], error=self.error[which]
        )


def points(rows: Rows, about: Centred, members: Indices, dtype: Any, each: Each) -> Points:
    r"""Return the vectors of some of the rows.

    Complete numbers give :math:`(-2x, |x|^2, 1) \cdot (y, 1, |y|^2)`. Incomplete ones
    give the sum over shared columns times :math:`d / \sqrt{p_x p_y}`, p being how many a row has,
    which is at most the factor :math:`d / n_{shared}` of the nan-Euclidean distance. Categories
    give a row of their table of distances and the mark of a level.
    """
    norms, tables = about.norms[members], _tables(rows, members)
    stretch = _stretch(rows, members)
    size = stretch * stretch.max(initial=1) * (norms + norms.max(initial=0)) ** 2
    size += sum(float(table.max(initial=0)) for table, _ in tables)
    exponent = np.ceil(np.log2(np.sqrt(size.max(initial=0)) or 1.0))
    unit = 4.0 ** np.minimum(-exponent, _LARGEST_EXPONENT)
    width = 3 * about.numeric.shape[1] if rows.has_missing else about.numeric.shape[1] + 2
    shape = len(members), width + sum(len(table) for table, _ in tables)
    a, b = np.empty(shape, dtype=dtype), np.empty(shape, dtype=dtype)

    def fill(begin: int) -> None:
        part = slice(begin, begin + _ROWS)
        numeric = about.numeric[members[part]] * np.sqrt(unit)
        if rows.has_missing:
            shown = ~np.isnan(rows.numeric[members[part]]) * stretch[part, None]
            numeric, squares = numeric * stretch[part, None], numeric**2 * stretch[part, None]
            left, right = (numeric, squares, shown), (numeric, shown, squares)
        else:
            squares = np.einsum("ij,ij->i", numeric, numeric)[:, None]
            one = np.ones_like(squares)
            left, right = (numeric, squares, one), (numeric, one, squares)
        np.concatenate(left, axis=1, out=a[part, :width], casting="same_kind")
        np.concatenate(right, axis=1, out=b[part, :width], casting="same_kind")
        a[part, : numeric.shape[1]] *= -2
        b[part, width:] = 0

    each(fill, range(0, len(members), _ROWS))
    for table, level in tables:
        a[:, width : width + len(table)] = (unit * table).astype(dtype)[level]
        b[np.arange(len(b)), width + level] = 1
        width += len(table)
    rounding = (a.shape[1] + rows.numeric.shape[1] + 16) * np.finfo(dtype).eps / 2
    is_tight = (
        not rows.has_missing
        and about.numeric.shape == rows.numeric.shape
        and all(len(np.unique(codes)) <= _BUCKETS for codes in rows.codes.T)
    )
    return Points(a, b, unit, rounding * unit * size, is_tight)


def _stretch(rows: Rows, members: Indices) -> Floats:
    r"""Return :math:`\sqrt{d / p}` for each row, p being how many of d numbers it has."""
    stretch = np.ones(len(members))
    if rows.has_missing:
        n_columns = rows.numeric.shape[1]
        n_present = n_columns - np.isnan(rows.numeric[members]).sum(axis=1)
        stretch[n_present > 0] = np.sqrt(n_columns / n_present[n_present > 0])
    return stretch


def _lengths(numeric: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", numeric, numeric))


def _tables(rows: Rows, members: Indices) -> list[tuple[Floats, Indices]]:
    """Return for each column the distances between buckets of levels, and each row's bucket."""
    metric = rows.metric
    found: list[tuple[Floats, Indices]] = []
    for j, column in enumerate(rows.codes[members].T):
        levels, level = np.unique(column, return_inverse=True)
        n_buckets = min(len(levels), _BUCKETS)
        if metric.mismatch is not None:
            found.append((metric.mismatch * (1 - np.eye(n_buckets)), level % n_buckets))
            continue
        table = metric.tables[j][np.ix_(levels, levels)]
        found.append((_least(table, n_buckets), level * n_buckets // len(levels)))
    return found


def _least(table: Floats, n_buckets: int) -> NDArray[Any]:
    """Return the least distance between levels of each two buckets of consecutive ones."""
    starts = -(-np.arange(n_buckets) * len(table) // n_buckets)
    return np.minimum.reduceat(np.minimum.reduceat(table, starts, axis=0), starts, axis=1)
