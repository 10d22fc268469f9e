"""Whether elements, or whole Tensors, are equal or nearly so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .. import errors, ops
from . import composed, renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether each element of two Tensors is nearly equal: ``abs(input - other) <= atol + rtol * abs(other)``.

    Args:
        input: Tensor of any shape and dtype.
        other: Tensor of the same dtype whose shape broadcasts with ``input``'s.
        rtol: the tolerance relative to ``other``.
        atol: the absolute tolerance.
        equal_nan: whether nan equals nan. Infinities equal themselves alone.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes do not broadcast.
        ValueError: a negative tolerance.

    Example:
        >>> ft.isclose(ft.tensor([1.0, 1.0]), ft.tensor([1.000001, 1.1])).tolist()
        [True, False]
    """
    return _close("isclose", input, other, rtol, atol, equal_nan)


def _close(operation, input, other, rtol, atol, equal_nan):
    for name, x in (("input", input), ("other", other)):
        if not hasattr(x, "is_floating_point"):
            errors.type_error(operation, name, "Tensor", type(x).__name__)
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            errors.value_error(operation, name, "0 or more", str(tolerance))
    if input.dtype != other.dtype:
        expected = f"input's dtype {input.dtype.name}"
        errors.dtype_error(operation, "other", expected, other.dtype.name, "convert one of them")
    with renamed(operation, "eq"):
        close = ops.eq(input, other)
    inexact = input.is_floating_point() or input.is_complex()
    if equal_nan and inexact:
        close = close | (ops.isnan(input) & ops.isnan(other))
    if rtol == atol == 0:
        return close
    if not inexact:
        input, other = ops.cast(input, "float64"), ops.cast(other, "float64")
    distance = ops.abs(input - other)
    return close | (ops.isfinite(distance) & (distance <= atol + ops.abs(rtol * other)))


@composed()
def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements of two Tensors are nearly equal: see :func:`isclose`.

    Args:
        input: Tensor of any shape and dtype.
        other: Tensor of the same dtype whose shape broadcasts with ``input``'s.
        rtol: the tolerance relative to ``other``.
        atol: the absolute tolerance.
        equal_nan: whether nan equals nan.

    Returns:
        True or False.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes do not broadcast.
        ValueError: a negative tolerance.

    Example:
        >>> ft.allclose(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 2.000001]))
        True
    """
    return bool(ops.all(_close("allclose", input, other, rtol, atol, equal_nan)).item())


@composed()
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two Tensors have the same shape and equal elements; nan equals nothing.

    Args:
        input: Tensor of any shape and dtype.
        other: the other one.

    Returns:
        True or False.

    Example:
        >>> ft.equal(ft.tensor([1, 2]), ft.tensor([1, 2])), ft.equal(ft.tensor([1, 2]), ft.tensor([1]))
        (True, False)
    """
    for name, x in (("input", input), ("other", other)):
        if not hasattr(x, "is_floating_point"):
            errors.type_error("equal", name, "Tensor", type(x).__name__)
    if tuple(input.shape) != tuple(other.shape):
        return False
    with renamed("equal", "eq"):
        return bool(ops.all(ops.eq(input, other)).item())


@composed()
def isposinf(input: Tensor) -> Tensor:
    """Whether each element is inf.

    Args:
        input: Tensor of any shape and real dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Raises:
        DTypeError: ``input`` is complex.

    Example:
        >>> ft.isposinf(ft.tensor([1.0, float("inf"), -float("inf")])).tolist()
        [False, True, False]
    """
    return _infinite("isposinf", input, math.inf)


@composed()
def isneginf(input: Tensor) -> Tensor:
    """Whether each element is -inf.

    Args:
        input: Tensor of any shape and real dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Raises:
        DTypeError: ``input`` is complex.

    Example:
        >>> ft.isneginf(ft.tensor([1.0, float("inf"), -float("inf")])).tolist()
        [False, False, True]
    """
    return _infinite("isneginf", input, -math.inf)


def _infinite(operation, input, which):
    if not hasattr(input, "is_floating_point"):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    if input.is_complex():
        errors.dtype_error(operation, "input", "a real dtype", input.dtype.name)
    return ops.eq(input, which)
