"""ResNet (He and others, arXiv:1512.03385), ResNeXt (arXiv:1611.05431) and wide ResNet (arXiv:1605.07146)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flambeau.nn as nn
from flambeau.nn import init
from flambeau.tensor import Tensor, errors

from ._builder import Builder
from ._initial import initialise, kaiming_fan_out

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "ResNet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]

Norm = Callable[[int], nn.Module]


class _Residual(nn.Module):
    """relu(branch(x) + shortcut(x)); the shortcut is the identity, or ``downsample`` where the shape changes."""

    expansion: int
    relu: nn.ReLU
    downsample: nn.Module | None

    def branch(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.branch(x)
        y += shortcut
        return self.relu(y)


class BasicBlock(_Residual):
    """Two 3x3 convolutions beside a shortcut."""

    expansion = 1

    def __init__(
        self, channels: int, width: int, stride: int, dilation: int, groups: int, base_width: int, norm: Norm
    ) -> None:
        super().__init__()
        if groups != 1 or base_width != 64 or dilation != 1:
            got = f"groups={groups}, width_per_group={base_width}, dilation={dilation}"
            errors.value_error("ResNet", "block", "Bottleneck where the convolutions are grouped or dilated", got)
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = norm(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = norm(width)
        self.downsample = _downsample(channels, width, stride, norm)

    @property
    def last_norm(self) -> nn.Module:
        return self.bn2

    def branch(self, x: Tensor) -> Tensor:
        return self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))


class Bottleneck(_Residual):
    """A 3x3 convolution between two of 1x1, beside a shortcut; the 3x3 one has the stride ("v1.5")."""

    expansion = 4

    def __init__(
        self, channels: int, width: int, stride: int, dilation: int, groups: int, base_width: int, norm: Norm
    ) -> None:
        super().__init__()
        inner = width * base_width // 64 * groups
        out = width * self.expansion
        self.conv1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.bn1 = norm(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, dilation, dilation, groups, bias=False)
        self.bn2 = norm(inner)
        self.conv3 = nn.Conv2d(inner, out, 1, bias=False)
        self.bn3 = norm(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _downsample(channels, out, stride, norm)

    @property
    def last_norm(self) -> nn.Module:
        return self.bn3

    def branch(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        return self.bn3(self.conv3(self.relu(self.bn2(self.conv2(x)))))


def _downsample(channels: int, out: int, stride: int, norm: Norm) -> nn.Module | None:
    if stride == 1 and channels == out:
        return None
    return nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), norm(out))


class ResNet(nn.Module):
    """A stem, four stages of residual blocks, a mean over the image and a linear layer.

    Args:
        block: :class:`BasicBlock` or :class:`Bottleneck`.
        layers: number of blocks of each stage.
        num_classes: number of outputs.
        zero_init_residual: whether each block starts as the identity.
        groups: groups of the 3x3 convolutions.
        width_per_group: width of a group in the first stage.
        replace_stride_with_dilation: for each of the last three stages, whether it keeps the size.
        norm_layer: makes a norm from a number of channels.
        small_images: a 3x3 stem of stride 1 without pooling, as for CIFAR's images of 32x32.

    Shape:
        (N, 3, H, W) to (N, num_classes).

    Example:
        >>> from flambeau.vision import models
        >>> models.resnet18(num_classes=10, small_images=True)(ft.randn(2, 3, 32, 32)).shape
        (2, 10)
    """

    layer1: nn.Module
    layer2: nn.Module
    layer3: nn.Module
    layer4: nn.Module

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: Sequence[bool] = (False, False, False),
        norm_layer: Norm = nn.BatchNorm2d,
        small_images: bool = False,
    ) -> None:
        super().__init__()
        kernel, stride = (3, 1) if small_images else (7, 2)
        self.conv1 = nn.Conv2d(3, 64, kernel, stride, padding=kernel // 2, bias=False)
        self.bn1 = norm_layer(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if small_images else nn.MaxPool2d(3, stride=2, padding=1)
        channels, dilation = 64, 1
        stages = zip(layers, (64, 128, 256, 512), (False, *replace_stride_with_dilation), strict=True)
        for number, (depth, width, dilate) in enumerate(stages, 1):
            stride, before = 1 if number == 1 else 2, dilation
            if dilate:
                stride, dilation = 1, dilation * stride
            blocks = []
            for i in range(depth):
                shape = (channels, width, stride if i == 0 else 1, before if i == 0 else dilation)
                blocks.append(block(*shape, groups, width_per_group, norm_layer))
                channels = width * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, num_classes)
        initialise(self, {nn.Conv2d: kaiming_fan_out})
        if zero_init_residual:
            initialise(self, {_Residual: lambda block: init.zeros_(block.last_norm.weight)})

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def _resnet(name: str, block: type[nn.Module], *layers: int, **options: Any) -> Builder[ResNet]:
    return Builder(name, ResNet, "resnet", {"block": block, "layers": layers, **options})


resnet18 = _resnet("resnet18", BasicBlock, 2, 2, 2, 2)
resnet34 = _resnet("resnet34", BasicBlock, 3, 4, 6, 3)
resnet50 = _resnet("resnet50", Bottleneck, 3, 4, 6, 3)
resnet101 = _resnet("resnet101", Bottleneck, 3, 4, 23, 3)
resnet152 = _resnet("resnet152", Bottleneck, 3, 8, 36, 3)
resnext50_32x4d = _resnet("resnext50_32x4d", Bottleneck, 3, 4, 6, 3, groups=32, width_per_group=4)
resnext101_32x8d = _resnet("resnext101_32x8d", Bottleneck, 3, 4, 23, 3, groups=32, width_per_group=8)
resnext101_64x4d = _resnet("resnext101_64x4d", Bottleneck, 3, 4, 23, 3, groups=64, width_per_group=4)
wide_resnet50_2 = _resnet("wide_resnet50_2", Bottleneck, 3, 4, 6, 3, width_per_group=128)
wide_resnet101_2 = _resnet("wide_resnet101_2", Bottleneck, 3, 4, 23, 3, width_per_group=128)
