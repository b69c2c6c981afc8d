"""GridMask: a grid of squares lost."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._masks import FILLS, checked_fill, fill_values, filled, grid_masks
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range, signed_range
from skaug.image._reading import Channels

__all__ = ["GridMask"]


class GridMask(RangedSampler):
    r"""Append copies of images with a grid of squares cut out.

    The squares have the side :math:`(1 - r) d` and come every d pixels in both directions, from a
    random start; d is drawn for each image. The share :math:`1 - (1 - r)^2` of the image stays:
    much like with one large square, but no object is likely to vanish whole.

    Parameters
    ----------
    ratio : float in (0, 1), default=0.6
        r, the share of d between two squares: larger keeps more. The paper has 0.6 for ImageNet
        and 0.4 for CIFAR-10.

    unit : float > 0 or pair of float, default=(0.4, 1.0)
        Range of d, as shares of the shorter side of the image. At least 2 pixels.

    degrees : float >= 0 or pair of float, default=0.0
        Range of the angle by which the grid is turned about the middle of the image; a number a
        stands for (-a, a).

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
    Cutout : One large square.

    Notes
    -----
    d and the side of the squares are rounded to whole pixels, with at least one pixel of each
    unit cut out, and one kept. The authors raise the probability of a mask from 0 to 0.8 as
    training goes on, which ``p`` can do from call to call.

    References
    ----------
    .. [1] P. Chen, S. Liu, H. Zhao, X. Wang, J. Jia, "GridMask data augmentation", 2020.
       :doi:`10.48550/arXiv.2001.04086`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import GridMask
    >>> image = np.full((1, 4, 4), 255, dtype=np.uint8)
    >>> int((GridMask(ratio=0.5, unit=0.5).augment(image) == 0).sum())
    4
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "ratio": [sk.Interval(Real, 0, 1, closed="neither")],
        "unit": [sk.Interval(Real, 0, None, closed="neither"), "array-like"],
        "degrees": [sk.Interval(Real, 0, None, closed="left"), "array-like"],
        "value": FILLS,
    }

    def __init__(
        self,
        *,
        ratio: float = 0.6,
        unit: Any = (0.4, 1.0),
        degrees: Any = 0.0,
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
        self.ratio = ratio
        self.unit = unit
        self.degrees = degrees
        self.value = value

    def _ranges(self) -> list[Range]:
        checked_fill(self.value, "value", "GridMask")
        return [
            plain_range(self.unit, "unit", "GridMask", low=1e-6),
            signed_range(self.degrees, "degrees", "GridMask"),
        ]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        size = images.shape[1:3]
        unit, degrees = self._drawn(rng)
        pixels = np.maximum(2, np.rint(unit[:, 0] * min(size)))
        offsets = rng.uniforms(2, stream=1)
        masks = grid_masks(pixels, offsets, np.deg2rad(degrees[:, 0]), self.ratio, size)
        values = fill_values(images, self.value, rng, value_range, "GridMask")
        return filled(images, masks, values)
