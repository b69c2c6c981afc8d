"""NetworkEstimator: what the classifiers and regressors that are one network share."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.reading import read_weight
from skaug._core.rng import RandomState, child_rng, child_sequence, seed_sequence
from skaug._core.table import is_frame
from skaug.deep._heads import ClassHead, Head, NumberHead
from skaug.deep._plan import TRAINING_CONSTRAINTS, TrainingPlan, checked_hidden
from skaug.deep._scaling import Scaling
from skaug.deep._session import Device, seed_of, torch_session

__all__ = ["NetworkClassifier", "NetworkEstimator", "NetworkRegressor", "TrainingRows"]

_TRAIN, _SPLIT = range(2)  # the streams of one fit
_CHUNK = 1024  # rows that go through the network at once


@dataclass(frozen=True)
class TrainingRows:
    """What a network learns from, as tensors on its device."""

    Z: Any  # (n, n_numbers): columns of mean 0 and deviation 1, or pixels, channels last, 0 to 1
    target: Any  # (n, n_outputs): one-hot labels, or numbers of mean 0 and deviation 1
    groups: Any  # (n,): the code of the class; 0 for numbers
    weight: Any  # (n,): of mean 1
    pool: Any  # an index, of the rows to train on

    def classmates(self, batch: Any) -> Any:
        """Draw for each row of a batch another row to train on of its class; itself if alone."""
        import torch

        order, start, size, rank = self._by_class
        group = self.groups[batch]
        uniform = torch.rand(len(batch), device="cpu").to(group.device)
        step = 1 + (uniform * (size[group] - 1)).long().minimum(size[group] - 2).clamp(min=0)
        return order[start[group] + (rank[batch] + step) % size[group]]

    @cached_property
    def _by_class(self) -> tuple[Any, Any, Any, Any]:
        """Return the rows to train on class by class, where each begins, its size, and ranks."""
        import torch

        groups = self.groups[self.pool]
        order = self.pool[groups.argsort(stable=True)]
        size = torch.bincount(groups, minlength=int(self.groups.max()) + 1)
        start = size.cumsum(0) - size
        rank = torch.zeros_like(self.groups)
        rank[order] = torch.arange(len(order), device=order.device) - start[self.groups[order]]
        return order, start, size, rank


class NetworkEstimator(BaseEstimator, ABC):
    """Abstract base of estimators that are one network: reading, training and predictions.

    A subclass has the parameters of `TRAINING_CONSTRAINTS`, ``hidden``, ``image_shape``,
    ``channels`` and ``random_state``, and implements `_architecture`, `_network` and `_loss`. It
    reads in them, once `fit` has begun, ``_scaling`` (with the layout of images, if they are),
    ``_head``, ``_hidden`` and ``n_features_in_``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **TRAINING_CONSTRAINTS,
        "hidden": ["array-like"],
        "image_shape": ["array-like", None],
        "channels": [sk.StrOptions({"first", "last"})],
        "random_state": ["random_state", np.random.Generator],
    }
    _head_type: ClassVar[type[Head]]
    _target_checks: ClassVar[dict[str, Any]]
    _needs_images: ClassVar[bool] = False

    hidden: Any
    image_shape: Any
    channels: Channels
    device: Device
    random_state: RandomState
    _head: Any

    @abstractmethod
    def _architecture(self) -> tuple[Any, ...]:
        """Check the parameters that shape the network, and return what it is built from.

        That is kept by `fit`: parameters may be set after it.
        """

    @abstractmethod
    def _network(self, architecture: tuple[Any, ...]) -> Any:
        """Return a new network; it takes rows of Z, and returns the outputs of the head."""

    @abstractmethod
    def _loss(self, network: Any, rows: TrainingRows, batch: Any) -> Any:
        """Return the loss to train by, of the rows that the index `batch` names."""

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The rows or images, numbers only.

        y : array-like of shape (n,) or, for numbers, (n, n_outputs)
            What to predict.

        sample_weight : array-like of shape (n,), default=None
            Weights of the rows in the loss. A row of weight 0 is no row.

        Returns
        -------
        self : object
            The estimator itself.
        """
        owner = type(self).__name__
        given, row_shape = _flat(X)
        _refuse_text(given, owner)
        rows, y = validate_data(
            self, given, y, dtype=np.float64, **self._target_checks, ensure_min_samples=2
        )
        weight: Floats = np.ones(len(rows))
        if sample_weight is not None:
            weight = read_weight(sample_weight, len(rows), owner)
            rows, y, weight = _weighing(rows, y, weight, owner)
        self._head, target, groups = self._head_type.read(y, owner)
        layout = None
        if self._needs_images or self.image_shape is not None or row_shape is not None:
            whole = rows.shape if row_shape is None else (len(rows), *row_shape)
            layout = ImageLayout.of(whole, self.image_shape, self.channels, owner)
        self._scaling = Scaling.of(rows, layout)
        self._hidden = checked_hidden(self.hidden, owner)
        self._built_from = self._architecture()
        seed, plan = seed_sequence(self.random_state), TrainingPlan.of(self)
        split = plan.split(groups, child_rng(seed, _SPLIT))
        arrays = (self._scaling.encode(rows), target, groups, weight.astype(np.float32))
        with self._session(child_sequence(seed, _TRAIN)) as device:
            history = self._trained(arrays, split, plan, device)
        self._weights, self.n_iter_ = history.weights, history.n_iter
        self.loss_curve_, self.validation_loss_curve_ = history.losses, history.held_out_losses
        return self

    def _trained(
        self, arrays: tuple[NDArray[Any], ...], split: Any, plan: TrainingPlan, device: Any
    ) -> Any:
        import torch

        from skaug.deep._trainer import descent, train

        given = (torch.tensor(array, device=device) for array in (*arrays, split[0]))
        rows = TrainingRows(*given)
        network = self._network(self._built_from).to(device)
        held_out = torch.as_tensor(split[1], device="cpu")

        def judge() -> float:
            missed = self._head.losses(network(rows.Z[held_out]), rows.target[held_out])
            return float((rows.weight[held_out] * missed).mean())

        step = descent(network, lambda batch: self._loss(network, rows, batch), plan)
        return train(network, step, judge if len(held_out) else None, split[0], plan)

    def _outputs(self, X: Any) -> Floats:
        """Return the outputs of the network for rows."""
        return self._through(X, lambda network: network)

    def _through(self, X: Any, part: Callable[[Any], Callable[[Any], Any]]) -> Floats:
        """Return what a part of the network makes of rows, in double precision, by chunks.

        Then what a row gets is the same, but for the last digits, whatever rows are beside it.
        """
        check_is_fitted(self)
        given, row_shape = _flat(X)
        if row_shape is not None:
            self._check_images(row_shape)
        Z = self._scaling.encode(validate_data(self, given, dtype=np.float64, reset=False))
        import torch

        from skaug.deep._trainer import load

        with self._session() as device, torch.no_grad():
            network = load(self._network(self._built_from), self._weights, device).double()
            apply = part(network)
            chunks = np.array_split(Z, max(1, -(-len(Z) // _CHUNK)))
            tensors = (torch.tensor(chunk, device=device).double() for chunk in chunks)
            made = [apply(chunk).cpu().numpy() for chunk in tensors]
        return np.concatenate(made)

    def _check_images(self, row_shape: tuple[int, ...]) -> None:
        owner, own = type(self).__name__, self._scaling.layout
        if own is None:
            raise ValueError(
                f"{owner} was fitted to rows of {self.n_features_in_} numbers; X has images of "
                f"shape {row_shape}."
            )
        found = ImageLayout.of((1, *row_shape), None, own.channels, owner)
        if found != own:
            raise ValueError(
                f"{owner} was fitted to images of shape {own.shape} (height, width, channels); X "
                f"has images of shape {found.shape}."
            )

    def _session(self, source: np.random.SeedSequence | None = None) -> Any:
        seed = 0 if source is None else seed_of(source)
        return torch_session(type(self).__name__, device=self.device, seed=seed)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_weights")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = False
        return tags


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """Abstract base of the classifiers that are one network."""

    _head_type = ClassHead
    _target_checks: ClassVar[dict[str, Any]] = {}
    _head: ClassHead

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels."""
        check_is_fitted(self)
        return self._head.classes

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest label of each row.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The rows or images.

        Returns
        -------
        y : ndarray of shape (n,)
            Labels.
        """
        outputs = self._outputs(X)
        return self._head.predicted(outputs)

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, by the softmax of the outputs.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The rows or images.

        Returns
        -------
        p : ndarray of shape (n, n_classes)
            Probabilities, in the order of `classes_`.
        """
        outputs = self._outputs(X)
        return self._head.probabilities(outputs)


