"""Copies on a GPU, with conversion: by vectors where both sides allow it, by tiles where they are contiguous along
different dimensions."""

from __future__ import annotations

import functools
import math
import struct
from typing import Any

import numpy as np

from .._backends import by_array_type
from . import _pointwise as generator
from ._forms import Forms, Plan
from ._launch import Kernel
from ._layout import broadcast_shape, divisor, walk
from ._overlap import overlap, placement
from ._plans import keep
from ._source import C_TYPES, generated, is_known

TILE = 64
WORTH_TILES = 16  # elements along either dimension

_plans: dict[tuple[Any, ...], Any] = {}  # Plans, or None


def dense(x: Any) -> Any:
    """The array, or a copy where its elements are not one after the other in memory; of None, None."""
    if x is None or x._c_contiguous:  # CuPy's own field: .flags would make an object
        return x
    out = copied(by_array_type[type(x)].xp, x, x.dtype, False)
    return x.copy() if out is NotImplemented else out


def copied(xp: Any, x: Any, dtype: np.dtype, keeps_order: bool) -> Any:
    """A copy in a dtype, its dimensions in memory in C's order or in that of ``x``; NotImplemented where there is no
    kernel for it."""
    key = (placement(x), dtype, keeps_order)
    plan = _plans.get(key, _plans)
    if plan is _plans:
        plan = keep(_plans, key, _plan(x, x.shape, dtype, None, keeps_order))
    if plan is None:
        return NotImplemented
    out = plan.new(xp, dtype)
    plan.kernel(plan.grid, generator.THREADS, 0, x, out, plan.last)
    return out


def copy_to(out: Any, x: Any) -> bool:
    """Write the elements of ``x``, which broadcasts to ``out``; False, and nothing done, where there is no kernel."""
    key = (placement(out), placement(x))
    plan = _plans.get(key, _plans)
    if plan is _plans:
        plan = keep(_plans, key, _plan(x, out.shape, out.dtype, out, True))
    if plan is None or overlap(out, x):
        return False
    plan.kernel(plan.grid, generator.THREADS, 0, x, out, plan.last)
    return True


def _plan(x: Any, shape: tuple[int, ...], dtype: np.dtype, into: Any, keeps_order: bool) -> Plan | None:
    if not is_known(dtype) or not is_known(x.dtype) or broadcast_shape([shape, x.shape]) != shape:
        return None
    source, target = x.dtype.name, dtype.name
    if into is not None or not keeps_order:
        tiles = _tiles(x, shape, into)
        if tiles is not None:
            dims, grid, packed = tiles
            return Plan(_transposing(source, target, dims), grid, packed, shape, None)
    return _copying(source, target).plan([x], shape, x if keeps_order else None, into)


@functools.cache
def _copying(source: str, target: str) -> Forms:
    label = f"copy<{source}, {target}>"
    return Forms(generator.Operation(label, (), (source,), (target,), (), ("a0",), "    put(r0, a0);\n"))


@functools.cache
def _transposing(source: str, target: str, dims: int) -> Kernel:
    parameters = (f"const {C_TYPES[source]}* x", f"{C_TYPES[target]}* out", "Copied tiles")
    text = f"""\
#include "transpose.cuh"
using Copied = Tiles<int, {dims}>;
KERNEL({generator.THREADS}) transposing({", ".join(parameters)}) {{
    tiles.copy(x, out);
}}
"""
    return generated(f"copy<{source}, {target}>.transposing", "transposing", parameters, lambda: text)


def _tiles(x: Any, shape: tuple[int, ...], into: Any) -> tuple[int, int, bytes] | None:
    """For arrays that are contiguous along different dimensions: how many dimensions there are besides those two, the
    number of blocks, and the struct Tiles of transpose.cuh. None for others."""
    dims = walk([x], shape, None, into)
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
    planes = math.prod(n for n, _ in others)
    row_tiles, column_tiles = -(-rows // TILE), -(-columns // TILE)
    divisors = [divisor(n) for n, _ in others]
    words = [rows, columns, row_tiles, column_tiles, in_stride, out_stride, planes]
    words += [*(n for n, _ in others), *(m for m, _ in divisors), *(s for _, s in divisors)]
    words += [steps[k] for k in range(2) for _, steps in others]
    packed = struct.pack(f"<{len(words)}I", *(w & 0xFFFFFFFF for w in words))
    return len(others), planes * row_tiles * column_tiles, packed
