"""Operations on the bits of integers and bools, and on whole numbers: rows of the pointwise table."""

from .._schema import Array, Operand, pointwise
from ._helpers import checks_broadcast


@pointwise("input & other", dtypes="integral", differentiable=False)
def bitwise_and(xp, input: Operand, other: Operand):
    """``input & other``, bit by bit; the logical "and" of bools.

    Args:
        input: Tensor of any shape and an integer or bool dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Example:
        >>> (ft.tensor([6, 3]) & 2).tolist()
        [2, 2]
    """
    return xp.bitwise_and(input, other)


@pointwise("input | other", dtypes="integral", differentiable=False)
def bitwise_or(xp, input: Operand, other: Operand):
    """``input | other``, bit by bit; the logical "or" of bools.

    Args:
        input: Tensor of any shape and an integer or bool dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Example:
        >>> (ft.tensor([True, False]) | False).tolist()
        [True, False]
    """
    return xp.bitwise_or(input, other)


@pointwise("input ^ other", dtypes="integral", differentiable=False)
def bitwise_xor(xp, input: Operand, other: Operand):
    """``input ^ other``, bit by bit; "exactly one" of bools.

    Args:
        input: Tensor of any shape and an integer or bool dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Example:
        >>> (ft.tensor([6, 3]) ^ 2).tolist()
        [4, 1]
    """
    return xp.bitwise_xor(input, other)


@pointwise("invert(input)", dtypes="integral", differentiable=False)
def bitwise_not(xp, input: Array):
    """``~input``, bit by bit; the logical "not" of bools.

    Args:
        input: Tensor of any shape and an integer or bool dtype.

    Returns:
        Tensor of the same shape and dtype.

    Example:
        >>> (~ft.tensor([0, -3])).tolist()
        [-1, 2]
    """
    return xp.invert(input)


def _whole(xp, input, other):
    """Both as arrays: where one is a number, as that of the other's dtype."""
    dtype = (input if hasattr(input, "dtype") else other).dtype
    return xp.asarray(input, dtype=dtype), xp.asarray(other, dtype=dtype)


@pointwise("shift_left(input, other)", dtypes="integers", differentiable=False)
def bitwise_left_shift(xp, input: Operand, other: Operand):
    """``input << other``: the bits moved up, zeros coming in. All are gone for an ``other`` beyond them, or negative.

    Args:
        input: Tensor of any shape and an integer dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> (ft.tensor([1, 3]) << 2).tolist()
        [4, 12]
    """
    input, other = _whole(xp, input, other)
    there = xp.logical_and(other >= 0, other < 8 * input.dtype.itemsize)
    return xp.where(there, xp.left_shift(input, xp.where(there, other, 0)), 0).astype(input.dtype)


@pointwise("shift_right(input, other)", dtypes="integers", differentiable=False)
def bitwise_right_shift(xp, input: Operand, other: Operand):
    """``input >> other``: the bits moved down, copies of the sign coming in.

    Only those copies are left for an ``other`` beyond the bits, or negative.

    Args:
        input: Tensor of any shape and an integer dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> (ft.tensor([12, -3]) >> 1).tolist()
        [6, -2]
    """
    input, other = _whole(xp, input, other)
    there = xp.logical_and(other >= 0, other < 8 * input.dtype.itemsize)
    gone = xp.where(input < 0, -1, 0).astype(input.dtype)
    return xp.where(there, xp.right_shift(input, xp.where(there, other, 0)), gone).astype(input.dtype)


@pointwise("greatest_divisor(input, other)", dtypes="integers", differentiable=False)
def gcd(xp, input: Operand, other: Operand):
    """The greatest common divisor of two elements; not negative, and 0 of two zeros.

    Args:
        input: Tensor of any shape and an integer dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.gcd(ft.tensor([12, -18, 0]), 8).tolist()
        [4, 2, 8]
    """
    return xp.gcd(*_whole(xp, input, other))


@pointwise("least_multiple(input, other)", dtypes="integers", differentiable=False)
def lcm(xp, input: Operand, other: Operand):
    """The least common multiple of two elements; not negative, and 0 where one is 0.

    Args:
        input: Tensor of any shape and an integer dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.lcm(ft.tensor([4, -6, 0]), 10).tolist()
        [20, 30, 0]
    """
    return xp.lcm(*_whole(xp, input, other))


checks_broadcast(bitwise_and, bitwise_or, bitwise_xor, bitwise_left_shift, bitwise_right_shift, gcd, lcm)
