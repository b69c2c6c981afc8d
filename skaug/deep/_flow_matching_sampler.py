"""FlowMatchingSampler: rows that noise flows to."""

from collections.abc import Sequence
from copy import deepcopy
from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.image_layout import Channels
from skaug._core.rng import RandomState
from skaug._core.strategy import SamplingStrategy
from skaug.deep._base import DeepGenerator
from skaug.deep._encoding import Block
from skaug.deep._plan import TrainingPlan
from skaug.deep._session import Device

__all__ = ["FlowMatchingSampler"]

_CHUNK = 4096  # rows that go through the network at once
_TIMES_A_ROW = 8  # draws of noise and time by which a held-out row is judged


class FlowMatchingSampler(DeepGenerator):
    r"""Draw rows by letting noise flow to where rows are, told the label.

    A network v learns the velocity of points on straight ways from noise to rows, and is followed
    from noise at time 0 to a new row at time 1:

    .. math:: \min_v E \| v(t x + (1 - t) \epsilon, t, y) - (x - \epsilon) \|^2, \quad
        \epsilon \sim N(0, I), \quad \frac{dx_t}{dt} = v(x_t, t, y)

    t is the logistic of a normal number, so that the middle of the way, where noise and rows are
    hardest to tell, comes more often [2]_. Numbers are learnt as normal scores of their ranks and
    come back as values that the column has; pixels, marks of missing values and categories lie
    between -1 and 1. The weights that are kept are a running mean of those trained.

    Of the generators made of networks it is the one to begin with: there is one network and one
    loss that only falls, and rows drawn are as sharp and as varied as those learnt, without any of
    them as parent. Measured on digits and tables in :ref:`the benchmarks <benchmarks-networks>`.

    Cost: `max_iter` steps of `batch_size` rows, whatever the number of rows; and 2 `n_steps` times
    through the network for a row drawn. On tables `skaug.generative.SequentialCART` is a hundred
    times faster and as close to the data or closer. Do not use it with fewer than some hundred
    rows, nor with images of more than 1,000 pixels: its network knows nothing of neighbours.

    Parameters
    ----------
    n_steps : int, default=25
        Steps from noise to a row, of Heun's method, each twice through the network.

    hidden : tuple of int, default=(256, 256, 256)
        Widths of the layers of the network.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    max_iter : int, default=3000
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
        The source row of each row of `fit_resample`: -1 for a synthetic one.

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
    VAESampler : Changes of given rows.
    skaug.generative.SequentialCART : The first choice for tables.

    References
    ----------
    .. [1] Y. Lipman, R. T. Q. Chen, H. Ben-Hamu, M. Nickel, M. Le, "Flow matching for generative
       modeling", ICLR 2023. :doi:`10.48550/arXiv.2210.02747`

    .. [2] P. Esser and others, "Scaling rectified flow transformers for high-resolution image
       synthesis", ICML 2024. :doi:`10.48550/arXiv.2403.03206`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.deep import FlowMatchingSampler
    >>> X, y = load_digits(return_X_y=True)
    >>> sampler = FlowMatchingSampler(image_shape=(8, 8), max_iter=20, random_state=0)
    >>> X_new, y_new = sampler.fit(X, y).sample(y={3: 2, 8: 1})
    >>> X_new.shape, y_new.tolist()
    ((3, 64), [3, 3, 8])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **DeepGenerator._parameter_constraints,
        "n_steps": [sk.Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        *,
        n_steps: int = 25,
        hidden: Sequence[int] = (256, 256, 256),
        image_shape: Any = None,
        channels: Channels = "last",
        max_iter: int = 3000,
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
        self.n_steps = n_steps
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
        from skaug.deep._flow import Flow

        return Flow(self._encoding.width, self._condition.width, self._hidden)

    def _train(
        self,
        Z: NDArray[np.float32],
        condition: NDArray[np.float32],
        split: tuple[Indices, Indices],
        plan: TrainingPlan,
        device: Any,
    ) -> Any:
        import torch

        from skaug.deep._flow import flow_loss
        from skaug.deep._trainer import averaging, descent, train

        network = self._network().to(device)
        average = deepcopy(network).requires_grad_(False)
        told = torch.tensor(condition, device=device)
        rows = torch.tensor(spread(Z, self._encoding.blocks), device=device)
        step = descent(network, lambda batch: flow_loss(network, rows[batch], told[batch]), plan)
        held_out = torch.as_tensor(np.repeat(split[1], _TIMES_A_ROW), device="cpu")

        def judge() -> float:
            return float(flow_loss(average, rows[held_out], told[held_out]))

        judged = judge if len(held_out) else None
        return train(average, averaging(step, network, average), judged, split[0], plan)

    def _draw_batch(self, y: NDArray[Any], rng: np.random.Generator) -> Batch:
        import torch

        from skaug.deep._flow import flown
        from skaug.deep._trainer import load

        noise = rng.standard_normal((len(y), self._encoding.width), dtype=np.float32)
        parts = np.array_split(np.arange(len(y)), max(1, -(-len(y) // _CHUNK)))
        made = []
        with self._session() as device, torch.no_grad():
            network = load(self._network(), self._weights, device)
            for part in parts:
                begin = torch.tensor(noise[part], device=device)
                told = torch.tensor(self._condition(y[part]), device=device)
                made.append(flown(network, begin, told, self.n_steps).cpu().numpy())
        Z = gathered(np.concatenate(made), self._encoding.blocks)
        return self._batch(np.full(len(y), -1, dtype=np.int32), Z)


def spread(Z: NDArray[np.float32], blocks: Sequence[Block]) -> NDArray[np.float32]:
    """Return the matrix with all that lies between 0 and 1 between -1 and 1, as wide as noise."""
    made = Z.copy()
    for block in blocks:
        if block.kind != "normal":
            made[:, block.columns] = 2 * made[:, block.columns] - 1
    return made


def gathered(Z: NDArray[np.float32], blocks: Sequence[Block]) -> NDArray[np.float32]:
    """Undo `spread`."""
    made = Z.copy()
    for block in blocks:
        if block.kind != "normal":
            made[:, block.columns] = (made[:, block.columns] + 1) / 2
    return made
