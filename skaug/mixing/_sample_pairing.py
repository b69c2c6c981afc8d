"""SamplePairing: means of two rows with the label of the first."""

from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug.base import Table
from skaug.mixing._base import MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._pairs import SYMMETRIC, drawn_pairs, number_of_rows

__all__ = ["SamplePairing"]


class SamplePairing(MixingSampler):
    r"""Append means of two rows with the label of the first.

    .. math:: \tilde x = \tfrac12 (x_i + x_j), \quad \tilde y = y_i

    The other label is ignored: of pairs of two classes half have the wrong one, so that it acts as
    noise. The paper therefore switches it on and off while it trains, and ends on original rows
    alone; rows made once cannot do that, and `Mixup`, whose mixtures mostly lie nearer to the row
    whose label they have, is the better choice for an estimator fitted in one go.

    Each category is either row's with equal chances; a mean misses what its first row misses;
    integers are rounded; sparse X stays sparse. A y of numbers is averaged too. Cost: O(rows made
    x columns).

    Parameters
    ----------
    pairs : {'random', 'same_class', 'other_class'}, default='random'
        Which rows are paired: any two, as in the paper, or two of one class or of two.

    ratio : float, default=1.0
        Mixtures per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first. False returns only mixtures.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        What y holds. 'auto' reads numbers with fractions as continuous, or as probabilities of the
        classes in several columns that sum to 1, and all else as labels: for whole numbers that
        are to be predicted as numbers, set 'continuous'.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted. Only where y holds one class label a row.

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

    See Also
    --------
    Mixup : Blends in any proportion, with labels to match.

    References
    ----------
    .. [1] H. Inoue, "Data augmentation by pairing samples for images classification", 2018.
       :doi:`10.48550/arXiv.1801.02929`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import SamplePairing
    >>> X, y = np.array([[0.0], [4.0]]), np.array(["a", "b"])
    >>> X_res, y_res = SamplePairing().fit_resample(X, y)
    >>> X_res.ravel().tolist(), y_res.tolist()
    ([0.0, 4.0, 2.0, 2.0], ['a', 'b', 'a', 'b'])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != "labels"},
        "pairs": [sk.StrOptions(SYMMETRIC)],
    }

    def __init__(
        self,
        *,
        pairs: Literal["random", "same_class", "other_class"] = "random",
        ratio: float = 1.0,
        keep_original: bool = True,
        target_type: Literal["auto", "classes", "continuous"] = "auto",
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.pairs = pairs
        self.ratio = ratio
        self.keep_original = keep_original
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        n_made = number_of_rows(len(y), self.ratio)
        seed, partner = drawn_pairs(self.pairs, X, y, n_made, rng, owner="SamplePairing")
        share = np.full(len(seed), 0.5)
        return Mixed(rows=mixed_rows(X, seed, partner, share, rng), share=share)
