"""Derivatives of the parts of complex elements, for real ones: what requires grad is real."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import conj, flat, unchanged

gradient(ops.real, "input")(unchanged)
gradient(ops.conj_physical, "input")(conj)
gradient(ops.angle, "input")(flat)
gradient(ops.sgn, "input")(flat)
