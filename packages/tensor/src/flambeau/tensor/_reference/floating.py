"""Signs, remainders and what is special about floats: rows of the pointwise table."""

import ml_dtypes

from .. import errors
from .._schema import Array, Number, Operand, OptionalNumber, operator, pointwise
from ._helpers import checks_broadcast, in_kind_of, is_half, narrowed, select, widened


@pointwise("input - trunc(input)", dtypes="float", real=True)
def frac(xp, input: Array):
    """What :func:`trunc` takes off each element, with its sign.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.frac(ft.tensor([1.25, -1.25])).tolist()
        [0.25, -0.25]
    """
    return input - xp.trunc(input)


@pointwise("fmod(input, other)", dtypes="numeric", real=True)
def fmod(xp, input: Operand, other: Operand):
    """The remainder of the division whose quotient is rounded towards 0: it has the sign of ``input``.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number. Integers divided by zero give 0.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.fmod(ft.tensor([7, -7]), 4).tolist()
        [3, -3]
    """
    return xp.fmod(input, other)


@pointwise("fmax(input, other)", real=True)
def fmax(xp, input: Operand, other: Operand):
    """The greater of two elements; where one is nan, the other.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.fmax(ft.tensor([1.0, float("nan")]), ft.tensor([3.0, 2.0])).tolist()
        [3.0, 2.0]
    """
    return xp.fmax(input, other)


@pointwise("fmin(input, other)", real=True)
def fmin(xp, input: Operand, other: Operand):
    """The smaller of two elements; where one is nan, the other.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.fmin(ft.tensor([1.0, float("nan")]), ft.tensor([3.0, 2.0])).tolist()
        [1.0, 2.0]
    """
    return xp.fmin(input, other)


@pointwise("copysign(input, other)", promote="float", dtypes="float", real=True)
def copysign(xp, input: Operand, other: Operand):
    """``input`` with the sign of ``other``, element by element; zeros and nan have signs, too.

    Args:
        input: Tensor of any shape, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.copysign(ft.tensor([1.0, -2.0]), ft.tensor([-0.0, 3.0])).tolist()
        [-1.0, 2.0]
    """
    return xp.copysign(input, other)


@pointwise("signbit(input)", comparison=True, inplace=False, differentiable=False, real=True)
def signbit(xp, input: Array):
    """Whether each element is negative; of floats, whether they have a minus, as -0 and some nan do.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.signbit(ft.tensor([-1.0, -0.0, 0.0])).tolist()
        [True, True, False]
    """
    return xp.less(input, 0) if input.dtype.kind in "biu" else xp.signbit(input)


@pointwise("heaviside(input, values)", real=True, differentiable=False)
def heaviside(xp, input: Operand, values: Operand):
    """0 for negative and 1 for positive elements, ``values`` for zeros; nan stays nan.

    Args:
        input: Tensor of any shape and dtype, or a number.
        values: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.heaviside(ft.tensor([-2.0, 0.0, 2.0]), 0.5).tolist()
        [0.0, 0.5, 1.0]
    """
    dtype = (input if hasattr(input, "dtype") else values).dtype
    input, values = xp.asarray(input, dtype=dtype), xp.asarray(values, dtype=dtype)
    step = select(xp, input == input, (input > 0).astype(dtype), input)
    return select(xp, input == 0, values, step)


@pointwise(dtypes="float", real=True, differentiable=False)
def nextafter(xp, input: Operand, other: Operand):
    """The next number that the dtype holds after ``input``, towards ``other``.

    Args:
        input: Tensor of any shape and floating dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.nextafter(ft.tensor([1.0]), 2).tolist()
        [1.0000001192092896]
    """
    # No row in C++: there floats of 16 bits are those of 32.
    dtype = (input if hasattr(input, "dtype") else other).dtype
    input, other = xp.asarray(input, dtype=dtype), xp.asarray(other, dtype=dtype)
    return _next_half(xp, input, other) if is_half(dtype) else xp.nextafter(input, other)


