"""Derivatives of reductions."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, count, picked


@gradient(ops.sum, "input")
def sum(grad, input_shape, dim, keepdim):
    return ops.spread(grad, input_shape, dim, keepdim)


@gradient(ops.mean, "input")
def mean(grad, input_shape, dim, keepdim):
    return ops.spread(grad / count(input_shape, dim), input_shape, dim, keepdim)


@gradient(ops.prod, "input")
def prod(grad, input, result, dim, keepdim):
    """``result / input`` where nothing is zero; the product of all others where something is."""
    input = as_multiplied(input, result)
    if (input == 0).any().item():
        return ops.spread(grad, input.shape, dim, keepdim) * conj(products_of_others(input, dim))
    return ops.spread(grad * conj(result), input.shape, dim, keepdim) / conj(input)


def as_multiplied(input, result):
    """The elements as they were multiplied: in the dtype that was asked for."""
    return input if input.dtype == result.dtype else ops.cast(input, result.dtype)


def products_of_others(input, dim):
    shape = input.shape
    across = [d for d in range(len(shape)) if dim is not None and d not in dim]
    order = across + [d for d in range(len(shape)) if d not in across]
    row = len(across)  # the dimension that holds all factors of one product
    sizes = [shape[d] for d in across], [shape[d] for d in order[row:]]
    factors = input.permute(order).reshape((*sizes[0], math.prod(sizes[1])))
    others = _products_before(factors, row) * _products_before(factors.flip(row), row).flip(row)
    back = sorted(range(len(order)), key=order.__getitem__)
    return others.reshape([shape[d] for d in order]).permute(back)


def _products_before(x, dim):
    """The product of all elements before each one, by doubling: differentiable, and right with zeros."""
    n = x.shape[dim]
    first = ft.ones_like(x.narrow(dim, 0, 1))
    x = ft.cat([first, x.narrow(dim, 0, n - 1)], dim)
    step = 1
    while step < n:
        longer = x.narrow(dim, step, n - step) * x.narrow(dim, 0, n - step)
        x = ft.cat([x.narrow(dim, 0, step), longer], dim)
        step *= 2
    return x


def _equal(input, other):
    """1 where two Tensors are equal, 0 where they are not: a constant."""
    return 1 - ft.square(ops.order(input, other))


def extreme(grad, input, result, dim, keepdim):
    """Shared evenly among the elements that are the greatest (or smallest)."""
    chosen = _equal(input, ops.spread(result, input.shape, dim, keepdim))
    share = grad / chosen.sum(dim, keepdim)
    return ops.gate(ops.spread(share, input.shape, dim, keepdim), chosen)


gradient(ops.amax, "input")(extreme)
gradient(ops.amin, "input")(extreme)


def at_index(grad, indices, input_shape, dim, keepdim):
    """To the element that was picked."""
    if not keepdim and input_shape:
        grad, indices = grad.unsqueeze(dim), indices.unsqueeze(dim)
    return picked(grad, indices, input_shape, dim)


gradient(ops.max_with_indices, "input")(at_index)
gradient(ops.min_with_indices, "input")(at_index)


@gradient(ops.var, "input")
def var(grad, input, dim, keepdim, correction):
    freedom = count(input.shape, dim) - correction
    scale = 2 / freedom if freedom > 0 else math.nan
    mean = ops.spread(input.mean(dim, keepdim), input.shape, dim, keepdim)
    return ops.spread(grad * scale, input.shape, dim, keepdim) * (input - mean)


@gradient(ops.std, "input")
def std(grad, input, result, dim, keepdim, correction):
    """0 where the deviation is 0: there it has a kink."""
    return var(over(grad, result) / 2, input, dim, keepdim, correction)


@gradient(ops.norm, "input")
def norm(grad, input, result, p, dim, keepdim):
    """0 where the norm is 0, the smallest subgradient."""
    if p == 0:
        return ft.zeros_like(input)
    if math.isinf(p):
        return ft.sgn(input) * extreme(grad, ft.abs(input), result, dim, keepdim)
    if p == 1:
        return ft.sgn(input) * ops.spread(grad, input.shape, dim, keepdim)
    if p == 2:
        return input * ops.spread(over(grad, result), input.shape, dim, keepdim)
    scale = ops.spread(grad * power(result, 1 - p), input.shape, dim, keepdim)
    return ft.sgn(input) * power(ft.abs(input), p - 1) * scale


def over(grad, result):
    """``grad / result``, and 0 where the result, which is never negative, is 0: also when differentiated again."""
    return ops.gate(grad / (result + _equal(result, 0)), result)


def power(x, exponent):
    """``x ** exponent`` of what is never negative, and 0 where it is 0: for any exponent, and differentiated again."""
    return ops.gate((x + _equal(x, 0)) ** exponent, x)


@gradient(ops.logsumexp, "input")
def logsumexp(grad, input, result, dim, keepdim):
    result = ft.where(result == -math.inf, 0, result)  # of nothing but -inf: the gradient is 0, not nan
    result = ops.spread(result, input.shape, dim, keepdim)
    return ops.spread(grad, input.shape, dim, keepdim) * conj(ft.exp(input - result))


@gradient(ops.cumsum, "input")
def cumsum(grad, dim):
    return grad.flip(dim).cumsum(dim).flip(dim)
