"""MoEx: moment exchange between rows."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug._core.table import is_sparse
from skaug.base import Table
from skaug.mixing._base import MIXED_CONSTRAINTS, Mixed, MixingSampler
from skaug.mixing._feature_groups import groups_of
from skaug.mixing._moments import exchange_moments
from skaug.mixing._pairs import SYMMETRIC, drawn_pairs, number_of_rows

__all__ = ["MoEx"]


class MoEx(MixingSampler):
    r"""Append rows that have taken on the mean and deviation of another row.

    .. math:: \tilde x = \sigma_j \frac{x_i - \mu_i}{\sigma_i} + \mu_j, \quad
       \tilde y = \lambda y_i + (1 - \lambda) y_j

    with :math:`\mu` and :math:`\sigma` the moments of a row over a group of its columns: what a
    normalisation layer takes out, and what in images is brightness and contrast, or style. The
    label is mostly that of the row whose shape is kept, to a share :math:`\lambda` that is fixed.

    It is for columns that are measured alike: pixels, spectra, time steps, embeddings, expression
    of genes. The mean of an age and an income is nothing: on ordinary tables, even standardised,
    it made networks worse (log-loss with and without it .140 and .089 on wine, .165 and .079 on
    breast cancer data, and .423 and .285 on digits, all of whose rows were exchanged as one group).
    Compare it with none (`skaug.model_selection.compare_samplers`).

    Categories are those of the first row, as is what is missing; moments are taken over the values
    that are there. Integers are rounded. Cost: O(rows made x columns).

    Parameters
    ----------
    norm : {'layer', 'instance', 'positional', 'group'}, default='layer'
        Over which columns moments are taken: all; those of each channel of an image; the
        channels at each position (PONO, the paper's choice for the maps inside a network); or each
        of ``feature_groups``.

    feature_groups : list of array-like, or array-like of shape (n_features,), default=None
        With ``norm='group'``: the columns of each group, by indices, names or masks, where columns
        in no group stay as they are; or a label for every column.

    image_shape : (int, int) or (int, int, int), default=None
        Height, width and channels of the image that a row is. Needed for 'instance' and
        'positional'.

    channels : {'last', 'first'}, default='last'
        Whether the channels of a pixel stand together in a row, or all pixels of a channel.

    lam : float, default=0.9
        Share of the label that is the first row's, from 0 to 1. The paper has 0.9 for ImageNet and
        0.5 for CIFAR.

    labels : {'bernoulli', 'weighted', 'soft', 'hard'}, default='bernoulli'
        What a row made is labelled, as in `skaug.mixing.Mixup`: as the first row with probability
        ``lam`` and else as the second; twice, with weights; or with shares of the classes. 'hard',
        always as the first row, is for ``lam=1``.

    pairs : {'random', 'same_class', 'other_class'}, default='random'
        Which rows are paired: any two, or two of one class or of two.

    eps : float, default=1e-5
        Added to each variance, as a share of the mean variance of that group in all rows; see
        Notes.

    ratio : float, default=1.0
        Rows made per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        What y holds, as in `skaug.mixing.Mixup`. Numbers are mixed by ``lam``.

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
        The source row of each returned row: for a synthetic one, the row whose shape it keeps.

    partner_indices_ : ndarray of shape (n_res,)
        The row whose moments it has, -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If X is sparse, `image_shape` or `feature_groups` do not fit X or `norm`, or `labels` is
        'hard' with `lam` below 1.

    See Also
    --------
    skaug.mixing.Mixup : Blend rows instead.
    skaug.mixing.CutMix : Take some columns of another row.

    Notes
    -----
    With :math:`v` the variance of a group in a row and :math:`\bar v` its mean over all rows,
    :math:`\sigma^2 = v + eps \, \bar v`. In the paper eps is a number of its own, which depends on
    the units of X. A row that does not vary becomes the mean of its partner, one that hardly does
    little more, and no row gets a larger deviation than its partner's :math:`\sigma`. A row
    exchanged with itself stays what it is.

    References
    ----------
    .. [1] B. Li, F. Wu, S.-N. Lim, S. Belongie, K. Q. Weinberger, "On feature normalization and
       data augmentation", CVPR 2021. :doi:`10.48550/arXiv.2002.11102`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.feature_space import MoEx
    >>> X, y = np.array([[1.0, 2.0, 3.0], [10.0, 14.0, 12.0]]), np.array(["a", "b"])
    >>> X_res, y_res = MoEx(lam=0.9, random_state=0).fit_resample(X, y)
    >>> X_res[2:].round(2).tolist()
    [[10.0, 12.0, 14.0], [1.0, 3.0, 2.0]]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MIXED_CONSTRAINTS,
        "norm": [sk.StrOptions({"layer", "instance", "positional", "group"})],
        "feature_groups": ["array-like", None],
        "image_shape": [tuple, list, None],
        "channels": [sk.StrOptions({"last", "first"})],
        "lam": [sk.Interval(Real, 0, 1, closed="both")],
        "pairs": [sk.StrOptions(SYMMETRIC)],
        "eps": [sk.Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        *,
        norm: Literal["layer", "instance", "positional", "group"] = "layer",
        feature_groups: Any = None,
        image_shape: Any = None,
        channels: Literal["last", "first"] = "last",
        lam: float = 0.9,
        labels: Literal["bernoulli", "weighted", "soft", "hard"] = "bernoulli",
        pairs: Literal["random", "same_class", "other_class"] = "random",
        eps: float = 1e-5,
        ratio: float = 1.0,
        keep_original: bool = True,
        target_type: Literal["auto", "classes", "continuous"] = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.norm = norm
        self.feature_groups = feature_groups
        self.image_shape = image_shape
        self.channels = channels
        self.lam = lam
        self.labels = labels
        self.pairs = pairs
        self.eps = eps
        self.ratio = ratio
        self.keep_original = keep_original
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        groups = groups_of(X, self.norm, self.feature_groups, self.image_shape, self.channels)
        n_made = number_of_rows(len(y), self.ratio)
        seed, partner = drawn_pairs(self.pairs, X, y, n_made, rng, owner="MoEx")

        def write(numeric: Floats, out: Floats) -> None:
            exchange_moments(numeric, seed, partner, groups, self.eps, out)

        rows = Batch(seed=seed, partner=partner, writer=write)
        return Mixed(rows=rows, share=np.full(n_made, float(self.lam)))

    def _why_not_hard(self) -> str | None:
        if self.lam == 1:
            return None
        return f"stands for lam=1 only; lam is {self.lam}"

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        if is_sparse(X):
            raise ValueError(
                "MoEx does not work on sparse data: it moves all columns, which fills the zeros. "
                "Use Mixup, which keeps them, or pass X.toarray()."
            )
        return super()._read(X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
