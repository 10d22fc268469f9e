"""Running sums and products."""

from __future__ import annotations

from . import kernel
from ._reduce import TOTALS, total_dtype
from ._scan import Scan
from ._source import Source

SOURCE = Source("scans")
INSTANCES = {f"{name}_{part}": TOTALS for name in ("cumsum", "cumprod") for part in ("rows", "columns", "totals")}

_cumsum, _cumprod = Scan(SOURCE, "cumsum"), Scan(SOURCE, "cumprod")
_taken: dict[tuple, bool] = {}


def _total(scan, xp, input, dim, dtype):
    dtype = total_dtype(input, dtype)
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
