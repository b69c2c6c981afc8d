"""RandomPerspective: images as seen from aside."""

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
from skaug.image._matrices import homographies
from skaug.image._ranges import Range
from skaug.image._reading import Channels
from skaug.image._warp import WARP_CONSTRAINTS, Backend, Interpolation, warped

__all__ = ["RandomPerspective"]

_NEVER_FOLDED = 0.6  # from 2/3 on a corner may come to lie between its neighbours
_LEAST_SINE = 0.1  # of the angle by which a side turns into the next; at 0.6 it is 0.28 and more


class RandomPerspective(BaseImageSampler):
    r"""Append copies of images as they look from aside: their corners move inwards at random.

    Each corner moves by :math:`(d w \, u_1 / 2, \; d h \, u_2 / 2)` towards the middle of an image
    of w x h pixels, with d the ``distortion_scale`` and :math:`u_1, u_2 \sim U(0, 1)`; the
    projection that takes the old corners to the new ones takes the image with it.

    Cost: twice that of `RandomAffine`. For photographs of what is seen from many sides; of a
    scan, a digit or a spectrum there is but one.

    Parameters
    ----------
    distortion_scale : float in [0, 1], default=0.5
        How far corners move at most, as a share of the way to the middle; 0.5 is torchvision's.
        Above 2/3 a corner may come to lie between its neighbours, as if the image were folded;
        then all four move less.

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
    RandomAffine : Turns, moves, scales and shears.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomPerspective
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomPerspective(image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        **WARP_CONSTRAINTS,
        "distortion_scale": [sk.Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        distortion_scale: float = 0.5,
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
        self.distortion_scale = distortion_scale
        self.interpolation = interpolation
        self.fill = fill
        self.backend = backend

    def _validate_params(self) -> None:
        super()._validate_params()
        if self.backend == "cv2":
            require("cv2", "cv2", "RandomPerspective(backend='cv2')")

    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        sides = np.array([width - 1, height - 1], dtype=float)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * sides
        inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        moves = rng.uniforms(8).reshape(-1, 4, 2) * self.distortion_scale / 2 * sides
        if height == 1 or width == 1:  # a line has no perspective
            return np.tile(np.eye(3), (len(rng), 1, 1))
        folded = ~_are_convex((corners + inwards * moves) / sides)
        moves[folded] *= _NEVER_FOLDED / max(self.distortion_scale, _NEVER_FOLDED)
        return homographies(corners + inwards * moves, np.broadcast_to(corners, moves.shape))

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        return warped(
            images,
            self._matrices(rng, images.shape[1], images.shape[2]),
            value_range=value_range,
            interpolation=self.interpolation,
            fill=self.fill,
            backend=self.backend,
        )


def _are_convex(corners: Floats) -> NDArray[np.bool_]:
    """Return which quadrilaterals (m, 4, 2) have no corner that is flat or points inwards."""
    sides = np.roll(corners, -1, axis=1) - corners
    after = np.roll(sides, -1, axis=1)
    turns = sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0]
    lengths = np.sqrt((sides**2).sum(axis=2) * (after**2).sum(axis=2))
    convex: NDArray[np.bool_] = (turns > _LEAST_SINE * lengths).all(axis=1)
    return convex
