"""Batch: what a sampler says about the rows it wants, before any of them is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core.compiled import is_loaded
from skaug._core.writers import n_writers, write_rows

__all__ = ["Batch", "Floats", "Indices", "interpolate", "joined"]

Indices: TypeAlias = NDArray[np.signedinteger[Any]]
Floats: TypeAlias = NDArray[np.floating[Any]]

_COMPILED_CELLS = 1 << 18  # below, less is won than calling it costs
_BLOCK_BYTES = 1 << 18  # two scratch blocks stay in a core's second-level cache


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The recipe for some synthetic rows: their parents, and how to make values from them.

    The rows themselves are written later, once, into the final array. In numeric columns a
    row is, by the first of these that is given,

    - ``values``: the given numbers;
    - ``writer``: whatever ``writer(X, out)`` writes into ``out``, X being the numeric columns;
    - ``step``: ``X[seed] + step * (X[partner] - X[seed])``;
    - otherwise a copy of its seed.

    Parameters
    ----------
    seed : ndarray of shape (n,)
        The first parent, an index into X; -1 where a model drew the row.

    partner : ndarray of shape (n,), default=None
        The second parent; None or -1 where there is none.

    step : ndarray of shape (n,), default=None
        How far to go from seed to partner.

    values : ndarray of shape (n, n_numeric), default=None
        The numeric columns of the rows.

    writer : callable, default=None
        ``writer(X, out)`` fills ``out`` of shape (n, n_numeric).

    codes : ndarray of shape (n, n_categorical), default=None
        The categories, as codes of the table; None copies the seed's.

    pool : ndarray of shape (n_pool,), default=None
        All rows that occur as parents, if the sampler knows them; they are then gathered into
        a compact copy first, so that random access stays in cache. Rows that a model drew
        inherit the mean of their weights.

    label_rows : ndarray of shape (n,), default=None
        The rows whose label the new rows take; None: those of the seeds.

    y : ndarray of shape (n,) or sparse array of shape (n, n_labels), default=None
        The targets of the rows where y is continuous or sets of labels; None: those of
        `label_rows`.

    sample_weight : ndarray of shape (n,), default=None
        Weights of the rows; None: inherited from the parents.

    weight_parts : (ndarray of shape (n,) or float, the same), default=None
        How much of the weights of seed and partner the rows inherit; None: of where they lie
        between them.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.base import Batch
    >>> halfway = Batch(seed=np.array([0]), partner=np.array([1]), step=np.array([0.5]))
    >>> row = np.empty((1, 2))
    >>> halfway.write(np.array([[0.0, 2.0], [4.0, 2.0]]), row)
    >>> row
    array([[2., 2.]])
    """

    seed: Indices
    partner: Indices | None = None
    step: Floats | None = None
    values: Floats | None = None
    writer: Callable[[Floats, Floats], None] | None = None
    codes: Indices | None = None
    pool: Indices | None = None
    label_rows: Indices | None = None
    y: Any = None
    sample_weight: Floats | None = None
    weight_parts: tuple[Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.seed)

    @property
    def is_copy(self) -> bool:
        """Whether each row is, in every column, a copy of its seed."""
        made = (self.values, self.writer, self.step, self.codes)
        return all(part is None for part in made)

    @property
    def labels_from(self) -> Indices:
        """The rows whose labels the new rows take."""
        return self.seed if self.label_rows is None else self.label_rows

    def write(self, X: Floats, out: Floats) -> None:
        """Write the numeric columns of the rows into `out`."""
        if self.values is not None:
            out[...] = self.values
        elif self.writer is not None:
            self.writer(X, out)
        elif self.step is not None:
            assert self.partner is not None
            if self.pool is None or len(self.pool) == len(X):
                interpolate(X, self.seed, self.partner, self.step, out)
                return
            position = np.zeros(len(X), dtype=self.pool.dtype)
            position[self.pool] = np.arange(len(self.pool))
            interpolate(X[self.pool], self.seed, self.partner, self.step, out, position)
        else:
            np.take(X, self.seed, axis=0, out=out, mode="clip")

    def sparse_rows(self, X: sparse.csr_array) -> sparse.csr_array:
        """Make the rows of a sparse table, given its numeric columns (`writer` is for dense)."""
        if self.values is not None:
            return sparse.csr_array(self.values.astype(X.dtype))
        seed = X[self.seed]
        if self.step is None:
            return seed
        assert self.partner is not None
        delta = X[self.partner] - seed
        delta.data[np.isnan(delta.data)] = 0  # keeps the seed's value, and its NaN
        return seed + sparse.diags_array(self.step.astype(X.dtype)).tocsr() @ delta

    def inherited_weight(self, weight: Floats) -> Floats:
        """Weights of the rows, given those of the table."""
        if self.sample_weight is not None:
            return self.sample_weight
        if self.weight_parts is not None:
            of_seed, of_partner = self.weight_parts
            inherited: Floats = of_seed * weight[self.seed] + of_partner * weight[self.partner]
            return inherited
        own = weight[self.labels_from]
        if self.pool is not None and (self.seed < 0).any():
            own = np.where(self.seed < 0, weight[self.pool].mean(), own)
        if self.step is None or self.partner is None:
            return own
        share = np.clip(self.step, 0, 1)  # beyond its parents a row weighs what the nearer does
        return own + share * (weight[self.partner] - own)


