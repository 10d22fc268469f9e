"""Transposes, as functions and in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from .._methods.attributes import adjoint_of
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def t(input: Tensor) -> Tensor:
    """A view of a matrix with rows and columns swapped; of a vector, the vector.

    Args:
        input: Tensor of at most 2 dimensions.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: more than 2 dimensions.

    Example:
        >>> ft.t(ft.zeros(2, 3)).shape
        (3, 2)
    """
    dims = input.ndim
    if dims == 2:
        return ops.transpose(input, 0, 1)
    if dims > 2:
        errors.shape_error("t", "input", "at most 2 dimensions", f"shape {tuple(input.shape)}", "use transpose()")
    return input


@composed()
def t_(input: Tensor) -> Tensor:
    """In place: a matrix becomes the view with rows and columns swapped, a vector stays as it is; it is returned.

    Args:
        input: Tensor of at most 2 dimensions.

    Raises:
        ShapeError: more than 2 dimensions.

    Example:
        >>> ft.zeros(2, 3).t_().shape
        (3, 2)
    """
    if input.ndim > 2:
        errors.shape_error("t_", "input", "at most 2 dimensions", f"shape {tuple(input.shape)}", "use transpose_()")
    return ops.transpose(input, 0, 1, out=input) if input.ndim == 2 else input


@composed()
def adjoint(input: Tensor) -> Tensor:
    """Matrices with rows and columns swapped, of complex numbers their conjugates: a view of real ones.

    Args:
        input: Tensor of at least 2 dimensions.

    Returns:
        Tensor whose last two dimensions are swapped.

    Raises:
        ShapeError: fewer than 2 dimensions.

    Example:
        >>> ft.adjoint(ft.tensor([[1, 2], [3, 4]])).tolist()
        [[1, 3], [2, 4]]
    """
    return adjoint_of("adjoint", input)
