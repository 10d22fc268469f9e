"""The CPU backend: compiled kernels for what is worth it; all else falls through to the reference kernels.

Each module here wraps one family of ``cpp/``: it checks what kernels rely on, allocates, calls without the GIL.
"""

from __future__ import annotations

from .._core import functions  # noqa: F401  (makes the records, which get their kernels here)
from .._core.tensor import import_later
from . import (  # noqa: F401  (imported for what they do: each gives its kernels to the records)
    gemm,
    indexing,
    joining,
    random,
    reductions,
    rows,
    runtime,
    scans,
    views,
)

# The others are imported when one of their operators is first called: the module for each family of declarations.
LATER = {
    "attention": "attention",
    "average_pooling": "pooling",
    "convolution": "convolution",
    "ctc": "ctc",
    "embedding": "embedding",
    "factorizations": "linalg",
    "gated": "gated",
    "histograms": "sorting",
    "losses": "losses",
    "normalization": "normalization",
    "pooling": "pooling",
    "ranks": "sorting",
    "recurrence": "recurrence",
    "remapping": "remapping",
    "resampling": "resampling",
    "row_normalization": "row_normalization",
    "sampling": "sampling",
    "searching": "sorting",
    "solving": "linalg",
    "sorting": "sorting",
    "transposed_convolution": "convolution",
}
import_later(LATER)
