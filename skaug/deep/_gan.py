"""The networks of a conditional generative adversarial network, and its losses."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm
from torch.optim.swa_utils import get_ema_multi_avg_fn

from skaug.deep._encoding import Block
from skaug.deep._networks import ImageDecoder, ImageEncoder, is_large, mlp

__all__ = ["Critic", "Generator", "alternation", "mmd"]

_WIDTH_OF_CRITIC = 128
_LEAK = 0.2
_LABEL_NOISE = 0.05
_GRADIENT_PENALTY = 10.0
_KEPT = 0.99  # of the moving average, at each step
_TEMPERATURE = 0.3  # of the levels drawn: near enough to one-hot, and still with a gradient


class Generator(nn.Module):
    """Noise and a condition to rows: pixels and marks from 0 to 1, scores, shares of levels."""

    def __init__(
        self,
        width: int,
        n_condition: int,
        latent_dim: int,
        hidden: Sequence[int],
        image_shape: Sequence[int] | None,
        blocks: Sequence[Block],
    ) -> None:
        super().__init__()
        self.blocks = list(blocks)
        self.body: nn.Module
        if image_shape is not None and is_large(image_shape):
            self.body = ImageDecoder(latent_dim + n_condition, image_shape)
        else:
            self.body = mlp([latent_dim + n_condition, *hidden, width])

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Return rows of the matrix."""
        out = self.body(torch.cat([noise, condition], dim=1))
        return torch.cat([_squashed(out[:, b.columns], b.kind) for b in self.blocks], dim=1)


def _squashed(out: Tensor, kind: str) -> Tensor:
    if kind == "unit":
        return out.sigmoid()
    return (out / _TEMPERATURE).softmax(dim=1) if kind == "levels" else out


class Critic(nn.Module):
    """How real a row is given its condition: w h(x) + e(y) h(x), a projection of features.

    A gradient penalty asks for smooth features: SiLU, and no more. Without one, weights of the
    features are divided by their largest singular value. With SiLU between such layers most kinds
    of rows are forgotten (on digits recall is below 0.15), so they are leaky instead, and see
    numbers from -1 to 1. The head and the projection stay free, or half of that is lost again.
    """

    centre: Tensor
    span: Tensor

    def __init__(
        self,
        blocks: Sequence[Block],
        n_condition: int,
        hidden: Sequence[int],
        image_shape: Sequence[int] | None,
        *,
        normalised: bool,
    ) -> None:
        super().__init__()
        self.features: nn.Module
        width = blocks[-1].columns.stop
        if image_shape is not None and is_large(image_shape):
            self.features = ImageEncoder(image_shape, 0, _WIDTH_OF_CRITIC)
        else:
            self.features = mlp([width, *hidden, _WIDTH_OF_CRITIC])
        self.head = nn.Linear(_WIDTH_OF_CRITIC, 1)
        self.projection = nn.Linear(n_condition, _WIDTH_OF_CRITIC, bias=False)
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("span", torch.ones(width))
        if normalised:
            for block in blocks:
                if block.kind == "unit":
                    self.centre[block.columns] = self.span[block.columns] = 0.5
            _normalise(self.features)

    def forward(self, rows: Tensor, condition: Tensor) -> Tensor:
        """Return one number a row, higher for what looks real."""
        found = F.leaky_relu(self.features((rows - self.centre) / self.span), _LEAK)
        return self.head(found)[:, 0] + (self.projection(condition) * found).sum(dim=1)


def _normalise(features: nn.Module) -> None:
    """Put leaky units in place of SiLU, and divide weights by their largest singular value."""
    for module in list(features.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.SiLU):
                setattr(module, name, nn.LeakyReLU(_LEAK))
            elif isinstance(child, (nn.Linear, nn.Conv2d)):
                spectral_norm(child)


