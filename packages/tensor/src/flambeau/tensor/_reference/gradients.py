"""Parts of derivatives: what would take several operators elsewhere, as one that is differentiable itself."""

import math

from .. import errors
from .._schema import Anything, Array, Bool, Dim, Operand, Shape, operator, pointwise
from ._helpers import checks_broadcast, narrowed, widened


def _as_arrays(xp, input, other):
    """Both as arrays, where one may be a number: of the other's dtype."""
    dtype = (input if hasattr(input, "dtype") else other).dtype
    return xp.asarray(input, dtype=dtype), xp.asarray(other, dtype=dtype)


_ROW = {"dtypes": "float", "inplace": False, "function": False, "method": False}


@pointwise("other <= 0 ? 0 : input", **_ROW)
def gate(xp, input: Operand, other: Operand):
    """``input`` where ``other`` is positive (or nan), 0 elsewhere: chosen, not multiplied, so that 0 wins over inf.

    Args:
        input: Tensor of any shape and floating dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    input, other = _as_arrays(xp, input, other)
    return xp.where(other <= 0, xp.zeros((), dtype=input.dtype), input)


@pointwise("input > other ? 1 : input < other ? -1 : input == other ? 0 : input + other", **_ROW, differentiable=False)
def order(xp, input: Operand, other: Operand):
    """1 where ``input`` is greater than ``other``, -1 where it is less, 0 where they are equal, nan where either is.

    Unlike the sign of the difference it tells equal infinities.

    Args:
        input: Tensor of any shape and floating dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    input, other = _as_arrays(xp, input, other)
    dtype = input.dtype
    result = (input > other).astype(dtype) - (input < other).astype(dtype)
    return xp.where((input != input) | (other != other), xp.asarray(math.nan, dtype=dtype), result)


@pointwise("grad_output * (output * (1 - output))", **_ROW)
def sigmoid_backward(xp, grad_output: Array, output: Array):
    """The gradient of :func:`sigmoid`: ``grad_output * output * (1 - output)``.

    Args:
        grad_output: gradient of the result.
        output: the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return grad_output * (output * (1 - output))


@pointwise("grad_output * (1 - output * output)", **_ROW)
def tanh_backward(xp, grad_output: Array, output: Array):
    """The gradient of :func:`tanh`: ``grad_output * (1 - output**2)``.

    Args:
        grad_output: gradient of the result.
        output: the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return grad_output * (1 - output * output)


checks_broadcast(gate, order, sigmoid_backward, tanh_backward)


@operator(dtypes="float", function=False, method=False)
def softmax_backward(xp, grad_output: Array, output: Array, dim: Dim):
    """The gradient of :func:`softmax`: ``output * (grad_output - sum(grad_output * output, dim))``.

    Args:
        grad_output: gradient of the result.
        output: the result, of the same shape.
        dim: the dimension along which its elements add up to 1.

    Returns:
        Tensor like ``output``.

    Raises:
        ShapeError: the shapes differ.
    """
    if output.ndim == 0:
        return xp.zeros_like(output)
    g, y = widened(grad_output), widened(output)
    return narrowed(y * (g - xp.sum(g * y, axis=dim, keepdims=True)), output.dtype)


@operator(dtypes="float", function=False, method=False)
def log_softmax_backward(xp, grad_output: Array, output: Array, dim: Dim):
    """The gradient of :func:`log_softmax`: ``grad_output - exp(output) * sum(grad_output, dim)``.

    Args:
        grad_output: gradient of the result.
        output: the result, of the same shape.
        dim: the dimension along which ``exp(output)`` adds up to 1.

    Returns:
        Tensor like ``output``.

    Raises:
        ShapeError: the shapes differ.
    """
    if output.ndim == 0:
        return xp.zeros_like(output)
    g, y = widened(grad_output), widened(output)
    return narrowed(g - xp.exp(y) * xp.sum(g, axis=dim, keepdims=True), output.dtype)


def _same_shape_check(definition):
    @definition.check
    def check(grad_output, output, dim):
        if grad_output.shape != output.shape:
            expected = f"shape {tuple(grad_output.shape)} as grad_output"
            errors.shape_error(definition.name, "output", expected, str(tuple(output.shape)))


for _definition in (softmax_backward, log_softmax_backward):
    _same_shape_check(_definition)

# As far as this, results are written out, because contiguous operands of small operations take the compiled loops.
_SMALL = 4096


@operator(view="maybe", function=False, method=False)
def spread(xp, input: Array, shape: Shape, dim: Anything = None, keepdim: Bool = False):
    """A reduction's result in every place that it was reduced from: the gradient of :func:`sum`.

    Args:
        input: a reduction of a Tensor of shape ``shape``.
        shape: that shape.
        dim: the dimensions that were reduced, 0 or more; None for all.
        keepdim: whether ``input`` has these dimensions, with size 1.

    Returns:
        Tensor of shape ``shape``: a read-only view where it is large.
    """
    if dim is not None and not keepdim:
        input = input.reshape(tuple([1 if d in dim else n for d, n in enumerate(shape)]))
    if math.prod(shape) > _SMALL:
        return xp.broadcast_to(input, shape)
    result = xp.empty(shape, dtype=input.dtype)
    result[...] = input
    return result
