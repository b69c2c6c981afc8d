"""MAMix: mixup with labels that change hands nearer to the larger class."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._labels import class_sizes, mamix_share
from skaug.mixing._pairs import drawn_pairs, number_of_rows
from skaug.mixing._weights import beta

__all__ = ["MAMix"]


class MAMix(MixingSampler):
    r"""Mix pairs of rows and let labels change hands nearer to the larger class.

    Rows are mixed as by `Mixup`. The share of the label goes in straight lines from 1 at
    :math:`x_i` to 0 at :math:`x_j`, and is 1/2 not half-way but at

    .. math:: 1 - \lambda = \frac{n_i^\omega}{n_i^\omega + n_j^\omega}

    for sizes :math:`n_i, n_j` of the classes: with a negative :math:`\omega` the smaller class has
    the wider margin, as in the loss of LDAM, whose margins go by :math:`n^{-1/4}`.

    Categories, missing values, integers and weights are treated as in `Mixup`; y must hold one
    class label a row. Cost: O(rows made x columns).

    Parameters
    ----------
    alpha : float, default=1.0
        Of the Beta(alpha, alpha) distribution of shares; 1 is that of the authors.

    omega : float, default=-0.25
        Power of the sizes of classes; -1/4 is that of the authors, 0 is mixup.

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
    Remix : Labels of the much smaller class alone.

    References
    ----------
    .. [1] W.-C. Cheng, T.-H. Mai, H.-T. Lin, "From SMOTE to mixup for deep imbalanced
       classification", TAAI 2023. :doi:`10.48550/arXiv.2308.15457`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import MAMix
    >>> X, y = np.random.default_rng(0).normal(size=(100, 4)), np.repeat(["a", "b"], [90, 10])
    >>> X_res, y_res = MAMix(random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (200, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != "target_type"},
        "alpha": ALPHA,
        "omega": [sk.Interval(Real, None, None, closed="neither")],
    }
    _reads: ClassVar[str] = "classes"

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        omega: float = -0.25,
        labels: Literal["bernoulli", "weighted", "soft"] = "bernoulli",
        ratio: float = 1.0,
        keep_original: bool = True,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.alpha = alpha
        self.omega = omega
        self.labels = labels
        self.ratio = ratio
        self.keep_original = keep_original
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        n_made = number_of_rows(len(y), self.ratio)
        seed, partner = drawn_pairs("random", X, y, n_made, rng, owner="MAMix")
        share = beta(rng, self.alpha, self.alpha, n_made)
        sizes = class_sizes(y, seed), class_sizes(y, partner)
        rows = mixed_rows(X, seed, partner, share, rng)
        return Mixed(rows=rows, share=mamix_share(share, *sizes, self.omega))

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        y.require_classes("MAMix", "y")

    def _why_not_hard(self) -> str | None:
        return "here is not the mixture's: labels depend on the sizes of both classes"
