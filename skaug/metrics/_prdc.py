"""Precision, recall, density and coverage: how near made rows are to real ones, and how many."""

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.utils.validation import check_array

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug.neighbors import kneighbors

__all__ = ["PRDC", "precision_recall_density_coverage"]

_BLOCK = 2**20  # distances held at once
_ROUNDING = 1 + 1e-10  # of radii: two ways to sum up a distance differ in the last digits


class PRDC(NamedTuple):
    """What `precision_recall_density_coverage` returns, in this order."""

    precision: float
    recall: float
    density: float
    coverage: float


def precision_recall_density_coverage(X_real: Any, X_made: Any, *, k_neighbors: int = 5) -> PRDC:
    r"""Return how many made rows lie among real ones, and how many real ones among made ones.

    Around each row is a ball up to its k-th neighbour among its like, of radius :math:`r_i`
    around real row :math:`x_i` and :math:`s_j` around made row :math:`y_j`. Of n real and m
    made rows,

    .. math::

       precision = \frac1m \sum_j \max_i [d_{ij} \le r_i] \qquad
       recall = \frac1n \sum_i \max_j [d_{ij} \le s_j]

       density = \frac1{km} \sum_{ij} [d_{ij} \le r_i] \qquad
       coverage = \frac1n \sum_i \max_j [d_{ij} \le r_i]

    Precision is the share of made rows that could be real, recall the share of real rows that
    could have been made. Density and coverage say the same by the balls of real rows alone, so
    that a few odd made rows do not change them. A precision of 1 and a density well above 1
    beside a recall near 0 are the mark of rows that are too smooth or too much alike.

    Distances are Euclidean: scale columns first, and encode categories as numbers. Take real
    rows that the maker of the others has not seen, or copies look perfect; and about as many
    made rows as real ones. With hundreds of columns or with few rows all four say little.

    Parameters
    ----------
    X_real : array-like of shape (n, d)
        Real rows: numbers, none missing.

    X_made : array-like of shape (m, d)
        Made ones, with the same columns.

    k_neighbors : int, default=5
        The neighbour a ball reaches to. More make all four higher.

    Returns
    -------
    precision, recall : float
        From 0 to 1.

    density : float
        From 0; about 1 for rows drawn as the real ones are.

    coverage : float
        From 0 to 1. They come as a named tuple.

    Raises
    ------
    ValueError
        If there are fewer than ``k_neighbors + 1`` rows of a kind, if the columns differ, or if
        values are missing.

    Notes
    -----
    The cost is :math:`O(nmd)` in time, and what the neighbours within both sets take; memory
    beyond the rows is bounded.

    The edge of a ball belongs to it, as in [1]_; the authors' code of [2]_ leaves it out, which
    differs where rows are equal. So the density of rows beside themselves is
    :math:`1 + 1/k` if no distances tie.

    References
    ----------
    .. [1] T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved precision and
       recall metric for assessing generative models", NeurIPS 2019.
       :doi:`10.48550/arXiv.1904.06991`

    .. [2] M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo, "Reliable fidelity and diversity metrics
       for generative models", ICML 2020. :doi:`10.48550/arXiv.2002.09797`

    Examples
    --------
    >>> from skaug.metrics import precision_recall_density_coverage
    >>> real = [[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]]
    >>> made = [[0.0], [0.4], [0.8], [1.2]]  # one of the two groups
    >>> found = precision_recall_density_coverage(real, made, k_neighbors=2)
    >>> found.precision, found.recall
    (1.0, 0.5)
    """
    sk.validate_parameter_constraints(
        {"k_neighbors": [sk.Interval(Integral, 1, None, closed="left")]},
        {"k_neighbors": k_neighbors},
        caller_name="precision_recall_density_coverage",
    )
    real, made = _checked(X_real, X_made, k_neighbors)
    of_real, of_made = _radii(real, k_neighbors), _radii(made, k_neighbors)
    n_inside, is_precise = 0, np.zeros(len(made), dtype=bool)
    is_covered, is_recalled = np.empty((2, len(real)), dtype=bool)
    step = max(1, _BLOCK // len(made))
    for begin in range(0, len(real), step):
        block = slice(begin, begin + step)
        distance = cdist(real[block], made)
        is_inside = distance <= of_real[block, None]
        n_inside += int(np.count_nonzero(is_inside))
        is_precise |= is_inside.any(axis=0)
        is_covered[block] = is_inside.any(axis=1)
        is_recalled[block] = (distance <= of_made).any(axis=1)
    return PRDC(
        precision=float(is_precise.mean()),
        recall=float(is_recalled.mean()),
        density=n_inside / (k_neighbors * len(made)),
        coverage=float(is_covered.mean()),
    )


def _checked(X_real: Any, X_made: Any, k: int) -> tuple[Floats, Floats]:
    """Return both as arrays of moderate numbers, so that no square overflows or vanishes."""
    owner = "precision_recall_density_coverage"
    names = [list(X.columns) for X in (X_real, X_made) if hasattr(X, "columns")]
    if len(names) == 2 and names[0] != names[1]:
        raise ValueError(
            f"{owner} compares rows with the same columns in the same order; X_real has "
            f"{names[0]} and X_made has {names[1]}. Pass X_made[X_real.columns]."
        )
    rows = {}
    for name, X in (("X_real", X_real), ("X_made", X_made)):
        rows[name] = check_array(X, dtype=np.float64, input_name=name, estimator=owner)
        if len(rows[name]) <= k:
            raise ValueError(
                f"{owner} needs at least k_neighbors + 1 = {k + 1} rows in {name}; it has "
                f"{len(rows[name])}. Set k_neighbors lower, or give more rows."
            )
    real, made = rows["X_real"], rows["X_made"]
    if real.shape[1] != made.shape[1]:
        raise ValueError(
            f"{owner} compares rows with the same columns; X_real has {real.shape[1]} and X_made "
            f"has {made.shape[1]}. Give both the same ones."
        )
    exponent = np.frexp(max(np.abs(real).max(), np.abs(made).max()))[1]
    return np.ldexp(real, -exponent), np.ldexp(made, -exponent)


def _radii(rows: Floats, k: int) -> Floats:
    """Return the distance of each row to its k-th neighbour."""
    last = kneighbors(rows, k)[:, -1]
    radii: Floats = np.linalg.norm(rows - rows[last], axis=1) * _ROUNDING
    return radii
