"""NeighborhoodScorer: what the nearest real rows of a candidate are."""

from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.stats import column_std
from skaug.neighbors import (
    CategoryMetric,
    kneighbors,
    mismatch_metric,
    nearest_among,
    value_difference_metric,
)
from skaug.selection._rows import Rows
from skaug.selection._scorer import Scorer

__all__ = ["NeighborhoodScorer"]


class NeighborhoodScorer(Scorer):
    r"""Score candidates by the share of their class among the nearest real rows.

    .. math:: s(u) = \frac{1}{k} \sum_{x \in NN_k(u)} 1[x \text{ is of the class}]

    A candidate's parents are not asked. The known rules are thresholds of this share: more than
    1/2 of 5 neighbours is Lee's, at least 1/2 of 3 is edited nearest neighbours by majority,
    and 1 of 3 by all. With ``kind="tomek"`` a candidate scores 0 if it and a row of another class
    are each other's nearest, 1 if not: it takes away least.

    Distances are those of `skaug.over_sampling.SMOTE`: scale the columns first. It sees rows
    that look like another class, not those that look like none. Cost: a search for the neighbours
    of the candidates.

    Parameters
    ----------
    n_neighbors : int, default=5
        k; all real rows if there are fewer. Not used by ``kind="tomek"``.

    kind : {'share', 'tomek'}, default='share'
        What is looked at.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Raises
    ------
    ValueError
        If there are no rows of other classes.

    See Also
    --------
    ConfidenceScorer : The same question, answered by a classifier.
    skaug.under_sampling.EditedNearestNeighbours : Removes rows by the same rule.

    References
    ----------
    .. [1] J. Lee, N. Kim, J.-H. Lee, "An over-sampling technique with rejection for imbalanced
       class learning", IMCOM 2015. :doi:`10.1145/2701126.2701181`

    .. [2] D. L. Wilson, "Asymptotic properties of nearest neighbor rules using edited data",
       IEEE Transactions on Systems, Man, and Cybernetics 2(3), 1972.
       :doi:`10.1109/TSMC.1972.4309137`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.selection import NeighborhoodScorer
    >>> P, N = np.array([[0.0], [1.0], [2.0]]), np.array([[4.0], [5.0], [6.0]])
    >>> NeighborhoodScorer(n_neighbors=2).score(P, np.array([[1.5], [2.9], [5.5]]), N).tolist()
    [1.0, 0.5, 0.0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Scorer._parameter_constraints,
        "n_neighbors": [sk.Interval(Integral, 1, None, closed="left")],
        "kind": [sk.StrOptions({"share", "tomek"})],
        "n_jobs": sk.N_JOBS,
    }
    _needs_others = True

    def __init__(
        self,
        *,
        n_neighbors: int = 5,
        kind: Literal["share", "tomek"] = "share",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.kind = kind
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _score(self, rows: Rows) -> Floats:
        return self._unlinked(rows) if self.kind == "tomek" else self._share(rows)

    def _share(self, rows: Rows) -> Floats:
        real = np.concatenate([rows.own, rows.others])
        found = real[
            nearest_among(
                rows.table.numeric,
                min(self.n_neighbors + rows.parents.shape[1], len(real)),
                queries=rows.candidates,
                among=real,
                codes=rows.table.codes,
                metric=_category_metric(rows),
                n_jobs=self.n_jobs,
            )
        ]
        counts = _is_no_parent(found, rows)
        counts &= np.cumsum(counts, axis=1) <= self.n_neighbors
        return np.mean(found < rows.n_class, axis=1, where=counts)

    def _unlinked(self, rows: Rows) -> Floats:
        """Return 0 for candidates that are in a Tomek link, 1 for others."""
        k = min(1 + rows.parents.shape[1], rows.table.shape[0] - 1)
        found = self._nearest(rows, rows.candidates, k)
        first = np.argmax(_is_no_parent(found, rows), axis=1)
        nearest = found[np.arange(len(found)), first]
        foreign, which = np.unique(nearest, return_inverse=True)
        back = self._nearest(rows, foreign, 1)[which, 0]
        linked = (nearest >= rows.n_class + rows.n_candidates) & (back == rows.candidates)
        return np.where(linked, 0.0, 1.0)

    def _nearest(self, rows: Rows, queries: Indices, k: int) -> Indices:
        return kneighbors(
            rows.table.numeric,
            k,
            codes=rows.table.codes,
            metric=_category_metric(rows),
            queries=queries,
            n_jobs=self.n_jobs,
        )


def _is_no_parent(found: Indices, rows: Rows) -> NDArray[np.bool_]:
    return ~(found[:, :, None] == rows.parents[:, None, :]).any(axis=2)


def _category_metric(rows: Rows) -> CategoryMetric | None:
    """Return how far apart categories are, by SMOTE-NC's or SMOTE-N's rule, from real rows."""
    table = rows.table
    if not table.codes.shape[1]:
        return None
    if table.n_numeric:
        return mismatch_metric(column_std(table.numeric[rows.own]))
    real = np.concatenate([rows.own, rows.others])
    is_other = np.repeat([0, 1], [rows.n_class, rows.n_others])
    return value_difference_metric(table.codes[real], table.n_levels, is_other, 2)
