"""Order along a dimension, and elements chosen by their rank.

Rows of up to 4096 elements are sorted by one block each (or several rows by one), longer ones by radix sort, 8 bits a
pass. Of a row that is not short the first few are selected, and only those are sorted.
"""

from __future__ import annotations

import numpy as np

from . import kernel
from ._copy import dense
from ._reduce import BYTE, powers_up
from ._source import ALL, Source, is_known

SOURCE = Source("sorting")
INSTANCES = {
    name: ALL
    for name in ("sort_few", "sort_block", "radix_count", "radix_scan", "radix_spread", "topk_rows", "select_rows")
}

THREADS = 256
FEW, BLOCK = 512, 4096  # elements that a block sorts
TILE = 4096  # that a block spreads
SELECTED = 2048  # that are selected at most
WORTH_SELECTING = 1024  # elements from which the first quarter or less is
LONG = 2**20  # a row that one block alone would be long at
RADIX = 256
MOST_ROWS = 65535
INT32, INT64 = np.dtype("int32"), np.dtype("int64")


def _takes(x) -> bool:
    return x.ndim > 0 and is_known(x.dtype) and x.size < 2**31


def _rows(xp, x, dim: int):
    """The array with the dimension as the last one, and dense; whether it had to be moved."""
    moved = dim != x.ndim - 1
    if moved:
        x = xp.moveaxis(x, dim, -1)
    return dense(x), moved


def _back(xp, result, dim: int, moved: bool):
    return dense(xp.moveaxis(result, -1, dim)) if moved and result is not None else result


def _first(xp, input, dim, k, descending, with_values, with_indices):
    """Values and indices of the first ``k`` (None: of all) in order, as far as they are wanted."""
    if not _takes(input):
        return NotImplemented
    x, moved = _rows(xp, input, dim)
    n, dtype = x.shape[-1], x.dtype
    if x.size == 0 or k == 0:
        shape = (*input.shape[:dim], n if k is None else k, *input.shape[dim + 1 :])
        return xp.empty(shape, dtype), xp.empty(shape, INT64)
    rows = x.size // n
    if rows > MOST_ROWS and n > BLOCK:
        return NotImplemented
    count = n if k is None else k
    whole = n > BLOCK and (count > SELECTED or (n >= LONG and rows < 16))
    shape = (*x.shape[:-1], n if whole else count)
    selected = not whole if n > BLOCK else n >= WORTH_SELECTING and 4 * count <= n
    values = xp.empty(shape, dtype) if with_values else None
    indices = xp.empty(shape, INT64) if with_indices or selected else None
    if whole:
        _radix(xp, x, values, indices, rows, n, descending)
        if count < n:
            values, indices = (None if a is None else dense(a[..., :count]) for a in (values, indices))
    elif selected:
        size = powers_up(count)
        SOURCE.kernel("topk_rows", dtype)(rows, THREADS, 0, x, values, indices, n, count, size, descending)
    else:
        size = powers_up(n)
        name, capacity = ("sort_few", FEW) if size <= FEW else ("sort_block", BLOCK)
        grid = -(-rows // (capacity // size))
        SOURCE.kernel(name, dtype)(grid, THREADS, 0, x, values, indices, rows, n, count, size, descending)
    return _back(xp, values, dim, moved), _back(xp, indices, dim, moved)


def _radix(xp, x, values, indices, rows: int, n: int, descending: bool) -> None:
    dtype = x.dtype
    tiles = -(-n // TILE)
    counts, totals = xp.empty(rows * RADIX * tiles, INT32), xp.empty(rows * RADIX, INT32)
    keys = places = None
    spare = None
    for done in range(dtype.itemsize):
        last = done == dtype.itemsize - 1
        if last:
            next_keys = next_places = None
        elif spare is not None:
            next_keys, next_places = spare
        else:
            next_keys = xp.empty(rows * n * max(dtype.itemsize, 4), BYTE)
            next_places = xp.empty(rows * n, INT32)
        grid, shift = (tiles, rows), 8 * done
        SOURCE.kernel("radix_count", dtype)(grid, THREADS, 0, x, keys, counts, n, shift, descending)
        SOURCE.kernel("radix_scan", dtype)((RADIX, rows), THREADS, 0, counts, totals, tiles)
        SOURCE.kernel("radix_spread", dtype)(
            grid, THREADS, 0, x, keys, places, counts, totals, next_keys, next_places, values, indices, n, shift,
            descending,
        )  # fmt: skip
        spare = None if keys is None else (keys, places)
        keys, places = next_keys, next_places


@kernel
def sort(xp, input, dim, descending, stable):
    return _first(xp, input, dim, None, descending, True, True)


@kernel
def ordered(xp, input, dim, descending):
    found = _first(xp, input, dim, None, descending, True, False)
    return found if found is NotImplemented else found[0]


@kernel
def argsort(xp, input, dim, descending, stable):
    found = _first(xp, input, dim, None, descending, False, True)
    return found if found is NotImplemented else found[1]


@kernel
def topk(xp, input, k, dim, largest, sorted):
    return _first(xp, input, dim, k, largest, True, True)


def _selected(xp, input, rank, dim, keepdim, skip):
    """The elements of a rank, 0 for the median, and the first place of each."""
    if not _takes(input):
        return NotImplemented
    x, _ = _rows(xp, input, dim)
    n, dtype = x.shape[-1], x.dtype
    shape = input.shape
    shape = (*shape[:dim], 1, *shape[dim + 1 :]) if keepdim else (*shape[:dim], *shape[dim + 1 :])
    values, indices = xp.empty(shape, dtype), xp.empty(shape, INT64)
    SOURCE.kernel("select_rows", dtype)(values.size, THREADS, 0, x, values, indices, n, rank, skip)
    return values, indices


@kernel
def kthvalue(xp, input, k, dim, keepdim):
    return _selected(xp, input, k, dim, keepdim, False)


@kernel
def median_with_indices(xp, input, dim, keepdim):
    return _selected(xp, input, 0, dim, keepdim, False)


@kernel
def nanmedian_with_indices(xp, input, dim, keepdim):
    return _selected(xp, input, 0, dim, keepdim, True)
