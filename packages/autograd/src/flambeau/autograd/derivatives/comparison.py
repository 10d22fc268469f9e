"""Derivatives of what chooses by a comparison; comparisons themselves are not differentiable."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

# Chosen, not multiplied by the mask: an infinite gradient of what was not taken must not become nan.
gradient(ops.where, "input")(lambda grad, condition: ft.where(condition, grad, 0))
gradient(ops.where, "other")(lambda grad, condition: ft.where(condition, 0, grad))
