"""Derivatives of planes read at places: the three operators are linear in each Tensor, and one another's gradients."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.sample_planes, "input")
def sample_planes(grad, input_shape, index, weight):
    return ops.sample_planes_input_gradient(grad, index, weight, input_shape[2])


@gradient(ops.sample_planes, "weight")
def sample_planes_weight(grad, input, index):
    return ops.sample_planes_weight_gradient(grad, input, index)


@gradient(ops.sample_planes_input_gradient, "grad_output")
def input_gradient(grad, index, weight):
    return ops.sample_planes(grad, index, weight)


@gradient(ops.sample_planes_input_gradient, "weight")
def input_gradient_weight(grad, grad_output, index):
    return ops.sample_planes_weight_gradient(grad_output, grad, index)


@gradient(ops.sample_planes_weight_gradient, "grad_output")
def weight_gradient(grad, input, index):
    return ops.sample_planes(input, index, grad)


@gradient(ops.sample_planes_weight_gradient, "input")
def weight_gradient_input(grad, grad_output, input_shape, index):
    return ops.sample_planes_input_gradient(grad_output, index, grad, input_shape[2])
