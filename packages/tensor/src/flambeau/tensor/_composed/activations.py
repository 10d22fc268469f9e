"""Activation functions made of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Each element where it is positive, a slope times it elsewhere.

    Args:
        input: Tensor of shape (N, C, ...) and floating dtype, or of any shape for one slope.
        weight: Tensor of shape (C,), a slope for each channel; or of one element.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: ``weight`` has neither one element nor one for each channel.

    Example:
        >>> ft.prelu(ft.tensor([[-2.0, -2.0]]), ft.tensor([0.5, 0.25])).tolist()
        [[-1.0, -0.5]]
    """
    if weight.numel() == 1:
        return ops.parametric_relu(input, ops.reshape(weight, ()))
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.shape != (channels,):
        wanted = f"shape ({channels},), one element a channel, or (1,)"
        errors.shape_error("prelu", "weight", wanted, str(tuple(weight.shape)))
    return ops.parametric_relu(input, ops.reshape(weight, (-1,) + (1,) * (input.ndim - 2)))
