"""How reductions are launched: which of the kernels in ``reduce.cuh`` fits a layout, and its blocks.

Two schemes, chosen by what lies next to each other in memory: *rows* where that is reduced (1 to 256 threads for each
result), *columns* where it is kept (a block for up to 256 neighbouring results). Where the results are too few to keep
a GPU busy, each is split among several blocks, whose parts a second kernel joins in a fixed order.
"""

from __future__ import annotations

import math
import struct

import numpy as np

from . import _layout
from ._plans import keep
from ._scratch import scratch
from ._source import FLOATS, INTEGERS, pairs

BLOCKS = 1056  # keep a large GPU busy: 8 for each of 132 multiprocessors
THREADS = 256
MAX_DIMS = 5
LARGEST = 2**31 - 1
PART = 24  # bytes of what is gathered for a result, at most
KEPT = 1024  # layouts remembered of each operation
BYTE, INT64 = np.dtype("uint8"), np.dtype("int64")

# Elements, and what they are added up and given in.
TOTALS = (
    *pairs(("bool", *INTEGERS), ("int64",)),
    *zip(FLOATS, FLOATS, strict=True),
    ("float16", "float32"),
    ("bfloat16", "float32"),
    ("float32", "float64"),
)


def total_dtype(x, dtype):
    """What elements of an array are added up in: the dtype that is asked for, or of integers int64."""
    if dtype is not None:
        return dtype
    return INT64 if x.dtype.kind in "iub" else x.dtype


def powers_up(n: int) -> int:
    """The least power of 2 that is n or more."""
    return 1 << max(n - 1, 0).bit_length()


def row_vectors(n: int, itemsize: int) -> int:
    """How many aligned vectors of 16 bytes a row of n elements takes: one more where it may begin between two."""
    length = 16 // itemsize
    return n // length if n % length == 0 else n // length + 2


