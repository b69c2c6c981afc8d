"""Mixup: blends of two rows and of their labels."""

from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug._planning.table_search import SEARCH
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._pairs import SYMMETRIC, drawn_pairs, number_of_rows
from skaug.mixing._weights import beta, stretched

__all__ = ["Mixup"]


class Mixup(MixingSampler):
    r"""Blend pairs of rows and their labels, and append the mixtures.

    .. math:: \tilde x = \lambda x_i + (1 - \lambda) x_j, \quad
       \tilde y = \lambda y_i + (1 - \lambda) y_j, \quad \lambda \sim Beta(\alpha, \alpha)

    with a :math:`\lambda` for each row. The label :math:`\tilde y` is no label to most
    classifiers, but need not be one: as pairs (i, j) and (j, i) are equally likely,

    .. math:: E_{\lambda \sim Beta(\alpha, \alpha)}
       [\lambda L(\tilde x, y_i) + (1 - \lambda) L(\tilde x, y_j)] =
       E_{\lambda \sim Beta(\alpha + 1, \alpha)}[L(\tilde x, y_i)].

    So mixtures that keep the first label and lie nearer to its row give the loss of mixup in
    expectation, with any classifier and no weights. That is ``labels='hard'``, the default.

    Categories are not averaged: each cell is the first row's with probability :math:`\lambda`. A
    mixture misses what its first row misses; integers are rounded; sparse X stays sparse.

    Cost: O(rows made x columns), at about the speed of memory. Mixing is a regulariser: it helps
    where labels are noisy and models large, mostly neural networks, and often worsens linear
    models and trees, so compare it with none (`skaug.model_selection.compare_samplers`). It lowers
    the confidence of predicted probabilities. Scale the columns first: nearness has no part in
    ``pairs='random'``, but what lies between two rows depends on it.

    Parameters
    ----------
    alpha : float, default=1.0
        Of the Beta distribution: near 0 mixtures are near one of the rows, 1 is uniform, as in the
        authors' code, and large values give halves. A search over 0.1 to 1 is advised.

    labels : {'hard', 'weighted', 'bernoulli', 'soft'}, default='hard'
        What a mixture is labelled.

        - 'hard': as its first row, with :math:`\lambda` from Beta(alpha + 1, alpha).
        - 'weighted': it is returned twice, with the labels of both rows and weights
          :math:`\lambda` and :math:`1 - \lambda` times theirs, as a third value. The loss is
          exactly that of soft labels.
        - 'bernoulli': as the first row with probability :math:`\lambda`, else as the second.
        - 'soft': y comes back as shares of the classes, of shape (n_res, n_classes).

        A y of numbers or of probabilities is mixed itself, with 'hard' or 'soft' alike.

    pairs : {'random', 'same_class', 'other_class', 'neighbors', 'balanced'}, default='random'
        Which rows are mixed: any two; two of one class or of two, all such pairs being equally
        likely; a row and one of its ``k_neighbors`` nearest, of any class; or a row and one of a
        class drawn with equal chances. The last two are not symmetric, and refuse 'hard'.

    ratio : float, default=1.0
        Mixtures per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first. False returns only mixtures.

    preserve_variance : bool, default=False
        Mixtures vary less than rows, by (alpha + 1) / (2 alpha + 1). True stretches
        :math:`\lambda` about 1/2 by :math:`\sqrt{2 \alpha + 1}` for the columns (and a y of
        numbers), so that they vary as rows do; it then goes beyond 0 and 1.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from with ``pairs='neighbors'``.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        What y holds. 'auto' reads numbers with fractions as continuous, or as probabilities of the
        classes in several columns that sum to 1, and all else as labels: for whole numbers that
        are to be predicted as numbers, set 'continuous'.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted: the columns of y with ``labels='soft'``. Only where y holds one class
        label a row.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, the first of the two mixed.

    partner_indices_ : ndarray of shape (n_res,)
        The second of the two, -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If `labels` and `pairs` do not go together, or y is not what `pairs` needs.

    See Also
    --------
    SamplePairing : Means of two rows with the label of the first.
    Remix : Labels in favour of the smaller class.
    BalancedMixup : Partners from classes with equal chances.
    skaug.augmented.AugmentedClassifier : Carry the weights of 'weighted' to a classifier.

    Notes
    -----
    Weights of the rows are inherited: :math:`\lambda w_i` and :math:`(1 - \lambda) w_j` by the two
    rows of 'weighted', their sum with 'soft', and that of the row whose label it has with 'hard'
    and 'bernoulli', which is the same in expectation.

    References
    ----------
    .. [1] H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, "mixup: beyond empirical risk
       minimization", ICLR 2018. :doi:`10.48550/arXiv.1710.09412`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import Mixup
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat(["a", "b"], 50)
    >>> X_res, y_res = Mixup(alpha=0.4, random_state=0).fit_resample(X, y)
    >>> X_res.shape, y_res.shape
    ((200, 4), (200,))
    >>> Mixup(labels="soft", random_state=0).fit_resample(X, y)[1].shape
    (200, 2)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MIXED_CONSTRAINTS,
        "alpha": ALPHA,
        "pairs": [sk.StrOptions({*SYMMETRIC, "neighbors", "balanced"})],
        "preserve_variance": ["boolean"],
        "k_neighbors": SEARCH,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        labels: Literal["hard", "weighted", "bernoulli", "soft"] = "hard",
        pairs: Literal["random", "same_class", "other_class", "neighbors", "balanced"] = "random",
        ratio: float = 1.0,
        keep_original: bool = True,
        preserve_variance: bool = False,
        k_neighbors: Any = 5,
        target_type: Literal["auto", "classes", "continuous"] = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.labels = labels
        self.pairs = pairs
        self.ratio = ratio
        self.keep_original = keep_original
        self.preserve_variance = preserve_variance
        self.k_neighbors = k_neighbors
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        seed, partner = drawn_pairs(
            self.pairs,
            X,
            y,
            number_of_rows(len(y), self.ratio),
            rng,
            owner="Mixup",
            k_neighbors=self.k_neighbors,
            n_jobs=self.n_jobs,
        )
        keeps_seed = self._law(y) == "hard"
        share = beta(rng, self.alpha + keeps_seed, self.alpha, len(seed))
        if not self.preserve_variance:
            return Mixed(rows=mixed_rows(X, seed, partner, share, rng), share=share)
        spread = stretched(share, self.alpha)
        rows = mixed_rows(X, seed, partner, share, rng, step=1 - spread)
        return Mixed(rows=rows, share=share, number_share=spread)

    def _why_not_hard(self) -> str | None:
        if self.pairs in SYMMETRIC:
            return None
        return (
            f"stands for both labels only where a pair is as likely as its reverse; with "
            f"pairs={self.pairs!r} it is not"
        )
