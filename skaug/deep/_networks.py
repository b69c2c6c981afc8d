"""The networks: perceptrons for rows, strided convolutions for images, of any size."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["ImageDecoder", "ImageEncoder", "is_large", "mlp"]

_SMALL_IMAGE = 1024  # pixels up to which a perceptron does as well, in a tenth of the time


def mlp(sizes: Sequence[int]) -> nn.Sequential:
    """Return linear layers of these sizes with SiLU between them."""
    layers: list[nn.Module] = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def is_large(image_shape: Sequence[int]) -> bool:
    """Whether images of (height, width, channels) are worth convolutions."""
    return image_shape[0] * image_shape[1] > _SMALL_IMAGE and min(image_shape[:2]) >= 4


def _halved(image_shape: Sequence[int]) -> list[tuple[int, int]]:
    """Return height and width before and after each of two halvings."""
    sizes = [(image_shape[0], image_shape[1])]
    for _ in range(2):
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes


class ImageEncoder(nn.Module):
    """Two strided convolutions and two linear layers, from images and a condition to numbers.

    Images come flat, (n, height * width * channels) with channels last, as rows do.
    """

    def __init__(
        self, image_shape: Sequence[int], n_condition: int, n_out: int, width: int = 32
    ) -> None:
        super().__init__()
        self.image_shape = tuple(image_shape)
        height, breadth = _halved(image_shape)[-1]
        self.body = nn.Sequential(
            nn.Conv2d(image_shape[2], width, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
        )
        self.head = mlp([2 * width * height * breadth + n_condition, 4 * width, n_out])

    def forward(self, rows: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return (n, n_out)."""
        images = rows.reshape(-1, *self.image_shape).permute(0, 3, 1, 2)
        found = self.body(images)
        return self.head(found if condition is None else torch.cat([found, condition], dim=1))


class ImageDecoder(nn.Module):
    """A linear layer and two transposed convolutions, from numbers to flat images."""

    def __init__(self, n_in: int, image_shape: Sequence[int], width: int = 32) -> None:
        super().__init__()
        sizes = _halved(image_shape)
        self.start = (2 * width, *sizes[2])
        self.dense = nn.Linear(n_in, 2 * width * sizes[2][0] * sizes[2][1])
        self.body = nn.Sequential(
            nn.SiLU(),
            _doubling(2 * width, width, sizes[1]),
            nn.SiLU(),
            _doubling(width, image_shape[2], sizes[0]),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Return (n, height * width * channels), channels last."""
        images = self.body(self.dense(z).reshape(-1, *self.start))
        return images.permute(0, 2, 3, 1).flatten(1)


def _doubling(n_in: int, n_out: int, size: tuple[int, int]) -> nn.ConvTranspose2d:
    """Return the transposed convolution that undoes a halving to `size`."""
    odd = (1 - size[0] % 2, 1 - size[1] % 2)
    return nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=odd)
