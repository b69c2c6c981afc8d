"""Cutout: squares of the image lost."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._masks import FILLS, box_masks, checked_fill, cut_length, fill_values, filled
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range
from skaug.image._reading import Channels

__all__ = ["Cutout"]


class Cutout(RangedSampler):
    r"""Append copies of images with squares cut out, which may reach beyond the image.

    The middle of a square is uniform over the pixels, so that squares are smaller at the border,
    and each pixel is about equally often in one. Half of the side, the default, is 16 of 32
    pixels, as in the paper for CIFAR-10; it took a quarter for 100 classes.

    Parameters
    ----------
    n_holes : int, default=1
        Number of squares; they may overlap.

    length : float in (0, 2], default=0.5
        Side of a square, as a share of the shorter side of the image.

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
    RandomErasing : A rectangle of random area within the image.

    Notes
    -----
    A square with middle y and side L covers the rows from y - floor(L / 2) on; the authors' code
    rounds the side down to an even number.

    References
    ----------
    .. [1] T. DeVries, G. W. Taylor, "Improved regularization of convolutional neural networks with
       cutout", 2017. :doi:`10.48550/arXiv.1708.04552`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import Cutout
    >>> images = np.full((4, 32, 32), 255, dtype=np.uint8)
    >>> holes = Cutout(random_state=0).augment(images) == 0
    >>> bool((holes.sum(axis=(1, 2)) <= 16 * 16).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "n_holes": [sk.Interval(Integral, 1, None, closed="left")],
        "length": [sk.Interval(Real, 0, 2, closed="right")],
        "value": FILLS,
    }

    def __init__(
        self,
        *,
        n_holes: int = 1,
        length: float = 0.5,
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
        self.n_holes = n_holes
        self.length = length
        self.value = value

    def _ranges(self) -> list[Range]:
        checked_fill(self.value, "value", "Cutout")
        return []

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        height, width = size = images.shape[1:3]
        side = cut_length(self.length, size)
        sides = np.full(len(images), side)
        corners = rng.uniforms(2 * self.n_holes).reshape(len(images), self.n_holes, 2)
        starts = np.floor(corners * (height, width)).astype(np.intp) - side // 2
        masks = np.zeros(images.shape[:3], dtype=bool)
        for tops, lefts in starts.transpose(1, 2, 0):
            masks |= box_masks(tops, lefts, sides, sides, size)
        values = fill_values(images, self.value, rng, value_range, "Cutout")
        return filled(images, masks, values)
