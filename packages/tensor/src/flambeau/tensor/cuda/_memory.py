"""The memory of CUDA devices: CuPy's pool, what it holds, and errors that say so when there is not enough."""

from __future__ import annotations

import functools
from typing import Any

from .._backends import Device
from ..errors import OutOfMemoryError
from ._devices import Current, has_context, index_of

MEBIBYTE = 1 << 20
_allocator: Any = None  # what CuPy allocates through


@functools.cache
def _pool() -> Any:
    import cupy

    return cupy.get_default_memory_pool()


def use_allocator() -> None:
    """Have CuPy allocate through us, who make room and say more when there is not enough; usually from its pool."""
    import cupy

    from .._cuda._allocator import Allocator

    global _allocator
    refused = cupy.cuda.memory.OutOfMemoryError
    _allocator = Allocator(cupy.cuda.get_allocator(), refused, _make_room, _out_of_memory)
    cupy.cuda.set_allocator(_allocator.allocate)


def _make_room(wait: bool = True) -> None:
    """Let go what is kept for later calls; and for copies, having waited for them if ``wait``."""
    from .._cuda import _blas, _scratch
    from . import _keeping

    _keeping.release(wait)
    _scratch.release()
    _blas.release()


def _out_of_memory(requested: int) -> OutOfMemoryError:
    """The error, with what the current device has."""
    from cupy.cuda import runtime

    index = runtime.getDevice()
    free, total = runtime.memGetInfo()
    pooled = _pool().free_bytes()
    largest = max(_largest_pooled(pooled), free)
    return OutOfMemoryError(index, requested, free, pooled, largest, total)


def _largest_pooled(pooled: int) -> int:
    """The largest block that the pool has for the current stream, to a mebibyte: found by asking for it."""
    from cupy.cuda import MemoryHook
    from cupy.cuda.memory import OutOfMemoryError as Beyond  # what somebody allows the pool

    class Refused(Exception):
        """The pool would ask the device for new memory."""

    class Refuse(MemoryHook):  # of this thread alone
        name = "flambeau"

        def alloc_preprocess(self, **told: Any) -> None:
            raise Refused

    low, high = 0, pooled // MEBIBYTE
    with Refuse():
        while low < high:
            middle = (low + high + 1) // 2
            try:
                _pool().malloc(middle * MEBIBYTE)
                low = middle
            except (Refused, Beyond):
                high = middle - 1
    return low * MEBIBYTE


def empty_cache() -> None:
    """Give the memory that is kept for later Tensors back to the devices, and page-locked memory to the system.

    Raises:
        DeviceError: there is no CUDA device.

    Example:
        >>> if ft.cuda.is_available():
        ...     ft.cuda.empty_cache()
    """
    index_of(None, "empty_cache")
    import cupy

    _make_room(wait=False)
    for index in range(cupy.cuda.runtime.getDeviceCount()):
        if has_context(index):
            with Current(index):
                _pool().free_all_blocks()
    cupy.get_default_pinned_memory_pool().free_all_blocks()


def mem_get_info(device: int | str | Device | None = None) -> tuple[int, int]:
    """The bytes that a device has free, and all it has: also other processes take of these.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     free, total = ft.cuda.mem_get_info()
        ...     assert free <= total
    """
    with Current(index_of(device, "mem_get_info")):
        import cupy

        free, total = cupy.cuda.runtime.memGetInfo()
    return int(free), int(total)


def memory_allocated(device: int | str | Device | None = None) -> int:
    """The bytes of the memory of Tensors on a device, each rounded up to 512.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     x = ft.empty(1000, device="cuda")
        ...     assert ft.cuda.memory_allocated() >= 4000
    """
    with Current(index_of(device, "memory_allocated")):
        return int(_pool().used_bytes())


def memory_reserved(device: int | str | Device | None = None) -> int:
    """The bytes that this process has taken from a device for Tensors: of those there are, and kept for later ones.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.memory_reserved() >= ft.cuda.memory_allocated()
    """
    with Current(index_of(device, "memory_reserved")):
        return int(_pool().total_bytes())


def max_memory_allocated(device: int | str | Device | None = None) -> int:
    """The greatest :func:`memory_allocated` since :func:`reset_peak_memory_stats`, or since the first call of this.

    From then on each allocation is looked at, which takes it a little longer.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     ft.cuda.reset_peak_memory_stats()
        ...     x = ft.empty(1000, device="cuda").exp()
        ...     assert ft.cuda.max_memory_allocated() >= 8000
    """
    return _peaks_of(index_of(device, "max_memory_allocated")).allocated


def max_memory_reserved(device: int | str | Device | None = None) -> int:
    """The greatest :func:`memory_reserved`, as :func:`max_memory_allocated` is of what is allocated.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.max_memory_reserved() >= ft.cuda.memory_reserved()
    """
    return _peaks_of(index_of(device, "max_memory_reserved")).reserved


def reset_peak_memory_stats(device: int | str | Device | None = None) -> None:
    """Let the greatest values start from what is in use now.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     ft.cuda.reset_peak_memory_stats()
        ...     assert ft.cuda.max_memory_allocated() == ft.cuda.memory_allocated()
    """
    _peaks.pop(index := index_of(device, "reset_peak_memory_stats"), None)
    _peaks_of(index)


class _Peaks:
    """The most that was in use on a device since a reset."""

    def __init__(self) -> None:
        self.allocated = self.reserved = 0

    def look(self) -> None:
        pool = _pool()
        reserved = int(pool.total_bytes())
        # Blocks in use are many, and some versions of CuPy would add them up.
        self.allocated = max(self.allocated, reserved - int(pool.free_bytes()))
        self.reserved = max(self.reserved, reserved)


_peaks: dict[int, _Peaks] = {}


def _look() -> None:
    """After memory was given on the current device."""
    from cupy.cuda import runtime

    if (peaks := _peaks.get(runtime.getDevice())) is not None:
        peaks.look()


def _peaks_of(index: int) -> _Peaks:
    _allocator.watch = _look
    with Current(index):
        peaks = _peaks.setdefault(index, _Peaks())
        peaks.look()
    return peaks


def memory_stats(device: int | str | Device | None = None) -> dict[str, int]:
    """What there is of a device's memory, and who has it, in bytes.

    Args:
        device: index, name or Device; the current one by default.

    Returns:
        dict: ``allocated``, the memory of Tensors; ``kept``, for later ones; ``reserved``, the sum of both;
            ``peak_allocated`` and ``peak_reserved``, see :func:`max_memory_allocated`; ``free`` and ``total``, what the
            device has.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     stats = ft.cuda.memory_stats()
        ...     assert stats["reserved"] == stats["allocated"] + stats["kept"]
    """
    index = index_of(device, "memory_stats")
    peaks = _peaks_of(index)
    with Current(index):
        sizes = _pool().used_bytes(), _pool().free_bytes(), _pool().total_bytes()
    allocated, kept, reserved = map(int, sizes)
    free, total = mem_get_info(index)
    return {
        "allocated": allocated,
        "kept": kept,
        "reserved": reserved,
        "peak_allocated": peaks.allocated,
        "peak_reserved": peaks.reserved,
        "free": free,
        "total": total,
    }


def memory_summary(device: int | str | Device | None = None) -> str:
    """The same as :func:`memory_stats`, as a table to read.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     table = ft.cuda.memory_summary()
    """
    index = index_of(device, "memory_summary")
    lines = [f"{name.replace('_', ' '):16}{size / MEBIBYTE:12,.1f} MiB" for name, size in memory_stats(index).items()]
    return "\n".join((f"memory of cuda:{index}", *lines))
