"""Comparison and logic on each element: rows of the pointwise table whose results are bool."""

from .._schema import Array, Mask, Operand, pointwise
from ._helpers import checks_broadcast, select


@pointwise("input == other", comparison=True, differentiable=False)
def eq(xp, input: Operand, other: Operand):
    """``input == other``, element by element; nan differs from everything.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.eq(ft.tensor([1, 2, 3]), 2).tolist()
        [False, True, False]
    """
    return xp.equal(input, other)


@pointwise("input != other", comparison=True, differentiable=False, aliases=("not_equal",))
def ne(xp, input: Operand, other: Operand):
    """``input != other``, element by element; nan differs from everything.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.ne(ft.tensor([1, 2, 3]), 2).tolist()
        [True, False, True]
    """
    return xp.not_equal(input, other)


@pointwise("input < other", comparison=True, real=True, differentiable=False, aliases=("less",))
def lt(xp, input: Operand, other: Operand):
    """``input < other``, element by element; nan is in no order.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.lt(ft.tensor([1, 2, 3]), 2).tolist()
        [True, False, False]
    """
    return xp.less(input, other)


@pointwise("input <= other", comparison=True, real=True, differentiable=False, aliases=("less_equal",))
def le(xp, input: Operand, other: Operand):
    """``input <= other``, element by element; nan is in no order.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.le(ft.tensor([1, 2, 3]), 2).tolist()
        [True, True, False]
    """
    return xp.less_equal(input, other)


@pointwise("input > other", comparison=True, real=True, differentiable=False, aliases=("greater",))
def gt(xp, input: Operand, other: Operand):
    """``input > other``, element by element; nan is in no order.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.gt(ft.tensor([1, 2, 3]), 2).tolist()
        [False, False, True]
    """
    return xp.greater(input, other)


@pointwise("input >= other", comparison=True, real=True, differentiable=False, aliases=("greater_equal",))
def ge(xp, input: Operand, other: Operand):
    """``input >= other``, element by element; nan is in no order.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.ge(ft.tensor([1, 2, 3]), 2).tolist()
        [False, True, True]
    """
    return xp.greater_equal(input, other)


def _truth(operand):
    """Complex numbers as whether they are not 0, which is all that CuPy's logic takes of them."""
    is_complex = operand.dtype.kind == "c" if hasattr(operand, "dtype") else isinstance(operand, complex)
    return operand != 0 if is_complex else operand


@pointwise("input != 0 && other != 0", comparison=True, differentiable=False)
def logical_and(xp, input: Operand, other: Operand):
    """Whether both elements are true; zero is false, all else is true.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.logical_and(ft.tensor([True, True, False]), ft.tensor([True, False, False])).tolist()
        [True, False, False]
    """
    return xp.logical_and(_truth(input), _truth(other))


@pointwise("input != 0 || other != 0", comparison=True, differentiable=False)
def logical_or(xp, input: Operand, other: Operand):
    """Whether at least one of two elements is true; zero is false, all else is true.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.logical_or(ft.tensor([True, True, False]), ft.tensor([True, False, False])).tolist()
        [True, True, False]
    """
    return xp.logical_or(_truth(input), _truth(other))


@pointwise("(input != 0) != (other != 0)", comparison=True, differentiable=False)
def logical_xor(xp, input: Operand, other: Operand):
    """Whether exactly one of two elements is true; zero is false, all else is true.

    Args:
        input: Tensor of any shape and dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        bool Tensor of the broadcast shape.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.logical_xor(ft.tensor([True, True, False]), ft.tensor([True, False, False])).tolist()
        [False, True, False]
    """
    return xp.logical_xor(_truth(input), _truth(other))


@pointwise("input == 0", comparison=True, differentiable=False)
def logical_not(xp, input: Array):
    """Whether each element is false, that is zero.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.logical_not(ft.tensor([True, False])).tolist()
        [False, True]
    """
    return xp.logical_not(_truth(input))


@pointwise("select(condition, input, other)", inplace=False, function=False, method=False)
def where(xp, condition: Mask, input: Operand, other: Operand):
    """``input`` where ``condition`` is true, ``other`` elsewhere.

    Args:
        condition: bool Tensor.
        input: Tensor or number to take where the condition is true; all shapes broadcast.
        other: Tensor or number to take elsewhere.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
        DTypeError: ``condition`` is not of bools.

    Example:
        >>> x = ft.tensor([1.0, -2.0])
        >>> ft.where(x > 0, x, 0).tolist()
        [1.0, 0.0]
    """
    # Numbers must not widen the result.
    if not hasattr(input, "dtype"):
        input = xp.asarray(input, dtype=other.dtype)
    if not hasattr(other, "dtype"):
        other = xp.asarray(other, dtype=input.dtype)
    return select(xp, condition, input, other)


checks_broadcast(eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor, where)
