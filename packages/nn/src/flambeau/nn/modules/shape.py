"""Layers that change shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import flambeau.tensor as ft
from flambeau.tensor import errors

from ..functional._types import T
from ..module import Module

__all__ = ["Flatten", "Unflatten"]


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


class Unflatten(Module):
    r"""One dimension as several.

    Args:
        dim: the dimension to take apart.
        unflattened_size: the sizes it becomes, one of which may be -1: what is left.

    Shape:
        (\*, the product of the sizes, \*) to (\*, the sizes, \*).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Unflatten(1, (3, -1))(ft.zeros(2, 12)).shape
        (2, 3, 4)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        sizes = tuple(unflattened_size) if isinstance(unflattened_size, (tuple, list)) else unflattened_size
        if not isinstance(dim, int) or isinstance(dim, bool):
            errors.type_error("Unflatten", "dim", "int", type(dim).__name__)
        if not isinstance(sizes, tuple) or not all(type(size) is int for size in sizes):
            errors.type_error("Unflatten", "unflattened_size", "ints", repr(unflattened_size))
        self.dim = dim
        self.unflattened_size = sizes

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        return ft.unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
