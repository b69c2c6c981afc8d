"""DeepSMOTE: SMOTE between the codes of an autoencoder."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.provenance import Provenance
from skaug._core.reading import read_table
from skaug._core.rng import RandomState, child_rng, seed_sequence, set_seeds
from skaug._core.strategy import SamplingStrategy
from skaug.deep._autoencoder_transformer import AutoencoderTransformer
from skaug.deep._plan import TRAINING_CONSTRAINTS
from skaug.deep._session import Device
from skaug.feature_space import FeatureSpaceSampler
from skaug.over_sampling import SMOTE

__all__ = ["DeepSMOTE"]


class DeepSMOTE(ComposedSampler):
    r"""Over-sample by interpolating between the codes of rows, and decode.

    An autoencoder (E, D) is learnt from all rows, as by `AutoencoderTransformer`. A new row is

    .. math:: x_{new} = x_i + D(\tilde z) - D(z_i), \quad
        \tilde z = z_i + u \, (z_j - z_i), \quad u \sim U(0, 1)

    with codes z = E(x), and j one of the nearest neighbours of i in its class, by their codes.
    ``decode='inverse'`` leaves the row's own residual :math:`x_i - D(z_i)` out and returns
    :math:`D(\tilde z)`, as in the paper; such rows are smooth and lack the spread of real ones.
    It is ``FeatureSpaceSampler(AutoencoderTransformer(...), SMOTE(...))``, which takes other
    transformers and samplers, too.

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

    penalty : float, default=1.0
        Weight of what is between the codes of a class, as in `AutoencoderTransformer`.

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
    sampler_ : FeatureSpaceSampler
        The sampler that was run; `sampler_.transformer_` is the autoencoder.

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
        If X is sparse or misses numbers, or has no numeric column, or a class is too small for
        `k_neighbors`.

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
                "random_state",
            ]
        },
        **{
            name: SMOTE._parameter_constraints[name]
            for name in ["sampling_strategy", "k_neighbors", "categorical_features", "n_jobs"]
        },
        "decode": [sk.StrOptions({"residual", "inverse"})],
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
        penalty: float = 1.0,
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

        y : array-like of shape (n,)
            The labels.

        Returns
        -------
        self : object
            The sampler itself.
        """
        for name in ("sample_indices_", "partner_indices_", "is_synthetic_"):
            self.__dict__.pop(name, None)  # of an earlier fit_resample, maybe on other rows
        validate_data(self, X, y, skip_check_array=True)
        self._prepared(X, y, "fit").fit(_flat(X), y)
        self.sampling_strategy_ = self.sampler_.sampling_strategy_
        return self

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        sampler = self._prepared(X, y, "fit_resample")
        X_res, y_res, w_res, provenance = run_nested(sampler, "sampler", self, _flat(X), y, weight)
        self.sampling_strategy_ = sampler.sampling_strategy_
        if len(_row_shape(X)) > 1:
            X_res = X_res.reshape(len(X_res), *_row_shape(X))
            X_res = X_res.tolist() if isinstance(X, list) else X_res
        return X_res, y_res, w_res, provenance

    def _prepared(self, X: Any, y: Any, method: str) -> FeatureSpaceSampler:
        """Make the sampler that this one stands for, and check X and y before any training."""
        shape, found = self.image_shape, _row_shape(X)
        if len(found) > 1:
            layout = ImageLayout.of((len(X), *found), shape, self.channels, type(self).__name__)
            shape = layout.shape
        self.sampler_ = self._made(shape)
        table = read_table(self, _flat(X), y, categorical_features=self.categorical_features)
        trial = clone(self.sampler_.sampler)  # on row numbers, which stand for the codes
        if not isinstance(self.k_neighbors, Integral):
            method = "fit"  # an object may need as many columns as there will be
        getattr(trial, method)(np.arange(table.shape[0], dtype=np.float64)[:, None], y)
        return self.sampler_

    def _made(self, image_shape: Any) -> FeatureSpaceSampler:
        """Return the sampler this one stands for, with seeds of its own."""
        transformer, sampler = AutoencoderTransformer(), SMOTE()
        for part in (transformer, sampler):
            own = part.get_params().keys() & self.get_params().keys()
            part.set_params(**{name: getattr(self, name) for name in own})
        transformer.set_params(image_shape=image_shape)
        sampler.set_params(categorical_features="from_dtype")  # of the columns in the space
        made = FeatureSpaceSampler(
            clone(transformer),
            clone(sampler),
            decode=self.decode,
            categorical_features=self.categorical_features,
        )
        set_seeds(made, child_rng(seed_sequence(self.random_state), 0))
        return made

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = False
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def _row_shape(X: Any) -> tuple[int, ...]:
    """Return the shape of a row: of more than one number where rows are images."""
    shape: tuple[int, ...] = (np.asarray(X) if isinstance(X, list) else X).shape
    return shape[1:]


def _flat(X: Any) -> Any:
    """Return images as rows of numbers, and anything else as it is."""
    return np.asarray(X).reshape(len(X), -1) if len(_row_shape(X)) > 1 else X
