"""DenseNet: Huang and others, "Densely Connected Convolutional Networks" (arXiv:1608.06993)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau.autograd import checkpoint
from flambeau.nn import init
from flambeau.tensor import Tensor

from ._builder import Builder
from ._initial import initialise, no_bias

__all__ = ["DenseNet", "densenet121", "densenet161", "densenet169", "densenet201"]


class DenseLayer(nn.Module):
    """New channels made of all those before."""

    def __init__(self, channels: int, growth_rate: int, bn_size: int, drop_rate: float, memory_efficient: bool) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(channels, bn_size * growth_rate, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(bn_size * growth_rate)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, 3, padding=1, bias=False)
        self.drop_rate = drop_rate
        self.memory_efficient = memory_efficient

    def _bottleneck(self, *parts: Tensor) -> Tensor:
        return self.conv1(self.relu1(self.norm1(ft.cat(parts, 1))))

    def forward(self, parts: list[Tensor]) -> Tensor:
        # The concatenations are most of a DenseNet's memory: they can be made anew in backward.
        inner = checkpoint(self._bottleneck, *parts) if self.memory_efficient else self._bottleneck(*parts)
        new = self.conv2(self.relu2(self.norm2(inner)))
        return F.dropout(new, self.drop_rate, self.training) if self.drop_rate else new


class DenseBlock(nn.Module):
    """Dense layers, and the concatenation of all their outputs."""

    def __init__(
        self, depth: int, channels: int, growth_rate: int, bn_size: int, drop_rate: float, memory_efficient: bool
    ) -> None:
        super().__init__()
        for i in range(depth):
            layer = DenseLayer(channels + i * growth_rate, growth_rate, bn_size, drop_rate, memory_efficient)
            self.add_module(f"denselayer{i + 1}", layer)

    def forward(self, x: Tensor) -> Tensor:
        parts = [x]
        for layer in self.children():
            parts.append(layer(parts))
        return ft.cat(parts, 1)


def _transition(channels: int) -> nn.Sequential:
    """Half the channels, half the size."""
    convolution = nn.Conv2d(channels, channels // 2, 1, bias=False)
    pool = nn.AvgPool2d(2, stride=2)
    return nn.Sequential({"norm": nn.BatchNorm2d(channels), "relu": nn.ReLU(True), "conv": convolution, "pool": pool})


class DenseNet(nn.Module):
    """Blocks in which each layer sees the outputs of all layers before it.

    Args:
        growth_rate: channels that each layer adds.
        block_config: number of layers of each block.
        num_init_features: channels of the first convolution.
        bn_size: channels between the two convolutions of a layer, over the growth rate.
        drop_rate: probability of the dropout after each layer.
        num_classes: number of outputs.
        memory_efficient: whether concatenations are made anew in backward instead of kept.

    Shape:
        (N, 3, H, W), H and W at least 29, to (N, num_classes).
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: Sequence[int] = (6, 12, 24, 16),
        num_init_features: int = 64,
        bn_size: int = 4,
        drop_rate: float = 0.0,
        num_classes: int = 1000,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        channels = num_init_features
        layers: dict[str, nn.Module] = {
            "conv0": nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
            "norm0": nn.BatchNorm2d(channels),
            "relu0": nn.ReLU(inplace=True),
            "pool0": nn.MaxPool2d(3, stride=2, padding=1),
        }
        for number, depth in enumerate(block_config, 1):
            block = DenseBlock(depth, channels, growth_rate, bn_size, drop_rate, memory_efficient)
            layers[f"denseblock{number}"] = block
            channels += depth * growth_rate
            if number < len(block_config):
                layers[f"transition{number}"] = _transition(channels)
                channels //= 2
        layers["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(channels, num_classes)
        no_bias(self.classifier)
        initialise(self, {nn.Conv2d: lambda module: init.kaiming_normal_(module.weight)})

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.features(x))
        return self.classifier(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


def _adapt(state: Mapping[str, Tensor], model: DenseNet) -> Mapping[str, Tensor]:
    """The published files say ``denselayer1.norm.1.weight`` for what is ``denselayer1.norm1.weight``."""
    old = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(\d)")
    return {old.sub(r"\1\2", name): value for name, value in state.items()}


def _densenet(name: str, growth_rate: int, block_config: tuple[int, ...], num_init_features: int) -> Builder[DenseNet]:
    defaults = {"growth_rate": growth_rate, "block_config": block_config, "num_init_features": num_init_features}
    return Builder(name, DenseNet, "densenet", defaults, _adapt)


densenet121 = _densenet("densenet121", 32, (6, 12, 24, 16), 64)
densenet161 = _densenet("densenet161", 48, (6, 12, 36, 24), 96)
densenet169 = _densenet("densenet169", 32, (6, 12, 32, 32), 64)
densenet201 = _densenet("densenet201", 32, (6, 12, 48, 32), 64)
