"""The network of an autoencoder, and its losses."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skaug.deep._networks import ImageDecoder, ImageEncoder, is_large, mlp

__all__ = ["Autoencoder", "mixed_codes_loss", "reconstruction_loss", "supervised_loss"]


class Autoencoder(nn.Module):
    """An encoder to a code, a decoder, and a linear head from the code to the target."""

    def __init__(
        self,
        width: int,
        n_components: int,
        hidden: Sequence[int],
        image_shape: Sequence[int] | None,
        n_targets: int,
    ) -> None:
        super().__init__()
        self.encoder: nn.Module
        self.decoder: nn.Module
        if image_shape is not None and is_large(image_shape):
            self.encoder = ImageEncoder(image_shape, 0, n_components)
            self.decoder = ImageDecoder(n_components, image_shape)
        else:
            self.encoder = mlp([width, *hidden, n_components])
            self.decoder = mlp([n_components, *reversed(hidden), width])
        self.head = nn.Linear(n_components, n_targets) if n_targets else None
        self.squashes = image_shape is not None

    def decode(self, code: Tensor) -> Tensor:
        """Return rows: pixels from 0 to 1, or numbers."""
        found: Tensor = self.decoder(code)
        return found.sigmoid() if self.squashes else found


def reconstruction_loss(
    network: Autoencoder, rows: Tensor, codes: Tensor, weight: Tensor | None = None
) -> Tensor:
    """Return what rows lose, summed over columns: cross-entropy of pixels, half the square else.

    `weight` is that of each cell of a table, for where cells are missing; None: 1.
    """
    out = network.decoder(codes)
    if network.squashes:
        return F.binary_cross_entropy_with_logits(out, rows, reduction="sum") / len(rows)
    square = (out - rows).square()
    return (square if weight is None else weight * square).sum() / (2 * len(rows))


def mixed_codes_loss(network: Autoencoder, codes: Tensor, labels: Tensor) -> Tensor:
    """Return how far codes between two rows of a label are from what their rows encode to."""
    partner = _partners(labels)
    share = torch.rand((len(codes), 1), device="cpu").to(codes.device)
    mixed = (share * codes + (1 - share) * codes[partner]).detach()  # else codes shrink to zero
    found = network.encoder(network.decode(mixed))
    return (found - mixed).square().sum() / (2 * len(codes))


def _partners(labels: Tensor) -> Tensor:
    """Return for each row another one of its label, drawn at random; itself if there is none."""
    order = torch.randperm(len(labels), device="cpu").to(labels.device)
    order = order[labels[order].argsort(stable=True)]
    sizes = torch.unique_consecutive(labels[order], return_counts=True)[1]
    begin = (sizes.cumsum(0) - sizes).repeat_interleave(sizes)
    rank = torch.arange(len(order), device=labels.device) - begin
    following = begin + (rank + 1) % sizes.repeat_interleave(sizes)
    partner = torch.empty_like(order)
    partner[order] = order[following]
    return partner


def supervised_loss(network: Autoencoder, codes: Tensor, target: Tensor) -> Tensor:
    """Return what a linear head misses: cross-entropy of labels, half the square of numbers."""
    assert network.head is not None
    out = network.head(codes)
    if target.is_floating_point():
        return (out[:, 0] - target).square().mean() / 2
    return F.cross_entropy(out, target)
