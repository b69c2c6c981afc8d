"""SMOTETomek: over-sampling, then removal of Tomek links."""

from typing import Any, ClassVar

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug.combine._combined_sampler import CombinedSampler
from skaug.under_sampling import TomekLinks

__all__ = ["SMOTETomek"]


class SMOTETomek(CombinedSampler):
    """Over-sample, then leave out both rows of every Tomek link.

    `skaug.over_sampling.SMOTE` fills the classes up, and `skaug.under_sampling.TomekLinks` then
    removes the pairs of rows of different classes, original and synthetic, that are each
    other's nearest neighbour. With two classes that are balanced, what is left is balanced too.

    Cost: that of the two steps; the second searches the nearest neighbours of most rows there
    are then. Few rows go, so that the result is near that of over-sampling alone.

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

    tomek : sampler, default=None
        The second step: any sampler that removes rows. None:
        ``TomekLinks(sampling_strategy="all")``.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns, for the default steps, as in `skaug.over_sampling.SMOTE`.

    n_jobs : int, default=None
        Threads of the default steps; None for all cores. Does not change the result.

    Attributes
    ----------
    smote_ : sampler
        The fitted first step.

    tomek_ : sampler
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
        If `smote` or `tomek` is not a sampler, or if they are interchanged.

    Warns
    -----
    UserWarning
        If the cleaning would remove every row of a class: the class is then kept whole.

    See Also
    --------
    SMOTEENN : Remove more rows.
    skaug.compose.SamplerChain : Any samplers, any number, in any order.

    Notes
    -----
    The original rows that are left come first, in their order, and then the synthetic ones.

    References
    ----------
    .. [1] G. E. A. P. A. Batista, A. L. C. Bazzan, M. C. Monard, "Balancing training data for
       automated annotation of keywords: a case study", II Brazilian Workshop on Bioinformatics,
       2003.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.combine import SMOTETomek
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> X[y == "rare"] += 1.5
    >>> sampler = SMOTETomek(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> len(X_res) < 160, sampler.is_synthetic_.any().item()
    (True, True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CombinedSampler._parameter_constraints,
        "tomek": [sk.HasMethods(["fit", "fit_resample"]), None],
    }
    _cleaning = "tomek"

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
        smote: Any = None,
        tomek: Any = None,
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.smote = smote
        self.tomek = tomek
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs

    def _default_cleaning(self) -> TomekLinks:
        return TomekLinks(
            sampling_strategy="all",
            categorical_features=self.categorical_features,
            n_jobs=self.n_jobs,
        )
