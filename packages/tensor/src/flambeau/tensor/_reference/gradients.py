"""Parts of derivatives: what would take several operators elsewhere, as one that is differentiable itself."""

import math

from .. import errors
from .._schema import Anything, Array, Bool, Dim, Number, Operand, Shape, operator, pointwise
from ._helpers import checks_broadcast, in_kind_of, narrowed, select, widened
from .activations import sigmoid, softplus
from .special import erfc_float64


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
    return select(xp, other <= 0, xp.zeros((), dtype=input.dtype), input)


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
    return select(xp, (input != input) | (other != other), xp.asarray(math.nan, dtype=dtype), result)


def conjugated(xp, x):
    """The conjugate, where there is another than the number itself."""
    return xp.conjugate(x) if x.dtype.kind == "c" else x


@pointwise("select(grad_output == 0, grad_output, grad_output * slope)", **_ROW)
def chain(xp, grad_output: Array, slope: Array):
    """The chain rule: ``grad_output * conj(slope)``, and 0 where ``grad_output`` is 0, whatever the slope is there.

    So nothing comes of what was computed and not used, an infinite slope included.

    Args:
        grad_output: gradient of the result.
        slope: derivative of the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return select(xp, grad_output == 0, grad_output, grad_output * conjugated(xp, slope))


@pointwise("select(grad_output == 0, grad_output, grad_output / divisor)", **_ROW)
def chain_over(xp, grad_output: Array, divisor: Array):
    """The chain rule for a reciprocal slope: ``grad_output / conj(divisor)``, and 0 where ``grad_output`` is 0.

    Args:
        grad_output: gradient of the result.
        divisor: what the derivative of the result is the reciprocal of.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return select(xp, grad_output == 0, grad_output, grad_output / conjugated(xp, divisor))


@pointwise("select((output == 0) | (grad_output == 0), T(0), grad_output / (output + output))", **_ROW)
def sqrt_backward(xp, grad_output: Array, output: Array):
    """The gradient of :func:`sqrt`: ``grad_output / (2 * conj(output))``, and 0 where either is 0.

    Args:
        grad_output: gradient of the result.
        output: the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    nothing = xp.zeros((), dtype=output.dtype)
    return select(xp, (output == 0) | (grad_output == 0), nothing, grad_output / conjugated(xp, output + output))


@pointwise("grad_output * (output * (1 - output))", **_ROW)
def sigmoid_backward(xp, grad_output: Array, output: Array):
    """The gradient of :func:`sigmoid`: ``grad_output * conj(output * (1 - output))``.

    Args:
        grad_output: gradient of the result.
        output: the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return grad_output * conjugated(xp, output * (1 - output))


@pointwise("grad_output * (1 - output * output)", **_ROW)
def tanh_backward(xp, grad_output: Array, output: Array):
    """The gradient of :func:`tanh`: ``grad_output * conj(1 - output**2)``.

    Args:
        grad_output: gradient of the result.
        output: the result.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return grad_output * conjugated(xp, 1 - output * output)


@pointwise("select((other <= low) | (other >= high), T(0), input)", **_ROW, real=True)
def inside(xp, input: Operand, other: Operand, low: Number, high: Number):
    """``input`` where ``other`` is between ``low`` and ``high`` (or nan), 0 elsewhere and on the bounds.

    Args:
        input: Tensor of any shape and floating dtype, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.
        low: the lower bound.
        high: the upper bound.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    input, other = _as_arrays(xp, input, other)
    low, high = (in_kind_of(xp, v, other.dtype) for v in (low, high))
    return select(xp, (other <= low) | (other >= high), xp.zeros((), dtype=input.dtype), input)


