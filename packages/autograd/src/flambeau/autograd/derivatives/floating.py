"""Derivatives of signs, remainders and what is special about floats."""

import math

import flambeau.tensor as ft
from flambeau.tensor import Tensor, ops

from .._rules import gradient
from ._helpers import flat, to_greater, unchanged

gradient(ops.frac, "input")(unchanged)
gradient(ops.fmod, "input")(unchanged)
gradient(ops.fmod, "other")(lambda grad, input, other: -grad * ft.trunc(input / other))

gradient(ops.copysign, "input")(lambda grad, input, other: grad * (ft.sign(input) * ft.copysign(ft.sign(input), other)))
gradient(ops.copysign, "other")(flat)

gradient(ops.nan_to_num, "input")(lambda grad, input: ft.where(ft.isfinite(input), grad, 0))


def _no_nan(x, worst):
    """The operand with ``worst`` in the place of nan, which loses against the other."""
    if isinstance(x, Tensor):
        return ft.where(ft.isnan(x), worst, x)
    return worst if math.isnan(x) else x


def _above(grad, one, other):
    return to_greater(grad, _no_nan(one, -math.inf), _no_nan(other, -math.inf))


def _below(grad, one, other):
    return to_greater(grad, _no_nan(other, math.inf), _no_nan(one, math.inf))


gradient(ops.fmax, "input")(lambda grad, input, other: _above(grad, input, other))
gradient(ops.fmax, "other")(lambda grad, input, other: _above(grad, other, input))
gradient(ops.fmin, "input")(lambda grad, input, other: _below(grad, input, other))
gradient(ops.fmin, "other")(lambda grad, input, other: _below(grad, other, input))

gradient(ops.ldexp, "input")(lambda grad, other: ft.ldexp(grad, other))
gradient(ops.ldexp, "other")(lambda grad, result: grad * (result * math.log(2)))
gradient(ops.frexp, "input")(lambda grad, exponent: ft.ldexp(grad, -exponent))
