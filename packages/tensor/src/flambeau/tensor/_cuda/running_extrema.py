"""Running extrema, and where they are."""

from __future__ import annotations

import numpy as np

from . import kernel
from ._scan import Scan
from ._source import ALL, Source, is_known

SOURCE = Source("running_extrema")
INSTANCES = {f"{name}_{part}": ALL for name in ("cummax", "cummin") for part in ("rows", "columns", "totals")}

_cummax, _cummin = Scan(SOURCE, "cummax"), Scan(SOURCE, "cummin")
INT64 = np.dtype("int64")


def _running(scan, xp, input, dim):
    dtype = input.dtype
    if input.ndim == 0 or not is_known(dtype):
        return NotImplemented
    return tuple(scan(xp, input, dim, (dtype,), (dtype, INT64)))


@kernel
def cummax(xp, input, dim):
    return _running(_cummax, xp, input, dim)


@kernel
def cummin(xp, input, dim):
    return _running(_cummin, xp, input, dim)
