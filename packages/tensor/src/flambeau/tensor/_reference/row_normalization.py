"""Normalisation of each sample by itself: over its last dimensions, or over groups of its channels."""

import math

from .. import errors
from .._schema import Array, Int, Number, OptionalArray, operator
from ._helpers import narrowed, widened


def _normal(xp, rows, eps, centred=True):
    """Rows brought to mean 0 and mean square 1, the means, and the factors. Not centred, the means are 0."""
    count = max(rows.shape[1], 1)
    mean = None
    if centred:
        mean = xp.sum(rows, axis=1, keepdims=True) / count
        rows = rows - mean
    factor = 1 / xp.sqrt(xp.sum(xp.square(rows), axis=1, keepdims=True) / count + eps)
    return rows * factor, mean, factor


def _slopes(xp, grad, normal, factor, centred=True):
    """The gradient of rows, from that of their normal form: what it has along mean and factor is taken out."""
    count = max(normal.shape[1], 1)
    along = normal * (xp.sum(grad * normal, axis=1, keepdims=True) / count)
    if centred:
        along = along + xp.sum(grad, axis=1, keepdims=True) / count
    return (grad - along) * factor


def _split(shape, dims):
    """The shape of rows over the last ``dims`` dimensions."""
    rows = shape[: len(shape) - dims]
    return math.prod(rows), math.prod(shape[len(rows) :])


def _check_last(operation, input, dims, **parameters):
    if not 1 <= dims <= input.ndim:
        got = f"{dims} of shape {tuple(input.shape)}"
        errors.shape_error(operation, "dims", f"1 to {input.ndim} dimensions to normalise over", got)
    wanted = tuple(input.shape[input.ndim - dims :])
    for name, array in parameters.items():
        if array is not None and tuple(array.shape) != wanted:
            errors.shape_error(operation, name, f"shape {wanted}, input's last", str(tuple(array.shape)))


@operator(dtypes="float", real=True, auxiliary=("mean", "invstd"), function=False, method=False)
def layer_norm(
    xp, input: Array, dims: Int, weight: OptionalArray = None, bias: OptionalArray = None, eps: Number = 1e-5
):
    """The last dimensions brought to mean 0 and variance 1, each row by itself, then scaled and shifted.

    Args:
        input: Tensor of floats.
        dims: how many of the last dimensions make a row.
        weight: Tensor of a row's shape, or None.
        bias: Tensor of a row's shape, or None.
        eps: added to the variance, so that rows without any do not divide by zero.

    Returns:
        ``result``, like ``input``; the ``mean`` of each row, and ``invstd``, 1 / sqrt(variance + eps) of each, with
        one dimension. No gradient flows through the last two.

    Raises:
        ShapeError: ``dims`` is no number of dimensions of ``input``, or ``weight`` or ``bias`` does not fit.
    """
    x = widened(input)
    normal, mean, invstd = _normal(xp, x.reshape(_split(x.shape, dims)), eps)
    result = normal.reshape(x.shape)
    if weight is not None:
        result = result * widened(weight)
    if bias is not None:
        result = result + widened(bias)
    return narrowed(result, input.dtype), mean.reshape(-1), invstd.reshape(-1)


@layer_norm.check
def _(input, dims, weight, bias, eps):
    _check_last("layer_norm", input, dims, weight=weight, bias=bias)


@layer_norm.composite
def _(input, dims, weight=None, bias=None, eps=1e-5):
    import flambeau.tensor as ft

    over = tuple(range(-dims, 0))
    centered = input - ft.mean(input, over, keepdim=True)
    result = centered * ft.rsqrt(ft.mean(ft.square(centered), over, keepdim=True) + eps)
    result = result if weight is None else result * weight
    return result if bias is None else result + bias


_BACKWARD = {"function": False, "method": False, "differentiable": False, "dtypes": "float"}


