"""The network of a variational autoencoder, and its loss."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skaug.deep._encoding import Block
from skaug.deep._networks import ImageDecoder, ImageEncoder, is_large, mlp

__all__ = ["VAE", "elbo_loss", "means"]


class VAE(nn.Module):
    """An encoder to the mean and log variance of a code, and a decoder, both told the condition."""

    def __init__(
        self,
        width: int,
        n_condition: int,
        latent_dim: int,
        hidden: Sequence[int],
        image_shape: Sequence[int] | None,
    ) -> None:
        super().__init__()
        self.encoder: nn.Module
        self.decoder: nn.Module
        self.is_large = image_shape is not None and is_large(image_shape)
        if image_shape is not None and self.is_large:
            self.encoder = ImageEncoder(image_shape, n_condition, 2 * latent_dim)
            self.decoder = ImageDecoder(latent_dim + n_condition, image_shape)
        else:
            self.encoder = mlp([width + n_condition, *hidden, 2 * latent_dim])
            self.decoder = mlp([latent_dim + n_condition, *reversed(hidden), width])
        self.log_scale = nn.Parameter(torch.zeros(width))  # of the numbers; without use for others

    def encode(self, Z: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and the log variance of the code of each row."""
        if self.is_large:
            found = self.encoder(Z, condition)
        else:
            found = self.encoder(torch.cat([Z, condition], dim=1))
        mean, log_variance = found.chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 8)

    def decode(self, code: Tensor, condition: Tensor) -> Tensor:
        """Return means of numbers, and logits of all else."""
        found: Tensor = self.decoder(torch.cat([code, condition], dim=1))
        return found


def elbo_loss(
    network: VAE, Z: Tensor, condition: Tensor, blocks: Sequence[Block], beta: float
) -> Tensor:
    """Return what the rows lose in the decoder plus beta times what the code tells, per row.

    Both are sums over columns and means over rows; noise is drawn on the CPU, for all devices
    alike.
    """
    mean, log_variance = network.encode(Z, condition)
    noise = torch.randn(mean.shape, device="cpu").to(mean.device)
    out = network.decode(mean + noise * (log_variance / 2).exp(), condition)
    divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2
    lost = torch.stack([_lost(network, block, out, Z) for block in blocks]).sum()
    return (lost + beta * divergence) / len(Z)


def _lost(network: VAE, block: Block, out: Tensor, Z: Tensor) -> Tensor:
    """Return minus the log likelihood of a block's columns, summed."""
    made, real = out[:, block.columns], Z[:, block.columns]
    if block.kind == "unit":
        return F.binary_cross_entropy_with_logits(made, real, reduction="sum")
    if block.kind == "levels":
        return -(real * F.log_softmax(made, dim=1)).sum()
    log_scale = network.log_scale[block.columns].clamp(-3, 3)
    return (((made - real) / log_scale.exp()).square() / 2 + log_scale).sum()


def means(out: Tensor, blocks: Sequence[Block]) -> Tensor:
    """Return what the decoder's output stands for: numbers, and probabilities for logits."""
    parts = []
    for block in blocks:
        made = out[:, block.columns]
        if block.kind == "unit":
            made = made.sigmoid()
        elif block.kind == "levels":
            made = made.softmax(dim=1)
        parts.append(made)
    return torch.cat(parts, dim=1)
