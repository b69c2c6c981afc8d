"""Scaling: numbers as networks take them, small and of float32, and the way back."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.image_layout import ImageLayout

__all__ = ["Scaling"]

_FARTHEST = 1e6  # deviations from the mean that a network is shown: float32 ends at 1e38


@dataclass(frozen=True)
class Scaling:
    """Columns less their mean over their deviation; or pixels, channels last, from 0 to 1.

    A number that is missing is 0, the mean of its column. A column of one value, or of none, has
    a scale of 0: what stands for it decodes to that value, or to 0.
    """

    centre: Floats
    scale: Floats
    layout: ImageLayout | None

    @classmethod
    def of(cls, rows: Floats, layout: ImageLayout | None) -> Self:
        """Learn the scales of rows: one for each column, or one for all pixels."""
        if layout is not None:
            centre, scale = rows.min(keepdims=True)[0], np.ptp(rows, keepdims=True)[0]
        else:
            is_known = np.isfinite(rows)
            n_known = np.maximum(is_known.sum(axis=0), 1)
            centre = rows.sum(axis=0, where=is_known) / n_known
            deviation = np.abs(rows - centre)
            largest = np.max(deviation, axis=0, initial=0, where=is_known)
            unit = np.where(largest > 0, largest, 1)  # so that squares stay finite
            square = (deviation / unit) ** 2
            scale = unit * np.sqrt(square.sum(axis=0, where=is_known) / n_known)
            scale = np.where(scale > 1e-12 * np.abs(centre), scale, 0)  # rounding is no spread
        return cls(centre, scale, layout)

    def encode(self, rows: Floats) -> NDArray[np.float32]:
        """Return rows as the network takes them; new ones may leave the range of those learnt."""
        with np.errstate(over="ignore"):  # infinite is far, too
            scaled = (rows - self.centre) / np.where(self.scale > 0, self.scale, 1)
        if self.layout is None:
            known = np.nan_to_num(scaled, nan=0.0, posinf=_FARTHEST, neginf=-_FARTHEST)
            return known.clip(-_FARTHEST, _FARTHEST).astype(np.float32)
        pixels = self.layout.images(scaled).reshape(len(rows), -1)
        return pixels.clip(0, 1).astype(np.float32)

    def decode(self, Z: NDArray[np.float32]) -> Floats:
        """Return the rows that a matrix stands for."""
        cells = np.asarray(Z, dtype=np.float64)
        if self.layout is not None:
            cells = self.layout.cells(cells.reshape(-1, *self.layout.shape))
        return self.centre + self.scale * cells
