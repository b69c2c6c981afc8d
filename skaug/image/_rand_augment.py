"""RandAugment: some of fourteen operations, drawn for each image, all equally strong."""

from numbers import Integral, Real
from typing import Any, ClassVar

from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._operations import RAND_AUGMENT, picked_codes, strengths_of
from skaug.image._policy_sampler import PolicySampler
from skaug.image._ranges import Range
from skaug.image._reading import Channels
from skaug.image._warp import Backend, Interpolation

__all__ = ["RandAugment"]


class RandAugment(PolicySampler):
    r"""Append copies of images changed by a few of fourteen operations, all equally strong.

    For each image ``num_ops`` operations are drawn, with replacement, and applied one after the
    other at level :math:`l = magnitude / (num\_magnitude\_bins - 1)` of their ranges:

    - shear along x or y by a slope of up to .3, translation along x or y by up to 150/331 of the
      side, rotation by up to 30 degrees, each in either direction;
    - brightness, colour, contrast and sharpness times 1 - .9 l or 1 + .9 l;
    - `Posterize` by up to 4 of 8 bits, `Solarize` from the lightest l of the range on;
    - `AutoContrast`, `Equalize` and no change, which have no strength.

    So there are two numbers to search, which is what it is for: try magnitudes 3, 9 and 15 with
    one and two operations. Nothing is learned.

    Parameters
    ----------
    num_ops : int, default=2
        Operations for an image.

    magnitude : float, default=9
        How strong they are, from 0 to ``num_magnitude_bins - 1``.

    num_magnitude_bins : int, default=31
        The scale of ``magnitude``.

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
    ValueError
        If ``magnitude`` is ``num_magnitude_bins`` or more.

    See Also
    --------
    TrivialAugment : One operation of random strength: nothing to search.
    AugMix : Mixtures of weak operations.
    Compose : Operations of your choice.

    Notes
    -----
    Operations and ranges are those of torchvision, with three differences. A shear is about the
    centre, not about a corner, so that it does not move the image too. Magnitude 0 changes
    nothing but by `AutoContrast` and `Equalize`; there white is solarised even then. Pixels are
    interpolated bilinearly. Consecutive geometric operations of an image make one warp, so that
    nothing is cut off between them, nor blurred twice.

    Colour leaves images as they are that do not have 3 channels. The operations are meant for
    photographs; where a dark digit and a light one, or a 6 and a 9, are not the same, use
    `Compose` with those that keep the label.

    References
    ----------
    .. [1] E. D. Cubuk, B. Zoph, J. Shlens, Q. V. Le, "RandAugment: Practical automated data
       augmentation with a reduced search space", 2019. :doi:`10.48550/arXiv.1909.13719`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandAugment
    >>> X, y = load_digits(return_X_y=True)
    >>> policy = RandAugment(num_ops=1, magnitude=6, image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = policy.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PolicySampler._parameter_constraints,
        "num_ops": [sk.Interval(Integral, 1, None, closed="left")],
        "magnitude": [sk.Interval(Real, 0, None, closed="left")],
        "num_magnitude_bins": [sk.Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        *,
        num_ops: int = 2,
        magnitude: float = 9,
        num_magnitude_bins: int = 31,
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
        self.num_ops = num_ops
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins
        self.interpolation = interpolation
        self.fill = fill
        self.backend = backend

    def _validate_params(self) -> None:
        super()._validate_params()
        highest = self.num_magnitude_bins - 1
        if self.magnitude > highest:
            raise ValueError(
                f"magnitude of RandAugment must be at most num_magnitude_bins - 1 = {highest}, got "
                f"{self.magnitude!r}."
            )

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        uniforms = rng.uniforms(2 * self.num_ops)
        codes = picked_codes(list(RAND_AUGMENT), uniforms[:, : self.num_ops])
        level = self.magnitude / (self.num_magnitude_bins - 1)
        strengths = strengths_of(codes, level, uniforms[:, self.num_ops :], RAND_AUGMENT)
        return self._applied(images, codes, strengths, value_range)
