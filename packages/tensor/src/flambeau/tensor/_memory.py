"""The pool that large results on the CPU get their memory from.

Memory fresh from the system costs more than most computations on it: each page is set to zero when it is first touched.
So blocks of results that are gone are kept for others of their size. Results below 64 KiB, and arrays that others made,
are not in the pool.
"""

from __future__ import annotations

from typing import TypedDict

from . import errors
from ._cpu import runtime

__all__ = ["MemoryStats", "empty_cache", "memory_stats", "reset_peak_memory_stats", "set_cache_limit"]


class MemoryStats(TypedDict):
    """What :func:`memory_stats` gives; all but the counts in bytes.

    Example:
        >>> sorted(ft.memory_stats())
        ['allocations', 'hits', 'in_use', 'kept', 'limit', 'peak']
    """

    in_use: int
    kept: int
    peak: int
    limit: int
    allocations: int
    hits: int


def memory_stats() -> MemoryStats:
    """What the pool of memory for large results on the CPU holds, and how often it was of use.

    Returns:
        dict: ``in_use`` and ``kept``, the bytes of blocks given out and of those kept for later; ``peak``, the most
            that was in use at one time; ``limit``, the most that is ever kept; ``allocations``, how many blocks were
            asked for, and ``hits``, how many of these were kept ones. A block is up to a quarter larger than its
            result.

    Example:
        >>> before = ft.memory_stats()["in_use"]
        >>> x = ft.empty(1024, 1024)
        >>> ft.memory_stats()["in_use"] - before
        4194304
    """
    return runtime.memory_statistics()


def reset_peak_memory_stats() -> None:
    """Let ``peak`` in :func:`memory_stats` start from what is in use now.

    Example:
        >>> ft.reset_peak_memory_stats()
        >>> stats = ft.memory_stats()
        >>> stats["peak"] == stats["in_use"]
        True
    """
    runtime.reset_peak()


def empty_cache() -> None:
    """Give all memory that is kept for later results back to the system.

    Example:
        >>> ft.empty_cache()
        >>> ft.memory_stats()["kept"]
        0
    """
    runtime.release_kept()


def set_cache_limit(limit: int) -> None:
    """Never keep more memory for later results than this; what is kept beyond it goes back to the system.

    At first the limit is a quarter of the machine's memory. Within it the pool never makes the process hold more than
    was in use at the recent peak, or than is in use and 256 MiB, whichever is more.

    Args:
        limit: bytes; 0 to keep nothing.

    Raises:
        TypeError: ``limit`` is no int.
        ValueError: ``limit`` is negative.

    Example:
        >>> before = ft.memory_stats()["limit"]
        >>> ft.set_cache_limit(2**30)
        >>> ft.memory_stats()["limit"]
        1073741824
        >>> ft.set_cache_limit(before)
    """
    if not isinstance(limit, int) or isinstance(limit, bool):
        errors.type_error("set_cache_limit", "limit", "int", type(limit).__name__)
    if limit < 0:
        errors.value_error("set_cache_limit", "limit", "0 or more bytes", str(limit))
    runtime.limit_kept(min(limit, 2**63 - 1))
