"""Scorer: the base of what says how good candidates are."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import UNUSED

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug.selection._rows import Rows, read_rows

__all__ = ["Scorer", "votes_first"]


class Scorer(BaseEstimator, ABC):
    """Abstract base of scorers: reads the tables; a subclass implements `_score`.

    A scorer is not fitted: `score` learns what it needs from the rows it is given and leaves
    nothing behind.
    """

    # the arguments of `score` are tables, not metadata to route
    __metadata_request__score: ClassVar[dict[str, Any]] = dict.fromkeys(
        ["P", "U", "N", "parents"], UNUSED
    )
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }
    _needs_others: ClassVar[bool] = False

    categorical_features: Any

    @abstractmethod
    def _score(self, rows: Rows) -> Floats:
        """Return the score of each candidate; there is at least one."""

    @sk.fit_context(prefer_skip_nested_validation=True)
    def score(self, P: Any, U: Any, N: Any = None, *, parents: Any = None) -> Floats:
        """Return how good each candidate is as a row of the class.

        Parameters
        ----------
        P : {array-like, sparse matrix, data frame} of shape (n_class, n_features)
            The real rows of the class.

        U : same container as P, of shape (n_candidates, n_features)
            The candidates.

        N : same container as P, of shape (n_others, n_features), default=None
            The real rows of the other classes.

        parents : array-like of int of shape (n_candidates, n_parents), default=None
            The rows of P that each candidate was made from, -1 for none. They are held out: a
            candidate is not praised for being like them.

        Returns
        -------
        scores : ndarray of shape (n_candidates,)
            Higher is better.
        """
        rows = self._read(P, U, N, parents)
        return self._score(rows) if rows.n_candidates else np.empty(0)

    def _read(self, P: Any, U: Any, N: Any, parents: Any) -> Rows:
        rows = read_rows(self, P, U, N, parents, self.categorical_features)
        if self._needs_others and not rows.n_others:
            raise ValueError(
                f"{rows.owner} compares the class with the others and needs their rows: N is "
                f"{'None' if N is None else 'empty'}. Pass N, or use DensityScorer."
            )
        return rows


def votes_first(votes: Floats, n_votes: Any, within: Floats) -> Floats:
    """Return scores in [0, 1] that order by the number of votes, and equal numbers by `within`.

    Parameters
    ----------
    votes : ndarray of shape (n,)
        How many votes each has.

    n_votes : int or ndarray of shape (n,)
        How many it could have.

    within : ndarray of shape (n,)
        In [0, 1].
    """
    return (votes + within) / (n_votes + 1)
