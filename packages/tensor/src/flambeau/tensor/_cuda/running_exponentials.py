"""Logarithms of running sums of exponentials."""

from __future__ import annotations

from . import kernel
from ._scan import Scan
from ._source import FLOATS, Source, is_known

SOURCE = Source("running_exponentials")
INSTANCES = {f"logcumsumexp_{part}": FLOATS for part in ("rows", "columns", "totals")}

_logcumsumexp = Scan(SOURCE, "logcumsumexp")


@kernel
def logcumsumexp(xp, input, dim):
    dtype = input.dtype
    if input.ndim == 0 or not is_known(dtype):
        return NotImplemented
    return _logcumsumexp(xp, input, dim, (dtype,), (dtype,))[0]
