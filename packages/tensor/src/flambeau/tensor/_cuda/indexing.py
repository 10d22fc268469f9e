"""Elements read and written where indices say.

Indices have been checked (see ``_faults``): kernels leave out what is wrong and go on.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .._reference._helpers import expands_to
from .._reference._indices import corner
from . import _walk, kernel
from ._copy import dense
from ._reduce import powers_up
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


class Plan:
    """How to walk over what indices name in an array of some layout: worked out once for each layout.

    Attributes:
        shape: that of what is read or written.
        basic: an index of slices and ints by which to take a view of the array first, or None.
    """

    __slots__ = ("_indices", "_steps", "_walks", "basic", "blocks", "n", "shape")

    def __init__(self, shape, steps, indices, basic=None):
        self.shape = shape
        self.basic = basic
        self.n = math.prod(shape)
        self.blocks = min(-(-self.n // 256), MOST_BLOCKS)
        self._steps = steps  # the array's along the shape, 0 where indices say where to go
        self._indices = indices  # of each its strides along the shape, and size and stride of its dimension
        self._walks = {}

    def walk(self, values) -> bytes | None:
        """What kernels are told of the array and of values that broadcast to the shape; None beyond their limits."""
        key = values.shape, values.strides, values.dtype.itemsize
        if key not in self._walks:
            steps = _walk.broadcast_strides(*key, len(self.shape))
            found = None if steps is None else _walk.packed(self.shape, self._steps, steps, self._indices)
            self._walks[key] = found
        return self._walks[key]


class Places:
    """Where elements of an array are read or written: the array, the plan, and the indices as int64."""

    __slots__ = ("data", "indices", "plan")

    def __init__(self, data, plan, indices):
        self.data = data if plan.basic is None else data[plan.basic]
        self.plan, self.indices = plan, indices

    def launch(self, source, name, values) -> bool:
        """Launch a kernel on the array and on ``values``; False where the layout is beyond it."""
        plan = self.plan
        if plan.n == 0:
            return True
        walk = plan.walk(values)
        if walk is None:
            return False
        dtype = self.data.dtype
        kernel = source.kernel(name, BY_SIZE[dtype.itemsize] if source is SOURCE else dtype)
        kernel(plan.blocks, 256, 0, self.data, values, *self.indices, walk, plan.n)
        return True


def _places(data, plan, *indices) -> Places | None:
    return None if plan is None else Places(data, plan, (*indices, *_NONE[len(indices) :]))


_NONE = (None,) * _walk.MOST_INDICES


def along(data, dim, index) -> Places | None:
    """The places that ``index`` names along a dimension, each element's own elsewhere."""
    index = numbers_of(index)
    plan = _plan_along(data.shape, data.strides, data.dtype.itemsize, index.shape, index.strides, dim)
    return _places(data, plan, index)


@functools.lru_cache(maxsize=4096)
def _plan_along(shape, strides, itemsize, index_shape, index_strides, dim):
    steps, own = _walk.in_elements(strides, itemsize), _walk.in_elements(index_strides, 8)
    if steps is None or own is None:
        return None
    if not shape:
        return Plan(index_shape, (), ((own, 1, 1),))
    return Plan(index_shape, _without(steps, dim), ((own, shape[dim], steps[dim]),))


def _without(steps, dim):
    return tuple(0 if d == dim else s for d, s in enumerate(steps))


def slices(data, dim, index) -> Places | None:
    """The slices of a dimension that a vector of indices names."""
    index = numbers_of(index)
    plan = _plan_slices(data.shape, data.strides, data.dtype.itemsize, index.shape, index.strides, dim)
    return _places(data, plan, index)


@functools.lru_cache(maxsize=4096)
def _plan_slices(shape, strides, itemsize, index_shape, index_strides, dim):
    steps, own = _walk.in_elements(strides, itemsize), _walk.in_elements(index_strides, 8)
    if steps is None or own is None:
        return None
    along_dim = tuple(own[0] if d == dim else 0 for d in range(len(shape)))
    named = (*shape[:dim], *index_shape, *shape[dim + 1 :])
    return Plan(named, _without(steps, dim), ((along_dim, shape[dim], steps[dim]),))


def flat(data, index) -> Places | None:
    """Elements of a dense array by their numbers."""
    if not data.flags.c_contiguous:
        return None
    index = numbers_of(index)
    return _places(data, _plan_flat(data.size, index.shape, index.strides), index)


@functools.lru_cache(maxsize=4096)
def _plan_flat(size, index_shape, index_strides):
    own = _walk.in_elements(index_strides, 8)
    return None if own is None else Plan(index_shape, (0,) * len(index_shape), ((own, size, 1),))


