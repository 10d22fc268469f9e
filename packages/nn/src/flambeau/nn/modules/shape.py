"""Layers that change shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flambeau.tensor as ft

from ..functional._types import T
from ..module import Module

__all__ = ["Flatten"]


class Flatten(Module):
    r"""Several dimensions as one.

    Args:
        start_dim: the first dimension to flatten.
        end_dim: the last one.

    Shape:
        (N, \*) to (N, the product of \*), by default.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Flatten()(ft.zeros(2, 3, 4)).shape
        (2, 12)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        return ft.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
