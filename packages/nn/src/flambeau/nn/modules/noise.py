"""Layers that draw random numbers while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import errors

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = ["Dropout"]


class Dropout(Module):
    """While training, zeros in place of elements chosen at random; the rest scaled by ``1 / (1 - p)``.

    Args:
        p: the probability of dropping an element.
        inplace: change the input itself.

    Shape:
        Any, to the same.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.Dropout(0.75)
        >>> sorted(set(layer(ft.ones(100)).tolist()))
        [0.0, 4.0]
        >>> set(layer.eval()(ft.ones(100)).tolist())
        {1.0}
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            errors.value_error("Dropout", "p", "a probability in [0, 1]", str(p))
        self.p = p
        self.inplace = inplace

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
