"""SERA: the squared error where it matters."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_consistent_length

from skaug.metrics._relevance import relevance_of_extremes

__all__ = ["sera_score"]


def sera_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    relevance: Callable[[Any], Any] | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Return the squared error-relevance area: squared errors weighted by relevance, summed.

    .. math:: SERA = \int_0^1 \sum_{i : \phi(y_i) \ge t} (\hat y_i - y_i)^2 \, dt
       = \sum_i \phi(y_i) (\hat y_i - y_i)^2

    The area has this closed form, because row i counts for all t up to :math:`\phi(y_i)`.
    Lower is better; 0 is perfect.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        The true values.

    y_pred : array-like of shape (n,)
        The predicted ones.

    relevance : callable, default=None
        The relevance of true values; None: `relevance_of_extremes` of `y_true`. To compare
        folds, make one from the training data and give it to all.

    sample_weight : array-like of shape (n,), default=None
        Weights of the rows.

    Returns
    -------
    score : float
        The area.

    References
    ----------
    .. [1] R. P. Ribeiro, N. Moniz, "Imbalanced regression and extreme value prediction", Machine
       Learning 109, 2020. :doi:`10.1007/s10994-020-05900-9`

    Examples
    --------
    >>> from skaug.metrics import relevance_of_points, sera_score
    >>> phi = relevance_of_points([[0, 0], [10, 1]])
    >>> sera_score([0, 10], [3, 8], relevance=phi)
    4.0
    """
    check_consistent_length(y_true, y_pred, sample_weight)
    y_true = np.asarray(y_true, dtype=np.float64).ravel()
    y_pred = np.asarray(y_pred, dtype=np.float64).ravel()
    phi = np.asarray((relevance or relevance_of_extremes(y_true))(y_true))
    weight = 1.0 if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    return float(np.sum(weight * phi * (y_pred - y_true) ** 2))
