"""The memory of CUDA devices: CuPy's pool, what it holds, and errors that say so when there is not enough."""

from __future__ import annotations

import functools
from typing import Any

from .._backends import Device
from ..errors import OutOfMemoryError
from ._devices import Current, index_of

MEBIBYTE = 1 << 20


@functools.cache
def _pool() -> Any:
    import cupy

    return cupy.get_default_memory_pool()


def use_allocator() -> None:
    """Have CuPy allocate from its pool through us, who say more when there is not enough."""
    import cupy

    from .._cuda._allocator import Allocator

    refused = cupy.cuda.memory.OutOfMemoryError
    cupy.cuda.set_allocator(Allocator(_pool().malloc, refused, _out_of_memory))


def _out_of_memory(requested: int) -> OutOfMemoryError:
    """The error, with what the current device has; kept blocks that are whole were given back to it by now."""
    from cupy.cuda import runtime

    index = runtime.getDevice()
    free, total = runtime.memGetInfo()
    pooled = _pool().free_bytes()
    largest = max(_largest_pooled(pooled), free)
    return OutOfMemoryError(index, requested, free, pooled, largest, total)


def _largest_pooled(pooled: int) -> int:
    """The largest block that the pool has, to a mebibyte: found by asking for it, with no new memory allowed."""
    import cupy

    pool = _pool()
    before = pool.get_limit()
    pool.set_limit(size=pool.total_bytes())
    low, high = 0, pooled // MEBIBYTE
    try:
        while low < high:
            middle = (low + high + 1) // 2
            try:
                pool.malloc(middle * MEBIBYTE)
                low = middle
            except cupy.cuda.memory.OutOfMemoryError:
                high = middle - 1
    finally:
        pool.set_limit(size=before)
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

    from .._cuda._scratch import release as release_scratch
    from ._keeping import release

    release()
    release_scratch()
    for index in range(cupy.cuda.runtime.getDeviceCount()):
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

    From then on each allocation of this thread is counted, which takes it a little longer.

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
    _peaks_of(index_of(device, "reset_peak_memory_stats")).reset()


class _Peaks:
    """The most that was in use on a device since a reset, as told by CuPy's hook."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.reset()

    def reset(self) -> None:
        with Current(self.index):
            self.now = self.allocated = int(_pool().used_bytes())
            self.reserved = int(_pool().total_bytes())

    def allocate(self, size: int) -> None:
        self.now += size
        self.allocated = max(self.allocated, self.now)

    def grow(self) -> None:
        with Current(self.index):
            self.reserved = max(self.reserved, int(_pool().total_bytes()))


_peaks: dict[int, _Peaks] = {}


def _peaks_of(index: int) -> _Peaks:
    if not _peaks:
        _watch()
    if index not in _peaks:
        _peaks[index] = _Peaks(index)
    peaks = _peaks[index]
    peaks.grow()
    return peaks


def _watch() -> None:
    """Have each allocation of this thread told to us, from now on."""
    from cupy.cuda import MemoryHook

    class Watch(MemoryHook):
        name = "flambeau"

        def malloc_postprocess(self, **told: Any) -> None:
            if told["device_id"] in _peaks and told["mem_ptr"]:  # 0 where there was not enough
                _peaks[told["device_id"]].allocate(told["mem_size"])

        def alloc_postprocess(self, **told: Any) -> None:
            if told["device_id"] in _peaks:
                _peaks[told["device_id"]].grow()

        def free_preprocess(self, **told: Any) -> None:
            if told["device_id"] in _peaks:
                _peaks[told["device_id"]].now -= told["mem_size"]

    Watch().__enter__()


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
