"""OneOf: one of several image samplers, drawn for each image."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._augmenter_list import AugmenterList
from skaug.image._ranges import Range
from skaug.image._reading import Channels

__all__ = ["OneOf"]


class OneOf(AugmenterList):
    """Append copies of images, each changed by one of several image samplers, drawn at random.

    Parameters
    ----------
    augmenters : list of image samplers or of (str, image sampler)
        The samplers; None or 'passthrough' stands for no change. Without names they are named as
        by `make_pipeline`. Their parameters are set and searched as ``name__parameter``. Of each,
        its own parameters and its ``p`` count; images, copies, seed and threads are those of
        this sampler.

    weights : array-like of shape (n_augmenters,), default=None
        How likely each of them is, relative to the others. None: all equally.

    image_shape : (height, width) or (height, width, n_channels), default=None
        What image a row of X is; in this order for both values of ``channels``. One number may
        be -1, for what is left. None reads it from X, of shape (n, height, width[, n_channels]).

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X. 'first' is for rows of colour planes, as in the files of
        CIFAR-10, and for arrays of shape (n, n_channels, height, width).

    p : float in [0, 1], default=1.0
        Probability that a copy is changed; otherwise it is an exact copy.

    copies : int, default=1
        Changed copies of each image, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the images themselves come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all images. Otherwise changed images are made class by class, to
        the counts that it asks for as in `skaug.over_sampling.SMOTE`, of images of the class
        drawn with replacement.

    value_range : (lowest, highest), default=None
        The values that a pixel may have. None: 0 to 255 where X is uint8, and else the smallest
        and the largest value in X.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    n_jobs : int, default=None
        Number of threads, which does not change the result. None means 1.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height, width and channels of an image.

    value_range_ : tuple of float
        The lowest and the highest value that a pixel may have.

    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: images have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Numbers that an image has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If one of the augmenters asks for ``copies``, ``keep_original`` or ``sampling_strategy``
        of its own.

    See Also
    --------
    Compose : Apply all of them.
    skaug.compose.OneOfSampler : The one that a parameter names, for all rows.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import Cutout, OneOf, RandomAffine
    >>> X, y = load_digits(return_X_y=True)
    >>> one_of = OneOf([RandomAffine(), Cutout(length=0.4)], weights=[3, 1], image_shape=(8, 8))
    >>> X_res, y_res = one_of.set_params(random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **AugmenterList._parameter_constraints,
        "weights": ["array-like", None],
    }

    def __init__(
        self,
        augmenters: Any,
        *,
        weights: Any = None,
        image_shape: Any = None,
        channels: Channels = "last",
        p: float = 1.0,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        value_range: Any = None,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            image_shape=image_shape,
            channels=channels,
            p=p,
            copies=copies,
            keep_original=keep_original,
            sampling_strategy=sampling_strategy,
            value_range=value_range,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        self.augmenters = augmenters
        self.weights = weights

    def _validate_params(self) -> None:
        super()._validate_params()
        self._shares()

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        bounds = np.cumsum(self._shares())[:-1]
        choice = np.searchsorted(bounds, rng.uniforms(1, stream=1)[:, 0], side="right")
        out = images.copy()
        for number, (part, own) in enumerate(self._parts(rng)):
            rows = np.flatnonzero(choice == number)
            if part is not None and len(rows):
                out[rows] = part._apply(images[rows], own.at(rows), value_range)
        return out

    def _shares(self) -> Floats:
        """Return how likely each augmenter is."""
        n_parts = len(self.augmenters)
        if self.weights is None:
            return np.full(n_parts, 1 / n_parts)
        try:
            weights = np.asarray(self.weights, dtype=float)
            is_valid = weights.shape == (n_parts,) and bool(
                np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0
            )
        except (TypeError, ValueError):
            is_valid = False
        if not is_valid:
            raise ValueError(
                f"weights of OneOf must be a number from 0 on for each of its {n_parts} "
                f"augmenters, not all of them 0; got {self.weights!r}."
            )
        return np.asarray(weights / weights.sum())
