"""Complex elements: their parts, their direction, their conjugate. Real ones are complex numbers without an imaginary
part."""

import math

from .. import errors
from .._schema import Array, operator, pointwise
from ._helpers import narrowed, select, widened


@operator(view=True, method=False)
def real(xp, input: Array):
    """The real part of each element: a view. Also ``input.real``.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor that shares ``input``'s memory; of a real dtype it is ``input`` itself.

    Example:
        >>> ft.real(ft.tensor([1 + 2j])).tolist()
        [1.0]
    """
    return input.real if input.dtype.kind == "c" else input


@operator(view=True, method=False)
def imag(xp, input: Array):
    """The imaginary part of each element: a view. Also ``input.imag``.

    Args:
        input: Tensor of any shape and complex dtype.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        DTypeError: ``input`` is not complex.

    Example:
        >>> ft.imag(ft.tensor([1 + 2j])).tolist()
        [2.0]
    """
    return input.imag


@imag.check
def _(input):
    if input.dtype.kind != "c":
        errors.dtype_error("imag", "input", "a complex dtype", input.dtype.name)


@pointwise()
def conj_physical(xp, input: Array):
    """Each element with its imaginary part negated, in memory of its own.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.conj_physical(ft.tensor([1 + 2j])).tolist()
        [(1-2j)]
    """
    return xp.conjugate(input) if input.dtype.kind == "c" else input.copy()


@pointwise("input != input ? input : input < 0 ? T(3.14159265358979323846) : T(0)", promote="float", inplace=False)
def angle(xp, input: Array):
    """The angle of each element in the complex plane, in radians: 0 for positive numbers, pi for negative ones.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a real floating dtype.

    Example:
        >>> ft.angle(ft.tensor([1j, -1.0])).tolist()
        [1.5707963705062866, 3.1415927410125732]
    """
    if input.dtype.kind == "c":
        return xp.arctan2(input.imag, input.real)
    turned = xp.where(input < 0, math.pi, 0.0).astype(input.dtype)
    return select(xp, input == input, turned, input)


@pointwise("sign(input)", dtypes="numeric")
def sgn(xp, input: Array):
    """The direction of each element: :func:`sign` of real ones, ``input / abs(input)`` of complex ones, 0 of 0.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.sgn(ft.tensor([3 + 4j, 0])).tolist()
        [(0.6000000238418579+0.800000011920929j), 0j]
    """
    if input.dtype.kind != "c":
        return narrowed(xp.sign(widened(input)), input.dtype)
    size = xp.absolute(input)
    return xp.where(size == 0, 0, input / xp.where(size == 0, 1, size)).astype(input.dtype)
