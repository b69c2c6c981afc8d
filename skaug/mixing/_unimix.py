"""UniMix: mixup with partners and shares in favour of smaller classes."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._labels import class_sizes, unimix_share
from skaug.mixing._pairs import number_of_rows, seeds, tilted_partners
from skaug.mixing._weights import beta

__all__ = ["UniMix"]


class UniMix(MixingSampler):
    r"""Mix rows with partners from smaller classes, and move shares towards these.

    A partner is drawn with a chance in proportion to :math:`n_j^\tau`, the size of its class, and
    rows and labels are mixed with

    .. math:: \lambda = \Big(\lambda_0 + \frac{n_j}{n_i + n_j}\Big) \bmod 1, \quad
       \lambda_0 \sim Beta(\alpha, \alpha)

    so that mixtures are as often of small classes as of large ones.

    Categories, missing values, integers and weights are treated as in `Mixup`; y must hold one
    class label a row. Cost: O(rows made x columns).

    Parameters
    ----------
    alpha : float, default=0.8
        Of the Beta(alpha, alpha) distribution of shares; 0.8 is that of the authors.

    tau : float, default=-0.5
        Power of the sizes of classes that partners are drawn by: at 0 all rows, at -1 all classes
        are equally likely. -0.5 is the authors' for 10 classes; for 100 they have -0.1.

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
    BalancedMixup : Partners from classes with equal chances.

    References
    ----------
    .. [1] Z. Xu, Z. Chai, C. Yuan, "Towards calibrated model for long-tailed visual recognition
       from prior perspective", NeurIPS 2021. :doi:`10.48550/arXiv.2111.03874`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import UniMix
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat(["a", "b"], [90, 10])
    >>> X_res, y_res = UniMix(random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (200, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != "target_type"},
        "alpha": ALPHA,
        "tau": [sk.Interval(Real, None, None, closed="neither")],
    }
    _reads: ClassVar[str] = "classes"

    def __init__(
        self,
        *,
        alpha: float = 0.8,
        tau: float = -0.5,
        labels: Literal["bernoulli", "weighted", "soft"] = "bernoulli",
        ratio: float = 1.0,
        keep_original: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.alpha = alpha
        self.tau = tau
        self.labels = labels
        self.ratio = ratio
        self.keep_original = keep_original
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        seed = seeds(len(y), number_of_rows(len(y), self.ratio), rng)
        partner = tilted_partners(y.codes, seed, self.tau, rng)
        share = beta(rng, self.alpha, self.alpha, len(seed))
        share = unimix_share(share, class_sizes(y, seed), class_sizes(y, partner))
        return Mixed(rows=mixed_rows(X, seed, partner, share, rng), share=share)

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        y.require_classes("UniMix", "y")

    def _why_not_hard(self) -> str | None:
        return "here is not the mixture's: partners come from smaller classes than first rows"
