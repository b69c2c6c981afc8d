"""Remix: mixup with labels in favour of the smaller class."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._labels import class_sizes, remix_share
from skaug.mixing._pairs import drawn_pairs, number_of_rows
from skaug.mixing._weights import beta

__all__ = ["Remix"]


class Remix(MixingSampler):
    r"""Mix pairs of rows and give the label to the much smaller class.

    Rows are mixed as by `Mixup`. Where one class is at least ``kappa`` times the other, and the
    larger has less than ``tau`` of the mixture, the label is the smaller one's alone:

    .. math:: \lambda_y = \begin{cases}
       0 & n_i / n_j \ge \kappa, \ \lambda < \tau \\
       1 & n_i / n_j \le 1 / \kappa, \ 1 - \lambda < \tau \\
       \lambda & \text{otherwise} \end{cases}

    for sizes :math:`n_i, n_j` of the classes. So boundaries move towards large classes.

    Categories, missing values, integers and weights are treated as in `Mixup`; y must hold one
    class label a row. Cost: O(rows made x columns).

    Parameters
    ----------
    alpha : float, default=1.0
        Of the Beta(alpha, alpha) distribution of shares; 1 is uniform.

    kappa : float, default=3.0
        How many times larger a class must be; 3 is the paper's.

    tau : float, default=0.5
        How much of a mixture is too much for the larger class to lose its label; 0.5 is the
        paper's.

    labels : {'bernoulli', 'weighted', 'soft'}, default='bernoulli'
        What a mixture is labelled, see `Mixup`. 'hard' is refused: here the first label does not
        stand for the mixture's.

    ratio : float, default=1.0
        Mixtures per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first. False returns only mixtures.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

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
        If `labels` is 'hard', or y does not hold labels of at least 2 classes.

    See Also
    --------
    Mixup : Without regard to the sizes of classes.
    MAMix : Labels that change hands nearer to the larger class.

    References
    ----------
    .. [1] H.-P. Chou, S.-C. Chang, J.-Y. Pan, W. Wei, D.-C. Juan, "Remix: rebalanced mixup", ECCV
       2020 Workshops. :doi:`10.48550/arXiv.2007.03943`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import Remix
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat(["a", "b"], [90, 10])
    >>> X_res, y_res = Remix(random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (200, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != "target_type"},
        "alpha": ALPHA,
        "kappa": [sk.Interval(Real, 1, None, closed="left")],
        "tau": [sk.Interval(Real, 0, 1, closed="both")],
    }
    _reads: ClassVar[str] = "classes"

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        kappa: float = 3.0,
        tau: float = 0.5,
        labels: Literal["bernoulli", "weighted", "soft"] = "bernoulli",
        ratio: float = 1.0,
        keep_original: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.alpha = alpha
        self.kappa = kappa
        self.tau = tau
        self.labels = labels
        self.ratio = ratio
        self.keep_original = keep_original
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        n_made = number_of_rows(len(y), self.ratio)
        seed, partner = drawn_pairs("random", X, y, n_made, rng, owner="Remix")
        share = beta(rng, self.alpha, self.alpha, n_made)
        sizes = class_sizes(y, seed), class_sizes(y, partner)
        rows = mixed_rows(X, seed, partner, share, rng)
        return Mixed(rows=rows, share=remix_share(share, *sizes, self.kappa, self.tau))

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        y.require_classes("Remix", "y")

    def _why_not_hard(self) -> str | None:
        return "here is not the mixture's: labels depend on the sizes of both classes"
