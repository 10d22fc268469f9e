"""Layers that change shapes only."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..functional._types import T
from ..module import Module

__all__ = ["Flatten"]


class Flatten(Module):
    """Several dimensions as one; by default all but the batch's.

    Args:
        start_dim: the first dimension to flatten.
        end_dim: the last one.

    Shape:
        - Input: (N, ...).
        - Result: (N, product of the others).

    Example:
        >>> from flambeau import nn
        >>> nn.Flatten()(ft.zeros(2, 3, 4)).shape
        (2, 12)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: T) -> T:
        return cast(T, input.flatten(self.start_dim, self.end_dim))

    if TYPE_CHECKING:
        __call__ = forward

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
