"""GoogLeNet: Szegedy and others, "Going Deeper with Convolutions" (arXiv:1409.4842), with batch norms."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import flambeau.nn as nn
import flambeau.nn.functional as F
from flambeau.tensor import Tensor

from ._builder import Builder
from ._inception_parts import BasicConv2d, Branches, rescaled, without_auxiliary
from ._initial import initialise, truncated

__all__ = ["GoogLeNet", "GoogLeNetOutputs", "googlenet"]

# channels: in, of 1x1, before and of 3x3, before and of the second 3x3, after the pooling
_INCEPTIONS = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


class GoogLeNetOutputs(NamedTuple):
    """What GoogLeNet gives in training: the scores, and those of the two auxiliary classifiers."""

    logits: Tensor
    aux_logits2: Tensor | None
    aux_logits1: Tensor | None


class Inception(Branches):
    """Four branches; the one that the paper gives a 5x5 convolution has one of 3x3, as the published weights have."""

    def __init__(self, channels: int, single: int, before3: int, of3: int, before5: int, of5: int, pooled: int) -> None:
        super().__init__()
        self.branch1 = BasicConv2d(channels, single, 1)
        self.branch2 = nn.Sequential(BasicConv2d(channels, before3, 1), BasicConv2d(before3, of3, 3, padding=1))
        self.branch3 = nn.Sequential(BasicConv2d(channels, before5, 1), BasicConv2d(before5, of5, 3, padding=1))
        pool = nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True)
        self.branch4 = nn.Sequential(pool, BasicConv2d(channels, pooled, 1))

    def branches(self, x: Tensor) -> list[Tensor]:
        return [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]


class InceptionAux(nn.Module):
    """A classifier on features from the middle, which brings gradients there in training."""

    def __init__(self, channels: int, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.conv = BasicConv2d(channels, 128, 1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(F.adaptive_avg_pool2d(x, (4, 4))).flatten(1)
        return self.fc2(self.dropout(F.relu(self.fc1(x))))


class GoogLeNet(nn.Module):
    """Nine inception modules, with two auxiliary classifiers in training.

    Args:
        num_classes: number of outputs.
        aux_logits: whether there are auxiliary classifiers.
        transform_input: whether images normalised for ImageNet are normalised by 0.5 instead, as the published weights
            expect.
        dropout: probability of the dropout before the last layer.
        dropout_aux: the same in the auxiliary classifiers.

    Shape:
        (N, 3, H, W), H and W at least 15, to (N, num_classes); in training with auxiliary classifiers, to
        :class:`GoogLeNetOutputs`.
    """

    inception3a: nn.Module
    inception3b: nn.Module
    inception4a: nn.Module
    inception4b: nn.Module
    inception4c: nn.Module
    inception4d: nn.Module
    inception4e: nn.Module
    inception5a: nn.Module
    inception5b: nn.Module

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        dropout: float = 0.2,
        dropout_aux: float = 0.7,
    ) -> None:
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.conv1 = BasicConv2d(3, 64, 7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        for name, channels in _INCEPTIONS.items():
            self.add_module(f"inception{name}", Inception(*channels))
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.maxpool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.aux1 = InceptionAux(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = InceptionAux(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        rule = partial(truncated, std=0.01)
        initialise(self, {nn.Conv2d: rule, nn.Linear: rule})

    def forward(self, x: Tensor) -> Any:
        if self.transform_input:
            x = rescaled(x)
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        x = self.inception4a(self.maxpool3(self.inception3b(self.inception3a(x))))
        first = self.aux1(x) if self.training and self.aux1 is not None else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        second = self.aux2(x) if self.training and self.aux2 is not None else None
        x = self.inception5b(self.inception5a(self.maxpool4(self.inception4e(x))))
        x = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return GoogLeNetOutputs(x, second, first) if self.training and self.aux_logits else x


googlenet = Builder("googlenet", GoogLeNet, "googlenet", {}, without_auxiliary)
