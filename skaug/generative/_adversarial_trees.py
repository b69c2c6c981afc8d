"""Trees that leave the columns of a table independent within their leaves, and what they tell."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from sklearn.ensemble import RandomForestClassifier

from skaug._core.batch import Floats, Indices
from skaug._core.rng import random_indices
from skaug.generative._tree_cells import Cells, CellTree

__all__ = ["adversarial_forest", "fakes_of", "normal_draws"]


def adversarial_forest(
    A: NDArray[np.float32],
    *,
    max_iter: int,
    delta: float,
    rng: np.random.Generator,
    **parameters: int | None,
) -> tuple[RandomForestClassifier, list[float]]:
    """Grow forests that tell rows from fakes, which come from the leaves of the forest before.

    The first fakes have every column shuffled. It ends when fakes cannot be told from rows, or
    can be told as well as those before: then the columns are independent within the leaves, as
    far as leaves of their size allow.

    Returns
    -------
    forest : RandomForestClassifier
        The last forest.

    accuracies : list of float
        The share that each forest told rightly, out of bag.
    """
    forest, told = _grown(A, rng.permuted(A, axis=0), rng, parameters)
    accuracies = [told]
    while accuracies[-1] > 0.5 + delta and len(accuracies) <= max_iter:
        forest, told = _grown(A, fakes_of(forest, A, rng), rng, parameters)
        accuracies.append(told)
        if told >= accuracies[-2]:
            break
    return forest, accuracies


def _grown(
    A: NDArray[np.float32],
    fakes: NDArray[np.float32],
    rng: np.random.Generator,
    parameters: dict[str, int | None],
) -> tuple[RandomForestClassifier, float]:
    seed = int(rng.integers(2**31))
    forest = RandomForestClassifier(**parameters, oob_score=True, random_state=seed)
    with warnings.catch_warnings():  # rows that were in every bag count as told wrongly
        warnings.filterwarnings("ignore", "Some inputs do not have OOB scores")
        forest.fit(np.concatenate([A, fakes]), np.repeat([0, 1], len(A)))
    return forest, float(forest.oob_score_)


def fakes_of(
    forest: RandomForestClassifier, A: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw as many rows as there are, each column on its own from a leaf that a row is in."""
    trees = [CellTree.of(tree.tree_) for tree in forest.estimators_]
    cells = Cells.of(trees, forest.apply(A), np.zeros(len(A), dtype=np.intp), min_size=1)
    which = random_indices(rng, len(trees), len(A))
    donors = cells.drawn(which, random_indices(rng, len(A), len(A)), rng.random(A.shape))
    fakes: NDArray[np.float32] = np.take_along_axis(A, donors, axis=0)
    return fakes


def normal_draws(
    tree: CellTree,
    donors: Indices,
    starts: Indices,
    sizes: Indices,
    nodes: Indices,
    *,
    V: Floats,
    is_smooth: NDArray[np.bool_],
    uniform: Floats,
) -> Floats:
    """Draw from normal distributions fitted to the numbers of cells, within their nodes.

    Parameters
    ----------
    tree : CellTree
        The tree.

    donors : ndarray of shape (n,)
        The rows, those of one cell together.

    starts, sizes, nodes : ndarray of shape (m,)
        Where each of the cells begins, how many rows it has, and its node.

    V : ndarray of shape (n, d)
        The numbers of all rows.

    is_smooth : ndarray of bool of shape (n, d)
        Those that the distributions are fitted to.

    uniform : ndarray of shape (m, d)
        Numbers between 0 and 1, which choose.

    Returns
    -------
    drawn : ndarray of shape (m, d)
        The numbers, NaN where a cell has none to fit.
    """
    present = is_smooth[donors]
    fitted = np.maximum(np.count_nonzero(is_smooth, axis=0), 1)
    centre = np.sum(V, axis=0, where=is_smooth) / fitted
    Z = np.where(present, V[donors] - centre, 0)
    count, total, square = (_sums(B, starts, sizes) for B in (present, Z, Z**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        spread = np.sqrt(np.maximum(square / count - mean**2, 0))
        mean += centre
        low, high = tree.boxes(V.shape[1])
        low = np.maximum(low[nodes], np.min(V, axis=0, where=is_smooth, initial=np.inf))
        high = np.minimum(high[nodes], np.max(V, axis=0, where=is_smooth, initial=-np.inf))
        below, above = ndtr((low - mean) / spread), ndtr((high - mean) / spread)
        drawn = mean + spread * ndtri(below + uniform * (above - below))
    drawn = np.where(spread > 0, drawn, mean)
    bounded: Floats = np.clip(drawn, low, high)
    return bounded


def _sums(B: NDArray[np.generic], starts: Indices, sizes: Indices) -> Floats:
    """Return the sums of the rows of B from each start on."""
    up_to = np.zeros((len(B) + 1, B.shape[1]))
    np.cumsum(B, axis=0, out=up_to[1:])
    return up_to[starts + sizes] - up_to[starts]
