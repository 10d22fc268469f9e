"""Dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import errors

from .. import functional
from ..functional._types import T
from ..module import Module

__all__ = ["Dropout"]


class Dropout(Module):
    """In training mode, zeros in place of elements chosen at random; the rest scaled by ``1 / (1 - p)``.

    Args:
        p: the probability of dropping an element.
        inplace: write the result into the input.

    Shape:
        - Input: any.
        - Result: the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> from flambeau import nn
        >>> layer = nn.Dropout(0.5)
        >>> sorted(set(layer(ft.ones(1000)).tolist()))
        [0.0, 2.0]
        >>> layer.eval()(ft.ones(2)).tolist()
        [1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            errors.value_error("Dropout", "p", "a probability in [0, 1]", str(p))
        self.p = p
        self.inplace = inplace

    def forward(self, input: T) -> T:
        return functional.dropout(input, self.p, self.training, self.inplace)

    if TYPE_CHECKING:
        __call__ = forward

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
