"""Derivatives of pooling."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.max_pool2d_with_indices, "input")
def max_pool2d(grad, indices, input_shape):
    return ops.max_pool2d_scatter(grad, indices, input_shape)


@gradient(ops.max_pool2d_scatter, "input")
def max_pool2d_scatter(grad, indices):
    n, c, h, w = grad.shape
    places = indices.reshape(n, c, indices.shape[2] * indices.shape[3])
    return ft.gather(grad.reshape(n, c, h * w), 2, places).reshape(indices.shape)


@gradient(ops.avg_pool2d, "input")
def avg_pool2d(grad, input_shape, kernel_size, stride, padding, count_include_pad):
    return ops.avg_pool2d_input_gradient(grad, input_shape, kernel_size, stride, padding, count_include_pad)


@gradient(ops.avg_pool2d_input_gradient, "grad_output")
def avg_pool2d_input_gradient(grad, kernel_size, stride, padding, count_include_pad):
    return ft.avg_pool2d(grad, kernel_size, stride, padding, count_include_pad)
