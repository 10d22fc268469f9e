"""Arithmetic on each element: rows of the pointwise table."""

from .. import errors
from .._schema import Array, Number, Operand, OptionalNumber, pointwise
from ._helpers import check_broadcast, check_number, checks_broadcast, in_kind_of, python_number


@pointwise("input + other", alpha=True)
def add(xp, input: Operand, other: Operand):
    """``input + other``, element by element; with ``alpha``, ``input + alpha * other``.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.
        alpha: number that ``other`` is multiplied by first.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.add(ft.tensor([1.0, 2.0]), 10).tolist()
        [11.0, 12.0]
        >>> ft.zeros(2).add_(ft.ones(2), alpha=3).tolist()
        [3.0, 3.0]
    """
    return xp.add(input, other)


@pointwise("input - other", dtypes="numeric", alpha=True, aliases=("subtract",))
def sub(xp, input: Operand, other: Operand):
    """``input - other``, element by element; with ``alpha``, ``input - alpha * other``.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.
        alpha: number that ``other`` is multiplied by first.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.sub(ft.tensor([1.0, 2.0]), 10).tolist()
        [-9.0, -8.0]
    """
    return xp.subtract(input, other)


@pointwise("input * other", aliases=("multiply",))
def mul(xp, input: Operand, other: Operand):
    """``input * other``, element by element.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.mul(ft.tensor([1.0, 2.0]), 10).tolist()
        [10.0, 20.0]
    """
    return xp.multiply(input, other)


@pointwise(
    "divide(input, other)", promote="float", dtypes="float", rounding_mode=True, aliases=("divide", "true_divide")
)
def div(xp, input: Operand, other: Operand):
    """``input / other``, element by element: true division; integers give the default float.

    Args:
        input: Tensor of any shape, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number. Division by zero gives inf or nan.
        rounding_mode: ``"floor"`` rounds towards minus infinity, as :func:`floor_divide` does, ``"trunc"`` towards 0;
            integers then give integers.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.div(ft.tensor([1, 2]), 4).tolist()
        [0.25, 0.5]
        >>> ft.div(ft.tensor([7, -7]), 2, rounding_mode="trunc").tolist()
        [3, -3]
    """
    return xp.true_divide(input, other)


@pointwise("floor_divide(input, other)", dtypes="numeric", real=True)
def floor_divide(xp, input: Operand, other: Operand):
    """``input // other``, element by element: the quotient rounded towards minus infinity.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number. Integers divided by zero give 0.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.floor_divide(ft.tensor([7, -7]), 2).tolist()
        [3, -4]
    """
    return xp.floor_divide(input, other)


@pointwise("remainder(input, other)", dtypes="numeric", real=True)
def remainder(xp, input: Operand, other: Operand):
    """``input % other``, element by element: what :func:`floor_divide` leaves, with the sign of ``other``.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number. Integers divided by zero give 0.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.remainder(ft.tensor([7, -7]), 4).tolist()
        [3, 1]
    """
    return xp.remainder(input, other)


@pointwise("pow(input, other)", dtypes="numeric", cpp_dtypes="float")
def pow(xp, input: Operand, other: Operand):
    """``input ** other``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        other: exponents: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
        ValueError: integers to a negative integer power.

    Example:
        >>> ft.pow(ft.tensor([1.0, 2.0, 3.0]), 2).tolist()
        [1.0, 4.0, 9.0]
    """
    if not hasattr(other, "dtype") and other in (2, 3):
        # Many times faster than the general function.
        return xp.square(input) if other == 2 else xp.square(input) * input
    return xp.power(input, other)


@pow.check
def _(input, other):
    if hasattr(input, "dtype") and hasattr(other, "dtype"):
        check_broadcast("pow", input=input, other=other)
    dtype = input.dtype if hasattr(input, "dtype") else other.dtype
    if dtype.kind in "iu":
        least = other if not hasattr(other, "dtype") else other.min().item() if other.size else 0
        if least < 0:
            errors.value_error(
                "pow", "other", "exponents of 0 or more for integers", str(least), "convert input with .float()"
            )


@pointwise("negate(input)", dtypes="numeric", aliases=("negative",))
def neg(xp, input: Array):
    """``-input``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.neg(ft.tensor([1.0, -2.0])).tolist()
        [-1.0, 2.0]
    """
    return xp.negative(input)


@pointwise("absolute(input)", dtypes="numeric", aliases=("absolute",))
def abs(xp, input: Array):
    """The absolute value of each element.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.abs(ft.tensor([1.0, -2.0])).tolist()
        [1.0, 2.0]
    """
    return xp.absolute(input)


@pointwise("sign(input)", dtypes="numeric", real=True)
def sign(xp, input: Array):
    """-1, 0 or 1 for negative, zero and positive elements; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.sign(ft.tensor([0.5, 0.0, -2.0])).tolist()
        [1.0, 0.0, -1.0]
    """
    return xp.sign(input)


@pointwise("maximum(input, other)", real=True)
def maximum(xp, input: Operand, other: Operand):
    """The greater of two elements; nan when either is.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.maximum(ft.tensor([1.0, 5.0]), ft.tensor([3.0, 2.0])).tolist()
        [3.0, 5.0]
    """
    return xp.maximum(input, other)


