"""Activation functions."""

import math

from .._schema import Array, Dim, Number, operator, pointwise
from ._helpers import checks_broadcast, in_kind_of, narrowed, select, widened
from .special import erfc_float64


@pointwise("relu(input)", dtypes="numeric", real=True)
def relu(xp, input: Array):
    """``max(input, 0)``, element by element; nan stays nan.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.relu(ft.tensor([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """
    return xp.maximum(input, 0)


@pointwise("input > 0 ? input : input * negative_slope", dtypes="float", real=True)
def leaky_relu(xp, input: Array, negative_slope: Number = 0.01):
    """Each element where it is positive, ``negative_slope`` times it elsewhere.

    Args:
        input: Tensor of any shape and floating dtype.
        negative_slope: the factor of negative elements.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.leaky_relu(ft.tensor([-2.0, 2.0]), 0.5).tolist()
        [-1.0, 2.0]
    """
    return select(xp, input > 0, input, input * in_kind_of(xp, negative_slope, input.dtype))


@pointwise("input > 0 ? input : input * slope", dtypes="float", real=True, inplace=False, function=False, method=False)
def parametric_relu(xp, input: Array, slope: Array):
    """Each element where it is positive, a slope of its own times it elsewhere.

    Args:
        input: Tensor of any shape and floating dtype.
        slope: Tensor whose shape broadcasts with ``input``'s: the factors of negative elements.

    Returns:
        Tensor of the broadcast shape and the promoted dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    return select(xp, input > 0, input, input * slope)


checks_broadcast(parametric_relu)


@pointwise("sigmoid(input)", promote="float", dtypes="float")
def sigmoid(xp, input: Array):
    """``1 / (1 + exp(-input))``, element by element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype, with elements in [0, 1].

    Example:
        >>> ft.sigmoid(ft.tensor([-1000.0, 0.0, 1000.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    if input.dtype.kind == "c":
        return 1 / (1 + xp.exp(-input))
    # exp of what is not positive cannot overflow: e^-|x| serves both branches.
    decay = xp.exp(-xp.absolute(input))
    return narrowed(xp.where(input < 0, decay, 1) / (1 + decay), input.dtype)


@pointwise("softplus(input, beta, threshold)", dtypes="float", real=True)
def softplus(xp, input: Array, beta: Number = 1, threshold: Number = 20):
    """``log(1 + exp(beta * input)) / beta``, element by element: a smooth :func:`relu`.

    Args:
        input: Tensor of any shape and floating dtype.
        beta: how sharp the bend is.
        threshold: the result is ``input`` itself where ``beta * input`` exceeds this.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.softplus(ft.tensor([-1000.0, 0.0, 1000.0])).tolist()
        [0.0, 0.6931471824645996, 1000.0]
    """
    beta = in_kind_of(xp, beta, input.dtype)
    scaled = input * beta
    smooth = xp.maximum(scaled, 0) + xp.log1p(xp.exp(-xp.absolute(scaled)))
    return select(xp, scaled > threshold, input, smooth / beta)


# Of G. Klambauer et al., "Self-normalizing neural networks" (2017).
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_LEAST = -1000  # from where the smooth activations are 0, without the nan of inf * 0


@pointwise("silu(input)", dtypes="float", real=True)
def silu(xp, input: Array):
    """``input * sigmoid(input)``, element by element: the sigmoid linear unit, also called swish.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.silu(ft.tensor([-1000.0, 0.0, 1.0])).tolist()
        [-0.0, 0.0, 0.7310585975646973]
    """
    x = widened(input)
    return narrowed(xp.maximum(x, _LEAST) * sigmoid(xp, x), input.dtype)


@pointwise("mish(input)", dtypes="float", real=True)
def mish(xp, input: Array):
    """``input * tanh(softplus(input))``, element by element.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.mish(ft.tensor([-1000.0, 0.0, 1.0])).tolist()
        [-0.0, 0.0, 0.8650984168052673]
    """
    x = widened(input)
    return narrowed(xp.maximum(x, _LEAST) * xp.tanh(softplus(xp, x)), input.dtype)


@pointwise("gelu(input)", dtypes="float", real=True, function=False, method=False, inplace=False)
def gelu_exact(xp, input: Array):
    """``input`` times the probability that a standard normal variable is below it: :func:`gelu` itself.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.
    """
    x = input.astype("float64")
    return (xp.maximum(x, _LEAST) * 0.5 * erfc_float64(xp, x * -math.sqrt(0.5))).astype(input.dtype)


@pointwise("gelu_tanh(input)", dtypes="float", real=True, function=False, method=False, inplace=False)
def gelu_tanh(xp, input: Array):
    """``input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input**3))) / 2``, which approximates :func:`gelu`.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.
    """
    x = widened(input)
    inside = xp.clip(x, -40, 40)  # from where it is 0, or the input
    cubic = inside * (1 + 0.044715 * inside * inside)
    return narrowed(xp.maximum(x, _LEAST) * sigmoid(xp, cubic * math.sqrt(8 / math.pi)), input.dtype)


@pointwise("log_sigmoid(input)", dtypes="float", real=True)
def logsigmoid(xp, input: Array):
    """``log(sigmoid(input))``, element by element, without the underflow of the two steps.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.logsigmoid(ft.tensor([-1000.0, 0.0, 1000.0])).tolist()
        [-1000.0, -0.6931471824645996, -0.0]
    """
    return -softplus(xp, -input, threshold=math.inf)


@pointwise("input / (1 + absolute(input))", promote="float", dtypes="float", real=True)
def softsign(xp, input: Array):
    """``input / (1 + abs(input))``, element by element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.softsign(ft.tensor([-1.0, 0.0, 3.0])).tolist()
        [-0.5, 0.0, 0.75]
    """
    return input / (1 + xp.absolute(input))


@pointwise("input - tanh(input)", dtypes="float", real=True)
def tanhshrink(xp, input: Array):
    """``input - tanh(input)``, element by element.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.tanhshrink(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.23840582370758057]
    """
    x = widened(input)
    return narrowed(x - xp.tanh(x), input.dtype)


@pointwise("elu(input, alpha)", dtypes="float", real=True)
def elu(xp, input: Array, alpha: Number = 1.0):
    """Each element where it is positive, ``alpha * (exp(input) - 1)`` elsewhere: the exponential linear unit.

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: minus the limit of the result at minus infinity.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.elu(ft.tensor([-1000.0, 0.0, 2.0]), 0.5).tolist()
        [-0.5, 0.0, 2.0]
    """
    x = widened(input)
    return narrowed(xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0))), input.dtype)