def joined(parts: list[Indices]) -> Indices:
    """Concatenate, without the copy where there is but one part."""
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.int32), *parts])


def interpolate(
    X: Floats,
    seed: Indices,
    partner: Indices,
    step: Floats,
    out: Floats,
    position: Indices | None = None,
) -> None:
    r"""Write :math:`x_{seed} + step \, (x_{partner} - x_{seed})` into `out`, block by block.

    This form, and not :math:`(1 - step) x_{seed} + step \, x_{partner}`, leaves a value that
    both parents share exactly as it is. Where the seed is missing the result is missing; where
    only the partner is, it is the seed's value: so a column's share of missing values is that
    of the seeds, and being missing says nothing about the class.

    Where `position` is given, row i of the table stands in ``X[position[i]]``.
    """
    if _pays_to_compile(X, out):
        from skaug._core._interpolate_numba import interpolate_compiled

        interpolate_compiled(X, seed, partner, step, out, position)
        return
    with np.errstate(over="ignore", invalid="ignore"):
        has_missing = bool(np.isnan(X.sum()))  # or infinite; a pass that allocates nothing
    n_threads = n_writers(out.nbytes)
    # where threads take turns at the interpreter, longer blocks
    size = max(1, n_threads * _BLOCK_BYTES // max(1, out.shape[1] * X.itemsize))

    def write(rows: slice) -> None:
        start = np.empty((min(size, rows.stop - rows.start), out.shape[1]), dtype=X.dtype)
        delta = np.empty_like(start)
        for begin in range(rows.start, rows.stop, size):
            block = slice(begin, min(begin + size, rows.stop))
            first, second = seed[block], partner[block]
            if position is not None:
                first, second = position[first], position[second]
            # mode="clip": the default checks the bounds into a hidden copy of `out`
            if _are_consecutive(first):
                a = X[first[0] : first[-1] + 1]
            else:
                a = np.take(X, first, axis=0, out=start[: len(first)], mode="clip")
            b = np.take(X, second, axis=0, out=delta[: len(first)], mode="clip")
            b -= a
            b *= step[block, None].astype(X.dtype, copy=False)
            if has_missing:
                b[np.isnan(b)] = 0
            np.add(a, b, out=out[block])

    write_rows(write, len(out), n_threads)


def _are_consecutive(rows: Indices) -> bool:
    """Whether rows stand one after the other, as the seeds do where every row is one."""
    return int(rows[-1]) - int(rows[0]) == len(rows) - 1 and bool((rows[1:] > rows[:-1]).all())


def _pays_to_compile(X: Floats, out: Floats) -> bool:
    """Whether the compiled loop is there and wins: two to three times, but not what loads it."""
    return (
        out.size >= _COMPILED_CELLS
        and is_loaded()
        and X.dtype == out.dtype
        and X.dtype in (np.float32, np.float64)
        and X.flags.c_contiguous
        and out.flags.c_contiguous
    )