@pointwise("grad_output * (output > 0 ? above : output + offset)", **_ROW, real=True)
def elu_backward(xp, grad_output: Array, output: Array, above: Number, offset: Number):
    """The gradient of :func:`elu` and its kin: ``above`` for positive results, else ``output + offset``.

    Args:
        grad_output: gradient of the result, by which that is multiplied.
        output: the result.
        above: the slope above 0.
        offset: the slope below 0 at 0.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    above, offset = (in_kind_of(xp, v, output.dtype) for v in (above, offset))
    return grad_output * xp.where(output > 0, above, output + offset).astype(output.dtype)


@pointwise(
    "select(input <= -3, T(0), select(input >= 3, grad_output, grad_output * (input / 3 + T(0.5))))", **_ROW, real=True
)
def hardswish_backward(xp, grad_output: Array, input: Array):
    """The gradient of :func:`hardswish`: ``grad_output`` times 0 up to -3, 1 from 3 on, ``input / 3 + 1 / 2`` between.

    Args:
        grad_output: gradient of the result.
        input: the argument.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    g, x = widened(grad_output), widened(input)
    middle = xp.where(x >= 3, g, g * (xp.clip(x, -3, 3) / 3 + 0.5))
    return narrowed(xp.where(x <= -3, xp.zeros((), dtype=x.dtype), middle), input.dtype)


@pointwise("grad_output * silu_slope(input)", **_ROW, real=True)
def silu_backward(xp, grad_output: Array, input: Array):
    """The gradient of :func:`silu`: ``grad_output`` times ``s * (1 + input * (1 - s))``, s being ``sigmoid(input)``.

    Args:
        grad_output: gradient of the result.
        input: the argument.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    x = xp.clip(widened(input), -1000, 1000)
    s = sigmoid(xp, x)
    return narrowed(widened(grad_output) * (s * (1 + x * sigmoid(xp, -x))), input.dtype)


@pointwise("grad_output * mish_slope(input)", **_ROW, real=True)
def mish_backward(xp, grad_output: Array, input: Array):
    """The gradient of :func:`mish`: ``grad_output`` times ``t + input * (1 - t**2) * sigmoid(input)``.

    There t is ``tanh(softplus(input))``.

    Args:
        grad_output: gradient of the result.
        input: the argument.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    x = xp.clip(widened(input), -1000, 1000)
    t = xp.tanh(softplus(xp, x))
    return narrowed(widened(grad_output) * (t + x * (1 - t * t) * sigmoid(xp, x)), input.dtype)


@pointwise("grad_output * gelu_slope(input)", **_ROW, real=True)
def gelu_exact_backward(xp, grad_output: Array, input: Array):
    """The gradient of :func:`gelu`: ``grad_output`` times the normal distribution and ``input`` times its density.

    Args:
        grad_output: gradient of the result.
        input: the argument.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    x = xp.clip(input.astype("float64"), -40, 40)
    below = 0.5 * erfc_float64(xp, x * -math.sqrt(0.5))
    slope = below + x * xp.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return (grad_output * slope.astype(input.dtype)).astype(input.dtype)


@pointwise("grad_output * gelu_tanh_slope(input)", **_ROW, real=True)
def gelu_tanh_backward(xp, grad_output: Array, input: Array):
    """The gradient of the approximate :func:`gelu`: ``grad_output`` times its derivative.

    Args:
        grad_output: gradient of the result.
        input: the argument.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    x = xp.clip(widened(input), -40, 40)
    linear, cubic = math.sqrt(8 / math.pi), 0.044715 * math.sqrt(8 / math.pi)
    v = x * (linear + cubic * x * x)
    s = sigmoid(xp, v)
    slope = s + x * s * sigmoid(xp, -v) * (linear + 3 * cubic * x * x)
    return narrowed(widened(grad_output) * slope, input.dtype)


checks_broadcast(
    chain,
    chain_over,
    sqrt_backward,
    gate, order, sigmoid_backward, tanh_backward, inside, elu_backward, hardswish_backward, silu_backward,
    mish_backward, gelu_exact_backward, gelu_tanh_backward,
)  # fmt: skip


@operator(dtypes="float", real=True, function=False, method=False)
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


@operator(dtypes="float", real=True, function=False, method=False)
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
