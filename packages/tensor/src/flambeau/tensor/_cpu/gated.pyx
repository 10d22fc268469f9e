"""Gated activations on the CPU: formulas of the pointwise engine over halves of the input."""

from flambeau.tensor._core.tensor cimport Tensor

from flambeau.tensor._backends import CPU
from flambeau.tensor._cpu.runtime import empty


cdef tuple _halves(object array, object dim):
    """Both halves of a dimension, as Tensors that share the array's memory."""
    from flambeau.tensor import from_numpy

    half = array.shape[dim] // 2
    whole = (slice(None),) * dim
    return from_numpy(array[(*whole, slice(0, half))]), from_numpy(array[(*whole, slice(half, None))])


def glu(xp, input, dim=-1):
    """Compiled at the first call, for each dtype."""
    from flambeau.tensor import pointwise

    values, gates = _halves(input, dim)
    return (<Tensor>pointwise("values * sigmoid(gates)")(values, gates)).array


def glu_backward(xp, grad_output, input, dim):
    """Each half is written in its place."""
    from flambeau.tensor import from_numpy, pointwise

    values, gates = _halves(input, dim)
    out = empty(input.shape, input.dtype)
    first, second = _halves(out, dim)
    grad = from_numpy(grad_output)
    pointwise("grad * sigmoid(gates)")(grad, gates, out=first)
    pointwise("grad * sigmoid(gates) * (1 - sigmoid(gates)) * values")(grad, gates, values, out=second)
    return out


CPU.kernels.update(glu=glu, glu_backward=glu_backward)
