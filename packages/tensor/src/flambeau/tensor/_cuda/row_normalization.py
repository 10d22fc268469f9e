"""Normalisation of rows: over the last dimensions, or over groups of channels.

Rows of up to 16 KiB are read once and kept in registers; longer ones are read twice, the second time mostly from the
caches.
"""

from __future__ import annotations

import math
from functools import lru_cache

from . import kernel
from ._copy import dense
from ._reduce import powers_up, row_vectors
from ._scratch import scratch
from ._source import Source, wide
from .normalization import INSTANCES as _BATCH
from .normalization import knows

SOURCE = Source("row_normalization")
_TYPES = _BATCH["join_sums"]
INSTANCES = dict.fromkeys(
    [
        f"{name}_{form}"
        for name in ("norm", "norm_slopes", "group_norm", "group_norm_slopes")
        for form in ("rows", "long")
    ]
    + ["join_sums", "column_sums", "channel_sums"],
    _TYPES,
)
_MOST = 65535 * 8  # blocks; the rows beyond are done by the same ones
_WARP, _THREADS = 32, 256
_KEPT = 4  # vectors in a thread's registers
_FEWEST = 8  # lanes, where a row has a vector for each: neighbours in memory, 128 bytes of them


def _dtypes(input, *parameters):
    """The dtypes of a kernel, or None where there is none."""
    second = None
    for parameter in parameters:
        if parameter is not None:
            if second is not None and parameter.dtype != second:
                return None
            second = parameter.dtype
    second = input.dtype if second is None else second
    return (input.dtype, second) if knows(input.dtype, second) else None