def merged(dims: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sizes and strides of dimensions, where one continues the next as one."""
    return [(size, stride) for size, (stride,) in _layout.merged((size, (stride,)) for size, stride in dims)]


def packed_dims(dims: list[tuple[int, int]]) -> bytes:
    """``struct Dims``."""
    rest = [0] * (MAX_DIMS - len(dims))
    return struct.pack("=i5I5q", len(dims), *[n for n, _ in dims], *rest, *[s for _, s in dims], *rest)


def extent(dims: list[tuple[int, int]]) -> int:
    """How many elements there are along these dimensions."""
    return math.prod(size for size, _ in dims)


class Plan:
    """A launch for one layout: ``scheme`` is "rows" or "columns", or None where there is nothing to do."""

    __slots__ = ("count", "finish", "grid", "join", "kernel", "layout", "partial", "scheme", "shape")


def plan(shape, strides, itemsize: int, dim, keepdim: bool, ordered: bool) -> Plan | None:
    """The launch that reduces an array of this layout over ``dim``; None for what the kernels do not take.

    With ``ordered`` elements are numbered in C order of the reduced dimensions, which may not be swapped then.
    """
    ndim = len(shape)
    over = range(ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    over = set(over) if ndim else set()
    made = Plan()
    made.shape = tuple([1 if d in over else n for d, n in enumerate(shape) if keepdim or d not in over])
    kept = [(n, s // itemsize) for d, (n, s) in enumerate(zip(shape, strides, strict=True)) if d not in over]
    reduced = [(n, s // itemsize) for d, (n, s) in enumerate(zip(shape, strides, strict=True)) if d in over]
    outputs, made.count = extent(kept), extent(reduced)
    made.scheme = made.partial = None
    if outputs == 0:
        return made
    if not ordered:
        reduced.sort(key=lambda dim: -abs(dim[1]))
    kept = merged(kept)
    reduced = merged(reduced) if made.count else [(0, 1)]
    run = reduced.pop() if reduced else (1, 1)
    if max(len(kept), len(reduced)) > MAX_DIMS or max(outputs, extent(reduced)) > LARGEST:
        return None
    if run[1] != 1 and kept and kept[-1][1] == 1:
        _columns(made, kept, reduced, run, itemsize)
    else:
        _rows(made, kept, reduced, run, itemsize)
    return made


def _neighbours(itemsize: int) -> int:
    """How many neighbouring elements a thread reads at once."""
    return 16 // itemsize if itemsize > 1 else 8


def _rows(made: Plan, kept, segment, run, itemsize: int) -> None:
    made.scheme = "rows"
    outputs, segments, (n, step) = extent(kept), extent(segment), run
    at_once = _neighbours(itemsize) if step == 1 else 1
    vectors = -(-n // at_once)
    run_lanes = min(powers_up(vectors), THREADS)
    most = min(powers_up(vectors * segments), THREADS)
    lanes = min(most, 32)
    while lanes < most and (vectors * segments >= lanes * 16 or outputs * lanes < BLOCKS * THREADS // 2):
        lanes *= 2
    blocks = -(-outputs * lanes // THREADS)
    total = n if segments == 1 else segments
    splits = 1
    if vectors * segments > THREADS * 16 and blocks < BLOCKS // 2:
        splits = max(min(BLOCKS // blocks, vectors * segments // (THREADS * 4), total), 1)
    chunk = -(-total // splits)
    if segments == 1:
        chunk = -(-chunk // (at_once * lanes)) * at_once * lanes
    splits = max(-(-total // chunk), 1) if chunk else 1
    made.grid = (blocks, splits)
    made.layout = packed_dims(kept) + packed_dims(segment) + struct.pack(
        "=3q6i", n, step, chunk, outputs, segments, splits, lanes, min(run_lanes, lanes), 0
    )  # fmt: skip
    if splits > 1:
        _split(made, outputs, 1, splits)


def _columns(made: Plan, kept, segment, run, itemsize: int) -> None:
    made.scheme = "columns"
    columns, segments, (n, step) = kept[-1][0], extent(segment), run
    outer = kept[:-1]
    at_once = _neighbours(itemsize)
    vectors = columns % at_once == 0 and all(s % at_once == 0 for _, s in (run, *outer, *segment))
    width = min(powers_up(-(-columns // at_once)), 32)
    height = THREADS // width
    across = -(-columns // (width * at_once))
    blocks = across * extent(outer)
    total = n if segments == 1 else segments
    splits = 1
    if n * segments > height * 16 and blocks < BLOCKS // 2:
        splits = max(min(BLOCKS // blocks, n * segments // (height * 8), total), 1)
    chunk = -(-total // splits)
    splits = -(-total // chunk)
    made.grid = (blocks, splits)
    made.layout = packed_dims(outer) + packed_dims(segment) + struct.pack(
        "=3q6i", n, step, chunk, columns, segments, splits, across, width, vectors
    )  # fmt: skip
    if splits > 1:
        _split(made, extent(kept), columns, splits)


def _split(made: Plan, outputs: int, columns: int, splits: int) -> None:
    """What joins the parts: neighbouring threads take neighbouring columns, or the parts of one result."""
    made.partial = outputs * splits * PART
    lanes = 1 if columns >= 32 else min(powers_up(splits), 32)
    made.finish = (-(-outputs * lanes // THREADS), outputs, columns, splits, lanes)


class Reduction:
    """A reduction: kernels ``NAME_rows``, ``NAME_columns`` and ``NAME_partial`` of a source.

    Args:
        source: the source.
        name: of the kernels.
        instances: the element types that they are compiled for.
        ordered: whether it matters which of the elements is the i-th.
    """

    def __init__(self, source, name: str, instances: tuple, ordered: bool = False) -> None:
        self.source, self.name, self.ordered = source, name, ordered
        self.instances = {(types,) if isinstance(types, str) else types for types in instances}
        self._plans: dict[tuple, Plan | None] = {}

    def plan(self, x, dim, keepdim, *dtypes) -> Plan | None:
        """The launch for an array's layout; None where there is none, or no kernel for the dtypes."""
        key = (x.shape, x.strides, dim, keepdim, *dtypes)
        try:
            return self._plans[key]
        except KeyError:
            pass
        made = None
        if tuple([d.name for d in dtypes]) in self.instances:
            made = plan(x.shape, x.strides, x.itemsize, dim, keepdim, self.ordered)
        if made is not None and made.scheme is not None:
            made.kernel = self.source.kernel(f"{self.name}_{made.scheme}", *dtypes)
            made.join = self.source.kernel(f"{self.name}_partial", *dtypes)
        return keep(self._plans, key, made, KEPT)

    def __call__(self, xp, x, dim, keepdim, dtypes: tuple, *parameters):
        """The one result, of the last of the dtypes; NotImplemented where there is no launch."""
        made = self.plan(x, dim, keepdim, *dtypes)
        if made is None:
            return NotImplemented
        out = xp.empty(made.shape, dtypes[-1])
        self.launch(xp, made, x, (out,), *parameters)
        return out

    def launch(self, xp, made: Plan, x, outputs: tuple, *parameters) -> None:
        """Reduce ``x`` into ``outputs``, arrays of ``made.shape`` (or None)."""
        if made.scheme is None:
            return
        if made.partial is None:
            made.kernel(made.grid, THREADS, 0, x, *outputs, None, made.layout, *parameters)
            return
        partial = scratch(xp, made.partial)
        made.kernel(made.grid, THREADS, 0, x, *outputs, partial, made.layout, *parameters)
        grid, *rest = made.finish
        made.join(grid, THREADS, 0, partial, *outputs, *rest, *parameters)
