"""SpeckleNoise: each value multiplied by a normal number."""

from numbers import Real
from typing import Any, ClassVar

from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._noise import image_normals
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels
from skaug.image._tone import bounded

__all__ = ["SpeckleNoise"]


class SpeckleNoise(RangedSampler):
    r"""Append copies of images with noise in proportion to each value, as in radar and ultrasound.

    .. math:: v' = lo + (v - lo) (1 + s \varepsilon), \quad \varepsilon \sim N(0, 1)

    drawn for every pixel and channel, and clipped to the range. Black stays black.

    Parameters
    ----------
    scale : float >= 0 or pair of float, default=0.15
        s; a pair is a range to draw it from for each image.

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

    See Also
    --------
    GaussianNoise : The same everywhere.
    PoissonNoise : Grows with the square root of the value.

    References
    ----------
    .. [1] D. Hendrycks, T. Dietterich, "Benchmarking neural network robustness to common
       corruptions and perturbations", ICLR 2019. :doi:`10.48550/arXiv.1903.12261`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import SpeckleNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X_new = SpeckleNoise(image_shape=(8, 8), random_state=0).augment(X)
    >>> bool((X_new[X == 0] == 0).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "scale": [sk.Interval(Real, 0, None, closed="left"), "array-like"],
    }

    def __init__(
        self,
        *,
        scale: Any = 0.15,
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
        self.scale = scale

    def _ranges(self) -> list[Range]:
        return [plain_range(self.scale, "scale", "SpeckleNoise")]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        (scale,) = self._drawn(rng)
        made = image_normals(images, rng)
        made *= scale.astype(made.dtype)[:, :, None, None]
        made *= images - made.dtype.type(value_range[0])
        made += images
        return bounded(made, images.dtype, *value_range)
