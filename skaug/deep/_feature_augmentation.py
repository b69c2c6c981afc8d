"""Changes of a batch of hidden features, and of the targets and weights that go with them.

Features are (n, n_units), or (n, n_channels, height, width); `partner` names for each row another
row of the batch. The features that come back are new, those given stay.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = [
    "blended",
    "drawn_layer",
    "exchanged",
    "mates",
    "mixed_targets",
    "moved",
    "nearest_mates",
    "noisy",
    "shares",
]

_EPS = 1e-5  # of the mean variance, as in skaug.mixing.MoEx
_TINY = 1e-20  # a root has no slope at 0


def shares(alpha: float, n_rows: int) -> Tensor:
    """Draw from Beta(alpha, alpha), once for each row."""
    concentration = torch.full((n_rows,), alpha, dtype=torch.float64)
    return torch.distributions.Beta(concentration, concentration).sample().float()


def blended(features: Tensor, partner: Tensor, share: Tensor) -> Tensor:
    """Return mixtures, to a `share` of the row itself (manifold mixup)."""
    own = _over(share, features)
    return own * features + (1 - own) * features[partner]


def exchanged(features: Tensor, partner: Tensor) -> Tensor:
    r"""Give each row the mean and deviation of its partner (MoEx).

    Moments are over the units of a row, or over the channels at each position. With v their
    variance and :math:`\bar v` its mean over the rows, :math:`\sigma^2 = v + 10^{-5} \bar v`, so
    that what hardly varies becomes the mean of its partner, and is not blown up.
    """
    variance, mean = torch.var_mean(features, dim=1, keepdim=True, correction=0)
    sigma = (variance + _EPS * variance.mean(dim=0, keepdim=True) + _TINY).sqrt()
    return (features - mean) * (sigma[partner] / sigma) + mean[partner]


def moved(features: Tensor, partner: Tensor, step: float) -> Tensor:
    """Move rows by a share of the way to their partners; away from them if it is negative."""
    return features + step * (features[partner] - features)


def noisy(features: Tensor, strength: float) -> Tensor:
    """Add normal noise of `strength` times the deviation of each unit in the batch."""
    deviation = features.var(dim=0, correction=0).add(_TINY).sqrt()
    return features + strength * deviation * torch.randn_like(features)


def mixed_targets(
    target: Tensor, weight: Tensor, partner: Tensor, share: Tensor
) -> tuple[Tensor, Tensor]:
    r"""Return one target and weight a row that train as two losses do.

    With w the weights, the gradient of :math:`\lambda w_i L(y_i) + (1 - \lambda) w_j L(y_j)` is
    that of :math:`w L(y)` at :math:`w = \lambda w_i + (1 - \lambda) w_j` and
    :math:`y = (\lambda w_i y_i + (1 - \lambda) w_j y_j) / w`, for cross-entropies and for squares.
    """
    own, other = share * weight, (1 - share) * weight[partner]
    total = own + other
    mixed = own[:, None] * target + other[:, None] * target[partner]
    return mixed / total[:, None], total


def mates(groups: Tensor) -> Tensor:
    """Draw for each row another one of its group; itself if it is alone.

    The rows of a group stand round a circle in random order, each before its partner.
    """
    order = torch.randperm(len(groups), device=groups.device)
    order = order[groups[order].argsort(stable=True)]
    sizes = torch.unique_consecutive(groups[order], return_counts=True)[1]
    last = sizes.cumsum(0) - 1
    following = torch.arange(1, len(groups) + 1, device=groups.device)
    following[last] = last - sizes + 1
    partner = torch.empty_like(order)
    partner[order] = order[following]
    return partner


def nearest_mates(target: Tensor) -> Tensor:
    """Return for each row the other one whose target is nearest; itself if there is none."""
    distance = torch.cdist(target, target)
    return distance.fill_diagonal_(torch.inf).argmin(dim=1)


def _over(share: Tensor, features: Tensor) -> Tensor:
    """Return shares with as many dimensions as the features have."""
    return share.reshape(-1, *[1] * (features.ndim - 1))


def drawn_layer(layers: Sequence[int], p: float) -> int | None:
    """Draw one of the layers with probability p, or none; draw nothing where there are none."""
    if not layers or torch.rand(()) >= p:
        return None
    return layers[int(torch.randint(len(layers), ()))]
