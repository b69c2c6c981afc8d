"""MLSMOTE: SMOTE for a table with several labels a row."""

import warnings
from typing import Any, ClassVar, Literal

import numpy as np
from scipy import sparse

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.rng import RandomState, class_rng
from skaug._planning.interpolation import interpolated_batch
from skaug._planning.table_search import NEIGHBORS, SEARCH, checked_k
from skaug.base import Table
from skaug.over_sampling._multilabel import MultilabelSampler

__all__ = ["MLSMOTE", "label_sets"]

Rule = Literal["intersection", "ranking", "union"]


class MLSMOTE(MultilabelSampler):
    r"""Over-sample a multi-label table by interpolating between rows that share a rare label.

    A label is in the minority if it is rarer than labels are on average,

    .. math:: IRLbl(l) = \max_{l'} n_{l'} / n_l > MeanIR

    Each row of each minority label is the seed of exactly one new row, on the segment from the
    seed to one of its ``k_neighbors`` nearest rows with that label:

    .. math:: x_{new} = x_i + u \, (x_j - x_i), \quad u \sim U(0, 1)

    Its labels are voted by the seed and all of these neighbours. Categories, missing values,
    integers and repeated rows are treated as in `SMOTE`.

    Cost: a search for neighbours within each minority label. A row with several minority labels
    is a seed for each. Where rare and frequent labels share rows (`skaug.metrics.scumble`) the
    frequent ones grow too; see `REMEDIAL`. It spoils predicted probabilities: tune the threshold
    of each label first.

    Parameters
    ----------
    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from; 5 is the paper's. An object is cloned and works on numeric
        tables only; the row itself is one of its ``n_neighbors``.

    labels : {'ranking', 'union', 'intersection'}, default='ranking'
        The labels of a new row: those that more than half of seed and neighbours have, those
        that any of them has, or those that all have. The paper found 'ranking' best.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    neighbors : {'exact', 'approximate'}, default='exact'
        How neighbours are searched. 'approximate' is for very large labels of numbers; it needs the
        extra ``approximate`` and, below 50,000 seeds, is exact all the same.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    imbalance_ : ndarray of shape (n_labels,)
        IRLbl of each label before; infinity for a label that no row has.

    mean_imbalance_ : float
        MeanIR before.

    minority_labels_ : list
        The labels rarer than that: names of columns of y, or their numbers.

    sampling_strategy_ : dict
        The number of rows to make for each minority label: as many as have it.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, its seed.

    partner_indices_ : ndarray of shape (n_res,)
        The neighbour each synthetic row was interpolated with; -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

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
    MLRandomOverSampler : Copy rows instead, up to a given number.
    SMOTE : For one label a row.

    Notes
    -----
    The paper's text says "half or more" for 'ranking', its pseudo-code and its authors' R package
    "more than half", as here. Which labels are in the minority is settled before any row is made,
    as in that package, so that the order of the labels does not matter.

    Rows equal in X are one neighbour, with a vote each. A label is not chosen by the user to be
    over-sampled, so one with fewer than ``k_neighbors + 1`` rows is no error: all of its rows
    are neighbours then, or its only row is copied, with a warning.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus, F. Herrera, "MLSMOTE: approaching imbalanced
       multilabel learning through synthetic instance generation", Knowledge-Based Systems 89,
       2015. :doi:`10.1016/j.knosys.2015.07.019`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.over_sampling import MLSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> y = np.zeros((100, 2), dtype=int)
    >>> y[:, 0], y[90:, 1] = 1, 1
    >>> X_res, y_res = MLSMOTE(random_state=0).fit_resample(X, y)
    >>> y.sum(axis=0), y_res.sum(axis=0)
    (array([100,  10]), array([110,  20]))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MultilabelSampler._parameter_constraints,
        "k_neighbors": SEARCH,
        "neighbors": NEIGHBORS,
        "labels": [sk.StrOptions({"intersection", "ranking", "union"})],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        k_neighbors: Any = 5,
        labels: Rule = "ranking",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        neighbors: Literal["exact", "approximate"] = "exact",
        n_jobs: int | None = None,
    ) -> None:
        self.k_neighbors = k_neighbors
        self.labels = labels
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.neighbors = neighbors
        self.n_jobs = n_jobs

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        self.sampling_strategy_ = {y.classes[code]: int(y.counts[code]) for code in self._minority}

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        return [
            self._sample_label(X, y, code, class_rng(seed, y.classes[code]))
            for code in self._minority
        ]

    def _sample_label(self, X: Table, y: Any, code: int, rng: np.random.Generator) -> Batch:
        members, where = y.members(code), f"label {y.classes[code]!r}"
        wanted = checked_k(self.k_neighbors, "MLSMOTE", "k_neighbors")
        k = min(wanted, len(members) - 1)
        if k < wanted:
            instead = "all are neighbours" if k else "it is copied"
            warnings.warn(
                f"MLSMOTE looks for k_neighbors = {wanted} neighbours, but {where} has "
                f"{len(members)} row(s): {instead}.",
                UserWarning,
                stacklevel=2,
            )
        if k == 0:
            return Batch(seed=members)
        own = y.indicator[members]
        return interpolated_batch(
            X,
            y.one(code),
            members,
            np.arange(len(members)),
            rng,
            k_neighbors=self.k_neighbors if k == wanted else k,
            neighbors=self.neighbors,
            n_jobs=self.n_jobs,
            owner="MLSMOTE",
            where=where,
            target=lambda group, neighbors: label_sets(own, group, neighbors, self.labels),
        )


def label_sets(
    own: sparse.csr_array, group: Indices, neighbors: Indices, rule: Rule
) -> sparse.csr_array:
    """Let the rows of a pool and their neighbours vote on sets of labels.

    Parameters
    ----------
    own : csr_array of shape (n, n_labels)
        The labels of each row of the pool.

    group : ndarray of shape (n,)
        Which of them are equal: those of one group are one neighbour, with a vote each.

    neighbors : ndarray of shape (n, k)
        The groups next to each row.

    rule : {'intersection', 'ranking', 'union'}
        The votes a label needs: all, more than half, or one.
    """
    n_rows, k = neighbors.shape
    size = np.bincount(group)
    ones = np.ones(n_rows * k, dtype=np.int64)
    begins = np.arange(0, n_rows * k + 1, k)
    is_neighbor = sparse.csr_array((ones, neighbors.ravel(), begins), shape=(n_rows, len(size)))
    is_member = sparse.csr_array((ones[:n_rows], (group, np.arange(n_rows))))
    votes = (own + is_neighbor @ (is_member @ own)).tocoo()
    voters = (1 + size[neighbors].sum(axis=1))[votes.row]
    if rule == "ranking":
        chosen = 2 * votes.data > voters
    elif rule == "intersection":
        chosen = votes.data == voters
    else:
        chosen = votes.data > 0
    cells = votes.row[chosen], votes.col[chosen]
    return sparse.csr_array((np.ones(len(cells[0]), dtype=np.int64), cells), shape=own.shape)
