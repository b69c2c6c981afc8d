"""SequentialCART: a table column by column, each by a tree on those before it."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState, child_rng
from skaug._core.strategy import SamplingStrategy
from skaug.base import Table, Target
from skaug.generative._base import AnyTarget, BaseGenerator
from skaug.generative._column_tree import ColumnTree
from skaug.generative._tree_columns import Column, table_cells, table_columns, told_by

__all__ = ["SequentialCART"]


class SequentialCART(BaseGenerator):
    r"""Draw the columns one after the other, each from the leaves of a tree on those before it.

    The density of a row is a product of conditional ones,

    .. math:: p(x \mid y) = \prod_j p(x_j \mid y, x_1, \ldots, x_{j-1})

    and a classification or regression tree estimates each. A new row falls into a leaf of tree j
    by what it has so far, and takes its next cell from a random row of that leaf. So every cell
    occurs in its column of the table: values, ties, spikes and whole numbers are kept, and what
    is missing is one more value, missing where it is missing in the table.

    Cost: O(n d^2 log n), about that of one decision tree for each column. Trees need rows: with
    fewer than some 100, or more columns than rows, use `GaussianCopula`. Columns bound to one
    another by a formula come near it, not to it, and a rare class borrows cells of rows like its
    own wherever a leaf holds both.

    Privacy: cells are copied, though rows seldom. Whoever alone has some value can be seen to be
    in the table, and a row that is like many others can come back whole. A larger
    `min_samples_leaf`, or `smooth`, makes that rarer; neither is a guarantee. The fitted model
    itself holds the table.

    Parameters
    ----------
    min_samples_leaf : int, default=15
        The donors that a leaf has at least. With 5 rows are about as faithful, and more of them
        are copies. Of a class with fewer, each row counts for more: it can have a leaf to itself.

    order : {'correlation', 'given'} or array-like of shape (n_features,), default='given'
        The order in which columns are drawn: that of X, those first that y tells most of, or
        their indices or names.

    smooth : bool, default=False
        Draw numbers between those of a leaf, in columns of numbers with fractions. Values that
        occur more than once keep their share.

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has after `fit_resample`, as in `SMOTE`. If y is numbers, the
        rows made as a share of those given: a float, or 'auto' for as many.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        How y is read. 'auto': numbers with fractions are continuous, all else is labels.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    n_jobs : int, default=None
        Threads that grow trees; None is 1, -1 all cores. The rows do not depend on it.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the trees and the draws.

    Attributes
    ----------
    order_ : ndarray of shape (n_features,)
        The indices of the columns, in the order in which they are drawn.

    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each row of `fit_resample`: -1 for synthetic ones.

    partner_indices_ : ndarray of shape (n_res,)
        All -1.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse, or `order` does not have every column once.

    See Also
    --------
    AdversarialForest : Trees that need no order of the columns, and have a density.
    GaussianCopula : One normal distribution for the ranks of a class.

    Notes
    -----
    Trees see ranks of numbers, so that single precision merges none, and learn the share of the
    rows below a number, so that a few large ones do not choose the splits. The levels of a
    category stand, in each tree, in the order of what they tell of its column.

    A synthetic row weighs what the rows of its class do on average.

    References
    ----------
    .. [1] J. P. Reiter, "Using CART to generate partially synthetic public use microdata",
       Journal of Official Statistics 21(3), 2005.
    .. [2] B. Nowok, G. M. Raab, C. Dibben, "synthpop: bespoke creation of synthetic data in R",
       Journal of Statistical Software 74(11), 2016. :doi:`10.18637/jss.v074.i11`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skaug.generative import SequentialCART
    >>> X, y = load_iris(return_X_y=True)
    >>> model = SequentialCART(random_state=0).fit(X, y)
    >>> X_new, y_new = model.sample(y={2: 3, 0: 1})
    >>> X_new.shape, y_new.tolist()
    ((4, 4), [2, 2, 2, 0])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseGenerator._parameter_constraints,
        "min_samples_leaf": [sk.Interval(Integral, 1, None, closed="left")],
        "order": [sk.StrOptions({"correlation", "given"}), "array-like"],
        "smooth": ["boolean"],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        min_samples_leaf: int = 15,
        order: Any = "given",
        smooth: bool = False,
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.min_samples_leaf = min_samples_leaf
        self.order = order
        self.smooth = smooth
        self.sampling_strategy = sampling_strategy
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _fit_table(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        is_labels = isinstance(y, Target)
        given = Column(y.codes if isinstance(y, Target) else y.values, is_category=is_labels)
        columns = table_columns(X)
        self.order_ = _order(self.order, columns, given, X)
        chain = [given, *(columns[j] for j in self.order_)]
        weight = np.ones(len(y))
        if is_labels:  # a class of fewer rows than a leaf needs can have one to itself
            weight = np.maximum(1, self.min_samples_leaf / np.bincount(y.codes))[y.codes]
        self._trees = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(ColumnTree)(
                chain[:k],
                chain[k],
                weight=weight,
                min_leaf=self.min_samples_leaf,
                smooth=self.smooth,
                random_state=int(child_rng(seed, k).integers(2**31)),
            )
            for k in range(1, len(chain))
        )
        self._levels = [column.levels if column.is_category else None for column in columns]

    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        known: list[NDArray[Any]] = [y]
        for tree in self._trees:
            known.append(tree.draw(known, rng))
        drawn = dict(zip(self.order_.tolist(), known[1:], strict=True))
        return table_cells([drawn[j] for j in range(len(drawn))], self._levels)


def _order(order: Any, columns: Sequence[Column], given: Column, X: Table) -> Indices:
    """Return the positions of the columns in the order in which they are drawn."""
    if isinstance(order, str):
        if order == "given":
            return np.arange(len(columns))
        told = [told_by(column, given) for column in columns]
        return np.argsort(-np.array(told), kind="stable")
    names = [] if X.names is None else list(X.names)
    wanted = [names.index(column) if column in names else column for column in order]
    indices = [j for j in wanted if isinstance(j, Integral) and not isinstance(j, bool)]
    if len(indices) < len(wanted) or sorted(indices) != list(range(len(columns))):
        raise ValueError(
            f"order of SequentialCART must have each of the {len(columns)} columns of X once, by "
            f"index or name; got {list(order)!r}."
        )
    return np.array(indices, dtype=np.intp)