@pointwise("minimum(input, other)", real=True)
def minimum(xp, input: Operand, other: Operand):
    """The smaller of two elements; nan when either is.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.minimum(ft.tensor([1.0, 5.0]), ft.tensor([3.0, 2.0])).tolist()
        [1.0, 2.0]
    """
    return xp.minimum(input, other)


@pointwise("1 / input", promote="float", dtypes="float")
def reciprocal(xp, input: Array):
    """``1 / input``, element by element; integers give the default float.

    Args:
        input: Tensor of any shape.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.reciprocal(ft.tensor([2.0, 4.0])).tolist()
        [0.5, 0.25]
    """
    return xp.reciprocal(input)


@pointwise("input * input", dtypes="numeric")
def square(xp, input: Array):
    """``input * input``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.square(ft.tensor([1.0, -3.0])).tolist()
        [1.0, 9.0]
    """
    return xp.square(input)


@pointwise(
    "minimum(maximum(input, min), max)",
    cpp_absent={"min": "lowest", "max": "highest"},
    dtypes="numeric",
    real=True,
    aliases=("clip",),
)
def clamp(xp, input: Array, min: OptionalNumber = None, max: OptionalNumber = None):
    """Each element moved into [min, max]; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.
        min: least value of the result, or None for no bound.
        max: greatest value of the result, or None. Where ``min > max``, the result is ``max``.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: neither bound is given, or one is outside the range of ``input``'s dtype.
        DTypeError: a bound is a float and ``input`` holds integers.

    Example:
        >>> ft.clamp(ft.tensor([-2.0, 0.5, 2.0]), -1, 1).tolist()
        [-1.0, 0.5, 1.0]
    """
    if min is not None:
        input = xp.maximum(input, in_kind_of(xp, min, input.dtype))
    return input if max is None else xp.minimum(input, in_kind_of(xp, max, input.dtype))


@clamp.check
def _(input, min, max):
    if min is None and max is None:
        errors.value_error("clamp", None, "min, max or both", "neither")
    min, max = python_number(min), python_number(max)
    for name, bound in (("min", min), ("max", max)):
        if isinstance(bound, float) and input.dtype.kind in "iu":
            errors.dtype_error("clamp", name, f"an int for a Tensor of {input.dtype.name}", f"float {bound}")
        if bound is not None:
            check_number("clamp", name, bound, input.dtype)
    return input, min, max


@pointwise("input + weight * (end - input)", promote="float", dtypes="float")
def lerp(xp, input: Operand, end: Operand, weight: Operand):
    """Linear interpolation: ``input + weight * (end - input)``.

    Args:
        input: where ``weight`` is 0: Tensor of any shape, or a number.
        end: where ``weight`` is 1: Tensor or number; all shapes broadcast.
        weight: Tensor or number, usually in [0, 1].

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.lerp(ft.tensor([0.0, 10.0]), ft.tensor([4.0, 20.0]), 0.25).tolist()
        [1.0, 12.5]
    """
    return xp.add(input, xp.multiply(weight, xp.subtract(end, input)))


@pointwise("input + value * (tensor1 * tensor2)", dtypes="numeric")
def addcmul(xp, input: Operand, tensor1: Operand, tensor2: Operand, *, value: Number = 1):
    """``input + value * tensor1 * tensor2``, element by element.

    Args:
        input: Tensor of any shape and numeric dtype, or a number.
        tensor1: first factor: Tensor or number; all shapes broadcast.
        tensor2: second factor: Tensor or number.
        value: a number that scales the product.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
        DTypeError: ``value`` is a float and the Tensors hold integers.

    Example:
        >>> ft.addcmul(ft.tensor([1.0, 1.0]), ft.tensor([2.0, 3.0]), ft.tensor([4.0, 5.0]), value=0.5).tolist()
        [5.0, 8.5]
    """
    product = xp.multiply(tensor1, tensor2)
    return xp.add(input, xp.multiply(product, in_kind_of(xp, value, product.dtype)))


@addcmul.check
def _(input, tensor1, tensor2, value):
    check_broadcast("addcmul", input=input, tensor1=tensor1, tensor2=tensor2)
    dtypes = [operand.dtype for operand in (input, tensor1, tensor2) if hasattr(operand, "dtype")]
    if isinstance(value, float) and dtypes[0].kind in "iu":
        errors.dtype_error("addcmul", "value", f"an int for Tensors of {dtypes[0].name}", f"float {value}")


@pointwise("input + value * (tensor1 / tensor2)", promote="float", dtypes="float")
def addcdiv(xp, input: Operand, tensor1: Operand, tensor2: Operand, *, value: Number = 1):
    """``input + value * tensor1 / tensor2``, element by element; integers give the default float.

    Args:
        input: Tensor of any shape, or a number.
        tensor1: numerator: Tensor or number; all shapes broadcast.
        tensor2: denominator: Tensor or number.
        value: a number that scales the quotient.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.addcdiv(ft.tensor([1.0, 1.0]), ft.tensor([2.0, 3.0]), ft.tensor([4.0, 6.0]), value=2).tolist()
        [2.0, 2.0]
    """
    quotient = xp.true_divide(tensor1, tensor2)
    return xp.add(input, xp.multiply(quotient, in_kind_of(xp, value, quotient.dtype)))


checks_broadcast(add, sub, mul, div, floor_divide, remainder, maximum, minimum, lerp, addcdiv)
