"""Views in the shape of something else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .. import errors, ops
from . import composed, existing_dim

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Several dimensions as one: a view where possible.

    Args:
        input: Tensor of any shape and dtype. Without dimensions, it gets one.
        start_dim: the first dimension to flatten.
        end_dim: the last one.

    Returns:
        Tensor of the same elements in the same order.

    Raises:
        IndexError: there is no such dimension.
        ValueError: ``start_dim`` comes after ``end_dim``.

    Example:
        >>> ft.flatten(ft.zeros(2, 3, 4), 1).shape
        (2, 12)
    """
    dims = input.ndim
    if start_dim == 0 and end_dim == -1 and dims > 0:
        return ops.reshape(input, (input.numel(),))
    if dims == 0:
        return ops.reshape(input, (1,))
    first = existing_dim("flatten", "start_dim", start_dim, dims)
    last = existing_dim("flatten", "end_dim", end_dim, dims)
    if first > last:
        errors.value_error("flatten", "start_dim", f"at most end_dim's {last}", str(first))
    shape = tuple(input.shape)
    return ops.reshape(input, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


@composed()
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """A view in the shape of another Tensor.

    Args:
        input: Tensor of any shape and dtype.
        other: Tensor with as many elements.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: the number of elements differs, or the layout of ``input`` needs a copy.

    Example:
        >>> ft.zeros(4).view_as(ft.zeros(2, 2)).shape
        (2, 2)
    """
    return ops.view(input, tuple(other.shape))


@composed()
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """A view broadcast to the shape of another Tensor.

    Args:
        input: Tensor whose shape broadcasts to ``other``'s.
        other: Tensor of any dtype.

    Returns:
        Tensor that shares ``input``'s memory and is read-only.

    Raises:
        ShapeError: ``input`` does not broadcast to that shape.

    Example:
        >>> ft.zeros(3).expand_as(ft.zeros(2, 3)).shape
        (2, 3)
    """
    return ops.expand(input, tuple(other.shape))
