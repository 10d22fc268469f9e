"""Derivatives of activation functions that are straight between kinks. On a kink it is that of the flat side."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.hardtanh, "input")(lambda grad, result, min_val, max_val: ops.inside(grad, result, min_val, max_val))
gradient(ops.relu6, "input")(lambda grad, result: ops.inside(grad, result, 0, 6))
gradient(ops.hardsigmoid, "input")(lambda grad, result: ops.inside(grad, result, 0, 1) / 6)
gradient(ops.hardshrink, "input")(lambda grad, result: ops.gate(grad, ft.abs(result)))
gradient(ops.softshrink, "input")(lambda grad, result: ops.gate(grad, ft.abs(result)))
gradient(ops.threshold, "input")(lambda grad, input, threshold: ft.where(input <= threshold, 0, grad))
gradient(ops.hardswish, "input")(lambda grad, input: ops.hardswish_backward(grad, input))
