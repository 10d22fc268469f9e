"""Activation functions."""

from .._schema import Array, Dim, Number, operator, pointwise
from ._helpers import in_kind_of, narrowed, widened


@pointwise("relu(input)", dtypes="numeric")
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


@pointwise("input > 0 ? input : input * negative_slope", dtypes="float")
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
    return xp.where(input > 0, input, input * in_kind_of(xp, negative_slope, input.dtype))


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
    # exp of what is not positive cannot overflow: e^-|x| serves both branches.
    decay = xp.exp(-xp.absolute(input))
    return xp.where(input < 0, decay, 1) / (1 + decay)


@pointwise("softplus(input, beta, threshold)", dtypes="float")
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
    return xp.where(scaled > threshold, input, smooth / beta)


@operator(dtypes="float")
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


@operator(dtypes="float")
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

    return ft.amax(input.data, dim, keepdim=True) if input.numel() else ft.zeros((), dtype=input.dtype)
