"""The CPU backend: compiled kernels for what is worth it; all else falls through to the reference kernels.

Each module here wraps one family of ``cpp/``: it checks what kernels rely on, allocates, calls without the GIL.
"""

from __future__ import annotations

from .._core import functions  # noqa: F401  (makes the records, which get their kernels here)
from . import (  # noqa: F401  (imported for what they do: each gives its kernels to the records)
    attention,
    convolution,
    ctc,
    embedding,
    gated,
    gemm,
    indexing,
    joining,
    linalg,
    losses,
    normalization,
    pooling,
    random,
    recurrence,
    reductions,
    resampling,
    row_normalization,
    rows,
    runtime,
    scans,
    sorting,
    views,
)
