"""ColorJitter: brightness, contrast, saturation and hue."""

from collections.abc import Callable
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
from skaug.image._colour import (
    brightened,
    contrasted,
    from_planes,
    hue_turned,
    saturated,
    to_planes,
)
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range, factor_range, signed_range
from skaug.image._reading import Channels

__all__ = ["ColorJitter"]

_Change = Callable[[Floats, Floats, Range], Floats]
_CHANGES: tuple[_Change, ...] = (brightened, contrasted, saturated, hue_turned)
_NONE = ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (0.0, 0.0))  # ranges that change nothing


class ColorJitter(RangedSampler):
    r"""Append copies of images with random brightness, contrast, saturation and hue.

    The first three move values away from a reference, by a factor drawn for each image:

    .. math:: v' = r + f \, (v - r)

    where r is black (the bottom of the range), the mean grey of the image, or the grey of the
    pixel, .299 R + .587 G + .114 B. The hue is turned in HSV. Each image has the four in an order
    of its own; values are clipped to the range after each.

    Images of one channel, or of any number but 3, have no saturation nor hue: those two leave
    them as they are, and grey is the mean of the channels.

    Parameters
    ----------
    brightness : float >= 0, pair of float or None, default=0.2
        Range of the factor: a number b stands for (max(0, 1 - b), 1 + b). 0 is black.

    contrast : float >= 0, pair of float or None, default=0.2
        Likewise; 0 is grey all over.

    saturation : float >= 0, pair of float or None, default=0.2
        Likewise; 0 leaves no colour.

    hue : float in [0, 0.5], pair of float or None, default=0.05
        Range of the turn, in shares of the full circle: h stands for (-h, h).

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
    RandomGamma : Changes middle tones, and clips nothing.

    Notes
    -----
    The parameters are those of torchvision; None is 0, no change. The order matters little:
    where values are clipped, and between saturation and hue.

    On bytes, each of the first three alone is within 1 level of ``PIL.ImageEnhance``, which rounds
    down, and for contrast within 2, as it rounds the mean grey too. Here values are rounded once,
    after all four.

    References
    ----------
    .. [1] A. G. Howard, "Some improvements on deep convolutional neural network based image
       classification", 2013. :doi:`10.48550/arXiv.1312.5402`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import ColorJitter
    >>> X = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    >>> X_res, y_res = ColorJitter(hue=0.1, random_state=0).fit_resample(X, [0, 1] * 5)
    >>> X_res.shape, X_res.dtype
    ((20, 32, 32, 3), dtype('uint8'))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "brightness": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
        "contrast": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
        "saturation": [sk.Interval(Real, 0, None, closed="left"), "array-like", None],
        "hue": [sk.Interval(Real, 0, 0.5, closed="both"), "array-like", None],
    }

    def __init__(
        self,
        *,
        brightness: Any = 0.2,
        contrast: Any = 0.2,
        saturation: Any = 0.2,
        hue: Any = 0.05,
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
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue

    def _ranges(self) -> list[Range]:
        return [
            factor_range(self.brightness, "brightness", "ColorJitter"),
            factor_range(self.contrast, "contrast", "ColorJitter"),
            factor_range(self.saturation, "saturation", "ColorJitter"),
            signed_range(self.hue, "hue", "ColorJitter", high=0.5),
        ]

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        planes = to_planes(images)
        changing = [range_ != none for range_, none in zip(self._ranges(), _NONE, strict=True)]
        if images.shape[3] != 3:
            changing[2:] = False, False
        active = np.flatnonzero(changing)
        factors = self._drawn(rng)
        order = active[np.argsort(rng.uniforms(len(_CHANGES), stream=1)[:, active], axis=1)]
        for which in order.T:
            planes = _changed(planes, which, factors, value_range)
        return from_planes(planes, images, value_range)


def _changed(
    planes: Floats, which: NDArray[np.intp], factors: list[Floats], value_range: Range
) -> Floats:
    """Make one change to each image, that which its number says."""
    for number in np.unique(which).tolist():
        rows = np.flatnonzero(which == number)
        factor = factors[number].astype(planes.dtype)
        if len(rows) == len(which):
            return _CHANGES[number](planes, factor, value_range)
        planes[rows] = _CHANGES[number](planes[rows], factor[rows], value_range)
    return planes
