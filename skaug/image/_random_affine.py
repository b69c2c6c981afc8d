"""RandomAffine: images turned, moved, scaled and sheared."""

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
from skaug.image._matrices import affine_matrices
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, factor_range, shares_of_sides, signed_range
from skaug.image._reading import Channels
from skaug.image._warp import WARP_CONSTRAINTS, Backend, Interpolation, warped

__all__ = ["RandomAffine"]


class RandomAffine(RangedSampler):
    r"""Append copies of images that are turned, moved, scaled and sheared at random.

    A pixel of the copy is what stands at :math:`T^{-1}` of its place in the image, with

    .. math:: T = M(c + t) \, s \, R(a) \, H \, M(-c)

    M moving by a vector, c the centre of the image, t the translation, s the scale, R a rotation
    and H a shear. One warp makes all of it, so that the image is interpolated once.

    Cost: O(1) for each pixel, a dozen nanoseconds. Small images cannot take much: a tenth of the
    side of a digit of 8 x 8 is less than a pixel, and a rotation by 20 degrees makes of a 6 what
    may be a 0. Labels must not depend on place, size or direction.

    As in torchvision, None stands for no change of that kind.

    Parameters
    ----------
    degrees : float or pair of float, default=10
        Rotation in degrees, clockwise; a number a stands for (-a, a).

    translate : float, pair of float or None, default=0.1
        How far images move at most, as a share of their width and of their height; a pair gives
        the two of them.

    scale : float, pair of float or None, default=(0.9, 1.1)
        Factor by which what is seen grows; a number a stands for (1 - a, 1 + a).

    shear : float, pair or four of float, or None, default=0.0
        Angle in degrees by which vertical lines lean; a number a stands for (-a, a), and
        two more numbers are the range for horizontal lines.

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
    RandomPerspective : Four corners that move by themselves.
    ElasticTransform : Every pixel moves a little by itself.

    Notes
    -----
    Angles, directions and the order of the steps are those of torchvision's class of this
    name, whose translations are rounded to whole pixels. Ranges are drawn from uniformly.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomAffine
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomAffine(degrees=15, image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        **WARP_CONSTRAINTS,
        "degrees": [sk.Interval(Real, 0, None, closed="left"), "array-like"],
        "translate": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
        "scale": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
        "shear": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
    }

    def __init__(
        self,
        *,
        degrees: Any = 10,
        translate: Any = 0.1,
        scale: Any = (0.9, 1.1),
        shear: Any = 0.0,
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
        self.degrees = degrees
        self.translate = translate
        self.scale = scale
        self.shear = shear
        self.interpolation = interpolation
        self.fill = fill
        self.backend = backend

    def _ranges(self) -> list[Range]:
        if self.backend == "cv2":
            require("cv2", "cv2", "RandomAffine(backend='cv2')")
        scale = factor_range(self.scale, "scale", "RandomAffine")
        if scale[0] <= 0:
            raise ValueError(
                f"scale of RandomAffine must be above 0, got {self.scale!r}: at 0 nothing is seen."
            )
        translate = 0.0 if self.translate is None else self.translate
        across, down = shares_of_sides(translate, "translate", "RandomAffine")
        along_x, along_y = _shears(self.shear)
        degrees = signed_range(self.degrees, "degrees", "RandomAffine", high=360)
        return [degrees, (-across, across), (-down, down), scale, along_x, along_y]

    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        degrees, across, down, scale, along_x, along_y = self._drawn(rng)
        return affine_matrices(
            height,
            width,
            angle=np.deg2rad(degrees[:, 0]),
            translate=np.hstack([across * width, down * height]),
            scale=scale[:, 0],
            shear=np.deg2rad(np.hstack([along_x, along_y])),
        )

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        return warped(
            images,
            self._matrices(rng, images.shape[1], images.shape[2]),
            value_range=value_range,
            interpolation=self.interpolation,
            fill=self.fill,
            backend=self.backend,
        )


def _shears(shear: Any) -> tuple[Range, Range]:
    """Return the ranges for both directions; less than a right angle, at which all is flat."""
    if np.ndim(shear) == 1 and len(shear) == 4:
        along_x, along_y = shear[:2], shear[2:]
    else:
        along_x, along_y = shear, None
    ranges = [signed_range(part, "shear", "RandomAffine", high=89) for part in (along_x, along_y)]
    return ranges[0], ranges[1]
