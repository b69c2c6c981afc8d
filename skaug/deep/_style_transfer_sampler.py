"""StyleTransferSampler: images in the style of other images."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.extras import require
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState, child_sequence
from skaug._core.strategy import SamplingStrategy
from skaug.deep._bands import moments_matched
from skaug.deep._fourier import amplitudes_swapped
from skaug.deep._image_pairs import LAWS, ImageBank, Paint, PairedRows
from skaug.deep._paired_image_sampler import PairedImageSampler, Range
from skaug.deep._session import Device, seed_of, torch_session
from skaug.deep._styles import given_styles, mean_curve, strength_range

__all__ = ["StyleTransferSampler"]

_BATCH_PIXELS = 1 << 18  # of features that are held at once, for the gradient
_FEATURES = 2  # the child of the seed that draws the weights of the features
_NAME = "StyleTransferSampler"
_STRENGTH = 1  # the stream of random numbers; the base has 0
_TERMS = ("style", "content", "variation")


class StyleTransferSampler(PairedImageSampler):
    r"""Append copies of images in the style of other images: their colours and texture.

    The image c keeps its place and its label, the style is that of another row s, or of an image
    that you give. The three methods make an image x' of both, and

    .. math:: \tilde x = c + strength \, (x' - c),

    so that 0 leaves the image as it is, and 1 gives it all of the style.

    - 'gatys' starts from c and moves its pixels to lower, by Adam, three losses: of style, content
      and total variation,

      .. math:: \frac{w_s}{L} \sum_l \frac{\|G_l(x) - G_l(s)\|^2}{4 C_l^2 N_l^2} +
          w_c \, \mathrm{mean} (F_L(x) - F_L(c))^2 + w_v \, \mathrm{mean} (d_v^2 + d_h^2)^{1.25}

      with features :math:`F_l` of C channels in N places, in units of their own mean square,
      :math:`G_l = F_l F_l^T`, and d the differences of pixels that touch. The features are those
      of convolutions with random weights, which serve nearly as well as trained ones [2]_.
    - 'adain' gives each octave of frequencies in c the covariance of the channels that it has in
      s, and c the mean of s: means and standard deviations are matched as in [3]_, in bands whose
      sum is the image again instead of in features that a network must be trained to decode.
    - 'fourier' takes the amplitudes of low frequencies from s and all phases from c [4]_; with
      ``beta=0.5`` of all frequencies [5]_.

    Cost: 'gatys' about 0.15 s an image of 32 x 32 x 3 for 100 steps on one thread, and in
    proportion to pixels and steps; 'adain' and 'fourier' less than 1 ms.

    It teaches a model not to rely on colour, light and texture, and so claims to make it robust
    where these change, not more accurate where they do not. Do not use it where they tell the
    class, unless styles come from the 'same_class'. On very small images (8 x 8) style and
    content are hard to tell apart: prefer 'adain' there, or a low strength.

    Parameters
    ----------
    styles : {'any', 'same_class', 'other_class'} or array-like, default='any'
        Where styles come from. 'any': another row. 'same_class' and 'other_class': another row of
        the label, or of another one. An array (n_styles, ...) in the shape and scale of X: any of
        these images. No row lends itself its style.

    method : {'gatys', 'adain', 'fourier'}, default='gatys'
        How the style is brought over. 'gatys' needs PyTorch, and alone brings over patterns.

    strength : float in [0, 1] or pair of float, default=0.5
        How much of the style to take; drawn for each image from a pair (lowest, highest).

    beta : float in [0, 1], default=0.1
        Of 'fourier': the highest frequency that takes part, in cycles a pixel, along each axis:
        0.1 of 32 pixels is up to 3 waves. 0 is the mean alone; from 0.5 on all take part.

    features : 'random', torch.nn.Module or callable, default='random'
        Of 'gatys': takes a tensor (m, n_channels, height, width) with values from 0 to 1 and
        returns a list of feature maps (m, C, H, W). All of them are compared in style, the last
        one in content. A module is copied and put into evaluation mode. 'random': two to four
        convolutions with weights drawn from ``random_state``.

    n_iter : int, default=100
        Of 'gatys': steps.

    batch_size : int, default=64
        Of 'gatys': most images that are changed at once; of more than 4,096 pixels fewer are.
        Each image has losses and steps of its own, and the result does not depend on it.

    learning_rate : float, default=0.03
        Of 'gatys': length of the steps, as a share of the range of values.

    style_weight : float, default=100.0
        Of 'gatys': weight of the style.

    content_weight : float, default=5.0
        Of 'gatys': weight of the content.

    tv_weight : float, default=3.0
        Of 'gatys': weight of the total variation: more is smoother.

    image_shape : (height, width) or (height, width, n_channels), default=None
        What image a row of X is; in this order for both values of ``channels``. One number may
        be -1, for what is left. None reads it from X, of shape (n, height, width[, n_channels]).

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X and in ``styles``. 'first' is for rows of colour planes, as
        in the files of CIFAR-10, and for arrays of shape (n, n_channels, height, width).

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

    device : {'cpu', 'cuda', 'auto'}, default='cpu'
        Of 'gatys': where to compute. 'auto': on a GPU if there is one.

    verbose : int, default=0
        Of 'gatys': whether to print the losses of each batch.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws, and of the weights of the random features.

    n_jobs : int, default=None
        Number of threads, which does not change the result. None means 1.

    Attributes
    ----------
    styles_ : ndarray of shape (n_styles, height, width, n_channels)
        The images that styles come from: those given, or all of the fit, which `augment` uses.

    style_labels_ : ndarray of shape (n_styles,)
        Their labels. Only with 'same_class' and 'other_class'.

    style_indices_ : ndarray of shape (n_res,)
        The position in `styles_` of each returned row's style; -1 where it has none.

    loss_curve_ : list of float
        The loss before each step, the mean of all images. Only with 'gatys'.

    loss_terms_ : dict
        The same by term, weighted: 'style', 'content' and 'variation'.

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
        The row that lent its style; -1 for none, and where styles are given as an array.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Numbers that an image has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If the method is 'gatys' and PyTorch is not installed.

    ValueError
        If there is one class with 'other_class', if the styles are not images of the shape and
        range of those in X, or if the features are not finite.

    See Also
    --------
    skaug.image.ColorJitter : Other colours, drawn and not taken from images.
    skaug.mixing.Mixup : Blends of two images, content and all.

    Notes
    -----
    `augment` and `iter_batches` of a fitted sampler take styles from the images of the fit, so it
    holds a copy of them; one that is not fitted takes them from the images it is given. With
    'same_class' and 'other_class' they need y.

    With 'same_class' the only row of a class is copied unchanged, with a warning: the counts stay
    as asked for, and no class lends another one its style.

    Features are taken in units of their mean square in content and style. Gatys et al. use a
    network trained on ImageNet and 4,000 steps; to use one, pass it as ``features``. What is made
    then depends on the size of the batch as far as its kernels round differently.

    Maps of the random features have 7 pixels a side or more. Coarser ones, of which a place sees
    the whole image, would bring over the shape of the style image and with it its label.

    Huang and Belongie train a decoder from features to pixels on 80,000 photographs; one trained
    on some hundred small images takes a minute and blurs. The bands here are exact: an image in
    its own style is the same image. Optimising pixels towards features with matched moments takes
    as long as 'gatys' and looks like it.

    References
    ----------
    .. [1] L. A. Gatys, A. S. Ecker, M. Bethge, "Image style transfer using convolutional neural
       networks", CVPR 2016. :doi:`10.1109/CVPR.2016.265`
    .. [2] K. He, Y. Wang, J. Hopcroft, "A powerful generative model using random weights for the
       deep image representation", NeurIPS 2016. :doi:`10.48550/arXiv.1606.04801`
    .. [3] X. Huang, S. Belongie, "Arbitrary style transfer in real-time with adaptive instance
       normalization", ICCV 2017. :doi:`10.1109/ICCV.2017.167`
    .. [4] Y. Yang, S. Soatto, "FDA: Fourier domain adaptation for semantic segmentation", CVPR
       2020. :doi:`10.1109/CVPR42600.2020.00414`
    .. [5] Q. Xu, R. Zhang, Y. Zhang, Y. Wang, Q. Tian, "A Fourier-based framework for domain
       generalization", CVPR 2021. :doi:`10.1109/CVPR46437.2021.01415`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import StyleTransferSampler
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = StyleTransferSampler(method="fourier", image_shape=(8, 8), random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, int(sampler.style_indices_[-1])
    ((3594, 64), 1134)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PairedImageSampler._parameter_constraints,
        "styles": [sk.StrOptions(set(LAWS)), "array-like"],
        "method": [sk.StrOptions({"gatys", "adain", "fourier"})],
        "strength": [sk.Interval(Real, 0, 1, closed="both"), "array-like"],
        "beta": [sk.Interval(Real, 0, 1, closed="both")],
        "features": [sk.StrOptions({"random"}), callable],
        "n_iter": [sk.Interval(Integral, 1, None, closed="left")],
        "batch_size": [sk.Interval(Integral, 1, None, closed="left")],
        "learning_rate": [sk.Interval(Real, 0, None, closed="neither")],
        "style_weight": [sk.Interval(Real, 0, None, closed="left")],
        "content_weight": [sk.Interval(Real, 0, None, closed="left")],
        "tv_weight": [sk.Interval(Real, 0, None, closed="left")],
        "device": [sk.StrOptions({"auto", "cpu", "cuda"})],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        styles: Any = "any",
        method: Literal["gatys", "adain", "fourier"] = "gatys",
        strength: Any = 0.5,
        beta: float = 0.1,
        features: Any = "random",
        n_iter: int = 100,
        batch_size: int = 64,
        learning_rate: float = 0.03,
        style_weight: float = 100.0,
        content_weight: float = 5.0,
        tv_weight: float = 3.0,
        image_shape: Any = None,
        channels: Channels = "last",
        p: float = 1.0,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        value_range: Any = None,
        device: Device = "cpu",
        verbose: int = 0,
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
        self.styles = styles
        self.method = method
        self.strength = strength
        self.beta = beta
        self.features = features
        self.n_iter = n_iter
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.style_weight = style_weight
        self.content_weight = content_weight
        self.tv_weight = tv_weight
        self.device = device
        self.verbose = verbose

    def _validate_params(self) -> None:
        super()._validate_params()
        strength_range(self.strength, _NAME)
        if self.method == "gatys":
            require("torch", "deep", _NAME)

    @property
    def _law(self) -> str:
        return self.styles if isinstance(self.styles, str) else "any"

    @property
    def _asked(self) -> str:
        return f"styles={self.styles!r} of {_NAME}"

    @property
    def _is_given(self) -> bool:  # type: ignore[override]
        return not isinstance(self.styles, str)

    _or_any = ", or set styles='any'"
    _or_given = ", or set styles to an array of images"

    def _read(self, X: Any, y: Any) -> tuple[Any, Any]:
        for name in ("loss_curve_", "loss_terms_"):
            self.__dict__.pop(name, None)  # of an earlier call
        return super()._read(X, y)

    @property
    def styles_(self) -> NDArray[Any]:
        """The images that styles come from."""
        return self._bank.images

    @property
    def style_labels_(self) -> NDArray[Any]:
        """Their labels."""
        if self._bank.labels is None:
            raise AttributeError(f"{_NAME} knows the labels of styles only where they are needed.")
        return self._bank.labels

    @property
    def style_indices_(self) -> Indices:
        """Position in `styles_` of each returned row's style, -1 where it has none."""
        return np.concatenate([np.full(len(self._kept), -1), self._drawn])

    def _given_bank(self, layout: ImageLayout, value_range: Range) -> ImageBank:
        return ImageBank(given_styles(self.styles, layout, value_range, _NAME))

    def _resample(self, table: Any, target: Any, sample_weight: Any) -> tuple[Any, ...]:
        result = super()._resample(table, target, sample_weight)
        curves = self.__dict__.pop("_curves")
        if self.method == "gatys":
            terms = mean_curve(curves, (self.n_iter, len(_TERMS)))
            self.loss_curve_ = terms.sum(axis=1).tolist()
            self.loss_terms_ = dict(zip(_TERMS, terms.T.tolist(), strict=True))
        return result

    @contextmanager
    def _painter(
        self, seed: np.random.SeedSequence, layout: ImageLayout, value_range: Range
    ) -> Iterator[Paint]:
        if strength_range(self.strength, _NAME)[1] == 0:
            yield lambda contents, styles: (contents, None)
        elif self.method == "fourier":
            yield lambda contents, styles: (
                amplitudes_swapped(contents, styles, beta=self.beta),
                None,
            )
        elif self.method == "adain":
            yield lambda contents, styles: (moments_matched(contents, styles), None)
        else:
            own = seed_of(child_sequence(seed, _FEATURES))
            with torch_session(_NAME, device=self.device, seed=own) as device:
                from skaug.deep import _style_losses as losses  # needs PyTorch

                yield partial(
                    losses.style_transferred,
                    features=losses.feature_maps(self.features, layout.shape, device),
                    weights=(self.style_weight, self.content_weight, self.tv_weight),
                    n_iter=self.n_iter,
                    learning_rate=self.learning_rate,
                    device=device,
                    owner=_NAME,
                )

    def _chunk_rows(self, layout: ImageLayout) -> int:
        if self.method != "gatys":
            return super()._chunk_rows(layout)
        return max(1, min(self.batch_size, _BATCH_PIXELS // (layout.height * layout.width)))

    def _put(self, own: NDArray[Any], made: NDArray[Any], rng: PairedRows) -> NDArray[Any]:
        low, high = strength_range(self.strength, _NAME)
        strength = low + (high - low) * rng.uniforms(1, stream=_STRENGTH)[:, 0]
        return own + strength.astype(own.dtype)[:, None, None, None] * (made - own)

    def _note(self, curve: Floats, rng: PairedRows) -> None:
        super()._note(curve, rng)
        if self.verbose:
            first, last = curve[:, [0, -1]].sum(axis=2).mean(axis=0)
            print(f"{_NAME}: {len(curve)} images, loss {first:.4g} at first, {last:.4g} at last")
