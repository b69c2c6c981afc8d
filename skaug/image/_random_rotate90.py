"""RandomRotate90: images turned by quarters."""

from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._matrices import symmetry_matrices
from skaug.image._ranges import Range
from skaug.image._reading import Channels
from skaug.image._rearranged import rearranged

__all__ = ["RandomRotate90"]


class RandomRotate90(BaseImageSampler):
    r"""Append copies of images that are turned by one, two or three quarters.

    Pixels are moved as they are. For images without an up and a down, as those of microscopes,
    telescopes and satellites. With ``flips`` all seven symmetries of a square that change something
    are as likely.

    Cost: one copy of the image.

    Parameters
    ----------
    flips : bool, default=False
        Whether images are mirrored as well.

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
        If images are not square.

    See Also
    --------
    RandomFlip : Mirrors only, images of any shape.
    RandomAffine : Turns by any angle.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomRotate90
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomRotate90(image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "flips": ["boolean"],
    }

    def __init__(
        self,
        *,
        flips: bool = False,
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
        self.flips = flips

    def _drawn_symmetry(self, rng: RowRng) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return the quarter turns of each image, and whether it is mirrored before."""
        number = 1 + ((7 if self.flips else 3) * rng.uniforms(1)[:, 0]).astype(int)
        return number % 4, number >= 4

    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        _require_square(height, width)
        turns, mirrored = self._drawn_symmetry(rng)
        return symmetry_matrices(height, width, turns=turns, mirrored=mirrored)

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        _require_square(*images.shape[1:3])
        turns, mirrored = self._drawn_symmetry(rng)
        out = images.copy()
        for is_mirrored in (False, True):
            for quarters in range(4):
                rows = np.flatnonzero((turns == quarters) & (mirrored == is_mirrored))
                if len(rows):
                    move = partial(_symmetric, quarters=quarters, is_mirrored=is_mirrored)
                    out[rows] = rearranged(images[rows], move)
        return out


def _symmetric(planes: NDArray[Any], quarters: int, is_mirrored: bool) -> NDArray[Any]:
    return np.rot90(planes[:, :, ::-1] if is_mirrored else planes, quarters, axes=(1, 2))


def _require_square(height: int, width: int) -> None:
    if height != width:
        raise ValueError(
            f"RandomRotate90 needs square images, as copies keep their shape; these are {height} "
            f"pixels high and {width} wide. Use RandomFlip(direction='both'), or cut them square."
        )
