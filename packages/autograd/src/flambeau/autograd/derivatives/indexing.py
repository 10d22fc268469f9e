"""Derivatives of reading and writing elements by their places."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import unchanged, zeros


@gradient(ops.index, "input")
def index(grad, input_shape, index):
    """Zeros with ``grad`` at the index, added up where an element was read several times."""
    return ops.index_put(zeros(input_shape, grad), index, grad, _may_repeat(index))


def _may_repeat(index):
    """Whether an index may name an element several times: an array of integers may, a mask or a slice does not."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(getattr(part, "ndim", 0) > 0 and part.dtype.kind != "b" for part in parts)


@gradient(ops.index_put, "input")
def index_put_input(grad, index, accumulate):
    return grad if accumulate else ops.index_put(grad, index, 0)


@gradient(ops.index_put, "value")
def index_put_value(grad, index, value_shape):
    part = ops.index(grad, index)
    # As in NumPy, a value may have more dimensions than its place, of size 1.
    extra = len(value_shape) - part.ndim
    return part.reshape((1,) * extra + part.shape) if extra > 0 else part


@gradient(ops.gather, "input")
def gather(grad, input_shape, dim, index):
    return ft.scatter_add(zeros(input_shape, grad), dim, index, grad)


gradient(ops.scatter, "input")(lambda grad, dim, index: ft.scatter(grad, dim, index, 0))
gradient(ops.scatter_add, "input")(unchanged)


def scattered(grad, dim, index, src_shape):
    """What was read from the source's corner of ``index``'s shape."""
    grad = ft.gather(grad, dim, index)
    if grad.shape == src_shape:
        return grad
    return ops.index_put(zeros(src_shape, grad), tuple([slice(0, n) for n in grad.shape]), grad)


gradient(ops.scatter, "src")(scattered)
gradient(ops.scatter_add, "src")(scattered)


@gradient(ops.index_select, "input")
def index_select(grad, input_shape, dim, index):
    return ft.index_add(zeros(input_shape, grad), dim, index, grad)


gradient(ops.index_add, "input")(unchanged)
gradient(ops.index_add, "source")(lambda grad, dim, index, alpha: ft.index_select(grad, dim, index) * alpha)

gradient(ops.masked_fill, "input")(lambda grad, mask: ft.masked_fill(grad, mask, 0))
gradient(ops.masked_fill, "value")(lambda grad, mask: ft.where(mask, grad, 0))


@gradient(ops.masked_select, "input")
def masked_select(grad, input_shape, mask):
    # With the mask spread over the input: the elements keep their order.
    whole = ft.ones(input_shape, dtype=ft.bool_, device=grad.device) & mask
    return ops.index_put(zeros(whole.shape, grad), whole, grad)
