"""Derivatives of the gamma function and its kin."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient

gradient(ops.lgamma, "input")(lambda grad, input: ops.chain(grad, ft.digamma(input)))
gradient(ops.digamma, "input")(lambda grad, input: ops.chain(grad, ops.polygamma_of(input, 1)))
gradient(ops.polygamma_of, "input")(lambda grad, input, n: ops.chain(grad, ops.polygamma_of(input, n + 1)))
gradient(ops.zeta, "other")(lambda grad, input, other: ops.chain(-grad, input * ops.zeta(input + 1, other)))


def _density(input, other):
    """Of the gamma distribution: the slope of its distribution function."""
    return ft.exp(ft.xlogy(input - 1, other) - other - _log_gamma(input))


def _log_gamma(x):
    return ft.lgamma(x) if isinstance(x, ft.Tensor) else ft.lgamma(ft.tensor(x, dtype="float64")).item()


gradient(ops.igamma, "other")(lambda grad, input, other: ops.chain(grad, _density(input, other)))
gradient(ops.igammac, "other")(lambda grad, input, other: ops.chain(-grad, _density(input, other)))
