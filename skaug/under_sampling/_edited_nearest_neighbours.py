"""Edited nearest neighbours: rows that their neighbours contradict are left out."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._planning.table_search import SEARCH, category_metric, checked_k, neighbors_of
from skaug.base import Table, Target
from skaug.under_sampling._cleaning_sampler import CleaningSampler, CleaningStrategy

__all__ = ["EditedNearestNeighbours", "disagreement"]


class EditedNearestNeighbours(CleaningSampler):
    """Leave out the rows whose nearest neighbours belong to other classes.

    A row of a targeted class is left out if one of its ``n_neighbors`` nearest other rows, of
    any class, is of another class (``kind_sel='all'``: all of them must agree with it), or if
    more of them belong to some other class than to its own (``'mode'``). The rows that are kept
    stay as they are and in their order.

    Numbers, categories, missing values and sparse rows are compared as by
    `skaug.over_sampling.SMOTE`. Cost: a search for the neighbours of the rows of the targeted
    classes. It removes wrong labels and the overlap of classes alike: where classes truly
    overlap, the probabilities that a model learns from what is left are too sure.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default='auto'
        The classes from which rows may be left out. 'auto' is 'not minority'; 'majority',
        'not majority' and 'all' name classes by their size; a list names them; a callable takes
        y and returns such a list.

    n_neighbors : int or object with fit and kneighbors, default=3
        How many neighbours are asked. An object is cloned, fitted on X and asked for its
        ``n_neighbors``, of which the row itself may be one, so that 4 of them are
        ``n_neighbors=3``. It works on numeric tables without missing values.

    kind_sel : {'all', 'mode'}, default='all'
        Whether all neighbours must be of the row's class, or no other class be more frequent
        among them.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in
        `skaug.over_sampling.SMOTE`.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    sampling_strategy_ : dict
        The classes that are cleaned, with the number of rows each has in X.

    sample_indices_ : ndarray of shape (n_res,)
        The rows of X that are kept, ascending.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: no row is made.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        All False.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X has fewer than ``n_neighbors + 1`` rows.

    Warns
    -----
    UserWarning
        If every row of a class would go: the class is then kept whole.

    See Also
    --------
    TomekLinks : Leave out fewer rows: pairs of nearest neighbours only.
    skaug.combine.SMOTEENN : Over-sample first.

    Notes
    -----
    A row is never its own neighbour; a row that equals it is one. Rows at the same distance
    come in the order of the table. imbalanced-learn drops the first neighbour found, which may
    be a row equal to the one asked about, returns the rows class by class, and lets equal votes
    of ``'mode'`` go to the class that sorts first.

    References
    ----------
    .. [1] D. L. Wilson, "Asymptotic properties of nearest neighbor rules using edited data",
       IEEE Transactions on Systems, Man, and Cybernetics 2(3), 1972.
       :doi:`10.1109/TSMC.1972.4309137`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.under_sampling import EditedNearestNeighbours
    >>> X = np.array([[0.0], [0.1], [0.3], [5.0], [5.1], [5.3], [5.4]])
    >>> y = np.array(["a", "a", "a", "b", "b", "b", "a"])  # the last one is misplaced
    >>> cleaning = EditedNearestNeighbours(n_neighbors=2).fit(X, y)
    >>> X_res, y_res = cleaning.fit_resample(X, y)
    >>> cleaning.sample_indices_
    array([0, 1, 2, 3, 4, 5])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CleaningSampler._parameter_constraints,
        "n_neighbors": SEARCH,
        "kind_sel": [sk.StrOptions({"all", "mode"})],
    }

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        n_neighbors: Any = 3,
        kind_sel: str = "all",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.n_neighbors = n_neighbors
        self.kind_sel = kind_sel
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _to_remove(self, X: Table, y: Target, rows: Indices) -> Indices:
        neighbors = neighbors_of(
            rows,
            X.numeric,
            X.codes,
            category_metric(X, y, np.arange(len(y))),
            k=self._checked_k(len(y)),
            k_neighbors=self.n_neighbors,
            n_jobs=self.n_jobs,
            owner="EditedNearestNeighbours",
            parameter="n_neighbors",
        )
        return rows[disagreement(y.codes[rows], y.codes[neighbors], self.kind_sel)]

    def _checked_k(self, n_rows: int) -> int:
        k = checked_k(self.n_neighbors, "EditedNearestNeighbours", "n_neighbors")
        if n_rows < k + 1:
            raise ValueError(
                f"EditedNearestNeighbours needs at least n_neighbors + 1 = {k + 1} rows in X; it "
                f"has {n_rows}. Set n_neighbors to {n_rows - 1} or less."
            )
        return k


def disagreement(own: NDArray[Any], neighbors: NDArray[Any], kind: str) -> NDArray[np.bool_]:
    """Return whether the classes of its neighbours contradict a row's own.

    Parameters
    ----------
    own : ndarray of shape (n,)
        The class of each row.

    neighbors : ndarray of shape (n, k)
        The classes of its neighbours.

    kind : {'all', 'mode'}
        Whether one foreign neighbour is enough, or another class must be more frequent among
        them than the own.
    """
    is_own = neighbors == own[:, None]
    if kind == "all":
        return ~is_own.all(axis=1)
    n_like = [(neighbors == column[:, None]).sum(axis=1) for column in neighbors.T]
    return np.max(n_like, axis=0) > is_own.sum(axis=1)
