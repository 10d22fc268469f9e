"""Places in sorted sequences, and histograms."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._copy import dense
from ._reduce import BLOCKS
from ._source import ALL, FLOATS, Source, is_known

SOURCE = Source("searching")
INSTANCES = {"insertion_points": ALL, "histogram": FLOATS, "histogram_result": FLOATS}

THREADS = 256
INT64, UINT64, FLOAT32 = np.dtype("int64"), np.dtype("uint64"), np.dtype("float32")


def _grid(n: int, most: int) -> int:
    return min(-(-n // THREADS), most)


@kernel
def insertion_points(xp, sorted_sequence, input, right):
    dtype = input.dtype
    if not is_known(dtype):
        return NotImplemented
    out = xp.empty(input.shape, INT64)
    step = 0 if sorted_sequence.ndim == 1 else input.shape[-1]
    SOURCE.kernel("insertion_points", dtype)(
        _grid(input.size, 1 << 20), THREADS, 0, dense(sorted_sequence), dense(input), out, input.size,
        sorted_sequence.shape[-1], step, right,
    )  # fmt: skip
    return out


@kernel
def histogram_counts(xp, input, edges, weight):
    dtype, bins = input.dtype, edges.shape[0] - 1
    if weight is not None or not is_known(dtype) or bins >= 2**31:
        return NotImplemented
    edges = edges.astype(FLOAT32 if dtype.itemsize == 2 else dtype, copy=False)
    counts, out = xp.zeros(bins, UINT64), xp.empty(bins, dtype)
    SOURCE.kernel("histogram", dtype)(
        _grid(input.size, BLOCKS), THREADS, 0, dense(input), dense(edges), counts, input.size, bins
    )
    SOURCE.kernel("histogram_result", dtype)(_grid(bins, BLOCKS), THREADS, 0, counts, out, bins)
    return out
