"""Derivatives of planes put together anew: two linear operators, each the gradient of the other."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.remap_planes, "input")
def remap_planes(grad, input_shape, rows, columns):
    return ops.remap_planes_gradient(grad, rows, columns, input_shape[1], input_shape[2])


@gradient(ops.remap_planes_gradient, "grad_output")
def remap_planes_gradient(grad, rows, columns):
    return ops.remap_planes(grad, rows, columns)
