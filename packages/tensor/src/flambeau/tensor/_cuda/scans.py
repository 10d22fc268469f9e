"""Running sums and products."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._scan import Scan
from ._source import FLOATS, INTEGERS, Source, pairs

# Elements, and what they are added up and given in.
TOTALS = (
    *pairs(("bool", *INTEGERS), ("int64",)),
    *zip(FLOATS, FLOATS, strict=True),
    ("float16", "float32"),
    ("bfloat16", "float32"),
    ("float32", "float64"),
)

SOURCE = Source("scans")
INSTANCES = {f"{name}_{part}": TOTALS for name in ("cumsum", "cumprod") for part in ("rows", "columns", "totals")}

_cumsum, _cumprod = Scan(SOURCE, "cumsum"), Scan(SOURCE, "cumprod")
INT64 = np.dtype("int64")
_taken: dict[tuple, bool] = {}


def _total(scan, xp, input, dim, dtype):
    if dtype is None:
        dtype = INT64 if input.dtype.kind in "iub" else input.dtype
    dtypes = (input.dtype, dtype)
    taken = _taken.get(dtypes)
    if taken is None:
        taken = _taken[dtypes] = tuple(d.name for d in dtypes) in TOTALS
    if not taken or input.ndim == 0:
        return NotImplemented
    return scan(xp, input, dim, dtypes, (dtype,))[0]


@kernel
def cumsum(xp, input, dim, dtype):
    return _total(_cumsum, xp, input, dim, dtype)


@kernel
def cumprod(xp, input, dim, dtype):
    return _total(_cumprod, xp, input, dim, dtype)
