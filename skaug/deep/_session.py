"""A session: what PyTorch needs around it so that a fit is reproducible and leaves no trace."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import RLock
from typing import Any, Literal, TypeAlias

import numpy as np

from skaug._core.extras import require

__all__ = ["Device", "seed_of", "torch_session"]

Device: TypeAlias = Literal["cpu", "cuda", "auto"]

_ONE_AT_A_TIME = RLock()  # what PyTorch keeps for the whole process is lent to one thread


@contextmanager
def torch_session(owner: str, *, device: Device, seed: int) -> Iterator[Any]:
    """Seed PyTorch, keep it to one CPU thread, and give all back as it was; yields the device.

    The numbers PyTorch draws come from a stream of their own: the global ones are neither read
    nor moved. What is made without a device is made on the CPU, whatever the default device is.
    Small nets are fastest on one thread, several fits may run side by side in processes, and sums
    do not depend on the number of cores. Threads of one process wait for one another, since they
    would draw from one stream.

    Parameters
    ----------
    owner : str
        The public name that needs PyTorch, for the messages.

    device : {'cpu', 'cuda', 'auto'}
        Where to compute. 'auto': on CUDA if there is any.

    seed : int
        The seed of the session, below 2**63.

    Yields
    ------
    device : torch.device
        Where networks and data go.
    """
    torch = require("torch", "deep", owner)
    where = _resolved(torch, device, owner)
    on_cuda = [torch.cuda.current_device()] if where.type == "cuda" else []
    with (
        _ONE_AT_A_TIME,
        _on_cpu(torch),
        torch.random.fork_rng(devices=on_cuda),
        torch.inference_mode(False),
        torch.enable_grad(),
    ):
        n_threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        try:
            torch.set_num_threads(1)
            torch.set_default_dtype(torch.float32)
            torch.default_generator.manual_seed(seed)
            if on_cuda:
                torch.cuda.manual_seed(seed)
            yield where
        finally:
            torch.set_num_threads(n_threads)
            torch.set_default_dtype(dtype)


def _on_cpu(torch: Any) -> Any:
    """Return a context in which tensors are made on the CPU; one that does nothing if they are.

    The context of a device stands in the way of every call of PyTorch, and takes time.
    """
    return nullcontext() if torch.empty(0).device.type == "cpu" else torch.device("cpu")


def seed_of(source: np.random.SeedSequence | np.random.Generator) -> int:
    """Return a seed for `torch_session`."""
    if isinstance(source, np.random.Generator):
        return int(source.integers(2**63 - 1))
    return int(source.generate_state(1, np.uint64)[0] >> np.uint64(1))


def _resolved(torch: Any, device: Device, owner: str) -> Any:
    has_cuda = torch.cuda.is_available()
    if device == "cuda" and not has_cuda:
        raise ValueError(
            f"{owner} cannot use device='cuda': PyTorch finds no CUDA device here. Use 'cpu', or "
            "'auto' to take a GPU only where there is one."
        )
    return torch.device("cuda" if has_cuda and device != "cpu" else "cpu")
