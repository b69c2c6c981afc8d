"""DeepSMOTE: SMOTE between the codes of an autoencoder."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.array_table import ArrayTable
from skaug._core.batch import Batch, Floats
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState, child_rng, random_indices, seed_sequence
from skaug._core.sparse_table import SparseTable
from skaug._core.strategy import SamplingStrategy
from skaug._planning.interpolation import effective_k, interpolated_batch
from skaug._planning.table_search import SEARCH
from skaug.base import ClassSampler, Table, Target
from skaug.deep._autoencoder_transformer import AutoencoderTransformer, refuse_missing_pixels
from skaug.deep._plan import TRAINING_CONSTRAINTS, checked_hidden
from skaug.deep._session import Device
from skaug.feature_space._decoding import Decoding
from skaug.feature_space._space_rows import shown

__all__ = ["DeepSMOTE"]

_NETWORK = 0  # the stream of the autoencoder


class DeepSMOTE(ClassSampler):
    r"""Over-sample by interpolating between the codes of rows, and decode.

    An autoencoder (E, D) is learnt from all rows, as by `AutoencoderTransformer`. A new row is

    .. math:: x_{new} = x_i + D(\tilde z) - D(z_i), \quad
        \tilde z = z_i + u \, (z_j - z_i), \quad u \sim U(0, 1)

    with codes z = E(x), and j one of the nearest neighbours of i in its class, by their codes.
    ``decode='inverse'`` leaves the row's own residual :math:`x_i - D(z_i)` out and returns
    :math:`D(\tilde z)`, as in the paper; such rows are smooth and lack the spread of real ones.
    The rows are those of ``FeatureSpaceSampler(AutoencoderTransformer(...), SMOTE(...))``, which
    takes other transformers and samplers, too.

    Tables may miss values. The encoder reads a missing number as the mean of its column, and the
    loss leaves it out; a new row misses what its seed :math:`x_i` misses, and nothing else,
    however it is decoded. Categories are not encoded: the neighbours vote, as in SMOTE. Images
    have neither.

    Cost: `max_iter` steps of `batch_size` rows, then SMOTE's in `n_components` dimensions. With
    fewer than some hundred rows use `skaug.over_sampling.SMOTE`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has afterwards, as in `SMOTE`.

    k_neighbors : int or object, default=5
        Neighbours of a row that it may be interpolated with, as in `SMOTE`.

    decode : {'residual', 'inverse'}, default='residual'
        How rows come back, as in `FeatureSpaceSampler`.

    n_components : int, default=16
        Length of a code.

    hidden : tuple of int, default=(256, 128)
        Widths of the encoder's layers, as in `AutoencoderTransformer`.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    penalty : float, default=0.1
        Weight of what is between the codes of a class, as in `AutoencoderTransformer`. With 1 and
        more, rows of ``decode='inverse'`` have far less spread than real ones.

    supervised : float, default=0.0
        Weight of the labels, as in `AutoencoderTransformer`.

    max_iter : int, default=2000
        Most steps of the optimiser, each of one batch.

    batch_size : int, default=128
        Rows in a batch.

    learning_rate : float, default=1e-3
        Length of the steps (AdamW).

    weight_decay : float, default=0.0
        How fast weights without use shrink.

    early_stopping : bool or 'auto', default='auto'
        Whether to hold rows out and stop when they get no better. 'auto': from 1,000 rows on.

    validation_fraction : float, default=0.1
        Share of the rows, of each class, that is held out of training (and resampled all the same).

    n_iter_no_change : int, default=10
        Looks at the held-out rows without improvement until it stops; there are 50 in `max_iter`.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns, as in `SMOTE`: the neighbours vote.

    device : {'cpu', 'cuda', 'auto'}, default='cpu'
        Where to compute. 'auto': on a GPU if there is one.

    verbose : int, default=0
        Whether to print the loss at each look.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the network and the rows.

    n_jobs : int, default=None
        Threads of the neighbour search; None is all cores.

    Attributes
    ----------
    transformer_ : AutoencoderTransformer
        The autoencoder.

    sampling_strategy_ : dict
        The number of rows made, for each class that is targeted.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        The neighbour, -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.

    ValueError
        If X is sparse or has no numeric column, if images do not have the `image_shape`, miss
        values or hold categories, if a class is too small for `k_neighbors`, if `hidden` holds
        anything but whole numbers from 1 on, if the loss is no longer finite, or if there is no
        such device. All but the loss is known before any training.

    See Also
    --------
    VAESampler : Codes drawn from a distribution.
    skaug.feature_space.FeatureSpaceSampler : Any sampler in any space.

    References
    ----------
    .. [1] D. Dablain, B. Krawczyk, N. V. Chawla, "DeepSMOTE: fusing deep learning and SMOTE for
       imbalanced data", IEEE Transactions on Neural Networks and Learning Systems 34, 2023.
       :doi:`10.1109/TNNLS.2021.3136503`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import DeepSMOTE
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = DeepSMOTE(image_shape=(8, 8), max_iter=20, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X[:1000], y[:1000] < 2)
    >>> X_res.shape, sampler.n_features_in_
    ((1598, 64), 64)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ClassSampler._parameter_constraints,
        **TRAINING_CONSTRAINTS,
        **{
            name: AutoencoderTransformer._parameter_constraints[name]
            for name in [
                "n_components",
                "hidden",
                "image_shape",
                "channels",
                "penalty",
                "supervised",
            ]
        },
        "k_neighbors": SEARCH,
        "decode": [sk.StrOptions({"residual", "inverse"})],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: SamplingStrategy = "auto",
        k_neighbors: Any = 5,
        decode: Literal["residual", "inverse"] = "residual",
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
        categorical_features: Any = "from_dtype",
        device: Device = "cpu",
        verbose: int = 0,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.k_neighbors = k_neighbors
        self.decode = decode
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
        self.categorical_features = categorical_features
        self.device = device
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Learn the codes, and check X, y and the parameters.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features), or array-like of shape (n, height, \
                width[, channels])
            The rows.

        y : array-like of shape (n,) or one-hot (n, n_classes)
            The labels.

        Returns
        -------
        self : object
            The sampler itself.
        """
        self.__dict__.pop("_provenance", None)  # of an earlier fit_resample, maybe on other rows
        table, target = self._read(X, y)
        self._learn(table, target, seed_sequence(self.random_state))
        return self

    def _synthesize(self, X: Table, y: Target, seed: np.random.SeedSequence) -> list[Batch]:
        self._refuse_small_classes(y)
        numeric = self._learn(X, y, seed)
        Z = self.transformer_.transform(numeric)
        back = self.transformer_.inverse_transform
        way_back = Decoding(numeric, Z, back, self.decode, clip=False)
        batches = super()._synthesize(self._in_space(Z, X), y, seed)
        return [_decoded(batch, Z, way_back) for batch in batches]

    def _sample_class(
        self, X: Table, y: Target, code: int, n_samples: int, rng: np.random.Generator
    ) -> Batch:
        members = y.members(code)
        return interpolated_batch(
            X,
            y,
            members,
            random_indices(rng, len(members), n_samples),
            rng,
            k_neighbors=self.k_neighbors,
            n_jobs=self.n_jobs,
            owner=type(self).__name__,
        )

    def _learn(self, X: Table, y: Target, seed: np.random.SeedSequence) -> Floats:
        """Learn the codes, and return the numbers that they stand for."""
        numeric = np.asarray(X.numeric, dtype=np.float64)
        own = AutoencoderTransformer().get_params().keys() & self.get_params().keys()
        params = {name: getattr(self, name) for name in own}
        params["image_shape"] = None if self._layout is None else self._layout.shape
        params["random_state"] = int(child_rng(seed, _NETWORK).integers(2**31))
        self.transformer_ = AutoencoderTransformer(**params)
        self.transformer_._learn(numeric, y.codes, self._layout, type(self).__name__)
        return numeric

    def _in_space(self, Z: Floats, X: Table) -> Table:
        """Return the codes of the rows, and beside them their categories, as a table."""
        cells = shown(Z, X.codes, self)
        if isinstance(cells, Table):
            return cells
        return ArrayTable(cells, categorical_features=None, owner=type(self).__name__)

    # What is wrong is said before any training -----------------------------------------------

    def _read(self, X: Any, y: Any) -> tuple[Table, Target]:
        owner, shape = type(self).__name__, _shape(X)
        if len(shape) > 4:
            raise ValueError(
                f"{owner} takes X of shape (n, n_features), (n, height, width) or (n, height, "
                f"width, channels); got {shape}."
            )
        self._row_shape = shape[1:] if len(shape) > 2 else None
        flat = X if self._row_shape is None else np.asarray(X).reshape(len(X), -1)
        table, target = super()._read(flat, y)
        checked_hidden(self.hidden, owner)
        is_image = self._row_shape is not None or self.image_shape is not None
        self._refuse_columns(table, is_image)
        self._layout = None
        if is_image:
            whole = table.shape if self._row_shape is None else shape
            self._layout = ImageLayout.of(whole, self.image_shape, self.channels, owner)
            refuse_missing_pixels(np.asarray(table.numeric), self._layout, owner)
        return table, target

    def _refuse_columns(self, X: Table, is_image: bool) -> None:
        """Refuse sparse data, a table without numbers, and images with anything but numbers."""
        owner, n_categorical = type(self).__name__, int(X.is_categorical.sum())
        if isinstance(X, SparseTable):
            raise ValueError(
                f"{owner} does not work on sparse data: rows that a network makes have no zeros. "
                "Pass X.toarray()."
            )
        if is_image and n_categorical:
            raise ValueError(
                f"{owner} needs numbers in every column of images, and {n_categorical} of the "
                f"{X.shape[1]} columns of X hold categories. Drop those, or set image_shape=None "
                "to learn a table, or categorical_features=None if they are numbers."
            )
        if not X.n_numeric:
            raise ValueError(
                f"{owner} needs at least 1 numeric column; all {X.shape[1]} of X are categorical. "
                "Use SMOTEN, or name fewer in categorical_features."
            )

    def _refuse_small_classes(self, y: Target) -> None:
        sizes = dict(zip(y.classes.tolist(), np.bincount(y.codes).tolist(), strict=True))
        for label, n_made in self.sampling_strategy_.items():
            if n_made:
                n, where = sizes[label], f"class {label!r}"
                effective_k(self.k_neighbors, n, n, type(self).__name__, "k_neighbors", where)

    # -----------------------------------------------------------------------------------------

    def _resample(self, table: Table, target: Target, sample_weight: Any) -> tuple[Any, ...]:
        X_res, *others = super()._resample(table, target, sample_weight)
        if self._row_shape is not None:
            X_res = X_res.reshape(len(X_res), *self._row_shape)
        return X_res, *others

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = self.image_shape is None
        return tags


def _decoded(batch: Batch, Z: Floats, way_back: Decoding) -> Batch:
    """Return the rows of a batch, made between codes, as rows of X."""
    made = np.empty((len(batch), Z.shape[1]))
    batch.write(Z, made)
    return replace(batch, values=way_back(made, batch.seed))


def _shape(X: Any) -> tuple[int, ...]:
    """Return the shape of X, () if its rows are not of one length or it has none."""
    try:
        shape: tuple[int, ...] = np.shape(X) if isinstance(X, list) else getattr(X, "shape", ())
    except ValueError:
        return ()
    return shape
