"""What GoogLeNet and Inception v3 share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.tensor import Tensor

__all__ = ["BasicConv2d", "Branches", "rescaled", "without_auxiliary"]


class BasicConv2d(nn.Module):
    """A convolution, a batch norm and a relu."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any, **options: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, bias=False, **options)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x)).relu_()


class Branches(nn.Module):
    """Several ways through, side by side; what they give is concatenated over the channels."""

    def branches(self, x: Tensor) -> list[Tensor]:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        return ft.cat(self.branches(x), 1)


def rescaled(x: Tensor) -> Tensor:
    """Images normalised by ImageNet's means and deviations, normalised by 0.5 and 0.5 instead."""
    mean, std = x.new_tensor([0.485, 0.456, 0.406]), x.new_tensor([0.229, 0.224, 0.225])
    return x * (std / 0.5).reshape(3, 1, 1) + ((mean - 0.5) / 0.5).reshape(3, 1, 1)


def without_auxiliary(state: Mapping[str, Tensor], model: Any) -> Mapping[str, Tensor]:
    """A state_dict without the auxiliary classifiers, if the model has none."""
    if model.aux_logits:
        return state
    return {name: value for name, value in state.items() if not name.lower().startswith("aux")}
