"""How arrays of one shape lie in memory, simplified until kernels have few dimensions to count in."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

MOST_DIMS = 32  # CuPy's arrays have no more
WIDE = 2**31


class Places(NamedTuple):
    """Where the elements of operands are, the result's last."""

    size: int  # the number of elements
    is_dense: bool  # whether all operands are contiguous in the same order
    dims: int
    index: str  # the C type to count in
    modes: str  # see _pointwise.strided
    count: int  # of vectors, or of elements where there are none
    packed: bytes  # the struct Layout of pointwise.cuh


def broadcast_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape that shapes broadcast to, or None."""
    found = list(max(shapes, key=len))
    for shape in shapes:
        lead = len(found) - len(shape)
        for d, n in enumerate(shape, lead):
            if found[d] == 1:
                found[d] = n
            elif n not in (1, found[d]):
                return None
    return tuple(found)


def contiguous_strides(shape: Sequence[int], itemsize: int) -> list[int]:
    """The strides of a contiguous array, in bytes."""
    strides = [itemsize] * len(shape)
    for d in range(len(shape) - 2, -1, -1):
        strides[d] = strides[d + 1] * max(shape[d + 1], 1)
    return strides


def find_places(
    arrays: Sequence[Any],
    shape: tuple[int, ...],
    axes: tuple[int, ...] | None,
    into: Any,
    width: int,
) -> Places | None:
    """How to go over arrays that broadcast to a shape, and a result.

    Args:
        arrays: the operands.
        shape: the broadcast shape.
        axes: the order of dimensions in memory of a new result, or None for C's.
        into: the array that the result is written to, or None for a new one.
        width: how many elements a vector has.

    Returns:
        The places, or None where there are too many dimensions, elements are not aligned or share memory in the result.
    """
    dims = walk(arrays, shape, axes, into)
    if dims is None:
        return None
    size = math.prod(shape)
    if size == 0 or (len(dims) <= 1 and all(s == 1 for _, steps in dims for s in steps)):
        return Places(size, True, 1, "int", "", size, b"")
    if len(dims) > MOST_DIMS:
        return None
    aligned = all(a.data.ptr % 16 == 0 for a in ([*arrays] if into is None else [*arrays, into]))
    return _packed(size, dims, len(arrays) + 1, width if aligned else 1)


def walk(
    arrays: Sequence[Any], shape: tuple[int, ...], axes: tuple[int, ...] | None, into: Any
) -> list[tuple[int, list[int]]] | None:
    """The dimensions to go through, from the outermost on, each with how far apart its elements are in the operands
    and, last, in the result; see :func:`find_places`."""
    every = [*arrays] if into is None else [*arrays, into]
    strides = []
    for a in every:
        lead = len(shape) - len(a.shape)
        itemsize = a.dtype.itemsize
        if a.data.ptr % itemsize or any(s % itemsize for s in a.strides):
            return None
        strides.append([0] * lead + [0 if n == 1 else s // itemsize for n, s in zip(a.shape, a.strides, strict=True)])
    if into is None:
        order = list(range(len(shape))) if axes is None else list(axes)
        in_order = contiguous_strides([shape[d] for d in order], 1)
        strides.append([in_order[order.index(d)] for d in range(len(shape))])
    else:
        order = sorted(range(len(shape)), key=lambda d: -abs(strides[-1][d]))
        if any(strides[-1][d] == 0 and shape[d] > 1 for d in order):
            return None
    return merged([(shape[d], [s[d] for s in strides]) for d in order])


def merged(dims: Iterable[tuple[int, Sequence[int]]]) -> list[Any]:
    """Dimensions from the outermost on, without those of one element, and with neighbours joined that all operands walk
    through as through one."""
    found: list[tuple[int, Sequence[int]]] = []
    for n, steps in dims:
        if n == 1:
            continue
        if found and all(outer == n * inner for outer, inner in zip(found[-1][1], steps, strict=True)):
            found[-1] = (found[-1][0] * n, steps)
        else:
            found.append((n, steps))
    return found


def _packed(size: int, dims: list[tuple[int, list[int]]], operands: int, width: int) -> Places:
    inner, steps = dims[-1]
    vectors = (
        width > 1
        and inner % width == 0
        and all(s in (0, 1) for s in steps)
        and steps[-1] == 1
        and all(outer % width == 0 or steps[k] == 0 for _, strides in dims[:-1] for k, outer in enumerate(strides))
    )
    modes = "".join("vs"[s == 0] for s in steps) if vectors else "x" * operands
    if vectors:
        dims = [*dims[:-1], (inner // width, [s * width for s in steps])]
        size_in = size // width
    else:
        size_in = size
    wide = size >= WIDE - 2**16 or any(
        sum(abs(strides[k]) * (n - 1) for n, strides in dims) >= WIDE for k in range(operands)
    )
    index, code, mask = ("long long", "q", -1) if wide else ("int", "I", 0xFFFFFFFF)
    divisors = [(0, 0) if wide else divisor(n) for n, _ in dims]
    words = [size_in, *(n for n, _ in dims), *(m for m, _ in divisors), *(s for _, s in divisors)]
    words += [strides[k] for k in range(operands) for _, strides in dims]
    packed = struct.pack(f"<{len(words)}{code}", *(w & mask for w in words))
    return Places(size, False, len(dims), index, modes, size_in, packed)


def divisor(d: int) -> tuple[int, int]:
    """The factor and shift by which :c:func:`quotient` of pointwise.cuh divides by d."""
    shift = (d - 1).bit_length()
    return (2**32 * (2**shift - d)) // d + 1, shift
