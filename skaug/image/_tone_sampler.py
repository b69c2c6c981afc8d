"""The base of image samplers that give each value another one, wherever it stands."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.row_rng import RowRng
from skaug.image._ranged_sampler import RangedSampler
from skaug.image._ranges import Range
from skaug.image._tone import Curve, adjusted, curve_tables, looked_up

__all__ = ["ToneSampler"]


class ToneSampler(RangedSampler):
    """Abstract base of image samplers that apply a curve, as a table where images are bytes."""

    def _ranges(self) -> list[Range]:
        return []

    @abstractmethod
    def _curve(
        self, images: NDArray[Any], rng: RowRng, value_range: Range
    ) -> tuple[Curve, list[Floats]]:
        """Return the curve of values, and its parameters of shape (m, 1) or (m, c)."""

    def _tables(self, images: NDArray[np.uint8], rng: RowRng, value_range: Range) -> NDArray[Any]:
        """Return what becomes of each byte, of shape (m, 256) or (m, c, 256).

        Tables of several steps make one by `chained_tables`, if each is made for the images as
        the step before leaves them.
        """
        curve, parameters = self._curve(images, rng, value_range)
        return curve_tables(curve, parameters, len(images), *value_range)

    def _augment(self, images: NDArray[Any], rng: RowRng, value_range: Range) -> NDArray[Any]:
        if images.dtype == np.uint8:
            return looked_up(images, self._tables(images, rng, value_range))
        curve, parameters = self._curve(images, rng, value_range)
        return adjusted(images, curve, parameters, *value_range)
