"""Rows of a table added up, as the gradient of a lookup: always in the same order, without atomics."""

from __future__ import annotations

import math

from .._reference._helpers import widened
from . import kernel
from ._copy import dense
from ._source import FLOATS, Source, is_known
from .indexing import numbers_of

SOURCE = Source("embedding")
INSTANCES = dict.fromkeys(("add_few_rows", "add_chunks", "add_parts", "scaled_rows"), FLOATS)
COLUMNS = 1024  # of a block
CHUNK_ROWS = 64
FEW_ROWS = 8192  # among which each block looks for its own


@kernel
def add_rows(xp, input, source, target, size, scale=None):
    width = math.prod(input.shape[1:])
    n = input.shape[0] if source is None else source.size
    if not is_known(input.dtype) or 0 in (n, width, size) or (scale is not None and scale.dtype != input.dtype):
        return NotImplemented
    input, scale = dense(input), dense(scale)
    source, target = (None if x is None else dense(numbers_of(x)) for x in (source, target))
    rows, across = input.shape[0], -(-width // COLUMNS)
    if across > 65535:
        return NotImplemented
    shape = (size, *input.shape[1:])
    if target is None:
        out = xp.empty(shape, input.dtype)
        kernel = SOURCE.kernel("scaled_rows", input.dtype)
        kernel((min(n, 1 << 16), across), 256, 0, input, source, scale, out, n, rows, width)
        return out
    out = xp.zeros(shape, input.dtype)
    if n <= FEW_ROWS:
        kernel = SOURCE.kernel("add_few_rows", input.dtype)
        kernel((n, across), 256, 0, input, source, target, scale, out, n, rows, size, width)
    else:
        order = xp.argsort(target, kind="stable")
        targets, wide = target[order], widened(out[:0]).dtype
        chunks = -(-n // CHUNK_ROWS)
        begins, ends = xp.empty((chunks, width), wide), xp.empty((chunks, width), wide)
        kernel = SOURCE.kernel("add_chunks", input.dtype)
        kernel(
            (chunks, across), 256, 0,
            input, source, order, targets, scale, out, begins, ends, n, rows, size, width,
        )  # fmt: skip
        kernel = SOURCE.kernel("add_parts", input.dtype)
        kernel((chunks - 1, min(-(-width // 256), 65535)), 256, 0, targets, begins, ends, out, n, size, width)
    return out
