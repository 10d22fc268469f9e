"""Derivatives of matrix products and of parts of matrices."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import adjoint, conj, unchanged, zeros

# Vectors are a row on the left and a column on the right; leading dimensions that were broadcast are summed by the
# engine.


@gradient(ops.matmul, "input")
def matmul_input(grad, input_shape, other):
    if len(input_shape) == 1:
        if other.ndim == 1:
            return grad * conj(other)
        return ft.matmul(conj(other), grad.unsqueeze(-1)).squeeze(-1)
    if other.ndim == 1:
        return grad.unsqueeze(-1) * conj(other)
    return ft.matmul(grad, adjoint(other))


@gradient(ops.matmul, "other")
def matmul_other(grad, input, other_shape):
    if len(other_shape) == 1:
        if input.ndim == 1:
            return grad * conj(input)
        return ft.matmul(adjoint(input), grad.unsqueeze(-1)).squeeze(-1)
    if input.ndim == 1:
        return conj(input).unsqueeze(-1) * grad.unsqueeze(-2)
    if len(other_shape) == 2:
        return ft.matmul(adjoint(_rows(input)), _rows(grad))
    return ft.matmul(adjoint(input), grad)


gradient(ops.linear, "input")(lambda grad, weight: ft.matmul(grad, conj(weight)))
gradient(ops.linear, "weight")(lambda grad, input: ft.matmul(_rows(grad).transpose(0, 1), conj(_rows(input))))
gradient(ops.linear, "bias")(unchanged)


def _rows(x):
    """All vectors of the last dimension as one matrix."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


gradient(ops.dot, "input")(lambda grad, other: grad * conj(other))
gradient(ops.dot, "other")(lambda grad, input: grad * conj(input))

gradient(ops.outer, "input")(lambda grad, other: ft.matmul(grad, conj(other)))
gradient(ops.outer, "other")(lambda grad, input: ft.matmul(conj(input), grad))

gradient(ops.tril, "input")(lambda grad, diagonal: grad.tril(diagonal))
gradient(ops.triu, "input")(lambda grad, diagonal: grad.triu(diagonal))


@gradient(ops.diagonal, "input")
def diagonal(grad, input_shape, offset, dim1, dim2):
    order = [d for d in range(len(input_shape)) if d not in (dim1, dim2)] + [dim1, dim2]
    rows = ft.arange(grad.shape[-1], device=grad.device) + max(-offset, 0)
    columns = rows + offset
    whole = ops.index_put(zeros([input_shape[d] for d in order], grad), (..., rows, columns), grad)
    return whole.permute(sorted(range(len(order)), key=order.__getitem__))
