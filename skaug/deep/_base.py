"""DeepGenerator: what the generators made of networks share."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.continuous import ContinuousTarget
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import child_rng, child_sequence
from skaug.base import Table, Target
from skaug.deep._encoding import Condition, Encoding, PixelEncoding, TableEncoding
from skaug.deep._plan import TRAINING_CONSTRAINTS, TrainingPlan, checked_hidden
from skaug.deep._session import Device, seed_of, torch_session
from skaug.generative import BaseGenerator

__all__ = ["DeepGenerator"]

_TRAIN, _SPLIT = range(2)  # the streams of one fit


class DeepGenerator(BaseGenerator):
    """Abstract base of generators made of networks: encoding, images, sessions and weights.

    A subclass implements `_train`, which learns from the matrix that stands for the rows, and
    `_draw_batch`. Its parameters are those of `BaseGenerator`, of `TRAINING_CONSTRAINTS`,
    ``hidden``, ``image_shape`` and ``channels``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseGenerator._parameter_constraints,
        **TRAINING_CONSTRAINTS,
        "hidden": ["array-like"],
        "image_shape": ["array-like", None],
        "channels": [sk.StrOptions({"first", "last"})],
    }

    hidden: Any
    image_shape: Any
    channels: Channels
    device: Device
    _encoding: Encoding
    _layout: ImageLayout | None

    @abstractmethod
    def _train(
        self,
        Z: NDArray[np.float32],
        condition: NDArray[np.float32],
        split: tuple[Indices, Indices],
        plan: TrainingPlan,
        device: Any,
    ) -> Any:
        """Learn the matrix given the condition, and return a `History`; runs in a session."""

    def _fit_table(
        self, X: Table, y: Target | ContinuousTarget, seed: np.random.SeedSequence
    ) -> None:
        self._encoding = TableEncoding(X) if self._layout is None else self._pixels(X, self._layout)
        self._condition = Condition(y)
        self._Z = self._encoding.encode(X.numeric, X.codes)
        self._y = y.codes if isinstance(y, Target) else y.values
        plan = TrainingPlan.of(self)
        self._hidden = checked_hidden(self.hidden, plan.owner)
        groups = y.codes if isinstance(y, Target) else np.zeros(len(y), dtype=np.intp)
        split = plan.split(groups, child_rng(seed, _SPLIT))
        with self._session(child_sequence(seed, _TRAIN)) as device:
            history = self._train(self._Z, self._condition(self._y), split, plan, device)
        self._weights = history.weights
        self.loss_curve_, self.n_iter_ = history.losses, history.n_iter
        self.validation_loss_curve_ = history.held_out_losses

    def _session(self, source: np.random.SeedSequence | None = None) -> Any:
        """Open a session; draws, whose noise is NumPy's, need no seed."""
        seed = 0 if source is None else seed_of(source)
        return torch_session(type(self).__name__, device=self.device, seed=seed)

    def _draw(self, y: NDArray[Any], rng: np.random.Generator) -> tuple[Floats, Indices]:
        batch = self._draw_batch(y, rng)
        assert batch.values is not None
        assert batch.codes is not None
        return batch.values, batch.codes

    def _pixels(self, X: Table, layout: ImageLayout) -> PixelEncoding:
        owner = type(self).__name__
        if X.is_categorical.any():
            raise ValueError(
                f"{owner} with an image_shape needs numbers in every column of X, and "
                f"{int(X.is_categorical.sum())} are categories. Drop them, or set "
                "image_shape=None to learn a table."
            )
        if np.isnan(X.numeric).any():
            raise ValueError(
                f"{owner} with an image_shape cannot use missing values: an image has a number in "
                "every pixel. Fill them, or drop those rows."
            )
        return PixelEncoding(X, layout)

    # Images as arrays of three or four dimensions --------------------------------------------

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        owner = type(self).__name__
        shape = np.shape(X) if isinstance(X, (np.ndarray, list)) else X.shape
        self._row_shape: tuple[int, ...] | None = None
        flat = X
        if len(shape) > 2:
            flat = np.asarray(X)
            self._row_shape = shape[1:]
            flat = flat.reshape(len(flat), -1)
        table, target = super()._read(flat, y)
        self._is_list = isinstance(X, list)
        self._layout = None
        if self._row_shape is not None or self.image_shape is not None:
            whole = table.shape if self._row_shape is None else (table.shape[0], *self._row_shape)
            self._layout = ImageLayout.of(whole, self.image_shape, self.channels, owner)
        return table, target

    def _resample(self, table: Table, target: Any, sample_weight: Any) -> tuple[Any, ...]:
        X_res, *others = super()._resample(table, target, sample_weight)
        return self._restored(X_res), *others

    def _restored(self, X: Any) -> Any:
        """Return rows as images, where they came so."""
        return X if self._row_shape is None else X.reshape(len(X), *self._row_shape)

    def _batch(self, seed: Indices, Z: NDArray[Any]) -> Batch:
        """Return what is to be written of rows of the matrix."""
        numeric, codes = self._encoding.decode(Z)
        return Batch(seed=seed, values=numeric, codes=codes)
