"""Sums, means, products and counts."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._reduce import Reduction
from ._source import ALL, FLOATS, INTEGERS, Source, is_known, pairs

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

_sum, _prod, _nonzero = Reduction(SOURCE, "sum"), Reduction(SOURCE, "prod"), Reduction(NONZERO_SOURCE, "nonzero")
BOOL, INT64 = np.dtype("bool"), np.dtype("int64")
_taken: dict[tuple, bool] = {}


def _takes(pair: tuple) -> bool:
    """Whether there is a kernel for these dtypes."""
    found = _taken.get(pair)
    if found is None:
        found = _taken[pair] = tuple(d.name for d in pair) in TOTALS
    return found


def _total(reduction, xp, input, dim, keepdim, dtype):
    if dtype is None:
        dtype = INT64 if input.dtype.kind in "iub" else input.dtype
    dtypes = (input.dtype, dtype)
    made = reduction.plan(input, dim, keepdim) if _takes(dtypes) else None
    return made, None if made is None else xp.empty(made.shape, dtype), dtypes


@kernel
def sum(xp, input, dim, keepdim, dtype):
    made, out, dtypes = _total(_sum, xp, input, dim, keepdim, dtype)
    if made is None:
        return NotImplemented
    _sum.launch(xp, made, input, dtypes, (out,), 1.0)
    return out


@kernel
def mean(xp, input, dim, keepdim, dtype):
    made, out, dtypes = _total(_sum, xp, input, dim, keepdim, input.dtype if dtype is None else dtype)
    if made is None:
        return NotImplemented
    _sum.launch(xp, made, input, dtypes, (out,), made.count)
    return out


@kernel
def prod(xp, input, dim, keepdim, dtype):
    made, out, dtypes = _total(_prod, xp, input, dim, keepdim, dtype)
    if made is None:
        return NotImplemented
    _prod.launch(xp, made, input, dtypes, (out,))
    return out


def _counted(xp, input, dim, keepdim, least):
    """Whether at least so many elements are not zero, None for all; with 0, how many there are."""
    dtype = input.dtype
    made = _nonzero.plan(input, dim, keepdim) if is_known(dtype) else None
    if made is None:
        return NotImplemented
    out = xp.empty(made.shape, INT64 if least == 0 else BOOL)
    outputs = (out, None) if least == 0 else (None, out)
    _nonzero.launch(xp, made, input, (dtype,), outputs, made.count if least is None else least)
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
