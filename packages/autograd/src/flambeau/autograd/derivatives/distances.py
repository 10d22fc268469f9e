"""Derivatives of distances between vectors: 0 where one is 0, the smallest subgradient."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from .reductions import over, power


@gradient(ops.cdist, "x1", "x2")
def cdist(grad, x1, x2, result, p):
    if p == 2:
        share = over(grad, result)
        across = share.transpose(-1, -2)
        return (
            x1 * share.sum(-1, True) - share @ x2,
            x2 * across.sum(-1, True) - across @ x1,
        )
    difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)
    slope = _slope(difference, grad.unsqueeze(-1), result.unsqueeze(-1), p)
    return slope.sum(-2), -slope.sum(-3)


def _slope(difference, grad, result, p):
    if p == 0:
        return ft.zeros_like(difference)
    sign, size = ft.sign(difference), ft.abs(difference)
    if p == 1:
        return sign * grad
    if math.isinf(p):
        greatest = 1 - ft.square(ops.order(size, result))
        return sign * ops.gate(grad / greatest.sum(-1, True), greatest)
    return sign * power(size, p - 1) * (grad * power(result, 1 - p))
