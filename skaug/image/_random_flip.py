"""RandomFlip: images mirrored."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler
from skaug.image._matrices import symmetry_matrices
from skaug.image._ranges import Range
from skaug.image._reading import Channels
from skaug.image._rearranged import rearranged

__all__ = ["RandomFlip"]

_FLIPS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "horizontal": lambda planes: planes[:, :, ::-1],
    "vertical": lambda planes: planes[:, ::-1],
    "both": lambda planes: planes[:, ::-1, ::-1],
}


class RandomFlip(BaseImageSampler):
    r"""Append copies of images that are mirrored.

    Pixels are moved as they are. What the label is about must look the same in a mirror: a
    photograph of a cat, but neither a digit nor a letter.

    Cost: one copy of the image. By default half of the copies are mirrored and half are exact
    copies, as is the custom where images are drawn anew for each epoch; where copies are added to
    the originals, ``p=1`` wastes none.

    Parameters
    ----------
    direction : {'horizontal', 'vertical', 'both'}, default='horizontal'
        'horizontal' swaps left and right, 'vertical' top and bottom, and 'both' does either or
        both of it, each as likely.

    image_shape : (height, width) or (height, width, n_channels), default=None
        What image a row of X is; in this order for both values of ``channels``. One number may
        be -1, for what is left. None reads it from X, of shape (n, height, width[, n_channels]).

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X. 'first' is for rows of colour planes, as in the files of
        CIFAR-10, and for arrays of shape (n, n_channels, height, width).

    p : float in [0, 1], default=0.5
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
    RandomRotate90 : Quarter turns, and flips as well.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import RandomFlip
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = RandomFlip(image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "direction": [sk.StrOptions({"both", "horizontal", "vertical"})],
    }

    def __init__(
        self,
        *,
        direction: Literal["horizontal", "vertical", "both"] = "horizontal",
        image_shape: Any = None,
        channels: Channels = "last",
        p: float = 0.5,
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
        self.direction = direction

    def _drawn_flips(self, rng: RowRng) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which images are mirrored from left to right, and from top to bottom."""
        which = np.full(len(rng), 0 if self.direction == "horizontal" else 1)
        if self.direction == "both":
            which = (3 * rng.uniforms(1)[:, 0]).astype(int)
        return which != 1, which != 0

    def _matrices(self, rng: RowRng, height: int, width: int) -> Floats:
        across, down = self._drawn_flips(rng)
        # upside down is left to right and half a turn
        turns = np.where(down, 2, 0)
        return symmetry_matrices(height, width, turns=turns, mirrored=across ^ down)

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        if self.direction != "both":
            return rearranged(images, _FLIPS[self.direction])
        across, down = self._drawn_flips(rng)
        out = images.copy()
        for rows, name in ((~down, "horizontal"), (~across, "vertical"), (across & down, "both")):
            out[rows] = rearranged(images[rows], _FLIPS[name])
        return out