@lru_cache(maxsize=512)
def _scheme(rows, columns, itemsize):
    """How rows are shared out: a kernel's ending, the grid and the block."""
    vectors = row_vectors(columns, itemsize)
    if vectors > _KEPT * _THREADS:
        return "long", min(rows, _MOST), 2 * _THREADS
    if vectors > _KEPT * _WARP:  # a row by a block of its own, whose barriers then make nobody else wait
        return "rows", rows, (_WARP * -(-vectors // (_KEPT * _WARP)), 1)
    lanes = powers_up(max(-(-vectors // _KEPT), min(vectors, _FEWEST)))
    return "rows", -(-rows // (_THREADS // lanes)), (lanes, _THREADS // lanes)


@lru_cache(maxsize=512)
def _columns(rows, columns, itemsize):
    """How columns are shared out that are added up: the grid and the block."""
    vector = 16 // itemsize if itemsize < 8 and columns % (16 // itemsize) == 0 else 1
    across = min(powers_up(-(-columns // vector)), 32)
    down = 256 // across
    wide = -(-columns // (across * vector))
    return (wide, max(min(1056 // wide, -(-rows // down) // 4, 512), 1)), (across, down)


def _sizes(shape, dims):
    return math.prod(shape[: len(shape) - dims]), math.prod(shape[len(shape) - dims :])


def _normal(xp, input, dims, weight, bias, eps, centred):
    """The result and the statistics of its rows: with a mean if they are centred."""
    dtypes = _dtypes(input, weight, bias)
    if dtypes is None:
        return NotImplemented
    rows, columns = _sizes(input.shape, dims)
    form, grid, block = _scheme(rows, columns, input.dtype.itemsize)
    statistic = wide(input.dtype)
    result, mean = xp.empty(input.shape, input.dtype), xp.empty(rows, statistic) if centred else None
    factor = xp.empty(rows, statistic)
    SOURCE.kernel(f"norm_{form}", *dtypes)(
        grid, block, 0, dense(input), dense(weight), dense(bias), rows, columns, eps, result, mean, factor
    )
    return (result, mean, factor) if centred else (result, factor)


@kernel
def layer_norm(xp, input, dims, weight, bias, eps):
    return _normal(xp, input, dims, weight, bias, eps, True)


@kernel
def rms_norm(xp, input, dims, weight, eps):
    return _normal(xp, input, dims, weight, None, eps, False)


def _statistics(input, *arrays):
    """Whether all of these have the dtype that statistics of `input` have."""
    statistic = wide(input.dtype)
    return all(array.dtype == statistic for array in arrays)


def _joined(xp, dtypes, launch, grid, columns, grads):
    """What `launch(partial)` adds up, in several chunks or at once."""
    chunks = grid[1]
    if chunks == 1:
        return launch(None)
    memory = scratch(xp, 2 * chunks * columns * wide(dtypes[0]).itemsize)
    partial = memory.data.ptr
    launch(partial)
    SOURCE.kernel("join_sums", *dtypes)(-(-columns // 8), 256, 0, partial, chunks, columns, *grads)


def _row_gradients(xp, grad_output, input, dims, weight, *statistics):
    """The gradients of input, weight and bias (of a norm with one)."""
    dtypes = _dtypes(input, weight)
    if dtypes is None or grad_output.dtype != input.dtype or not _statistics(input, *statistics) or input.size == 0:
        return NotImplemented
    shape = input.shape
    rows, columns = _sizes(shape, dims)
    if rows >= 2**31:
        return NotImplemented
    grad, x, statistics = dense(grad_output), dense(input), [dense(array) for array in statistics]
    form, grid, block = _scheme(rows, columns, input.dtype.itemsize)
    result = xp.empty(shape, input.dtype)
    mean, factor = statistics if len(statistics) == 2 else (None, *statistics)
    SOURCE.kernel(f"norm_slopes_{form}", *dtypes)(
        grid, block, 0, grad, x, dense(weight), mean, factor, rows, columns, result
    )
    last = shape[len(shape) - dims :]
    grads = [xp.empty(last, dtypes[1]) for _ in statistics]  # with a mean there is a bias
    given = grads if len(grads) == 2 else (*grads, None)
    grid, block = _columns(rows, columns, input.dtype.itemsize)
    run = SOURCE.kernel("column_sums", *dtypes)
    _joined(
        xp, dtypes, lambda partial: run(grid, block, 0, grad, x, mean, factor, rows, columns, partial, *given), grid,
        columns, given,
    )  # fmt: skip
    return result, *grads


@kernel
def layer_norm_backward(xp, grad_output, input, dims, weight, mean, invstd):
    return _row_gradients(xp, grad_output, input, dims, weight, mean, invstd)


@kernel
def rms_norm_backward(xp, grad_output, input, dims, weight, invrms):
    return _row_gradients(xp, grad_output, input, dims, weight, invrms)


@kernel
def group_norm(xp, input, groups, weight, bias, eps):
    dtypes, shape = _dtypes(input, weight, bias), input.shape
    if dtypes is None or math.prod(shape[1:]) >= 2**31:
        return NotImplemented
    samples, channels, inner = shape[0], shape[1] // groups, math.prod(shape[2:])
    rows = samples * groups
    form, grid, block = _scheme(rows, channels * inner, input.dtype.itemsize)
    statistic = wide(input.dtype)
    result, mean, invstd = xp.empty(shape, input.dtype), xp.empty(rows, statistic), xp.empty(rows, statistic)
    SOURCE.kernel(f"group_norm_{form}", *dtypes)(
        grid, block, 0, dense(input), dense(weight), dense(bias), groups, channels, inner, rows, eps,
        result, mean, invstd,
    )  # fmt: skip
    return result, mean, invstd


@kernel
def group_norm_backward(xp, grad_output, input, groups, weight, mean, invstd):
    dtypes, shape = _dtypes(input, weight), input.shape
    if dtypes is None or grad_output.dtype != input.dtype or not _statistics(input, mean, invstd) or input.size == 0:
        return NotImplemented
    samples, channels, inner = shape[0], shape[1] // groups, math.prod(shape[2:])
    if samples * inner >= 2**31 or channels * inner >= 2**31:
        return NotImplemented
    rows = samples * groups
    grad, x, mean, invstd = dense(grad_output), dense(input), dense(mean), dense(invstd)
    form, grid, block = _scheme(rows, channels * inner, input.dtype.itemsize)
    result = xp.empty(shape, input.dtype)
    SOURCE.kernel(f"group_norm_slopes_{form}", *dtypes)(
        grid, block, 0, grad, x, dense(weight), mean, invstd, groups, channels, inner, rows, result
    )
    grads = xp.empty(shape[1], dtypes[1]), xp.empty(shape[1], dtypes[1])
    grid = shape[1], max(min(1056 // shape[1], samples * inner // 4096), 1)
    run = SOURCE.kernel("channel_sums", *dtypes)
    _joined(
        xp, dtypes, lambda partial: run(
            grid, 256, 0, grad, x, mean, invstd, groups, channels, inner, samples, partial, *grads
        ), grid, shape[1], grads,
    )  # fmt: skip
    return result, *grads
