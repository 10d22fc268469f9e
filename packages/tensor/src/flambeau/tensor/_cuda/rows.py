"""Softmax, its logarithm, and their gradients.

Rows of up to 16 KiB are read once and kept in registers; longer ones are read twice, the second time mostly from the
caches. Elements that are no neighbours in memory are read twice too, by as many threads as have neighbours.
"""

from __future__ import annotations

from . import kernel
from ._reduce import KEPT, powers_up
from ._source import FLOATS, Source, is_known

SOURCE = Source("rows")
INSTANCES = {
    f"softmax{backward}_{scheme}": FLOATS
    for backward in ("", "_backward")
    for scheme in ("short", "rows", "long", "columns")
}

THREADS = 256
LONG_THREADS = 512
_plans: dict[tuple, tuple] = {}


def _plan(shape, dim: int, itemsize: int) -> tuple:
    """The scheme, its grid and block, and the numbers that its kernels take."""
    n = shape[dim]
    outer = inner = 1
    for size in shape[:dim]:
        outer *= size
    for size in shape[dim + 1 :]:
        inner *= size
    if inner > 1:
        height = min(powers_up(n), 8)
        width = THREADS // height
        columns = outer * inner
        return "columns", -(-columns // width), THREADS, (columns, n, inner, width)
    length = 16 // itemsize
    # Of a row that begins between two vectors there is one more.
    vectors = n // length + 2
    exact = vectors - 2 if n % length == 0 else vectors
    if exact > 4 * THREADS:
        return "long", outer, LONG_THREADS, (n,)
    if exact <= 32:
        lanes = powers_up(exact)
        return "short", -(-outer * lanes // THREADS), THREADS, (outer, n, lanes)
    lanes = max(powers_up(-(-exact // 4)), 32)
    return "rows", -(-outer * lanes // THREADS), THREADS, (outer, n, lanes)


def _dense(x):
    return x if x.flags.c_contiguous else x.copy()


def _along(name, xp, arrays, dim, logarithmic):
    x = arrays[0]
    shape, dtype = x.shape, x.dtype
    if x.size == 0 or not shape or not is_known(dtype):
        return NotImplemented
    key = (shape, dim, dtype.itemsize)
    made = _plans.get(key)
    if made is None:
        if len(_plans) >= KEPT:
            _plans.clear()
        made = _plans[key] = _plan(shape, dim, dtype.itemsize)
    scheme, grid, block, numbers = made
    out = xp.empty(shape, dtype)
    SOURCE.kernel(name + scheme, dtype)(grid, block, 0, *[_dense(a) for a in arrays], out, *numbers, logarithmic)
    return out


@kernel
def softmax(xp, input, dim):
    return _along("softmax_", xp, (input,), dim, False)


@kernel
def log_softmax(xp, input, dim):
    return _along("softmax_", xp, (input,), dim, True)


@kernel
def softmax_backward(xp, grad_output, output, dim):
    return _along("softmax_backward_", xp, (grad_output, output), dim, False)


@kernel
def log_softmax_backward(xp, grad_output, output, dim):
    return _along("softmax_backward_", xp, (grad_output, output), dim, True)
