"""Derivatives of several Tensors as one."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.cat, "tensors")
def cat(grad, tensors, dim):
    parts, start = [], 0
    for tensor in tensors:
        size = tensor.shape[dim]
        parts.append(grad.narrow(dim, start, size))
        start += size
    return parts


gradient(ops.stack, "tensors")(lambda grad, dim: grad.unbind(dim))
