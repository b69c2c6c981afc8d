"""AugMix: mixtures of an image with what chains of weak operations make of it."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, softmax

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._operations import AUG_MIX, Codes, Op, picked_codes, strengths_of
from skaug.image._policy_sampler import PolicySampler
from skaug.image._ranges import Range
from skaug.image._reading import Channels
from skaug.image._tone import bounded, working_dtype
from skaug.image._warp import Backend, Interpolation

__all__ = ["AugMix"]

_LEVELS = 10  # of severity
_DEEPEST = 3  # chain of random depth
_CORRUPTIONS = (Op.BRIGHTNESS, Op.COLOR, Op.CONTRAST, Op.SHARPNESS)


class AugMix(PolicySampler):
    r"""Append mixtures of images with what chains of weak operations make of them.

    .. math:: x' = m \, x + (1 - m) \sum_{i=1}^{k} w_i \, C_i(x), \quad
       w \sim Dirichlet(\alpha, \dots, \alpha), \quad m \sim Beta(\alpha, \alpha)

    where each of the k = ``mixture_width`` chains :math:`C_i` is one to three operations, drawn
    for each image. The copies vary more than by one chain, and yet stay near the image.

    An operation has a level l of j/9, j drawn from 0 to ``severity - 1``:

    - shear along x or y by a slope of up to .3 l, translation along x or y by l/3 of the side,
      rotation by 30 l degrees, each in either direction;
    - `Posterize` to 4 bits, and fewer at a high level; `Solarize` from the lightest l of the
      range on; `AutoContrast`; `Equalize`;
    - with ``all_ops`` brightness, colour, contrast and sharpness times 1 - .9 l or 1 + .9 l.

    Parameters
    ----------
    severity : int in [1, 10], default=3
        How strong the operations are at most.

    mixture_width : int, default=3
        k, the number of chains. The time is in proportion to it.

    chain_depth : int, default=-1
        Operations in a chain; -1 draws 1, 2 or 3 for each.

    alpha : float > 0, default=1.0
        Of both distributions: the higher, the more equal are the weights of the chains, and that
        of the image to theirs.

    all_ops : bool, default=True
        Whether to draw from the last four operations too. The authors leave them out, as they
        overlap with the corruptions that they test on.

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

    See Also
    --------
    RandAugment : A few operations, stronger.
    skaug.mixing.Mixup : Mixtures of different images, and of their labels.

    Notes
    -----
    The published method adds a loss that makes predictions for an image and its mixtures agree;
    that is for networks, and no part of this. Parameters and ranges are those of torchvision,
    but for posterising to 0 bits (black), of which the least is 1 here, and shears, which are
    about the centre. Mixtures are rounded; torchvision cuts off their decimals, which darkens
    images by half a level on average.

    Colour leaves images as they are that do not have 3 channels.

    References
    ----------
    .. [1] D. Hendrycks, N. Mu, E. D. Cubuk, B. Zoph, J. Gilmer, B. Lakshminarayanan, "AugMix: A
       simple data processing method to improve robustness and uncertainty", ICLR 2020.
       :doi:`10.48550/arXiv.1912.02781`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import AugMix
    >>> X, y = load_digits(return_X_y=True)
    >>> X_res, y_res = AugMix(image_shape=(8, 8), random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (3594, 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PolicySampler._parameter_constraints,
        "severity": [sk.Interval(Integral, 1, _LEVELS, closed="both")],
        "mixture_width": [sk.Interval(Integral, 1, None, closed="left")],
        "chain_depth": [sk.Options(Integral, {-1}), sk.Interval(Integral, 1, None, closed="left")],
        "alpha": [sk.Interval(Real, 0, None, closed="neither")],
        "all_ops": ["boolean"],
    }

    def __init__(
        self,
        *,
        severity: int = 3,
        mixture_width: int = 3,
        chain_depth: int = -1,
        alpha: float = 1.0,
        all_ops: bool = True,
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
        self.severity = severity
        self.mixture_width = mixture_width
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self.fill = fill
        self.backend = backend

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        width = self.mixture_width
        of_chains = dirichlet(rng.uniforms(2 * width, stream=1), self.alpha)
        of_image = dirichlet(rng.uniforms(4, stream=2), self.alpha)[:, :1]
        weights = ((1 - of_image) * of_chains).astype(working_dtype(images))
        original = images.astype(weights.dtype, copy=False)
        mixed = original.copy()
        for number, weight in enumerate(weights.T):
            codes, strengths = self._chain(rng.child(number))
            change = self._applied(images, codes, strengths, value_range) - original
            mixed += weight[:, None, None, None] * change
        return bounded(mixed, images.dtype, *value_range)

    def _chain(self, rng: RowRng) -> tuple[Codes, Floats]:
        """Draw the operations of a chain, of no change beyond its depth, and their strengths."""
        depth = _DEEPEST if self.chain_depth == -1 else self.chain_depth
        which, sign, level = np.split(rng.uniforms(3 * depth), 3, axis=1)
        ops = [op for op in AUG_MIX if self.all_ops or op not in _CORRUPTIONS]
        codes = picked_codes(ops, which)
        if self.chain_depth == -1:
            depths = 1 + np.floor(_DEEPEST * rng.uniforms(1, stream=1))
            codes = np.where(np.arange(_DEEPEST) < depths, codes, Op.IDENTITY)
        levels = np.floor(level * self.severity) / (_LEVELS - 1)
        return codes, strengths_of(codes, levels, sign, AUG_MIX)


def dirichlet(uniforms: Floats, alpha: float) -> Floats:
    r"""Return shares (m, k) from the symmetric Dirichlet distribution, of 2 k uniform numbers.

    Shares are gamma variates, divided by their sum. The variates are computed as logarithms, by
    :math:`G_\alpha = G_{\alpha + 1} U^{1 / \alpha}`, as for a small alpha all of them underflow.
    """
    first, second = np.split(uniforms, 2, axis=1)
    tiny = np.finfo(float).tiny
    log_variates = np.log(np.maximum(gammaincinv(alpha + 1, first), tiny))
    log_variates += np.log(np.maximum(second, tiny)) / alpha
    return np.asarray(softmax(log_variates, axis=1))
