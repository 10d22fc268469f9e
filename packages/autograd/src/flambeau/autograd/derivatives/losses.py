"""Derivatives of losses."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import picked, zeros


@gradient(ops.mse_loss, "input", "target")
def mse_loss(grad, input, target, reduction, needs):
    # The scale goes into the gradient while that is one number.
    grad = grad * (2 / max(input.numel(), 1) if reduction == "mean" else 2)
    grad = grad if reduction == "none" else ops.spread(grad, input.shape)
    slope = ft.pointwise("grad * (input - target)")(grad, input, target)
    return slope, -slope if needs[1] else None


# Losses of classes: an ignored target gives nothing and gets nothing, even where something is infinite.


def _counted(target, ignore_index):
    """Which targets count, and the targets with the others pointing at class 0."""
    counts = target != ignore_index
    return counts, ft.where(counts, target, 0)


def _class_dim(shape):
    return 0 if len(shape) == 1 else 1


@gradient(ops.nll_loss, "input")
def nll_loss(grad, input_shape, target, weight, ignore_index, reduction):
    dim = _class_dim(input_shape)
    counts, target = _counted(target, ignore_index)
    weights = counts if weight is None else ft.where(counts, ops.index(weight, target), 0)
    if reduction == "mean":
        total = weights.sum()
        grad = grad / ft.where(total == 0, 1, total)  # of nothing: its slopes are 0, also differentiated again
    slope = ft.where(counts, -grad * weights, 0)
    return picked(slope.unsqueeze(dim), target.unsqueeze(dim), input_shape, dim)


@gradient(ops.nll_loss, "weight")
def nll_loss_weight(grad, input, target, weight, ignore_index, reduction, result):
    dim = _class_dim(input.shape)
    counts, target = _counted(target, ignore_index)
    slope = -ft.gather(input, dim, target.unsqueeze(dim)).squeeze(dim)
    if reduction == "mean":
        # A weight scales its losses, and the total that the sum is divided by.
        slope = (slope - result) / ft.where(counts, ops.index(weight, target), 0).sum()
    slope = ft.where(counts, grad * slope, 0).reshape(target.numel())
    return ft.index_add(zeros(weight.shape, slope), 0, target.reshape(target.numel()), slope)


@gradient(ops.cross_entropy, "input", fused=True)
def cross_entropy(grad, input, target, weight, ignore_index, reduction, label_smoothing):
    return ops.cross_entropy_backward(grad, input, target, weight, ignore_index, reduction, label_smoothing)


@gradient(ops.cross_entropy, "weight", fused=True)
def cross_entropy_weight(grad, input, target, weight, ignore_index, reduction, label_smoothing, result):
    dim = _class_dim(input.shape)
    logs = ft.log_softmax(input, dim)
    if label_smoothing == 0:
        return nll_loss_weight(grad, logs, target, weight, ignore_index, reduction, result)
    counts, chosen = _counted(target, ignore_index)
    total = ft.where(counts, ops.index(weight, chosen), 0).sum() if reduction == "mean" else None
    # Of the target's class, and of the total; then of all classes.
    slope = -ft.gather(logs, dim, chosen.unsqueeze(dim)).squeeze(dim) * (1 - label_smoothing)
    slope = ft.where(counts, slope if total is None else slope - result, 0) * (grad if total is None else grad / total)
    apart = ft.index_add(zeros(weight.shape, slope), 0, chosen.reshape(target.numel()), slope.reshape(target.numel()))
    even = ft.where(counts, grad if total is None else grad / total, 0).unsqueeze(dim) * logs
    even = even if even.ndim == 1 else even.sum([d for d in range(even.ndim) if d != dim])
    return apart - even * (label_smoothing / weight.shape[0])
