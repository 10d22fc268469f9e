"""Derivatives of losses of each element: formulas, which are one pass each and differentiable themselves."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.smooth_l1, "input", "target")
def smooth_l1(grad, input, target, beta, scale, needs):
    grad = grad if scale == 1 else grad * scale
    if beta > 0:
        slope = ft.pointwise("grad * clamp((x - y) / beta, -1, 1)")(grad, input, target, beta)
    else:
        slope = ft.pointwise("grad * sign(x - y)")(grad, input, target)
    return slope, -slope if needs[1] else None


@gradient(ops.binary_entropy, "input")
def binary_entropy(grad, input, target):
    return ops.chain(grad, ft.pointwise("(x - y) / maximum((1 - x) * x, 1e-12)")(input, target))


@gradient(ops.binary_entropy, "target")
def binary_entropy_target(grad, input):
    return ops.chain(grad, ft.pointwise("maximum(log1p(-x), -100) - maximum(log(x), -100)")(input))


@gradient(ops.logistic_entropy, "input")
def logistic_entropy(grad, input, target, pos_weight):
    if isinstance(pos_weight, ft.Tensor) or pos_weight != 1:
        return ft.pointwise("grad * (sigmoid(x) * (1 + (p - 1) * y) - p * y)")(grad, input, pos_weight, target)
    return ft.pointwise("grad * (sigmoid(x) - y)")(grad, input, target)


@gradient(ops.logistic_entropy, "target")
def logistic_entropy_target(grad, input, pos_weight):
    if not isinstance(pos_weight, ft.Tensor) and pos_weight == 1:
        return -grad * input
    return grad * (-input - (pos_weight - 1) * ft.logsigmoid(input))


@gradient(ops.logistic_entropy, "pos_weight")
def logistic_entropy_weight(grad, input, target):
    return -grad * target * ft.logsigmoid(input)
