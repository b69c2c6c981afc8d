"""RandomErasing: a rectangle of the image lost."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._masks import (
    FILLS,
    box_masks,
    checked_fill,
    fill_values,
    filled,
    rectangle_sides,
)
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels

__all__ = ["RandomErasing"]


class RandomErasing(RangedSampler):
    r"""Append copies of images with a random rectangle erased.

    The area of the rectangle is uniform in ``scale``, as a share s of the image, its place is
    uniform, and its height over its width is log-uniform in the part of ``ratio`` in which a
    rectangle of that area fits into the image of H rows and W columns,

    .. math:: s \, H / W \le r \le H / (s \, W).

    If there is none, it is the r that fits which is nearest to ``ratio``. So every copy that ``p``
    chooses is erased, by the area asked for: to the nearest pixel in height, then in width.

    It teaches a model not to rely on one part of the image; where a single part tells the class,
    it makes copies with the wrong label.

    Parameters
    ----------
    scale : float in (0, 1] or pair of float, default=(0.02, 0.33)
        Range of the area, as a share of that of the image.

    ratio : float > 0 or pair of float, default=(0.3, 3.3)
        Range of height over width, in pixels.

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

    p : float in [0, 1], default=0.5
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
    Cutout : Squares that may reach beyond the image.
    GridMask : Many squares, evenly spread.

    Notes
    -----
    torchvision draws area and ratio up to ten times until the rectangle fits, and then leaves the
    image as it is without a word, so that large areas come less often than asked for. Its
    ``value='random'`` is normal noise, not limited to the range; here and in the paper it is
    uniform.

    References
    ----------
    .. [1] Z. Zhong, L. Zheng, G. Kang, S. Li, Y. Yang, "Random erasing data augmentation", AAAI
       2020. :doi:`10.1609/aaai.v34i07.7000`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import RandomErasing
    >>> images = np.full((4, 32, 32), 255, dtype=np.uint8)
    >>> erase = RandomErasing(scale=0.25, p=1, random_state=0)
    >>> (erase.augment(images) == 0).sum(axis=(1, 2)).tolist()
    [255, 255, 252, 261]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "scale": [sk.Interval(Real, 0, 1, closed="right"), "array-like"],
        "ratio": [sk.Interval(Real, 0, None, closed="neither"), "array-like"],
        "value": FILLS,
    }

    def __init__(
        self,
        *,
        scale: Any = (0.02, 0.33),
        ratio: Any = (0.3, 3.3),
        value: Any = 0.0,
        image_shape: Any = None,
        channels: Channels = "last",
        p: float = 0.5,
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
        self.ratio = ratio
        self.value = value

    def _ranges(self) -> list[Range]:
        checked_fill(self.value, "value", "RandomErasing")
        return [
            plain_range(self.scale, "scale", "RandomErasing", low=1e-6, high=1),
            plain_range(self.ratio, "ratio", "RandomErasing", low=1e-6, high=1e6),
        ]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        size = images.shape[1:3]
        scale, ratio = self._ranges()
        area, aspect, top, left = rng.uniforms(4).T
        area = scale[0] + (scale[1] - scale[0]) * area
        heights, widths = rectangle_sides(area, aspect, ratio, size)
        tops = np.floor(top * (size[0] - heights + 1)).astype(np.intp)
        lefts = np.floor(left * (size[1] - widths + 1)).astype(np.intp)
        masks = box_masks(tops, lefts, heights, widths, size)
        values = fill_values(images, self.value, rng, value_range, "RandomErasing")
        return filled(images, masks, values)
