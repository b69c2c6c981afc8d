"""Random over-sampling of a table with several labels a row."""

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from skaug._core import sklearn as sk
from skaug._core.batch import Batch
from skaug._core.rng import RandomState, class_rng
from skaug.base import Table
from skaug.over_sampling._multilabel import MultilabelSampler

__all__ = ["MLRandomOverSampler", "rows_to_copy"]


class MLRandomOverSampler(MultilabelSampler):
    r"""Over-sample a multi-label table by copying rows that have a minority label (ML-ROS).

    A label is in the minority if it is rarer than labels are on average,

    .. math:: IRLbl(l) = \max_{l'} n_{l'} / n_l > MeanIR

    The minority labels take turns: each has one of its rows copied, with all the labels of that
    row. A label whose IRLbl has come down to the mean of the beginning is left out from then on;
    the turns end when no label is left, or after ``sampling_strategy`` times n copies. X may hold
    anything. Cost: O(copies x labels a row).

    A copied row brings its frequent labels along: where rare and frequent labels share rows
    (`skaug.metrics.scumble`) this balances little; see `REMEDIAL`. It helps macro averages at
    best, and spoils predicted probabilities: tune the threshold of each label first.

    Parameters
    ----------
    sampling_strategy : float, default=0.25
        Rows to add at most, as a share of the rows; 0.25 is the paper's P = 25 %.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    imbalance_ : ndarray of shape (n_labels,)
        IRLbl of each label before; infinity for a label that no row has.

    mean_imbalance_ : float
        MeanIR before.

    minority_labels_ : list
        The labels rarer than that: names of columns of y, or their numbers.

    sampling_strategy_ : dict
        The number of rows copied on each minority label's turns; set by `fit_resample`.

    is_balanced_ : bool
        Whether every minority label came down to MeanIR, so that fewer rows than asked for may
        have been made; set by `fit_resample`.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: rows have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row is a copy.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If y is not a table of 0 and 1 with a column for each label.

    See Also
    --------
    MLSMOTE : Interpolate instead of copying.
    RandomOverSampler : For one label a row.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera, "Addressing imbalance in
       multilabel classification: measures and random resampling algorithms", Neurocomputing
       163, 2015. :doi:`10.1016/j.neucom.2014.08.091`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import MLRandomOverSampler
    >>> X, y = np.arange(8.0)[:, None], [[1, 0]] * 6 + [[1, 1], [0, 1]]
    >>> X_res, y_res = MLRandomOverSampler(random_state=0).fit_resample(X, y)
    >>> X_res[8:].ravel().tolist(), y_res[8:]
    ([7.0, 7.0], [[0, 1], [0, 1]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MultilabelSampler._parameter_constraints,
        "sampling_strategy": [sk.Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self, *, sampling_strategy: float = 0.25, random_state: RandomState = None
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        bags = {code: y.members(code) for code in self._minority}
        rngs = {code: class_rng(seed, y.classes[code]) for code in bags}
        copied, self.is_balanced_ = rows_to_copy(
            y.indicator,
            list(bags),
            self.mean_imbalance_,
            round(self.sampling_strategy * len(y)),
            lambda code: int(bags[code][rngs[code].integers(len(bags[code]))]),
        )
        self.sampling_strategy_ = {y.classes[code]: len(rows) for code, rows in copied.items()}
        return [Batch(seed=np.array(rows, dtype=np.int32)) for rows in copied.values()]


def rows_to_copy(
    indicator: sparse.csr_array,
    minority: list[int],
    target: float,
    n_rows: int,
    draw: Callable[[int], int],
) -> tuple[dict[int, list[int]], bool]:
    """Return the rows drawn for each minority label, and whether all came down to the target.

    Parameters
    ----------
    indicator : csr_array of shape (n, n_labels)
        The labels of each row.

    minority : list of int
        The labels that take turns.

    target : float
        A label whose imbalance is no greater drops out.

    n_rows : int
        Rows to draw at most.

    draw : callable
        ``draw(code)`` returns a row that has the label.
    """
    labels, begins = indicator.indices.tolist(), indicator.indptr.tolist()
    counts = np.bincount(indicator.indices, minlength=indicator.shape[1]).tolist()
    highest = max(counts, default=0)
    drawn: dict[int, list[int]] = {code: [] for code in minority}
    left, n_drawn = list(minority), 0
    while left and n_drawn < n_rows:
        for code in left[: n_rows - n_drawn]:
            row = draw(code)
            drawn[code].append(row)
            n_drawn += 1
            for label in labels[begins[row] : begins[row + 1]]:
                counts[label] += 1
                highest = max(highest, counts[label])
            if highest / counts[code] <= target:
                left.remove(code)
    return drawn, not left
