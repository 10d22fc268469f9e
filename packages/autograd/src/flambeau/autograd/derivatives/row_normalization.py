"""Derivatives of normalisation of each sample by itself."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.layer_norm, "input", "weight", "bias", fused=True)
def layer_norm(grad, input, dims, weight, mean, invstd):
    return ops.layer_norm_backward(grad, input, dims, weight, mean, invstd)


@gradient(ops.rms_norm, "input", "weight", fused=True)
def rms_norm(grad, input, dims, weight, invrms):
    return ops.rms_norm_backward(grad, input, dims, weight, invrms)


@gradient(ops.group_norm, "input", "weight", "bias", fused=True)
def group_norm(grad, input, groups, weight, mean, invstd):
    return ops.group_norm_backward(grad, input, groups, weight, mean, invstd)
