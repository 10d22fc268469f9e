"""Activation functions that are straight between kinks."""

from .._schema import Array, Number, pointwise
from ._helpers import in_kind_of, narrowed, select, widened


@pointwise("minimum(maximum(input, min_val), max_val)", dtypes="float", real=True)
def hardtanh(xp, input: Array, min_val: Number = -1.0, max_val: Number = 1.0):
    """Each element moved into [``min_val``, ``max_val``]; nan stays nan.

    Args:
        input: Tensor of any shape and floating dtype.
        min_val: least value of the result.
        max_val: greatest value of the result.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.hardtanh(ft.tensor([-2.0, 0.5, 2.0])).tolist()
        [-1.0, 0.5, 1.0]
    """
    low, high = (in_kind_of(xp, v, input.dtype) for v in (min_val, max_val))
    return xp.minimum(xp.maximum(input, low), high)


@pointwise("minimum(maximum(input, T(0)), T(6))", dtypes="numeric", real=True)
def relu6(xp, input: Array):
    """Each element moved into [0, 6]; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.relu6(ft.tensor([-1.0, 2.0, 8.0])).tolist()
        [0.0, 2.0, 6.0]
    """
    return xp.minimum(xp.maximum(input, 0), 6)


@pointwise("minimum(maximum(input + 3, T(0)), T(6)) / 6", dtypes="float", real=True)
def hardsigmoid(xp, input: Array):
    """``relu6(input + 3) / 6``, element by element: straight lines near :func:`sigmoid`.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.hardsigmoid(ft.tensor([-4.0, 0.0, 4.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    x = widened(input)
    return narrowed(xp.clip(x + 3, 0, 6) / 6, input.dtype)


@pointwise("select(input <= -3, T(0), input * (minimum(input + 3, T(6)) / 6))", dtypes="float", real=True)
def hardswish(xp, input: Array):
    """``input * hardsigmoid(input)``, element by element: near :func:`silu`.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.hardswish(ft.tensor([-4.0, 1.5, 4.0])).tolist()
        [0.0, 1.125, 4.0]
    """
    x = widened(input)
    return narrowed(xp.maximum(x, -3) * (xp.clip(x + 3, 0, 6) / 6), input.dtype)


@pointwise("select(absolute(input) <= lambd, T(0), input)", dtypes="float", real=True)
def hardshrink(xp, input: Array, lambd: Number = 0.5):
    """0 for elements in [-``lambd``, ``lambd``], others as they are.

    Args:
        input: Tensor of any shape and floating dtype.
        lambd: how far from 0 elements become 0.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.hardshrink(ft.tensor([-1.0, 0.25, 1.0])).tolist()
        [-1.0, 0.0, 1.0]
    """
    near = xp.absolute(input) <= in_kind_of(xp, lambd, input.dtype)
    return select(xp, near, xp.zeros((), dtype=input.dtype), input)


@pointwise("input - minimum(maximum(input, -lambd), lambd)", dtypes="float", real=True)
def softshrink(xp, input: Array, lambd: Number = 0.5):
    """Each element moved towards 0 by ``lambd``, or to 0 where it is nearer.

    Args:
        input: Tensor of any shape and floating dtype.
        lambd: how far to move, 0 or more.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.softshrink(ft.tensor([-1.0, 0.25, 1.0])).tolist()
        [-0.5, 0.0, 0.5]
    """
    low, high = (in_kind_of(xp, v, input.dtype) for v in (-lambd, lambd))
    return input - xp.minimum(xp.maximum(input, low), high)


@pointwise("select(input <= threshold, value, input)", dtypes="float", real=True)
def threshold(xp, input: Array, threshold: Number, value: Number):
    """Each element where it is above ``threshold``, ``value`` elsewhere; nan stays nan.

    Args:
        input: Tensor of any shape and floating dtype.
        threshold: elements up to this are replaced.
        value: what replaces them.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.threshold(ft.tensor([-1.0, 0.5, 2.0]), 1, 9).tolist()
        [9.0, 9.0, 2.0]
    """
    bound, value = (in_kind_of(xp, v, input.dtype) for v in (threshold, value))
    return select(xp, input <= bound, xp.asarray(value, dtype=input.dtype), input)