@operator(outputs=("grad_input", "grad_weight", "grad_bias"), **_BACKWARD)
def layer_norm_backward(
    xp, grad_output: Array, input: Array, dims: Int, weight: OptionalArray, mean: Array, invstd: Array
):
    """The gradients of :func:`layer_norm`.

    Args:
        grad_output: gradient of the result, of ``input``'s shape.
        input: as in the forward pass.
        dims: as in the forward pass.
        weight: as in the forward pass.
        mean: what the forward pass gave.
        invstd: what the forward pass gave.

    Returns:
        The gradients with respect to input, weight and bias.
    """
    shape, dtype = input.shape, input.dtype if weight is None else weight.dtype
    rows = _split(shape, dims)
    x, grad = widened(input).reshape(rows), widened(grad_output).reshape(rows)
    normal = (x - mean.reshape(-1, 1)) * invstd.reshape(-1, 1)
    grad_weight, grad_bias = xp.sum(grad * normal, axis=0), xp.sum(grad, axis=0)
    if weight is not None:
        grad = grad * widened(weight).reshape(-1)
    grad_input = _slopes(xp, grad, normal, invstd.reshape(-1, 1)).reshape(shape)
    last = shape[len(shape) - dims :]
    return (
        narrowed(grad_input, input.dtype),
        narrowed(grad_weight.reshape(last), dtype),
        narrowed(grad_bias.reshape(last), dtype),
    )


@operator(dtypes="float", real=True, auxiliary=("invrms",), function=False, method=False)
def rms_norm(xp, input: Array, dims: Int, weight: OptionalArray = None, eps: Number = 1e-5):
    """The last dimensions divided by their root mean square, each row by itself, then scaled.

    Args:
        input: Tensor of floats.
        dims: how many of the last dimensions make a row.
        weight: Tensor of a row's shape, or None.
        eps: added to the mean square, so that rows of zeros do not divide by zero.

    Returns:
        ``result``, like ``input``; and ``invrms``, 1 / sqrt(mean square + eps) of each row, with one dimension, through
        which no gradient flows.

    Raises:
        ShapeError: ``dims`` is no number of dimensions of ``input``, or ``weight`` does not fit.
    """
    x = widened(input)
    normal, _, invrms = _normal(xp, x.reshape(_split(x.shape, dims)), eps, centred=False)
    result = normal.reshape(x.shape)
    if weight is not None:
        result = result * widened(weight)
    return narrowed(result, input.dtype), invrms.reshape(-1)


@rms_norm.check
def _(input, dims, weight, eps):
    _check_last("rms_norm", input, dims, weight=weight)


@rms_norm.composite
def _(input, dims, weight=None, eps=1e-5):
    import flambeau.tensor as ft

    over = tuple(range(-dims, 0))
    result = input * ft.rsqrt(ft.mean(ft.square(input), over, keepdim=True) + eps)
    return result if weight is None else result * weight


@operator(outputs=("grad_input", "grad_weight"), **_BACKWARD)
def rms_norm_backward(xp, grad_output: Array, input: Array, dims: Int, weight: OptionalArray, invrms: Array):
    """The gradients of :func:`rms_norm`.

    Args:
        grad_output: gradient of the result, of ``input``'s shape.
        input: as in the forward pass.
        dims: as in the forward pass.
        weight: as in the forward pass.
        invrms: what the forward pass gave.

    Returns:
        The gradients with respect to input and weight.
    """
    shape, dtype = input.shape, input.dtype if weight is None else weight.dtype
    rows = _split(shape, dims)
    x, grad = widened(input).reshape(rows), widened(grad_output).reshape(rows)
    normal = x * invrms.reshape(-1, 1)
    grad_weight = xp.sum(grad * normal, axis=0)
    if weight is not None:
        grad = grad * widened(weight).reshape(-1)
    grad_input = _slopes(xp, grad, normal, invrms.reshape(-1, 1), centred=False).reshape(shape)
    return narrowed(grad_input, input.dtype), narrowed(grad_weight.reshape(shape[len(shape) - dims :]), dtype)


# Groups of channels ---------------------------------------------------------------------------------------------


def _grouped(shape, groups):
    """The shape of rows over groups of channels."""
    return shape[0] * groups, math.prod(shape[1:]) // groups


