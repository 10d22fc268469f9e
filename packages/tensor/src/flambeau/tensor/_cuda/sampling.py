"""Planes read at places that are computed."""

from __future__ import annotations

from .._composed import determinism
from . import kernel
from ._copy import dense
from ._source import FLOATS, Source, is_float

SOURCE = Source("sampling")
INSTANCES = dict.fromkeys(("sample", "sample_input_gradient", "sample_weight_gradient"), FLOATS)
_PLANES = 8  # of a thread


def _fits(planes, index, *others):
    """Whether kernels take these, all of one dtype but the index."""
    known = is_float(planes.dtype) and index.dtype == "int64"
    return known and all(other.dtype == planes.dtype for other in others)


def _grid(points, parts):
    return -(-points // 256), min(parts, 65535)


@kernel
def sample_planes(xp, input, index, weight):
    if not _fits(input, index, weight):
        return NotImplemented
    (n, c, size), (_, taps, points) = input.shape, index.shape
    result = xp.empty((n, c, points), input.dtype)
    SOURCE.kernel("sample", input.dtype)(
        _grid(points, n * -(-c // _PLANES)), 256, 0, dense(input), dense(index), dense(weight), n, c, size, taps,
        points, result,
    )  # fmt: skip
    return result


@kernel
def sample_planes_input_gradient(xp, grad_output, index, weight, size):
    # In order the reference adds, or refuses to.
    if not _fits(grad_output, index, weight) or determinism.are_deterministic_algorithms_enabled():
        return NotImplemented
    dtype, (n, c, _), (_, taps, points) = grad_output.dtype, grad_output.shape, index.shape
    result = xp.zeros((n, c, size), "float64")
    SOURCE.kernel("sample_input_gradient", dtype)(
        _grid(points, n * -(-c // _PLANES)), 256, 0, dense(grad_output), dense(index), dense(weight), n, c, size,
        taps, points, result,
    )  # fmt: skip
    return result if dtype.itemsize == 8 else result.astype(dtype)


@kernel
def sample_planes_weight_gradient(xp, grad_output, input, index):
    if not _fits(grad_output, index, input):
        return NotImplemented
    (n, c, size), (_, taps, points) = input.shape, index.shape
    result = xp.empty(index.shape, input.dtype)
    SOURCE.kernel("sample_weight_gradient", input.dtype)(
        _grid(points, n * taps),
        256,
        0,
        dense(grad_output),
        dense(input),
        dense(index),
        n,
        c,
        size,
        taps,
        points,
        result,
    )
    return result
