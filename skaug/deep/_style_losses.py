"""Style transfer by optimisation: features, the three losses, and steps down their sum."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from skaug._core.batch import Floats

__all__ = ["RandomFeatures", "StyleLosses", "feature_maps", "style_transferred"]

_WIDTHS = (16, 32, 64, 128)
_SHORTEST_SIDE = 7  # of a map: in a smaller one the style is where things stand, not what they are
_TERMS = 3


class RandomFeatures(nn.Module):
    """Convolutions of random weights, a map from each: halved in size between them.

    Weights are normal with variance 2 / fan-in, so that activations neither grow nor shrink.

    Parameters
    ----------
    n_channels : int
        Of an image.

    size : tuple of int
        Height and width of an image.
    """

    def __init__(self, n_channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.is_halved, side = [False], min(size)
        while len(self.is_halved) < len(_WIDTHS) and (
            side // 2 >= _SHORTEST_SIDE or len(self.is_halved) < 2
        ):
            self.is_halved.append(side // 2 >= _SHORTEST_SIDE)
            side //= 2
        widths = (n_channels, *_WIDTHS)
        self.layers = nn.ModuleList(
            nn.Conv2d(widths[k], widths[k + 1], 3) for k in range(len(self.is_halved))
        )
        for layer in self.layers:
            assert isinstance(layer, nn.Conv2d)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.normal_(layer.bias, std=0.1)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the maps, the finest first."""
        x, maps = 2 * images - 1, []
        for is_halved, layer in zip(self.is_halved, self.layers, strict=True):
            if is_halved:
                x = F.avg_pool2d(x, 2)
            x = torch.relu(layer(F.pad(x, (1, 1, 1, 1), mode="replicate")))
            maps.append(x)
        return maps


Features = Callable[[Tensor], Sequence[Tensor]]


def feature_maps(features: Any, shape: tuple[int, int, int], device: torch.device) -> Features:
    """Return the network to use; a module is copied, so that the user's stays as it is."""
    if features == "random":
        features = RandomFeatures(shape[2], shape[:2])
    elif isinstance(features, nn.Module):
        features = deepcopy(features)
    else:
        return features
    module: nn.Module = features.to(device).eval().requires_grad_(False)
    return module


@dataclass(frozen=True)
class StyleLosses:
    r"""The losses of each image of a batch.

    With features F of C channels and N positions in each map, in units of their own mean square,

    .. math:: \frac{1}{L} \sum_l \frac{\|G_l(x) - G_l(s)\|^2}{4 C_l^2 N_l^2}, \quad
        \mathrm{mean} (F_L(x) - F_L(c))^2, \quad \mathrm{mean} (d_v^2 + d_h^2)^{1.25}

    where :math:`G = F F^T`, and d are the differences of pixels that touch. Parameters are what
    the losses compare with.
    """

    features: Features
    content: Tensor
    grams: list[Tensor]
    scales: list[Tensor]

    @classmethod
    def of(cls, features: Any, contents: Tensor, styles: Tensor) -> "StyleLosses":
        """Look at the contents and at the styles once."""
        own = [f.detach() for f in _checked(features, contents)]
        with torch.no_grad():
            other = features(styles)
            # of both: in the content's alone a black image would make any style infinite
            scales = [(_square(a) + _square(b)) / 2 + 1e-8 for a, b in zip(own, other, strict=True)]
            return cls(features, own[-1], [_gram(f) for f in other], scales)

    def __call__(self, images: Tensor) -> Tensor:
        """Return style, content and total variation of each image, of shape (m, 3)."""
        maps = self.features(images)
        style = torch.zeros(len(images), device=images.device)
        for f, wanted, scale in zip(maps, self.grams, self.scales, strict=True):
            n_cells = 4 * float(f[0].numel()) ** 2
            difference = (_gram(f) - wanted) / scale[:, None, None]
            style = style + difference.square().sum((1, 2)) / n_cells
        content = _square(maps[-1] - self.content) / self.scales[-1]
        return torch.stack([style / len(maps), content, _variation(images)], dim=1)


