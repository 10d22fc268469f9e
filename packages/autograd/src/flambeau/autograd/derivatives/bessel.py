"""Derivatives of Bessel functions: of order 0 they lead to order 1, and back."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


def _over(result, input, at_zero):
    """``result / input``, and its limit at 0."""
    zero = input == 0
    return ft.where(zero, at_zero, result / ft.where(zero, 1, input))


gradient(ops.i0, "input")(lambda grad, input: grad * ops.i1(input))
gradient(ops.i1, "input")(lambda grad, input, result: grad * (ft.i0(input) - _over(result, input, 0.5)))
gradient(ops.i0e, "input")(lambda grad, input, result: grad * (ops.i1e(input) - ft.sign(input) * result))


@gradient(ops.i1e, "input")
def i1e(grad, input, result):
    return grad * (ops.i0e(input) - _over(result, input, 0.5) - ft.sign(input) * result)


gradient(ops.modified_bessel_k0, "input")(lambda grad, input: ops.chain(-grad, ops.modified_bessel_k1(input)))


@gradient(ops.modified_bessel_k1, "input")
def modified_bessel_k1(grad, input, result):
    return ops.chain(-grad, ops.modified_bessel_k0(input) + result / input)


@gradient(ops.scaled_modified_bessel_k0, "input")
def scaled_modified_bessel_k0(grad, input, result):
    return ops.chain(grad, result - ops.scaled_modified_bessel_k1(input))


@gradient(ops.scaled_modified_bessel_k1, "input")
def scaled_modified_bessel_k1(grad, input, result):
    return ops.chain(grad, result - ops.scaled_modified_bessel_k0(input) - result / input)


gradient(ops.bessel_j0, "input")(lambda grad, input: -grad * ops.bessel_j1(input))
gradient(ops.bessel_j1, "input")(lambda grad, input, result: grad * (ops.bessel_j0(input) - _over(result, input, 0.5)))
gradient(ops.bessel_y0, "input")(lambda grad, input: ops.chain(-grad, ops.bessel_y1(input)))
gradient(ops.bessel_y1, "input")(lambda grad, input, result: ops.chain(grad, ops.bessel_y0(input) - result / input))
gradient(ops.airy_ai, "input")(lambda grad, input: grad * ops.airy_ai_slope(input))
gradient(ops.airy_ai_slope, "input")(lambda grad, input: grad * (input * ops.airy_ai(input)))
gradient(ops.spherical_bessel_j0, "input")(lambda grad, input, result: grad * _over(ft.cos(input) - result, input, 0))
