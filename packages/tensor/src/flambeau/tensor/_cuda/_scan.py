"""How scans are launched: which of the kernels in ``scan.cuh`` fits, and its blocks.

Neighbours along the dimension are taken by the threads of a warp or of a block. Where there are few such rows, they are
cut into chunks: a first kernel finds the chunks' totals, and in a second each chunk goes on from those before it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from ._copy import dense
from ._plans import keep
from ._reduce import BLOCKS, BYTE, KEPT, PART, THREADS, packed_dims, powers_up

CHUNK = 16 * 1024  # elements: the least that is worth two launches
FEW_COLUMNS = 2048


class Scan:
    """A scan: kernels ``NAME_rows``, ``NAME_columns`` and ``NAME_totals`` of a source.

    Args:
        source: the source.
        name: of the kernels.
    """

    def __init__(self, source, name: str) -> None:
        self.source, self.name = source, name
        self._plans: dict[tuple, tuple] = {}

    def __call__(self, xp, x, dim: int, dtypes: tuple, result_dtypes: tuple) -> Sequence:
        """The results for an array of one dimension or more."""
        shape = x.shape
        key = (shape, dim, dtypes)
        plan = self._plans.get(key)
        if plan is None:
            plan = keep(self._plans, key, self._plan(shape, dim, dtypes), KEPT)
        scheme, *rest = plan
        if scheme == "empty":
            return tuple([xp.empty(shape, dtype) for dtype in result_dtypes])
        if scheme == "moved":
            results = self(xp, xp.moveaxis(x, dim, -1), len(shape) - 1, dtypes, result_dtypes)
            return tuple([dense(xp.moveaxis(result, -1, dim)) for result in results])
        x = dense(x)
        outputs = [xp.empty(shape, dtype) for dtype in result_dtypes]
        if scheme == "columns":
            kernel, grid, numbers = rest
            kernel(grid, THREADS, 0, x, *outputs, *numbers)
            return outputs
        kernel, grid, scan, find_totals, size, layout = rest
        totals = None
        if find_totals is not None:
            totals = xp.empty(size, BYTE)
            find_totals(grid, THREADS, 0, x, totals, layout)
        kernel(grid, THREADS, 0, x, *outputs, totals, scan)
        return outputs

    def _plan(self, shape, dim: int, dtypes: tuple) -> tuple:
        """The scheme, and what it takes to launch it."""
        n, outer, inner = shape[dim], math.prod(shape[:dim]), math.prod(shape[dim + 1 :])
        columns = outer * inner
        if n * columns == 0:
            return ("empty",)
        if inner > 1 and columns < FEW_COLUMNS and n > FEW_COLUMNS:
            return ("moved",)  # too few columns for a GPU: those are better seen as rows
        if inner > 1:
            height = min(powers_up(max(n // 16, 1)), 8) if columns < BLOCKS * THREADS // 2 else 1
            width = THREADS // height
            kernel = self.source.kernel(f"{self.name}_columns", *dtypes)
            return "columns", kernel, -(-columns // width), (columns, n, inner, width)
        grid, scan, size, layout = _rows(columns, n)
        find_totals = self.source.kernel(f"{self.name}_totals", *dtypes) if size else None
        return "rows", self.source.kernel(f"{self.name}_rows", *dtypes), grid, scan, find_totals, size, layout


def _rows(rows: int, n: int) -> tuple:
    """The grid, ``struct Scan``, and where rows are cut: the bytes for totals, and ``struct Rows`` to find them."""
    lanes = min(powers_up(-(-n // 4)), 32) if n <= 512 else THREADS
    blocks = -(-rows * lanes // THREADS)
    splits = min(BLOCKS // blocks, n // CHUNK) if blocks < BLOCKS // 2 else 1
    if splits < 2:
        return blocks, struct.pack("=3q2i", rows, n, n, lanes, 1), 0, None
    chunk = -(-n // splits)
    chunk = -(-chunk // THREADS) * THREADS
    splits = -(-n // chunk)
    layout = packed_dims([(rows, n)]) + packed_dims([]) + struct.pack(
        "=3q6i", n, 1, chunk, rows, 1, splits, THREADS, THREADS, 0
    )  # fmt: skip
    return (rows, splits), struct.pack("=3q2i", rows, n, chunk, THREADS, splits), rows * splits * PART, layout
