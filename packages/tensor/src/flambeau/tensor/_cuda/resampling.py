"""Resampling along dimensions: interpolation."""

from __future__ import annotations

import math

import numpy as np

from . import _launch, kernel
from ._copy import dense
from ._images import empty, is_channels_last
from ._source import Source, is_float, wide

SOURCE = Source("resampling")
INSTANCES = {
    "resample": (
        ("float16", "float16"), ("float16", "float32"), ("float32", "float16"), ("bfloat16", "bfloat16"),
        ("bfloat16", "float32"), ("float32", "bfloat16"), ("float32", "float32"), ("float64", "float64"),
    )
}  # fmt: skip

# Beyond so many elements of a window, all dimensions together, one dimension after another costs less.
_MOST_AT_ONCE = 36


def _copied(xp, table, dtype):
    """A table where kernels read it: beginnings and lengths of windows, and weights. Kept for device and stream."""
    runtime = _launch.runtime()
    key = runtime, runtime.device(), runtime.stream(), dtype
    copies = table.copies.get(key)
    if copies is None:
        spans = np.stack((table.starts, table.counts), axis=1).astype(np.int32)
        copies = table.copies[key] = xp.asarray(spans), xp.asarray(table.weights.astype(dtype))
    return copies


def _pass(xp, x, steps, outer, inner, out):
    """Resample dense `x` of `outer` rows of the sizes in `steps`, each with `inner` numbers together, into `out`."""
    arguments = []
    for size, table in [(1, None)] * (3 - len(steps)) + steps:
        if table is None:
            arguments += [None, None, size, size, 1]
        else:
            spans, weights = _copied(xp, table, wide(x.dtype))
            arguments += [spans, weights, size, len(table), table.weights.shape[1]]
    length = 16 // x.dtype.itemsize if x.dtype.itemsize < 8 else 1
    threads = out.size // length if inner % length == 0 else out.size
    run = SOURCE.kernel("resample", x.dtype, out.dtype)
    run(min(-(-threads // 256), 1 << 20), 256, 0, x, *arguments, outer, inner, out)
    return out


def _at_once(tables):
    return math.prod(table.weights.shape[1] for table in tables) <= _MOST_AT_ONCE


@kernel
def resample(xp, input, dims, tables):
    dtype, shape = input.dtype, input.shape
    result = list(shape)
    for dim, table in zip(dims, tables, strict=True):
        result[dim] = len(table)
    if not is_float(dtype) or not dims or max(math.prod(map(max, shape, result)), 1) >= 2**31:
        return NotImplemented
    first, last = min(dims), max(dims)
    if last - first < 3 and _at_once(tables):
        by_dim = dict(zip(dims, tables, strict=True))
        steps = [(shape[d], by_dim.get(d)) for d in range(first, last + 1)]
        if len(shape) > 2 and first >= 2 and is_channels_last(input):
            out = empty(xp, tuple(result), dtype, True)
            steps = [(shape[d], by_dim.get(d)) for d in range(2, len(shape))]
            if len(steps) <= 3:
                return _pass(xp, input, steps, shape[0], shape[1], out)
        x = dense(input)
        outer, inner = math.prod(shape[:first]), math.prod(shape[last + 1 :])
        return _pass(xp, x, steps, outer, inner, xp.empty(tuple(result), dtype))
    x, sizes = dense(input), list(shape)
    for i, (dim, table) in enumerate(zip(dims, tables, strict=True)):
        outer, inner = math.prod(sizes[:dim]), math.prod(sizes[dim + 1 :])
        step = sizes[dim], table
        sizes[dim] = len(table)
        out = xp.empty(tuple(sizes), wide(dtype) if i < len(dims) - 1 else dtype)
        x = _pass(xp, x, [step], outer, inner, out)
    return x
