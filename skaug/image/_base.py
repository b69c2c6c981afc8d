"""The base of samplers that append augmented copies of images."""

from abc import abstractmethod
from collections.abc import Iterator
from copy import copy as copy_object
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import DTypeLike, NDArray
from sklearn.utils import check_consistent_length, check_scalar
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Indices
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.rng import RandomState, child_rng
from skaug._core.row_copies import RowCopies
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug._core.table import gathered_rows, is_frame
from skaug.base import BaseSampler, ClassSampler
from skaug.image._reading import ImageTable, read_images, read_value_range

__all__ = ["BaseImageSampler"]


_LARGE_IMAGE = 1 << 12  # pixels that a larger one counts as: a chunk has a cost of its own, too


class BaseImageSampler(RowCopies, BaseSampler):
    """Abstract base of samplers that append changed copies of images.

    A subclass implements `_augment`, which changes a chunk of images. Reading of flat rows and of
    image arrays, the range of values, copies, threads and provenance are done here.

    What is made of row i in copy c is a function of (``random_state``, c, i) and of the image, if
    `_augment` draws from nothing but the `RowRng` it is given.

    A subclass has the parameters ``image_shape``, ``channels``, ``p``, ``copies``,
    ``keep_original``, ``sampling_strategy``, ``value_range``, ``random_state`` and ``n_jobs``, with
    the meaning that they have in `FunctionAugmenter`; one that has parameters of its own stores
    all of them in an ``__init__``. y may hold anything: labels, sets of labels or numbers.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height, width and channels of an image.

    value_range_ : tuple of float
        The lowest and the highest value that a pixel may have.

    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row.

    partner_indices_ : ndarray of shape (n_res,)
        All -1: images have one parent here.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Numbers that an image has.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skaug.image import BaseImageSampler
    >>> class Fade(BaseImageSampler):
    ...     def _augment(self, images, rng, value_range):
    ...         strength = rng.uniforms(1)[:, :, None, None]
    ...         made = value_range[0] + strength * (images - value_range[0])
    ...         return self.as_pixels(made, images.dtype, value_range)
    >>> X, y = load_digits(return_X_y=True)
    >>> X_res, y_res = Fade(image_shape=(8, 8), copies=2, random_state=0).fit_resample(X, y)
    >>> X.shape, X_res.shape
    ((1797, 64), (5391, 64))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSampler._parameter_constraints,
        **RowCopies._copy_constraints,
        "sampling_strategy": [*ClassSampler._parameter_constraints["sampling_strategy"], None],
        "image_shape": ["array-like", None],
        "channels": [sk.StrOptions({"first", "last"})],
        "p": [sk.Interval(Real, 0, 1, closed="both")],
        "value_range": ["array-like", None],
        "n_jobs": sk.N_JOBS,
    }

    _chunk_pixels: ClassVar[int] = 1 << 16  # what a kernel makes of them stays in cache

    def __init__(
        self,
        *,
        image_shape: Any = None,
        channels: Channels = "last",
        p: float = 1.0,
        copies: int = 1,
        keep_original: bool = True,
        sampling_strategy: SamplingStrategy | None = None,
        value_range: Any = None,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.image_shape = image_shape
        self.channels = channels
        self.p = p
        self.copies = copies
        self.keep_original = keep_original
        self.sampling_strategy = sampling_strategy
        self.value_range = value_range
        self.random_state = random_state
        self.n_jobs = n_jobs

    @abstractmethod
    def _augment(
        self, images: NDArray[Any], rng: RowRng, value_range: tuple[float, float]
    ) -> NDArray[Any]:
        """Return changed images, in a new array of the same shape and dtype.

        Parameters
        ----------
        images : ndarray of shape (m, height, width, n_channels)
            Some images: uint8, float32 or float64, read-only.

        rng : RowRng
            Their random numbers, to draw from in any order, by streams. Each dtype has numbers of
            its own: draw in one, whatever that of the images is.

        value_range : tuple of float
            The lowest and the highest value of a pixel, in which the result has to lie. Magnitudes
            are best fractions of their difference, which is never 0: then bytes and floats agree.
        """

    @staticmethod
    def as_pixels(
        values: NDArray[Any], dtype: DTypeLike, value_range: tuple[float, float]
    ) -> NDArray[Any]:
        """Return numbers as `_augment` has to: within the range, whole ones as bytes.

        Parameters
        ----------
        values : ndarray
            Numbers of any dtype.

        dtype : {uint8, float32, float64}
            The dtype of the images.

        value_range : tuple of float
            The lowest and the highest value of a pixel.

        Returns
        -------
        pixels : ndarray
            A new array of the same shape.
        """
        clipped = np.clip(values, *value_range)
        if np.dtype(dtype).kind == "u" and clipped.dtype.kind == "f":
            np.rint(clipped, out=clipped)
        pixels: NDArray[Any] = clipped.astype(dtype, copy=False)
        return pixels

    @sk.fit_context(prefer_skip_nested_validation=True)
    def fit_resample(
        self, X: Any, y: Any, sample_weight: Any = None, *, out: NDArray[Any] | None = None
    ) -> tuple[Any, ...]:
        """Return the images of X, unchanged and in order, followed by changed copies of them.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, height * width * n_channels), or array-like of \
                shape (n, height, width) or (n, height, width, n_channels)
            The images.

        y : array-like of shape (n,) or (n, n_outputs)
            Their targets, of any kind.

        sample_weight : array-like of shape (n,), default=None
            Weights of the images; copies inherit them.

        out : ndarray or memmap of the shape and dtype of X_res, default=None
            Where to write X_res, chunk by chunk, so that it need not fit into memory.

        Returns
        -------
        X_res : same container as X, of shape (n_res, ...)
            The images, in the shape and dtype of X; `out` where that is given.

        y_res : same container as y
            Their targets.

        sample_weight_res : same container as sample_weight, of shape (n_res,)
            Their weights; only returned when weights were given.
        """
        images, target = self._read(X, y)
        images.out = out
        return self._resample(images, target, sample_weight)

    def augment(self, X: Any, *, copy: int = 0, rows: Any = None) -> Any:
        """Return X with every image changed, as `fit_resample` changes it in one of its copies.

        For use by hand and for test-time augmentation. The sampler need not be fitted; if it is,
        the range of values is that of the images it was fitted to. With an int as
        ``random_state``, the same images come back from every call, otherwise new ones.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, height * width * n_channels), or array-like of \
                shape (n, height, width) or (n, height, width, n_channels)
            The images.

        copy : int, default=0
            Which copy to make: other numbers give other changes.

        rows : int or array-like of shape (n,), default=None
            The row numbers to draw for: a part of a table gets with its own numbers what it gets
            with the table. None stands for 0, 1, ..., n - 1; an int gives every image of X the
            same change.

        Returns
        -------
        X_new : same container as X, of the same shape and dtype
            The changed images; a frame gets a fresh index.
        """
        images, value_range = self._read_again(X)
        rng = self._row_rng(len(images), copy, rows)
        return images.made(self._batch(images, np.arange(len(images)), rng, value_range))

    def iter_batches(
        self, X: Any, y: Any = None, *, batch_size: int = 32, epochs: int = 1, shuffle: bool = False
    ) -> Iterator[Any]:
        """Yield changed images in batches, without holding more than one of them.

        In epoch e every image comes once, as in copy e of `fit_resample`: without ``shuffle`` the
        batches of the epoch, one after the other, are ``augment(X, copy=e)``.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, height * width * n_channels), or array-like of \
                shape (n, height, width) or (n, height, width, n_channels)
            The images; a memmap is read batch by batch.

        y : array-like of shape (n,) or (n, n_outputs), default=None
            Their targets, of any kind.

        batch_size : int, default=32
            Images in a batch; the last one of an epoch may have fewer.

        epochs : int, default=1
            How often to go through X.

        shuffle : bool, default=False
            Whether to go through it in a new order in every epoch, drawn from ``random_state``.

        Yields
        ------
        X_batch : same container as X
            The changed images; alone where y is None.

        y_batch : same container as y
            Their targets.
        """
        name = f"iter_batches of {type(self).__name__}"
        check_scalar(batch_size, f"batch_size in {name}", Integral, min_val=1)
        check_scalar(epochs, f"epochs in {name}", Integral, min_val=1)
        images, value_range = self._read_again(X)
        if y is not None:
            check_consistent_length(images.cells, self._read_target(y))
        return self._batches(images, y, batch_size, epochs, shuffle, value_range)

    def _batches(
        self,
        images: ImageTable,
        y: Any,
        batch_size: int,
        epochs: int,
        shuffle: bool,
        value_range: tuple[float, float],
    ) -> Iterator[Any]:
        all_rows = self._row_rng(len(images), 0, None)
        for epoch in range(epochs):
            rng = replace(all_rows, copy=epoch)
            order = rng.rows
            if shuffle:
                order = child_rng(rng.seed, epoch).permutation(order)
            for begin in range(0, len(order), batch_size):
                rows = order[begin : begin + batch_size]
                X_batch = images.made(self._batch(images, rows, rng.at(rows), value_range))
                yield X_batch if y is None else (X_batch, gathered_rows(y, rows))

    def _read(self, X: Any, y: Any) -> tuple[Any, Any]:
        images = read_images(self, X, y, image_shape=self.image_shape, channels=self.channels)
        target = self._read_target(y)
        self._prepare(target)
        self.image_shape_ = images.layout.shape
        self.value_range_ = read_value_range(images, self.value_range, type(self).__name__)
        return images, target

    def _read_again(self, X: Any) -> tuple[ImageTable, tuple[float, float]]:
        """Return the images with the range of their values, and leave what was fitted as it is."""
        self._validate_params()
        reader = copy_object(self)  # reading notes the columns, on the one who reads
        y = np.zeros(sk.num_samples(X))
        images = read_images(reader, X, y, image_shape=self.image_shape, channels=self.channels)
        name = type(self).__name__
        if not self.__sklearn_is_fitted__():
            return images, read_value_range(images, self.value_range, name)
        seen = X if is_frame(X) else images.cells
        validate_data(self, seen, reset=False, skip_check_array=True)
        if images.layout.shape != self.image_shape_:
            raise ValueError(
                f"{name} was fitted to images of shape {self.image_shape_} (height, width, "
                f"channels); X has images of shape {images.layout.shape}."
            )
        return images, self.value_range_

    def _synthesize(self, X: Any, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        planned = self._planned(y, seed)
        return [self._batch(X, rows, rng, self.value_range_) for rows, rng in planned]

    def _batch(
        self, images: ImageTable, rows: Indices, rng: RowRng, value_range: tuple[float, float]
    ) -> Batch:
        """Plan changed copies of the given rows, by the random numbers of `rng`."""

        def write_chunk(part: slice, out: NDArray[Any]) -> None:
            own = images.images(rows[part])
            made = self._apply(own, rng.at(part), value_range)
            if made.shape != own.shape or made.dtype != own.dtype:
                raise TypeError(
                    f"_augment of {type(self).__name__} must return what it is given, {own.dtype} "
                    f"of shape {own.shape}; it returned {made.dtype} of shape {made.shape}."
                )
            images.write(made, out[part])

        def write(_: Any, out: NDArray[Any]) -> None:
            size = self._chunk_rows(images.layout)
            parts = [slice(begin, begin + size) for begin in range(0, len(rows), size)]
            if effective_n_jobs(self.n_jobs) == 1:
                for part in parts:
                    write_chunk(part, out)
            else:
                threads = Parallel(n_jobs=self.n_jobs, require="sharedmem")
                threads(delayed(write_chunk)(part, out) for part in parts)

        return Batch(seed=rows, writer=write)

    def _chunk_rows(self, layout: ImageLayout) -> int:
        """Return a power of 2, so that chunks begin where the blocks of `RowRng` do."""
        n_pixels = min(layout.height * layout.width, _LARGE_IMAGE)
        return 1 << max(0, (self._chunk_pixels // n_pixels).bit_length() - 1)

    def _apply(
        self, images: NDArray[Any], rng: RowRng, value_range: tuple[float, float]
    ) -> NDArray[Any]:
        """Return the images, those that ``p`` picks changed and the others as they are.

        What is made of a picked image does not depend on ``p``.
        """
        if self.p == 1:
            return self._augment(images, rng.child(0), value_range)
        rows, own = self._picked(rng)
        out = images.copy()
        if len(rows):
            out[rows] = self._augment(images[rows], own, value_range)
        return out

    def _picked(self, rng: RowRng) -> tuple[Indices, RowRng]:
        """Return which images are changed, and the random numbers of their changes."""
        rows = np.flatnonzero(rng.child(1).uniforms(1)[:, 0] < self.p)
        return rows, rng.child(0).at(rows)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "value_range_")

    def __sklearn_tags__(self) -> Any:
        tags = sk.sampler_tags(allow_nan=False, string=False)
        tags.input_tags.sparse = False
        tags.input_tags.categorical = False
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        return tags
