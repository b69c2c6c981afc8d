"""BalancedMixup: mixup of the rows as they come with rows of balanced classes."""

from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._pairs import drawn_pairs, number_of_rows
from skaug.mixing._weights import beta

__all__ = ["BalancedMixup"]


class BalancedMixup(MixingSampler):
    r"""Mix each row with a little of one from a class drawn with equal chances.

    .. math:: \tilde x = (1 - \lambda) x_i + \lambda x_j, \quad
       \tilde y = (1 - \lambda) y_i + \lambda y_j, \quad \lambda \sim Beta(\alpha, 1)

    where :math:`x_i` is any row and :math:`x_j` one of a class drawn with equal chances. The share
    of the second is :math:`\alpha / (\alpha + 1)` on average: rows of small classes appear in many
    mixtures, and rarely alone, so that they are not learnt by heart.

    Categories, missing values, integers and weights are treated as in `Mixup`; y must hold one
    class label a row. Cost: O(rows made x columns).

    Parameters
    ----------
    alpha : float, default=0.1
        Of the Beta(alpha, 1) distribution of the second row's share; 0.1 is that of the authors'
        example.

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
    UniMix : Partners from smaller classes, and shares that favour these.

    References
    ----------
    .. [1] A. Galdran, G. Carneiro, M. A. Gonzalez Ballester, "Balanced-MixUp for highly imbalanced
       medical image classification", MICCAI 2021. :doi:`10.1007/978-3-030-87240-3_31`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import BalancedMixup
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat(["a", "b"], [90, 10])
    >>> X_res, y_res = BalancedMixup(random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (200, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != "target_type"},
        "alpha": ALPHA,
    }
    _reads: ClassVar[str] = "classes"

    def __init__(
        self,
        *,
        alpha: float = 0.1,
        labels: Literal["bernoulli", "weighted", "soft"] = "bernoulli",
        ratio: float = 1.0,
        keep_original: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.alpha = alpha
        self.labels = labels
        self.ratio = ratio
        self.keep_original = keep_original
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        n_made = number_of_rows(len(y), self.ratio)
        seed, partner = drawn_pairs("balanced", X, y, n_made, rng, owner="BalancedMixup")
        share = 1 - beta(rng, self.alpha, 1, n_made)
        return Mixed(rows=mixed_rows(X, seed, partner, share, rng), share=share)

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        y.require_classes("BalancedMixup", "y")

    def _why_not_hard(self) -> str | None:
        return "here is not the mixture's: partners come from balanced classes, first rows do not"