def by_index(data, index) -> Places | None:
    """What ``data[index]`` names, where arrays of integers, ints and slices make the index, and nothing else."""
    parts, arrays, signature = index if isinstance(index, tuple) else (index,), [], []
    for part in parts:
        if hasattr(part, "dtype"):
            if part.dtype.kind not in "iu":
                return None
            part = numbers_of(part)
            arrays.append(part)
            signature.append((part.shape, part.strides))
        elif isinstance(part, slice):
            signature.append((part.start, part.stop, part.step))
        elif part is Ellipsis or (isinstance(part, int) and not isinstance(part, bool)):
            signature.append(part)
        else:
            return None
    if not 0 < len(arrays) <= _walk.MOST_INDICES:
        return None
    return _places(data, _plan_index(data.shape, data.strides, data.dtype.itemsize, tuple(signature)), *arrays)


@functools.lru_cache(maxsize=4096)
def _plan_index(shape, strides, itemsize, parts):
    """Arrays are there as their shape and strides, slices as triples."""
    at = next((i for i, p in enumerate(parts) if p is Ellipsis), len(parts))
    spread = ((None, None, None),) * (len(shape) - (len(parts) - (at < len(parts))))
    parts = (*parts[:at], *spread, *parts[at + 1 :])
    chosen = [d for d, p in enumerate(parts) if isinstance(p, int) or len(p) == 2]
    # Together they are where the first one is, or in front where they are not side by side.
    first = chosen[0] if chosen[-1] - chosen[0] == len(chosen) - 1 else 0
    basic = tuple(p if isinstance(p, int) else slice(*p) if len(p) == 3 else slice(None) for p in parts)
    # An array of one byte shows what a view by slices and ints does to shape and strides.
    view = np.lib.stride_tricks.as_strided(np.empty(1, "u1"), shape, strides)[basic]
    shape, steps = view.shape, _walk.in_elements(view.strides, itemsize)
    arrays = [p for p in parts if not isinstance(p, int) and len(p) == 2]
    owns = [_walk.in_elements(index_strides, 8) for _, index_strides in arrays]
    if steps is None or None in owns:
        return None
    dims = [d for d, p in enumerate(p for p in parts if not isinstance(p, int)) if len(p) == 2]
    common = np.broadcast_shapes(*(index_shape for index_shape, _ in arrays))
    others = [d for d in range(len(shape)) if d not in dims]
    before, after = others[:first], others[first:]
    named = (*(shape[d] for d in before), *common, *(shape[d] for d in after))
    rest = (*(steps[d] for d in before), *(0,) * len(common), *(steps[d] for d in after))
    indices = []
    for d, (index_shape, index_strides) in zip(dims, arrays, strict=True):
        own = _walk.broadcast_strides(index_shape, index_strides, 8, len(common))
        indices.append(((*(0,) * len(before), *own, *(0,) * len(after)), shape[d], steps[d]))
    return Plan(named, rest, tuple(indices), None if all(p == slice(None) for p in basic) else basic)


def is_movable(array) -> bool:
    return array.dtype.itemsize in BY_SIZE


def read(xp, places):
    """What is at the places, as a dense array."""
    if places is None:
        return NotImplemented
    out = xp.empty(places.plan.shape, places.data.dtype)
    return out if places.launch(SOURCE, "read_at", out) else NotImplemented


def values_for(xp, places, value):
    """A number or an array as one of the data's dtype that broadcasts to the places, and does not share its memory."""
    data, shape = places.data, places.plan.shape
    if not hasattr(value, "dtype"):
        return xp.full((), value, data.dtype)
    if value.dtype != data.dtype:
        value = value.astype(data.dtype)
    extra = value.ndim - len(shape)
    if extra > 0 and all(n == 1 for n in value.shape[:extra]):
        value = value.reshape(value.shape[extra:])
    if not expands_to(value.shape, shape):
        return None
    return value.copy() if value.ndim and xp.may_share_memory(data, value) else value


def write(xp, places, value, source=SOURCE, name="write_at"):
    """Write, or join with what is there, a number or an array that broadcasts to the places."""
    if places is None:
        return NotImplemented
    values = values_for(xp, places, value)
    if values is None:
        return NotImplemented
    return places.data if places.launch(source, name, values) else NotImplemented


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
    index = dense(numbers_of(index))
    outer, row = math.prod(x.shape[:dim]), math.prod(x.shape[dim + 1 :])
    out = xp.empty(shape, x.dtype)
    n = index.size
    if out.size == 0:
        return out
    width = 16 // x.dtype.itemsize
    name = "take_rows"
    if row % width == 0 and (x.data.ptr | out.data.ptr) % 16 == 0:
        name, row = "take_wide_rows", row // width
    across = min(256, powers_up(row))
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
    table = dense(weight)
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
    return read(xp, flat(dense(input), index))


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
