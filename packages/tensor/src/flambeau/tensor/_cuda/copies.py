"""Copies of arrays, and conversions to other dtypes."""

from __future__ import annotations

from typing import Any

from . import kernel
from ._copy import copied, copy_to, dense


@kernel
def clone(xp: Any, input: Any) -> Any:
    return copied(xp, input, input.dtype, True)


@kernel
def contiguous(xp: Any, input: Any, memory_format: Any) -> Any:
    if memory_format is None or memory_format.order is None:
        return dense(input)
    arranged = memory_format.arranged(input)
    return input if arranged.flags.c_contiguous else memory_format.restored(dense(arranged))


@kernel
def cast(xp: Any, input: Any, dtype: Any) -> Any:
    if dtype is None or input.dtype == dtype:
        return input
    return copied(xp, input, dtype, True)


@kernel("copy_")
def copy(xp: Any, input: Any, other: Any, non_blocking: bool = False) -> Any:
    return None if copy_to(input, other) else NotImplemented
