"""Batch normalisation."""

from __future__ import annotations

import math
from functools import cache, lru_cache

from . import kernel
from ._copy import dense
from ._images import channels_last, empty_like, is_channels_last
from ._reduce import powers_up
from ._source import Source, wide

SOURCE = Source("normalization")
INSTANCES = dict.fromkeys(
    (
        "join_moments", "join_sums",
        "runs_whole", "runs_moments", "runs_apply", "runs_whole_backward", "runs_sums", "runs_slopes",
        "rows_moments", "rows_apply", "rows_sums", "rows_slopes",
    ),
    (
        ("float16", "float16"), ("float16", "float32"), ("bfloat16", "bfloat16"), ("bfloat16", "float32"),
        ("float32", "float32"), ("float64", "float64"),
    ),
)  # fmt: skip
_KNOWN = frozenset(INSTANCES["runs_whole"])


@cache
def knows(*dtypes):
    """Whether kernels take these dtypes, of elements and of weights."""
    return tuple(d.name for d in dtypes) in _KNOWN


# So many blocks are wanted, of as many elements or more each, and so many elements of a channel are left to one block.
_BLOCKS, _WORTH, _FEW = 1056, 4096, 16384


@lru_cache(maxsize=512)
def _shares(shape, by_rows, itemsize):
    """Of a batch: its sizes as kernels take them, the block, and the grids of reduction and of what follows; for runs
    no grid of the reduction where one block does all of a channel."""
    n, channels, inner = shape[0], shape[1], math.prod(shape[2:])
    count = n * inner
    if by_rows:
        vector = 16 // itemsize if itemsize < 8 and channels % (16 // itemsize) == 0 else 1
        across = min(powers_up(-(-channels // vector)), 32)
        block = (across, 256 // across)
        columns = -(-channels // (across * vector))
        most = -(-count // block[1])
        chunks = max(min(_BLOCKS // columns, most // 4, 1024), 1)
        return (count, channels), block, (columns, chunks), (columns, max(min(most // 8, 4096), 1))
    threads = 512 if count > _WORTH else 128
    sizes = (n, channels, inner)
    if count <= _FEW or (channels >= 256 and count <= 4 * _FEW):
        return sizes, threads, None, channels
    chunks = max(min(_BLOCKS // channels, count // _WORTH), 1)
    return sizes, threads, (channels, chunks), (channels, min(-(-count // 16384), 65535))


def _found(input, *others):
    """Whether it is done by rows, and whether channels are last; None where no kernel does it. The dtype of `others`
    must be that of `input`."""
    shape = input.shape
    inner = math.prod(shape[2:])
    if shape[0] * inner >= 2**31 or any(o.dtype != input.dtype for o in others):
        return None
    last = is_channels_last(input)
    return inner == 1 or last, last


def _parameters(input, weight, bias=None):
    """The dtypes of a kernel, or None where there is none."""
    given = weight if weight is not None else bias
    second = input.dtype if given is None else given.dtype
    if (bias is not None and bias.dtype != second) or not knows(input.dtype, second):
        return None
    return input.dtype, second


@kernel
def batch_norm(xp, input, weight, bias, eps):
    found, dtypes = _found(input), _parameters(input, weight, bias)
    if found is None or dtypes is None:
        return NotImplemented
    by_rows, last = found
    x = input if last else dense(input)
    weight, bias = dense(weight), dense(bias)
    sizes, block, grid, then = _shares(input.shape, by_rows, dtypes[0].itemsize)
    channels, statistic = input.shape[1], wide(dtypes[0])
    result = empty_like(xp, input, last)
    mean, invstd = xp.empty(channels, statistic), xp.empty(channels, statistic)
    if grid is None:
        SOURCE.kernel("runs_whole", *dtypes)(then, block, 0, x, weight, bias, *sizes, eps, result, mean, invstd)
        return result, mean, invstd
    kind, chunks = "rows" if by_rows else "runs", grid[1]
    partial = xp.empty(3 * chunks * channels, statistic)
    SOURCE.kernel(f"{kind}_moments", *dtypes)(grid, block, 0, x, *sizes, partial)
    SOURCE.kernel("join_moments", *dtypes)(-(-channels // 8), 256, 0, partial, chunks, channels, eps, mean, invstd)
    SOURCE.kernel(f"{kind}_apply", *dtypes)(then, block, 0, x, mean, invstd, weight, bias, *sizes, result)
    return result, mean, invstd


@kernel
def batch_norm_backward(xp, grad_output, input, weight, mean, invstd):
    found, dtypes = _found(input, grad_output), _parameters(input, weight)
    if found is None or dtypes is None or input.size == 0:
        return NotImplemented
    statistic = wide(dtypes[0])
    if mean.dtype != statistic or invstd.dtype != statistic:
        return NotImplemented
    by_rows, last = found
    x = input if last else dense(input)
    grad = channels_last(grad_output) if last else dense(grad_output)
    weight, mean, invstd = dense(weight), dense(mean), dense(invstd)
    sizes, block, grid, then = _shares(input.shape, by_rows, dtypes[0].itemsize)
    channels = input.shape[1]
    result = empty_like(xp, input, last)
    grad_weight, grad_bias = xp.empty(channels, dtypes[1]), xp.empty(channels, dtypes[1])
    if grid is None:
        SOURCE.kernel("runs_whole_backward", *dtypes)(
            then, block, 0, grad, x, weight, mean, invstd, *sizes, result, grad_weight, grad_bias
        )
        return result, grad_weight, grad_bias
    kind, chunks = "rows" if by_rows else "runs", grid[1]
    partial, sums = xp.empty(2 * chunks * channels, statistic), xp.empty(2 * channels, statistic)
    SOURCE.kernel(f"{kind}_sums", *dtypes)(grid, block, 0, grad, x, mean, invstd, *sizes, partial)
    SOURCE.kernel("join_sums", *dtypes)(
        -(-channels // 8), 256, 0, partial, chunks, channels, sums, grad_weight, grad_bias
    )
    SOURCE.kernel(f"{kind}_slopes", *dtypes)(then, block, 0, grad, x, weight, mean, invstd, sums, *sizes, result)
    return result, grad_weight, grad_bias
