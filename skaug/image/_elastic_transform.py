"""ElasticTransform: images on rubber."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, plain_range
from skaug.image._reading import Channels
from skaug.image._warp import WARP_CONSTRAINTS, Interpolation, displaced

__all__ = ["ElasticTransform"]

_RADIUS = 3  # of a filter, in deviations


class ElasticTransform(RangedSampler):
    r"""Append copies of images that are stretched here and squeezed there, as on rubber.

    A pixel of the copy is what is u(p) away from its place p in the image, with u a smooth field
    of random displacements in both directions: white noise passed through a Gaussian filter,

    .. math:: v'(p) = v(p + u(p)), \quad u = \alpha \, \ell \, (G_\sigma * \epsilon) / \|G_\sigma\|

    where :math:`\ell` is the shorter side. So ``alpha`` is the standard deviation of the
    displacement and ``sigma`` how far it is alike, both as shares of that side, whatever the size.

    Cost: about twice that of `RandomAffine`; the noise is drawn where it counts, some ``sigma``
    apart, so that large images need no more of it. Made for handwriting [1]_;
    where ``alpha`` is above half of ``sigma`` lines break.

    Parameters
    ----------
    alpha : float >= 0 or pair of float, default=0.03
        Standard deviation of the displacement, a share of the shorter side; a pair is a range to
        draw it from for each image.

    sigma : float > 0, default=0.1
        Width of the filter, a share of the shorter side.

    interpolation : {'bilinear', 'nearest'}, default='bilinear'
        Between the four pixels around a place, or the nearest of them.

    fill : float in [0, 1], default=0.0
        What comes in from outside, as a share of the range of values.

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
    RandomAffine : Moves all pixels alike.

    Notes
    -----
    torchvision and [1]_ give both in pixels, and draw from U(-1, 1) before the filter: with
    their :math:`\alpha` and :math:`\sigma` the displacement has a standard deviation of about
    :math:`\alpha / (2 \sqrt{3 \pi} \, \sigma)` pixels, 1.6 for torchvision's 50 and 5.

    References
    ----------
    .. [1] P. Y. Simard, D. Steinkraus, J. C. Platt, "Best practices for convolutional neural
       networks applied to visual document analysis", ICDAR 2003. :doi:`10.1109/ICDAR.2003.1227801`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import ElasticTransform
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = ElasticTransform(alpha=0.05, image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "interpolation": WARP_CONSTRAINTS["interpolation"],
        "fill": WARP_CONSTRAINTS["fill"],
        "alpha": [sk.Interval(Real, 0, None, closed="left"), "array-like"],
        "sigma": [sk.Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        *,
        alpha: Any = 0.03,
        sigma: float = 0.1,
        interpolation: Interpolation = "bilinear",
        fill: float = 0.0,
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
        self.alpha = alpha
        self.sigma = sigma
        self.interpolation = interpolation
        self.fill = fill

    def _ranges(self) -> list[Range]:
        return [plain_range(self.alpha, "alpha", "ElasticTransform")]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        height, width = images.shape[1:3]
        side = min(height, width)
        (alpha,) = self._drawn(rng)
        down, across = _filter(height, self.sigma * side), _filter(width, self.sigma * side)
        noise = rng.normals(2 * down.shape[1] * across.shape[1], stream=1, dtype=np.float32)
        field = down @ noise.reshape(len(images), 2, down.shape[1], -1) @ across.T
        field *= (alpha * side).astype(np.float32)[:, :, None, None]
        return displaced(
            images,
            field[:, 0],
            field[:, 1],
            value_range=value_range,
            interpolation=self.interpolation,
            fill=self.fill,
        )


def _filter(size: int, sigma: float) -> Floats:
    """Return a Gaussian of every pixel's distance from the knots, (size, n_knots), of norm 1.

    Noise at the knots is all the field needs: they stand sigma apart, though no closer than pixels,
    and with more of them no correlation changes by 0.01. They go on beyond the image, so that its
    border moves as much as its middle.
    """
    step = max(sigma, 1.0)
    n_beyond = int(np.ceil(_RADIUS * sigma / step))
    n_knots = int(np.ceil((size - 1) / step)) + 1 + 2 * n_beyond
    knots = (size - 1) / 2 + step * (np.arange(n_knots) - (n_knots - 1) / 2)
    matrix = np.exp(-0.5 * ((np.arange(size)[:, None] - knots) / sigma) ** 2)
    matrix /= np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return matrix.astype(np.float32)
