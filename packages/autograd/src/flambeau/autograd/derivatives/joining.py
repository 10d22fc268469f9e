"""Derivatives of several Tensors as one."""

from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.cat, "tensors")
def cat(grad, tensors_shape, dim):
    parts, start = [], 0
    for shape in tensors_shape:
        parts.append(grad.narrow(dim, start, shape[dim]))
        start += shape[dim]
    return parts


gradient(ops.stack, "tensors")(lambda grad, dim: grad.unbind(dim))
