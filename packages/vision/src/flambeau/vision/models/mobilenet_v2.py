"""MobileNetV2: Sandler and others, "Inverted Residuals and Linear Bottlenecks" (arXiv:1801.04381)."""

from __future__ import annotations

from collections.abc import Sequence

import flambeau.nn as nn
from flambeau.tensor import Tensor

from ..ops.blocks import Conv2dNormActivation, Layer
from ._builder import Builder
from ._initial import initialise, kaiming_fan_out, linear_normal
from ._mobile import divisible

__all__ = ["MobileNetV2", "mobilenet_v2"]

# expansion, channels, number of blocks, stride of the first
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


class InvertedResidual(nn.Module):
    """A 1x1 convolution to many channels, a depthwise one, and a linear 1x1 one back; a shortcut where shapes agree."""

    def __init__(self, channels: int, out: int, stride: int, expansion: int, norm: Layer) -> None:
        super().__init__()
        inner = channels * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(Conv2dNormActivation(channels, inner, 1, norm_layer=norm, activation_layer=nn.ReLU6))
        depthwise = Conv2dNormActivation(
            inner, inner, stride=stride, groups=inner, norm_layer=norm, activation_layer=nn.ReLU6
        )
        self.conv = nn.Sequential(*layers, depthwise, nn.Conv2d(inner, out, 1, bias=False), norm(out))
        self.use_res_connect = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """Seventeen inverted residuals between two convolutions, and a linear layer.

    Args:
        num_classes: number of outputs.
        width_mult: factor of all numbers of channels.
        inverted_residual_setting: for each stage: expansion, channels, number of blocks, stride of the first.
        round_nearest: numbers of channels are multiples of this.
        norm_layer: makes a norm from a number of channels.
        dropout: probability of the dropout before the last layer.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        inverted_residual_setting: Sequence[tuple[int, int, int, int]] = _STAGES,
        round_nearest: int = 8,
        norm_layer: Layer = nn.BatchNorm2d,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        channels = divisible(32 * width_mult, round_nearest)
        self.last_channel = divisible(1280 * max(1.0, width_mult), round_nearest)
        layers: list[nn.Module] = [
            Conv2dNormActivation(3, channels, stride=2, norm_layer=norm_layer, activation_layer=nn.ReLU6)
        ]
        for expansion, width, depth, stride in inverted_residual_setting:
            out = divisible(width * width_mult, round_nearest)
            for i in range(depth):
                layers.append(InvertedResidual(channels, out, stride if i == 0 else 1, expansion, norm_layer))
                channels = out
        last = Conv2dNormActivation(channels, self.last_channel, 1, norm_layer=norm_layer, activation_layer=nn.ReLU6)
        self.features = nn.Sequential(*layers, last)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes))
        initialise(self, {nn.Conv2d: kaiming_fan_out, nn.Linear: linear_normal})

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


mobilenet_v2 = Builder("mobilenet_v2", MobileNetV2, "mobilenet_v2", {})
