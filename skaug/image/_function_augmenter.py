"""FunctionAugmenter: any function of an image as a sampler."""

from collections.abc import Callable
from inspect import signature
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skaug._core.image_layout import Channels
from skaug._core.rng import RandomState
from skaug._core.row_rng import RowRng
from skaug._core.strategy import SamplingStrategy
from skaug.image._base import BaseImageSampler

__all__ = ["FunctionAugmenter"]


class FunctionAugmenter(BaseImageSampler):
    """Append copies of images changed by a function: of another library, or your own.

    Whatever takes an image and returns one of the same shape becomes a sampler that stands in a
    pipeline, changes training rows only, and keeps rows, targets and weights together. For the
    operations that skaug has itself, its own classes are much quicker: they change images by
    the thousand, where this calls ``func`` once for each.

    To repeat its changes, ``func`` has to take its randomness from here, by a parameter named
    ``rng`` or ``seed``; making a generator for each image costs about 10 microseconds. If it
    draws from a state of its own or from a global one, nothing here can repeat it.

    Parameters
    ----------
    func : callable
        ``func(image)`` returns the changed image: something that `numpy.asarray` turns into the
        shape of `image`, with values within the range. `image` is an array of its own, (height,
        width) if it has one channel and (height, width, n_channels) otherwise; uint8, float32 or
        float64. The result is clipped to the range, and rounded where X holds integers. If it
        has a parameter named ``rng``, it gets a `numpy.random.Generator` made for the image; if
        one named ``seed``, an int below 2**32.

    batched : bool, default=False
        Whether ``func`` takes several images, (m, height, width, n_channels), how many is not
        its choice. Then ``rng`` is their `RowRng`, whose ``uniforms(k)`` and ``normals(k)`` are
        arrays of shape (m, k), and ``seed`` an array of shape (m,).

    image_shape : (height, width) or (height, width, n_channels), default=None
        What image a row of X is; in this order for both values of ``channels``. One number may
        be -1, for what is left. None reads it from X, of shape (n, height, width[, n_channels]).

    channels : {'last', 'first'}, default='last'
        Where the channels stand in X. 'first' is for rows of colour planes, as in the files of
        CIFAR-10, and for arrays of shape (n, n_channels, height, width).

    p : float in [0, 1], default=1.0
        Probability that a copy is changed; otherwise it is an exact copy.

    copies : int, default=1
        Changed copies of each image, where ``sampling_strategy`` is None.

    keep_original : bool, default=True
        Whether the images themselves come back too, first.

    sampling_strategy : float, str, dict, callable or None, default=None
        None makes ``copies`` of all images. Otherwise changed images are made class by class, to
        the counts that it asks for as in `skaug.over_sampling.SMOTE`, of images of the class
        drawn with replacement.

    value_range : (lowest, highest), default=None
        The values that a pixel may have. None: 0 to 255 where X is uint8, and else the smallest
        and the largest value in X.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    n_jobs : int, default=None
        Number of threads. Python's functions hold each other up; use more than one only where
        ``func`` spends its time outside Python. None means 1.

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

    Raises
    ------
    RuntimeError
        If ``func`` fails; the message names the image, and its own error is the cause.

    ValueError
        If ``func`` returns another shape, or NaN.

    See Also
    --------
    BaseImageSampler : To write a sampler that changes images by the thousand.
    skaug.compose.FunctionSampler : A function of X and y as a sampler.

    Notes
    -----
    A transform ``t`` of Albumentations is ``lambda image: t(image=image)["image"]``; to repeat
    it, call ``t.set_random_seed(seed)`` in a function with a parameter ``seed``. A transform of
    torchvision works on ``PIL.Image.fromarray(image)``, after ``torch.manual_seed(seed)``.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.image import FunctionAugmenter
    >>> def shift(image, rng):
    ...     return np.roll(image, rng.integers(-1, 2), axis=1)
    >>> images, y = np.arange(18.0).reshape(2, 3, 3), [0, 1]
    >>> X_res, y_res = FunctionAugmenter(shift, copies=4, random_state=0).fit_resample(images, y)
    >>> X_res.shape
    (10, 3, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "func": [callable],
        "batched": ["boolean"],
    }

    def __init__(
        self,
        func: Callable[..., Any],
        *,
        batched: bool = False,
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
        super().__init__(
            image_shape=image_shape,
            channels=channels,
            p=p,
            copies=copies,
            keep_original=keep_original,
            sampling_strategy=sampling_strategy,
            value_range=value_range,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        self.func = func
        self.batched = batched

    def _augment(
        self, images: NDArray[Any], rng: RowRng, value_range: tuple[float, float]
    ) -> NDArray[Any]:
        takes = _parameters(self.func)
        seeds = (rng.uniforms(1)[:, 0] * 2**32).astype(np.int64)
        if self.batched:
            given = {"rng": rng.child(0), "seed": seeds}
            return self._called(images, _chosen(given, takes), "a chunk of images", value_range)
        out = np.empty_like(images)
        grey = images.shape[3] == 1
        for i, (seed, row) in enumerate(zip(seeds.tolist(), rng.rows.tolist(), strict=True)):
            given = {"seed": seed, "rng": _generator(seed) if "rng" in takes else None}
            image = images[i, :, :, 0] if grey else images[i]
            which = f"image {row} of copy {rng.copy}"
            made = self._called(image, _chosen(given, takes), which, value_range)
            out[i] = made.reshape(out[i].shape)
        return out

    def _called(
        self,
        image: NDArray[Any],
        given: dict[str, Any],
        which: str,
        value_range: tuple[float, float],
    ) -> NDArray[Any]:
        """Return what the function makes of one image or of several, as they are in X."""
        func = f"func ({getattr(self.func, '__name__', type(self.func).__name__)})"
        try:
            made = np.asarray(self.func(image.copy(), **given))
        except Exception as error:
            raise RuntimeError(
                f"{func} of FunctionAugmenter failed on {which}, {image.dtype} of shape "
                f"{image.shape}: {type(error).__name__}: {error}"
            ) from error
        if made.shape not in (image.shape, (*image.shape, 1)) or made.dtype.kind not in "biuf":
            raise ValueError(
                f"{func} of FunctionAugmenter must return numbers in the shape it is given, "
                f"{image.shape}; for {which} it returned {made.dtype} of shape {made.shape}."
            )
        if made.dtype.kind == "f" and np.isnan(made).any():
            raise ValueError(f"{func} of FunctionAugmenter returned NaN for {which}.")
        return self.as_pixels(made, image.dtype, value_range)


def _parameters(func: Callable[..., Any]) -> set[str]:
    """Return the names of what a function takes; none if it does not tell."""
    try:
        return set(signature(func).parameters)
    except (TypeError, ValueError):  # written in C
        return set()


def _chosen(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in names}


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(seed))
