"""FeatureNetwork: a network as a list of stages, which may be entered and left between any two."""

import itertools
from collections.abc import Sequence

from torch import Tensor, nn

__all__ = ["FeatureNetwork"]

_GROUPS = 8  # of channels that are normalised together


class FeatureNetwork(nn.Module):
    """Blocks of convolutions if rows are images, then hidden layers, then the outputs.

    Layer 0 is the input: rows, or images as (n, channels, height, width); layer k is what comes
    out of stage k. Rows come flat, the channels of an image last.
    """

    def __init__(
        self,
        n_in: int,
        image_shape: tuple[int, int, int] | None,
        blocks: Sequence[int],
        hidden: Sequence[int],
        n_out: int,
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        stages: list[nn.Module] = []
        if image_shape is not None:
            height, width, n_channels = image_shape
            for n_before, n_after in itertools.pairwise((n_channels, *blocks)):
                stages.append(_block(n_before, n_after))
                height, width = (height + 1) // 2, (width + 1) // 2
            n_in = blocks[-1] * height * width
        sizes = (n_in, *hidden)
        for n_before, n_after in itertools.pairwise(sizes):
            stages.append(nn.Sequential(nn.Flatten(), nn.Linear(n_before, n_after), nn.ReLU()))
        self.stages = nn.ModuleList(stages)
        self.output = nn.Sequential(nn.Flatten(), nn.Linear(sizes[-1], n_out))

    def forward(self, rows: Tensor) -> Tensor:
        """Return the outputs for rows."""
        return self.outputs(self.features(rows))

    def features(self, rows: Tensor, layer: int | None = None) -> Tensor:
        """Return the features of rows at a layer; without one, at the last."""
        if self.image_shape is not None:
            rows = rows.reshape(-1, *self.image_shape).permute(0, 3, 1, 2)
        for stage in self.stages[:layer]:
            rows = stage(rows)
        return rows

    def outputs(self, features: Tensor, layer: int | None = None) -> Tensor:
        """Return the outputs for features of a layer; without one, of the last."""
        if layer is not None:
            for stage in self.stages[layer:]:
                features = stage(features)
        made: Tensor = self.output(features)
        return made


def _block(n_in: int, n_out: int) -> nn.Sequential:
    """Return a convolution and a halving of height and width, rounded up, normalised.

    The maxima are taken first: the rest has a quarter of the work then.
    """
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.GroupNorm(_GROUPS, n_out),
        nn.ReLU(),
    )
