"""Randomness row by row: what a row gets does not depend on which other rows there are."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["RowRng", "normals", "rows_per_block", "uniforms"]

_BLOCK_CELLS = 1 << 15  # a generator is set up in less than a tenth of the time of as many normals
_UNIFORM, _NORMAL = 0, 1


@dataclass(frozen=True, kw_only=True)
class RowRng:
    r"""The random numbers of some rows in one copy of a table.

    Every method returns, for the rows asked for, their rows of an endless table of random numbers
    that is fixed by (seed, copy, stream, n_columns). So what row i of copy c gets is a function
    of (seed, c, i), the same whatever the chunks, the number of threads and the other rows:

    .. math:: T(rows)[a] = T(\{rows_a\}).

    The table is never held. It is cut, by row number, into blocks with a generator each, which is
    seeded by the number of the block; to reach a row, no more than its block has to be drawn.

    Parameters
    ----------
    seed : SeedSequence
        Root of the streams, of a call or of a class.

    copy : int
        Which copy of the table the rows belong to, from 0.

    rows : ndarray of shape (n,)
        The numbers of the rows. Increasing ones are drawn quickest; in chunks of a multiple of
        `rows_per_block` rows nothing is drawn in vain.

    recent : dict
        What was drawn last of each table, and the seeds of children: for the next chunk. `at`
        and `child` share it.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug._core.row_rng import RowRng
    >>> rng = RowRng(seed=np.random.SeedSequence(0), copy=0, rows=np.arange(1000))
    >>> angles, noise = rng.uniforms(1), rng.normals(64)
    >>> bool((rng.at([7, 400]).normals(64) == noise[[7, 400]]).all())
    True
    """

    seed: np.random.SeedSequence
    copy: int
    rows: Indices
    recent: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.rows)

    def uniforms(self, n_columns: int, *, stream: int = 0, dtype: DTypeLike = np.float64) -> Floats:
        """Return numbers from [0, 1) of shape (n, n_columns).

        Parameters
        ----------
        n_columns : int
            Numbers for each row.

        stream : int, default=0
            Which of the independent tables to read: the same one gives the same numbers again,
            so what is drawn for two purposes needs two. Those of `normals` are others.

        dtype : {float64, float32}, default=float64
            Of the numbers; each has tables of its own.
        """
        return self._drawn(_UNIFORM, n_columns, stream, dtype)

    def normals(self, n_columns: int, *, stream: int = 0, dtype: DTypeLike = np.float64) -> Floats:
        """Return standard normal numbers of shape (n, n_columns); parameters as in `uniforms`."""
        return self._drawn(_NORMAL, n_columns, stream, dtype)

    def at(self, positions: Any) -> Self:
        """Return the same for some of the rows, given by where they stand among `rows`."""
        return replace(self, rows=self.rows[positions])

    def child(self, number: int) -> Self:
        """Return tables of the same rows that are independent, for one of several steps."""
        key = (*self.seed.spawn_key, number)
        if key not in self.recent:  # to make one takes longer than to draw for a small chunk
            self.recent[key] = np.random.SeedSequence(self.seed.entropy, spawn_key=key)
        return replace(self, seed=self.recent[key])

    def _drawn(self, kind: int, n_columns: int, stream: int, dtype: DTypeLike) -> Floats:
        out: Floats = np.empty((len(self.rows), n_columns), dtype=dtype)
        size = rows_per_block(n_columns)
        block, inside = np.divmod(self.rows, size)
        ends = np.flatnonzero(block[1:] != block[:-1]) + 1
        begin = 0
        for end in [*ends.tolist(), len(block)] if len(block) else []:
            wanted, drawn = inside[begin:end], out[begin:end]
            if _counts_up(wanted):
                rng = self._generator(kind, stream, int(block[begin]))
                _draw(rng, kind)(out=drawn, dtype=out.dtype)
            else:
                part = self._part(kind, stream, int(block[begin]), int(wanted.max()) + 1, out)
                np.take(part, wanted, axis=0, out=drawn, mode="clip")
            begin = end
        return out

    def _part(self, kind: int, stream: int, block: int, n_rows: int, like: Floats) -> Floats:
        """Return `n_rows` rows or more of a block, from its beginning.

        A generator draws row after row, so the first rows do not depend on how many are drawn.
        """
        n_columns = like.shape[1]
        name = (self.seed.spawn_key, kind, stream, n_columns, like.dtype)
        where, part = self.recent.get(name, (None, ()))
        if where != (self.copy, block) or len(part) < n_rows:
            n_rows = min(4 * n_rows, rows_per_block(n_columns))  # the next chunk wants them
            draw = _draw(self._generator(kind, stream, block), kind)
            part = draw((n_rows, n_columns), dtype=like.dtype)
            self.recent[name] = (self.copy, block), part
        return part

    def _generator(self, kind: int, stream: int, block: int) -> np.random.Generator:
        key = (*self.seed.spawn_key, self.copy, kind, stream, block)
        seed = np.random.SeedSequence(self.seed.entropy, spawn_key=key)
        return np.random.Generator(np.random.SFC64(seed))  # the quickest of NumPy's


def uniforms(
    seed: np.random.SeedSequence, copy: int, n_rows: int, n_columns: int, start: int = 0
) -> Floats:
    """Return numbers from [0, 1) for `n_rows` rows of a copy from row `start` on; see `RowRng`."""
    rows = np.arange(start, start + n_rows)
    return RowRng(seed=seed, copy=copy, rows=rows).uniforms(n_columns)


def normals(
    seed: np.random.SeedSequence, copy: int, n_rows: int, n_columns: int, start: int = 0
) -> Floats:
    """Return standard normal numbers, for the rows that `uniforms` returns others for."""
    rows = np.arange(start, start + n_rows)
    return RowRng(seed=seed, copy=copy, rows=rows).normals(n_columns)


def rows_per_block(n_columns: int) -> int:
    """Return how many rows share a generator: a power of 2 that depends on nothing else."""
    return 1 << max(0, (_BLOCK_CELLS // max(1, n_columns)).bit_length() - 1)


def _draw(rng: np.random.Generator, kind: int) -> Callable[..., Any]:
    return rng.random if kind == _UNIFORM else rng.standard_normal


def _counts_up(numbers: NDArray[Any]) -> bool:
    return bool((numbers == np.arange(len(numbers))).all())
