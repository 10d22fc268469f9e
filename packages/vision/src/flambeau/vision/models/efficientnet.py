"""EfficientNet (Tan and Le, arXiv:1905.11946) and EfficientNetV2 (arXiv:2104.00298)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import flambeau.nn as nn
from flambeau.nn import init
from flambeau.tensor import Tensor

from ..ops.blocks import Conv2dNormActivation, Layer, SqueezeExcitation
from ..ops.stochastic import StochasticDepth
from ._builder import Builder
from ._initial import initialise, kaiming_fan_out, no_bias
from ._mobile import divisible

__all__ = [
    "EfficientNet",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
]


class Stage(NamedTuple):
    """One row of the papers' tables: blocks of one kind."""

    fused: bool  # the expansion and the depthwise convolution as one full convolution
    expansion: int
    kernel: int
    stride: int
    channels: int
    out: int
    depth: int

    def scaled(self, width: float, depth: float) -> Stage:
        channels, out = divisible(self.channels * width), divisible(self.out * width)
        return self._replace(channels=channels, out=out, depth=math.ceil(self.depth * depth))


_B0 = (
    Stage(False, 1, 3, 1, 32, 16, 1),
    Stage(False, 6, 3, 2, 16, 24, 2),
    Stage(False, 6, 5, 2, 24, 40, 2),
    Stage(False, 6, 3, 2, 40, 80, 3),
    Stage(False, 6, 5, 1, 80, 112, 3),
    Stage(False, 6, 5, 2, 112, 192, 4),
    Stage(False, 6, 3, 1, 192, 320, 1),
)
_V2_S = (
    Stage(True, 1, 3, 1, 24, 24, 2),
    Stage(True, 4, 3, 2, 24, 48, 4),
    Stage(True, 4, 3, 2, 48, 64, 4),
    Stage(False, 4, 3, 2, 64, 128, 6),
    Stage(False, 6, 3, 1, 128, 160, 9),
    Stage(False, 6, 3, 2, 160, 256, 15),
)
_V2_M = (
    Stage(True, 1, 3, 1, 24, 24, 3),
    Stage(True, 4, 3, 2, 24, 48, 5),
    Stage(True, 4, 3, 2, 48, 80, 5),
    Stage(False, 4, 3, 2, 80, 160, 7),
    Stage(False, 6, 3, 1, 160, 176, 14),
    Stage(False, 6, 3, 2, 176, 304, 18),
    Stage(False, 6, 3, 1, 304, 512, 5),
)
_V2_L = (
    Stage(True, 1, 3, 1, 32, 32, 4),
    Stage(True, 4, 3, 2, 32, 64, 7),
    Stage(True, 4, 3, 2, 64, 96, 7),
    Stage(False, 4, 3, 2, 96, 192, 10),
    Stage(False, 6, 3, 1, 192, 224, 19),
    Stage(False, 6, 3, 2, 224, 384, 25),
    Stage(False, 6, 3, 1, 384, 640, 7),
)


class MBConv(nn.Module):
    """An inverted residual with squeeze and excitation, or fused; the branch is left out at random in training."""

    def __init__(self, stage: Stage, channels: int, stride: int, drop: float, norm: Layer) -> None:
        super().__init__()
        inner = divisible(channels * stage.expansion)
        active = partial(Conv2dNormActivation, norm_layer=norm, activation_layer=nn.SiLU)
        linear = partial(Conv2dNormActivation, norm_layer=norm, activation_layer=None)
        layers: list[nn.Module] = []
        if stage.fused and inner == channels:
            layers.append(active(channels, stage.out, stage.kernel, stride))
        elif stage.fused:
            layers += [active(channels, inner, stage.kernel, stride), linear(inner, stage.out, 1)]
        else:
            if inner != channels:
                layers.append(active(channels, inner, 1))
            layers.append(active(inner, inner, stage.kernel, stride, groups=inner))
            layers.append(SqueezeExcitation(inner, max(1, channels // 4), activation=partial(nn.SiLU, inplace=True)))
            layers.append(linear(inner, stage.out, 1))
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(drop, "row")
        self.use_res_connect = stride == 1 and channels == stage.out

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        return self.stochastic_depth(y) + x if self.use_res_connect else y


class EfficientNet(nn.Module):
    """Stages of inverted residuals between two convolutions, and a linear layer.

    Args:
        stages: the rows of the paper's table, scaled.
        dropout: probability of the dropout before the last layer.
        stochastic_depth_prob: probability of leaving out the last block's branch; it grows linearly from 0.
        num_classes: number of outputs.
        norm_layer: makes a norm from a number of channels.
        last_channel: channels of the last convolution; None for four times the last stage's.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        dropout: float,
        stochastic_depth_prob: float = 0.2,
        num_classes: int = 1000,
        norm_layer: Layer = nn.BatchNorm2d,
        last_channel: int | None = None,
    ) -> None:
        super().__init__()
        active = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.SiLU)
        layers: list[nn.Module] = [active(3, stages[0].channels, stride=2)]
        total, number = sum(stage.depth for stage in stages), 0
        for stage in stages:
            blocks = []
            for i in range(stage.depth):
                channels, stride = (stage.channels, stage.stride) if i == 0 else (stage.out, 1)
                blocks.append(MBConv(stage, channels, stride, stochastic_depth_prob * number / total, norm_layer))
                number += 1
            layers.append(nn.Sequential(*blocks))
        out = stages[-1].out
        last = last_channel or 4 * out
        self.features = nn.Sequential(*layers, active(out, last, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(dropout, inplace=True), nn.Linear(last, num_classes))
        initialise(self, {nn.Conv2d: kaiming_fan_out, nn.Linear: self._initialise_linear})

    @staticmethod
    def _initialise_linear(module: nn.Linear) -> None:
        bound = 1 / math.sqrt(module.out_features)
        init.uniform_(module.weight, -bound, bound)
        no_bias(module)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


_SLOW = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)  # what the largest were trained with


def _b(number: int, width: float, depth: float, dropout: float) -> Builder[EfficientNet]:
    defaults = {"stages": [stage.scaled(width, depth) for stage in _B0], "dropout": dropout}
    slow = {"norm_layer": _SLOW} if number >= 5 else {}
    return Builder(f"efficientnet_b{number}", EfficientNet, "efficientnet", defaults | slow)


def _v2(letter: str, stages: Sequence[Stage], dropout: float) -> Builder[EfficientNet]:
    defaults = {"stages": stages, "dropout": dropout, "last_channel": 1280}
    norm = partial(nn.BatchNorm2d, eps=0.001)
    return Builder(f"efficientnet_v2_{letter}", EfficientNet, "efficientnet", defaults | {"norm_layer": norm})


efficientnet_b0 = _b(0, 1.0, 1.0, 0.2)
efficientnet_b1 = _b(1, 1.0, 1.1, 0.2)
efficientnet_b2 = _b(2, 1.1, 1.2, 0.3)
efficientnet_b3 = _b(3, 1.2, 1.4, 0.3)
efficientnet_b4 = _b(4, 1.4, 1.8, 0.4)
efficientnet_b5 = _b(5, 1.6, 2.2, 0.4)
efficientnet_b6 = _b(6, 1.8, 2.6, 0.5)
efficientnet_b7 = _b(7, 2.0, 3.1, 0.5)
efficientnet_v2_s = _v2("s", _V2_S, 0.2)
efficientnet_v2_m = _v2("m", _V2_M, 0.3)
efficientnet_v2_l = _v2("l", _V2_L, 0.4)
