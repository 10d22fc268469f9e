"""Transposes, as functions, in place and as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from .._composed import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


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
    return _adjoint("adjoint", input)


def _adjoint(operation, input):
    swapped = _swapped(operation, input)
    return ops.conj_physical(swapped) if input.dtype.kind == "c" else swapped


def _swapped(operation, input):
    if input.ndim < 2:
        errors.shape_error(operation, "input", "at least 2 dimensions", f"shape {tuple(input.shape)}")
    return ops.transpose(input, -2, -1)


def _matrices(input: Tensor) -> Tensor:
    """The Tensor with its last two dimensions swapped: a view."""
    return _swapped("mT", input)


def _conjugate_matrices(input: Tensor) -> Tensor:
    """The :func:`adjoint` of the last two dimensions."""
    return _adjoint("mH", input)


def _conjugate(input: Tensor) -> Tensor:
    """The :func:`adjoint` of a matrix."""
    if input.ndim not in (0, 2):
        errors.shape_error("H", "input", "2 dimensions", f"shape {tuple(input.shape)}", "use mH")
    return _adjoint("H", input) if input.ndim else input


ATTRIBUTES = {"mT": _matrices, "H": _conjugate, "mH": _conjugate_matrices}
