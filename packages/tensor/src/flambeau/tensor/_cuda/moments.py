"""Variances, norms, and logarithms of sums of exponentials."""

from __future__ import annotations

from . import kernel
from ._reduce import Reduction
from ._source import FLOATS, Source

SOURCE = Source("moments")
INSTANCES = {
    f"{name}_{scheme}": FLOATS
    for name in ("var", "squares", "powers", "logsumexp")
    for scheme in ("rows", "columns", "partial")
}

_var, _squares = Reduction(SOURCE, "var", FLOATS), Reduction(SOURCE, "squares", FLOATS)
_powers, _logsumexp = Reduction(SOURCE, "powers", FLOATS), Reduction(SOURCE, "logsumexp", FLOATS)


def _reduced(reduction, xp, input, dim, keepdim, *parameters):
    dtype = input.dtype
    made = reduction.plan(input, dim, keepdim, dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, dtype)
    reduction.launch(xp, made, input, (out,), *parameters)
    return out


def _variance(xp, input, dim, keepdim, correction, root):
    dtype = input.dtype
    made = _var.plan(input, dim, keepdim, dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, dtype)
    _var.launch(xp, made, input, (out,), max(made.count - correction, 0), root)
    return out


@kernel
def var(xp, input, dim, keepdim, correction):
    return _variance(xp, input, dim, keepdim, correction, False)


@kernel
def std(xp, input, dim, keepdim, correction):
    return _variance(xp, input, dim, keepdim, correction, True)


@kernel
def norm(xp, input, p, dim, keepdim):
    if p == 2:
        return _reduced(_squares, xp, input, dim, keepdim)
    return _reduced(_powers, xp, input, dim, keepdim, p)


@kernel
def logsumexp(xp, input, dim, keepdim):
    return _reduced(_logsumexp, xp, input, dim, keepdim)
