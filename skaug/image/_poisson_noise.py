"""PoissonNoise: each value counted out in photons."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._blocks import by_blocks
from skaug.image._noise import image_normals
from skaug.image._poisson import poisson_counts
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels
from skaug.image._tone import bounded

__all__ = ["PoissonNoise"]


class PoissonNoise(RangedSampler):
    r"""Append copies of images as a camera sees them in little light: counted out in photons.

    .. math:: v' = lo + \frac{hi - lo}{n} K, \quad
       K \sim Poisson\left(n \, \frac{v - lo}{hi - lo}\right)

    drawn for every pixel and channel, and clipped to the range. Black stays black; the noise grows
    with the square root of the value, and it is stronger the fewer photons there are. The counts
    are exactly Poisson, also where few are expected.

    Parameters
    ----------
    peak : float > 0 or pair of float, default=60.0
        n, the photons expected of the lightest value; a pair is a range to draw it from for each
        image. ImageNet-C goes from 60 (mild) to 3.

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
    SpeckleNoise : Grows in proportion to the value.

    References
    ----------
    .. [1] D. Hendrycks, T. Dietterich, "Benchmarking neural network robustness to common
       corruptions and perturbations", ICLR 2019. :doi:`10.48550/arXiv.1903.12261`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import PoissonNoise
    >>> images = np.full((1000, 2, 2), 0.5)
    >>> seen = PoissonNoise(peak=20, value_range=(0, 1), random_state=0).augment(images)
    >>> round(float(seen.mean()), 2), round(float(20 * seen.var() / seen.mean()), 1)
    (0.5, 1.0)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "peak": [sk.Interval(Real, 0, None, closed="neither"), "array-like"],
    }

    def __init__(
        self,
        *,
        peak: Any = 60.0,
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
        self.peak = peak

    def _ranges(self) -> list[Range]:
        return [plain_range(self.peak, "peak", "PoissonNoise", low=1e-3, high=1e12)]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        (peak,) = self._drawn(rng)
        low, high = value_range
        photons = (peak / (high - low))[:, :, None, None]
        rates = np.maximum(images - low, 0) * photons
        made = by_blocks(poisson_counts, rates, image_normals(images, rng))
        made /= photons
        made += low
        return bounded(made, images.dtype, low, high)
