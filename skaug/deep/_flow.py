"""The network of a flow, its loss, and the way along it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Flow", "flow_loss", "flown"]

_N_WAVES = 16  # frequencies by which the network is told the time


class Flow(nn.Module):
    """The velocity at a point and a time from 0 (noise) to 1 (rows), told the condition.

    Each hidden layer is added to what is before it, and told time and condition anew.
    """

    def __init__(self, width: int, n_condition: int, hidden: Sequence[int]) -> None:
        super().__init__()
        n_told = 2 * _N_WAVES + n_condition
        sizes = [width, *hidden]
        self.told = nn.ModuleList(nn.Linear(n_told, n_out) for n_out in hidden)
        self.layers = nn.ModuleList(
            nn.Linear(n_in, n_out) for n_in, n_out in zip(sizes, hidden, strict=False)
        )
        self.head = nn.Linear(sizes[-1], width)
        self.frequencies: Tensor
        waves = torch.logspace(0, 1.5, _N_WAVES) * torch.pi / 2
        self.register_buffer("frequencies", waves)

    def forward(self, Z: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        """Return the velocities, of the shape of Z; `time` has shape (n, 1)."""
        phase = time * self.frequencies
        told = torch.cat([phase.sin(), phase.cos(), condition], dim=1)
        for layer, of_told in zip(self.layers, self.told, strict=True):
            found = nn.functional.silu(layer(Z) + of_told(told))
            Z = Z + found if found.shape == Z.shape else found
        velocity: Tensor = self.head(Z)
        return velocity


def flow_loss(network: nn.Module, Z: Tensor, condition: Tensor) -> Tensor:
    """Return the squared error of the velocity on straight ways from noise to rows, per row.

    Times are logistic of normal, one from each of as many equally likely intervals as there are
    rows: so the loss depends less on the draw. All is drawn on the CPU, for all devices alike.
    """
    noise = torch.randn(Z.shape, device="cpu").to(Z.device)
    time = _times(len(Z)).to(Z.device)
    found = network(time * Z + (1 - time) * noise, time, condition)
    off: Tensor = found - (Z - noise)
    return off.square().sum(dim=1).mean()


def _times(n: int) -> Tensor:
    rank = (torch.randperm(n, device="cpu") + torch.rand(n, device="cpu")) / n
    return torch.special.ndtri(rank.clamp(1e-6, 1 - 1e-6)).sigmoid()[:, None]


def flown(network: nn.Module, noise: Tensor, condition: Tensor, n_steps: int) -> Tensor:
    """Return where noise flows to, by Heun's method."""
    Z = noise
    for step in range(n_steps):
        now = Z.new_full((len(Z), 1), step / n_steps)
        velocity = network(Z, now, condition)
        ahead = network(Z + velocity / n_steps, now + 1 / n_steps, condition)
        Z = Z + (velocity + ahead) / (2 * n_steps)
    return Z
