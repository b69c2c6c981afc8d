"""The one trainer: steps over batches of rows in memory, and the best weights kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skaug._core.batch import Indices
from skaug.deep._plan import TrainingPlan

__all__ = ["History", "Weights", "averaging", "descent", "load", "train", "weights_of"]

Weights = dict[str, NDArray[np.generic]]

_LONGEST_GRADIENT = 100.0
_SHARE_OF_NEW = 0.005  # of the weights of a step in their running mean


@dataclass(frozen=True)
class History:
    """What came of a training: the weights, the losses at each look, and the steps taken."""

    weights: Weights
    losses: list[float]
    held_out_losses: list[float]
    n_iter: int


def train(
    network: nn.Module,
    step: Callable[[Tensor], Tensor],
    held_out_loss: Callable[[], float] | None,
    rows: Indices,
    plan: TrainingPlan,
) -> History:
    """Take steps until the held-out loss no longer falls, and return the best weights.

    Parameters
    ----------
    network : Module
        What is trained; left in training mode.

    step : callable
        Takes the rows of one batch, an index on the CPU, moves the weights, and returns the loss.

    held_out_loss : callable or None
        The loss to judge weights by, with the network in evaluation mode and its randomness
        the same each time. None: the last weights are taken.

    rows : ndarray of int
        The rows to train on.

    plan : TrainingPlan
        How many steps, of how many rows, and when to stop.
    """
    losses, held_out, since_last = [], [], []
    best, best_loss, n_worse = None, np.inf, 0
    for n_iter, batch in enumerate(islice(_batches(rows, plan.batch_size), plan.max_iter), 1):
        network.train()
        since_last.append(step(batch).detach())
        if n_iter % plan.check_every and n_iter < plan.max_iter:
            continue
        losses.append(float(torch.stack(since_last).mean()))
        since_last.clear()
        if not np.isfinite(losses[-1]):
            raise ValueError(
                f"{plan.owner} diverged: its loss is {losses[-1]} after {n_iter} steps. Lower "
                f"learning_rate, which is {plan.learning_rate:g}, and look for extreme values in X."
            )
        if held_out_loss is not None:
            held_out.append(_judged(network, held_out_loss))
            if held_out[-1] < best_loss:
                best, best_loss, n_worse = weights_of(network), held_out[-1], 0
            else:
                n_worse += 1
        if plan.verbose:
            _report(plan, n_iter, losses, held_out)
        if n_worse >= plan.n_iter_no_change:
            break
    return History(weights_of(network) if best is None else best, losses, held_out, n_iter)


def _batches(rows: Indices, size: int) -> Iterator[Tensor]:
    """Yield batches for ever, each row once an epoch; a last one of under half the size joins."""
    index = torch.as_tensor(rows, dtype=torch.int64, device="cpu")
    n_batches = max(1, round(len(index) / size))
    while True:
        yield from index[torch.randperm(len(index), device="cpu")].tensor_split(n_batches)


def _judged(network: nn.Module, loss: Callable[[], float]) -> float:
    network.eval()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)  # the same noise at each look: only weights differ
        return loss()


def _report(plan: TrainingPlan, n_iter: int, losses: list[float], held_out: list[float]) -> None:
    line = f"{plan.owner}: step {n_iter} of {plan.max_iter}, loss {losses[-1]:.4g}"
    print(line + (f", held-out {held_out[-1]:.4g}" if held_out else ""))


def descent(
    network: nn.Module, loss: Callable[[Tensor], Tensor], plan: TrainingPlan
) -> Callable[[Tensor], Tensor]:
    """Return the step that moves the weights down the gradient of a loss, by AdamW.

    Gradients longer than 100 are cut to that length, for the odd extreme row.
    """
    parameters = list(network.parameters())
    optimizer = torch.optim.AdamW(
        parameters, lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True
    )

    def step(batch: Tensor) -> Tensor:
        optimizer.zero_grad(set_to_none=True)
        value = loss(batch)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, _LONGEST_GRADIENT)
        optimizer.step()
        return value

    return step


def averaging(
    step: Callable[[Tensor], Tensor], network: nn.Module, average: nn.Module
) -> Callable[[Tensor], Tensor]:
    """Return the step that also moves `average`, a copy, to the running mean of the weights.

    The mean is over the last 200 steps or so, and over a tenth of the first 2,000.
    """
    pairs = list(zip(average.parameters(), network.parameters(), strict=True))
    n_taken = 0

    def step_and_average(batch: Tensor) -> Tensor:
        nonlocal n_taken
        value = step(batch)
        n_taken += 1
        share = max(_SHARE_OF_NEW, 10 / (9 + n_taken))
        with torch.no_grad():
            for mean, weight in pairs:
                mean.lerp_(weight, share)
        return value

    return step_and_average


def weights_of(network: nn.Module) -> Weights:
    """Return copies of all weights and buffers as arrays, which pickle anywhere."""
    return {
        name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()
    }


def load(network: nn.Module, weights: Weights, device: torch.device) -> nn.Module:
    """Put weights into a network of the same shape, on the device, in evaluation mode."""
    network.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return network.to(device).eval()
