"""Derivatives of mathematical functions.

``ops.chain(grad, slope)`` multiplies by the slope, of complex numbers by its conjugate, and is 0 where ``grad`` is:
where another branch was taken, an infinite slope does no harm.
"""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat

gradient(ops.exp, "input")(lambda grad, result: ops.chain(grad, result))
gradient(ops.expm1, "input")(lambda grad, result: ops.chain(grad, result + 1))
gradient(ops.log, "input")(lambda grad, input: ops.chain_over(grad, input))
gradient(ops.log1p, "input")(lambda grad, input: ops.chain_over(grad, input + 1))
gradient(ops.exp2, "input")(lambda grad, result: ops.chain(grad, result * math.log(2)))
gradient(ops.log2, "input")(lambda grad, input: ops.chain_over(grad, input * math.log(2)))
gradient(ops.log10, "input")(lambda grad, input: ops.chain_over(grad, input * math.log(10)))
# 0 where the root is 0, so that the length of a vector that is 0 has a gradient.
gradient(ops.sqrt, "input")(lambda grad, result: ops.sqrt_backward(grad, result))
gradient(ops.rsqrt, "input")(lambda grad, result: ops.chain(grad, result * result * result * -0.5))

gradient(ops.sin, "input")(lambda grad, input: ops.chain(grad, ft.cos(input)))
gradient(ops.cos, "input")(lambda grad, input: ops.chain(-grad, ft.sin(input)))
gradient(ops.tan, "input")(lambda grad, result: ops.chain(grad, 1 + result * result))
gradient(ops.tanh, "input")(lambda grad, result: ops.tanh_backward(grad, result))
gradient(ops.atan2, "input")(lambda grad, input, other: grad * _over_square(other, input, other))
gradient(ops.atan2, "other")(lambda grad, input, other: -grad * _over_square(input, input, other))


def _over_square(part, y, x):
    """``part / (y**2 + x**2)``, and 0 at the origin, where there is no angle."""
    square = y * y + x * x
    return part / ft.where(square == 0, 1, square)


gradient(ops.floor, "input")(flat)
gradient(ops.ceil, "input")(flat)
gradient(ops.round, "input")(flat)
gradient(ops.trunc, "input")(flat)
