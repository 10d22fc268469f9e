"""Derivatives of parts of derivatives."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat

gradient(ops.gate, "input")(lambda grad, other: ops.gate(grad, other))
gradient(ops.gate, "other")(flat)

gradient(ops.sigmoid_backward, "grad_output")(lambda grad, output: ops.sigmoid_backward(grad, output))
gradient(ops.sigmoid_backward, "output")(lambda grad, grad_output, output: grad * grad_output * (1 - output * 2))

gradient(ops.tanh_backward, "grad_output")(lambda grad, output: ops.tanh_backward(grad, output))
gradient(ops.tanh_backward, "output")(lambda grad, grad_output, output: grad * grad_output * output * -2)

gradient(ops.softmax_backward, "grad_output")(lambda grad, output, dim: ops.softmax_backward(grad, output, dim))


@gradient(ops.softmax_backward, "output")
def softmax_backward_output(grad, grad_output, output, dim):
    return grad * (grad_output - _totals(grad_output * output, dim)) - grad_output * _totals(grad * output, dim)


@gradient(ops.log_softmax_backward, "grad_output")
def log_softmax_backward_grad(grad, output, dim):
    return grad - _totals(grad * ft.exp(output), dim)


@gradient(ops.log_softmax_backward, "output")
def log_softmax_backward_output(grad, grad_output, output, dim):
    return -grad * ft.exp(output) * _totals(grad_output, dim)


def _totals(x, dim):
    """The sum along ``dim``, in the place of every element that is in it."""
    return ops.spread(x.sum(dim, keepdim=True), x.shape, (dim,), True) if x.ndim else x


gradient(ops.spread, "input")(lambda grad, dim, keepdim: ops.sum(grad, dim, keepdim))
