"""MobileNetV3: Howard and others, "Searching for MobileNetV3" (arXiv:1905.02244)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import flambeau.nn as nn
from flambeau.tensor import Tensor

from ..ops.blocks import Conv2dNormActivation, Layer, SqueezeExcitation
from ._builder import Builder
from ._initial import initialise, kaiming_fan_out, linear_normal
from ._mobile import divisible

__all__ = ["MobileNetV3", "mobilenet_v3_large", "mobilenet_v3_small"]


class Block(NamedTuple):
    """One row of the paper's tables 1 and 2."""

    channels: int
    kernel: int
    expanded: int
    out: int
    squeeze: bool
    hard: bool  # hardswish rather than relu
    stride: int


_LARGE = (
    Block(16, 3, 16, 16, False, False, 1),
    Block(16, 3, 64, 24, False, False, 2),
    Block(24, 3, 72, 24, False, False, 1),
    Block(24, 5, 72, 40, True, False, 2),
    Block(40, 5, 120, 40, True, False, 1),
    Block(40, 5, 120, 40, True, False, 1),
    Block(40, 3, 240, 80, False, True, 2),
    Block(80, 3, 200, 80, False, True, 1),
    Block(80, 3, 184, 80, False, True, 1),
    Block(80, 3, 184, 80, False, True, 1),
    Block(80, 3, 480, 112, True, True, 1),
    Block(112, 3, 672, 112, True, True, 1),
    Block(112, 5, 672, 160, True, True, 2),
    Block(160, 5, 960, 160, True, True, 1),
    Block(160, 5, 960, 160, True, True, 1),
)
_SMALL = (
    Block(16, 3, 16, 16, True, False, 2),
    Block(16, 3, 72, 24, False, False, 2),
    Block(24, 3, 88, 24, False, False, 1),
    Block(24, 5, 96, 40, True, True, 2),
    Block(40, 5, 240, 40, True, True, 1),
    Block(40, 5, 240, 40, True, True, 1),
    Block(40, 5, 120, 48, True, True, 1),
    Block(48, 5, 144, 48, True, True, 1),
    Block(48, 5, 288, 96, True, True, 2),
    Block(96, 5, 576, 96, True, True, 1),
    Block(96, 5, 576, 96, True, True, 1),
)


class InvertedResidual(nn.Module):
    """MobileNetV2's, with squeeze and excitation after the depthwise convolution."""

    def __init__(self, row: Block, norm: Layer) -> None:
        super().__init__()
        activation = nn.Hardswish if row.hard else nn.ReLU
        layers: list[nn.Module] = []
        if row.expanded != row.channels:
            layers.append(
                Conv2dNormActivation(row.channels, row.expanded, 1, norm_layer=norm, activation_layer=activation)
            )
        layers.append(
            Conv2dNormActivation(
                row.expanded,
                row.expanded,
                row.kernel,
                row.stride,
                groups=row.expanded,
                norm_layer=norm,
                activation_layer=activation,
            )
        )
        if row.squeeze:
            squeezed = divisible(row.expanded // 4)
            layers.append(SqueezeExcitation(row.expanded, squeezed, scale_activation=nn.Hardsigmoid))
        layers.append(Conv2dNormActivation(row.expanded, row.out, 1, norm_layer=norm, activation_layer=None))
        self.block = nn.Sequential(*layers)
        self.use_res_connect = row.stride == 1 and row.channels == row.out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.use_res_connect else self.block(x)


class MobileNetV3(nn.Module):
    """Inverted residuals between two convolutions, and two linear layers.

    Args:
        blocks: the rows of the paper's table.
        last_channel: size between the two linear layers.
        num_classes: number of outputs.
        width_mult: factor of all numbers of channels.
        norm_layer: makes a norm from a number of channels; None is batch norm with eps 0.001 and momentum 0.01.
        dropout: probability of the dropout before the last layer.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        last_channel: int,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        norm_layer: Layer | None = None,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        norm = norm_layer or partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)

        def scaled(channels: int) -> int:
            return divisible(channels * width_mult)

        rows = [
            row._replace(channels=scaled(row.channels), expanded=scaled(row.expanded), out=scaled(row.out))
            for row in blocks
        ]
        first, last = rows[0].channels, rows[-1].out
        self.features = nn.Sequential(
            Conv2dNormActivation(3, first, stride=2, norm_layer=norm, activation_layer=nn.Hardswish),
            *(InvertedResidual(row, norm) for row in rows),
            Conv2dNormActivation(last, 6 * last, 1, norm_layer=norm, activation_layer=nn.Hardswish),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * last, scaled(last_channel)),
            nn.Hardswish(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(scaled(last_channel), num_classes),
        )
        initialise(self, {nn.Conv2d: kaiming_fan_out, nn.Linear: linear_normal})

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


mobilenet_v3_large = Builder(
    "mobilenet_v3_large", MobileNetV3, "mobilenet_v3", {"blocks": _LARGE, "last_channel": 1280}
)
mobilenet_v3_small = Builder(
    "mobilenet_v3_small", MobileNetV3, "mobilenet_v3", {"blocks": _SMALL, "last_channel": 1024}
)
