"""VAESampler: rows drawn from a conditional variational autoencoder."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.donors import donors_near
from skaug._core.image_layout import Channels
from skaug._core.rng import RandomState, random_indices
from skaug._core.strategy import SamplingStrategy
from skaug.deep._base import DeepGenerator
from skaug.deep._encoding import Block
from skaug.deep._plan import TrainingPlan
from skaug.deep._session import Device

__all__ = ["VAESampler"]

_CHUNK = 4096  # rows that go through the network at once


class VAESampler(DeepGenerator):
    r"""Draw rows from a variational autoencoder that is told the label.

    An encoder takes row x with label y to a normal distribution of codes, a decoder brings codes
    back, and both are trained to lower

    .. math:: -\log p(x \mid z, y) + \beta \, KL(q(z \mid x, y) \,\|\, N(0, I)), \quad
        z \sim q(z \mid x, y)

    summed over columns and averaged over rows. Pixels, scaled by the range of X to [0, 1], and
    marks of missing values cost their binary cross-entropy, categories their cross-entropy,
    numbers their normal likelihood with a learnt spread. Numbers are learnt as normal scores of
    their ranks and come back as values that the column has.

    The mean of a decoder is smooth: such rows lie on the data and never around it. With
    ``noise='residual'`` what the decoder misses of a row of the class is added to the new one,

    .. math:: x_{new} = d(z, y) + (x_i - d(\mu_i, y)), \quad z \sim q(z \mid x_i, y)

    which brings back texture and spread.

    Cost: `max_iter` steps of `batch_size` rows, whatever the number of rows; digits of 8 x 8 take
    seconds, images of 28 x 28 half a minute. On tables `skaug.generative.SequentialCART` is
    faster and closer to the data. Do not use it with fewer than some hundred rows. Draws with
    'residual' or 'posterior' resemble a real row each: they hide nothing.

    Parameters
    ----------
    noise : {'residual', 'posterior', 'prior'}, default='residual'
        Where codes come from, and what is added. 'residual' and 'posterior' draw the code of a
        random row of the class, the first adds its residual too. 'prior' draws codes from
        N(0, I): rows of no parent, the most novel and the least sharp. Of numbers in 'posterior'
        and 'prior' the spread is drawn, of marks and categories their outcome.

    beta : float, default=1.0
        Weight of the divergence. Below 1 rows are sharper, and codes less normal.

    latent_dim : int, default=16
        Length of a code.

    hidden : tuple of int, default=(256, 128)
        Widths of the encoder's layers; the decoder's are the same the other way round. Images of
        more than 1,024 pixels have two strided convolutions of 32 and 64 channels instead.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

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

    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows each class has after `fit_resample`, as in `SMOTE`. If y is numbers, the
        rows made as a share of those given: a float, or 'auto' for as many.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        How y is read. 'auto': numbers with fractions are continuous, all else is labels.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in `SMOTE`.

    device : {'cpu', 'cuda', 'auto'}, default='cpu'
        Where to compute. 'auto': on a GPU if there is one.

    verbose : int, default=0
        Whether to print the loss at each look.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the weights, the batches and the draws.

    Attributes
    ----------
    loss_curve_ : list of float
        The mean loss between one look and the next.

    validation_loss_curve_ : list of float
        The loss of the held-out rows at each look; empty if there are none.

    n_iter_ : int
        Steps taken.

    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each row of `fit_resample`: for a synthetic one, row i, or -1 with
        ``noise='prior'``.

    partner_indices_ : ndarray of shape (n_res,)
        All -1.

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
        If X is sparse, if images miss values, if the loss is no longer finite, or if there is no
        such device.

    See Also
    --------
    GANSampler : Sharper, slower, less certain.
    skaug.generative.SequentialCART : The first choice for tables.

    References
    ----------
    .. [1] D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014.
       :doi:`10.48550/arXiv.1312.6114`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import VAESampler
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = VAESampler(image_shape=(8, 8), max_iter=20, random_state=0)
    >>> X_new, y_new = sampler.fit(X, y).sample(y={3: 2, 8: 1})
    >>> X_new.shape, y_new.tolist()
    ((3, 64), [3, 3, 8])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **DeepGenerator._parameter_constraints,
        "latent_dim": [sk.Interval(Integral, 1, None, closed="left")],
        "noise": [sk.StrOptions({"residual", "posterior", "prior"})],
        "beta": [sk.Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        noise: Literal["residual", "posterior", "prior"] = "residual",
        beta: float = 1.0,
        latent_dim: int = 16,
        hidden: Sequence[int] = (256, 128),
        image_shape: Any = None,
        channels: Channels = "last",
        max_iter: int = 2000,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        device: Device = "cpu",
        verbose: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.noise = noise
        self.beta = beta
        self.latent_dim = latent_dim
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
        self.sampling_strategy = sampling_strategy
        self.target_type = target_type
        self.categorical_features = categorical_features
        self.device = device
        self.verbose = verbose
        self.random_state = random_state

    def _network(self) -> Any:
        from skaug.deep._vae import VAE

        shape = None if self._layout is None else self._layout.shape
        width, n_condition = self._encoding.width, self._condition.width
        return VAE(width, n_condition, self._latent_dim, self._hidden, shape)

    def _train(
        self,
        Z: NDArray[np.float32],
        condition: NDArray[np.float32],
        split: tuple[Indices, Indices],
        plan: TrainingPlan,
        device: Any,
    ) -> Any:
        self._latent_dim = self.latent_dim  # of the fit: parameters may be set after it
        import torch

        from skaug.deep._trainer import descent, train
        from skaug.deep._vae import elbo_loss

        network = self._network().to(device)
        rows, told = torch.tensor(Z, device=device), torch.tensor(condition, device=device)

        def loss(batch: Any) -> Any:
            return elbo_loss(network, rows[batch], told[batch], self._encoding.blocks, self.beta)

        held_out = torch.as_tensor(split[1], device="cpu")
        judge = (lambda: float(loss(held_out))) if len(held_out) else None
        return train(network, descent(network, loss, plan), judge, split[0], plan)

    def _draw_batch(self, y: NDArray[Any], rng: np.random.Generator) -> Batch:
        noise = rng.standard_normal((len(y), self._latent_dim), dtype=np.float32)
        if self.noise == "prior":
            seed = np.full(len(y), -1, dtype=np.int32)
        else:
            seed = rows_with(self._y, y, rng)
        parts = np.array_split(np.arange(len(y)), max(1, -(-len(y) // _CHUNK)))
        with self._session() as device:
            network = self._loaded(device)
            made = [self._decoded(network, seed[p], y[p], noise[p], device) for p in parts]
        Z, scale = np.concatenate(made), np.exp(np.clip(self._weights["log_scale"], -3, 3))
        if self.noise != "residual":
            Z = drawn(Z, self._encoding.blocks, scale, self._layout is not None, rng)
        if self.noise != "prior":
            for block in self._marks:  # a row misses what its seed misses
                Z[:, block.columns] = self._Z[seed][:, block.columns]
        return self._batch(seed, Z)

    @property
    def _marks(self) -> list[Block]:
        is_table = self._layout is None
        return [block for block in self._encoding.blocks if is_table and block.kind == "unit"]

    def _loaded(self, device: Any) -> Any:
        from skaug.deep._trainer import load

        return load(self._network(), self._weights, device)

    def _decoded(
        self,
        network: Any,
        seed: Indices,
        y: NDArray[Any],
        noise: NDArray[np.float32],
        device: Any,
    ) -> NDArray[np.float32]:
        """Return the means of rows with codes drawn around those of their seeds, or anywhere."""
        import torch

        from skaug.deep._vae import means

        blocks = self._encoding.blocks
        with torch.no_grad():
            told = torch.tensor(self._condition(y), device=device)
            code = torch.tensor(noise, device=device)
            if self.noise == "prior":
                found: NDArray[np.float32] = means(network.decode(code, told), blocks).cpu().numpy()
                return found
            rows = torch.tensor(self._Z[seed], device=device)
            own = torch.tensor(self._condition(self._y[seed]), device=device)
            mean, log_variance = network.encode(rows, own)
            code = mean + code * (log_variance / 2).exp()
            made = means(network.decode(code, told), blocks)
            if self.noise == "residual":
                made = made + rows - means(network.decode(mean, own), blocks)
            return made.cpu().numpy()


def rows_with(known: NDArray[Any], y: NDArray[Any], rng: np.random.Generator) -> Indices:
    """Draw for each entry of y, a class or a number, a row that has it, or one like it."""
    if y.dtype.kind == "f":
        rank = np.sort(known).searchsorted
        n = len(known)
        return donors_near(rank(y) / n, rank(known) / n, 1 / np.sqrt(n), rng)
    seed = np.empty(len(y), dtype=np.intp)
    for code in np.unique(y):
        members, rows = np.flatnonzero(known == code), np.flatnonzero(y == code)
        seed[rows] = members[random_indices(rng, len(members), len(rows))]
    return seed


def drawn(
    Z: NDArray[np.float32],
    blocks: Sequence[Block],
    scale: Floats,
    is_image: bool,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw rows from what the decoder says of each: numbers with their spread, and outcomes.

    Pixels stay means: drawn each by itself they would be snow.
    """
    if is_image:
        return Z
    made = Z.copy()
    for block in blocks:
        means = Z[:, block.columns]
        if block.kind == "normal":
            made[:, block.columns] += rng.standard_normal(means.shape) * scale[block.columns]
        elif block.kind == "unit":
            made[:, block.columns] = rng.random(means.shape) < means
        else:
            up_to = means.cumsum(axis=1)
            level = (up_to < rng.random((len(Z), 1)) * up_to[:, -1:]).sum(axis=1)
            made[:, block.columns] = np.eye(means.shape[1])[level]
    return made
