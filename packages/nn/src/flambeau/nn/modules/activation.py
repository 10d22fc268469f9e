"""Activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import functional
from ..functional._types import T
from ..module import Module

__all__ = ["ReLU"]


class ReLU(Module):
    """``max(input, 0)``, element by element.

    Args:
        inplace: write the result into the input.

    Shape:
        - Input: any.
        - Result: the same.

    Example:
        >>> from flambeau import nn
        >>> nn.ReLU()(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: T) -> T:
        return functional.relu(input, self.inplace)

    if TYPE_CHECKING:
        __call__ = forward

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""
