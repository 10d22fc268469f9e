"""Normalisation."""

import math

from .. import errors
from .._schema import Array, Number, OptionalArray, operator, pointwise
from ._helpers import in_kind_of, narrowed, widened


def _others(ndim):
    """All dimensions but the channels'."""
    return (0, *range(2, ndim))


def _per_channel(array, ndim):
    """A Tensor of shape (C,) in the shape that broadcasts over all other dimensions."""
    return array.reshape((1, -1) + (1,) * (ndim - 2))


@operator(dtypes="float", real=True, auxiliary=("mean", "invstd"), method=False)
def batch_norm(xp, input: Array, weight: OptionalArray = None, bias: OptionalArray = None, eps: Number = 1e-5):
    """Each channel brought to mean 0 and variance 1 over the batch: ``(input - mean) * invstd * weight + bias``.

    Args:
        input: Tensor of shape (N, C, ...).
        weight: Tensor of shape (C,), or None.
        bias: Tensor of shape (C,), or None.
        eps: added to the variance, so that channels without any do not divide by zero.

    Returns:
        ``result``, like ``input``; the ``mean`` of each channel; and ``invstd``, 1 / sqrt(variance + eps) of each,
        where variance is the mean square deviation. No gradient flows through the last two.

    Raises:
        ShapeError: ``input`` has less than 2 dimensions or nothing to average, or ``weight`` or ``bias`` does not fit.

    Example:
        >>> result, mean, invstd = ft.batch_norm(ft.tensor([[1.0, 5.0], [3.0, 5.0]]), eps=0)
        >>> result[:, 0].tolist(), mean.tolist()
        ([-1.0, 1.0], [2.0, 5.0])
    """
    x = widened(input)
    over = _others(x.ndim)
    count = x.size // x.shape[1]
    mean = xp.sum(x, axis=over, keepdims=True) / count
    centered = x - mean
    invstd = 1 / xp.sqrt(xp.sum(xp.square(centered), axis=over, keepdims=True) / count + eps)
    scale = invstd if weight is None else invstd * _per_channel(weight, x.ndim)
    result = centered * scale
    if bias is not None:
        result = result + _per_channel(bias, x.ndim)
    return narrowed(result, input.dtype), mean.reshape(-1), invstd.reshape(-1)


@batch_norm.check
def _(input, weight, bias, eps):
    if input.ndim < 2:
        errors.shape_error("batch_norm", "input", "at least 2 dimensions (N, C, ...)", f"shape {tuple(input.shape)}")
    if input.size == 0:
        errors.shape_error("batch_norm", "input", "at least one element in each channel", f"shape {tuple(input.shape)}")
    for name, array in (("weight", weight), ("bias", bias)):
        if array is not None and tuple(array.shape) != (input.shape[1],):
            errors.shape_error(
                "batch_norm", name, f"shape ({input.shape[1]},), one element a channel", str(tuple(array.shape))
            )


@batch_norm.composite
def _(input, weight=None, bias=None, eps=1e-5):
    import flambeau.tensor as ft

    over = _others(input.ndim)
    centered = input - ft.mean(input, over, keepdim=True)
    result = centered / ft.sqrt(ft.mean(ft.square(centered), over, keepdim=True) + eps)
    if weight is not None:
        result = result * _per_channel(weight, input.ndim)
    return result if bias is None else result + _per_channel(bias, input.ndim)


@operator(
    outputs=("grad_input", "grad_weight", "grad_bias"),
    function=False,
    method=False,
    differentiable=False,
    dtypes="float",
)
def batch_norm_backward(xp, grad_output: Array, input: Array, weight: OptionalArray, mean: Array, invstd: Array):
    """The gradients of :func:`batch_norm`.

    Args:
        grad_output: gradient of the result, of ``input``'s shape.
        input: as in the forward pass.
        weight: as in the forward pass.
        mean: what the forward pass gave.
        invstd: what the forward pass gave.

    Returns:
        The gradients with respect to input, weight and bias.
    """
    x, g = widened(input), widened(grad_output)
    over = _others(x.ndim)
    count = math.prod(x.shape[d] for d in over)
    invstd = _per_channel(invstd, x.ndim)
    normal = (x - _per_channel(mean, x.ndim)) * invstd
    grad_bias = xp.sum(g, axis=over, keepdims=True)
    grad_weight = xp.sum(g * normal, axis=over, keepdims=True)
    scale = invstd if weight is None else invstd * _per_channel(weight, x.ndim)
    # The mean and the scale depend on the input too: what the gradient has along them is taken out.
    grad_input = (g - (grad_bias + normal * grad_weight) / count) * scale
    dtype = input.dtype if weight is None else weight.dtype
    return (
        narrowed(grad_input, input.dtype),
        narrowed(grad_weight.reshape(-1), dtype),
        narrowed(grad_bias.reshape(-1), dtype),
    )


@pointwise(
    "maximum(1 / (invstd * invstd) - eps, T(0)) * scale",
    promote="float",
    dtypes="float",
    real=True,
    inplace=False,
    function=False,
    method=False,
    differentiable=False,
)
def batch_variance(xp, invstd: Array, eps: Number, scale: Number):
    """The variance that :func:`batch_norm` found, times a factor: ``max(invstd**-2 - eps, 0) * scale``.

    Args:
        invstd: what :func:`batch_norm` gave.
        eps: as it was given.
        scale: the factor: n / (n - 1) of n elements a channel, for the unbiased variance.

    Returns:
        Tensor like ``invstd``. Rounding brings no variance below 0.
    """
    eps, scale, one, zero = (in_kind_of(xp, v, invstd.dtype) for v in (eps, scale, 1.0, 0.0))
    return xp.maximum(one / (invstd * invstd) - eps, zero) * scale
