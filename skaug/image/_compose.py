"""Compose: image samplers one after the other."""

from typing import Any

from numpy.typing import NDArray

from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._augmenter_list import AugmenterList
from skaug.image._fusing import apply_fused
from skaug.image._ranges import Range
from skaug.image._reading import Channels

__all__ = ["Compose"]


class Compose(AugmenterList):
    r"""Append copies of images changed by several image samplers, one after the other.

    Neighbours that are matrices (`RandomAffine`, `RandomPerspective`, `RandomResizedCrop`, with
    flips and quarter turns between them) are made one warp, by the product: it takes about the
    time of one, and interpolates once, where two interpolations blur twice. Neighbours that are
    curves of the value (`RandomGamma`, `Posterize`, `Solarize`, ...) become one table for images
    of bytes, with the same result to the bit.

    Parameters
    ----------
    augmenters : list of image samplers or of (str, image sampler)
        The samplers; None or 'passthrough' leaves one out. Without names they are named as by
        `make_pipeline`. Their parameters are set and searched as ``name__parameter``. Of each,
        its own parameters and its ``p`` count; images, copies, seed and threads are those of
        this sampler.

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
        If one of the augmenters asks for ``copies``, ``keep_original`` or ``sampling_strategy``
        of its own.

    See Also
    --------
    OneOf : Apply one of several, drawn for each image.
    RandAugment : Apply some of fourteen operations, with one or two numbers to search.
    skaug.compose.SamplerChain : Samplers of any kind, each on all rows of the one before.

    Notes
    -----
    Between fused warps nothing is cut off: what one of them moves out of the image another one
    may bring back, where one after the other would fill a hole. Warps are fused if they have the
    same ``interpolation``, ``fill`` and ``backend``.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import Compose, RandomAffine, RandomGamma
    >>> X, y = load_digits(return_X_y=True)
    >>> steps = [RandomAffine(degrees=10), RandomGamma(p=0.5)]
    >>> compose = Compose(steps, image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = compose.set_params(randomaffine__degrees=20).fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    def __init__(
        self,
        augmenters: Any,
        *,
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
        self.augmenters = augmenters

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        steps = [(part, own) for part, own in self._parts(rng) if part is not None]
        return apply_fused(steps, images, value_range)
