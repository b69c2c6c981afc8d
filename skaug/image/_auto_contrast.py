"""AutoContrast: values spread over the whole range."""

from typing import Any

from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.row_rng import RowRng
from skaug.image._ranges import Range
from skaug.image._tone import Curve, channel_extremes, stretched_curve, working_dtype
from skaug.image._tone_sampler import ToneSampler

__all__ = ["AutoContrast"]


class AutoContrast(ToneSampler):
    r"""Append copies of images with the values of each channel spread over the whole range.

    .. math:: v' = lo + (hi - lo) \frac{v - \min v}{\max v - \min v}

    with the extremes of the channel of the image. A channel of one value stays as it is. Nothing
    is drawn: ``p`` makes it random.

    Parameters
    ----------
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
    Equalize : Makes all values equally frequent.

    Notes
    -----
    On bytes it is within a level of ``PIL.ImageOps.autocontrast``, which rounds down.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import AutoContrast
    >>> image = np.array([[[50, 100], [150, 50]]], dtype=np.uint8)
    >>> AutoContrast().augment(image)[0].tolist()
    [[0, 128], [255, 0]]
    """

    def _curve(
        self, images: NDArray[Any], rng: RowRng, value_range: Range
    ) -> tuple[Curve, list[Floats]]:
        darkest, lightest = channel_extremes(images)
        dtype = working_dtype(images)
        return stretched_curve, [darkest.astype(dtype), lightest.astype(dtype)]
