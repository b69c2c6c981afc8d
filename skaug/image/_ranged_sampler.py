"""The base of image samplers that draw a number from each of some ranges for an image."""

from abc import abstractmethod

from skaug._core.batch import Floats
from skaug._core.row_rng import RowRng
from skaug.image._base import BaseImageSampler
from skaug.image._ranges import Range, drawn

__all__ = ["RangedSampler"]


class RangedSampler(BaseImageSampler):
    """Abstract base of image samplers whose parameters are ranges to draw from."""

    @abstractmethod
    def _ranges(self) -> list[Range]:
        """Read the ranges off the parameters, or say what is wrong with them."""

    def _validate_params(self) -> None:
        super()._validate_params()
        self._ranges()

    def _drawn(self, rng: RowRng) -> list[Floats]:
        """Return for each range a number for each image, of shape (m, 1)."""
        return [numbers[:, None] for numbers in drawn(rng, self._ranges())]
