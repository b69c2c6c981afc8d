"""Values of images between their pixels, by OpenCV: image by image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug._core.extras import MissingExtraError, require

__all__ = ["opencv", "sampled_cv2", "warped_cv2"]


def opencv(user: str = "backend='cv2'") -> Any:
    """Return OpenCV's module, or tell `user` how to install one that interpolates exactly."""
    cv2 = require("cv2", "cv2", user)
    if int(cv2.__version__.split(".")[0]) < 5:
        raise MissingExtraError(
            f"{user} needs OpenCV 5 or later, which interpolates exactly; this is "
            f'{cv2.__version__}. Install it with `pip install "skaug[cv2]"`.'
        )
    return cv2


def warped_cv2(
    images: NDArray[Any], matrices: Floats, *, fill: float, nearest: bool
) -> NDArray[Any]:
    """Return images of the same dtype, as `places_of` and `sampled` would make them."""
    cv2 = opencv()
    size, n_channels = images.shape[2:0:-1], images.shape[3]
    affine = (matrices[:, 2] == (0, 0, 1)).all(axis=1).tolist()
    flags = (cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    border = {"borderMode": cv2.BORDER_CONSTANT, "borderValue": (fill,) * 4}
    out = np.empty_like(images)
    for planes in _groups(n_channels):
        for image, matrix, is_affine, made in zip(
            images[..., planes], matrices, affine, out[..., planes], strict=True
        ):
            if is_affine:
                found = cv2.warpAffine(image, matrix[:2], size, flags=flags, **border)
            else:
                found = cv2.warpPerspective(image, matrix, size, flags=flags, **border)
            made[...] = found.reshape(made.shape)
    return out


def sampled_cv2(
    images: NDArray[Any], x: Floats, y: Floats, *, fill: float, nearest: bool
) -> NDArray[Any]:
    """Return images of the same dtype, as `sampled` would make them."""
    cv2 = opencv()
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    out = np.empty_like(images)
    x, y = x.astype(np.float32, copy=False), y.astype(np.float32, copy=False)
    for planes in _groups(images.shape[3]):
        for image, columns, rows, made in zip(
            images[..., planes], x, y, out[..., planes], strict=True
        ):
            found = cv2.remap(
                image,
                columns,
                rows,
                how,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=(fill,) * 4,
            )
            made[...] = found.reshape(made.shape)
    return out


def _groups(n_channels: int) -> list[slice]:
    """Cut channels into groups of at most four, for which OpenCV takes a fill."""
    return [slice(begin, begin + 4) for begin in range(0, n_channels, 4)]
