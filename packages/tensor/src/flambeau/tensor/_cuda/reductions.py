"""Sums, means, products and counts."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._reduce import INT64, TOTALS, Reduction, total_dtype
from ._source import ALL, Source

SOURCE = Source("reductions")
NONZERO_SOURCE = Source("nonzero")
INSTANCES = {
    f"{name}_{scheme}": instances
    for name, instances in (("sum", TOTALS), ("prod", TOTALS), ("nonzero", ALL))
    for scheme in ("rows", "columns", "partial")
}

_sum, _prod = Reduction(SOURCE, "sum", TOTALS), Reduction(SOURCE, "prod", TOTALS)
_nonzero = Reduction(NONZERO_SOURCE, "nonzero", ALL)
BOOL = np.dtype("bool")


@kernel
def sum(xp, input, dim, keepdim, dtype):
    return _sum(xp, input, dim, keepdim, (input.dtype, total_dtype(input, dtype)), 1.0)


@kernel
def mean(xp, input, dim, keepdim, dtype):
    if dtype is None:
        dtype = input.dtype
    made = _sum.plan(input, dim, keepdim, input.dtype, dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, dtype)
    _sum.launch(xp, made, input, (out,), made.count)
    return out


@kernel
def prod(xp, input, dim, keepdim, dtype):
    return _prod(xp, input, dim, keepdim, (input.dtype, total_dtype(input, dtype)))


def _counted(xp, input, dim, keepdim, least):
    """Whether at least so many elements are not zero, None for all; with 0, how many there are."""
    made = _nonzero.plan(input, dim, keepdim, input.dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, INT64 if least == 0 else BOOL)
    outputs = (out, None) if least == 0 else (None, out)
    _nonzero.launch(xp, made, input, outputs, made.count if least is None else least)
    return out


@kernel
def any(xp, input, dim, keepdim):
    return _counted(xp, input, dim, keepdim, 1)


@kernel
def all(xp, input, dim, keepdim):
    return _counted(xp, input, dim, keepdim, None)


@kernel
def count_nonzero(xp, input, dim):
    return _counted(xp, input, dim, False, 0)
