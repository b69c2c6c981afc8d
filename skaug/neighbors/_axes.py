"""Principal axes: where the rows differ most comes first, and distances stay what they are."""

from dataclasses import dataclass

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug._core.threads import one_blas_thread

__all__ = ["PrincipalAxes", "principal_axes"]

_SAMPLE = 1000  # rows that the covariance is estimated from
_LEADING = 0.98  # of the variance: what is left tells few rows apart


@dataclass(frozen=True)
class PrincipalAxes:
    """An orthonormal basis, and how the variance is spread over it.

    Attributes
    ----------
    center : ndarray of shape (d,)
        A point amid the rows.

    vectors : ndarray of shape (d, d)
        The axes as columns, by falling variance.

    variances : ndarray of shape (d,)
        Variances along them.
    """

    center: Floats
    vectors: Floats
    variances: Floats

    def leading(self, share: float = _LEADING) -> int:
        """Return how many axes hold this share of the variance."""
        cumulated = np.cumsum(self.variances)
        enough = np.searchsorted(cumulated, share * cumulated[-1])
        return min(int(enough) + 1, len(cumulated))


def principal_axes(X: Floats, among: Indices | None = None) -> PrincipalAxes:
    """Return the principal axes of a sample of rows; any orthonormal basis would be exact."""
    step = max(1, len(X if among is None else among) // _SAMPLE)
    sample = X[::step] if among is None else X[among[::step]]
    center = np.median(sample, axis=0)
    centred = sample - center
    with one_blas_thread:
        variances, vectors = np.linalg.eigh(centred.T @ centred / len(sample))
    return PrincipalAxes(center, vectors[:, ::-1], np.maximum(variances[::-1], 0))
