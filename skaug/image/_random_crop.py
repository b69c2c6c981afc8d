"""RandomCrop: images moved by whole pixels."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._ranges import Range, shares_of_sides
from skaug.image._reading import Channels

__all__ = ["RandomCrop"]


class RandomCrop(BaseImageSampler):
    r"""Append copies of images that are padded on all sides and cut to their size again at random.

    That is, images move by up to ``padding`` of their side in each direction, by whole pixels; so
    nothing is interpolated. A padding of 4 pixels for images of 32 is the custom since [1]_.

    Cost: one copy of the image. Labels must not depend on what is at the border.

    Parameters
    ----------
    padding : float in [0, 1] or pair of float, default=0.125
        How far images move at most, as a share of their width and height, rounded to pixels and
        one at least; a pair gives the two of them. The default is 4 pixels of 32.

    padding_mode : {'constant', 'edge', 'reflect'}, default='constant'
        What comes in: a constant, the pixel at the border, or what is behind a mirror there.

    fill : float in [0, 1], default=0.0
        The constant, as a share of the range of values.

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
    RandomAffine : Moves by fractions of pixels, and turns, scales and shears.
    RandomResizedCrop : Shows a part in full size.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition",
       CVPR 2016. :doi:`10.1109/CVPR.2016.90`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomCrop
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomCrop(image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "padding": [sk.Interval(Real, 0, 1, closed="both"), "array-like"],
        "padding_mode": [sk.StrOptions({"constant", "edge", "reflect"})],
        "fill": [sk.Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        padding: Any = 0.125,
        padding_mode: Literal["constant", "edge", "reflect"] = "constant",
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
        self.padding = padding
        self.padding_mode = padding_mode
        self.fill = fill

    def _validate_params(self) -> None:
        super()._validate_params()
        shares_of_sides(self.padding, "padding", "RandomCrop", high=1)

    def _pads(self, height: int, width: int) -> tuple[int, int]:
        """Return how many pixels are put above and below, and to the left and right."""
        across, down = shares_of_sides(self.padding, "padding", "RandomCrop", high=1)
        return _pixels(down, height), _pixels(across, width)

    @sk.available_if(lambda self: self.padding_mode == "constant")  # what else comes in is no warp
    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        pads = self._pads(height, width)
        matrices = np.tile(np.eye(3), (len(rng), 1, 1))
        matrices[:, 1, 2], matrices[:, 0, 2] = np.subtract(_places(rng, pads).T, pads).T
        return matrices

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        pads = self._pads(*images.shape[1:3])
        low, high = value_range
        outside = low + self.fill * (high - low)
        if images.dtype == np.uint8:
            outside = np.rint(outside)
        settings: dict[str, Any] = (
            {"constant_values": outside} if self.padding_mode == "constant" else {}
        )
        widths = [(0, 0), *((pad, pad) for pad in pads), (0, 0)]
        padded = np.pad(images, widths, mode=self.padding_mode, **settings)
        tops, lefts = _places(rng, pads)
        return _cut(padded, tops, lefts, images.shape)


def _places(rng: RowRng, pads: tuple[int, int]) -> Indices:
    """Draw where cuts begin in the padded images: from the top, and from the left."""
    sizes = 2 * np.array(pads) + 1
    return (rng.uniforms(2) * sizes).astype(np.intp).T


def _pixels(share: float, side: int) -> int:
    return max(int(np.rint(share * side)), 1 if share else 0)


def _cut(
    padded: NDArray[Any], tops: Indices, lefts: Indices, shape: tuple[int, ...]
) -> NDArray[Any]:
    """Return from each image what is `shape` large and begins at its own place."""
    m, height, width, n_channels = shape
    lines = padded.reshape(m, padded.shape[1], -1)
    windows = sliding_window_view(lines, (height, width * n_channels), axis=(1, 2))
    cut: NDArray[Any] = windows[np.arange(m), tops, lefts * n_channels]
    return cut.reshape(shape)
