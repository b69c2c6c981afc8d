"""The base of image samplers that draw from the fourteen operations."""

from typing import Any, ClassVar

from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.image._base import BaseImageSampler
from skaug.image._operation_kernels import apply_operations
from skaug.image._operations import Codes
from skaug.image._ranges import Range
from skaug.image._warp import WARP_CONSTRAINTS, Backend, Interpolation, warped

__all__ = ["PolicySampler"]


class PolicySampler(BaseImageSampler):
    """Abstract base of image samplers that draw operations and their strengths for each image."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        **WARP_CONSTRAINTS,
    }
    _chunk_pixels: ClassVar[int] = 1 << 18  # an operation falls to a part of the images only

    interpolation: Interpolation
    fill: float
    backend: Backend

    def _applied(
        self, images: NDArray[Any], codes: Codes, strengths: Floats, value_range: Range
    ) -> NDArray[Any]:
        """Return the images after their operations, (m, depth) of them."""

        def warp(some: NDArray[Any], matrices: Floats) -> NDArray[Any]:
            return warped(
                some,
                matrices,
                value_range=value_range,
                interpolation=self.interpolation,
                fill=self.fill,
                backend=self.backend,
            )

        return apply_operations(images, codes, strengths, value_range, warp)
