"""Batch normalisation."""

from __future__ import annotations

import math
from functools import cache

from . import kernel
from ._copy import dense
from ._images import Images, channels_last, is_channels_last
from ._plans import keep
from ._reduce import KEPT, powers_up
from ._scratch import scratch
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


class _Batch:
    """How a batch of one layout and dtypes is normalised: which kernels do it, and what they are launched with."""

    def __init__(self, shape, last, *dtypes) -> None:
        self.last = last  # whether its channels are innermost in memory
        self.images = Images(shape, last)
        by_rows = last or math.prod(shape[2:]) == 1
        self.sizes, self.block, self.grid, self.then = _shares(shape, by_rows, dtypes[0].itemsize)
        self.channels, self.statistic, self.parameter = shape[1], wide(dtypes[0]), dtypes[1]
        self.chunks = self.grid and self.grid[1]
        self.joining = -(-self.channels // 8)
        if self.grid is None:
            self.whole, self.whole_backward = (SOURCE.kernel(n, *dtypes) for n in ("runs_whole", "runs_whole_backward"))
            return
        self.partial = self.chunks * self.channels * self.statistic.itemsize  # bytes of one number of each chunk
        kind = "rows" if by_rows else "runs"
        names = f"{kind}_moments", "join_moments", f"{kind}_apply", f"{kind}_sums", "join_sums", f"{kind}_slopes"
        kernels = [SOURCE.kernel(name, *dtypes) for name in names]
        self.moments, self.join_moments, self.apply, self.sums, self.join_sums, self.slopes = kernels

    def forward(self, xp, input, weight, bias, eps):
        """The result, and the mean and inverse deviation of each channel."""
        x = input if self.last else dense(input)
        weight, bias = dense(weight), dense(bias)
        sizes, block, channels = self.sizes, self.block, self.channels
        result = self.images.new(xp, input.dtype)
        mean, invstd = xp.empty(channels, self.statistic), xp.empty(channels, self.statistic)
        if self.grid is None:
            self.whole(self.then, block, 0, x, weight, bias, *sizes, eps, result, mean, invstd)
            return result, mean, invstd
        memory = scratch(xp, 3 * self.partial)
        partial = memory.data.ptr
        self.moments(self.grid, block, 0, x, *sizes, partial)
        self.join_moments(self.joining, 256, 0, partial, self.chunks, channels, eps, mean, invstd)
        self.apply(self.then, block, 0, x, mean, invstd, weight, bias, *sizes, result)
        return result, mean, invstd

    def backward(self, xp, grad, input, weight, mean, invstd):
        """The gradients of input, weight and bias; ``grad`` lies in memory as ``input`` does."""
        x = input if self.last else dense(input)
        weight, mean, invstd = dense(weight), dense(mean), dense(invstd)
        sizes, block, channels = self.sizes, self.block, self.channels
        result = self.images.new(xp, input.dtype)
        grad_weight, grad_bias = xp.empty(channels, self.parameter), xp.empty(channels, self.parameter)
        if self.grid is None:
            self.whole_backward(
                self.then, block, 0, grad, x, weight, mean, invstd, *sizes, result, grad_weight, grad_bias
            )
            return result, grad_weight, grad_bias
        memory = scratch(xp, 2 * (self.partial + channels * self.statistic.itemsize))
        partial, sums = memory.data.ptr, memory.data.ptr + 2 * self.partial
        self.sums(self.grid, block, 0, grad, x, mean, invstd, *sizes, partial)
        self.join_sums(self.joining, 256, 0, partial, self.chunks, channels, sums, grad_weight, grad_bias)
        self.slopes(self.then, block, 0, grad, x, weight, mean, invstd, sums, *sizes, result)
        return result, grad_weight, grad_bias


_batches: dict[tuple, _Batch | None] = {}


def _batch(input, weight, bias=None) -> _Batch | None:
    """How it is normalised; None where no kernel does it."""
    kinds = input.dtype, weight is not None and weight.dtype, bias is not None and bias.dtype
    key = (input.shape, input.strides, *kinds)
    batch = _batches.get(key, key)
    if batch is key:
        given = weight if weight is not None else bias
        dtypes = input.dtype, input.dtype if given is None else given.dtype
        known = knows(*dtypes) and (bias is None or bias.dtype == dtypes[1])
        known = known and input.size // max(input.shape[1], 1) < 2**31
        batch = _Batch(input.shape, is_channels_last(input), *dtypes) if known else None
        keep(_batches, key, batch, KEPT)
    return batch


@kernel
def batch_norm(xp, input, weight, bias, eps):
    batch = _batch(input, weight, bias)
    return NotImplemented if batch is None else batch.forward(xp, input, weight, bias, eps)


@kernel
def batch_norm_backward(xp, grad_output, input, weight, mean, invstd):
    batch = _batch(input, weight) if input.size else None
    if batch is None or grad_output.dtype != input.dtype:
        return NotImplemented
    if mean.dtype != batch.statistic or invstd.dtype != batch.statistic:
        return NotImplemented
    if not batch.last:
        grad_output = dense(grad_output)
    elif grad_output.strides != input.strides:
        grad_output = channels_last(grad_output)
    return batch.backward(xp, grad_output, input, weight, mean, invstd)
