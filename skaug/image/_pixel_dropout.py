"""PixelDropout: single pixels lost."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._masks import FILLS, checked_fill, fill_values, filled
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels

__all__ = ["PixelDropout"]


class PixelDropout(RangedSampler):
    """Append copies of images with random pixels lost.

    Each pixel is lost for itself with the same probability.

    Parameters
    ----------
    rate : float in [0, 1] or pair of float, default=0.05
        Probability of a pixel to be lost; a pair is a range to draw it from for each image.

    per_channel : bool, default=False
        Whether the channels of a pixel are lost one by one.

    value : float in [0, 1], array-like of float or str, default=0.0
        What the pixels become:

        - a number: this share of the range, 0 for black; or one for each channel;
        - 'mean': the mean of the image, channel by channel;
        - 'color': a colour drawn for the image, uniformly;
        - 'random': a value drawn for each pixel and channel, uniformly.

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
    RandomErasing : A rectangle at once.
    SaltAndPepper : Pixels turned white or black.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import PixelDropout
    >>> image = np.full((1, 100, 100), 255, dtype=np.uint8)
    >>> holes = PixelDropout(rate=0.1, random_state=0).augment(image) == 0
    >>> round(float(holes.mean()), 2)
    0.1
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "rate": [sk.Interval(Real, 0, 1, closed="both"), "array-like"],
        "per_channel": ["boolean"],
        "value": FILLS,
    }

    def __init__(
        self,
        *,
        rate: Any = 0.05,
        per_channel: bool = False,
        value: Any = 0.0,
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
        self.rate = rate
        self.per_channel = per_channel
        self.value = value

    def _ranges(self) -> list[Range]:
        checked_fill(self.value, "value", "PixelDropout")
        return [plain_range(self.rate, "rate", "PixelDropout", high=1)]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        (rate,) = self._drawn(rng)
        shape = images.shape if self.per_channel else images.shape[:3]
        draw = rng.uniforms(int(np.prod(shape[1:])), stream=1, dtype=np.float32)
        values = fill_values(images, self.value, rng, value_range, "PixelDropout")
        return filled(images, (draw < rate.astype(np.float32)).reshape(shape), values)