@pointwise("T(1.0507009873554805) * elu(input, T(1.6732632423543772))", dtypes="float", real=True)
def selu(xp, input: Array):
    """A scaled :func:`elu` that drives activations towards mean 0 and variance 1.

    Args:
        input: Tensor of any shape and floating dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.selu(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 1.0507010221481323]
    """
    x = widened(input)
    return narrowed(SELU_SCALE * elu(xp, x, SELU_ALPHA), input.dtype)


@pointwise("input > 0 ? input : alpha * expm1(input / alpha)", dtypes="float", real=True)
def celu(xp, input: Array, alpha: Number = 1.0):
    """Each element where it is positive, ``alpha * (exp(input / alpha) - 1)`` elsewhere: an :func:`elu` without a kink.

    Args:
        input: Tensor of any shape and floating dtype.
        alpha: minus the limit of the result at minus infinity; not 0.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.celu(ft.tensor([-1000.0, 0.0, 2.0]), 0.5).tolist()
        [-0.5, 0.0, 2.0]
    """
    x = widened(input)
    return narrowed(xp.where(x > 0, x, alpha * xp.expm1(xp.where(x > 0, 0, x) / alpha)), input.dtype)


@operator(dtypes="float", real=True)
def softmax(xp, input: Array, dim: Dim):
    """``exp(input) / sum(exp(input), dim)``: weights along ``dim`` that add up to 1.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which the weights add up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.softmax(ft.tensor([[0.0, 0.0], [1000.0, 0.0]]), dim=1).tolist()
        [[0.5, 0.5], [1.0, 0.0]]
    """
    if input.size == 0 or input.ndim == 0:
        return xp.ones_like(input)
    x = widened(input)
    powers = xp.exp(x - x.max(axis=dim, keepdims=True))
    return narrowed(powers / powers.sum(axis=dim, keepdims=True), input.dtype)


@softmax.composite
def _(input, dim):
    import flambeau.tensor as ft

    # The shift cancels, in the derivatives too: it is a constant.
    powers = ft.exp(input - _greatest(input, dim))
    return powers / ft.sum(powers, dim, keepdim=True)


@operator(dtypes="float", real=True)
def log_softmax(xp, input: Array, dim: Dim):
    """``log(softmax(input, dim))``, without the underflow of the two steps.

    Args:
        input: Tensor of any shape and floating dtype.
        dim: the dimension along which ``exp`` of the result adds up to 1.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.log_softmax(ft.tensor([1000.0, 0.0]), dim=0).tolist()
        [0.0, -1000.0]
    """
    if input.size == 0 or input.ndim == 0:
        return xp.zeros_like(input)
    x = widened(input)
    x = x - x.max(axis=dim, keepdims=True)
    return narrowed(x - xp.log(xp.exp(x).sum(axis=dim, keepdims=True)), input.dtype)


@log_softmax.composite
def _(input, dim):
    import flambeau.tensor as ft

    shifted = input - _greatest(input, dim)
    return shifted - ft.log(ft.sum(ft.exp(shifted), dim, keepdim=True))


def _greatest(input, dim):
    """The greatest element along ``dim`` as a constant: no gradient goes through it."""
    import flambeau.tensor as ft

    if input.numel() == 0:
        return ft.zeros((), dtype=input.dtype, device=input.device)
    return ft.amax(input.data, dim, keepdim=True)
