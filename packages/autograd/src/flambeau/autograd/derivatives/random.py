"""Derivatives of what draws random numbers."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat

gradient(ops.bernoulli, "input")(flat)
gradient(ops.uniform, "input")(flat)
gradient(ops.normal, "input")(flat)

# The same seed and offset drop and scale the same elements.
gradient(ops.dropout, "input")(lambda grad, p, seed, offset: ops.dropout(grad, p, seed, offset))
