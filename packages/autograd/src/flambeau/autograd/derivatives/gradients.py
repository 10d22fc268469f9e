"""Derivatives of parts of derivatives."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, flat

# Of g * conj(s) the gradients are G * s and conj(G) * g: with conj(s) and g themselves, the chain rule again.
gradient(ops.chain, "grad_output")(lambda grad, slope: ops.chain(grad, conj(slope)))
gradient(ops.chain, "slope")(lambda grad, grad_output: ops.chain(grad_output, grad))
gradient(ops.chain_over, "grad_output")(lambda grad, divisor: ops.chain_over(grad, conj(divisor)))


@gradient(ops.chain_over, "divisor")
def chain_over_divisor(grad, divisor, result):
    return ops.chain(ops.chain_over(-result, divisor), grad)


gradient(ops.sqrt_backward, "grad_output")(lambda grad, output: ops.sqrt_backward(grad, conj(output)))


@gradient(ops.sqrt_backward, "output")
def sqrt_curvature(grad, output, result):
    return ops.sqrt_backward(result * conj(grad), output) * -2


gradient(ops.gate, "input")(lambda grad, other: ops.gate(grad, other))
gradient(ops.gate, "other")(flat)

gradient(ops.sigmoid_backward, "grad_output")(lambda grad, output: ops.sigmoid_backward(grad, conj(output)))
gradient(ops.tanh_backward, "grad_output")(lambda grad, output: ops.tanh_backward(grad, conj(output)))


@gradient(ops.sigmoid_backward, "output")
def sigmoid_curvature(grad, grad_output, output):
    return conj(grad) * grad_output * conj(1 - output * 2)


@gradient(ops.tanh_backward, "output")
def tanh_curvature(grad, grad_output, output):
    return conj(grad) * grad_output * conj(output) * -2


gradient(ops.inside, "input")(lambda grad, other, low, high: ops.inside(grad, other, low, high))
gradient(ops.inside, "other")(flat)


@gradient(ops.elu_backward, "grad_output")
def elu_backward_grad(grad, output, above, offset):
    return ops.elu_backward(grad, output, above, offset)


gradient(ops.elu_backward, "output")(lambda grad, grad_output, output: ops.gate(grad * grad_output, -output))

gradient(ops.hardswish_backward, "grad_output")(lambda grad, input: ops.hardswish_backward(grad, input))


@gradient(ops.hardswish_backward, "input")
def hardswish_curvature(grad, grad_output, input):
    return ops.inside(grad * grad_output / 3, input, -3, 3)


gradient(ops.silu_backward, "grad_output")(lambda grad, input: ops.silu_backward(grad, input))
gradient(ops.mish_backward, "grad_output")(lambda grad, input: ops.mish_backward(grad, input))
gradient(ops.gelu_exact_backward, "grad_output")(lambda grad, input: ops.gelu_exact_backward(grad, input))
gradient(ops.gelu_tanh_backward, "grad_output")(lambda grad, input: ops.gelu_tanh_backward(grad, input))


@gradient(ops.silu_backward, "input")
def silu_curvature(grad, grad_output, input):
    s = ft.sigmoid(input)
    return grad * grad_output * (s * (1 - s) * (2 + input * (1 - s * 2)))


@gradient(ops.mish_backward, "input")
def mish_curvature(grad, grad_output, input):
    t, s = ft.tanh(ft.softplus(input)), ft.sigmoid(input)
    return grad * grad_output * ((1 - t * t) * s * (2 + input * (1 - s - t * s * 2)))


@gradient(ops.gelu_exact_backward, "input")
def gelu_exact_curvature(grad, grad_output, input):
    square = input * input
    return grad * grad_output * (ft.exp(square * -0.5) * (2 - square) * (1 / math.sqrt(2 * math.pi)))


@gradient(ops.gelu_tanh_backward, "input")
def gelu_tanh_curvature(grad, grad_output, input):
    """Of ``x sigmoid(v)``: ``s' = s (1 - s) v'`` twice, and ``x (s' (1 - 2 s) v' + s (1 - s) v'')``."""
    linear, cubic = math.sqrt(8 / math.pi), 0.044715 * math.sqrt(8 / math.pi)
    square = input * input
    s = ft.sigmoid(input * (linear + square * cubic))
    v_slope = linear + square * (3 * cubic)
    bend = v_slope * v_slope * (1 - s * 2) + input * (6 * cubic)
    return grad * grad_output * (s * (1 - s) * (v_slope * 2 + input * bend))


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
