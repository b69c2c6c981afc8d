"""What the samplers of noise share."""

from typing import Any

from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.row_rng import RowRng
from skaug.image._tone import working_dtype

__all__ = ["image_normals"]


def image_normals(images: NDArray[Any], rng: RowRng) -> Floats:
    """Return a standard normal number for each value, in the shape of the images, to overwrite.

    They are float32 in any case, so that floats of both kinds and bytes get the same.
    """
    n_values = images[0].size if len(images) else 0
    normals = rng.normals(n_values, stream=1, dtype="float32").reshape(images.shape)
    return normals.astype(working_dtype(images), copy=False)
