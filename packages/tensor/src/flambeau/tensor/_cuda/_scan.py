"""How scans are launched: which of the kernels in ``scan.cuh`` fits, and its blocks.

Neighbours along the dimension are taken by the threads of a warp or of a block. Where there are few such rows, they are
cut into chunks: a first kernel finds the chunks' totals, and in a second each chunk goes on from those before it.
"""

from __future__ import annotations

import struct

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

    def __call__(self, xp, x, dim: int, dtypes: tuple, result_dtypes: tuple) -> tuple:
        """The results for an array of one dimension or more."""
        shape = x.shape
        if x.size == 0:
            return tuple([xp.empty(shape, dtype) for dtype in result_dtypes])
        n, columns = shape[dim], x.size // shape[dim]
        inner = 1
        for size in shape[dim + 1 :]:
            inner *= size
        if inner > 1 and columns < FEW_COLUMNS and n > FEW_COLUMNS:
            # Too few columns for a GPU: those are better seen as rows.
            results = self(xp, xp.moveaxis(x, dim, -1), len(shape) - 1, dtypes, result_dtypes)
            return tuple([xp.moveaxis(result, -1, dim).copy() for result in results])
        if not x.flags.c_contiguous:
            x = x.copy()
        outputs = tuple([xp.empty(shape, dtype) for dtype in result_dtypes])
        if inner > 1:
            height = min(powers_up(max(n // 16, 1)), 8) if columns < BLOCKS * THREADS // 2 else 1
            width = THREADS // height
            kernel = self.source.kernel(f"{self.name}_columns", *dtypes)
            kernel(-(-columns // width), THREADS, 0, x, *outputs, columns, n, inner, width)
            return outputs
        key = (columns, n)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= KEPT:
                self._plans.clear()
            plan = self._plans[key] = _plan(columns, n)
        grid, scan, totals, layout = plan
        partial = None
        if totals:
            partial = xp.empty(totals, BYTE)
            self.source.kernel(f"{self.name}_totals", *dtypes)(grid, THREADS, 0, x, partial, layout)
        self.source.kernel(f"{self.name}_rows", *dtypes)(grid, THREADS, 0, x, *outputs, partial, scan)
        return outputs


def _plan(rows: int, n: int) -> tuple:
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
