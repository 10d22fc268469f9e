"""Derivatives of the parts of complex elements, and of complex elements made of these.

The gradient by ``x + iy`` of a real ``L`` is ``dL/dx + i dL/dy``. Of a complex gradient for a real argument the engine
takes the real part.
"""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, flat, unchanged

gradient(ops.real, "input")(unchanged)
gradient(ops.imag, "input")(lambda grad: grad * 1j)
gradient(ops.view_as_real, "input")(lambda grad: ops.complex(grad[..., 0], grad[..., 1]))
gradient(ops.view_as_complex, "input")(lambda grad: ops.view_as_real(grad))
gradient(ops.conj_physical, "input")(conj)
gradient(ops.complex, "real")(unchanged)
gradient(ops.complex, "imag")(lambda grad: grad * -1j)


def _size(input):
    """The absolute values, and 1 where these are 0."""
    size = ft.abs(input)
    return ft.where(size == 0, 1, size)


@gradient(ops.angle, "input")
def angle(grad, input):
    """At a right angle to the number; 0 where it is 0."""
    if not input.is_complex():
        return flat(grad)
    size = _size(input)
    return grad / size * (input / size) * 1j


@gradient(ops.sgn, "input")
def sgn(grad, input, result):
    """The part of the gradient at a right angle to the number; 0 where it is 0."""
    if not input.is_complex():
        return flat(grad)
    across = ft.where(input == 0, 0, grad) - result * ft.real(grad * conj(result))
    return across / _size(input)
