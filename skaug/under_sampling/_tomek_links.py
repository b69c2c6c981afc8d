"""Tomek links: of nearest neighbours in different classes one or both are left out."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Indices
from skaug._planning.table_search import category_metric
from skaug.base import Table, Target
from skaug.neighbors import kneighbors
from skaug.under_sampling._cleaning_sampler import CleaningSampler, CleaningStrategy

__all__ = ["TomekLinks", "tomek_links"]


class TomekLinks(CleaningSampler):
    """Leave out the rows whose nearest neighbour is of another class and has them as its own.

    Two rows of different classes form a Tomek link if each is the nearest neighbour of the
    other: either one of them is noise or both are at the border. Of each link the ends that
    are of a targeted class are left out; with ``sampling_strategy='all'`` that is both. The
    rows that are kept stay as they are and in their order.

    Numbers, categories, missing values and sparse rows are compared as by
    `skaug.over_sampling.SMOTE`. Cost: a search for the nearest neighbours of the rows that are
    not of the largest class, and of those that they find. It removes few rows, and balances
    nothing.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default='auto'
        The classes from which rows may be left out. 'auto' is 'not minority'; 'majority',
        'not majority' and 'all' name classes by their size; a list names them; a callable takes
        y and returns such a list.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in
        `skaug.over_sampling.SMOTE`.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    links_ : ndarray of shape (n_links, 2)
        The rows of X that form links, the smaller index first.

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

    Warns
    -----
    UserWarning
        If every row of a class would go: the class is then kept whole.

    See Also
    --------
    EditedNearestNeighbours : Leave out more rows: all that their neighbours contradict.
    skaug.combine.SMOTETomek : Over-sample first.

    Notes
    -----
    Of several rows at the same distance the first in the table is the nearest neighbour, so
    that a row is in one link at most.

    References
    ----------
    .. [1] I. Tomek, "Two modifications of CNN", IEEE Transactions on Systems, Man, and
       Cybernetics 6(11), 1976. :doi:`10.1109/TSMC.1976.4309452`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.under_sampling import TomekLinks
    >>> X = np.array([[0.0], [1.0], [2.5], [2.7], [4.0], [4.5], [5.5]])
    >>> y = np.array(["a", "a", "a", "b", "b", "b", "b"])
    >>> cleaning = TomekLinks()
    >>> X_res, y_res = cleaning.fit_resample(X, y)
    >>> cleaning.links_.tolist(), cleaning.sample_indices_.tolist()
    ([[2, 3]], [0, 1, 2, 4, 5, 6])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = CleaningSampler._parameter_constraints

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _to_remove(self, X: Table, y: Target, rows: Indices) -> Indices:
        metric = category_metric(X, y, np.arange(len(y)))

        def nearest(queries: Indices) -> Indices:
            return kneighbors(
                X.numeric, 1, codes=X.codes, metric=metric, queries=queries, n_jobs=self.n_jobs
            ).ravel()

        self.links_ = tomek_links(y.codes, nearest)
        return np.intersect1d(rows, self.links_)


def tomek_links(y: NDArray[Any], nearest: Callable[[Indices], Indices]) -> Indices:
    """Return the pairs of rows of different classes that are each other's nearest neighbour.

    Only one end of each pair is searched from, and then from what that finds: one end is not of
    the largest class.

    Parameters
    ----------
    y : ndarray of shape (n,)
        The class of each row, as a code.

    nearest : callable
        ``nearest(rows)`` returns the nearest other row of each of the given rows.

    Returns
    -------
    ndarray of shape (n_links, 2)
        The pairs, the smaller index first, in ascending order.
    """
    start = np.flatnonzero(y != np.bincount(y).argmax())
    end = nearest(start)
    is_foreign = y[start] != y[end]
    start, end = start[is_foreign], end[is_foreign]
    ends, position = np.unique(end, return_inverse=True)
    is_mutual = nearest(ends)[position] == start
    links = np.column_stack([start, end])[is_mutual]
    return np.unique(np.sort(links, axis=1), axis=0)
