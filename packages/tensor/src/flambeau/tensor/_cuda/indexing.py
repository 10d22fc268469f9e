"""Elements read and written where indices say.

Indices have been checked (see ``_faults``): kernels leave out what is wrong and go on.
"""

from __future__ import annotations

import math

import numpy as np

from .._reference._helpers import expands_to
from .._reference._indices import corner
from . import _walk, kernel
from ._source import Source

SOURCE = Source("indexing")
# Elements are moved as they are: one type for each size will do.
BY_SIZE = {1: np.dtype("uint8"), 2: np.dtype("uint16"), 4: np.dtype("uint32"), 8: np.dtype("uint64")}
_SIZES = tuple(t.name for t in BY_SIZE.values())
INSTANCES = dict.fromkeys(("read_at", "write_at", "take_rows", "take_wide_rows"), _SIZES)
MOST_BLOCKS = 1 << 16


def numbers_of(index):
    """An index as int64."""
    return index if index.dtype == "int64" else index.astype("int64")


class Places:
    """Where elements of an array are read or written: the shape of what indices name, and how to walk over it.

    Attributes:
        data: the array, a view of it.
        shape: that of what is read or written.
        steps: the array's strides along it, 0 where indices say where to go.
        indices: arrays of int64, and for each its strides along the shape, and size and stride of its dimension.
    """

    __slots__ = ("data", "indices", "shape", "steps")

    def __init__(self, data, shape, steps, indices):
        self.data, self.shape, self.steps, self.indices = data, shape, steps, indices

    def launch(self, source, name, values, values_steps) -> bool:
        """Launch a kernel on the array and on ``values``; False where the layout is beyond it."""
        if values_steps is None:
            return False
        n = math.prod(self.shape)
        if n == 0:
            return True
        walk = _walk.packed(self.shape, self.steps, values_steps, tuple(rest for _, rest in self.indices))
        if walk is None:
            return False
        arrays = [index for index, _ in self.indices]
        arrays += [None] * (_walk.MOST_INDICES - len(arrays))
        dtype = BY_SIZE[self.data.dtype.itemsize] if source is SOURCE else self.data.dtype
        blocks = min(-(-n // 256), MOST_BLOCKS)
        source.kernel(name, dtype)(blocks, 256, 0, self.data, values, *arrays, walk, n)
        return True


def along(data, dim, index) -> Places | None:
    """The places that ``index`` names along a dimension, each element's own elsewhere."""
    steps = _walk.strides(data)
    index = numbers_of(index)
    own = _walk.strides(index)
    if steps is None or own is None:
        return None
    if data.ndim == 0:
        return Places(data, index.shape, (), [(index, ((), 1, 1))])
    rest = tuple(0 if d == dim else s for d, s in enumerate(steps))
    return Places(data, index.shape, rest, [(index, (own, data.shape[dim], steps[dim]))])


def slices(data, dim, index) -> Places | None:
    """The slices of a dimension that a vector of indices names."""
    steps = _walk.strides(data)
    index = numbers_of(index)
    own = _walk.strides(index)
    if steps is None or own is None:
        return None
    shape = (*data.shape[:dim], index.shape[0], *data.shape[dim + 1 :])
    rest = tuple(0 if d == dim else s for d, s in enumerate(steps))
    index_steps = tuple(own[0] if d == dim else 0 for d in range(data.ndim))
    return Places(data, shape, rest, [(index, (index_steps, data.shape[dim], steps[dim]))])


def flat(data, index) -> Places | None:
    """Elements of a dense array by their numbers."""
    index = numbers_of(index)
    own = _walk.strides(index)
    if own is None or not data.flags.c_contiguous:
        return None
    return Places(data, index.shape, (0,) * index.ndim, [(index, (own, data.size, 1))])


def by_index(data, index) -> Places | None:
    """What ``data[index]`` names, where arrays of integers, ints and slices make the index, and nothing else."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [p for p in parts if hasattr(p, "dtype")]
    if not arrays or len(arrays) > _walk.MOST_INDICES or any(a.dtype.kind not in "iu" for a in arrays):
        return None
    if any(p is not Ellipsis and not isinstance(p, slice) and not _is_integer(p) for p in parts):
        return None
    at = next((i for i, p in enumerate(parts) if p is Ellipsis), len(parts))
    spread = (slice(None),) * (data.ndim - (len(parts) - (at < len(parts))))
    parts = (*parts[:at], *spread, *parts[at + 1 :])
    chosen = [d for d, p in enumerate(parts) if not isinstance(p, slice)]
    # Together they are where the first one is, or in front where they are not side by side.
    first = chosen[0] if chosen[-1] - chosen[0] == len(chosen) - 1 else 0
    basic = tuple(slice(None) if hasattr(p, "dtype") else p for p in parts)
    if any(p != slice(None) for p in basic):
        data = data[basic]
    dims = [d for d, p in enumerate(p for p in parts if not isinstance(p, int)) if hasattr(p, "dtype")]
    steps = _walk.strides(data)
    if steps is None:
        return None
    common = np.broadcast_shapes(*(a.shape for a in arrays))
    others = [d for d in range(data.ndim) if d not in dims]
    before, after = others[:first], others[first:]
    shape = (*(data.shape[d] for d in before), *common, *(data.shape[d] for d in after))
    rest = (*(steps[d] for d in before), *(0,) * len(common), *(steps[d] for d in after))
    indices = []
    for d, array in zip(dims, arrays, strict=True):
        array = numbers_of(array)
        own = _walk.broadcast_strides(array, len(common))
        if own is None:
            return None
        indices.append((array, ((*(0,) * len(before), *own, *(0,) * len(after)), data.shape[d], steps[d])))
    return Places(data, shape, rest, indices)


def _is_integer(part) -> bool:
    return hasattr(part, "dtype") or (isinstance(part, int) and not isinstance(part, bool))


def is_movable(array) -> bool:
    return array.dtype.itemsize in BY_SIZE


def read(xp, places):
    """What is at the places, as a dense array."""
    if places is None:
        return NotImplemented
    out = xp.empty(places.shape, places.data.dtype)
    return out if places.launch(SOURCE, "read_at", out, _walk.strides(out)) else NotImplemented


def values_for(xp, places, value):
    """A number or an array as one of the data's dtype that broadcasts to the places, and does not share its memory."""
    data = places.data
    if not hasattr(value, "dtype"):
        return xp.full((), value, data.dtype)
    if value.dtype != data.dtype:
        value = value.astype(data.dtype)
    extra = value.ndim - len(places.shape)
    if extra > 0 and all(n == 1 for n in value.shape[:extra]):
        value = value.reshape(value.shape[extra:])
    if not expands_to(value.shape, places.shape):
        return None
    return value.copy() if value.ndim and xp.may_share_memory(data, value) else value


def write(xp, places, value, source=SOURCE, name="write_at"):
    """Write, or join with what is there, a number or an array that broadcasts to the places."""
    if places is None:
        return NotImplemented
    values = values_for(xp, places, value)
    if values is None:
        return NotImplemented
    done = places.launch(source, name, values, _walk.broadcast_strides(values, len(places.shape)))
    return places.data if done else NotImplemented


def on_a_copy(name):
    """Decorator for a kernel in place, named NAME_: makes the kernel NAME of it, too."""

    def decorate(inplace):
        kernel(f"{name}_")(inplace)

        @kernel(name)
        def function(xp, input, *args, **kwargs):
            if not is_movable(input):
                return NotImplemented
            result = input.copy()
            return NotImplemented if inplace(xp, result, *args, **kwargs) is NotImplemented else result

        return inplace

    return decorate


# Rows --------------------------------------------------------------------------------------------------------------


def rows(xp, x, dim, index, shape):
    """The slices of a dense array's dimension that an index names, in ``shape``."""
    index = numbers_of(index)
    if not index.flags.c_contiguous:
        index = index.copy()
    outer, row = math.prod(x.shape[:dim]), math.prod(x.shape[dim + 1 :])
    out = xp.empty(shape, x.dtype)
    n = index.size
    if out.size == 0:
        return out
    width = 16 // x.dtype.itemsize
    name = "take_rows"
    if row % width == 0 and (x.data.ptr | out.data.ptr) % 16 == 0:
        name, row = "take_wide_rows", row // width
    across = min(256, 1 << (row - 1).bit_length())
    beside = 256 // across
    grid = min(-(-outer * n // beside), MOST_BLOCKS), min(-(-row // (4 * across)), 1024)
    SOURCE.kernel(name, BY_SIZE[x.dtype.itemsize])(
        grid, (across, beside), 0, x, index, out, outer, x.shape[dim], n, row
    )
    return out


@kernel
def index_select(xp, input, dim, index):
    if not is_movable(input):
        return NotImplemented
    if input.flags.c_contiguous:
        return rows(xp, input, dim, index, (*input.shape[:dim], index.shape[0], *input.shape[dim + 1 :]))
    return read(xp, slices(input, dim, index))


@kernel
def embedding(xp, weight, input, padding_idx=-1, scale_grad_by_freq=False):
    if not is_movable(weight):
        return NotImplemented
    table = weight if weight.flags.c_contiguous else weight.copy()
    return rows(xp, table, 0, input, (*input.shape, *table.shape[1:]))


@kernel
def index(xp, input, index):
    if not is_movable(input):
        return NotImplemented
    if hasattr(index, "dtype") and index.dtype.kind in "iu" and input.ndim and input.flags.c_contiguous:
        return rows(xp, input, 0, index, (*index.shape, *input.shape[1:]))
    return read(xp, by_index(input, index))


@kernel
def take(xp, input, index):
    if not is_movable(input):
        return NotImplemented
    return read(xp, flat(input if input.flags.c_contiguous else input.copy(), index))


@kernel
def gather(xp, input, dim, index):
    return read(xp, along(input, dim, index)) if is_movable(input) else NotImplemented


@on_a_copy("scatter")
def scatter(xp, input, dim, index, src):
    if not is_movable(input):
        return NotImplemented
    return write(xp, along(input, dim, index), corner(src, index.shape) if hasattr(src, "shape") else src)


@on_a_copy("index_copy")
def index_copy(xp, input, dim, index, source):
    return write(xp, slices(input, dim, index), source) if is_movable(input) else NotImplemented


@on_a_copy("index_fill")
def index_fill(xp, input, dim, index, value):
    return write(xp, slices(input, dim, index), value) if is_movable(input) else NotImplemented