def _per_channel(array, ndim):
    return widened(array).reshape((1, -1) + (1,) * (ndim - 2))


@operator(dtypes="float", real=True, auxiliary=("mean", "invstd"), function=False, method=False)
def group_norm(
    xp, input: Array, groups: Int, weight: OptionalArray = None, bias: OptionalArray = None, eps: Number = 1e-5
):
    """Groups of the channels of each sample brought to mean 0 and variance 1, then scaled and shifted by channel.

    Args:
        input: Tensor of shape (N, C, ...).
        groups: how many groups of neighbouring channels; a divisor of C.
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        eps: added to the variance, so that groups without any do not divide by zero.

    Returns:
        ``result``, like ``input``; the ``mean`` of each group, and ``invstd``, 1 / sqrt(variance + eps) of each, of
        shape (N * groups,). No gradient flows through the last two.

    Raises:
        ShapeError: ``input`` has less than 2 dimensions, or ``weight`` or ``bias`` does not fit.
        ValueError: ``groups`` does not divide the channels.
    """
    x = widened(input)
    normal, mean, invstd = _normal(xp, x.reshape(_grouped(x.shape, groups)), eps)
    result = normal.reshape(x.shape)
    if weight is not None:
        result = result * _per_channel(weight, x.ndim)
    if bias is not None:
        result = result + _per_channel(bias, x.ndim)
    return narrowed(result, input.dtype), mean.reshape(-1), invstd.reshape(-1)


@group_norm.check
def _(input, groups, weight, bias, eps):
    if input.ndim < 2:
        errors.shape_error("group_norm", "input", "at least 2 dimensions (N, C, ...)", f"shape {tuple(input.shape)}")
    channels = input.shape[1]
    if groups < 1 or channels % groups:
        errors.value_error("group_norm", "groups", f"a divisor of the {channels} channels", str(groups))
    for name, array in (("weight", weight), ("bias", bias)):
        if array is not None and tuple(array.shape) != (channels,):
            errors.shape_error(
                "group_norm", name, f"shape ({channels},), one element a channel", str(tuple(array.shape))
            )


@group_norm.composite
def _(input, groups, weight=None, bias=None, eps=1e-5):
    import flambeau.tensor as ft

    rows = input.reshape(_grouped(input.shape, groups))
    centered = rows - ft.mean(rows, 1, keepdim=True)
    result = centered * ft.rsqrt(ft.mean(ft.square(centered), 1, keepdim=True) + eps)
    result, channels = result.reshape(input.shape), (1, -1) + (1,) * (input.ndim - 2)
    result = result if weight is None else result * weight.reshape(channels)
    return result if bias is None else result + bias.reshape(channels)


@operator(outputs=("grad_input", "grad_weight", "grad_bias"), **_BACKWARD)
def group_norm_backward(
    xp, grad_output: Array, input: Array, groups: Int, weight: OptionalArray, mean: Array, invstd: Array
):
    """The gradients of :func:`group_norm`.

    Args:
        grad_output: gradient of the result, of ``input``'s shape.
        input: as in the forward pass.
        groups: as in the forward pass.
        weight: as in the forward pass.
        mean: what the forward pass gave.
        invstd: what the forward pass gave.

    Returns:
        The gradients with respect to input, weight and bias.
    """
    shape, dtype = input.shape, input.dtype if weight is None else weight.dtype
    rows, over = _grouped(shape, groups), (0, *range(2, len(shape)))
    x, grad = widened(input), widened(grad_output)
    normal = (x.reshape(rows) - mean.reshape(-1, 1)) * invstd.reshape(-1, 1)
    grad_weight = xp.sum(grad * normal.reshape(shape), axis=over)
    grad_bias = xp.sum(grad, axis=over)
    if weight is not None:
        grad = grad * _per_channel(weight, len(shape))
    grad_input = _slopes(xp, grad.reshape(rows), normal, invstd.reshape(-1, 1)).reshape(shape)
    return narrowed(grad_input, input.dtype), narrowed(grad_weight, dtype), narrowed(grad_bias, dtype)
