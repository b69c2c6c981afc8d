"""The networks of neural augmentation, one that makes images and one that reads them; losses."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from skaug.deep._feature_network import FeatureNetwork

__all__ = ["NeuralAugmentation", "content_losses", "style_losses"]

_N_FILTERS = 16  # of each of five convolutions, as in the paper
_MARGIN = 0.02  # black and white are as far as this from where the logistic function is flat


class NeuralAugmentation(nn.Module):
    """An augmenter, which makes one image of two, before a classifier.

    Images come flat, (n, height * width * channels) with channels last, of values from 0 to 1.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        blocks: Sequence[int],
        hidden: Sequence[int],
        n_out: int,
    ) -> None:
        super().__init__()
        height, width, n_channels = image_shape
        self.image_shape = image_shape
        self.classifier = FeatureNetwork(
            height * width * n_channels, image_shape, blocks, hidden, n_out
        )
        layers: list[nn.Module] = []
        for n_in in (2 * n_channels, *[_N_FILTERS] * 3):
            layers += [nn.Conv2d(n_in, _N_FILTERS, 3, padding=1), nn.ReLU()]
        self.augmenter = nn.Sequential(*layers, nn.Conv2d(_N_FILTERS, n_channels, 3, padding=1))
        last = self.augmenter[-1]
        assert isinstance(last, nn.Conv2d)
        nn.init.zeros_(last.weight)
        assert last.bias is not None
        nn.init.zeros_(last.bias)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the outputs of the classifier."""
        outputs: Tensor = self.classifier(rows)
        return outputs

    def augmented(self, rows: Tensor, partners: Tensor) -> Tensor:
        """Return an image of each pair: its mean, as the convolutions change it."""
        images, others = (
            part.reshape(-1, *self.image_shape).permute(0, 3, 1, 2) for part in (rows, partners)
        )
        change = self.augmenter(torch.cat([images, others], dim=1))
        mean = (_MARGIN / 2 + (1 - _MARGIN) * (images + others) / 2).logit()
        made: Tensor = ((mean + change).sigmoid() - _MARGIN / 2) / (1 - _MARGIN)
        return made.clamp(0, 1).permute(0, 2, 3, 1).flatten(1)


def content_losses(made: Tensor, wanted: Tensor) -> Tensor:
    """Return for each image the mean squared difference of its pixels to another's."""
    return (made - wanted).square().mean(dim=1)


def style_losses(made: Tensor, wanted: Tensor, n_channels: int) -> Tensor:
    """Return for each image the mean squared difference of its Gram matrix to another's."""
    difference = _gram(made, n_channels) - _gram(wanted, n_channels)
    return difference.square().mean(dim=(1, 2))


def _gram(rows: Tensor, n_channels: int) -> Tensor:
    """Return the mean product of each two channels, (n, n_channels, n_channels)."""
    pixels = rows.reshape(len(rows), -1, n_channels)
    return pixels.mT @ pixels / pixels.shape[1]
