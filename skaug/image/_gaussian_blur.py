"""GaussianBlur: images out of focus."""

from functools import partial
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.extras import require
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._blocks import by_blocks
from skaug.image._filters import blur_radius, blurred
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels
from skaug.image._tone import bounded, working_dtype

__all__ = ["GaussianBlur"]


class GaussianBlur(RangedSampler):
    r"""Append copies of images blurred by a Gaussian of random width.

    .. math:: v'_p = \sum_q w_{p - q} \, v_q, \quad w_d \propto e^{-\|d\|^2 / 2 \sigma^2}

    over the pixels less than :math:`3 \sigma_{\max}` away in each direction; beyond the border the
    image is mirrored. The width is in pixels: 2 of them, harmless in a photograph, wipe out a
    digit of 8 x 8.

    Cost: O(:math:`\sigma_{\max}`) for each pixel, so give no wider range than is needed.

    Parameters
    ----------
    sigma : float >= 0 or pair of float, default=(0.1, 2.0)
        Standard deviation in pixels; a pair is a range to draw it from for each image.

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
    Sharpness : Blurs by little, or does the opposite.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import GaussianBlur
    >>> X, y = load_digits(return_X_y=True)
    >>> blur = GaussianBlur(sigma=(0.1, 0.8), image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = blur.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "sigma": [sk.Interval(Real, 0, None, closed="left"), "array-like"],
        "backend": [sk.StrOptions({"cv2", "numpy"})],
    }

    def __init__(
        self,
        *,
        sigma: Any = (0.1, 2.0),
        backend: Literal["numpy", "cv2"] = "numpy",
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
        self.sigma = sigma
        self.backend = backend

    def _ranges(self) -> list[Range]:
        if self.backend == "cv2":
            require("cv2", "cv2", "GaussianBlur(backend='cv2')")
        return [plain_range(self.sigma, "sigma", "GaussianBlur")]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        (sigma,) = self._drawn(rng)
        radius = blur_radius(self._ranges()[0][1])  # not of what is drawn: images are independent
        floats = images.astype(working_dtype(images), copy=False)
        blur = _blurred_cv2 if self.backend == "cv2" else blurred
        made = by_blocks(partial(blur, radius=radius), floats, sigma)
        return bounded(made, images.dtype, *value_range)


def _blurred_cv2(images: Floats, sigma: Floats, radius: int) -> Floats:
    """Do as `blurred` does, by OpenCV."""
    cv2 = require("cv2", "cv2", "GaussianBlur(backend='cv2')")
    height, width, n_channels = images.shape[1:]
    size = (2 * min(radius, width - 1) + 1, 2 * min(radius, height - 1) + 1)
    out = np.empty_like(images)
    for image, made, s in zip(images, out, np.maximum(sigma[:, 0], 1e-3).tolist(), strict=True):
        found = cv2.GaussianBlur(image, size, sigmaX=s, borderType=cv2.BORDER_REFLECT_101)
        made[...] = found.reshape(height, width, n_channels)
    return out
