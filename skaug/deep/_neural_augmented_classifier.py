"""NeuralAugmentedClassifier: a network that learns to make images while it learns to tell them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy as copy_object
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState
from skaug.deep._network_estimator import NetworkClassifier, TrainingRows
from skaug.deep._neural_augmentation_sampler import NeuralAugmentationSampler
from skaug.deep._session import Device

__all__ = ["NeuralAugmentedClassifier"]

_BLOCKS = (32, 64)  # channels of the convolutions of the classifier


class NeuralAugmentedClassifier(NetworkClassifier):
    r"""Train a network that makes images together with one that classifies them.

    The augmenter, five convolutions, takes two images of one class and makes one; the classifier
    learns from the images and from those made, and both are trained to lower

    .. math:: \alpha \, \tfrac{1}{2} [\ell(x, y) + \ell(\tilde x, y)] + \beta \, d(\tilde x, x''),
        \quad \tilde x = a(x, x')

    Here :math:`\ell` is the cross-entropy, x' and x'' are other images of the class of x, drawn
    anew each time, and d is what `augmentation_loss` names: the mean squared difference of pixels
    ('content'), or of Gram matrices :math:`G_{cd} = \tfrac{1}{HW} \sum_{ij} x_{ijc} x_{ijd}`
    ('style'). To predict, the augmenter is dropped; `augment` and `as_sampler` make its images.

    What it makes is the mean of both images, as the convolutions change it: untrained, that is
    sample pairing. It begins there, and not as in the paper with noise. Do not expect much: on
    digits it gained nothing over none (:ref:`benchmarks-augmenting-networks`), and the paper finds
    as much in traditional transforms. It is for where no transform is known that keeps the label.

    Cost: `max_iter` steps of `batch_size` images, each through the augmenter once and through the
    classifier twice: two to three times that of `FeatureAugmentedClassifier`, whose network the
    classifier is.

    Parameters
    ----------
    augmentation_loss : {'content', 'style'} or None, default='content'
        What images made are to have of a third one of the class: its pixels, or its colours and
        brightness. None: nothing; the labels alone lead.

    alpha : float, default=0.75
        Weight of the classification.

    beta : float, default=0.25
        Weight of the augmentation loss.

    hidden : tuple of int, default=(128,)
        Widths of the hidden layers of the classifier, after two blocks of a convolution, a
        maximum of 2 x 2 pixels and a normalisation.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    max_iter : int, default=300
        Most steps of the optimiser, each of one batch.

    batch_size : int, default=64
        Rows in a batch.

    learning_rate : float, default=1e-3
        Length of the steps (AdamW).

    weight_decay : float, default=0.0
        How fast weights without use shrink.

    early_stopping : bool or 'auto', default='auto'
        Whether to hold rows out, keep the weights that are best for them, and stop when they get
        no better. 'auto': from 1,000 rows on.

    validation_fraction : float, default=0.1
        Share of the rows, of each class, that is held out.

    n_iter_no_change : int, default=10
        Looks at the held-out rows without improvement until it stops; there are 50 in `max_iter`.

    device : {'cpu', 'cuda', 'auto'}, default='cpu'
        Where to compute. 'auto': on a GPU if there is one.

    verbose : int, default=0
        Whether to print the loss at each look.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the weights, the batches and the pairs.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.

    loss_curve_ : list of float
        The mean loss between one look and the next.

    validation_loss_curve_ : list of float
        The cross-entropy of the held-out images at each look; empty if there are none.

    n_iter_ : int
        Steps taken.

    n_features_in_ : int
        Numbers that an image has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.

    ValueError
        If X has rows and `image_shape` is None or not theirs, if y has one class, if the loss is
        no longer finite, or if there is no such device.

    See Also
    --------
    NeuralAugmentationSampler : Its images, for any estimator.
    FeatureAugmentedClassifier : Augmentation inside the network.

    Notes
    -----
    An image alone of its class among those trained on is its own x' and x''. Rows held out for
    early stopping are nobody's.

    References
    ----------
    .. [1] L. Perez, J. Wang, "The effectiveness of data augmentation in image classification
       using deep learning", 2017. :doi:`10.48550/arXiv.1712.04621`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import NeuralAugmentedClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = NeuralAugmentedClassifier(image_shape=(8, 8), max_iter=60, random_state=0)
    >>> model.fit(X[:500], y[:500]).score(X[500:], y[500:]) > 0.7
    True
    >>> model.augment(X[:5], y[:5]).shape
    (5, 64)
    """

    _needs_images = True
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkClassifier._parameter_constraints,
        "augmentation_loss": [sk.StrOptions({"content", "style"}), None],
        "alpha": [sk.Interval(Real, 0, None, closed="neither")],
        "beta": [sk.Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        augmentation_loss: Literal["content", "style"] | None = "content",
        alpha: float = 0.75,
        beta: float = 0.25,
        hidden: Sequence[int] = (128,),
        image_shape: Any = None,
        channels: Channels = "last",
        max_iter: int = 300,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        device: Device = "cpu",
        verbose: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.augmentation_loss = augmentation_loss
        self.alpha = alpha
        self.beta = beta
        self.hidden = hidden
        self.image_shape = image_shape
        self.channels = channels
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.device = device
        self.verbose = verbose
        self.random_state = random_state

    def _architecture(self) -> tuple[Any, ...]:
        layout = self._scaling.layout
        assert layout is not None  # images are needed
        return layout.shape, _BLOCKS, self._hidden, self._head.width

    def _network(self, architecture: tuple[Any, ...]) -> Any:
        from skaug.deep._neural_augmentation import NeuralAugmentation

        return NeuralAugmentation(*architecture)

    def _loss(self, network: Any, rows: TrainingRows, batch: Any) -> Any:
        import torch

        from skaug.deep._neural_augmentation import content_losses, style_losses

        own, target, weight = rows.Z[batch], rows.target[batch], rows.weight[batch]
        made = network.augmented(own, rows.Z[rows.classmates(batch)])
        outputs = network(torch.cat([own, made]))
        missed = self._head.losses(outputs, target.repeat(2, 1)).reshape(2, -1).mean(dim=0)
        loss = self.alpha * (weight * missed).mean()
        if self.augmentation_loss is None or not self.beta:
            return loss
        third = rows.Z[rows.classmates(batch)]
        if self.augmentation_loss == "content":
            unlike = content_losses(made, third)
        else:
            unlike = style_losses(made, third, network.image_shape[2])
        return loss + self.beta * (weight * unlike).mean()

    @contextmanager
    def _augmenting(
        self, layout: ImageLayout, owner: str
    ) -> Iterator[Callable[[NDArray[Any], NDArray[Any]], Floats]]:
        """Yield what makes images of pairs, (m, height, width, n_channels), in values of X."""
        check_is_fitted(self)
        own = self._scaling.layout
        assert own is not None
        if own.shape != layout.shape:
            raise ValueError(
                f"The network of {owner} was trained on images of shape {own.shape} (height, "
                f"width, channels); X has images of shape {layout.shape}."
            )
        import torch

        from skaug.deep._trainer import load

        with self._session() as device:
            network: Any = load(self._network(self._built_from), self._weights, device)

            def made_of(images: NDArray[Any], others: NDArray[Any]) -> Floats:
                # a batch of one goes by another kernel, whose last digits differ
                self._refuse_other_scale(images, owner)
                n = len(images)
                pair = [np.concatenate([part] * (1 + (n == 1))) for part in (images, others)]
                Z = [self._scaling.encode(own.cells(part)) for part in pair]
                with torch.no_grad():
                    given = (torch.tensor(part, device=device) for part in Z)
                    made = network.augmented(*given).cpu().numpy()[:n]
                return own.images(self._scaling.decode(made))

            yield made_of

    def _refuse_other_scale(self, images: NDArray[Any], owner: str) -> None:
        """Refuse images far out of the range learnt, which to the network were black or white."""
        low, span = float(self._scaling.centre[0]), float(self._scaling.scale[0]) or 1.0
        least, most = float(images.min()), float(images.max())
        if least < low - span / 2 or most > low + 1.5 * span:
            raise ValueError(
                f"The network of {owner} was trained on pixels from {low:g} to {low + span:g}; X "
                f"has pixels from {least:g} to {most:g}. Scale X as it was."
            )

    def augment(self, X: Any, y: Any, *, copy: int = 0, rows: Any = None) -> Any:
        """Return for each image one that is made of it and of another image of its class.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The images, as to `fit`; the other ones are drawn among them.

        y : array-like of shape (n,)
            Their labels, of any kind: only which are equal matters.

        copy : int, default=0
            Which copy to make: other numbers draw other images.

        rows : int or array-like of shape (n,), default=None
            The row numbers to draw for, as in `skaug.image.BaseImageSampler.augment`.

        Returns
        -------
        X_new : same container as X, of the same shape and dtype
            The images made.
        """
        return self.as_sampler(random_state=self.random_state).augment(X, y, copy=copy, rows=rows)

    def as_sampler(self, **params: Any) -> NeuralAugmentationSampler:
        """Return a sampler that makes images with the augmenter as it is now, trained.

        Parameters
        ----------
        **params : dict
            Parameters of `NeuralAugmentationSampler`; where an image has its pixels is known.

        Returns
        -------
        sampler : NeuralAugmentationSampler
            The sampler, not fitted; `sklearn.base.clone` keeps the trained network.
        """
        check_is_fitted(self)
        given = {"image_shape": self.image_shape, "channels": self.channels, **params}
        return NeuralAugmentationSampler(FrozenEstimator(copy_object(self)), **given)
