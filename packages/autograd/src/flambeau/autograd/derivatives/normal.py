"""Derivatives of the normal distribution and of what goes with entropies."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

_ROOT_TAU = math.sqrt(2 * math.pi)

gradient(ops.erfcx, "input")(lambda grad, input, result: ops.chain(grad, input * result * 2 - 2 / math.sqrt(math.pi)))
gradient(ops.ndtr, "input")(lambda grad, input: grad * (ft.exp(input * input * -0.5) / _ROOT_TAU))
gradient(ops.ndtri, "input")(lambda grad, result: ops.chain(grad, ft.exp(result * result * 0.5) * _ROOT_TAU))
gradient(ops.entr, "input")(lambda grad, input: ops.chain(-grad, ft.log(input) + 1))


@gradient(ops.log_ndtr, "input")
def log_ndtr(grad, input):
    """The density divided by the distribution function: erfcx has the quotient where both vanish."""
    return ops.chain(grad, math.sqrt(2 / math.pi) / ops.erfcx(input * -math.sqrt(0.5)))


@gradient(ops.xlog1py, "input")
def xlog1py_factor(grad, input, other):
    """``log1p(other)``, and 0 where ``input`` is 0 and the logarithm is not finite."""
    return ft.where((input == 0) & (other <= -1), 0, ops.xlog1py(grad, other))


@gradient(ops.xlog1py, "other")
def xlog1py_argument(grad, input, other):
    """``input / (1 + other)``, and 0 where both are 0."""
    return ops.chain(grad, ft.where((input == 0) & (other == -1), 0, input / (other + 1)))
