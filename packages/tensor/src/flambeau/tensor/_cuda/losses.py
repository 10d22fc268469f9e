"""Losses."""

from __future__ import annotations

import math

from . import kernel
from ._copy import dense
from ._images import empty_like, is_channels_last
from ._reduce import powers_up
from ._source import FLOATS, Source, is_float, wide
from .indexing import numbers_of

SOURCE = Source("losses")
INSTANCES = dict.fromkeys(
    (
        "total", "mse", "mse_each", "nll", "target_weights",
        "cross_entropy_lanes", "cross_entropy_block", "cross_entropy_columns",
        "cross_entropy_backward_lanes", "cross_entropy_backward_block", "cross_entropy_backward_columns",
    ),
    FLOATS,
)  # fmt: skip

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
# One block takes as many elements before several are worth a second launch, which adds up what they found.
_FEW = 16384
_MOST_BLOCKS = 1024
# As many targets each block of a gradient weighs for itself.
_FEW_TARGETS = 4096


def _blocks(elements, per_block):
    """How many blocks share the elements out: one as long as that is quick."""
    return 1 if elements <= _FEW else min(-(-elements // per_block), _MOST_BLOCKS)


def _reduced(xp, dtype, reduction, shape, blocks, launch):
    """The result that `launch(partial, out)` and, after several blocks, `total` make."""
    if reduction == 0:
        result = xp.empty(shape, dtype)
        launch(None, result)
        return result
    result = xp.empty((), dtype)
    if blocks == 1:
        launch(None, result)
        return result
    partial = xp.empty(2 * blocks, wide(dtype))
    launch(partial, result)
    SOURCE.kernel("total", dtype)(1, 256, 0, partial, blocks, reduction, result)
    return result


@kernel
def mse_loss(xp, input, target, reduction):
    dtype, n, reduction = input.dtype, input.size, _REDUCTIONS[reduction]
    if not is_float(dtype) or target.dtype != dtype:
        return NotImplemented
    input, target = dense(input), dense(target)
    if reduction == 0:
        result = xp.empty(input.shape, dtype)
        SOURCE.kernel("mse_each", dtype)(min(-(-n // 1024), 4096), 256, 0, input, target, n, result)
        return result
    blocks = _blocks(n, 16384)
    run = SOURCE.kernel("mse", dtype)
    return _reduced(
        xp, dtype, reduction, (), blocks, lambda partial, out: run(
            blocks, 1024 if n > 1024 else 128, 0, input, target, n, reduction, partial, out)
    )  # fmt: skip


# Classes --------------------------------------------------------------------------------------------------------


def _classes(input, target, weight):
    """Rows, classes, how far apart the classes of a row are, and the arrays in the order that this takes. None if not
    for these kernels."""
    if not is_float(input.dtype) or input.ndim == 0:
        return None
    shape = input.shape
    if len(shape) == 1:
        rows, classes, inner = 1, shape[0], 1
    else:
        classes, inner = shape[1], math.prod(shape[2:])
        rows = shape[0] * inner
    if inner > 1 and is_channels_last(input):
        inner = 1
    else:
        input = dense(input)
    if classes == 0:
        return None
    if weight is not None:
        weight = dense(weight.astype(wide(input.dtype), copy=False))
    return rows, classes, max(inner, 1), input, dense(numbers_of(target)), weight


def _lanes(classes, length):
    """How many lanes of a warp share a row, or 0 where it takes a block."""
    if classes > 64 * length:
        return 0
    return min(powers_up(-(-classes // length)), 32)


def _threads(classes, length):
    """Of a block that shares a row."""
    return min(max(classes // length // 128 * 32, 128), 256)


@kernel
def nll_loss(xp, input, target, weight, ignore_index, reduction):
    found = _classes(input, target, weight)
    if found is None:
        return NotImplemented
    rows, classes, inner, input, chosen, weight = found
    reduction, dtype = _REDUCTIONS[reduction], input.dtype
    blocks = _blocks(rows, 2048) if reduction else min(-(-rows // 256), 4096)
    run = SOURCE.kernel("nll", dtype)
    return _reduced(
        xp, dtype, reduction, target.shape, blocks, lambda partial, out: run(
            blocks, 256, 0, input, chosen, weight, rows, inner, classes, ignore_index, reduction, partial, out)
    )  # fmt: skip


@kernel
def cross_entropy(xp, input, target, weight, ignore_index, reduction, label_smoothing):
    found = _classes(input, target, weight)
    if found is None:
        return NotImplemented
    rows, classes, inner, input, chosen, weight = found
    part, reduction, dtype = label_smoothing / classes, _REDUCTIONS[reduction], input.dtype
    length = 16 // dtype.itemsize
    small = rows * classes <= _FEW and reduction != 0
    if inner > 1:
        name, threads, rest = "cross_entropy_columns", 256, ()
        blocks = 1 if small else -(-rows // 256)
        size = (rows, inner)
    else:
        lanes = _lanes(classes, length)
        size = (rows,)
        if lanes:
            name, rest = "cross_entropy_lanes", (lanes,)
            # The one block of a small loss has as many threads as there are.
            threads = min(max(-(-rows * lanes // 32) * 32, 32), 256) if small else 256
            blocks = 1 if small else -(-rows // (256 // lanes))
        else:
            name, rest, threads = "cross_entropy_block", (), _threads(classes, length)
            blocks = rows
    blocks = min(blocks, _MOST_BLOCKS if reduction else 65535 * 8)
    run = SOURCE.kernel(name, dtype)
    return _reduced(
        xp, dtype, reduction, target.shape, blocks, lambda partial, out: run(
            blocks, threads, 0, input, chosen, weight, *size, classes, ignore_index, part, reduction,
            *rest, partial, out)
    )  # fmt: skip


@kernel
def cross_entropy_backward(xp, grad_output, input, target, weight, ignore_index, reduction, label_smoothing):
    dtype = input.dtype
    found = _classes(input, target, weight)
    if found is None or grad_output.dtype != dtype:
        return NotImplemented
    rows, classes, inner, x, chosen, weight = found
    part, reduction, grad = label_smoothing / classes, _REDUCTIONS[reduction], dense(grad_output)
    result = empty_like(xp, input, x is input and not input.flags.c_contiguous)
    partial, partials = None, 0
    if reduction == 1 and rows > _FEW_TARGETS:
        partials = min(-(-rows // 4096), 256)
        partial = xp.empty(partials, wide(dtype))
        SOURCE.kernel("target_weights", dtype)(partials, 256, 0, chosen, weight, rows, classes, ignore_index, partial)
    length = 16 // dtype.itemsize
    if inner > 1:
        run = SOURCE.kernel("cross_entropy_backward_columns", dtype)
        run(min(-(-rows // 256), 65535 * 8), 256, 0, grad, x, chosen, weight, rows, inner, classes, ignore_index,
            part, reduction, partial, partials, result)  # fmt: skip
        return result
    lanes = _lanes(classes, length)
    if lanes:
        run = SOURCE.kernel("cross_entropy_backward_lanes", dtype)
        run(min(-(-rows // (256 // lanes)), 65535 * 8), 256, 0, grad, x, chosen, weight, rows, classes, ignore_index,
            part, reduction, partial, partials, lanes, result)  # fmt: skip
    else:
        run = SOURCE.kernel("cross_entropy_backward_block", dtype)
        run(min(rows, 65535 * 8), _threads(classes, length), 0, grad, x, chosen, weight, rows, classes, ignore_index,
            part, reduction, partial, partials, result)  # fmt: skip
    return result
