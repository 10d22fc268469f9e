"""Activation functions of which one half of the input gates the other."""

from .. import errors
from .._schema import Array, Dim, operator
from ._helpers import narrowed, widened
from .activations import sigmoid


def _halves(array, dim):
    half = array.shape[dim] // 2
    whole = (slice(None),) * dim
    return array[(*whole, slice(0, half))], array[(*whole, slice(half, None))]


@operator(dtypes="float", real=True, function=False, method=False)
def glu(xp, input: Array, dim: Dim = -1):
    """One half of the elements, times the :func:`sigmoid` of the other.

    Args:
        input: Tensor of floats.
        dim: the dimension that is halved.

    Returns:
        Tensor like ``input``, with half the size in ``dim``.

    Raises:
        ShapeError: the size of ``dim`` is odd.
    """
    values, gates = _halves(widened(input), dim)
    return narrowed(values * sigmoid(xp, gates), input.dtype)


@glu.check
def _(input, dim):
    if input.ndim == 0 or input.shape[dim] % 2:
        got = f"shape {tuple(input.shape)}"
        errors.shape_error("glu", "input", "an even size in the dimension that is halved", got)


@glu.composite
def _(input, dim=-1):
    import flambeau.tensor as ft

    half = input.shape[dim] // 2
    return ft.narrow(input, dim, 0, half) * ft.sigmoid(ft.narrow(input, dim, half, half))


@operator(dtypes="float", real=True, function=False, method=False, differentiable=False)
def glu_backward(xp, grad_output: Array, input: Array, dim: Dim):
    """The gradient of :func:`glu`.

    Args:
        grad_output: gradient of the result, of its shape.
        input: as in the forward pass.
        dim: as in the forward pass.

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    values, gates = _halves(widened(input), dim)
    grad, opened = widened(grad_output), sigmoid(xp, gates)
    parts = (grad * opened, grad * values * (opened * (1 - opened)))
    return narrowed(xp.concatenate(parts, axis=dim), input.dtype)


@glu_backward.check
def _(grad_output, input, dim):
    wanted = tuple(n // 2 if d == dim else n for d, n in enumerate(input.shape))
    if input.ndim == 0 or input.shape[dim] % 2:
        got = f"shape {tuple(input.shape)}"
        errors.shape_error("glu_backward", "input", "an even size in the dimension that is halved", got)
    if tuple(grad_output.shape) != wanted:
        errors.shape_error("glu_backward", "grad_output", f"shape {wanted}", str(tuple(grad_output.shape)))
