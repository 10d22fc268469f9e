"""Derivatives of parts of derivatives."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat

gradient(ops.gate, "input")(lambda grad, other: ops.gate(grad, other))
gradient(ops.gate, "other")(flat)

gradient(ops.sigmoid_backward, "grad_output")(lambda grad, output: ops.sigmoid_backward(grad, output))
gradient(ops.sigmoid_backward, "output")(lambda grad, grad_output, output: grad * grad_output * (1 - output * 2))

gradient(ops.tanh_backward, "grad_output")(lambda grad, output: ops.tanh_backward(grad, output))
gradient(ops.tanh_backward, "output")(lambda grad, grad_output, output: grad * grad_output * output * -2)

gradient(ops.spread, "input")(lambda grad, dim, keepdim: ops.sum(grad, dim, keepdim))
