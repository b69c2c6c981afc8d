"""What cross-validation scores say: the corrected interval, and the words for it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

__all__ = ["Interval", "nadeau_bengio_interval", "tune_threshold", "verdict"]


class Interval(NamedTuple):
    """A mean over folds, its standard error, and a confidence interval around it."""

    mean: float
    se: float
    low: float
    high: float


def nadeau_bengio_interval(
    values: ArrayLike, *, test_share: float, confidence: float = 0.95
) -> Interval:
    r"""Return the mean of fold-wise values with the interval of Nadeau and Bengio.

    The folds of cross-validation share training rows, so their scores are not independent and
    the usual standard error is too small. With J values of sample variance :math:`S^2`, the
    corrected one is

    .. math:: \sqrt{\left(\frac{1}{J} + \frac{n_{test}}{n_{train}}\right) S^2}

    and the interval takes Student's t with J - 1 degrees of freedom.

    Parameters
    ----------
    values : array-like of shape (J,)
        One value for each fold: a score, or the difference of two scores on the same fold.

    test_share : float
        :math:`n_{test} / n_{train}`: 0.25 in 5-fold cross-validation, repeated or not.

    confidence : float, default=0.95
        The confidence level of the interval.

    Returns
    -------
    interval : Interval
        A named tuple of `mean`, `se`, `low` and `high`.

    References
    ----------
    .. [1] Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine
       Learning 52, 239-281. :doi:`10.1023/A:1024068626366`

    .. [2] Bouckaert, R. R. and Frank, E. (2004). Evaluating the replicability of significance
       tests for comparing learning algorithms. PAKDD 2004, 3-12.
       :doi:`10.1007/978-3-540-24775-3_3`

    Examples
    --------
    >>> from skaug.model_selection import nadeau_bengio_interval
    >>> differences = [0.02, 0.01, 0.03, 0.00, 0.02]
    >>> low, high = nadeau_bengio_interval(differences, test_share=0.25)[2:]
    >>> print(f"{low:.4f} to {high:.4f}")
    -0.0052 to 0.0372
    """
    values = np.asarray(values, dtype=np.float64)
    n_folds = values.size
    if values.ndim != 1 or n_folds < 2:
        raise ValueError(
            f"nadeau_bengio_interval needs a 1-d array of at least 2 values; got {n_folds} in "
            f"an array of shape {values.shape}. Use more folds or repeats."
        )
    mean = float(values.mean())
    se = float(np.sqrt((1 / n_folds + test_share) * values.var(ddof=1)))
    margin = se * float(stats.t.ppf((1 + confidence) / 2, df=n_folds - 1))
    return Interval(mean, se, mean - margin, mean + margin)


def verdict(difference: Interval, greater_is_better: bool) -> str:
    """Say what the interval of a difference to the baseline is evidence of."""
    if difference.low <= 0 <= difference.high:
        return "no evidence of gain"
    return "gain" if (difference.mean > 0) == greater_is_better else "loss"


def tune_threshold(is_positive: NDArray[Any], score: NDArray[Any]) -> float:
    """Return the threshold on `score` with the best balanced accuracy on these rows.

    Rows with ``score >= threshold`` are called positive. The threshold lies halfway between two
    neighbouring scores; of several that are equally good, the one in the middle is taken.
    """
    order = np.argsort(-score, kind="stable")
    score = score[order]
    hits = np.cumsum(is_positive[order])
    called = np.arange(1, score.size + 1)
    rate = hits / hits[-1] - (called - hits) / (score.size - hits[-1])
    # a cut between two rows of one score is no cut; after the last row all are positive
    cut = np.append(score[:-1] > score[1:], True)
    best = np.flatnonzero(cut & np.isclose(rate, rate[cut].max(), rtol=0, atol=1e-12))
    last_called = best[best.size // 2]
    if last_called + 1 == score.size:
        return float(score[-1])
    return float((score[last_called] + score[last_called + 1]) / 2)
