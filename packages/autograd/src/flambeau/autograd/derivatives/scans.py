"""Derivatives of running products, extrema and logarithms of sums."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, zeros
from .reductions import as_multiplied


@gradient(ops.cumprod, "input")
def cumprod(grad, input, result, dim):
    """By division where nothing is zero; by a recurrence over what comes later where something is."""
    if input.ndim == 0:
        return grad
    input = as_multiplied(input, result)
    if (input == 0).any().item():
        return conj(_products_before(result, dim)) * _weighted_products_after(grad, conj(input), dim)
    return (grad * conj(result)).flip(dim).cumsum(dim).flip(dim) / conj(input)


def _products_before(result, dim):
    first = ft.ones_like(result.narrow(dim, 0, 1))
    return ft.cat([first, result.narrow(dim, 0, result.shape[dim] - 1)], dim)


def _weighted_products_after(grad, input, dim):
    """``s[i] = grad[i] + input[i + 1] * s[i + 1]``, by doubling: differentiable, and right with zeros."""
    n = input.shape[dim]
    factor = ft.cat([input.narrow(dim, 1, n - 1), ft.zeros_like(input.narrow(dim, 0, 1))], dim)
    total, step = grad, 1
    while step < n:
        kept = n - step
        near, far = factor.narrow(dim, 0, kept), factor.narrow(dim, step, kept)
        last = total.narrow(dim, kept, step), factor.narrow(dim, kept, step)
        total = ft.cat([total.narrow(dim, 0, kept) + near * total.narrow(dim, step, kept), last[0]], dim)
        factor = ft.cat([near * far, last[1]], dim)
        step *= 2
    return total


def at_index(grad, indices, input_shape, dim):
    """To the element that was the extreme one."""
    return ft.scatter_add(zeros(input_shape, grad), dim, indices, grad) if input_shape else grad


gradient(ops.cummax, "input")(at_index)
gradient(ops.cummin, "input")(at_index)


@gradient(ops.logcumsumexp, "input")
def logcumsumexp(grad, input, result, dim):
    """``sum of grad[k] exp(input[i] - result[k])`` over all k from i on: in logarithms, for positive and negative
    gradients apart."""
    if input.ndim == 0:
        return grad
    result = ft.where(result == -math.inf, 0, result)  # of nothing but -inf: the gradient is 0, not nan

    def part(sign):
        there = grad * sign > 0
        logarithm = ft.where(there, ft.log(ft.where(there, grad * sign, 1)) - result, -math.inf)
        return ft.exp(logarithm.flip(dim).logcumsumexp(dim).flip(dim) + input)

    return part(1) - part(-1)
