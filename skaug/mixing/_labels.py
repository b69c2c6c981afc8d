"""How the share of a label follows from the share of its row and from the sizes of classes."""

import numpy as np

from skaug._core.batch import Floats, Indices
from skaug._core.mixed_target import MixedTarget

__all__ = ["class_sizes", "mamix_share", "remix_share", "unimix_share"]


def class_sizes(y: MixedTarget, rows: Indices) -> Floats:
    """Return for each row the number of rows of its class."""
    return np.bincount(y.codes).astype(np.float64)[y.codes[rows]]


def remix_share(
    share: Floats, n_seed: Floats, n_partner: Floats, kappa: float, tau: float
) -> Floats:
    """Give the label to the smaller class alone, where it is kappa times smaller.

    Only while the larger class holds less than `tau` of the row.
    """
    to_partner = (n_seed >= kappa * n_partner) & (share < tau)
    to_seed = (n_partner >= kappa * n_seed) & (1 - share < tau)
    return np.where(to_partner, 0.0, np.where(to_seed, 1.0, share))


def mamix_share(share: Floats, n_seed: Floats, n_partner: Floats, omega: float) -> Floats:
    """Bend the share so that the label changes hands nearer to the larger class.

    It is piecewise linear in how far the row is from its seed, 1/2 at a distance of
    ``n_seed**omega / (n_seed**omega + n_partner**omega)``.
    """
    middle = 1 / (1 + (n_partner / n_seed) ** omega)
    far = 1 - share
    return np.where(far <= middle, 1 - far / (2 * middle), (1 - far) / (2 * (1 - middle)))


def unimix_share(share: Floats, n_seed: Floats, n_partner: Floats) -> Floats:
    """Move shares towards the smaller class, round the circle from 1 to 0."""
    moved: Floats = share + n_partner / (n_seed + n_partner)
    return np.where(moved > 1, moved - 1, moved)
