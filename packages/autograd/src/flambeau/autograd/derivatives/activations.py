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


@gradient(ops.softmax, "input")
def softmax(grad, result, dim):
    return result * (grad - _totals(grad * result, dim))


@gradient(ops.log_softmax, "input")
def log_softmax(grad, result, dim):
    return grad - ft.exp(result) * _totals(grad, dim)


def _totals(x, dim):
    """The sum along ``dim``, in the place of every element that is in it."""
    return ops.spread(x.sum(dim, keepdim=True), x.shape, (dim,), True)
