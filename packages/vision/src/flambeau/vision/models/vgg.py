"""VGG: Simonyan and Zisserman, "Very Deep Convolutional Networks..." (arXiv:1409.1556)."""

from __future__ import annotations

from collections.abc import Sequence

import flambeau.nn as nn
from flambeau.tensor import Tensor

from ._builder import Builder
from ._initial import initialise, kaiming_fan_out, linear_normal

__all__ = ["VGG", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]


class VGG(nn.Module):
    """Five stages of 3x3 convolutions, each followed by a halving, and three linear layers.

    Args:
        depths: number of convolutions of each stage.
        batch_norm: whether each convolution is followed by a batch norm.
        num_classes: number of outputs.
        dropout: probability of the dropouts after the first two linear layers.

    Shape:
        (N, 3, H, W), H and W at least 32, to (N, num_classes).
    """

    def __init__(
        self, depths: Sequence[int], batch_norm: bool = False, num_classes: int = 1000, dropout: float = 0.5
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for depth, width in zip(depths, (64, 128, 256, 512, 512), strict=True):
            for _ in range(depth):
                layers.append(nn.Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(nn.BatchNorm2d(width))
                layers.append(nn.ReLU(inplace=True))
                channels = width
            layers.append(nn.MaxPool2d(2, stride=2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )
        initialise(self, {nn.Conv2d: kaiming_fan_out, nn.Linear: linear_normal})

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _vgg(name: str, *depths: int, batch_norm: bool = False) -> Builder[VGG]:
    return Builder(name, VGG, "vgg", {"depths": depths, "batch_norm": batch_norm})


vgg11 = _vgg("vgg11", 1, 1, 2, 2, 2)
vgg11_bn = _vgg("vgg11_bn", 1, 1, 2, 2, 2, batch_norm=True)
vgg13 = _vgg("vgg13", 2, 2, 2, 2, 2)
vgg13_bn = _vgg("vgg13_bn", 2, 2, 2, 2, 2, batch_norm=True)
vgg16 = _vgg("vgg16", 2, 2, 3, 3, 3)
vgg16_bn = _vgg("vgg16_bn", 2, 2, 3, 3, 3, batch_norm=True)
vgg19 = _vgg("vgg19", 2, 2, 4, 4, 4)
vgg19_bn = _vgg("vgg19_bn", 2, 2, 4, 4, 4, batch_norm=True)
