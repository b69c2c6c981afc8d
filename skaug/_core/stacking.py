"""Rows of several containers, one below the other."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
from scipy import sparse

from skaug._core.table import is_sparse

__all__ = ["stacked"]


def stacked(parts: Sequence[Any]) -> Any:
    """Return containers of one kind one below the other: tables or targets."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, list):
        return [row for part in parts for row in part]
    if is_sparse(first):
        return sparse.vstack(parts, format=first.format, dtype=first.dtype)
    wrapped = [nw.from_native(part, pass_through=True, allow_series=True) for part in parts]
    if isinstance(wrapped[0], nw.Series):
        frames = [series.rename("y").to_frame() for series in wrapped]
        whole = nw.maybe_reset_index(nw.concat(frames))["y"]
        return whole.rename(wrapped[0].name).to_native()
    if isinstance(wrapped[0], nw.DataFrame):
        return nw.maybe_reset_index(nw.concat(wrapped)).to_native()
    return np.concatenate([np.asarray(part) for part in parts])
