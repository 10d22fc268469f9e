"""MNASNet: Tan and others, "Platform-Aware Neural Architecture Search for Mobile" (arXiv:1807.11626), the B1 form."""

from __future__ import annotations

from typing import Any

import flambeau.nn as nn
from flambeau.nn import init
from flambeau.tensor import Tensor

from ._builder import Builder
from ._initial import initialise, kaiming_fan_out, no_bias
from ._mobile import divisible

__all__ = ["MNASNet", "mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"]

_MOMENTUM = 1 - 0.9997  # the paper's decay of running statistics, in the sense of batch_norm's argument
# channels, kernel size, stride, expansion, number of blocks
_STAGES = ((24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2), (192, 5, 2, 6, 4), (320, 3, 1, 6, 1))


def _norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels, momentum=_MOMENTUM)


def _pointwise(channels: int, out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, out, 1, bias=False), _norm(out)]


def _depthwise(channels: int, kernel: int, stride: int) -> list[nn.Module]:
    options: dict[str, Any] = {"stride": stride, "padding": kernel // 2, "groups": channels, "bias": False}
    return [nn.Conv2d(channels, channels, kernel, **options), _norm(channels), nn.ReLU(inplace=True)]


class InvertedResidual(nn.Module):
    """Many channels, a depthwise convolution, and linearly back; a shortcut where shapes agree."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = channels * expansion
        many = [*_pointwise(channels, inner), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*many, *_depthwise(inner, kernel, stride), *_pointwise(inner, out))
        self.apply_residual = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x) + x if self.apply_residual else self.layers(x)


class MNASNet(nn.Module):
    """Six stages of inverted residuals between convolutions, and a linear layer.

    Args:
        alpha: factor of all numbers of channels.
        num_classes: number of outputs.
        dropout: probability of the dropout before the last layer.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(self, alpha: float, num_classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        stem, channels = divisible(32 * alpha), divisible(16 * alpha)
        layers: list[nn.Module] = [
            nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False),
            _norm(stem),
            nn.ReLU(inplace=True),
            *_depthwise(stem, 3, 1),
            *_pointwise(stem, channels),
        ]
        for width, kernel, stride, expansion, depth in _STAGES:
            out = divisible(width * alpha)
            first = InvertedResidual(channels, out, kernel, stride, expansion)
            rest = (InvertedResidual(out, out, kernel, 1, expansion) for _ in range(depth - 1))
            layers.append(nn.Sequential(first, *rest))
            channels = out
        self.layers = nn.Sequential(*layers, *_pointwise(channels, 1280), nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(nn.Dropout(dropout, inplace=True), nn.Linear(1280, num_classes))
        initialise(self, {nn.Conv2d: kaiming_fan_out, nn.Linear: self._initialise_linear})

    @staticmethod
    def _initialise_linear(module: nn.Linear) -> None:
        init.kaiming_uniform_(module.weight, mode="fan_out", nonlinearity="sigmoid")
        no_bias(module)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.layers(x).mean((2, 3)))


mnasnet0_5 = Builder("mnasnet0_5", MNASNet, "mnasnet", {"alpha": 0.5})
mnasnet0_75 = Builder("mnasnet0_75", MNASNet, "mnasnet", {"alpha": 0.75})
mnasnet1_0 = Builder("mnasnet1_0", MNASNet, "mnasnet", {"alpha": 1.0})
mnasnet1_3 = Builder("mnasnet1_3", MNASNet, "mnasnet", {"alpha": 1.3})