def _next_half(xp, x, towards):
    """The next float of 16 bits by its bits, which grow with its size: CuPy's makes nan of float16's infinities."""
    bits = xp.asarray(x).view("int16")
    step = xp.where((towards > x) == (x > 0), 1, -1).astype("int16")
    least = xp.where(towards > 0, 1, 1 - 2**15).astype("int16")
    following = xp.asarray(xp.where(x == 0, least, bits + step)).view(x.dtype)
    following = select(xp, x == towards, towards, following)
    return select(xp, (x == x) & (towards == towards), following, x + towards)


@pointwise(
    "isnan(input) ? nan : isinf(input) ? (input > 0 ? posinf : neginf) : input",
    dtypes="numeric",
    real=True,
    cpp_dtypes="float",
)
def nan_to_num(xp, input: Array, nan: Number = 0.0, posinf: OptionalNumber = None, neginf: OptionalNumber = None):
    """Numbers in the place of nan and of infinities.

    Args:
        input: Tensor of any shape and numeric dtype.
        nan: the number for nan.
        posinf: the number for inf; the greatest of the dtype if not given.
        neginf: the number for -inf; the least of the dtype if not given.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.nan_to_num(ft.tensor([1.0, float("nan"), float("inf")]), nan=-1, posinf=9).tolist()
        [1.0, -1.0, 9.0]
    """
    if input.dtype.kind in "iu":
        return input.copy()
    limit = float(ml_dtypes.finfo(input.dtype).max)
    above = in_kind_of(xp, limit if posinf is None else posinf, input.dtype)
    below = in_kind_of(xp, -limit if neginf is None else neginf, input.dtype)
    finite = xp.where(xp.isinf(input), xp.where(input > 0, above, below).astype(input.dtype), input)
    return xp.where(xp.isnan(input), in_kind_of(xp, nan, input.dtype), finite).astype(input.dtype)


@pointwise("ldexp(input, other)", promote="float", dtypes="float", real=True)
def ldexp(xp, input: Operand, other: Operand):
    """``input * 2**other``, element by element, where the power alone would be out of range, too.

    Args:
        input: Tensor of any shape, or a number; integers give the default float.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.ldexp(ft.tensor([1.0, 0.75]), ft.tensor([3, -1])).tolist()
        [8.0, 0.375]
    """
    dtype = (input if hasattr(input, "dtype") else other).dtype
    input, other = (widened(xp.asarray(x, dtype=dtype)) for x in (input, other))
    half = xp.floor(xp.clip(other, -4000.0, 4000.0) / 2)
    return narrowed(input * xp.exp2(half) * xp.exp2(other - half), dtype)


@operator(dtypes="float", outputs=("mantissa",), auxiliary=("exponent",))
def frexp(xp, input: Array):
    """Each element as ``mantissa * 2**exponent``, with mantissas in [0.5, 1) but for the sign.

    Args:
        input: Tensor of any shape and floating dtype. 0, nan and infinities are mantissas, with the exponent 0.

    Returns:
        ``mantissa``, like ``input``, and ``exponent`` (int32).

    Raises:
        DTypeError: ``input`` is complex.

    Example:
        >>> mantissa, exponent = ft.frexp(ft.tensor([8.0, -0.375]))
        >>> mantissa.tolist(), exponent.tolist()
        ([0.5, -0.75], [4, -1])
    """
    mantissa, exponent = xp.frexp(widened(input))
    return narrowed(mantissa, input.dtype), xp.where(xp.isfinite(input), exponent, 0).astype("int32")


@frexp.check
def _(input):
    if input.dtype.kind == "c":
        errors.dtype_error("frexp", None, "a real dtype", input.dtype.name)


checks_broadcast(fmod, fmax, fmin, copysign, heaviside, nextafter, ldexp)