def style_transferred(
    contents: NDArray[Any],
    styles: NDArray[Any],
    features: Features,
    *,
    weights: tuple[float, float, float],
    n_iter: int,
    learning_rate: float,
    device: torch.device,
    owner: str,
) -> tuple[NDArray[np.float32], Floats]:
    """Move the pixels of contents, by Adam, until features look like those of the styles.

    Each image has losses and steps of its own, whatever the others of its batch are.

    Parameters
    ----------
    contents, styles : ndarray of shape (m, height, width, n_channels)
        With values from 0 to 1.

    features : callable
        Takes images (m, n_channels, height, width), returns maps (m, C, H, W).

    weights : tuple of float
        Of the losses of style, content and total variation.

    n_iter : int
        Steps.

    learning_rate : float
        Length of the steps, in shares of the range.

    device : torch.device
        Where to compute.

    owner : str
        Name for the messages.

    Returns
    -------
    images : ndarray of shape (m, height, width, n_channels)
        With values from 0 to 1.

    curves : ndarray of shape (m, n_iter, 3)
        The weighted losses of each image before each step.
    """
    n_images = len(contents)
    lone = np.zeros(max(2, n_images), dtype=np.intp)  # kernels for one image round in another way
    lone[:n_images] = np.arange(n_images)
    content, style = (_tensor(images[lone], device) for images in (contents, styles))
    losses = StyleLosses.of(features, content, style)
    weight = torch.tensor(weights, device=device)
    images = content.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([images], lr=learning_rate)
    curves = []
    for _ in range(n_iter):
        terms = losses(images) * weight
        curves.append(terms.detach())
        # of the images alone: no gradient is left on weights that may be the user's
        images.grad = torch.autograd.grad(terms.sum(), images)[0]
        optimizer.step()
        with torch.no_grad():
            images.clamp_(0, 1)
    if not torch.isfinite(images).all():
        raise ValueError(
            f"{owner} diverged: a loss is no longer finite. Lower learning_rate, which is "
            f"{learning_rate:g}, or look at the numbers that features returns."
        )
    made = images.detach().permute(0, 2, 3, 1)[:n_images]
    curve = torch.stack(curves, dim=1)[:n_images] if curves else torch.zeros(n_images, 0, _TERMS)
    return made.cpu().numpy(), curve.double().cpu().numpy()


def _tensor(images: NDArray[Any], device: torch.device) -> Tensor:
    planes = np.ascontiguousarray(np.moveaxis(images, 3, 1), dtype=np.float32)
    return torch.tensor(planes, device=device)


def _square(f: Tensor) -> Tensor:
    return f.square().mean((1, 2, 3))


def _gram(f: Tensor) -> Tensor:
    flat = f.flatten(2)
    return flat @ flat.transpose(1, 2)


def _variation(images: Tensor) -> Tensor:
    down = F.pad((images[:, :, 1:] - images[:, :, :-1]).square(), (0, 0, 0, 1))
    right = F.pad((images[..., 1:] - images[..., :-1]).square(), (0, 1))
    return (down + right + 1e-12).pow(1.25).mean((1, 2, 3))  # the root of 0 has no slope


def _checked(features: Features, images: Tensor) -> Sequence[Tensor]:
    """Return the maps, or refuse what a user's `features` must not return."""
    maps: Any = features(images.clone().requires_grad_(True))
    rule = (
        "features of StyleTransferSampler must return a list of 1 or more feature maps, tensors "
        f"of shape (m, C, H, W), for m = {len(images)} images of shape {tuple(images.shape)}"
    )
    if not isinstance(maps, (list, tuple)) or not maps:
        raise TypeError(f"{rule}; it returned {_described(maps)}.")
    for number, f in enumerate(maps):
        if not isinstance(f, Tensor):
            raise TypeError(f"{rule}; map {number} is {_described(f)}.")
        if f.ndim != 4 or len(f) != len(images) or 0 in f.shape:
            raise ValueError(f"{rule}; map {number} has shape {tuple(f.shape)}.")
        if not torch.isfinite(f).all():
            raise ValueError(
                f"features of StyleTransferSampler returned NaN or infinity in map {number}. "
                "Images come with values from 0 to 1; check its weights."
            )
    if not any(f.requires_grad for f in maps):
        raise ValueError(
            "features of StyleTransferSampler returned maps that do not depend on the images as "
            "PyTorch sees it. Compute them with operations of PyTorch, without detach or no_grad."
        )
    return maps


def _described(value: Any) -> str:
    return (
        f"an empty {type(value).__name__}"
        if isinstance(value, (list, tuple))
        else f"a {type(value).__name__}"
    )
