"""Copies on a GPU, with conversion: by vectors where both sides allow it, by tiles where they are contiguous along
different dimensions."""

from __future__ import annotations

import functools
import struct
from typing import Any

import numpy as np

from . import _pointwise as generator
from ._forms import MOST_PLANS, Forms, Plan, placement
from ._launch import Kernel
from ._layout import broadcast_shape, contiguous_strides, divisor, memory_order, overlap, walk
from ._source import C_TYPES, assembled, is_known

TILE = 64
WORTH_TILES = 16  # elements along either dimension


_plans: dict[tuple[Any, ...], Plan | None] = {}


def dense(xp: Any, x: Any) -> Any:
    """The array, or where its elements are not one after the other in memory, a copy in which they are."""
    if list(x.strides) == contiguous_strides(x.shape, x.dtype.itemsize) or x.flags.c_contiguous:
        return x
    out = xp.empty(x.shape, x.dtype)
    return out if copy_to(out, x) else x.copy()


def converted(xp: Any, x: Any, dtype: np.dtype) -> Any:
    """A copy in another dtype, its dimensions in the same order in memory; NotImplemented where there is no kernel."""
    axes = memory_order(x, x.shape)
    if axes is None:
        out = xp.empty(x.shape, dtype)
    else:
        out = xp.empty(tuple(x.shape[a] for a in axes), dtype).transpose([axes.index(d) for d in range(len(axes))])
    return out if copy_to(out, x) else NotImplemented


def copy_to(out: Any, x: Any) -> bool:
    """Write the elements of ``x``, which broadcasts to ``out``; False, and nothing done, where there is no kernel."""
    key = (placement(out), placement(x))
    try:
        plan = _plans[key]
    except KeyError:
        if len(_plans) >= MOST_PLANS:
            _plans.clear()
        plan = _plans[key] = _plan(out, x)
    if plan is None or overlap(out, x):
        return False
    plan.kernel(plan.grid, generator.THREADS, 0, x, out, plan.last)
    return True


def _plan(out: Any, x: Any) -> Plan | None:
    if not is_known(out.dtype) or not is_known(x.dtype) or broadcast_shape([out.shape, x.shape]) != out.shape:
        return None
    source, target = x.dtype.name, out.dtype.name
    tiles = _tiles(out, x)
    if tiles is not None:
        dims, grid, packed = tiles
        return Plan(_transposing(source, target, dims), grid, packed, out.shape, None)
    return _copying(source, target).plan([x], out.shape, x, out)


@functools.cache
def _copying(source: str, target: str) -> Forms:
    label = f"copy<{source}, {target}>"
    return Forms(generator.Operation(label, (), (source,), (target,), (), ("a0",), "    put(r0, a0);\n"))


@functools.cache
def _transposing(source: str, target: str, dims: int) -> Kernel:
    text = f"""\
#include "transpose.cuh"
using Copied = Tiles<int, {dims}>;
KERNEL({generator.THREADS}) transposing(const {C_TYPES[source]}* x, {C_TYPES[target]}* out, Copied tiles) {{
    tiles.copy(x, out);
}}
"""
    parameters = (f"{C_TYPES[source]} *", f"{C_TYPES[target]} *", "Copied")
    return Kernel(f"copy<{source}, {target}>.transposing", "transposing", parameters, lambda: assembled(text))


def _tiles(out: Any, x: Any) -> tuple[int, int, bytes] | None:
    """For arrays that are contiguous along different dimensions: how many dimensions there are besides those two, the
    number of blocks, and the struct Tiles of transpose.cuh. None for others."""
    dims = walk([x], out.shape, None, out)
    if dims is None or len(dims) < 2:
        return None
    columns, (in_stride, out_step) = dims[-1]
    at = next((d for d, (n, steps) in enumerate(dims[:-1]) if steps[0] == 1 and n >= WORTH_TILES), None)
    if at is None or out_step != 1 or columns < WORTH_TILES or in_stride <= 1:
        return None
    rows, (_, out_stride) = dims[at]
    others = [*dims[:at], *dims[at + 1 : -1]] or [(1, [0, 0])]
    reach = [sum(abs(steps[k]) * (n - 1) for n, steps in dims) for k in range(2)]
    if max(reach) >= 2**31 - 2**20:
        return None
    planes = 1
    for n, _ in others:
        planes *= n
    row_tiles, column_tiles = -(-rows // TILE), -(-columns // TILE)
    divisors = [divisor(n) for n, _ in others]
    words = [rows, columns, row_tiles, column_tiles, in_stride, out_stride, planes]
    words += [*(n for n, _ in others), *(m for m, _ in divisors), *(s for _, s in divisors)]
    words += [steps[k] for k in range(2) for _, steps in others]
    packed = struct.pack(f"<{len(words)}I", *(w & 0xFFFFFFFF for w in words))
    return len(others), planes * row_tiles * column_tiles, packed
