"""Derivatives of filling in place: nothing of what was there remains."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat, unchanged

gradient(ops.zero, "input")(flat)

gradient(ops.fill, "input")(flat)
gradient(ops.fill, "value")(unchanged)

gradient(ops.copy, "input")(flat)
gradient(ops.copy, "other")(unchanged)
