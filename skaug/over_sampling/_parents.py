"""What the methods share that make rows of more than a seed and a neighbour."""

import warnings
from typing import Any

import numpy as np

from skaug._core.batch import Indices
from skaug._core.columns import MISSING
from skaug._core.table import is_sparse

__all__ = ["donated_codes", "refuse_sparse", "warn_of_copies"]


def donated_codes(codes: Indices, seed: Indices, donor: Indices) -> Indices | None:
    """Return the donors' categories as whole rows, so that combinations stay real.

    What the seed misses stays missing, and what only the donor misses is the seed's. None if
    there are no categories.
    """
    if not codes.shape[1]:
        return None
    own, given = codes[seed], codes[donor]
    return np.where((own == MISSING) | (given == MISSING), own, given)


def refuse_sparse(X: Any, owner: str, reason: str) -> None:
    """Raise for a sparse table, saying what the method would do to its zeros."""
    if is_sparse(X):
        raise ValueError(
            f"{owner} does not work on sparse data: {reason}, which fills the zeros. Use SMOTE, "
            "which keeps them, or pass X.toarray()."
        )


def warn_of_copies(owner: str, label: Any, reason: str) -> None:
    """Say that a class offers nothing to make rows of but copies."""
    warnings.warn(
        f"{owner} has nothing to vary in class {label!r}, {reason}: its rows are copied.",
        UserWarning,
        stacklevel=2,
    )
