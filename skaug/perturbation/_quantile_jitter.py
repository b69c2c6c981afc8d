"""QuantileJitter: noise on the ranks of numbers, and so within what a column has."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.base import Target
from skaug.perturbation._base import PerturbationSampler

__all__ = ["QuantileJitter"]


class QuantileJitter(PerturbationSampler):
    r"""Append copies of rows in which each number moves by a few ranks of its column.

    .. math:: \tilde x_j = F_j^{-1}\big(F_j(x_j) + \varepsilon_j\big), \quad
       \varepsilon_j \sim U(-scale, scale), \quad \tilde y = y

    with :math:`F_j` the distribution of column j, and what passes 0 or 1 reflected. So numbers
    stay within the column, move little where it is dense and far where it is not, and keep their
    distribution: there are no negative ages, and no scale to choose for a long tail.
    `GaussianNoise` is the better known, for columns that are about normal.

    Equal numbers share a stretch of ranks, of which each draws one: a frequent value mostly stays
    as it is. Between two values that follow each other the result is interpolated; integers are
    rounded. Categories and constant columns stay; what a row misses, its copies miss. y may be
    anything, numbers too.

    It ignores how columns go together, and helps trees little, but to smooth. Cost: O(rows made x
    columns x log(rows)).

    Parameters
    ----------
    scale : float in [0, 1], default=0.05
        How far to move at most, as a share of all ranks.

    snap : bool, default=False
        Return only values that the column has, and none between them: for numbers that stand for
        something else, such as codes or prices in steps.

    copies : int, default=1
        Changed rows for each original one, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all rows. Otherwise rows are made class by class, to the counts
        that it asks for as in `skaug.over_sampling.SMOTE`, of rows of the class drawn with
        replacement.

    features : str, array-like or None, default=None
        The columns that are changed: a mask, indices or names; None for all numeric ones.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

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
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse: most of its ranks are shared by the zeros.

    See Also
    --------
    GaussianNoise : Noise in proportion to the deviation of a column.
    SwapNoise : Any value of the column, by chance.

    Notes
    -----
    How far row i in copy c moves is a function of (random_state, c, i); where that leads is one of
    the rows given to `fit` or `fit_resample` too, which make :math:`F_j`. `augment` moves a value
    beyond them to the nearest one first.

    Reflection keeps the distribution, where clipping would pile up copies of the extremes.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.perturbation import QuantileJitter
    >>> X, y = np.random.default_rng(0).lognormal(size=(200, 3)), np.arange(200) % 2
    >>> X_res, y_res = QuantileJitter(scale=0.1, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (400, 3)
    >>> bool((X_res.min(axis=0) == X.min(axis=0)).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PerturbationSampler._parameter_constraints,
        "scale": [sk.Interval(Real, 0, 1, closed="both")],
        "snap": ["boolean"],
    }

    def __init__(
        self,
        *,
        scale: float = 0.05,
        snap: bool = False,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        features: Any = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.scale = scale
        self.snap = snap
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.features = features
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, X: Floats, y: Target | None) -> None:
        self._ranks = [Ranks.of(column) for column in X.T]

    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        steps = self.scale * (2 * rng.uniforms(X.shape[1]) - 1)
        in_tie = None
        if any(ranks.last is not None for ranks in self._ranks):
            in_tie = rng.uniforms(X.shape[1], stream=1)
        for j, ranks in enumerate(self._ranks):
            there = np.flatnonzero(~np.isnan(X[:, j]))
            if len(there) and len(ranks):
                share = 0.0 if in_tie is None else in_tie[there, j]
                rank = ranks.of_numbers(X[there, j], share) + len(ranks) * steps[there, j]
                X[there, j] = ranks.numbers(reflected(rank, len(ranks)), snap=self.snap)
        return X


@dataclass(frozen=True)
class Ranks:
    """The ranks of a column's numbers, from 0 on; equal ones have a stretch of them.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        The numbers, sorted; missing ones left out.

    last : ndarray of shape (n,) or None
        The last rank of those that are equal to each; None where no two are.
    """

    ordered: Floats
    last: NDArray[np.intp] | None

    @classmethod
    def of(cls, column: Floats) -> Self:
        """Rank the numbers of a column."""
        ordered = np.sort(column[~np.isnan(column)])
        ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)])
        if len(ends) == len(ordered):
            return cls(ordered, None)
        return cls(ordered, np.repeat(ends, np.diff(ends, prepend=-1)))

    def __len__(self) -> int:
        return len(self.ordered)

    def of_numbers(self, x: Floats, share: Floats | float) -> Floats:
        """Return the ranks of numbers: of equal ones, the one at a share of their stretch.

        A number between two has a rank between theirs, one beyond all that of the nearest.
        """
        x = np.clip(x, self.ordered[0], self.ordered[-1])
        by_size = np.argsort(x)  # one after the other they are found half again as quickly
        first = np.empty(len(x), dtype=np.intp)
        first[by_size] = np.searchsorted(self.ordered, x[by_size])
        rank: Floats = first.astype(np.float64)
        if self.last is not None:
            rank += share * (self.last[first] - first)
        new = np.flatnonzero(self.ordered[first] != x)
        if len(new):
            low, high = self.ordered[first[new] - 1], self.ordered[first[new]]
            rank[new] = first[new] - 1 + (x[new] - low) / (high - low)
        return rank

    def numbers(self, rank: Floats, *, snap: bool) -> Floats:
        """Return the numbers at ranks, or at the nearest ones if to snap."""
        end = len(self) - 1
        rank = np.clip(rank, 0, end)
        if snap:
            return self.ordered[np.rint(rank).astype(np.intp)]
        place = rank.astype(np.intp)
        low, high = self.ordered[place], self.ordered[np.minimum(place + 1, end)]
        numbers: Floats = np.minimum(low + (rank - place) * (high - low), high)
        return numbers


def reflected(rank: Floats, n: int) -> Floats:
    """Return ranks that lie half a rank or more, but at most n, beyond those of n rows mirrored."""
    rank = np.where(rank < -0.5, -1 - rank, rank)
    return np.where(rank > n - 0.5, 2 * n - 1 - rank, rank)
