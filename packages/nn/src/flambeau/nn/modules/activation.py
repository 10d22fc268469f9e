"""Activation layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = ["ReLU"]


class ReLU(Module):
    """``max(input, 0)``, element by element.

    Args:
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReLU()(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        return F.relu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""
