"""ConvNeXt: Liu and others, "A ConvNet for the 2020s" (arXiv:2201.03545)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ..ops.blocks import Conv2dNormActivation, LayerNorm2d, Permute
from ..ops.stochastic import StochasticDepth
from ._builder import Builder
from ._initial import initialise, small_truncated

__all__ = ["ConvNeXt", "convnext_base", "convnext_large", "convnext_small", "convnext_tiny"]

_norm = partial(LayerNorm2d, eps=1e-6)


class CNBlock(nn.Module):
    """A depthwise 7x7 convolution and, channels last, a norm and two linear layers, scaled channel by channel."""

    def __init__(self, channels: int, layer_scale: float, drop: float) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(channels, channels, 7, padding=3, groups=channels),
            Permute([0, 2, 3, 1]),
            nn.LayerNorm(channels, eps=1e-6),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
            Permute([0, 3, 1, 2]),
        )
        self.layer_scale = nn.Parameter(ft.full((channels, 1, 1), layer_scale))
        self.stochastic_depth = StochasticDepth(drop, "row")

    def forward(self, x: Tensor) -> Tensor:
        return self.stochastic_depth(self.layer_scale * self.block(x)) + x


class ConvNeXt(nn.Module):
    """Four stages of blocks, each stage after a norm and a 2x2 convolution that halves the size, and a linear layer.

    Args:
        widths: channels of each stage.
        depths: number of blocks of each stage.
        stochastic_depth_prob: probability of leaving out the last block's branch; it grows linearly from 0.
        layer_scale: initial scale of the branches.
        num_classes: number of outputs.

    Shape:
        (N, 3, H, W), H and W at least 32, to (N, num_classes).
    """

    def __init__(
        self,
        widths: Sequence[int],
        depths: Sequence[int],
        stochastic_depth_prob: float = 0.0,
        layer_scale: float = 1e-6,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        stem = Conv2dNormActivation(3, widths[0], 4, 4, 0, norm_layer=_norm, activation_layer=None, bias=True)
        layers: list[nn.Module] = [stem]
        last, number = sum(depths) - 1, 0
        for i, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            if i:
                layers.append(nn.Sequential(_norm(widths[i - 1]), nn.Conv2d(widths[i - 1], width, 2, stride=2)))
            blocks = []
            for _ in range(depth):
                blocks.append(CNBlock(width, layer_scale, stochastic_depth_prob * number / last))
                number += 1
            layers.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(_norm(widths[-1]), nn.Flatten(1), nn.Linear(widths[-1], num_classes))
        initialise(self, {nn.Conv2d: small_truncated, nn.Linear: small_truncated})

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)))


def _convnext(name: str, width: int, depth: int, drop: float) -> Builder[ConvNeXt]:
    widths = (width, 2 * width, 4 * width, 8 * width)
    defaults = {"widths": widths, "depths": (3, 3, depth, 3), "stochastic_depth_prob": drop}
    return Builder(name, ConvNeXt, "convnext", defaults)


convnext_tiny = _convnext("convnext_tiny", 96, 9, 0.1)
convnext_small = _convnext("convnext_small", 96, 27, 0.4)
convnext_base = _convnext("convnext_base", 128, 27, 0.5)
convnext_large = _convnext("convnext_large", 192, 27, 0.5)
