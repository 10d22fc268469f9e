"""What kernels are told of the places that indices name: see ``kernels/walk.cuh``."""

from __future__ import annotations

import struct

from ._layout import merged

MOST_DIMS, MOST_INDICES = 6, 4
FORMAT = struct.Struct(f"{2 + 3 * MOST_DIMS + MOST_INDICES * MOST_DIMS + 2 * MOST_INDICES}q")


def packed(shape: tuple, data: tuple, values: tuple, indices: tuple) -> bytes | None:
    """The layout of a walk over ``shape``, or None where it has too many dimensions.

    Args:
        shape: the sizes of what is walked over.
        data: the data's strides along it, 0 where an index says where to go; in elements, like all of them.
        values: the other array's strides.
        indices: for each index its strides, and size and stride of the data's dimension that it is about.
    """
    steps = [data, values, *(strides for strides, _, _ in indices)]
    dims = merged(zip(shape, zip(*steps, strict=True), strict=True)) if shape else []
    if len(dims) > MOST_DIMS or len(indices) > MOST_INDICES:
        return None
    rows = [[size for size, _ in dims], *([s[i] for _, s in dims] for i in range(len(steps)))]
    rows += [[]] * (3 + MOST_INDICES - len(rows))
    extents = [extent for _, extent, _ in indices], [step for _, _, step in indices]
    numbers = [n for row in rows for n in _filled(row, MOST_DIMS)] + [
        n for e in extents for n in _filled(e, MOST_INDICES)
    ]
    return FORMAT.pack(len(dims), len(indices), *numbers)


def _filled(row, count):
    return [*row, *[0] * (count - len(row))]


def in_elements(strides: tuple, itemsize: int) -> tuple | None:
    """Strides in elements; None where they are no whole ones."""
    return None if any(s % itemsize for s in strides) else tuple(s // itemsize for s in strides)


def broadcast_strides(shape: tuple, strides: tuple, itemsize: int, ndim: int) -> tuple | None:
    """Strides in elements along a shape of ``ndim`` dimensions that ``shape`` broadcasts to."""
    steps = in_elements(strides, itemsize)
    if steps is None:
        return None
    return (0,) * (ndim - len(steps)) + tuple(0 if n == 1 else s for n, s in zip(shape, steps, strict=True))
