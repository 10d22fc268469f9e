"""Derivatives of other views of the memory behind a Tensor."""

import flambeau.tensor as ft
from flambeau.tensor import errors, ops

from .._rules import gradient
from ._helpers import zeros


@gradient(ops.view, "input")
def view(grad, input_shape, shape):
    if not isinstance(shape, tuple):
        errors.value_error("view", "shape", "sizes, for a view that has a derivative", f"the dtype {shape.name}")
    return grad.reshape(input_shape)


@gradient(ops.unfold, "input")
def unfold(grad, input_shape, dimension, size, step):
    """What all windows say about an element, added up."""
    windows = grad.shape[dimension]
    places = (ft.arange(windows) * step).reshape(-1, 1) + ft.arange(size)
    parts = grad.movedim(-1, dimension + 1).flatten(dimension, dimension + 1)
    return ft.index_add(zeros(input_shape, grad), dimension, places.reshape(-1).to(grad.device), parts)


@gradient(ops.as_strided, "input")
def as_strided(grad, input_shape, size, stride, start, layout):
    """The same elements read by their numbers in memory, which the input must have without gaps."""
    order = sorted((d for d in range(len(input_shape)) if input_shape[d] != 1), key=layout.__getitem__)
    count = 1
    for d in order:
        if layout[d] != count:
            errors.value_error(
                "as_strided", "input", "memory without gaps, for a derivative",
                f"shape {input_shape}, strides {layout}", "clone() it first",
            )  # fmt: skip
        count *= input_shape[d]
    places = ft.full((), start, dtype=ft.int64)
    for n, step in zip(size, stride, strict=True):
        places = places.unsqueeze(-1) + ft.arange(n) * step
    if places.numel() and (places.amin().item() < 0 or places.amax().item() >= count):
        errors.value_error("as_strided", "size", "elements of input, for a derivative", "a view of others")
    flat = ft.index_add(zeros((count,), grad), 0, places.reshape(-1).to(grad.device), grad.reshape(-1))
    return ops.as_strided(flat, tuple(input_shape), tuple(layout), 0, (1,)).clone()
