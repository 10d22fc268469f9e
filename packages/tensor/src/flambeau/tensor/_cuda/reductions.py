"""Sums, means, products and counts."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._reduce import Reduction
from ._source import ALL, FLOATS, INTEGERS, Source, pairs

# Elements, and what they are added up and given in.
TOTALS = (
    *pairs(("bool", *INTEGERS), ("int64",)),
    *zip(FLOATS, FLOATS, strict=True),
    ("float16", "float32"),
    ("bfloat16", "float32"),
    ("float32", "float64"),
)

SOURCE = Source("reductions")
NONZERO_SOURCE = Source("nonzero")
INSTANCES = {
    f"{name}_{scheme}": instances
    for name, instances in (("sum", TOTALS), ("prod", TOTALS), ("nonzero", ALL))
    for scheme in ("rows", "columns", "partial")
}

_sum, _prod = Reduction(SOURCE, "sum", TOTALS), Reduction(SOURCE, "prod", TOTALS)
_nonzero = Reduction(NONZERO_SOURCE, "nonzero", ALL)
BOOL, INT64 = np.dtype("bool"), np.dtype("int64")


def _total_dtype(input, dtype):
    if dtype is not None:
        return dtype
    return INT64 if input.dtype.kind in "iub" else input.dtype


@kernel
def sum(xp, input, dim, keepdim, dtype):
    dtype = _total_dtype(input, dtype)
    made = _sum.plan(input, dim, keepdim, input.dtype, dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, dtype)
    _sum.launch(xp, made, input, (out,), 1.0)
    return out


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
    dtype = _total_dtype(input, dtype)
    made = _prod.plan(input, dim, keepdim, input.dtype, dtype)
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, dtype)
    _prod.launch(xp, made, input, (out,))
    return out


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
