"""FeatureAugmentedClassifier and FeatureAugmentedRegressor: networks augmented inside."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.image_layout import Channels
from skaug._core.rng import RandomState
from skaug.deep._heads import ClassHead
from skaug.deep._network_estimator import (
    NetworkClassifier,
    NetworkEstimator,
    NetworkRegressor,
    TrainingRows,
)
from skaug.deep._session import Device

__all__ = ["FeatureAugmentedClassifier", "FeatureAugmentedRegressor"]

_BLOCKS = (32, 64)  # channels of the convolutions of images

Augmentation = Literal["manifold_mixup", "moex", "interpolate", "extrapolate", "noise"]


class _FeatureAugmented(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkEstimator):
    """Abstract base of both: the parameters, the network, and its loss on changed features."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkEstimator._parameter_constraints,
        "augmentation": [
            sk.StrOptions({"manifold_mixup", "moex", "interpolate", "extrapolate", "noise"}),
            None,
        ],
        "layer": [sk.StrOptions({"random"}), sk.Interval(Integral, 0, None, closed="left")],
        "p": [sk.Interval(Real, 0, 1, closed="both")],
        "alpha": [sk.Interval(Real, 0, None, closed="neither")],
        "lam": [sk.Interval(Real, 0, 1, closed="both")],
        "strength": [sk.Interval(Real, 0, None, closed="left")],
        "features_layer": [sk.Interval(Integral, 0, None, closed="left"), None],
    }

    def __init__(
        self,
        *,
        augmentation: Augmentation | None = "manifold_mixup",
        layer: Literal["random"] | int = "random",
        p: float = 0.5,
        alpha: float = 1.0,
        lam: float = 0.9,
        strength: float = 0.5,
        hidden: Sequence[int] = (128,),
        image_shape: Any = None,
        channels: Channels = "last",
        features_layer: int | None = None,
        max_iter: int = 500,
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
        self.augmentation = augmentation
        self.layer = layer
        self.p = p
        self.alpha = alpha
        self.lam = lam
        self.strength = strength
        self.hidden = hidden
        self.image_shape = image_shape
        self.channels = channels
        self.features_layer = features_layer
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
        shape = None if layout is None else layout.shape
        blocks = () if shape is None else _BLOCKS
        n_in = self.n_features_in_ if shape is None else shape[2]
        units = (n_in, *blocks, *self._hidden)
        self._layers = self._augmented_layers(units)
        asked = len(units) - 1 if self.features_layer is None else self.features_layer
        self._features_layer = self._checked_layer("features_layer", asked, units)
        return self.n_features_in_, shape, blocks, self._hidden, self._head.width

    def _augmented_layers(self, units: tuple[int, ...]) -> list[int]:
        """Return the layers to draw from where features are changed; none if they never are."""
        if self.layer != "random":
            layers = [self._checked_layer("layer", self.layer, units)]
        elif self.augmentation == "manifold_mixup":
            layers = list(range(len(units)))
        else:
            layers = list(range(1, len(units))) or [0]
        if self.augmentation is None or self.p == 0:
            return []
        if self.augmentation != "moex":
            return layers
        wide = [layer for layer in layers if units[layer] > 1]
        if not wide:
            raise ValueError(
                f"augmentation='moex' of {type(self).__name__} needs a layer of at least 2 units "
                f"or channels, whose moments it exchanges; layer {layers[0]} has 1. Choose another "
                "layer, or another augmentation."
            )
        return wide

    def _checked_layer(self, name: str, layer: int, units: tuple[int, ...]) -> int:
        last = len(units) - 1
        if layer <= last:
            return int(layer)
        parts = f"hidden={self.hidden!r}"
        if self._scaling.layout is not None:
            parts = f"{len(_BLOCKS)} blocks of convolutions and {parts}"
        raise ValueError(
            f"{name} of {type(self).__name__} must be from 0, the input, to the number of hidden "
            f"layers, {last} with {parts}; got {layer}."
        )

    def _network(self, architecture: tuple[Any, ...]) -> Any:
        from skaug.deep._feature_network import FeatureNetwork

        return FeatureNetwork(*architecture)

    def _loss(self, network: Any, rows: TrainingRows, batch: Any) -> Any:
        from skaug.deep._feature_augmentation import drawn_layer

        Z, target, weight = rows.Z[batch], rows.target[batch], rows.weight[batch]
        layer = drawn_layer(self._layers, self.p)
        if layer is None:
            outputs = network(Z)
        else:
            features = network.features(Z, layer)
            features, target, weight = self._changed(features, target, weight, rows.groups[batch])
            outputs = network.outputs(features, layer)
        return (weight * self._head.losses(outputs, target)).mean()

    def _changed(self, features: Any, target: Any, weight: Any, groups: Any) -> tuple[Any, ...]:
        """Return the features of a batch, changed, with their targets and weights."""
        import torch

        from skaug.deep import _feature_augmentation as change

        n = len(target)
        if self.augmentation == "noise":
            return change.noisy(features, self.strength), target, weight
        if self.augmentation in ("manifold_mixup", "moex"):
            partner = torch.randperm(n, device=target.device)
            if self.augmentation == "moex":
                share = torch.full((n,), float(self.lam), device=target.device)
                features = change.exchanged(features, partner)
            else:
                share = change.shares(self.alpha, n).to(target.device)
                features = change.blended(features, partner, share)
            return features, *change.mixed_targets(target, weight, partner, share)
        step = self.strength if self.augmentation == "interpolate" else -self.strength
        if isinstance(self._head, ClassHead):
            return change.moved(features, change.mates(groups), step), target, weight
        partner = change.nearest_mates(target)
        target = change.moved(target, partner, step)
        return change.moved(features, partner, step), target, weight

    def transform(self, X: Any) -> Floats:
        """Return the learnt features of rows, those of the layer `features_layer`.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The rows or images.

        Returns
        -------
        Z : ndarray of shape (n, n_units)
            Features; those of a block of convolutions come channel by channel.
        """
        check_is_fitted(self)
        layer = self._features_layer
        return self._through(X, lambda network: lambda Z: network.features(Z, layer).flatten(1))

    @property
    def _n_features_out(self) -> int:
        n_in, shape, blocks, hidden, _ = self._built_from
        if self._features_layer > len(blocks):
            return int(hidden[self._features_layer - len(blocks) - 1])
        if not self._features_layer:
            return int(n_in)
        height, width = shape[:2]
        for _ in range(self._features_layer):
            height, width = (height + 1) // 2, (width + 1) // 2
        return int(blocks[self._features_layer - 1] * height * width)


class FeatureAugmentedClassifier(_FeatureAugmented, NetworkClassifier):
    r"""Train a network whose hidden features are augmented, and classify by it.

    While it learns, some batches are changed at a layer on the way through: with h the features
    of a row there, h' those of another row of the batch, and y and y' their labels,

    ================  ===========================================  =====================
    augmentation      features                                     label
    ================  ===========================================  =====================
    'manifold_mixup'  s h + (1 - s) h', s from Beta(alpha, alpha)  s y + (1 - s) y'
    'moex'            h with the mean and deviation of h'          lam y + (1 - lam) y'
    'interpolate'     h + strength (h' - h), h' of the class of h  y
    'extrapolate'     h + strength (h - h'), h' of the class of h  y
    'noise'           h + strength N(0, variance of h)             y
    ================  ===========================================  =====================

    To predict, nothing is changed. The network is a perceptron for tables; images have blocks of
    a convolution, a maximum of 2 x 2 pixels and a normalisation before its hidden layers.

    Layers count from 0, the input, to the last hidden one; of images the first two are the
    blocks. 'manifold_mixup' with ``layer=0`` is mixup. It is a transformer too: `transform` gives
    the learnt features, in which another estimator or a sampler
    (`skaug.feature_space.FeatureSpaceSampler`) can work.

    Cost: `max_iter` steps of `batch_size` rows, whatever the number of rows; a changed batch
    costs hardly more than another. Compare it with None: none is best everywhere, and mixed labels
    make probabilities cautious, which is a loss where there is little noise (log-loss of digits of
    8 x 8, 50 a class: .053 without, .107 by 'manifold_mixup', .044 by 'extrapolate') and a gain
    where there is much (German credit: .701, .598 and .604). For images try changed copies first
    (`skaug.image`), .034 there.

    Parameters
    ----------
    augmentation : str or None, default='manifold_mixup'
        What is done to the features: 'manifold_mixup', 'moex', 'interpolate', 'extrapolate' or
        'noise'. None: nothing; a plain network.

    layer : 'random' or int, default='random'
        Where. 'random' draws a layer for each batch: any for 'manifold_mixup', a hidden one for
        the others.

    p : float in [0, 1], default=0.5
        Probability that a batch is changed.

    alpha : float, default=1.0
        Parameter of the distribution of shares, drawn for each row; for 'manifold_mixup'. The
        closer to 0, the less is mixed; 1 draws them evenly. The paper has 2 for long trainings.

    lam : float in [0, 1], default=0.9
        Share of the label that is the row's own; for 'moex'. The paper has 0.9 for ImageNet and
        0.5 for CIFAR.

    strength : float, default=0.5
        How far features move, as a share of the way to the other row, or of the deviation of
        each unit within the batch; for 'interpolate', 'extrapolate' and 'noise'.

    hidden : tuple of int, default=(128,)
        Widths of the hidden layers.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    features_layer : int, default=None
        The layer whose features `transform` gives. None: the last.

    max_iter : int, default=500
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
        Seed of the weights, the batches and the changes.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.

    loss_curve_ : list of float
        The mean loss between one look and the next.

    validation_loss_curve_ : list of float
        The loss of the held-out rows at each look; empty if there are none.

    n_iter_ : int
        Steps taken.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.

    ValueError
        If y has one class, if there is no such layer, or 'moex' is to work on a single channel,
        if images do not have `image_shape`, if the loss is no longer finite, or if there is no
        such device.

    See Also
    --------
    FeatureAugmentedRegressor : The same for numbers.
    skaug.feature_space.FeatureSpaceSampler : Rows made in a space of features, for any estimator.
    skaug.mixing.Mixup : Mixtures of rows, for any estimator.

    Notes
    -----
    The other row of 'manifold_mixup' and 'moex' is drawn from the batch; its loss has its share
    of the other row's `sample_weight`, :math:`\lambda w L(y) + (1 - \lambda) w' L(y')`, as of
    `skaug.mixing.Mixup` with ``labels='weighted'``. The others keep the weight of the row. A row
    alone of its class in a batch stays where it is.

    Moments of 'moex' are taken over the channels at each position of an image, and over the units
    of a hidden layer. It differs from the paper where a row hardly varies, as
    `skaug.mixing.MoEx` does.

    References
    ----------
    .. [1] V. Verma et al., "Manifold mixup: better representations by interpolating hidden
       states", ICML 2019. :doi:`10.48550/arXiv.1806.05236`

    .. [2] B. Li, F. Wu, S.-N. Lim, S. Belongie, K. Q. Weinberger, "On feature normalization and
       data augmentation", CVPR 2021. :doi:`10.48550/arXiv.2002.11102`

    .. [3] T. DeVries, G. W. Taylor, "Dataset augmentation in feature space", 2017.
       :doi:`10.48550/arXiv.1702.05538`

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skaug.deep import FeatureAugmentedClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> model = FeatureAugmentedClassifier(max_iter=100, random_state=0).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]) > 0.9, model.transform(X).shape
    (True, (178, 128))
    """


class FeatureAugmentedRegressor(_FeatureAugmented, NetworkRegressor):
    r"""Train a network whose hidden features are augmented, and predict numbers by it.

    It is `FeatureAugmentedClassifier`, which tells more, for a target y of one or several columns.
    With h the features of a row and h' those of another one,

    ================  ===========================================  =====================
    augmentation      features                                     target
    ================  ===========================================  =====================
    'manifold_mixup'  s h + (1 - s) h', s from Beta(alpha, alpha)  s y + (1 - s) y'
    'moex'            h with the mean and deviation of h'          lam y + (1 - lam) y'
    'interpolate'     h + strength (h' - h), y' near y             y + strength (y' - y)
    'extrapolate'     h + strength (h - h'), y' near y             y + strength (y - y')
    'noise'           h + strength N(0, variance of h)             y
    ================  ===========================================  =====================

    For 'interpolate' and 'extrapolate' the other row is that of the batch whose y is nearest,
    which is what comes closest to a row of the same class.

    Parameters
    ----------
    augmentation : str or None, default='manifold_mixup'
        What is done to the features: 'manifold_mixup', 'moex', 'interpolate', 'extrapolate' or
        'noise'. None: nothing; a plain network.

    layer : 'random' or int, default='random'
        Where. 'random' draws a layer for each batch: any for 'manifold_mixup', a hidden one for
        the others.

    p : float in [0, 1], default=0.5
        Probability that a batch is changed.

    alpha : float, default=1.0
        Parameter of the distribution of shares, drawn for each row; for 'manifold_mixup'.

    lam : float in [0, 1], default=0.9
        Share of the target that is the row's own; for 'moex'.

    strength : float, default=0.5
        How far features move, as a share of the way to the other row, or of the deviation of
        each unit within the batch; for 'interpolate', 'extrapolate' and 'noise'.

    hidden : tuple of int, default=(128,)
        Widths of the hidden layers.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    features_layer : int, default=None
        The layer whose features `transform` gives. None: the last.

    max_iter : int, default=500
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
        Share of the rows that is held out.

    n_iter_no_change : int, default=10
        Looks at the held-out rows without improvement until it stops; there are 50 in `max_iter`.

    device : {'cpu', 'cuda', 'auto'}, default='cpu'
        Where to compute. 'auto': on a GPU if there is one.

    verbose : int, default=0
        Whether to print the loss at each look.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the weights, the batches and the changes.

    Attributes
    ----------
    loss_curve_ : list of float
        The mean loss between one look and the next, in units of the variance of y.

    validation_loss_curve_ : list of float
        The loss of the held-out rows at each look; empty if there are none.

    n_iter_ : int
        Steps taken.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.

    ValueError
        If there is no such layer, or 'moex' is to work on a single channel, if images do not have
        `image_shape`, if the loss is no longer finite, or if there is no such device.

    See Also
    --------
    FeatureAugmentedClassifier : The same for classes, with references.
    skaug.mixing.CMixup : Mixtures of rows whose targets are near, for any estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skaug.deep import FeatureAugmentedRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = FeatureAugmentedRegressor(max_iter=100, random_state=0).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]) > 0.3
    True
    """