def critic_loss(critic: Critic, loss: str, real: Tensor, made: Tensor, told: Tensor) -> Tensor:
    """Return what the critic is to lower, of as many real rows as made ones.

    'misleading': cross-entropy of both in one batch, made ones labelled 1, with noise on the
    labels. 'hinge': margins of 1. 'wgan-gp': the difference of the means, and gradients of norm 1
    between real and made rows.
    """
    if loss == "misleading":
        scores = -critic(torch.cat([made, real]), torch.cat([told, told]))
        labels = torch.zeros(len(scores), device="cpu")
        labels[: len(made)] = 1
        labels += _LABEL_NOISE * torch.rand(len(labels), device="cpu")
        return F.binary_cross_entropy_with_logits(scores, labels.to(scores.device))
    if loss == "hinge":
        on_real, on_made = critic(real, told), critic(made, told)
        return F.relu(1 - on_real).mean() + F.relu(1 + on_made).mean()
    share = torch.rand((len(real), 1), device="cpu").to(real.device)
    between = (share * real + (1 - share) * made).requires_grad_()
    score = critic(between, told).sum()
    slope = torch.autograd.grad(score, between, create_graph=True)[0].norm(dim=1)
    difference = critic(made, told).mean() - critic(real, told).mean()
    return difference + _GRADIENT_PENALTY * (slope - 1).square().mean()


def generator_loss(critic: Critic, loss: str, made: Tensor, told: Tensor) -> Tensor:
    """Return what the generator is to lower: made rows that pass for real ones."""
    scores = critic(made, told)
    if loss == "misleading":  # told that they are labelled 0, as real ones are
        return F.binary_cross_entropy_with_logits(-scores, torch.zeros_like(scores))
    return -scores.mean()


def alternation(
    generator: Generator,
    smooth: Generator,
    critic: Critic,
    loss: str,
    rows: Tensor,
    told: Tensor,
    latent_dim: int,
    learning_rate: float,
    weight_decay: float,
) -> Callable[[Tensor], Tensor]:
    """Return the step of both networks; `smooth` follows the generator as a moving average.

    The critic's steps are twice as long, so that it is ahead without more of them. It is shown
    levels as the generator gives them, as shares, and real ones as they are.
    """
    momentum = (0.0, 0.9) if loss == "wgan-gp" else (0.5, 0.9)
    settings: dict[str, Any] = {
        "betas": momentum,
        "weight_decay": weight_decay,
        "fused": True,
    }
    of_critic = torch.optim.AdamW(critic.parameters(), lr=2 * learning_rate, **settings)
    of_generator = torch.optim.AdamW(generator.parameters(), lr=learning_rate, **settings)
    averaged: list[Tensor] = list(smooth.parameters())
    current: list[Tensor] = list(generator.parameters())
    follow = get_ema_multi_avg_fn(_KEPT)  # type: ignore[no-untyped-call]

    def drawn(condition: Tensor) -> Tensor:
        noise = torch.randn((len(condition), latent_dim), device="cpu").to(condition.device)
        out: Tensor = generator(noise, condition)
        return out

    def step(batch: Tensor) -> Tensor:
        real, condition = rows[batch], told[batch]
        with torch.no_grad():
            made = drawn(condition)
        of_critic.zero_grad(set_to_none=True)
        missed = critic_loss(critic, loss, real, made, condition)
        missed.backward()  # type: ignore[no-untyped-call]
        of_critic.step()
        of_generator.zero_grad(set_to_none=True)
        generator_loss(critic, loss, drawn(condition), condition).backward()  # type: ignore[no-untyped-call]
        of_generator.step()
        follow(averaged, current, None)
        return missed

    return step


def mmd(real: Tensor, made: Tensor) -> float:
    """Return the squared maximum mean discrepancy of two samples of rows, unbiased.

    The kernel is a sum of normal ones, of a quarter to four times the median squared distance of
    real rows.
    """
    among_real, among_made = torch.cdist(real, real).square(), torch.cdist(made, made).square()
    across = torch.cdist(real, made).square()
    off = among_real[~torch.eye(len(real), dtype=torch.bool, device=real.device)]
    median = float(off.median()) if len(off) else 1.0

    def kernel(square: Tensor) -> Tensor:
        scales = [factor * (median or 1.0) for factor in (0.25, 0.5, 1, 2, 4)]
        return torch.stack([(-square / scale).exp() for scale in scales]).sum(dim=0)

    def mean_off_diagonal(square: Tensor) -> float:
        n = len(square)
        return float((kernel(square).sum() - 5 * n) / max(1, n * (n - 1)))

    inside = mean_off_diagonal(among_real) + mean_off_diagonal(among_made)
    return inside - 2 * float(kernel(across).mean())
