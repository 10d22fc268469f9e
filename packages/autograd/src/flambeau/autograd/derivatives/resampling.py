"""Derivatives of resampling and padding, which are linear."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.resample, "input")
def resample(grad, dims, tables):
    return ops.resample(grad, dims[::-1], tuple([table.transposed for table in tables[::-1]]))


@gradient(ops.constant_pad_nd, "input")
def constant_pad_nd(grad, pad):
    return ops.constant_pad_nd(grad, tuple([-n for n in pad]), 0)
