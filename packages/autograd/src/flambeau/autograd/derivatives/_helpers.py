"""What the rules of several families share."""

import math

import flambeau.tensor as ft
from flambeau.tensor import Tensor, ops


def zeros(shape, like):
    """Zeros of a shape, of the dtype and on the device of another Tensor."""
    return ft.zeros(shape, dtype=like.dtype, device=like.device)


def count(shape, dim):
    """How many elements each element of a reduction's result is made of."""
    return math.prod([n for d, n in enumerate(shape) if dim is None or d in dim])


def unchanged(grad):
    """The rule of what moves nothing and scales nothing."""
    return grad


def flat(grad):
    """The rule of what is constant almost everywhere."""
    return ft.zeros_like(grad)


def placed(grad, shape, dim, part):
    """The gradient of the slice ``part`` of a dimension: zeros of ``shape`` with ``grad`` there."""
    return ops.index_put(zeros(shape, grad), (*[slice(None)] * dim, part), grad)


def picked(grad, indices, input_shape, dim):
    """The gradient of elements picked along a dimension."""
    return ft.scatter(zeros(input_shape, grad), dim, indices, grad)


def to_greater(grad, one, other):
    """``grad`` where ``one`` is greater than ``other``, and half of it where both are equal."""
    half, order = grad * 0.5, ops.order(one, other)
    return ops.gate(half, order) + ops.gate(half, order + 1)


def conj(x):
    """The conjugate of a Tensor or a number: what a gradient is multiplied by, as in PyTorch."""
    if isinstance(x, Tensor):
        return x if x.dtype.kind != "c" else ops.conj_physical(x)
    return x.conjugate()


def over(grad, divisor):
    """The gradient of what was divided by a Tensor or a number."""
    return ops.chain_over(grad, divisor) if isinstance(divisor, Tensor) else grad / conj(divisor)


def adjoint(x):
    """The conjugate transpose of matrices."""
    return conj(x.transpose(-2, -1))
