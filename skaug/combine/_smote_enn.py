"""SMOTEENN: over-sampling, then edited nearest neighbours."""

from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug.combine._combined_sampler import CombinedSampler
from skaug.under_sampling import EditedNearestNeighbours

__all__ = ["SMOTEENN"]


class SMOTEENN(CombinedSampler):
    """Over-sample, then leave out rows whose nearest neighbours belong to other classes.

    `skaug.over_sampling.SMOTE` fills the classes up, and
    `skaug.under_sampling.EditedNearestNeighbours` then removes rows of all classes, original
    and synthetic, that one of their 3 nearest neighbours contradicts. What is left is not
    balanced to the row, and often far fewer rows than after `SMOTETomek`.

    Cost: that of the two steps; the second searches the neighbours of all rows there are then.
    The classes look better separated than they are, which spoils predicted probabilities more
    than over-sampling alone does.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows the default `smote` brings each class to, before the cleaning.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the default `smote`.

    smote : sampler, default=None
        The first step: any sampler that adds rows, of skaug, imbalanced-learn or your own. None:
        `skaug.over_sampling.SMOTE`. One that is given is cloned and keeps its own parameters:
        `sampling_strategy`, `random_state`, `categorical_features` and `n_jobs` do not reach it.

    enn : sampler, default=None
        The second step: any sampler that removes rows. None:
        ``EditedNearestNeighbours(sampling_strategy="all")``.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns, for the default steps, as in `skaug.over_sampling.SMOTE`.

    n_jobs : int, default=None
        Threads of the default steps; None for all cores. Does not change the result.

    Attributes
    ----------
    smote_ : sampler
        The fitted first step.

    enn_ : sampler
        The fitted second step; after `fit` alone it is not fitted.

    sampling_strategy_ : dict or None
        The number of rows that the first step made, for each class; None if it does not say.

    sample_indices_ : ndarray of shape (n_res,)
        The source row in X of each returned row, -1 where that is not known: for the rows made
        by a sampler that does not tell, as imbalanced-learn's SMOTE.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none, or it is not known.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If there are weights that cannot come through a given sampler.

    TypeError
        If `smote` or `enn` is not a sampler, or if they are interchanged.

    Warns
    -----
    UserWarning
        If the cleaning would remove every row of a class: the class is then kept whole.

    See Also
    --------
    SMOTETomek : Remove fewer rows.
    skaug.compose.SamplerChain : Any samplers, any number, in any order.

    Notes
    -----
    The original rows that are left come first, in their order, and then the synthetic ones.

    References
    ----------
    .. [1] G. E. A. P. A. Batista, R. C. Prati, M. C. Monard, "A study of the behavior of
       several methods for balancing machine learning training data", SIGKDD Explorations 6(1),
       2004. :doi:`10.1145/1007730.1007735`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.combine import SMOTEENN
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X[y == "rare"] += 1.5
    >>> sampler = SMOTEENN(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> len(X_res) < 160, sampler.is_synthetic_.any().item()
    (True, True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CombinedSampler._parameter_constraints,
        "enn": [sk.HasMethods(["fit", "fit_resample"]), None],
    }
    _cleaning = "enn"

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        smote: Any = None,
        enn: Any = None,
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.smote = smote
        self.enn = enn
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _default_cleaning(self) -> EditedNearestNeighbours:
        return EditedNearestNeighbours(
            sampling_strategy="all",
            categorical_features=self.categorical_features,
            n_jobs=self.n_jobs,
        )
