"""Bitwise operations on integers and bools: rows of the pointwise table."""

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


checks_broadcast(bitwise_and, bitwise_or, bitwise_xor)
