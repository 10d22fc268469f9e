"""Derivatives of arithmetic."""

import cmath
import math

import flambeau.tensor as ft
from flambeau.tensor import Tensor, ops

from .._rules import gradient
from ._helpers import conj, flat, over, to_greater, unchanged

gradient(ops.add, "input")(unchanged)
gradient(ops.add, "other")(unchanged)

gradient(ops.sub, "input")(unchanged)
gradient(ops.sub, "other")(lambda grad: -grad)

gradient(ops.mul, "input")(lambda grad, other: grad * conj(other))
gradient(ops.mul, "other")(lambda grad, input: grad * conj(input))

gradient(ops.div, "input")(lambda grad, other: over(grad, other))
gradient(ops.div, "other")(lambda grad, other, result: ops.chain(-grad, result / other))

gradient(ops.floor_divide, "input")(flat)
gradient(ops.floor_divide, "other")(flat)

gradient(ops.remainder, "input")(unchanged)
gradient(ops.remainder, "other")(lambda grad, input, other: -grad * ft.floor_divide(input, other))

gradient(ops.neg, "input")(lambda grad: -grad)
gradient(ops.abs, "input")(lambda grad, input: grad * ft.sgn(input))
gradient(ops.sign, "input")(flat)
gradient(ops.reciprocal, "input")(lambda grad, result: ops.chain(-grad, result * result))
gradient(ops.square, "input")(lambda grad, input: grad * conj(input) * 2)


@gradient(ops.pow, "input")
def pow_base(grad, input, other):
    """``other * input**(other - 1)``, and 0 for the exponent 0 even where the base is 0."""
    if isinstance(other, Tensor):
        exponent = ft.where((input == 0) & (other == 0), 1, other - 1)
        return ops.chain(grad, other * input**exponent)
    if other == 0:
        return ft.zeros_like(grad)
    if other == 1:
        return grad
    if other == 2:
        return grad * conj(input * 2)
    return ops.chain(grad, input * input * 3 if other == 3 else input ** (other - 1) * other)


@gradient(ops.pow, "other")
def pow_exponent(grad, input, other, result):
    """``result * log(input)``, and 0 where the base is 0 but for exponents of negative real part."""
    if isinstance(input, Tensor):
        still = (input == 0) & (ft.real(other) >= 0)
        slope = result * ft.log(ft.where(still, 1, input))
        return ops.chain(grad, ft.where(still, 0, slope))
    if input == 0:
        return ops.chain(grad, ft.where(ft.real(other) >= 0, 0, ft.full_like(result, -math.inf)))
    if isinstance(input, complex) or result.is_complex():
        return ops.chain(grad, result * cmath.log(input))
    return ops.chain(grad, result * (math.log(input) if input > 0 else math.nan))


gradient(ops.maximum, "input")(lambda grad, input, other: to_greater(grad, input, other))
gradient(ops.maximum, "other")(lambda grad, input, other: to_greater(grad, other, input))
gradient(ops.minimum, "input")(lambda grad, input, other: to_greater(grad, other, input))
gradient(ops.minimum, "other")(lambda grad, input, other: to_greater(grad, input, other))


@gradient(ops.clamp, "input")
def clamp(grad, input, min, max):
    """``grad`` within the bounds, and on them."""
    if max is None:
        within = input >= min
    else:
        within = input <= max if min is None else (input >= min) & (input <= max)
    return ft.where(within, grad, 0)


gradient(ops.lerp, "input")(lambda grad, weight: grad * conj(1 - weight))
gradient(ops.lerp, "end")(lambda grad, weight: grad * conj(weight))
gradient(ops.lerp, "weight")(lambda grad, input, end: grad * conj(end - input))

gradient(ops.addcmul, "input")(unchanged)
gradient(ops.addcmul, "tensor1")(lambda grad, tensor2, value: grad * conj(tensor2 * value))
gradient(ops.addcmul, "tensor2")(lambda grad, tensor1, value: grad * conj(tensor1 * value))

gradient(ops.addcdiv, "input")(unchanged)
gradient(ops.addcdiv, "tensor1")(lambda grad, tensor2, value: over(grad * value, tensor2))


@gradient(ops.addcdiv, "tensor2")
def addcdiv_denominator(grad, tensor1, tensor2, value):
    return ops.chain(grad * -value, tensor1 / tensor2 / tensor2)