class NetworkRegressor(RegressorMixin, NetworkEstimator):
    """Abstract base of the regressors that are one network."""

    _head_type = NumberHead
    _target_checks: ClassVar[dict[str, Any]] = {"multi_output": True, "y_numeric": True}
    _head: NumberHead

    def predict(self, X: Any) -> Floats:
        """Return the number of each row.

        Parameters
        ----------
        X : array-like of shape (n, n_features), (n, height, width) or (n, height, width, channels)
            The rows or images.

        Returns
        -------
        y : ndarray of shape (n,) or (n, n_outputs)
            Numbers.
        """
        outputs = self._outputs(X)
        return self._head.predicted(outputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _flat(X: Any) -> tuple[Any, tuple[int, ...] | None]:
    """Return X with a row for each image, and the shape of an image where X has such."""
    shape = np.shape(X) if isinstance(X, (np.ndarray, list)) else getattr(X, "shape", ())
    if len(shape) <= 2:
        return X, None
    images = np.asarray(X)
    return images.reshape(len(images), -1), images.shape[1:]


def _refuse_text(X: Any, owner: str) -> None:
    """Refuse columns of a frame that are text or categories, by name."""
    if not is_frame(X):
        return
    schema = nw.from_native(X).schema
    text = [name for name, kind in schema.items() if kind in (nw.String, nw.Categorical, nw.Enum)]
    if text:
        raise ValueError(
            f"{owner} needs numbers in every column of X; {len(text)} of {len(schema)} hold text "
            f"or categories, the first one {text[0]!r}. Encode them before, in a pipeline with "
            "make_column_transformer and OneHotEncoder."
        )


def _weighing(rows: Floats, y: Any, weight: Floats, owner: str) -> tuple[Floats, Any, Floats]:
    """Return the rows of a weight above 0, and their weights, of mean 1."""
    if (weight < 0).any():
        raise ValueError(
            f"sample_weight of {owner} must be 0 or more; row {int(np.argmin(weight))} has "
            f"{weight.min():g}."
        )
    is_in = weight > 0
    if not is_in.any():
        raise ValueError(
            f"{owner} needs a sample_weight above 0; all {len(weight)} weights are zero."
        )
    if not is_in.all():
        rows, y, weight = rows[is_in], y[is_in], weight[is_in]
    return rows, y, weight / weight.mean()
