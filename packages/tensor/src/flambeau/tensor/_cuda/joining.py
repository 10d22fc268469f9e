"""Arrays as one: a launch for all of them."""

from __future__ import annotations

import math
import struct

from . import kernel
from ._copy import dense
from ._source import Source
from .indexing import BY_SIZE, is_movable

SOURCE = Source("joining")
INSTANCES = dict.fromkeys(("join", "join_wide"), tuple(t.name for t in BY_SIZE.values()))
MOST_PARTS = 48  # of a launch
PARTS = struct.Struct(f"{MOST_PARTS}Q{2 * MOST_PARTS}q")
MOST_BLOCKS = 4096


def _joined(xp, parts, shape, outer):
    """Dense arrays, seen as of shape (outer, ...), side by side in a new array."""
    dtype = parts[0].dtype
    out = xp.empty(shape, dtype)
    if out.size == 0:
        return out
    lengths = [part.size // outer for part in parts]
    addresses = [part.data.ptr for part in parts]
    total, width, name = out.size // outer, 16 // dtype.itemsize, "join"
    if not any(n % width for n in lengths) and not any(a % 16 for a in (*addresses, out.data.ptr)):
        lengths, total, name = [n // width for n in lengths], total // width, "join_wide"
    found, start = [], 0
    for address, length in zip(addresses, lengths, strict=True):
        if length:
            found.append((address, start, length))
            start += length
    kernel = SOURCE.kernel(name, BY_SIZE[dtype.itemsize])
    for i in range(0, len(found), MOST_PARTS):
        some = found[i : i + MOST_PARTS]
        columns = [[*column, *[0] * (MOST_PARTS - len(some))] for column in zip(*some, strict=True)]
        blocks = min(-(-outer * max(columns[2]) // 1024), MOST_BLOCKS)
        kernel((blocks, len(some)), 256, 0, PARTS.pack(*columns[0], *columns[1], *columns[2]), out, outer, total)
    return out


@kernel
def cat(xp, tensors, dim=0):
    first = tensors[0]
    if not is_movable(first):
        return NotImplemented
    order = None
    if first.ndim > 2 and not first.flags.c_contiguous:
        # Images with their channels last stay so.
        order = (0, *range(2, first.ndim), 1)
        views = [x.transpose(order) for x in tensors]
        if all(x.flags.c_contiguous for x in views):
            tensors, dim = views, order.index(dim)
        else:
            order = None
    parts = [dense(x) for x in tensors]
    shape = list(parts[0].shape)
    outer = math.prod(shape[:dim])
    shape[dim] = sum(x.shape[dim] for x in parts)
    out = _joined(xp, parts, tuple(shape), outer)
    return out if order is None else out.transpose((0, out.ndim - 1, *range(1, out.ndim - 1)))


@kernel
def stack(xp, tensors, dim=0):
    shape = tensors[0].shape
    if not is_movable(tensors[0]):
        return NotImplemented
    parts = [dense(x) for x in tensors]
    return _joined(xp, parts, (*shape[:dim], len(parts), *shape[dim:]), math.prod(shape[:dim]))
