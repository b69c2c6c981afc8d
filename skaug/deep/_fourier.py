"""Style by Fourier amplitudes: how much there is of each frequency, not where it stands."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

__all__ = ["amplitudes_swapped", "low_frequencies"]

_AXES = (1, 2)


def low_frequencies(height: int, width: int, beta: float) -> NDArray[np.bool_]:
    """Mark the half spectrum's frequencies of at most `beta` cycles a pixel in each axis.

    As in the authors' code of FDA: a window whose half sides, `beta` times those of the image, are
    rounded down, so that it holds the mean alone where that is below 1. Theirs is a square also
    where the image is not; this one reaches equally far up in frequency.
    """
    vertical = np.abs(np.rint(np.fft.fftfreq(height) * height)) <= int(height * beta)
    horizontal = np.arange(width // 2 + 1) <= int(width * beta)
    return vertical[:, None] & horizontal


def amplitudes_swapped(
    contents: NDArray[Any], styles: NDArray[Any], *, beta: float
) -> NDArray[Any]:
    """Give contents the amplitudes of styles in the low frequencies, with phases of their own.

    Parameters
    ----------
    contents, styles : ndarray of shape (m, height, width, n_channels)
        Floats of one dtype.

    beta : float
        Half sides of the window of frequencies, as shares of the sides; all from 0.5 on.

    Returns
    -------
    images : ndarray of shape (m, height, width, n_channels)
        A new array of the same dtype.
    """
    height, width = contents.shape[1:3]
    is_low = low_frequencies(height, width, beta)
    spectrum = fft.rfft2(contents, axes=_AXES)
    own = spectrum[:, is_low]
    wanted = np.abs(fft.rfft2(styles, axes=_AXES)[:, is_low])
    amplitude = np.abs(own)
    # where there is nothing of a frequency its phase is 0, as that of the number 0
    phase = np.where(amplitude > 0, own / np.where(amplitude > 0, amplitude, 1), 1)
    spectrum[:, is_low] = wanted * phase
    return fft.irfft2(spectrum, s=(height, width), axes=_AXES)
