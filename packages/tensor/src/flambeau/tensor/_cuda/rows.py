"""Softmax, its logarithm, and their gradients.

Rows of up to 16 KiB are read once and kept in registers; longer ones are read twice, the second time mostly from the
caches. Elements that are no neighbours in memory are read twice too, by as many threads as have neighbours.
"""

from __future__ import annotations

import math

from . import kernel
from ._copy import dense
from ._plans import keep
from ._reduce import KEPT, powers_up, row_vectors
from ._source import FLOATS, Source, is_known

SOURCE = Source("rows")
INSTANCES = {
    f"softmax{backward}_{scheme}": FLOATS
    for backward in ("", "_backward")
    for scheme in ("short", "rows", "long", "columns")
}

WARP = 32
THREADS = 256
KEPT_VECTORS = 4  # in a thread's registers
LONG_THREADS = 512
LONGEST = 2**30
_plans: dict[tuple, tuple] = {}


def _plan(name: str, shape, dim: int, dtype) -> tuple:
    """The kernel, its grid and block, and the numbers that it takes; nothing where there is none."""
    if not shape or not is_known(dtype) or shape[dim] > LONGEST:
        return ()
    scheme, *rest = _scheme(shape, dim, dtype.itemsize)
    return SOURCE.kernel(name + scheme, dtype), *rest


def _scheme(shape, dim: int, itemsize: int) -> tuple:
    n, outer, inner = shape[dim], math.prod(shape[:dim]), math.prod(shape[dim + 1 :])
    if inner != 1:
        height = min(powers_up(n), 8)  # threads along a column
        width = THREADS // height
        columns = outer * inner
        return "columns", -(-columns // width), THREADS, (columns, n, inner, width)
    vectors = row_vectors(n, itemsize)
    if vectors > KEPT_VECTORS * THREADS:
        return "long", outer, LONG_THREADS, (n,)
    # A row by some lanes of a warp, or by a block of its own, whose barriers then make nobody else wait.
    lanes = powers_up(vectors) if vectors <= WARP else WARP * -(-vectors // (KEPT_VECTORS * WARP))
    rows = THREADS // lanes if lanes <= WARP else 1
    return "short" if vectors <= WARP else "rows", -(-outer // rows), (lanes, rows), (outer, n)


def _along(name, xp, arrays, dim, logarithmic):
    x = arrays[0]
    shape, dtype = x.shape, x.dtype
    key = (name, shape, dim, dtype)
    made = _plans.get(key)
    if made is None:
        made = keep(_plans, key, _plan(*key), KEPT)
    if not made:
        return NotImplemented
    launched, grid, block, numbers = made
    out = xp.empty(shape, dtype)
    launched(grid, block, 0, *[dense(a) for a in arrays], out, *numbers, logarithmic)
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
