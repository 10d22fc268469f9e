"""Planes put together anew from rows and columns of their own."""

from __future__ import annotations

from . import kernel
from ._copy import dense
from ._source import FLOATS, INTEGERS, Source
from .indexing import BY_SIZE, is_movable

SOURCE = Source("remapping")
NUMBERS = (*FLOATS, *INTEGERS)
INSTANCES = {"remap": tuple(t.name for t in BY_SIZE.values()), "remap_gradient": NUMBERS}
THREADS = 256
MOST_BLOCKS = 1 << 16


def _blocks(count):
    return min(max(-(-count // THREADS), 1), MOST_BLOCKS)


def _index(x):
    return dense(x if x.dtype == "int64" else x.astype("int64"))


@kernel
def remap_planes(xp, input, rows, columns):
    if not is_movable(input):
        return NotImplemented
    (n, height, width), (a, r), (b, s) = input.shape, rows.shape, columns.shape
    out = xp.empty((n, a, b, r, s), input.dtype)
    if out.size:
        SOURCE.kernel("remap", BY_SIZE[input.dtype.itemsize])(
            _blocks(out.size), THREADS, 0, dense(input), _index(rows), _index(columns), n, height, width, a, b, r, s,
            out,
        )  # fmt: skip
    return out


@kernel
def remap_planes_gradient(xp, grad_output, rows, columns, height, width):
    if grad_output.dtype.name not in NUMBERS:
        return NotImplemented
    n, a, b, r, s = grad_output.shape
    out = xp.empty((n, height, width), grad_output.dtype)
    if out.size:
        SOURCE.kernel("remap_gradient", grad_output.dtype)(
            _blocks(out.size), THREADS, 0, dense(grad_output), _index(rows), _index(columns), n, height, width, a, b,
            r, s, out,
        )  # fmt: skip
    return out
