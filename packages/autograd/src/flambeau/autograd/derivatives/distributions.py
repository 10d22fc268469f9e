"""Derivatives of filling with random draws: nothing of what was there remains."""

from flambeau.tensor import ops

from .._rules import gradient
from ._helpers import flat

for _op in (ops.exponential, ops.cauchy, ops.geometric, ops.log_normal, ops.random):
    gradient(_op, "input")(flat)
