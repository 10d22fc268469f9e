"""Derivatives of convolution: the three operators are linear in each Tensor, and one another's gradients."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.conv2d, "input")
def conv2d_input(grad, input_shape, weight, stride, padding, dilation, groups):
    return ops.conv2d_input_gradient(grad, weight, input_shape, stride, padding, dilation, groups)


@gradient(ops.conv2d, "weight")
def conv2d_weight(grad, input, weight_shape, stride, padding, dilation, groups):
    return ops.conv2d_weight_gradient(grad, input, weight_shape, stride, padding, dilation, groups)


gradient(ops.conv2d, "bias")(lambda grad: grad.sum((0, 2, 3)))


@gradient(ops.conv2d_input_gradient, "grad_output")
def input_gradient_grad_output(grad, weight, stride, padding, dilation, groups):
    return ft.conv2d(grad, weight, None, stride, padding, dilation, groups)


@gradient(ops.conv2d_input_gradient, "weight")
def input_gradient_weight(grad, grad_output, weight_shape, stride, padding, dilation, groups):
    return ops.conv2d_weight_gradient(grad_output, grad, weight_shape, stride, padding, dilation, groups)


@gradient(ops.conv2d_weight_gradient, "grad_output")
def weight_gradient_grad_output(grad, input, stride, padding, dilation, groups):
    return ft.conv2d(input, grad, None, stride, padding, dilation, groups)


@gradient(ops.conv2d_weight_gradient, "input")
def weight_gradient_input(grad, grad_output, input_shape, stride, padding, dilation, groups):
    return ops.conv2d_input_gradient(grad_output, grad, input_shape, stride, padding, dilation, groups)
