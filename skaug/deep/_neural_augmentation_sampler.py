"""NeuralAugmentationSampler: images made by a network of two images of a class."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator

from skaug._core import sklearn as sk
from skaug._core.extras import require
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState, child_rng, set_seeds
from skaug._core.strategy import SamplingStrategy
from skaug.deep._image_pairs import Paint
from skaug.deep._paired_image_sampler import PairedImageSampler, Range

__all__ = ["NeuralAugmentationSampler"]

_TRAINING = 3  # the child of the seed that trains the network


class NeuralAugmentationSampler(PairedImageSampler):
    r"""Append images that a trained network makes of two images of one class.

    .. math:: \tilde x = a(x, x')

    The augmenter a is that of a `NeuralAugmentedClassifier`, x' another image of the class of x,
    whose label the new image has. One that has been trained comes from
    `NeuralAugmentedClassifier.as_sampler`, and serves any estimator; otherwise `fit_resample`
    trains one first, on the images it is given.

    Cost: that of the training, unless the network is there; then once through five convolutions
    for each image. Images made so stay near the mean of two: to a support vector machine on
    digits they were worth as little as sample pairing, and less than exact copies
    (:ref:`benchmarks-augmenting-networks`). Compare with these, and with none.

    Parameters
    ----------
    classifier : NeuralAugmentedClassifier or FrozenEstimator, default=None
        Whose augmenter to use. It is cloned and trained; in a `sklearn.frozen.FrozenEstimator`,
        as `as_sampler` puts it, it is used as it is. None: one with its defaults.

    image_shape : (height, width) or (height, width, n_channels), default=None
        What image a row of X is; in this order for both values of ``channels``. One number may
        be -1, for what is left. None reads it from X, of shape (n, height, width[, n_channels]).

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X. 'first' is for rows of colour planes, as in the files of
        CIFAR-10, and for arrays of shape (n, n_channels, height, width).

    p : float in [0, 1], default=1.0
        Probability that a copy is changed; otherwise it is an exact copy.

    copies : int, default=1
        Images made of each, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the images themselves come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all images. Otherwise images are made class by class, to the
        counts that it asks for as in `skaug.over_sampling.SMOTE`, of images of the class drawn
        with replacement.

    value_range : (lowest, highest), default=None
        The values that a pixel may have. None: 0 to 255 where X is uint8, and else the smallest
        and the largest value in X.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the pairs; and of the training, where the classifier has none.

    n_jobs : int, default=None
        Number of threads, which does not change the result. None means 1.

    Attributes
    ----------
    classifier_ : NeuralAugmentedClassifier
        The trained one. If it was trained here, its labels are the numbers of the classes, from
        0, in sorted order.

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
        The other row of each image made; -1 for none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Numbers that an image has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.

    ValueError
        If X has one row, or images of another shape than those the network was trained on.

    See Also
    --------
    NeuralAugmentedClassifier : The classifier it is learnt with.
    skaug.mixing.SamplePairing : The mean of two images, from which the network begins.

    Notes
    -----
    The only image of a class is copied unchanged, with a warning: the counts stay as asked for.
    `augment` and `iter_batches` need y; those of a fitted sampler take the other images from the
    images of the fit, so it holds a copy of them.

    References
    ----------
    .. [1] L. Perez, J. Wang, "The effectiveness of data augmentation in image classification
       using deep learning", 2017. :doi:`10.48550/arXiv.1712.04621`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import NeuralAugmentedClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = NeuralAugmentedClassifier(image_shape=(8, 8), max_iter=20, random_state=0)
    >>> sampler = model.fit(X, y).as_sampler(sampling_strategy={8: 200}, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, sampler.partner_indices_[-1] >= 0
    ((1823, 64), np.True_)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **PairedImageSampler._parameter_constraints,
        "classifier": [sk.HasMethods(["fit", "predict"]), None],
    }
    _law = "same_class"

    def __init__(
        self,
        classifier: Any = None,
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
        self.classifier = classifier

    def _validate_params(self) -> None:
        super()._validate_params()
        require("torch", "deep", type(self).__name__)

    def _synthesize(self, X: Any, y: Any, seed: np.random.SeedSequence) -> list[Any]:
        self.classifier_ = self._trained(X, y.labels, seed)
        return super()._synthesize(X, y, seed)

    def _trained(self, X: Any, y: Any, seed: np.random.SeedSequence) -> Any:
        """Return the classifier: as it is if it is frozen, and else trained on the images."""
        if (frozen := self._frozen()) is not None:
            return frozen
        classifier = clone(self._checked(self.classifier))
        classifier.set_params(image_shape=None, channels="last")  # as the images come here
        set_seeds(classifier, child_rng(seed, _TRAINING), only_unset=True)
        return classifier.fit(X.images(np.arange(len(X))), y.codes)

    def _frozen(self) -> Any:
        """Return the classifier that is to be used as it is, if there is one."""
        if isinstance(self.classifier, FrozenEstimator):
            return self._checked(self.classifier.estimator)
        return None

    def _checked(self, classifier: Any) -> Any:
        from skaug.deep._neural_augmented_classifier import NeuralAugmentedClassifier

        if classifier is None:
            return NeuralAugmentedClassifier()
        if not isinstance(classifier, NeuralAugmentedClassifier):
            raise TypeError(
                f"classifier of {type(self).__name__} must be a NeuralAugmentedClassifier, or one "
                f"in a FrozenEstimator; got {type(classifier).__name__}."
            )
        return classifier

    @contextmanager
    def _painter(
        self, seed: np.random.SeedSequence, layout: ImageLayout, value_range: Range
    ) -> Iterator[Paint]:
        classifier = self._frozen() or getattr(self, "classifier_", None)
        if classifier is None:
            raise NotFittedError(
                f"{type(self).__name__} has no trained network yet. Call fit_resample before, or "
                "take the sampler from NeuralAugmentedClassifier.as_sampler."
            )
        low, span = value_range[0], value_range[1] - value_range[0]
        with classifier._augmenting(layout, type(self).__name__) as made_of:

            def paint(images: NDArray[Any], others: NDArray[Any]) -> tuple[NDArray[Any], None]:
                made = made_of(low + span * images, low + span * others)
                return ((made - low) / span).astype(images.dtype), None

            yield paint
