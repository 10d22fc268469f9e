"""Derivative of moving between devices: the gradient moves back."""

from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.transfer, "input")(lambda grad, input: ops.transfer(grad, input.device))
