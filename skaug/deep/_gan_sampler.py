"""GANSampler: rows drawn from a conditional generative adversarial network."""

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
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
from skaug.deep._plan import TrainingPlan
from skaug.deep._session import Device
from skaug.metrics import precision_recall_density_coverage

__all__ = ["GANSampler"]

_CHUNK = 4096  # rows that go through the network at once
_JUDGED = 500  # most rows that weights are judged by
_MEASURED = 1000  # most rows for precision and recall: of few, all lie near each other
_COLLAPSED = 0.2  # recall: of runs on four data sets it was 0 to .12, or .40 and more
_NEIGHBORS = 5
_NEVER = 2**31


class GANSampler(DeepGenerator):
    r"""Draw rows from the generator of a generative adversarial network that is told the label.

    A generator G makes rows of noise z and the label y; a critic D tells them from real ones, by
    the features h of a row and the label: :math:`D(x, y) = w \cdot h(x) + e_y \cdot h(x)`. They
    are trained in turn, each against the other, by one of three losses:

    - 'hinge': D lowers :math:`\max(0, 1 - D(x)) + \max(0, 1 + D(G(z)))`, G lowers
      :math:`-D(G(z))`.
    - 'wgan-gp': D lowers :math:`D(G(z)) - D(x) + 10 (\|\nabla D\| - 1)^2`, G as above.
    - 'misleading': D sees made and real rows in one batch, labelled 1 and 0, with noise of
      0.05 U(0, 1) added to the labels, and lowers their cross-entropy; G lowers that of its rows
      labelled as if they were real.

    A loss of a critic does not tell how good rows are, and generators forget kinds of rows. So at
    each look the maximum mean discrepancy to held-out rows is taken, the weights (a moving average
    of the generator's) are kept that have the lowest, and at the end `precision_` and `recall_`
    are measured. A warning is given where recall is below 0.2.

    Cost: `max_iter` steps of `batch_size` rows; digits of 8 x 8 take a minute. Do not use it
    where `VAESampler`, or `skaug.generative.SequentialCART` on tables, will do: they are faster,
    steadier, and at this size mostly better.

    Parameters
    ----------
    loss : {'hinge', 'misleading', 'wgan-gp'}, default='wgan-gp'
        What the networks lower. They are near each other: on digits 'wgan-gp' and 'hinge' cover
        the data a little better than 'misleading', which takes the least time a step.

    latent_dim : int, default=32
        Length of the noise.

    hidden : tuple of int, default=(256, 256)
        Widths of the layers of both networks. Images of more than 1,024 pixels have two strided
        convolutions of 32 and 64 channels instead.

    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) if the rows are images; one of them may be
        -1. Read from X if that has more than 2 dimensions.

    channels : {'first', 'last'}, default='last'
        Where the channels of a colour image stand.

    max_iter : int, default=3000
        Most steps of the optimiser, each of one batch for both networks.

    batch_size : int, default=128
        Rows in a batch.

    learning_rate : float, default=5e-4
        Length of the generator's steps (AdamW); the critic's are twice as long.

    weight_decay : float, default=0.0
        How fast weights without use shrink.

    early_stopping : bool or 'auto', default='auto'
        Whether to hold rows out to judge weights by, and stop when they get no better. 'auto':
        from 1,000 rows on. If not, weights are judged by rows that are learnt, too.

    validation_fraction : float, default=0.1
        Share of the rows, of each class, that is held out.

    n_iter_no_change : int, default=50
        Looks at the held-out rows without improvement until it stops. There are 50 in `max_iter`,
        so by default it does not: rows often get worse for a while before they get better.

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
    precision_, recall_ : float
        The share of made rows that lie among those given (up to 1,000), and the other way round:
        within the distance of a row there to its fifth neighbour, labels left out; see
        `skaug.metrics.precision_recall_density_coverage`. On digits and three tables `recall_`
        was mostly within 0.1 of recall on rows never seen. NaN of fewer than 2 rows.

    loss_curve_ : list of float
        The mean loss of the critic between one look and the next.

    validation_loss_curve_ : list of float
        The squared maximum mean discrepancy at each look; below 0 by chance where it is small.

    n_iter_ : int
        Steps taken.

    sampling_strategy_ : dict
        The number of rows `fit_resample` made, for each class that is targeted; under the key
        'all' if y is numbers.

    sample_indices_, partner_indices_ : ndarray of shape (n_res,)
        The source row of each row of `fit_resample`, -1 for synthetic ones; all -1.

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

    Warns
    -----
    UserWarning
        If the generator has collapsed: `recall_` is below 0.2, so that most kinds of the rows
        given are not made any more, or never were.

    See Also
    --------
    VAESampler : Faster and steadier.
    skaug.generative.SequentialCART : The first choice for tables.

    References
    ----------
    .. [1] T. Miyato, M. Koyama, "cGANs with projection discriminator", ICLR 2018.
       :doi:`10.48550/arXiv.1802.05637`

    .. [2] I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville, "Improved training of
       Wasserstein GANs", NeurIPS 2017. :doi:`10.48550/arXiv.1704.00028`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skaug.deep import GANSampler
    >>> X, y = load_iris(return_X_y=True)
    >>> model = GANSampler(max_iter=200, random_state=0).fit(X, y)
    >>> X_new, y_new = model.sample(y={2: 3})
    >>> X_new.shape, y_new.tolist()
    ((3, 4), [2, 2, 2])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **DeepGenerator._parameter_constraints,
        "latent_dim": [sk.Interval(Integral, 1, None, closed="left")],
        "loss": [sk.StrOptions({"hinge", "misleading", "wgan-gp"})],
    }

    def __init__(
        self,
        *,
        loss: Literal["hinge", "misleading", "wgan-gp"] = "wgan-gp",
        latent_dim: int = 32,
        hidden: Sequence[int] = (256, 256),
        image_shape: Any = None,
        channels: Channels = "last",
        max_iter: int = 3000,
        batch_size: int = 128,
        learning_rate: float = 5e-4,
        weight_decay: float = 0.0,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 50,
        sampling_strategy: SamplingStrategy = "auto",
        target_type: str = "auto",
        categorical_features: Any = "from_dtype",
        device: Device = "cpu",
        verbose: int = 0,
        random_state: RandomState = None,
    ) -> None:
        self.loss = loss
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

        from skaug.deep._gan import Critic, alternation, mmd
        from skaug.deep._trainer import load, train

        rows, told = torch.tensor(Z, device=device), torch.tensor(condition, device=device)
        generator = self._generator().to(device)
        smooth = deepcopy(generator)
        critic = Critic(
            self._encoding.blocks,
            self._condition.width,
            self._hidden,
            self._image_shape,
            normalised=self.loss != "wgan-gp",
        ).to(device)
        step = alternation(
            generator,
            smooth,
            critic,
            self.loss,
            rows,
            told,
            self._latent_dim,
            plan.learning_rate,
            plan.weight_decay,
        )
        judged = split[1] if len(split[1]) else split[0]
        if not len(split[1]):
            plan = replace(plan, n_iter_no_change=_NEVER)
        index = torch.as_tensor(judged, device="cpu")
        index = index[torch.randperm(len(index), device="cpu")[:_JUDGED]]

        def drawn(of: Any) -> Any:
            """Return as many made rows, as they are drawn, with the labels of these."""
            noise = torch.randn((len(of), self._latent_dim), device="cpu").to(device)
            found = smooth(noise, told[of]).cpu().numpy()
            return self._encoding.encode(*self._encoding.decode(found))  # levels, marks, ties

        def discrepancy() -> float:
            made = torch.tensor(drawn(index), device=device)
            beside = [torch.cat([part, told[index]], dim=1) for part in (rows[index], made)]
            return mmd(*beside)

        history = train(smooth, step, discrepancy, split[0], plan)
        load(smooth, history.weights, device)
        measured = torch.randperm(len(Z), device="cpu")[:_MEASURED]
        with torch.no_grad():
            self._note_quality(Z[measured.numpy()], drawn(measured))
        return history

    def _note_quality(self, real: NDArray[np.float32], made: NDArray[np.float32]) -> None:
        self.precision_ = self.recall_ = float("nan")
        if len(real) > 1:
            self.precision_, self.recall_, _, _ = precision_recall_density_coverage(
                real, made, k_neighbors=min(_NEIGHBORS, len(real) - 1)
            )
        if self.recall_ < _COLLAPSED:
            warnings.warn(
                f"GANSampler has collapsed: {self.recall_:.0%} of the rows it was given lie among "
                f"those it makes (and {self.precision_:.0%} the other way round). Raise "
                "max_iter, try another loss, or use VAESampler.",
                UserWarning,
                stacklevel=2,
            )

    def _draw_batch(self, y: NDArray[Any], rng: np.random.Generator) -> Batch:
        import torch

        from skaug.deep._trainer import load

        noise = rng.standard_normal((len(y), self._latent_dim), dtype=np.float32)
        told = self._condition(y)
        parts = np.array_split(np.arange(len(y)), max(1, -(-len(y) // _CHUNK)))
        with self._session() as device, torch.no_grad():
            network = load(self._generator(), self._weights, device)
            made = [
                network(torch.tensor(noise[p], device=device), torch.tensor(told[p], device=device))
                for p in parts
            ]
            Z = torch.cat(made).cpu().numpy()
        return self._batch(np.full(len(y), -1, dtype=np.int32), Z)

    @property
    def _image_shape(self) -> tuple[int, int, int] | None:
        return None if self._layout is None else self._layout.shape

    def _generator(self) -> Any:
        from skaug.deep._gan import Generator

        encoding = self._encoding
        return Generator(
            encoding.width,
            self._condition.width,
            self._latent_dim,
            self._hidden,
            self._image_shape,
            encoding.blocks,
        )
