"""Which devices there are, and which is the current one. Imported when CUDA is asked for."""

from __future__ import annotations

import ctypes
from types import TracebackType
from typing import Any, NamedTuple

from .. import errors
from .._backends import Device, device_argument
from . import check_index, current_index, require


def _api() -> Any:
    from cupy.cuda import runtime

    return runtime


def index_of(value: int | str | Device | None, operation: str) -> int:
    """The index of a device given as a number, a name or a Device; of the current one for None."""
    if value is None:
        require(operation, None)  # where there is none, no argument is at fault
        return current_index()
    require(operation)
    if not isinstance(value, int) or isinstance(value, bool):
        place = device_argument(value, operation)
        if place.type != "cuda":
            errors.device_error(operation, "device", "a CUDA device", f"'{place}'")
        value = place.index or 0
    check_index(value, operation)
    return value


class Current:
    """A context in which the device of an index is the current one."""

    def __init__(self, index: int) -> None:
        self.index = index
        self._before: list[int] = []

    def __enter__(self) -> Current:
        before = _api().getDevice()
        self._before.append(before)
        if before != self.index:
            _api().setDevice(self.index)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        before = self._before.pop()
        if _api().getDevice() != before:  # whatever was chosen inside
            _api().setDevice(before)


class device(Current):
    """A context in which another device is the current one: where ``device="cuda"`` makes Tensors.

    Operations need none: they run on the device of their operands.

    Args:
        device: index, name or Device; None for the current one.

    Raises:
        DeviceError: there is no such device.
    """

    def __init__(self, device: int | str | Device | None) -> None:
        super().__init__(index_of(device, "device"))

    def __repr__(self) -> str:
        return f"flambeau.tensor.cuda.device({self.index})"


def has_context(index: int) -> bool:
    """Whether this process uses a device by now: making it the current one would begin to, and take memory there."""
    driver = ctypes.CDLL("libcuda.so.1")
    device, flags, active = ctypes.c_int(), ctypes.c_uint(), ctypes.c_int()
    code = driver.cuDeviceGet(ctypes.byref(device), index)
    code = code or driver.cuDevicePrimaryCtxGetState(device, ctypes.byref(flags), ctypes.byref(active))
    return code == 0 and active.value != 0


def current_device() -> int:
    """The index of the current device of this thread.

    Raises:
        DeviceError: there is no CUDA device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.current_device() == 0
    """
    require("current_device", None)
    return int(_api().getDevice())


def set_device(device: int | str | Device) -> None:
    """Make a device the current one of this thread, from now on.

    Args:
        device: index, name or Device.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     ft.cuda.set_device(0)
    """
    _api().setDevice(index_of(device, "set_device"))


def synchronize(device: int | str | Device | None = None) -> None:
    """Wait until a device has done everything it was told to. Errors that happened meanwhile are raised here.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     y = ft.ones(1000, device="cuda").exp()
        ...     ft.cuda.synchronize()  # now y's values are there
    """
    with Current(index_of(device, "synchronize")):
        _api().deviceSynchronize()
    raise_faults()


def raise_faults() -> None:
    """Raise for what kernels noted, now that a device was waited for."""
    from .._cuda import _faults

    _faults.check()


class DeviceProperties(NamedTuple):
    """What :func:`get_device_properties` gives."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int
    max_threads_per_multi_processor: int
    shared_memory_per_block: int
    shared_memory_per_multiprocessor: int
    regs_per_multiprocessor: int
    warp_size: int
    L2_cache_size: int


def get_device_properties(device: int | str | Device | None = None) -> DeviceProperties:
    """Name, capability, memory and sizes of a device.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.get_device_properties(0).warp_size == 32
    """
    return _properties(device, "get_device_properties")


def _properties(device: int | str | Device | None, operation: str) -> DeviceProperties:
    found = _api().getDeviceProperties(index_of(device, operation))
    return DeviceProperties(
        name=found["name"].decode(),
        major=found["major"],
        minor=found["minor"],
        total_memory=found["totalGlobalMem"],
        multi_processor_count=found["multiProcessorCount"],
        max_threads_per_multi_processor=found["maxThreadsPerMultiProcessor"],
        shared_memory_per_block=found["sharedMemPerBlock"],
        shared_memory_per_multiprocessor=found["sharedMemPerMultiprocessor"],
        regs_per_multiprocessor=found["regsPerMultiprocessor"],
        warp_size=found["warpSize"],
        L2_cache_size=found["l2CacheSize"],
    )


def get_device_name(device: int | str | Device | None = None) -> str:
    """The name of a device: ``"NVIDIA H200"``.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     name = ft.cuda.get_device_name()
    """
    return _properties(device, "get_device_name").name


def get_device_capability(device: int | str | Device | None = None) -> tuple[int, int]:
    """The compute capability of a device: ``(9, 0)``.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.get_device_capability() >= (7, 5)
    """
    found = _properties(device, "get_device_capability")
    return found.major, found.minor
