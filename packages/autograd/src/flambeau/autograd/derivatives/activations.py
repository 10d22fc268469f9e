"""Derivatives of activation functions.

Where the result tells enough, it is kept instead of the input, because these are often computed in place.
"""

import flambeau.tensor as ft
from flambeau.tensor import errors, ops

from .._rules import gradient

gradient(ops.relu, "input")(lambda grad, result: ops.gate(grad, result))


@gradient(ops.leaky_relu, "input")
def leaky_relu(grad, result, negative_slope):
    if negative_slope < 0:
        errors.value_error(
            "leaky_relu", "negative_slope", "0 or more to differentiate", str(negative_slope), "write it with where()"
        )
    return ft.where(result > 0, grad, grad * negative_slope)


@gradient(ops.parametric_relu, "input")
def parametric_relu(grad, input, slope):
    return ft.pointwise("grad * slope if not x > 0 else grad")(grad, slope, input)


@gradient(ops.parametric_relu, "slope")
def parametric_relu_slope(grad, input):
    return ft.pointwise("grad * x if not x > 0 else 0")(grad, input)


gradient(ops.sigmoid, "input")(lambda grad, result: ops.sigmoid_backward(grad, result))


@gradient(ops.softplus, "input")
def softplus(grad, input, beta, threshold):
    scaled = input * beta
    return ft.where(scaled > threshold, grad, grad * ft.sigmoid(scaled))


gradient(ops.silu, "input")(lambda grad, input: ops.silu_backward(grad, input))
gradient(ops.mish, "input")(lambda grad, input: ops.mish_backward(grad, input))
gradient(ops.gelu_exact, "input")(lambda grad, input: ops.gelu_exact_backward(grad, input))
gradient(ops.gelu_tanh, "input")(lambda grad, input: ops.gelu_tanh_backward(grad, input))
gradient(ops.logsigmoid, "input")(lambda grad, input: grad * ft.sigmoid(-input))
gradient(ops.softsign, "input")(lambda grad, input: grad / ft.square(1 + ft.abs(input)))
gradient(ops.tanhshrink, "input")(lambda grad, input: grad * ft.square(ft.tanh(input)))


@gradient(ops.elu, "input")
def elu(grad, result, alpha):
    if alpha < 0:
        errors.value_error("elu", "alpha", "0 or more to differentiate", str(alpha), "write it with where()")
    return ops.elu_backward(grad, result, 1, alpha)


_SCALE = 1.0507009873554805
gradient(ops.selu, "input")(lambda grad, result: ops.elu_backward(grad, result, _SCALE, _SCALE * 1.6732632423543772))
gradient(ops.celu, "input")(lambda grad, result, alpha: ops.elu_backward(grad, result, alpha, alpha) / alpha)

gradient(ops.softmax, "input")(lambda grad, result, dim: ops.softmax_backward(grad, result, dim))
gradient(ops.log_softmax, "input")(lambda grad, result, dim: ops.log_softmax_backward(grad, result, dim))
