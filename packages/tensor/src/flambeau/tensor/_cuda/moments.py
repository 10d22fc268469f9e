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
        return _squares(xp, input, dim, keepdim, (input.dtype,))
    return _powers(xp, input, dim, keepdim, (input.dtype,), p)


@kernel
def logsumexp(xp, input, dim, keepdim):
    return _logsumexp(xp, input, dim, keepdim, (input.dtype,))
