"""Derivatives of other shapes and layouts of the same elements."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import placed, unchanged, zeros

gradient(ops.reshape, "input")(lambda grad, input_shape: grad.reshape(input_shape))
gradient(ops.squeeze, "input")(lambda grad, input_shape: grad.reshape(input_shape))
gradient(ops.unsqueeze, "input")(lambda grad, input_shape: grad.reshape(input_shape))

gradient(ops.transpose, "input")(lambda grad, dim0, dim1: grad.transpose(dim0, dim1))
gradient(ops.permute, "input")(lambda grad, dims: grad.permute(sorted(range(len(dims)), key=dims.__getitem__)))
gradient(ops.flip, "input")(lambda grad, dims: grad.flip(dims))
gradient(ops.expand, "input")(unchanged)
gradient(ops.contiguous, "input")(unchanged)
gradient(ops.clone, "input")(unchanged)
gradient(ops.cast, "input")(unchanged)


@gradient(ops.roll, "input")
def roll(grad, shifts, dims):
    back = -shifts if isinstance(shifts, int) else tuple(-n for n in shifts)
    return grad.roll(back, dims)


@gradient(ops.narrow, "input")
def narrow(grad, input_shape, dim, start, length):
    return placed(grad, input_shape, dim, slice(start, start + length))


@gradient(ops.tile, "input")
def tile(grad, input_shape, dims):
    """The sum over all repetitions: each dimension is seen as (repetition, element)."""
    times = (1,) * (len(input_shape) - len(dims)) + dims
    sizes = (1,) * (len(dims) - len(input_shape)) + input_shape
    blocks = [n for pair in zip(times, sizes, strict=True) for n in pair]
    return grad.reshape(blocks).sum(tuple(range(0, len(blocks), 2))).reshape(input_shape)


# Of several parts, those that nothing depends on have no gradient.


@gradient(ops.split, "input")
def split(grads, input_shape, split_size, dim):
    like = next(grad for grad in grads if grad is not None)
    if isinstance(split_size, int):
        starts = range(0, split_size * len(grads), split_size)
        split_size = [min(split_size, input_shape[dim] - start) for start in starts]
    parts = []
    for grad, size in zip(grads, split_size, strict=True):
        parts.append(zeros((*input_shape[:dim], size, *input_shape[dim + 1 :]), like) if grad is None else grad)
    return ft.cat(parts, dim)


@gradient(ops.unbind, "input")
def unbind(grads, dim):
    like = next(grad for grad in grads if grad is not None)
    return ft.stack([zeros(like.shape, like) if grad is None else grad for grad in grads], dim)
