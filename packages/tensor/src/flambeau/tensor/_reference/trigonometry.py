"""Hyperbolic functions, inverse functions and angles: rows of the pointwise table."""

import math

from .._schema import Array, Operand, pointwise
from ._helpers import checks_broadcast, narrowed, widened


@pointwise("sinh(input)", promote="float", dtypes="float")
def sinh(xp, input: Array):
    """The hyperbolic sine of each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.sinh(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 1.175201177597046]
    """
    return xp.sinh(input)


@pointwise("cosh(input)", promote="float", dtypes="float")
def cosh(xp, input: Array):
    """The hyperbolic cosine of each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.cosh(ft.tensor([0.0])).tolist()
        [1.0]
    """
    return xp.cosh(input)


@pointwise("asin(input)", promote="float", dtypes="float", aliases=("arcsin",))
def asin(xp, input: Array):
    """The angle in [-pi/2, pi/2] whose sine is the element; nan beyond [-1, 1].

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.asin(ft.tensor([0.0, 1.0, 2.0])).tolist()
        [0.0, 1.5707963705062866, nan]
    """
    return xp.arcsin(input)


@pointwise("acos(input)", promote="float", dtypes="float", aliases=("arccos",))
def acos(xp, input: Array):
    """The angle in [0, pi] whose cosine is the element; nan beyond [-1, 1].

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.acos(ft.tensor([1.0, 0.0, 2.0])).tolist()
        [0.0, 1.5707963705062866, nan]
    """
    return xp.arccos(input)


@pointwise("atan(input)", promote="float", dtypes="float", aliases=("arctan",))
def atan(xp, input: Array):
    """The angle in [-pi/2, pi/2] whose tangent is the element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.atan(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.7853981852531433]
    """
    return xp.arctan(input)


@pointwise("asinh(input)", promote="float", dtypes="float", aliases=("arcsinh",))
def asinh(xp, input: Array):
    """The number whose hyperbolic sine is the element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.asinh(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.8813735842704773]
    """
    return xp.arcsinh(input)


@pointwise("acosh(input)", promote="float", dtypes="float", aliases=("arccosh",))
def acosh(xp, input: Array):
    """The number from 0 whose hyperbolic cosine is the element; nan below 1.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.acosh(ft.tensor([1.0, 2.0, 0.0])).tolist()
        [0.0, 1.316957950592041, nan]
    """
    return xp.arccosh(input)


@pointwise("atanh(input)", promote="float", dtypes="float", aliases=("arctanh",))
def atanh(xp, input: Array):
    """The number whose hyperbolic tangent is the element: infinite for -1 and 1, nan beyond.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.atanh(ft.tensor([0.0, 0.5, 1.0])).tolist()
        [0.0, 0.5493061542510986, inf]
    """
    return xp.arctanh(input)


@pointwise("sinc(input)", promote="float", dtypes="float", real=True)
def sinc(xp, input: Array):
    """``sin(pi * input) / (pi * input)``, and 1 at 0; exactly 0 for all other whole numbers.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.sinc(ft.tensor([0.0, 0.5])).tolist()
        [1.0, 0.6366197466850281]
    """
    # Of pi times the fraction, as pi times the number would be rounded.
    x = widened(input)
    whole = xp.rint(x)
    sine = xp.sin(math.pi * (x - whole))
    sine = xp.where(xp.fmod(whole, 2) != 0, -sine, sine)
    return narrowed(xp.where(x == 0, 1, sine / (math.pi * xp.where(x == 0, 1, x))), input.dtype)


@pointwise("hypot(input, other)", promote="float", dtypes="float", real=True)
def hypot(xp, input: Operand, other: Operand):
    """``sqrt(input**2 + other**2)``, element by element, without overflow on the way: the length of a hypotenuse.

    Args:
        input: Tensor of any shape, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.hypot(ft.tensor([3.0, 1e30]), ft.tensor([4.0, 0.0])).tolist()
        [5.0, 1.0000000150474662e+30]
    """
    return xp.hypot(input, other)


@pointwise("input * T(0.017453292519943295)", promote="float", dtypes="float", real=True)
def deg2rad(xp, input: Array):
    """Degrees as radians: ``input * pi / 180``.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.deg2rad(ft.tensor([180.0, 90.0])).tolist()
        [3.1415927410125732, 1.5707963705062866]
    """
    return narrowed(widened(input) * (math.pi / 180), input.dtype)


@pointwise("input * T(57.29577951308232)", promote="float", dtypes="float", real=True)
def rad2deg(xp, input: Array):
    """Radians as degrees: ``input * 180 / pi``.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.rad2deg(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 57.295780181884766]
    """
    return narrowed(widened(input) * (180 / math.pi), input.dtype)


checks_broadcast(hypot)
