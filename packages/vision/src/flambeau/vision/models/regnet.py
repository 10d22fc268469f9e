"""RegNet: Radosavovic and others, "Designing Network Design Spaces" (arXiv:2003.13678)."""

from __future__ import annotations

import math
from functools import partial

import flambeau.nn as nn
from flambeau.nn import init
from flambeau.tensor import Tensor

from ..ops.blocks import Conv2dNormActivation, Layer, SqueezeExcitation
from ._builder import Builder
from ._initial import initialise, linear_normal

__all__ = [
    "RegNet",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
]


def stages_of(depth: int, w_0: int, w_a: float, w_m: float, group_width: int) -> list[tuple[int, int, int]]:
    """Width, number of blocks and width of the groups of each stage.

    Widths grow linearly with the block, u_j = w_0 + w_a j, are rounded to w_0 times a power of w_m, then to a multiple
    of 8 (the paper's section 3.3), and last to a multiple of the groups' width.
    """
    widths = []
    for j in range(depth):
        power = round(math.log((w_0 + w_a * j) / w_0) / math.log(w_m))
        widths.append(round(w_0 * w_m**power / 8) * 8)
    stages = []
    for width in dict.fromkeys(widths):
        group = min(group_width, width)
        whole = max(group, int(width + group / 2) // group * group)
        whole += group if whole < 0.9 * width else 0
        stages.append((whole, widths.count(width), group))
    return stages


class Bottleneck(nn.Module):
    """1x1, grouped 3x3, squeeze and excitation where wanted, and a linear 1x1."""

    def __init__(self, channels: int, width: int, stride: int, group: int, se_ratio: float, norm: Layer) -> None:
        super().__init__()
        active = partial(Conv2dNormActivation, norm_layer=norm)
        self.a = active(channels, width, 1)
        self.b = active(width, width, 3, stride, groups=width // group)
        self.se = SqueezeExcitation(width, round(se_ratio * channels)) if se_ratio else None
        self.c = active(width, width, 1, activation_layer=None)

    def forward(self, x: Tensor) -> Tensor:
        x = self.b(self.a(x))
        return self.c(x if self.se is None else self.se(x))


class ResidualBlock(nn.Module):
    """relu(shortcut + bottleneck)."""

    def __init__(self, channels: int, width: int, stride: int, group: int, se_ratio: float, norm: Layer) -> None:
        super().__init__()
        changes = channels != width or stride != 1
        shortcut = partial(Conv2dNormActivation, norm_layer=norm, activation_layer=None)
        self.proj = shortcut(channels, width, 1, stride) if changes else None
        self.f = Bottleneck(channels, width, stride, group, se_ratio, norm)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.proj is None else self.proj(x)
        return self.activation(shortcut + self.f(x))


class RegNet(nn.Module):
    """A stem, four stages of residual bottlenecks, a mean over the image and a linear layer.

    Args:
        depth: number of blocks of all stages.
        w_0: initial width.
        w_a: slope of the width.
        w_m: factor between the widths of stages.
        group_width: channels of a group of the 3x3 convolutions.
        se_ratio: hidden size of squeeze and excitation over the block's channels; 0 for none.
        num_classes: number of outputs.
        stem_width: channels of the stem.
        norm_layer: makes a norm from a number of channels.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(
        self,
        depth: int,
        w_0: int,
        w_a: float,
        w_m: float,
        group_width: int,
        se_ratio: float = 0.0,
        num_classes: int = 1000,
        stem_width: int = 32,
        norm_layer: Layer = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        self.stem = Conv2dNormActivation(3, stem_width, 3, 2, norm_layer=norm_layer)
        channels = stem_width
        stages = {}
        for number, (width, count, group) in enumerate(stages_of(depth, w_0, w_a, w_m, group_width), 1):
            blocks = {}
            for i in range(count):
                options = (2 if i == 0 else 1, group, se_ratio, norm_layer)
                blocks[f"block{number}-{i}"] = ResidualBlock(channels, width, *options)
                channels = width
            stages[f"block{number}"] = nn.Sequential(blocks)
        self.trunk_output = nn.Sequential(stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, num_classes)
        initialise(self, {nn.Conv2d: self._initialise_convolution, nn.Linear: linear_normal})

    @staticmethod
    def _initialise_convolution(module: nn.Conv2d) -> None:
        fan_out = math.prod(module.kernel_size) * module.out_channels
        init.normal_(module.weight, 0, math.sqrt(2 / fan_out))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.avgpool(self.trunk_output(self.stem(x))).flatten(1))


def _x(size: str, depth: int, w_0: int, w_a: float, w_m: float, group_width: int) -> Builder[RegNet]:
    return _regnet(f"regnet_x_{size}", depth, w_0, w_a, w_m, group_width, 0.0)


def _y(size: str, depth: int, w_0: int, w_a: float, w_m: float, group_width: int) -> Builder[RegNet]:
    return _regnet(f"regnet_y_{size}", depth, w_0, w_a, w_m, group_width, 0.25)


def _regnet(name: str, *values: float) -> Builder[RegNet]:
    names = ("depth", "w_0", "w_a", "w_m", "group_width", "se_ratio")
    return Builder(name, RegNet, "regnet", dict(zip(names, values, strict=True)))


regnet_x_400mf = _x("400mf", 22, 24, 24.48, 2.54, 16)
regnet_x_800mf = _x("800mf", 16, 56, 35.73, 2.28, 16)
regnet_x_1_6gf = _x("1_6gf", 18, 80, 34.01, 2.25, 24)
regnet_x_3_2gf = _x("3_2gf", 25, 88, 26.31, 2.25, 48)
regnet_x_8gf = _x("8gf", 23, 80, 49.56, 2.88, 120)
regnet_x_16gf = _x("16gf", 22, 216, 55.59, 2.1, 128)
regnet_x_32gf = _x("32gf", 23, 320, 69.86, 2.0, 168)
regnet_y_400mf = _y("400mf", 16, 48, 27.89, 2.09, 8)
regnet_y_800mf = _y("800mf", 14, 56, 38.84, 2.4, 16)
regnet_y_1_6gf = _y("1_6gf", 27, 48, 20.71, 2.65, 24)
regnet_y_3_2gf = _y("3_2gf", 21, 80, 42.63, 2.66, 24)
regnet_y_8gf = _y("8gf", 17, 192, 76.82, 2.19, 56)
regnet_y_16gf = _y("16gf", 18, 200, 106.23, 2.48, 112)
regnet_y_32gf = _y("32gf", 20, 232, 115.89, 2.53, 232)
regnet_y_128gf = _y("128gf", 27, 456, 160.83, 2.52, 264)
