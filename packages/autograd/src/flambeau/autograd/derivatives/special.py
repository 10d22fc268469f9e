"""Derivatives of functions beyond the elementary ones, and of logarithms of sums."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

_SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0

gradient(ops.erf, "input")(lambda grad, input: grad * (ft.exp(-(input * input)) * _SLOPE))
gradient(ops.erfc, "input")(lambda grad, input: grad * (ft.exp(-(input * input)) * -_SLOPE))
gradient(ops.erfinv, "input")(lambda grad, result: ops.chain(grad, ft.exp(result * result) * (1 / _SLOPE)))
gradient(ops.log_odds, "input")(lambda grad, input: ops.chain_over(grad, input * (1 - input)))


@gradient(ops.xlogy, "input")
def xlogy_factor(grad, input, other):
    """``log(other)``, and 0 where ``input`` is 0 and the logarithm is not finite."""
    return ft.where((input == 0) & (other <= 0), 0, ft.xlogy(grad, other))


@gradient(ops.xlogy, "other")
def xlogy_argument(grad, input, other):
    """``input / other``, and 0 where both are 0."""
    return ops.chain(grad, ft.where((input == 0) & (other == 0), 0, input / other))


def _part(x, y, rate=1):
    """``1 / (1 + exp(rate * (y - x)))``; half for equal infinities, too."""
    return ft.sigmoid(ft.where(x == y, 0, (x - y) * rate))


gradient(ops.logaddexp, "input")(lambda grad, input, other: grad * _part(input, other))
gradient(ops.logaddexp, "other")(lambda grad, input, other: grad * _part(other, input))
gradient(ops.logaddexp2, "input")(lambda grad, input, other: grad * _part(input, other, math.log(2)))
gradient(ops.logaddexp2, "other")(lambda grad, input, other: grad * _part(other, input, math.log(2)))
