"""Derivatives of gated activation functions."""

from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.glu, "input", fused=True)(lambda grad, input, dim: ops.glu_backward(grad, input, dim))
