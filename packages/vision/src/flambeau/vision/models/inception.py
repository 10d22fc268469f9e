"""Inception v3: Szegedy and others, "Rethinking the Inception Architecture for Computer Vision" (arXiv:1512.00567)."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._builder import Builder
from ._inception_parts import BasicConv2d, Branches, rescaled, without_auxiliary
from ._initial import initialise, truncated

__all__ = ["Inception3", "InceptionOutputs", "inception_v3"]

_WIDE: dict[str, Any] = {"kernel_size": (1, 7), "padding": (0, 3)}
_TALL: dict[str, Any] = {"kernel_size": (7, 1), "padding": (3, 0)}


class InceptionOutputs(NamedTuple):
    """What Inception v3 gives in training: the scores, and those of the auxiliary classifier."""

    logits: Tensor
    aux_logits: Tensor | None


def _mean(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, stride=1, padding=1)


class InceptionA(Branches):
    """Branches of 1x1, 5x5, two 3x3 convolutions and a pooling, at 35x35."""

    def __init__(self, channels: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = BasicConv2d(channels, 64, 1)
        self.branch5x5_1 = BasicConv2d(channels, 48, 1)
        self.branch5x5_2 = BasicConv2d(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = BasicConv2d(channels, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, padding=1)
        self.branch_pool = BasicConv2d(channels, pooled, 1)

    def branches(self, x: Tensor) -> list[Tensor]:
        five = self.branch5x5_2(self.branch5x5_1(x))
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return [self.branch1x1(x), five, double, self.branch_pool(_mean(x))]


class InceptionB(Branches):
    """From 35x35 to 17x17."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch3x3 = BasicConv2d(channels, 384, 3, stride=2)
        self.branch3x3dbl_1 = BasicConv2d(channels, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, stride=2)

    def branches(self, x: Tensor) -> list[Tensor]:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return [self.branch3x3(x), double, F.max_pool2d(x, 3, stride=2)]


class InceptionC(Branches):
    """7x7 convolutions, each as one of 1x7 and one of 7x1, at 17x17."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.branch1x1 = BasicConv2d(channels, 192, 1)
        self.branch7x7_1 = BasicConv2d(channels, inner, 1)
        self.branch7x7_2 = BasicConv2d(inner, inner, **_WIDE)
        self.branch7x7_3 = BasicConv2d(inner, 192, **_TALL)
        self.branch7x7dbl_1 = BasicConv2d(channels, inner, 1)
        self.branch7x7dbl_2 = BasicConv2d(inner, inner, **_TALL)
        self.branch7x7dbl_3 = BasicConv2d(inner, inner, **_WIDE)
        self.branch7x7dbl_4 = BasicConv2d(inner, inner, **_TALL)
        self.branch7x7dbl_5 = BasicConv2d(inner, 192, **_WIDE)
        self.branch_pool = BasicConv2d(channels, 192, 1)

    def branches(self, x: Tensor) -> list[Tensor]:
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return [self.branch1x1(x), seven, double, self.branch_pool(_mean(x))]


class InceptionD(Branches):
    """From 17x17 to 8x8."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch3x3_1 = BasicConv2d(channels, 192, 1)
        self.branch3x3_2 = BasicConv2d(192, 320, 3, stride=2)
        self.branch7x7x3_1 = BasicConv2d(channels, 192, 1)
        self.branch7x7x3_2 = BasicConv2d(192, 192, **_WIDE)
        self.branch7x7x3_3 = BasicConv2d(192, 192, **_TALL)
        self.branch7x7x3_4 = BasicConv2d(192, 192, 3, stride=2)

    def branches(self, x: Tensor) -> list[Tensor]:
        seven = self.branch7x7x3_2(self.branch7x7x3_1(x))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(seven))
        return [self.branch3x3_2(self.branch3x3_1(x)), seven, F.max_pool2d(x, 3, stride=2)]


class InceptionE(Branches):
    """3x3 convolutions that end in one of 1x3 beside one of 3x1, at 8x8."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch1x1 = BasicConv2d(channels, 320, 1)
        self.branch3x3_1 = BasicConv2d(channels, 384, 1)
        self.branch3x3_2a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3_2b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch3x3dbl_1 = BasicConv2d(channels, 448, 1)
        self.branch3x3dbl_2 = BasicConv2d(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3dbl_3b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch_pool = BasicConv2d(channels, 192, 1)

    def branches(self, x: Tensor) -> list[Tensor]:
        single = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return [
            self.branch1x1(x),
            ft.cat([self.branch3x3_2a(single), self.branch3x3_2b(single)], 1),
            ft.cat([self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)], 1),
            self.branch_pool(_mean(x)),
        ]


class InceptionAux(nn.Module):
    """A classifier on features from the middle, which brings gradients there in training."""

    def __init__(self, channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = BasicConv2d(channels, 128, 1)
        self.conv1 = BasicConv2d(128, 768, 5)
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(self.conv0(F.avg_pool2d(x, 5, stride=3)))
        return self.fc(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


class Inception3(nn.Module):
    """Inception v3, for images of 299x299.

    Args:
        num_classes: number of outputs.
        aux_logits: whether there is an auxiliary classifier.
        transform_input: whether images normalised for ImageNet are normalised by 0.5 instead, as the published weights
            expect.
        dropout: probability of the dropout before the last layer.

    Shape:
        (N, 3, H, W), H and W at least 75, to (N, num_classes); in training with the auxiliary classifier, to
        :class:`InceptionOutputs`.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.Conv2d_1a_3x3 = BasicConv2d(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, 3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, 3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, stride=2)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, 1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2)
        self.Mixed_5b = InceptionA(192, 32)
        self.Mixed_5c = InceptionA(256, 64)
        self.Mixed_5d = InceptionA(288, 64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, 128)
        self.Mixed_6c = InceptionC(768, 160)
        self.Mixed_6d = InceptionC(768, 160)
        self.Mixed_6e = InceptionC(768, 192)
        self.AuxLogits = InceptionAux(768, num_classes) if aux_logits else None
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280)
        self.Mixed_7c = InceptionE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)
        rule = partial(truncated, std=0.1)
        initialise(self, {nn.Conv2d: rule, nn.Linear: rule})
        if self.AuxLogits is not None:
            truncated(self.AuxLogits.conv1.conv, 0.01)
            truncated(self.AuxLogits.fc, 0.001)

    def forward(self, x: Tensor) -> Any:
        if self.transform_input:
            x = rescaled(x)
        x = self.maxpool1(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        x = self.maxpool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        x = self.Mixed_6a(self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x))))
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(x))))
        auxiliary = self.AuxLogits(x) if self.training and self.AuxLogits is not None else None
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        x = self.fc(self.dropout(self.avgpool(x)).flatten(1))
        return InceptionOutputs(x, auxiliary) if self.training and self.aux_logits else x


inception_v3 = Builder("inception_v3", Inception3, "inception", {}, without_auxiliary)
