"""MinRankScorer: as good as the worst that several scorers say."""

from typing import Any, ClassVar

import numpy as np
from scipy.stats import rankdata
from sklearn.utils.metadata_routing import UNUSED

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.named_parts import NamedParts

__all__ = ["MinRankScorer"]


class MinRankScorer(NamedParts):
    r"""Score candidates by the smallest of the ranks that several scorers give them.

    With :math:`r_j(u)` the rank of a candidate by scorer j, n for the best of n, the mean rank
    where scores are equal,

    .. math:: s(u) = \min_j r_j(u) / n

    One scorer that finds a fault is enough: so faults that only one of them sees are found, as
    rows like another class by `ConfidenceScorer` and rows like none by `DensityScorer`. Each scorer
    also brings its noise: two that see the same are no better than the better one.

    Parameters
    ----------
    scorers : list of scorers or of (str, scorer)
        The scorers. Without names they are named by their types in lower case. Their parameters
        are set and searched as ``name__parameter``.

    Raises
    ------
    ValueError
        If the list is empty or names clash, or if a scorer raises it.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import DensityScorer, MinRankScorer, NeighborhoodScorer
    >>> x = np.random.default_rng(0).normal(size=(50, 1))
    >>> P, N = np.hstack([x, x]), np.hstack([x, x]) + 3
    >>> U = np.array([[0.5, 0.5], [0.5, -0.5], [3.0, 3.0]])  # good, off the line, another class
    >>> scorer = MinRankScorer([DensityScorer(), NeighborhoodScorer()])
    >>> scorer.score(P, U, N).argmax().item()
    0
    """

    # the arguments of `score` are tables, not metadata to route
    __metadata_request__score: ClassVar[dict[str, Any]] = dict.fromkeys(
        ["P", "U", "N", "parents"], UNUSED
    )
    _list = "scorers"
    _noun = "scorer"
    _parameter_constraints: ClassVar[dict[str, Any]] = {"scorers": [list, tuple]}

    def __init__(self, scorers: Any) -> None:
        self.scorers = scorers

    @sk.fit_context(prefer_skip_nested_validation=False)
    def score(self, P: Any, U: Any, N: Any = None, *, parents: Any = None) -> Floats:
        """Return the smallest rank of each candidate, as a share of their number.

        Parameters
        ----------
        P : {array-like, sparse matrix, data frame} of shape (n_class, n_features)
            The real rows of the class.

        U : same container as P, of shape (n_candidates, n_features)
            The candidates.

        N : same container as P, of shape (n_others, n_features), default=None
            The real rows of the other classes.

        parents : array-like of int of shape (n_candidates, n_parents), default=None
            The rows of P that each candidate was made from, -1 for none.

        Returns
        -------
        scores : ndarray of shape (n_candidates,)
            In (0, 1], higher is better.
        """
        named = self._checked()
        for name, scorer in named:
            if not hasattr(scorer, "score"):
                raise TypeError(
                    f"scorers of MinRankScorer must have a method score(P, U, N, parents=...); "
                    f"{name!r} is {scorer!r}."
                )
        ranks = [rankdata(scorer.score(P, U, N, parents=parents)) for _, scorer in named]
        return np.min(ranks, axis=0) / max(1, sk.num_samples(U))
