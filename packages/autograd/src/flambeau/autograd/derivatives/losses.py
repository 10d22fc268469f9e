"""Derivatives of losses."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import picked


@gradient(ops.mse_loss, "input", "target")
def mse_loss(grad, input, target, reduction):
    scale = 2 / max(input.numel(), 1) if reduction == "mean" else 2
    slope = grad * (input - target) * scale
    return slope, -slope


@gradient(ops.nll_loss, "input")
def nll_loss(grad, input_shape, target, weight, ignore_index, reduction):
    dim = 0 if len(input_shape) == 1 else 1
    counts = target != ignore_index
    target = ft.where(counts, target, 0)
    weights = counts if weight is None else ft.where(counts, ops.index(weight, target), 0)
    if reduction == "mean":
        grad = grad / weights.sum()
    slope = ft.where(counts, -grad * weights, 0)
    return picked(slope.unsqueeze(dim), target.unsqueeze(dim), input_shape, dim)


@gradient(ops.cross_entropy, "input", fused=True)
def cross_entropy(grad, input, target, weight, ignore_index, reduction):
    return ops.cross_entropy_backward(grad, input, target, weight, ignore_index, reduction)
