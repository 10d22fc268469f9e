"""Affine maps."""

from __future__ import annotations

from typing import overload

from flambeau.autograd import Variable
from flambeau.tensor import Tensor, ops

from ._types import T

__all__ = ["linear"]


@overload
def linear(input: Tensor, weight: Variable, bias: Tensor | None = None) -> Variable: ...
@overload
def linear(input: T, weight: Tensor, bias: Tensor | None = None) -> T: ...
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``: an affine map of the last dimension.

    Args:
        input: Tensor of shape (*, in_features).
        weight: Tensor of shape (out_features, in_features).
        bias: Tensor of shape (out_features,), or None.

    Returns:
        Tensor of shape (*, out_features).

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> from flambeau.nn import functional as F
        >>> F.linear(ft.tensor([2.0, 3.0]), ft.tensor([[1.0, 1.0]]), ft.ones(1)).tolist()
        [6.0]
    """
    return ops.linear(input, weight, bias)
