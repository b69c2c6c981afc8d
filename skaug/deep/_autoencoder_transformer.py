"""AutoencoderTransformer: a learnt space for numbers and images, with a way back."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Floats, Indices
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState, child_rng, child_sequence, seed_sequence
from skaug.deep._plan import TRAINING_CONSTRAINTS, TrainingPlan, checked_hidden
from skaug.deep._session import Device, seed_of, torch_session

__all__ = ["AutoencoderTransformer"]

_TRAIN, _SPLIT = range(2)  # the streams of one fit
_CHUNK = 4096  # rows that go through the network at once
_FARTHEST = 1e6  # deviations from the mean that the network is shown: float32 ends at 1e38


class AutoencoderTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    r"""Learn a short code of each row, and the way back from codes to rows.

    An encoder E and a decoder D are trained to lower

    .. math:: \ell(x, D(E(x))) + \text{penalty} \; \tfrac{1}{2} \| E(D(\tilde z)) - \tilde z \|^2
        + \text{supervised} \; \ell_y(h(E(x)), y)

    Here :math:`\ell` is the binary cross-entropy of pixels, scaled by the range of X, or half the
    squared error of standardised columns, summed over columns; :math:`\tilde z` lies between the
    codes of two rows of one label, as SMOTE in the space will; and h is a linear head. The second
    term makes rows between codes mean what they stand for. It takes the place of the penalty of
    DeepSMOTE, whose permuted codes decode to the permuted rows, so that the penalty is the first
    term once more, and here its gradient reaches the encoder.

    Cost: `max_iter` steps of `batch_size` rows. With few rows or near-linear data a PCA is as good
    a space and quicker. Codes of a supervised space tell labels of the rows learnt better than
    those of new rows: score only on rows held out before.

    Parameters
    ----------
    n_components : int, default=16
        Length of a code.

    hidden : tuple of int, default=(256, 128)
        Widths of the encoder's layers; the decoder's are the same the other way round. Images of
        more than 1,024 pixels have two strided convolutions of 32 and 64 channels instead.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are flat images; one of them may
        be -1.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    penalty : float, default=1.0
        Weight of the second term. Without y all rows count as one label.

    supervised : float, default=0.0
        Weight of the third term: cross-entropy of labels, or half the squared error of
        standardised numbers. 0 leaves the codes to X alone.

    max_iter : int, default=2000
        Most steps of the optimiser, each of one batch.

    batch_size : int, default=128
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
        Seed of the weights and the batches.

    Attributes
    ----------
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
        If X misses values, if `hidden` holds anything but whole numbers from 1 on, if `supervised`
        is set without y, if the loss is no longer finite, or if there is no such device.

    TypeError
        If X is sparse.

    See Also
    --------
    DeepSMOTE : SMOTE between the codes.
    skaug.feature_space.FeatureSpaceSampler : Any sampler between them.

    References
    ----------
    .. [1] D. Dablain, B. Krawczyk, N. V. Chawla, "DeepSMOTE: fusing deep learning and SMOTE for
       imbalanced data", IEEE Transactions on Neural Networks and Learning Systems 34, 2023.
       :doi:`10.1109/TNNLS.2021.3136503`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import AutoencoderTransformer
    >>> X, y = load_digits(return_X_y=True)
    >>> transformer = AutoencoderTransformer(n_components=4, max_iter=20, random_state=0)
    >>> Z = transformer.fit_transform(X)
    >>> Z.shape, transformer.inverse_transform(Z).shape
    ((1797, 4), (1797, 64))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **TRAINING_CONSTRAINTS,
        "n_components": [sk.Interval(Integral, 1, None, closed="left")],
        "hidden": ["array-like"],
        "image_shape": ["array-like", None],
        "channels": [sk.StrOptions({"first", "last"})],
        "penalty": [sk.Interval(Real, 0, None, closed="left")],
        "supervised": [sk.Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state", np.random.Generator],
    }

    def __init__(
        self,
        *,
        n_components: int = 16,
        hidden: Sequence[int] = (256, 128),
        image_shape: Any = None,
        channels: Channels = "last",
        penalty: float = 1.0,
        supervised: float = 0.0,
        max_iter: int = 2000,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        device: Device = "cpu",
        verbose: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.image_shape = image_shape
        self.channels = channels
        self.penalty = penalty
        self.supervised = supervised
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

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the codes of the rows of X.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows, numbers only.

        y : array-like of shape (n,), default=None
            Labels, or numbers if any of them is not whole.

        Returns
        -------
        self : object
            The transformer itself.
        """
        owner = type(self).__name__
        hidden = checked_hidden(self.hidden, owner)
        if y is None and self.supervised:
            raise ValueError(
                f"{owner} with supervised={self.supervised:g} needs y. Pass y to fit, or set "
                "supervised=0."
            )
        given = {} if y is None else {"y": y}
        checked = validate_data(self, X, **given, dtype=np.float64)
        rows = checked if y is None else checked[0]
        shape = self.image_shape
        self._layout = (
            None if shape is None else ImageLayout.of(rows.shape, shape, self.channels, owner)
        )
        self._centre, self._scale = _scaling(rows, is_image=self._layout is not None)
        target, groups, n_targets = _read_target(None if y is None else checked[1], len(rows))
        self._sizes = (
            rows.shape[1],
            self.n_components,
            hidden,
            None if self._layout is None else self._layout.shape,
            n_targets if self.supervised else 0,
        )
        seed, plan = seed_sequence(self.random_state), TrainingPlan.of(self)
        split = plan.split(groups, child_rng(seed, _SPLIT))
        with self._session(child_sequence(seed, _TRAIN)) as device:
            history = self._train(self._encoded(rows), target, groups, split, plan, device)
        self._weights, self.n_iter_ = history.weights, history.n_iter
        self.loss_curve_, self.validation_loss_curve_ = history.losses, history.held_out_losses
        return self

    def _train(
        self,
        Z: NDArray[np.float32],
        target: NDArray[Any],
        groups: Indices,
        split: tuple[Indices, Indices],
        plan: TrainingPlan,
        device: Any,
    ) -> Any:
        import torch

        from skaug.deep import _autoencoder as parts
        from skaug.deep._trainer import descent, train

        network = self._network().to(device)
        rows, known = torch.tensor(Z, device=device), torch.tensor(target, device=device)
        labels = torch.tensor(groups, dtype=torch.int64, device=device)

        def loss(batch: Any) -> Any:
            codes = network.encoder(rows[batch])
            value = parts.reconstruction_loss(network, rows[batch], codes)
            if self.penalty:
                mixed = parts.mixed_codes_loss(network, codes, labels[batch])
                value = value + self.penalty * mixed
            if self.supervised:
                missed = parts.supervised_loss(network, codes, known[batch])
                value = value + self.supervised * missed
            return value

        held_out = torch.as_tensor(split[1], device="cpu")
        judge = (lambda: float(loss(held_out))) if len(held_out) else None
        return train(network, descent(network, loss, plan), judge, split[0], plan)

    def transform(self, X: Any) -> Floats:
        """Return the codes of rows.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The rows.

        Returns
        -------
        Z : ndarray of shape (n, n_components)
            Their codes.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        return self._through(self._encoded(rows), lambda network: network.encoder)

    def inverse_transform(self, X: Any) -> Floats:
        """Return the rows that codes stand for.

        Parameters
        ----------
        X : array-like of shape (n, n_components)
            Codes.

        Returns
        -------
        X_original : ndarray of shape (n, n_features)
            Rows; pixels are within the range of the images learnt.
        """
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float64)
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"{type(self).__name__}.inverse_transform takes codes of n_components = "
                f"{self._n_features_out} numbers; X has {codes.shape[1]} columns."
            )
        Z = self._through(codes.astype(np.float32), lambda network: network.decode)
        if self._layout is not None:
            Z = self._layout.cells(Z.reshape(-1, *self._layout.shape))
        return self._centre + self._scale * Z

    def _through(self, Z: NDArray[np.float32], part: Any) -> Floats:
        """Return what a part of the network makes of rows, chunk by chunk."""
        import torch

        from skaug.deep._trainer import load

        with self._session() as device, torch.no_grad():
            network = part(load(self._network(), self._weights, device))
            chunks = np.array_split(Z, max(1, -(-len(Z) // _CHUNK)))
            made = [network(torch.tensor(chunk, device=device)).cpu().numpy() for chunk in chunks]
        return np.concatenate(made).astype(np.float64)

    def _network(self) -> Any:
        from skaug.deep._autoencoder import Autoencoder

        return Autoencoder(*self._sizes)  # of the fit: parameters may have been set since

    def _session(self, source: np.random.SeedSequence | None = None) -> Any:
        seed = 0 if source is None else seed_of(source)
        return torch_session(type(self).__name__, device=self.device, seed=seed)

    def _encoded(self, rows: Floats) -> NDArray[np.float32]:
        """Return rows as the network takes them."""
        with np.errstate(over="ignore"):  # infinite is far, too
            scaled = (rows - self._centre) / self._scale
        # new ones may leave the range of those that were learnt
        if self._layout is None:
            return scaled.clip(-_FARTHEST, _FARTHEST).astype(np.float32)
        return self._layout.images(scaled).reshape(len(rows), -1).clip(0, 1).astype(np.float32)

    @property
    def _n_features_out(self) -> int:
        return self._sizes[1]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_weights")


def _scaling(rows: Floats, *, is_image: bool) -> tuple[Floats, Floats]:
    """Return what to subtract from rows and to divide them by: per column, or once for images."""
    if is_image:
        centre, scale = rows.min(keepdims=True)[0], np.ptp(rows, keepdims=True)[0]
    else:
        centre, scale = rows.mean(axis=0), rows.std(axis=0)
        scale = np.where(scale > 1e-12 * np.abs(centre), scale, 0)  # rounding alone is no spread
    return centre, np.where(scale > 0, scale, 1.0)


def _read_target(y: Any, n_rows: int) -> tuple[NDArray[Any], Indices, int]:
    """Return the target to predict, the groups of rows of one label, and its number of outputs."""
    groups = np.zeros(n_rows, dtype=np.int64)
    if y is None:
        return groups, groups, 0
    if y.dtype.kind == "f" and (y != np.rint(y)).any():
        spread = float(np.std(y)) or 1.0
        return ((y - np.mean(y)) / spread).astype(np.float32), groups, 1
    codes = np.unique(y, return_inverse=True)[1].astype(np.int64)
    return codes, codes, int(codes.max()) + 1
