"""ShuffleNet V2: Ma and others, "Practical Guidelines for Efficient CNN Architecture Design" (arXiv:1807.11164)."""

from __future__ import annotations

from collections.abc import Sequence

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._builder import Builder

__all__ = ["ShuffleNetV2", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0"]


def _pointwise(channels: int, out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)]


def _depthwise(channels: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False)
    return [convolution, nn.BatchNorm2d(channels)]


class InvertedResidual(nn.Module):
    """Half of the channels pass; from the others, or from all at stride 2, new ones are made; all are shuffled."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        half = out // 2
        self.stride = stride
        first = _depthwise(channels, stride) + _pointwise(channels, half) if stride > 1 else []
        self.branch1 = nn.Sequential(*first)
        start = channels if stride > 1 else half
        self.branch2 = nn.Sequential(*_pointwise(start, half), *_depthwise(half, stride), *_pointwise(half, half))

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            passed, changed = x.chunk(2, 1)
            both = [passed, self.branch2(changed)]
        else:
            both = [self.branch1(x), self.branch2(x)]
        return F.channel_shuffle(ft.cat(both, 1), 2)


class ShuffleNetV2(nn.Module):
    """Three stages of shuffled half residuals between two convolutions, and a linear layer.

    Args:
        stages_repeats: number of blocks of each stage.
        stages_out_channels: channels of the first convolution, the stages and the last convolution.
        num_classes: number of outputs.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    stage2: nn.Module
    stage3: nn.Module
    stage4: nn.Module

    def __init__(
        self, stages_repeats: Sequence[int], stages_out_channels: Sequence[int], num_classes: int = 1000
    ) -> None:
        super().__init__()
        channels, *widths, last = stages_out_channels
        convolution = nn.Conv2d(3, channels, 3, stride=2, padding=1, bias=False)
        self.conv1 = nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.ReLU(inplace=True))
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        for number, (depth, width) in enumerate(zip(stages_repeats, widths, strict=True), 2):
            first = InvertedResidual(channels, width, 2)
            rest = (InvertedResidual(width, width, 1) for _ in range(depth - 1))
            self.add_module(f"stage{number}", nn.Sequential(first, *rest))
            channels = width
        self.conv5 = nn.Sequential(*_pointwise(channels, last))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.conv1(x))
        x = self.conv5(self.stage4(self.stage3(self.stage2(x))))
        return self.fc(x.mean((2, 3)))


def _shufflenet(name: str, *channels: int) -> Builder[ShuffleNetV2]:
    defaults = {"stages_repeats": (4, 8, 4), "stages_out_channels": (24, *channels)}
    return Builder(name, ShuffleNetV2, "shufflenet_v2", defaults)


shufflenet_v2_x0_5 = _shufflenet("shufflenet_v2_x0_5", 48, 96, 192, 1024)
shufflenet_v2_x1_0 = _shufflenet("shufflenet_v2_x1_0", 116, 232, 464, 1024)
shufflenet_v2_x1_5 = _shufflenet("shufflenet_v2_x1_5", 176, 352, 704, 1024)
shufflenet_v2_x2_0 = _shufflenet("shufflenet_v2_x2_0", 244, 488, 976, 2048)
