"""Derivatives of writing at places that indices name."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, zeros
from .indexing import scattered

# Places counted through all elements ----------------------------------------------------------------------------


@gradient(ops.take, "input")
def take(grad, input_shape, index):
    return ft.put(zeros(input_shape, grad), index, grad, True)


@gradient(ops.put, "input")
def put_input(grad, index, accumulate):
    return grad if accumulate else ft.put(grad, index, zeros(index.shape, grad))


@gradient(ops.put, "source")
def put_source(grad, index, source_shape):
    return ft.take(grad, index).reshape(source_shape)


# Slices of a dimension ------------------------------------------------------------------------------------------

gradient(ops.index_copy, "input")(lambda grad, dim, index: ft.index_fill(grad, dim, index, 0))
gradient(ops.index_copy, "source")(lambda grad, dim, index: ft.index_select(grad, dim, index))
gradient(ops.index_fill, "input")(lambda grad, dim, index: ft.index_fill(grad, dim, index, 0))


@gradient(ops.index_fill, "value")
def index_fill_value(grad, dim, index):
    """Whatever was filled, once, however often it was named."""
    inside = ft.index_fill(ft.zeros_like(grad, dtype=ft.bool_), dim, index, True)
    return ft.where(inside, grad, 0).sum()


# Masks ----------------------------------------------------------------------------------------------------------

gradient(ops.masked_scatter, "input")(lambda grad, mask: ft.masked_fill(grad, mask, 0))


@gradient(ops.masked_scatter, "source")
def masked_scatter_source(grad, mask, source_shape):
    used = ft.masked_select(grad, mask)
    places = ft.arange(used.shape[0], device=grad.device)
    return ft.put(zeros(source_shape, grad), places, used)


# Several elements for one place ---------------------------------------------------------------------------------


@gradient(ops.scatter_reduce, "input", "src")
def scatter_reduce(grad, input, src, result, dim, index, reduce, include_self):
    if reduce == "sum" and include_self:
        return grad, scattered(grad, dim, index, src.shape)
    numbers = ft.arange(input.numel(), device=grad.device).reshape(input.shape)
    corner = src[tuple([slice(0, n) for n in index.shape])]
    places = ft.gather(numbers, dim, index)
    to_input, to_values = _reduced(grad, input, corner, result, places, reduce, include_self)
    if corner.shape != src.shape:
        to_values = ops.index_put(zeros(src.shape, grad), tuple([slice(0, n) for n in index.shape]), to_values)
    return to_input, to_values


@gradient(ops.index_reduce, "input", "source")
def index_reduce(grad, input, source, result, dim, index, reduce, include_self):
    numbers = ft.arange(input.numel(), device=grad.device).reshape(input.shape)
    places = ft.index_select(numbers, dim, index)
    return _reduced(grad, input, source, result, places, reduce, include_self)


def _reduced(grad, input, values, result, places, reduce, include_self):
    """The gradients of an input and of the values that were reduced into its elements at ``places``."""
    touched = ft.put(ft.zeros_like(grad, dtype=ft.bool_), places, ft.ones_like(places, dtype=ft.bool_))
    if reduce == "sum":
        to_input, to_values = grad, ft.take(grad, places)
    elif reduce == "mean":
        like = ft.real(grad)
        counts = ft.put(zeros(grad.shape, like) + (1 if include_self else 0), places, _ones(places, like), True)
        share = grad / counts.clamp(1)
        to_input, to_values = share, ft.take(share, places)
    elif reduce == "prod":
        to_input, to_values = _product(grad, input, values, result, places, include_self, touched)
    else:
        # Shared evenly among those that equal the extreme; those of the input that do not take part equal nothing.
        of_input, of_values = _equal(input, result), _equal(values, ft.take(result, places))
        if not include_self:
            of_input = ft.where(touched, 0, of_input)
        share = grad / ft.put(of_input, places, of_values, True)
        to_input, to_values = ops.gate(share, of_input), ops.gate(ft.take(share, places), of_values)
    return to_input if include_self else ft.where(touched, 0, to_input), to_values


def _ones(places, like):
    return zeros(places.shape, like) + 1


def _equal(input, other):
    """1 where two Tensors are equal, 0 where they are not: a constant."""
    return 1 - ft.square(ops.order(input, other))


def _product(grad, input, values, result, places, include_self, touched):
    """``result`` over each factor where none is zero; the product of all other factors where one is."""
    if not ((input == 0).any().item() or (values == 0).any().item()):
        of_result = grad * conj(result)
        return of_result / conj(input) if include_self else grad, ft.take(of_result, places) / conj(values)
    own = ft.arange(input.numel(), device=grad.device)
    inputs = input.reshape(-1) if include_self else ft.where(touched, 1, input).reshape(-1)
    groups = ft.cat([own, places.reshape(-1)])
    factors = ft.cat([inputs, values.reshape(-1)])
    order = ft.argsort(groups)
    groups, factors = ft.take(groups, order), ft.take(factors, order)
    others = _products_before(factors, groups) * _products_before(factors.flip(0), groups.flip(0)).flip(0)
    gradients = ft.put(zeros(others.shape, grad), order, ft.take(grad, groups) * conj(others))
    count = input.numel()
    return gradients[:count].reshape(input.shape), gradients[count:].reshape(values.shape)


def _products_before(factors, groups):
    """The product of all elements of the same group before each one, by doubling: differentiable, right with zeros."""
    n = groups.shape[0]
    same = groups[1:] == groups[:-1]
    products = ft.cat([zeros((1,), factors) + 1, ft.where(same, factors[:-1], 1)])
    step = 1
    while step < n:
        before = ft.where(groups[step:] == groups[:-step], products[:-step], 1)
        products = ft.cat([products[:step], products[step:] * before])
        step *= 2
    return products
