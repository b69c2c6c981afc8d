"""Style by the moments of frequency bands: adaptive instance normalisation that inverts exactly."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

__all__ = ["band_windows", "moments_matched"]

_AXES = (1, 2)
_LEAST_VARIANCE = 1e-5  # of a band, in shares of the range of values: below it is taken for noise


@lru_cache(maxsize=16)
def band_windows(height: int, width: int) -> NDArray[np.float64]:
    """Return weights (n_bands, height, width) of cosine frequencies: octaves that sum to 1.

    The first band is centred at the highest frequency, each next one an octave below; the last
    holds all that is lower.
    """
    vertical, horizontal = np.arange(height) / height, np.arange(width) / width
    frequency = np.hypot(vertical[:, None], horizontal)
    n_octaves = max(1, int(np.log2(max(2, min(height, width)))) - 1)
    octave = np.clip(-np.log2(np.maximum(frequency, 1e-9)), 0, n_octaves)
    bands: NDArray[np.float64] = np.clip(
        1 - np.abs(octave - np.arange(n_octaves + 1)[:, None, None]), 0, 1
    )
    bands.flags.writeable = False
    return bands


def moments_matched(contents: NDArray[Any], styles: NDArray[Any]) -> NDArray[Any]:
    """Give each band of contents the covariance of its colours in styles, and their mean.

    A band is a sum of cosines, which are orthogonal: its covariance is a sum over coefficients, so
    that one transform of each image and one back do for all bands.

    Parameters
    ----------
    contents, styles : ndarray of shape (m, height, width, n_channels)
        Floats of one dtype, with values from 0 to 1.

    Returns
    -------
    images : ndarray of shape (m, height, width, n_channels)
        A new array of the same dtype.
    """
    height, width = contents.shape[1:3]
    own = fft.dctn(contents, axes=_AXES, norm="ortho")
    other = fft.dctn(styles, axes=_AXES, norm="ortho")
    made = np.zeros_like(own)
    mean = other[:, 0, 0].copy()
    own[:, 0, 0] = other[:, 0, 0] = 0  # the mean is no part of the covariance
    for weights in band_windows(height, width).astype(own.dtype):
        window = weights[:, :, None]
        transport = _transport(_covariances(own * window), _covariances(other * window))
        flat = (own * window).reshape(len(own), height * width, -1)
        made += (flat @ transport.astype(own.dtype)).reshape(own.shape)
    made[:, 0, 0] = mean
    return fft.idctn(made, axes=_AXES, norm="ortho")


def _covariances(coefficients: NDArray[Any]) -> NDArray[np.float64]:
    flat = coefficients.reshape(len(coefficients), -1, coefficients.shape[3]).astype(np.float64)
    return np.swapaxes(flat, 1, 2) @ flat / flat.shape[1]


def _transport(own: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    r"""Return the symmetric T with :math:`T A T = B`: of all such maps the one that moves least.

    For one channel it is the ratio of the standard deviations. Directions in which the content
    hardly varies are stretched less, as there is nothing but noise to stretch.
    """
    least = _LEAST_VARIANCE * np.eye(own.shape[1])
    own, other = own + least, other + least
    root, inverse = _power(own, 0.5), _power(own, -0.5)
    return inverse @ _power(root @ other @ root, 0.5) @ inverse


def _power(matrices: NDArray[Any], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrices)
    powers = np.maximum(values, 0)[:, None, :] ** exponent
    return (vectors * powers) @ np.swapaxes(vectors, 1, 2)
