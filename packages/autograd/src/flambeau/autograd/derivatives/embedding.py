"""Derivatives of rows looked up and added up."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.embedding, "weight")
def embedding(grad, weight_shape, input, padding_idx, scale_grad_by_freq):
    rows, index = weight_shape[0], input.reshape(input.numel())
    grad = grad.reshape((index.numel(), *weight_shape[1:]))
    scale = None
    if scale_grad_by_freq:
        scale = 1 / ft.bincount(index, minlength=rows)[index].to(grad.dtype)
    if padding_idx < 0:
        return ops.add_rows(grad, None, index, rows, scale)
    # What belongs to the padding goes into one more row, that is left out.
    index = ft.where(index == padding_idx, rows, index)
    return ops.add_rows(grad, None, index, rows + 1, scale)[:rows]


@gradient(ops.add_rows, "input")
def add_rows(grad, input_shape, source, target, scale):
    return ops.add_rows(grad, target, source, input_shape[0], scale)


@gradient(ops.add_rows, "scale")
def add_rows_scale(grad, input, source, target):
    rows = input if source is None else ft.index_select(input, 0, source)
    grad = grad if target is None else ft.index_select(grad, 0, target)
    product = (grad * rows).reshape(rows.shape[0], rows.numel() // max(rows.shape[0], 1))
    return product.sum(1)
