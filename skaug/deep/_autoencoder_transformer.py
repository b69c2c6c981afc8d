"""AutoencoderTransformer: a learnt space for numbers and images, with a way back."""

from collections.abc import Sequence
from dataclasses import replace
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
from skaug.deep._scaling import Scaling
from skaug.deep._session import Device, seed_of, torch_session

__all__ = ["AutoencoderTransformer", "refuse_missing_pixels"]

_TRAIN, _SPLIT = range(2)  # the streams of one fit
_CHUNK = 4096  # rows that go through the network at once
_NUMBERS: dict[str, Any] = {"dtype": np.float64, "ensure_all_finite": "allow-nan"}


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

    Tables may miss values (NaN). To the encoder a missing cell is the mean of its column; to the
    loss it is nothing, and known cells count the more. So rows with many gaps have codes near the
    middle. The way back fills every cell; a column that has no value at all comes back as 0.

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

    penalty : float, default=0.1
        Weight of the second term. Without y all rows count as one label. With 1 and more, less of
        the rows comes back: codes are then smoother, and decoded rows lack spread.

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
        If images miss values, if `image_shape` is not theirs, if `hidden` holds anything but whole
        numbers from 1 on, if `supervised` is set without y, if the loss is no longer finite, or if
        there is no such device.

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
        penalty: float = 0.1,
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
            The rows, numbers only; tables may miss some.

        y : array-like of shape (n,), default=None
            Labels, or numbers if any of them is not whole.

        Returns
        -------
        self : object
            The transformer itself.
        """
        owner = type(self).__name__
        if y is None and self.supervised:
            raise ValueError(
                f"{owner} with supervised={self.supervised:g} needs y. Pass y to fit, or set "
                "supervised=0."
            )
        given = {} if y is None else {"y": y}
        checked = validate_data(self, X, **given, **_NUMBERS)
        rows, y = (checked, None) if y is None else checked
        layout = None
        if self.image_shape is not None:
            layout = ImageLayout.of(rows.shape, self.image_shape, self.channels, owner)
        return self._learn(rows, y, layout, owner)

    def _learn(self, rows: Floats, y: Any, layout: ImageLayout | None, owner: str) -> Self:
        """Learn the codes of rows that were read; `owner` is who speaks if something is wrong."""
        hidden = checked_hidden(self.hidden, owner)
        refuse_missing_pixels(rows, layout, owner)
        self.n_features_in_ = rows.shape[1]
        self._scaling = Scaling.of(rows, layout)
        target, groups, n_targets = _read_target(y, len(rows))
        self._sizes = (
            rows.shape[1],
            self.n_components,
            hidden,
            None if layout is None else layout.shape,
            n_targets if self.supervised else 0,
        )
        seed, plan = seed_sequence(self.random_state), replace(TrainingPlan.of(self), owner=owner)
        split = plan.split(groups, child_rng(seed, _SPLIT))
        arrays = (self._scaling.encode(rows), target, groups, _cell_weight(rows))
        with self._session(owner, child_sequence(seed, _TRAIN)) as device:
            history = self._train(arrays, split, plan, device)
        self._weights, self.n_iter_ = history.weights, history.n_iter
        self.loss_curve_, self.validation_loss_curve_ = history.losses, history.held_out_losses
        return self

    def _train(
        self,
        arrays: tuple[NDArray[Any], NDArray[Any], Indices, NDArray[Any] | None],
        split: tuple[Indices, Indices],
        plan: TrainingPlan,
        device: Any,
    ) -> Any:
        import torch

        from skaug.deep import _autoencoder as parts
        from skaug.deep._trainer import descent, train

        network = self._network().to(device)
        *given, cell_weight = arrays
        rows, known, labels = (torch.tensor(array, device=device) for array in given)
        weight = None if cell_weight is None else torch.tensor(cell_weight, device=device)

        def loss(batch: Any) -> Any:
            codes = network.encoder(rows[batch])
            of_cells = None if weight is None else weight[batch]
            value = parts.reconstruction_loss(network, rows[batch], codes, of_cells)
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
        rows = validate_data(self, X, reset=False, **_NUMBERS)
        refuse_missing_pixels(rows, self._scaling.layout, type(self).__name__)
        return self._through(self._scaling.encode(rows), lambda network: network.encoder)

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
        return self._scaling.decode(Z)

    def _through(self, Z: NDArray[np.float32], part: Any) -> Floats:
        """Return what a part of the network makes of rows, chunk by chunk."""
        import torch

        from skaug.deep._trainer import load

        with self._session(type(self).__name__) as device, torch.no_grad():
            network = part(load(self._network(), self._weights, device))
            chunks = np.array_split(Z, max(1, -(-len(Z) // _CHUNK)))
            made = [network(torch.tensor(chunk, device=device)).cpu().numpy() for chunk in chunks]
        return np.concatenate(made).astype(np.float64)

    def _network(self) -> Any:
        from skaug.deep._autoencoder import Autoencoder

        return Autoencoder(*self._sizes)  # of the fit: parameters may have been set since

    def _session(self, owner: str, source: np.random.SeedSequence | None = None) -> Any:
        seed = 0 if source is None else seed_of(source)
        return torch_session(owner, device=self.device, seed=seed)

    @property
    def _n_features_out(self) -> int:
        return self._sizes[1]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_weights")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.image_shape is None
        return tags


def refuse_missing_pixels(rows: Floats, layout: ImageLayout | None, owner: str) -> None:
    """Refuse images with missing values; in tables they may be missing."""
    if layout is not None and np.isnan(rows).any():
        row = int(np.argmax(np.isnan(rows).any(axis=1)))
        raise ValueError(
            f"{owner} cannot use missing values (NaN) in images, which have a number in every "
            f"pixel; row {row} of X has some. Fill them, or drop those rows."
        )


def _cell_weight(rows: Floats) -> NDArray[np.float32] | None:
    """Return the weight of cells in the loss, 0 of missing ones; None if none is missing.

    Known cells make up for the missing ones. A column without any value is one of zeros, which is
    what the encoder sees, and what it is to see of decoded rows.
    """
    is_known = ~np.isnan(rows)
    if is_known.all():
        return None
    has_values = is_known.any(axis=0)
    n_cells = len(rows) * int(has_values.sum())
    weight = np.where(has_values, is_known * (n_cells / max(1, is_known.sum())), 1.0)
    return weight.astype(np.float32)


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
