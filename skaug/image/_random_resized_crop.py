"""RandomResizedCrop: parts of images, seen in their full size."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.extras import require
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._matrices import crop_matrices
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels
from skaug.image._warp import WARP_CONSTRAINTS, Backend, Interpolation, warped

__all__ = ["RandomResizedCrop"]


class RandomResizedCrop(RangedSampler):
    r"""Append copies of images that show a part of them, stretched to the full size.

    A part has :math:`s w h` of the w x h pixels, with the share s from ``scale``, and is
    :math:`\sqrt r` times as wide and :math:`1 / \sqrt r` times as high as the image, with
    :math:`\log r` uniform between the logarithms of ``ratio``. What would be wider or higher than
    the image is as wide or as high as it. Each place in the image is as likely.

    Cost: that of `RandomAffine`. The part may leave out what the label is about: 0.08, the paper's
    lowest share, suits photographs with one large object, and small images hardly ever.

    Parameters
    ----------
    scale : float or pair of float in (0, 1], default=(0.08, 1.0)
        Share of the image that is seen, the range of [1]_.

    ratio : float or pair of float > 0, default=(3/4, 4/3)
        How much wider than high the part is in comparison with the image.

    interpolation : {'bilinear', 'nearest'}, default='bilinear'
        Between the four pixels around a place, or the nearest of them.

    fill : float in [0, 1], default=0.0
        What comes in from outside, as a share of the range of values.

    backend : {'numpy', 'cv2'}, default='numpy'
        What computes it. 'cv2' needs OpenCV (``pip install "skaug[cv2]"``), is faster on large
        images, and differs by less than 0.001 of the range, or a level of bytes.

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
    MissingExtraError
        If ``backend='cv2'`` and OpenCV is not installed.

    See Also
    --------
    RandomCrop : Moves images by whole pixels.
    RandomAffine : Scales about the centre.

    Notes
    -----
    The middles of the corner pixels of a part become those of the copy, so that nothing from
    outside is ever seen. torchvision's ratio is that of the part's own sides, and where ten parts
    drawn do not fit it takes the middle of the image.

    References
    ----------
    .. [1] C. Szegedy et al., "Going deeper with convolutions", CVPR 2015.
       :doi:`10.1109/CVPR.2015.7298594`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomResizedCrop
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomResizedCrop(scale=(0.7, 1.0), image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        **WARP_CONSTRAINTS,
        "scale": [sk.Interval(Real, 0, 1, closed="right"), "array-like"],
        "ratio": [sk.Interval(Real, 0, None, closed="neither"), "array-like"],
    }

    def __init__(
        self,
        *,
        scale: Any = (0.08, 1.0),
        ratio: Any = (3 / 4, 4 / 3),
        interpolation: Interpolation = "bilinear",
        fill: float = 0.0,
        backend: Backend = "numpy",
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
        self.ratio = ratio
        self.interpolation = interpolation
        self.fill = fill
        self.backend = backend

    def _ranges(self) -> list[Range]:
        if self.backend == "cv2":
            require("cv2", "cv2", "RandomResizedCrop(backend='cv2')")
        scale = plain_range(self.scale, "scale", "RandomResizedCrop", low=1e-6, high=1)
        low, high = plain_range(self.ratio, "ratio", "RandomResizedCrop", low=1e-3, high=1e3)
        return [scale, (np.log(low), np.log(high)), (0.0, 1.0), (0.0, 1.0)]

    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        scale, log_ratio, across, down = self._drawn(rng)
        half = np.hstack([log_ratio, -log_ratio]) / 2
        sides = np.array([width - 1, height - 1])
        size = np.minimum(np.sqrt(scale) * np.exp(half), 1) * sides
        low = np.hstack([across, down]) * (sides - size)
        return crop_matrices(height, width, low=low, high=low + size)

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        return warped(
            images,
            self._matrices(rng, images.shape[1], images.shape[2]),
            value_range=value_range,
            interpolation=self.interpolation,
            fill=self.fill,
            backend=self.backend,
        )
