"""PairedImageSampler: the base of samplers that make an image of an image and another one."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from copy import copy as copy_object
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeAlias
from warnings import warn

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from skaug._core.batch import Batch, Floats, Indices, joined
from skaug._core.image_layout import ImageLayout
from skaug._core.repeated_target import RepeatedTarget
from skaug._core.row_rng import RowRng
from skaug._core.target import Target
from skaug.deep._image_pairs import Curves, ImageBank, Paint, PairedRows
from skaug.image import BaseImageSampler

__all__ = ["PairedImageSampler", "Range"]

_PARTNER = 0  # the stream of random numbers

Range: TypeAlias = tuple[float, float]
ImageTable: TypeAlias = Any  # what the base class reads: images by row, and their layout


@dataclass
class _Call:
    """What one call knows beside the parameters; only copies of the sampler hold it."""

    labels: NDArray[Any] | None  # of the rows whose images are changed
    bank: ImageBank | None = None  # None until X is read: its own images
    seed: np.random.SeedSequence | None = None  # of the painter; None: that of the rows
    holds_rows: bool = True  # whether the bank's images are the rows of X
    drawn: list[Indices] = field(default_factory=list)
    curves: list[Curves] | None = None


class PairedImageSampler(BaseImageSampler):
    """Abstract base of samplers that make an image of an image and another one.

    The other image is drawn from the rows by a law, row by row, so that it does not depend on
    chunks; a fitted sampler takes it from the images of the fit. A subclass says by `_law` which
    ones a row may get, and by `_painter` what is made of both.
    """

    _or_any: ClassVar[str] = ""  # ways out, for messages
    _or_given: ClassVar[str] = ""
    _is_given = False  # whether a parameter gives the other images, and not X

    @property
    @abstractmethod
    def _law(self) -> str:
        """Which images a row may get: 'any', 'same_class' or 'other_class'."""

    @property
    def _asked(self) -> str:
        """What the user has asked for, for messages."""
        return type(self).__name__

    @abstractmethod
    def _painter(
        self, seed: np.random.SeedSequence, layout: ImageLayout, value_range: Range
    ) -> AbstractContextManager[Paint]:
        """Return the context of a function that makes images of images and others.

        It takes and returns values from 0 to 1, the lowest and the highest of `value_range`.
        """

    def _given_bank(self, layout: ImageLayout, value_range: Range) -> ImageBank:
        """Return the images that a parameter gives to take from, where it does."""
        raise NotImplementedError

    def _put(self, own: NDArray[Any], made: NDArray[Any], rng: PairedRows) -> NDArray[Any]:
        """Return the result of images and what was painted of them."""
        return made

    # Calls ------------------------------------------------------------------------------------

    def augment(self, X: Any, y: Any = None, *, copy: int = 0, rows: Any = None) -> Any:
        """Return X with every image changed, as `fit_resample` changes it in one of its copies.

        A fitted sampler takes the other images from those of the fit, one that is not from X.
        With an int as ``random_state``, the same images come back from every call.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, height * width * n_channels), or array-like of \
                shape (n, height, width) or (n, height, width, n_channels)
            The images.

        y : array-like of shape (n,), default=None
            Their labels; needed where these decide which other image a row may get.

        copy : int, default=0
            Which copy to make: other numbers draw other images.

        rows : int or array-like of shape (n,), default=None
            The row numbers to draw for, as in `BaseImageSampler.augment`.

        Returns
        -------
        X_new : same container as X, of the same shape and dtype
            The changed images; a frame gets a fresh index.
        """
        return BaseImageSampler.augment(self._for(X, y), X, copy=copy, rows=rows)

    def iter_batches(
        self, X: Any, y: Any = None, *, batch_size: int = 32, epochs: int = 1, shuffle: bool = False
    ) -> Iterator[Any]:
        """Yield changed images in batches, without holding more than one of them.

        Parameters and what is yielded are those of `BaseImageSampler.iter_batches`; y is needed
        where labels decide which other image a row may get.
        """
        worker = self._for(X, y)
        return BaseImageSampler.iter_batches(
            worker, X, y, batch_size=batch_size, epochs=epochs, shuffle=shuffle
        )

    def _for(self, X: Any, y: Any) -> Self:
        """Return a sampler with the same parameters and fit that knows the labels of X."""
        self._validate_params()
        labels = None
        if self._law != "any":
            if y is None:
                raise ValueError(
                    f"{self._asked} needs the labels of the images that are to be changed. "
                    f"Pass y{self._or_any}."
                )
            check_consistent_length(X, y)
            labels = self._labels(self._read_target(y))
        worker = copy_object(self)
        is_fitted = self.__sklearn_is_fitted__()
        worker._call = _Call(labels, self._bank if is_fitted else None, holds_rows=not is_fitted)
        return worker

    # Reading ----------------------------------------------------------------------------------

    def _read(self, X: Any, y: Any) -> tuple[Any, Any]:
        self.__dict__.pop("_drawn", None)  # of an earlier call
        images, target = super()._read(X, y)
        bank = self._new_bank(images, self._labels(target), self.value_range_)
        self._bank = ImageBank(bank.images.copy(), bank.law, bank.labels)
        return images, target

    def _labels(self, target: RepeatedTarget) -> NDArray[Any] | None:
        if self._law == "any":
            return None
        labels: NDArray[Any] = target.labels.classes[target.labels.codes]
        return labels

    def _new_bank(
        self, images: ImageTable, labels: NDArray[Any] | None, value_range: Range
    ) -> ImageBank:
        """Return the images given, or all of X."""
        if self._is_given:
            return self._given_bank(images.layout, value_range)
        bank = ImageBank(images.images(np.arange(len(images))), self._law, labels)
        if len(bank) < 2:
            raise ValueError(
                f"{type(self).__name__} takes two images for a new one and needs at least 2; X has "
                f"n_samples = {len(bank)}. Add rows{self._or_given}."
            )
        if labels is not None and self._law == "other_class" and len(bank.classes) < 2:
            raise ValueError(
                f"{self._asked} needs at least 2 classes; y has 1 class: {bank.classes[0]!r}. Add "
                f"rows of another{self._or_any}."
            )
        return bank

    # Making -----------------------------------------------------------------------------------

    def _synthesize(self, X: Any, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        worker = copy_object(self)
        worker._call = _Call(self._labels(y), self._bank, seed, curves=[])
        batches = BaseImageSampler._synthesize(worker, X, y, seed)
        self._drawn = joined(worker._call.drawn)
        self._curves = worker._call.curves
        if self._law == "same_class":
            self._warn_of_lone_rows(y.labels, joined([batch.seed for batch in batches]))
        return batches

    def _batch(self, images: ImageTable, rows: Indices, rng: RowRng, value_range: Range) -> Batch:
        call = self._call
        if call.bank is None:
            call.bank = self._new_bank(images, call.labels, value_range)
        bank = call.bank
        partners = self._partners_of(images, rows, rng, call, bank)
        call.drawn.append(partners)
        curves: Curves | None = None
        if call.curves is not None:
            curves = {}
            call.curves.append(curves)
        plan = super()._batch
        seed = rng.seed if call.seed is None else call.seed

        def write(cells: NDArray[Any], out: NDArray[Any]) -> None:
            with self._painter(seed, images.layout, value_range) as paint:
                paired = PairedRows.of(rng, partners, bank, paint, curves)
                plan(images, rows, paired, value_range).write(cells, out)

        return Batch(seed=rows, partner=None if self._is_given else partners, writer=write)

    def _partners_of(
        self, images: ImageTable, rows: Indices, rng: RowRng, call: _Call, bank: ImageBank
    ) -> Indices:
        """Draw the position of another image for each row; -1 where the row stays as it is."""
        labels = None if call.labels is None else call.labels[rows]
        if labels is not None and self._law == "same_class":
            self._refuse_unknown(bank, labels)
        if self._is_given:
            own: Indices = np.full(len(rows), -1)
        elif call.holds_rows:
            own = rows
        else:
            own = bank.found(images, rows, rng.rows)
        partners = bank.drawn(rng.child(0).uniforms(1, stream=_PARTNER)[:, 0], own, labels)
        if self.p < 1:
            picked = self._picked(rng)[0]
            kept = np.setdiff1d(np.arange(len(rows)), picked)
            partners[kept] = -1
        return partners

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        if isinstance(rng, PairedRows):
            return self._painted(images, rng, value_range)
        if not self._is_given:
            raise ValueError(
                f"{self._asked} takes the other images from other rows, which it does not see "
                f"inside another image sampler. Put it before or behind that{self._or_given}."
            )
        height, width, n_channels = images.shape[1:]
        layout = ImageLayout(height, width, n_channels, self.channels)
        bank = self._given_bank(layout, value_range)
        drawn = bank.drawn(rng.uniforms(1, stream=_PARTNER)[:, 0], np.full(len(images), -1), None)
        with self._painter(rng.seed, layout, value_range) as paint:
            return self._painted(images, PairedRows.of(rng, drawn, bank, paint), value_range)

    def _painted(self, images: NDArray[Any], rng: PairedRows, value_range: Range) -> NDArray[Any]:
        out = images.copy()
        rows = np.flatnonzero(rng.partners >= 0)
        if len(rows) == 0:
            return out
        own, others = (
            _unit(part, value_range, images.dtype)
            for part in (images[rows], rng.bank.images[rng.partners[rows]])
        )
        made, curve = rng.paint(own, others)
        if curve is not None:
            self._note(curve, rng)
        made = value_range[0] + (value_range[1] - value_range[0]) * np.clip(made, 0, 1)
        result = self._put(images[rows].astype(own.dtype), made, rng.at(rows))
        out[rows] = self.as_pixels(result, images.dtype, value_range)
        return out

    def _note(self, curve: Floats, rng: PairedRows) -> None:
        """Keep the loss curves of a chunk."""
        if rng.curves is not None:
            rng.curves[int(rng.rows[0])] = len(curve), curve.sum(axis=0)

    def _refuse_unknown(self, bank: ImageBank, labels: NDArray[Any]) -> None:
        if unknown := sorted(set(labels.tolist()) - set(bank.classes)):
            raise ValueError(
                f"{self._asked} needs at least 1 image of the fit in each class; class "
                f"{unknown[0]!r} has 0. Fit it to images of that class{self._or_any}."
            )

    def _warn_of_lone_rows(self, y: Target, rows: Indices) -> None:
        changed = set(y.classes[y.codes[rows]].tolist())
        alone = [label for label, n in y.counts.items() if n == 1 and label in changed]
        if alone:
            warn(
                f"{self._asked} needs at least 2 rows in each class; class {alone[0]!r} has 1, so "
                f"that its copies are left unchanged. Add rows{self._or_any}.",
                UserWarning,
                stacklevel=2,
            )


def _unit(images: NDArray[Any], value_range: Range, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return values from 0 to 1, in single precision unless the images are in double."""
    floats: NDArray[Any] = images.astype(np.float64 if dtype == np.float64 else np.float32)
    return (floats - value_range[0]) / (value_range[1] - value_range[0])
