"""Derivatives of normalisation."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.batch_norm, "input", "weight", "bias", fused=True)
def batch_norm(grad, input, weight, mean, invstd):
    return ops.batch_norm_backward(grad, input, weight, mean, invstd)
