"""AdversarialForest: cells of a table within which its columns are independent."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.donors import donors_near
from skaug._core.reading import read_table
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import is_sparse
from skaug.base import Table, Target
from skaug.generative._adversarial_trees import adversarial_forest, normal_draws
from skaug.generative._base import AnyTarget, BaseGenerator
from skaug.generative._cell_density import log_density
from skaug.generative._kernel_density import silverman
from skaug.generative._known_levels import codes_as_in
from skaug.generative._tree_cells import Cells, CellTree
from skaug.generative._tree_columns import (
    Column,
    number_ranks,
    ranks_among,
    stands_alone,
    table_cells,
    table_columns,
)

__all__ = ["AdversarialForest"]


class AdversarialForest(BaseGenerator):
    r"""Draw each cell from the leaf of a random tree; trees are grown until columns part there.

    A random forest learns to tell the rows from rows whose columns were shuffled. Its leaves then
    yield better fakes, every cell taken on its own from the rows of a leaf, and a forest learns
    to tell those, until none can. Within the leaves l of the last forest columns are (nearly)
    independent, which makes a density:

    .. math:: p(x) = \frac{1}{T} \sum_{t=1}^{T} \sum_l \pi_{tl} \prod_j p_{tl}(x_j)

    A new row takes a random tree and the leaf of a random row of its class, and each of its cells
    from a random row of that class there. Where a leaf has fewer than `min_samples_leaf` of them,
    those under the nearest node above that has are taken. So every cell occurs in its column of
    the table (values, ties, spikes and missing ones), and the order of columns does not matter.
    Where y is numbers, the leaf is that of a row with a similar y.

    Cost: that of two to ``max_iter + 1`` random forests on twice the rows. In general
    `SequentialCART` is as faithful or more and costs less; use the forest for its density, and
    where no order of the columns makes sense. Columns bound by a formula are not kept so.

    Privacy: cells are copied, though rows seldom. Whoever alone has some value can be seen to be
    in the table, and a row that is like many others can come back whole. A larger
    `min_samples_leaf`, or `smooth`, makes that rarer; neither is a guarantee. The fitted model
    itself holds the table.

    Parameters
    ----------
    n_estimators : int, default=30
        T, the trees of each forest.

    min_samples_leaf : int, default=5
        The rows and fakes that a leaf has at least; and the donors of a cell.

    max_iter : int, default=10
        How many forests at most follow the first.

    delta : float, default=0.0
        Stop when a forest tells rows from fakes in a share of ``0.5 + delta`` or less, out of bag.

    smooth : bool, default=False
        Draw numbers from normal distributions, cut off at the limits of the leaf and the column,
        in columns of numbers with fractions. Values that occur more than once keep their share.

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
        Seed of the forests and the draws.

    Attributes
    ----------
    accuracies_ : list of float
        The share that each forest told rightly, out of bag: the first rows from shuffled ones,
        the others rows from fakes of the forest before. Well above 0.5 at the end: `max_iter`
        was too small, or the leaves too large.

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
        If X is sparse.

    See Also
    --------
    SequentialCART : One tree for each column, given those before it.
    KernelDensity : Rows near observed ones.

    Notes
    -----
    Trees see ranks of numbers, so that single precision merges none, and levels of categories in
    the order of what they tell of the other columns.

    A synthetic row weighs what the rows of its class do on average.

    References
    ----------
    .. [1] D. S. Watson, K. Blesch, J. Kapar, M. N. Wright, "Adversarial random forests for
       density estimation and generative modeling", AISTATS, 2023. :doi:`10.48550/arXiv.2205.09435`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skaug.generative import AdversarialForest
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdversarialForest(random_state=0).fit(X, y)
    >>> X_new, y_new = model.sample(y={2: 3, 0: 1})
    >>> X_new.shape, y_new.tolist()
    ((4, 4), [2, 2, 2, 0])
    >>> bool(model.score_samples(X).mean() > model.score_samples(X[:, ::-1]).mean())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseGenerator._parameter_constraints,
        "n_estimators": [sk.Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [sk.Interval(Integral, 1, None, closed="left")],
        "max_iter": [sk.Interval(Integral, 0, None, closed="left")],
        "delta": [sk.Interval(Real, 0, 0.5, closed="both")],
        "smooth": ["boolean"],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        n_estimators: int = 30,
        min_samples_leaf: int = 5,
        max_iter: int = 10,
        delta: float = 0.0,
        smooth: bool = False,
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_iter = max_iter
        self.delta = delta
        self.smooth = smooth
        self.sampling_strategy = sampling_strategy
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _fit_table(self, X: Table, y: AnyTarget, seed: np.random.SeedSequence) -> None:
        if isinstance(y, Target):
            groups = y.codes.astype(np.intp)
            given = Column(groups, is_category=True)
        else:
            groups = np.zeros(len(y), dtype=np.intp)
            given = Column(y.values, is_category=False)
        columns = [*table_columns(X), given]
        self._learn_columns(columns)
        A = np.column_stack(
            [
                cells if column.is_category else number_ranks(cells, column.quantiles.values)
                for cells, column in zip(self._V.T, columns, strict=True)
            ]
        ).astype(np.float32)
        forest, self.accuracies_ = adversarial_forest(
            A,
            max_iter=self.max_iter,
            delta=self.delta,
            rng=np.random.default_rng(seed),
            n_estimators=self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            n_jobs=self.n_jobs,
        )
        units = [None if column.is_category else column.quantiles.values for column in columns]
        self._trees = [CellTree.of(tree.tree_, units) for tree in forest.estimators_]
        self._leaves = forest.apply(A).astype(np.int32)
        self._cells = Cells.of(self._trees, self._leaves, groups, self.min_samples_leaf)
        self._members = [np.flatnonzero(groups == code) for code in range(groups.max() + 1)]

    def _learn_columns(self, columns: list[Column]) -> None:
        """Keep the table as numbers, y last: those of a category are ranks of its levels."""
        ranks = [ranks_among(columns, j) if c.is_category else None for j, c in enumerate(columns)]
        pairs = list(zip(columns, ranks, strict=True))
        self._levels = [None if r is None else c.levels[np.argsort(r)] for c, r in pairs]
        self._V = np.column_stack([c.cells if r is None else r[c.positions] for c, r in pairs])
        self._is_smooth = np.zeros(self._V.shape, dtype=bool)
        if self.smooth:
            numbers = [stands_alone(c.cells) & (r is None) for c, r in pairs]
            self._is_smooth = np.column_stack(numbers)

    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        rows = self._rows_like(y, rng)
        trees = random_indices(rng, len(self._trees), len(y))
        V = self._V[:, :-1]
        donors = self._cells.drawn(trees, rows, rng.random((len(y), V.shape[1])))
        drawn = np.take_along_axis(V, donors, axis=0)
        if self._is_smooth.any():
            is_smooth = np.take_along_axis(self._is_smooth[:, :-1], donors, axis=0)
            drawn[is_smooth] = self._smooth_draws(rows, trees, rng)[is_smooth]
        return table_cells(list(drawn.T), self._levels[:-1])

    def _smooth_draws(self, rows: Indices, trees: Indices, rng: np.random.Generator) -> Floats:
        """Draw the numbers of the cells of `rows` in `trees` from normal distributions."""
        cells, uniform = self._cells, rng.random((len(rows), self._V.shape[1]))
        drawn = np.empty(uniform.shape)
        for t, tree in enumerate(self._trees):
            at = np.flatnonzero(trees == t)
            where = [part[t, rows[at]] for part in (cells.starts, cells.sizes, cells.nodes)]
            drawn[at] = normal_draws(
                tree,
                cells.donors[t],
                *where,
                V=self._V,
                is_smooth=self._is_smooth,
                uniform=uniform[at],
            )
        return drawn[:, :-1]

    def _rows_like(self, y: NDArray[Any], rng: np.random.Generator) -> Indices:
        """Draw a row of the class, or with a number like it, for each entry of y."""
        if y.dtype.kind == "f":
            known = self._V[:, -1]
            return donors_near(y, known, silverman(len(known), 1) * float(known.std()), rng)
        rows = np.empty(len(y), dtype=np.intp)
        for code in np.unique(y):
            at, members = np.flatnonzero(y == code), self._members[code]
            rows[at] = members[random_indices(rng, len(members), len(at))]
        return rows

    def score_samples(self, X: Any, y: Any = None) -> Floats:
        """Return the log of the density of rows.

        Within a leaf numbers have normal distributions, cut off at the limits of the leaf, and
        categories their shares. Whatever a row misses, and a category that `fit` has not seen,
        may be anything: the density is that of the other columns. Columns that hold one value
        only are left out. Each leaf has one row more than those in it, spread as the table is,
        so that no density is 0.

        Parameters
        ----------
        X : same kind of container as in `fit`, of shape (n, n_features)
            The rows.

        y : array-like of shape (n,), default=None
            Their labels or numbers, for the density of both; None: that of X alone.

        Returns
        -------
        log_density : ndarray of shape (n,)
            The natural logarithms.
        """
        check_is_fitted(self)
        table = self._read_again(X)
        given = np.full(table.shape[0], np.nan)
        if y is not None:
            given = self._known.given(y, f"{type(self).__name__}.score_samples")
            if len(given) != table.shape[0]:
                raise ValueError(
                    f"y of {type(self).__name__}.score_samples must have as many rows as X, "
                    f"{table.shape[0]}; it has {len(given)}."
                )
        codes = iter(codes_as_in(self._blank_table, table).T)
        numbers = iter(table.numeric.T)
        cells = [next(numbers if own is None else codes) for own in self._levels[:-1]]
        Q = np.column_stack([*map(_as_numbers, [*cells, given], self._levels)])
        is_category = np.array([own is not None for own in self._levels])
        return log_density(self._trees, self._leaves, self._V, is_category, Q)

    def _read_again(self, X: Any) -> Table:
        if is_sparse(X):
            raise ValueError(
                f"{type(self).__name__} does not work on sparse data. Pass X.toarray()."
            )
        table = read_table(
            clone(self),  # reading sets what is known of the table that was learnt
            X,
            np.zeros(sk.num_samples(X)),
            categorical_features=self._blank_table.is_categorical,
        )
        validate_data(self, X, reset=False, skip_check_array=True)
        return table


def _as_numbers(cells: NDArray[Any], levels: Indices | None) -> Floats:
    """Return numbers as they are, and codes as their places in `levels`; NaN where missing."""
    if levels is None or cells.dtype.kind == "f":  # numbers, or a y that is not known
        return cells.astype(np.float64)
    places = np.full(int(levels.max()) + 2, np.nan)
    places[levels] = np.arange(len(levels))
    places[-1] = np.nan  # what is missing may be anything
    found: Floats = places[cells]
    return found
