"""SqueezeNet: Iandola and others, "AlexNet-level accuracy with 50x fewer parameters" (arXiv:1602.07360)."""

from __future__ import annotations

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.nn import init
from flambeau.tensor import Tensor

from ._builder import Builder
from ._initial import initialise, no_bias

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1"]


class Fire(nn.Module):
    """A 1x1 convolution that squeezes the channels, then one of 1x1 and one of 3x3 side by side."""

    def __init__(self, channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeeze, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        small = self.expand1x1_activation(self.expand1x1(x))
        large = self.expand3x3_activation(self.expand3x3(x))
        return ft.cat([small, large], 1)


class SqueezeNet(nn.Module):
    """A stem, eight fire modules with poolings between them, and a convolution that gives the classes.

    Args:
        stem: channels and kernel size of the first convolution.
        pool_after: the poolings come before the first fire module and after the fire modules of these numbers.
        num_classes: number of outputs.
        dropout: probability of the dropout before the last convolution.

    Shape:
        (N, 3, H, W), H and W at least 21, to (N, num_classes).
    """

    def __init__(
        self, stem: tuple[int, int], pool_after: tuple[int, int], num_classes: int = 1000, dropout: float = 0.5
    ) -> None:
        super().__init__()
        channels, kernel = stem
        layers: list[nn.Module] = [nn.Conv2d(3, channels, kernel, stride=2), nn.ReLU(inplace=True), self._pool()]
        for number, expand in enumerate((64, 64, 128, 128, 192, 192, 256, 256), 1):
            layers.append(Fire(channels, expand // 4, expand))
            channels = 2 * expand
            if number in pool_after:
                layers.append(self._pool())
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(channels, num_classes, 1)
        pooling = nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Sequential(nn.Dropout(dropout), last, nn.ReLU(inplace=True), pooling)
        initialise(self, {nn.Conv2d: self._initialise_convolution})
        init.normal_(last.weight, 0, 0.01)

    @staticmethod
    def _pool() -> nn.Module:
        return nn.MaxPool2d(3, stride=2, ceil_mode=True)

    @staticmethod
    def _initialise_convolution(module: nn.Conv2d) -> None:
        init.kaiming_uniform_(module.weight)
        no_bias(module)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x)).flatten(1)


squeezenet1_0 = Builder("squeezenet1_0", SqueezeNet, "squeezenet", {"stem": (96, 7), "pool_after": (3, 7)})
squeezenet1_1 = Builder("squeezenet1_1", SqueezeNet, "squeezenet", {"stem": (64, 3), "pool_after": (2, 4)})
