"""The greatest and the smallest elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import called, composed, one_of

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def max(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The greatest element; the greatest along a dimension and where they are; or the greater of two Tensors.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; or a second Tensor, for :func:`maximum`; by default the whole Tensor is searched.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions. With a ``dim`` a pair: ``values``, and their ``indices`` along it
        (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> x = ft.tensor([[1.0, 4.0], [3.0, 2.0]])
        >>> ft.max(x).item()
        4.0
        >>> values, indices = ft.max(x, dim=1)
        >>> values.tolist(), indices.tolist()
        ([4.0, 3.0], [1, 0])
        >>> ft.max(x, ft.tensor(2.5)).tolist()
        [[2.5, 4.0], [3.0, 2.5]]
    """
    return _extreme("max", (ops.amax, ops.max_with_indices, ops.maximum), input, dim, keepdim, axis, keepdims)


@composed()
def min(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The smallest element; the smallest along a dimension and where they are; or the smaller of two Tensors.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; or a second Tensor, for :func:`minimum`; by default the whole Tensor is searched.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions. With a ``dim`` a pair: ``values``, and their ``indices`` along it
        (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> x = ft.tensor([[1.0, 4.0], [3.0, 2.0]])
        >>> ft.min(x).item()
        1.0
        >>> values, indices = ft.min(x, dim=1)
        >>> values.tolist(), indices.tolist()
        ([1.0, 2.0], [0, 1])
        >>> ft.min(x, ft.tensor(2.5)).tolist()
        [[1.0, 2.5], [2.5, 2.0]]
    """
    return _extreme("min", (ops.amin, ops.min_with_indices, ops.minimum), input, dim, keepdim, axis, keepdims)


def _extreme(operation, records, input, dim, keepdim, axis, keepdims):
    whole, along, pairwise = records
    dim, keepdim = one_of(operation, dim, axis, keepdim, keepdims)
    if dim is None:
        if keepdim:
            errors.value_error(operation, "keepdim", "a dim to keep", "none", "give dim, or use amax() or amin()")
        record, args = whole, (input, None, False)  # all of them: filling in would cost more than the work
    elif hasattr(dim, "dtype"):
        record, args = pairwise, (input, dim)
    else:
        record, args = along, (input, dim, keepdim)
    return called(operation, record, *args)
