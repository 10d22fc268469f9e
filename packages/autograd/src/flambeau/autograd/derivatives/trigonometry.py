"""Derivatives of hyperbolic functions, inverse functions and angles."""

import math

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.sinh, "input")(lambda grad, input: ops.chain(grad, ft.cosh(input)))
gradient(ops.cosh, "input")(lambda grad, input: ops.chain(grad, ft.sinh(input)))
# 1 - x**2 as a product, because the square would round what matters near 1.
gradient(ops.asin, "input")(lambda grad, input: ops.chain(grad, ft.rsqrt((1 - input) * (1 + input))))
gradient(ops.acos, "input")(lambda grad, input: ops.chain(-grad, ft.rsqrt((1 - input) * (1 + input))))
gradient(ops.atan, "input")(lambda grad, input: ops.chain_over(grad, 1 + input * input))
gradient(ops.asinh, "input")(lambda grad, input: ops.chain(grad, ft.rsqrt(1 + input * input)))
gradient(ops.acosh, "input")(lambda grad, input: ops.chain(grad, ft.rsqrt(input - 1) * ft.rsqrt(input + 1)))
gradient(ops.atanh, "input")(lambda grad, input: ops.chain_over(grad, (1 - input) * (1 + input)))
gradient(ops.deg2rad, "input")(lambda grad: grad * (math.pi / 180))
gradient(ops.rad2deg, "input")(lambda grad: grad * (180 / math.pi))


def _part(leg, hypotenuse):
    """``leg / hypotenuse``, and 0 where both are 0."""
    return leg / ft.where(hypotenuse == 0, 1, hypotenuse)


gradient(ops.hypot, "input")(lambda grad, input, result: grad * _part(input, result))
gradient(ops.hypot, "other")(lambda grad, other, result: grad * _part(other, result))


@gradient(ops.sinc, "input")
def sinc(grad, input):
    """``pi * (u * cos(u) - sin(u)) / u**2`` with ``u = pi * input``; near 0, where these cancel, its power series."""
    u = input * math.pi
    near = ft.abs(u) < 0.5
    far = ft.where(near, 1, u)
    small = ft.where(near, u, 0)
    square = small * small
    series = ft.zeros_like(square)
    for k in range(7, 0, -1):
        series = series * square + (-1) ** k * 2 * k / math.factorial(2 * k + 1)
    slope = ft.where(near, small * series, (ft.cos(far) - ft.sin(far) / far) / far)
    return grad * (slope * math.pi)
