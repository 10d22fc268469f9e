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


gradient(ops.sigmoid, "input")(lambda grad, result: ops.sigmoid_backward(grad, result))


@gradient(ops.softplus, "input")
def softplus(grad, input, beta, threshold):
    scaled = input * beta
    return ft.where(scaled > threshold, grad, grad * ft.sigmoid(scaled))


gradient(ops.softmax, "input")(lambda grad, result, dim: ops.softmax_backward(grad, result, dim))
gradient(ops.log_softmax, "input")(lambda grad, result, dim: ops.log_softmax_backward(grad, result, dim))
