"""Imbalance among labels: IRLbl, MeanIR and SCUMBLE, the measures multi-label samplers go by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.multilabel import MultilabelTarget

__all__ = ["imbalance_per_label", "mean_imbalance", "minority_labels", "scumble", "scumble_per_row"]


def imbalance_per_label(y: Any) -> Floats:
    r"""Return how many times rarer each label is than the most frequent one (IRLbl).

    .. math:: IRLbl(l) = \max_{l'} n_{l'} / n_l

    with :math:`n_l` the number of rows that have label l. 1 is the most frequent label's.

    Parameters
    ----------
    y : array-like, sparse matrix or data frame of shape (n, n_labels)
        A column of 0 and 1 for each label.

    Returns
    -------
    imbalance : ndarray of shape (n_labels,)
        The ratios; infinity for a label that no row has.

    See Also
    --------
    mean_imbalance : Their mean.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera, "Addressing imbalance in
       multilabel classification: measures and random resampling algorithms", Neurocomputing
       163, 2015. :doi:`10.1016/j.neucom.2014.08.091`

    Examples
    --------
    >>> from skaug.metrics import imbalance_per_label
    >>> imbalance_per_label([[1, 0], [1, 1], [1, 0]])
    array([1., 3.])
    """
    return _imbalance(MultilabelTarget(y, owner="imbalance_per_label"))


def mean_imbalance(y: Any) -> float:
    r"""Return the mean of `imbalance_per_label` over the labels that occur (MeanIR).

    Labels rarer than this mean are those that multi-label samplers call minority labels. 1 is
    perfect balance.

    Parameters
    ----------
    y : array-like, sparse matrix or data frame of shape (n, n_labels)
        A column of 0 and 1 for each label.

    Returns
    -------
    imbalance : float
        The mean; NaN where no row has any label.

    Notes
    -----
    A label that no row has is left out: it cannot be sampled. The R package mldr counts it as 0.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera, "Addressing imbalance in
       multilabel classification: measures and random resampling algorithms", Neurocomputing
       163, 2015. :doi:`10.1016/j.neucom.2014.08.091`

    Examples
    --------
    >>> from skaug.metrics import mean_imbalance
    >>> mean_imbalance([[1, 0], [1, 1], [1, 0]])
    2.0
    """
    return _mean_of_present(_imbalance(MultilabelTarget(y, owner="mean_imbalance")))


def minority_labels(y: Any) -> NDArray[np.bool_]:
    """Tell which labels occur, and are rarer than `mean_imbalance` says labels are on average.

    Parameters
    ----------
    y : array-like, sparse matrix or data frame of shape (n, n_labels)
        A column of 0 and 1 for each label.

    Returns
    -------
    is_minority : ndarray of bool of shape (n_labels,)
        The minority labels.

    Examples
    --------
    >>> from skaug.metrics import minority_labels
    >>> minority_labels([[1, 0], [1, 1], [1, 0]])
    array([False,  True])
    """
    imbalance = _imbalance(MultilabelTarget(y, owner="minority_labels"))
    return np.isfinite(imbalance) & (imbalance > _mean_of_present(imbalance))


def scumble_per_row(y: Any) -> Floats:
    r"""Return how far apart in frequency the labels of each row are (SCUMBLE of a row).

    .. math:: SCUMBLE_i = 1 - \left(\prod_{l \in Y_i} IRLbl(l)\right)^{1/|Y_i|} \Big/
       \frac{1}{|Y_i|} \sum_{l \in Y_i} IRLbl(l)

    It is Atkinson's index of inequality: 0 where all labels of the row are equally frequent,
    near 1 where a very rare one stands beside a very frequent one.

    Parameters
    ----------
    y : array-like, sparse matrix or data frame of shape (n, n_labels)
        A column of 0 and 1 for each label.

    Returns
    -------
    scumble : ndarray of shape (n,)
        From 0 to below 1; 0 for a row with one label or none.

    See Also
    --------
    scumble : Their mean.

    References
    ----------
    .. [1] F. Charte, A. Rivera, M. J. del Jesus, F. Herrera, "Concurrence among imbalanced
       labels and its influence on multilabel resampling algorithms", Hybrid Artificial
       Intelligence Systems, 2014. :doi:`10.1007/978-3-319-07617-1_10`

    Examples
    --------
    >>> from skaug.metrics import scumble_per_row
    >>> scumble_per_row([[1, 0], [1, 1], [1, 0], [1, 0]]).round(3).tolist()
    [0.0, 0.2, 0.0, 0.0]
    """
    return _scumble(MultilabelTarget(y, owner="scumble_per_row"))


def scumble(y: Any) -> float:
    """Return the mean of `scumble_per_row`: how much rare and frequent labels share rows.

    The higher it is, the more copying the rows of rare labels copies frequent ones too, and the
    less `MLRandomOverSampler` and `MLSMOTE` can balance; `REMEDIAL` may then come first.

    Parameters
    ----------
    y : array-like, sparse matrix or data frame of shape (n, n_labels)
        A column of 0 and 1 for each label.

    Returns
    -------
    scumble : float
        From 0 to below 1.

    References
    ----------
    .. [1] F. Charte, A. Rivera, M. J. del Jesus, F. Herrera, "Concurrence among imbalanced
       labels and its influence on multilabel resampling algorithms", Hybrid Artificial
       Intelligence Systems, 2014. :doi:`10.1007/978-3-319-07617-1_10`

    Examples
    --------
    >>> from skaug.metrics import scumble
    >>> round(scumble([[1, 0], [1, 1], [1, 0], [1, 0]]), 3)
    0.05
    """
    return float(_scumble(MultilabelTarget(y, owner="scumble")).mean())


def _imbalance(target: MultilabelTarget) -> Floats:
    ratio = np.full(len(target.counts), np.inf)
    highest = target.counts.max(initial=0)
    return np.divide(highest, target.counts, out=ratio, where=target.counts > 0)


def _mean_of_present(imbalance: Floats) -> float:
    present = imbalance[np.isfinite(imbalance)]
    return float(present.mean()) if len(present) else float("nan")


def _scumble(target: MultilabelTarget) -> Floats:
    imbalance = _imbalance(target)
    imbalance[target.counts == 0] = 1  # on no row; infinity times 0 would be NaN
    n_labels = np.diff(target.indicator.indptr)
    some = np.maximum(n_labels, 1)
    geometric = np.exp((target.indicator @ np.log(imbalance)) / some)
    arithmetic = (target.indicator @ imbalance) / some
    found = np.zeros(len(target))
    np.divide(geometric, arithmetic, out=found, where=n_labels > 1)
    return np.where(n_labels > 1, np.maximum(1 - found, 0), 0.0)
