"""SwapNoise: cells replaced by those of other rows of the same column."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import Table
from skaug.base import Target
from skaug.perturbation._cell_sampler import CellSampler

__all__ = ["SwapNoise"]


class SwapNoise(CellSampler):
    r"""Append copies of rows in which cells are replaced by those of other rows in the column.

    .. math:: \tilde x_j = \begin{cases} x_{r_j, j} & \text{with probability } p \\
       x_j & \text{otherwise} \end{cases}, \quad r_j \text{ uniform over the rows}, \quad
       \tilde y = y

    with a row :math:`r_j` drawn for every cell, of all rows or of those of the row's class (its
    own among them). Every column keeps its distribution, so no scale needs to be chosen, and
    cells are copied, never computed: categories, integers, text and missing values need no care.
    A model learns to lean on no single column.

    It takes columns apart that depend on each other, and what is swapped in may belong to another
    class: the label is kept only if `p` is small. ``by_class=True`` is safer, but tells the class
    apart by its columns one by one. For trees copies with noise are mostly a smoothing. Cost:
    O(rows made x columns).

    Parameters
    ----------
    p : float in [0, 1], default=0.15
        Probability that a cell is replaced. 0.15 is usual for autoencoders of tables; for
        training on the labels less is often better.

    by_class : bool, default=False
        Take the cells from rows of the same class. y then has to hold one class label a row, and
        `augment` is not available.

    copies : int, default=1
        Changed rows for each original one, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all rows. Otherwise rows are made class by class, to the counts
        that it asks for as in `skaug.over_sampling.SMOTE`, of rows of the class drawn with
        replacement.

    features : str, array-like or None, default=None
        The columns in which cells are replaced: a mask, indices or names; None for all.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: every cell has a donor of its own.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: cells that are swapped in fill the zeros.

    See Also
    --------
    FeatureMask : Hides cells instead.
    skaug.mixing.CutMix : Takes cells from one partner, and its label in proportion.

    Notes
    -----
    Which cells of row i in copy c are replaced is a function of (random_state, c, i). By which
    cells is one of the donors too: of the rows given to `fit` or `fit_resample`, in their order,
    or with ``by_class=True`` of those of the class. For `augment` the sampler holds on to them.

    A missing value is copied like any other, so a copy may miss what its row has: each column then
    keeps its share of missing values, of each class too with ``by_class=True``.

    References
    ----------
    .. [1] D. Bahri, H. Jiang, Y. Tay, D. Metzler, "SCARF: self-supervised contrastive learning
       using random feature corruption", ICLR 2022. :doi:`10.48550/arXiv.2106.15147`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import SwapNoise
    >>> X, y = np.array([[0, 10], [1, 11], [2, 12], [3, 13]]), np.array([0, 0, 1, 1])
    >>> X_res, y_res = SwapNoise(p=0.5, by_class=True, random_state=0).fit_resample(X, y)
    >>> X_res.shape, y_res.tolist()
    ((8, 2), [0, 0, 1, 1, 0, 0, 1, 1])
    >>> bool((X_res[:, 1] >= 10).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CellSampler._parameter_constraints,
        "by_class": ["boolean"],
    }
    del _parameter_constraints["categorical_features"]  # of no matter to cells that are copied

    def __init__(
        self,
        *,
        p: float = 0.15,
        by_class: bool = False,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        features: Any = None,
        random_state: RandomState = None,
    ) -> None:
        self.p = p
        self.by_class = by_class
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.features = features
        self.random_state = random_state

    def _donors_of(self, table: Table, y: Target | None) -> Any:
        n_rows = table.shape[0]
        if y is None:
            self._pool = np.arange(n_rows), np.zeros(1, dtype=int), np.array([n_rows])
        else:  # the rows of each class after each other
            sizes = np.bincount(y.codes, minlength=len(y.classes))
            self._pool = np.argsort(y.codes, kind="stable"), np.cumsum(sizes) - sizes, sizes
        return table.native

    def _donor_rows(self, share: Floats, classes: Indices | None) -> NDArray[np.intp]:
        order, begin, size = self._pool
        code = np.zeros(1, dtype=int) if classes is None else classes
        place = (share * size[code]).astype(np.intp)
        rows: NDArray[np.intp] = order[begin[code] + np.minimum(place, size[code] - 1)]
        return rows  # the minimum as a share just below 1 may be rounded up

    @property
    def _label_reader(self) -> str | None:
        return "by_class" if self.by_class else None
