"""What a scorer reads: the class's rows, its candidates, other classes' rows, and parents."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.reading import read_table
from skaug._core.table import Table, is_frame, is_sparse
from skaug.selection._encoding import encoded

__all__ = ["Rows", "read_rows"]


@dataclass(frozen=True)
class Rows:
    """The rows of one call in one table: those of the class, the candidates, the others.

    Attributes
    ----------
    table : Table
        All of them, one below the other, so that categories have the same codes.

    n_class, n_candidates, n_others : int
        How many there are of each; no others if none were given.

    parents : ndarray of shape (n_candidates, m)
        Positions among the class's rows, -1 for none; m is 0 if no parent is known.

    owner : str
        The scorer's name, for the messages.
    """

    table: Table
    n_class: int
    n_candidates: int
    n_others: int
    parents: Indices
    owner: str

    @cached_property
    def encoded(self) -> Any:
        """All rows as numbers: see `skaug.selection._encoding.encoded`."""
        return encoded(self.table)

    @property
    def own(self) -> Indices:
        """Where the class's rows stand in the table."""
        return np.arange(self.n_class)

    @property
    def candidates(self) -> Indices:
        """Where the candidates stand in the table."""
        return self.n_class + np.arange(self.n_candidates)

    @property
    def others(self) -> Indices:
        """Where the other classes' rows stand in the table."""
        return self.n_class + self.n_candidates + np.arange(self.n_others)


def read_rows(scorer: Any, P: Any, U: Any, N: Any, parents: Any, categorical: Any) -> Rows:
    """Check what a scorer was given and put it into one table."""
    owner = type(scorer).__name__
    named = {"P": P, "U": U} if N is None else {"P": P, "U": U, "N": N}
    sizes = {name: _n_rows(part, name, owner) for name, part in named.items()}
    if not sizes["P"]:
        raise ValueError(f"{owner} needs at least 1 row of the class; P has none.")
    stacked = _stacked({name: part for name, part in named.items() if sizes[name]}, owner)
    return Rows(
        # a copy, as reading notes the columns on the estimator, and scoring leaves no trace
        table=read_table(copy(scorer), stacked, None, categorical_features=categorical),
        n_class=sizes["P"],
        n_candidates=sizes["U"],
        n_others=sizes.get("N", 0),
        parents=_checked_parents(parents, sizes["P"], sizes["U"], owner),
        owner=owner,
    )


def _n_rows(part: Any, name: str, owner: str) -> int:
    if isinstance(part, (list, np.ndarray)) or is_sparse(part) or is_frame(part):
        return int(sk.num_samples(part))
    raise TypeError(
        f"{owner} needs {name} as a list, an array, a sparse matrix or a data frame; got "
        f"{type(part).__name__}."
    )


def _stacked(parts: dict[str, Any], owner: str) -> Any:
    """Put tables of one kind one below the other."""
    _refuse_different_kinds(parts, owner)
    tables = list(parts.values())
    if is_frame(tables[0]):
        return _stacked_frames(parts, owner)
    if all(isinstance(table, list) for table in tables):
        return [row for table in tables for row in table]
    widths = {name: np.shape(table)[1:] for name, table in parts.items()}
    if len(set(widths.values())) > 1 or len(widths["P"]) != 1:
        found = ", ".join(f"{name}: {np.shape(table)}" for name, table in parts.items())
        raise ValueError(
            f"{owner} needs tables with two dimensions and as many columns; got {found}."
        )
    if is_sparse(tables[0]):
        return sparse.csr_array(sparse.vstack(tables))
    return np.concatenate(tables)


def _refuse_different_kinds(parts: dict[str, Any], owner: str) -> None:
    kinds = {
        name: "sparse" if is_sparse(part) else f"{type(part).__module__}.{type(part).__name__}"
        for name, part in parts.items()
    }
    if len(set(kinds.values())) > 1:
        found = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise TypeError(f"{owner} needs tables of one kind of container; got {found}.")


def _stacked_frames(parts: dict[str, Any], owner: str) -> Any:
    frames = {name: nw.from_native(part).lazy().collect() for name, part in parts.items()}
    columns = list(frames["P"].columns)
    for name, frame in frames.items():
        if frame.columns != columns:
            raise ValueError(
                f"{owner} needs {name} to have the columns of P, {columns}; it has {frame.columns}."
            )
    for column in columns:
        dtypes = {name: frame[column].dtype for name, frame in frames.items()}
        if len(set(dtypes.values())) > 1 and all(dtype.is_numeric() for dtype in dtypes.values()):
            frames = {
                name: frame.with_columns(frame[column].cast(nw.Float64))
                for name, frame in frames.items()
            }
    try:
        return nw.concat([nw.maybe_reset_index(frame) for frame in frames.values()]).to_native()
    except Exception as error:  # every library has its own
        raise TypeError(
            f"{owner} needs tables whose columns have the same dtypes: {error}"
        ) from error


def _checked_parents(parents: Any, n_class: int, n_candidates: int, owner: str) -> Indices:
    """Return the parents without columns in which there is none."""
    if parents is None:
        return np.empty((n_candidates, 0), dtype=np.intp)
    found: NDArray[Any] = np.asarray(parents)
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2 or len(found) != n_candidates or found.dtype.kind not in "iu":
        raise ValueError(
            f"parents of {owner} must be integers of shape ({n_candidates}, n_parents), one row a "
            f"candidate; got {found.dtype} of shape {found.shape}."
        )
    outside = (found < -1) | (found >= n_class)
    if outside.any():
        raise ValueError(
            f"parents of {owner} must be positions in P, from 0 to {n_class - 1}, or -1 for none; "
            f"got {found[outside][0]}."
        )
    return found[:, (found >= 0).any(axis=0)].astype(np.intp)
